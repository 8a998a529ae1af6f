"""Bodies of items: in the item itself, or, past what an item should hold, in a blob written before the item.

A crash between the two writes, or a lost condition, leaves an orphan blob under its digest: harmless, and found again
by the retry. So does an item that is replaced or deleted. What of that the journal knows is named in the partition of
its execution, and goes with that (items.BLOBS). Other orphans are deleted later, where a blob of one item alone says
whose it is (engine.adapters.aws.erasure.orphans).
"""

from __future__ import annotations

import hashlib
import zlib

from engine.adapters.aws.dynamo import Item
from engine.errors import StoreCorrupt
from engine.ports.blobs import BlobStore
from engine.ports.journal import BEGINNING_BYTES, Enough

MOST_INLINE_BYTES = 300 * 1024
"""DynamoDB holds 400 KB an item; the rest is room for its other attributes."""


DEFLATE_OVER_BYTES = 600
"""A text this long may not fit into one write unit, 1 KB, with what else is in its item."""


OWN = "own_blob"
"""The attribute of an item whose blob no other item refers to."""

TEXT_BYTES = "text_bytes"
"""The attribute of an item whose text is a blob: how long the text is. Items of before 0.3.0 have none."""

_SALT_BYTES = 32
_WHITE = b" \t\n\r"


def with_text(blobs: BlobStore, workspace: str, item: Item, text: bytes, *, own: bool = False) -> Item:
    """`with_body` for a text as somebody wrote it: a long one is deflated, for every KB is a write unit."""
    if len(text) <= DEFLATE_OVER_BYTES:
        return with_body(blobs, workspace, item, text, own=own)
    stored = with_body(blobs, workspace, {**item, "deflated": True}, zlib.compress(text, level=6), own=own)
    return {**stored, TEXT_BYTES: len(text)} if "body_ref" in stored else stored


def with_body(blobs: BlobStore, workspace: str, item: Item, body: bytes, *, own: bool = False) -> Item:
    """`item` with `body` in it, or with the reference of the blob that was written for it. `own`: the blob is to be
    deleted with the item, so no other item may share it. Blanks of its own behind the body make its digest another;
    who does not know them reads over them, as JSON and deflated bodies let one."""
    if len(body) <= MOST_INLINE_BYTES:
        return {**item, "body": body}
    if not own:
        return {**item, "body_ref": blobs.put(workspace, body)}
    owner = item["pk"], item["sk"]
    return {**item, "body_ref": blobs.put(workspace, body + _salt(owner), owner=owner), OWN: True}


def _salt(owner: tuple[str, str]) -> bytes:
    digest = hashlib.sha256("\0".join(owner).encode()).digest()[: _SALT_BYTES // 4]
    return bytes(_WHITE[byte >> shift & 3] for byte in digest for shift in (0, 2, 4, 6))


def beginning_of(blobs: BlobStore, workspace: str, item: Item, enough: Enough | None) -> bytes:
    """The first bytes of an item's body, where that is a blob and they are `enough`; else all of it."""
    if enough is not None and "body_ref" in item:
        found = blobs.beginning(workspace, item["body_ref"], BEGINNING_BYTES)
        if enough(found):
            return found
    return body_of(blobs, workspace, item)


def body_of(blobs: BlobStore, workspace: str, item: Item) -> bytes:
    """The body of an item that `with_body` or `with_text` made. Raises StoreCorrupt for one that is damaged."""
    body: bytes = blobs.get(workspace, item["body_ref"]) if "body_ref" in item else item["body"]
    if OWN in item:
        body = body[:-_SALT_BYTES]
    if not item.get("deflated"):
        return body
    try:
        return zlib.decompress(body)
    except zlib.error as error:
        raise StoreCorrupt(f"the body of {item['pk']} {item['sk']} cannot be read: {error}") from error
