"""Two releases at once: this one, and a next one whose snapshots have another schema.

The next release calls a frame's `state` "at". Until a stage confirms it, it writes as this one does (a downcaster), and
both may work on every execution; once confirmed, this release meets what it cannot read and leaves it to the next.

    roll=unconfirmed   the workers are of either release in turn; the API, and who checks, are of this one
    roll=confirmed     likewise, and the next release writes its own schema; the API, and who checks, are of the next

A process has one release: so who works has it set, for as long as it works (`release`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine.durable import codec
from engine.kernel import snapshot_codec
from engine.kernel.snapshot import SCHEMA
from engine.kernel.snapshot_codec import DOWNCASTERS, UPCASTERS, Caster

_DECODE, _ENCODE = snapshot_codec.decode_frame, snapshot_codec.encode_frame


def _renamed(frame: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    return {(new if name == old else name): value for name, value in frame.items()}


def _decode_next(path: str, value: dict[str, Any]) -> Any:
    return _DECODE(path, _renamed(value, "at", "state"))


def _encode_next(frame: Any) -> Any:
    return _renamed(_ENCODE(frame), "state", "at")


def _become(following: bool) -> None:
    snapshot_codec.decode_frame = _decode_next if following else _DECODE
    snapshot_codec.encode_frame = _encode_next if following else _ENCODE
    snapshot_codec.SCHEMA = codec.SCHEMA = SCHEMA + following
    if following:
        UPCASTERS[SCHEMA] = Caster(frame=lambda frame: _renamed(frame, "state", "at"))
        DOWNCASTERS[SCHEMA] = Caster(frame=lambda frame: _renamed(frame, "at", "state"))
    else:
        UPCASTERS.pop(SCHEMA, None)
        DOWNCASTERS.pop(SCHEMA, None)


@contextmanager
def release(*, following: bool) -> Iterator[None]:
    """Whoever acts meanwhile is of this release, or of the one that follows."""
    before = snapshot_codec.SCHEMA > SCHEMA
    _become(following)
    try:
        yield
    finally:
        _become(before)


def confirmed_schema(roll: str, *, following: bool) -> int:
    """The setting AUTOMATE_SNAPSHOT_SCHEMA of a worker."""
    return SCHEMA + 1 if roll == "confirmed" and following else 0
