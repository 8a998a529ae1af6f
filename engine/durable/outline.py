"""The outline of a segment: what it records, without its large values. It stands at the beginning of a large body, so
that who sends no values reads none.

    {"h": length of the outline, "o": the outline, "v": …, "s": …, "e": …, "w" or "g", "f", "x": …}    the body
    {"v": …, "s": …, "e": …, …, "p": places, "d": digests}                                             the outline

The outline has the body's shape, with null in the place of each large value; `p` lists those places, each a path with
the value's size behind it, `d` those of a Task's arguments that are not whole, with their digest. An earlier release
reads over "h" and "o". Who reads an outline finds a LeftOut in each of the places.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from engine.errors import StoreCorrupt

Json = Any
Place = tuple[str | int, ...]

OVER_BYTES, LEAST_AVERAGE_BYTES = 64 * 1024, 1024
"""A segment of less JSON, or of less for each event, stimulus and frame, has no outline: it is read as quickly whole,
and is not searched for large values when it is written."""

MOST_VALUE_BYTES = 8 * 1024
"""A value of more JSON is left out; of a small object or list (_WIDE) only what is large in it, so that an id beside it
is still there."""

_WIDE, _DEEP = 32, 3
_KEPT = frozenset({"error", "cause", "Error", "Cause"})
"""Shown with the steps, and bounded where they come from."""


class LeftOut:
    """In the place of a value that was not read. `event` is the id of the history event whose details it is in, at the
    path `place` (None: it is in a frame or a snapshot). `digest` is that of a Task's arguments. It is no JSON value:
    who writes it out gets an error, not a wrong value."""

    __slots__ = ("digest", "event", "place", "size")

    def __init__(
        self, size: int, event: int | None = None, place: Place = (), *, digest: str | None = None
    ) -> None:
        self.size = size
        self.event = event
        self.place = place
        self.digest = digest


class PartlyLeftOut(dict[str, Json]):
    """A Task's arguments, parts of which were not read, with the digest of the whole."""

    def __init__(self, arguments: dict[str, Json], digest: str) -> None:
        super().__init__(arguments)
        self.digest = digest


class ValuesNeeded(Exception):
    """What was asked for cannot be told from an outline: the body is to be read."""


def left_out(value: Json) -> int:
    """How many bytes of `value` (or of the details of an event) were not read, as JSON; 0 for a whole value."""
    return sum(left.size for left in _parts(value, _DEEP + 1))


def parts_left_out(value: Json) -> int:
    """How many parts of `value` were not read."""
    return sum(1 for _ in _parts(value, _DEEP + 1))


def _parts(value: Json, depth: int) -> Iterator[LeftOut]:
    if isinstance(value, LeftOut):
        yield value
    elif depth and isinstance(value, dict) and (len(value) <= _WIDE or depth > _DEEP):
        for each in value.values():
            yield from _parts(each, depth - 1)
    elif depth and isinstance(value, list) and len(value) <= _WIDE:
        for each in value:
            yield from _parts(each, depth - 1)


def filled(value: Json, read: Callable[[LeftOut], Json]) -> Json:
    """`value` with what `read` gives in the place of each LeftOut."""
    if isinstance(value, LeftOut):
        return read(value)
    if not left_out(value):
        return value
    if isinstance(value, dict):
        return {name: filled(each, read) for name, each in value.items()}
    return [filled(each, read) for each in value]


def of(
    record: Mapping[str, Json], events: Sequence[tuple[Any, ...]], dumps: Callable[[Json], bytes]
) -> tuple[bytes, bytes] | None:
    """The outline of `record` (a body's JSON value, without its events) and `events`, and the JSON of `record`, for
    which no large value is written out twice. None where nothing is large."""
    cutting = _Cutting(dumps, {each.get("frame", "") for each in record["s"] if each["k"] == "TaskStarted"})
    outline: dict[str, Json] = {
        "v": record["v"],
        "s": [cutting.fields(stimulus, ("s", number)) for number, stimulus in enumerate(record["s"])],
        "e": [
            [*event[:4], event[4] and cutting.fields(event[4], ("e", number, 4))] for number, event in enumerate(events)
        ],
    }
    if "w" in record:
        whole = record["w"]
        outline["w"] = {
            **whole, "input": cutting.cut(whole["input"], ("w", "input")),
            "globals": cutting.globals(whole["globals"], ("w", "globals")),
            "frames": cutting.frames(whole["frames"], ("w", "frames")),
        }
    else:
        outline |= {
            "g": cutting.globals(record["g"], ("g",)), "f": cutting.frames(record["f"], ("f",)), "x": record["x"],
        }
    if not cutting.places:
        return None
    return dumps({**outline, "p": cutting.places, "d": cutting.digests}), cutting.text(record)


