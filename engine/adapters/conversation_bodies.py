"""An entry of a conversation as the stores keep it: compressed JSON text."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from engine.errors import PayloadTooLarge
from engine.ports.people.conversations import MOST_BYTES, MOST_ENTRIES


def packed(entries: Sequence[str]) -> list[bytes]:
    """The bodies of entries. Raises PayloadTooLarge for one that is too large, ValueError for none or too many."""
    if not 0 < len(entries) <= MOST_ENTRIES:
        raise ValueError(f"an append takes 1 to {MOST_ENTRIES} entries, not {len(entries)}")
    bodies = [zlib.compress(entry.encode("utf-8", "surrogatepass")) for entry in entries]
    largest = max(map(len, bodies))
    if largest > MOST_BYTES:
        raise PayloadTooLarge(
            f"an entry of the conversation has {largest:,} bytes, compressed; at most {MOST_BYTES:,} are kept",
            advice="Split the workflow into smaller ones that start one another.",
        )
    return bodies


def unpacked(body: bytes) -> str:
    """The text of a body."""
    return zlib.decompress(body).decode("utf-8", "surrogatepass")