class _Cutting:
    """Leaves out what is large, and notes where. `called` are the frames whose Tasks begin: their arguments' digests
    are noted, for the ledger of effects."""

    def __init__(self, dumps: Callable[[Json], bytes], called: Collection[Place | str | int]) -> None:
        self._called = called
        self.places: list[list[Json]] = []
        self.digests: list[list[Json]] = []
        self._dumps = dumps
        self._texts: dict[int, bytes] = {}  # by identity: the same value stands in several places

    def fields(self, record: Mapping[str, Json], place: Place) -> dict[str, Json]:
        """`record`, each field of which may be large."""
        return {
            name: value if name in _KEPT else self.fields(value, (*place, name)) if name == "assignedVariables" else
            self.cut(value, (*place, name)) for name, value in record.items()
        }

    def globals(self, record: Mapping[str, Json], place: Place) -> dict[str, Json]:
        """The globals of a snapshot."""
        found = {**record, "output": self.cut(record["output"], (*place, "output"))} if "output" in record else record
        if "remains" not in record:
            return dict(found)
        return {**found, "remains": self.frames(record["remains"], (*place, "remains"))}

    def frames(self, frames: Mapping[str, Mapping[str, Json]], place: Place) -> dict[str, Json]:
        """Frames, by their paths."""
        return {path: self._frame(frame, (*place, path)) for path, frame in frames.items()}

    def _frame(self, frame: Mapping[str, Json], place: Place) -> dict[str, Json]:
        before = len(self.places)
        arguments = self.cut(frame.get("arguments"), (*place, "arguments"))
        if len(self.places) > before and place[-1] in self._called:
            text = json.dumps(frame["arguments"], sort_keys=True, separators=(",", ":"))
            self.digests.append([*place, "arguments", hashlib.sha256(text.encode()).hexdigest()])
        found = self.fields({name: value for name, value in frame.items() if name != "arguments"}, place)
        return found if "arguments" not in frame else {**found, "arguments": arguments}

    def cut(self, value: Json, place: Place, depth: int = _DEEP) -> Json:
        """`value`, or what is left of it."""
        size = self._size(value)
        if size <= MOST_VALUE_BYTES:
            return value
        before = len(self.places)
        if depth and not isinstance(value, str) and len(value) <= _WIDE:
            inner: Json
            if isinstance(value, Mapping):
                inner = {
                    name: each if name in _KEPT else self.cut(each, (*place, name), depth - 1)
                    for name, each in value.items()
                }
            else:
                inner = [self.cut(each, (*place, number), depth - 1) for number, each in enumerate(value)]
            if len(self._dumps(inner)) <= MOST_VALUE_BYTES:
                return inner
        self.places[before:] = [[*place, size]]
        return None

    def _size(self, value: Json) -> int:
        """Of the value as JSON; 0 for one that is surely small."""
        if isinstance(value, str):
            return 0 if len(value) <= MOST_VALUE_BYTES // 12 else len(self._dumps(value))
        if not isinstance(value, Mapping | list | tuple) or not value:
            return 0
        known = self._texts.get(id(value))
        if known is None:
            known = self._texts[id(value)] = self._dumps(value)
        return len(known)

    def text(self, value: Json, depth: int = 4) -> bytes:
        """`value` as JSON; down to the fields of frames and stimuli it is put together of what was written before."""
        known = self._texts.get(id(value))
        if known is not None:
            return known
        if depth and isinstance(value, dict):
            return b"{%b}" % b",".join(
                b"%b:%b" % (self._dumps(name), self.text(each, depth - 1)) for name, each in value.items()
            )
        if depth and isinstance(value, list):
            return b"[%b]" % b",".join(self.text(each, depth - 1) for each in value)
        return self._dumps(value)


def read(outline: Json) -> Json:
    """An outline as it was stored, with a LeftOut in each place. Raises StoreCorrupt."""
    try:
        digests = {tuple(place): digest for *place, digest in outline.pop("d")}
        for *place, size in outline.pop("p"):
            node, known = _node(outline, place), digests.pop(tuple(place), None)
            event = outline["e"][place[1]][0] if place[0] == "e" else None
            node[place[-1]] = LeftOut(size, event, tuple(place[3:]), digest=known)
        for whole, digest in digests.items():
            node = _node(outline, whole)
            node[whole[-1]] = PartlyLeftOut(node[whole[-1]], digest)
    except (LookupError, TypeError, ValueError) as error:
        raise StoreCorrupt(f"the outline of a segment cannot be read: {error!r}") from error
    return outline


def _node(outline: Json, place: Sequence[str | int]) -> Json:
    """What holds the value at `place`."""
    node = outline
    for part in place[:-1]:
        node = node[part]
    return node
