"""The outline of a segment: what it records, without its large values. It stands at the beginning of a large body, so
that who sends no values reads none.

    {"h": length of the outline, "o": the outline, "v": …, "s": …, "e": …, "w" or "g", "f", "x": …}    the body
    {"v": …, "s": …, "e": …, …, "p": places, "d": digests}                                             the outline

The outline has the body's shape, with null in the place of each large value; `p` lists those places, each a path with
the value's size behind it, `d` those of a Task's arguments that are not whole, with their digest. An earlier release
reads over "h" and "o". Who reads an outline finds a LeftOut in each of the places.

From schema SHARES_VALUES on the body is the outline and each large value once (engine.durable.large_values):

    {"h": length of the outline, "o": the outline, "v": …, "t": [value, …]}                            the body
    {"v": …, "s": …, "e": …, …, "p": places, "d": digests, "t": [[size, digest], [size, digest, N], …]}    the outline

A place then has behind it the number of its value in the table "t" of the outline. The body's "t" has the values of
that table in their order, except those with a segment's number N, an earlier one, whose body has them. No place is
told by what stands in it, so no value can be taken for a reference.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from engine.durable.body_json import dumps
from engine.durable.large_values import MOST_VALUE_BYTES, Known, Values, Written
from engine.errors import StoreCorrupt

Json = Any
Place = tuple[str | int, ...]

OVER_BYTES, LEAST_AVERAGE_BYTES = 64 * 1024, 1024
"""A segment of less JSON, or of less for each event, stimulus and frame, has no outline: it is read as quickly whole,
and is not searched for large values when it is written."""

SHARES_VALUES = 4
"""The schema from which on a body holds each large value once."""

_WIDE, _DEEP, _DEEPEST = 32, 3, 6
"""Of a small object or list only what is large in it is left out, so that an id beside it is still there: so deep, and
deeper where the same value within several objects is to be one."""

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
    return sum(left.size for left in _parts(value, _DEEPEST + 2))


def parts_left_out(value: Json) -> int:
    """How many parts of `value` were not read."""
    return sum(1 for _ in _parts(value, _DEEPEST + 2))


def _parts(value: Json, depth: int) -> Iterator[LeftOut]:
    if isinstance(value, LeftOut):
        yield value
    elif depth and isinstance(value, dict) and (len(value) <= _WIDE or depth > _DEEPEST):
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


Events = Sequence[tuple[Any, ...]]


def of(record: Mapping[str, Json], events: Events) -> tuple[bytes, bytes] | None:
    """The outline of `record` (a body's JSON value, without its events) and `events`, and the JSON of `record`, for
    which no large value is written out twice. None where nothing is large."""
    cutting = _Texts(_called(record))
    outline = _cut(record, events, cutting)
    if not cutting.places:
        return None
    return dumps({**outline, "p": cutting.places, "d": cutting.digests}), cutting.text(record)


def sharing(
    record: Mapping[str, Json], events: Events, written: Written
) -> tuple[bytes, Iterator[tuple[str, bytes]]] | None:
    """The outline of `record` and `events` with the table of their values, and of those that the body is to hold digest
    and JSON. None where nothing is large."""
    cutting = _Shared(written, _called(record))
    outline = _cut(record, events, cutting)
    if not cutting.places:
        return None
    used: dict[str, Known] = {}
    for *_, known in cutting.places:
        used.setdefault(known.digest, known)
    numbers = {digest: number for number, digest in enumerate(used)}
    table, held = written.table([*used.values()], whole="w" in record)
    places = [[*place, numbers[known.digest]] for *place, known in cutting.places]
    texts = ((known.digest, written.text(known)) for known in held)
    return dumps({**outline, "p": places, "d": cutting.digests, "t": table}), texts


def added_bytes(events: Events, written: Written) -> int | None:
    """How much a segment grows by `events`, each large value of which it holds once, if no earlier one does. None where
    nothing is large."""
    cutting = _Shared(written, ())
    size = sum(len(dumps(_event(number, event, cutting))) for number, event in enumerate(events))
    if not cutting.places:
        return None
    added: dict[str, int] = {known.digest: known.size for *_, known in cutting.places if written.adds(known)}
    return size + sum(added.values())


def _called(record: Mapping[str, Json]) -> set[str]:
    return {each.get("frame", "") for each in record["s"] if each["k"] == "TaskStarted"}


def _event(number: int, event: tuple[Any, ...], cutting: _Cutting) -> list[Json]:
    return [*event[:4], event[4] and cutting.fields(event[4], ("e", number, 4))]


def _cut(record: Mapping[str, Json], events: Events, cutting: _Cutting) -> dict[str, Json]:
    outline: dict[str, Json] = {
        "v": record["v"],
        "s": [cutting.fields(stimulus, ("s", number)) for number, stimulus in enumerate(record["s"])],
        "e": [_event(number, event, cutting) for number, event in enumerate(events)],
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
    return outline


class _Cutting(ABC):
    """Leaves out what is large, and notes where. `called` are the frames whose Tasks begin: their arguments' digests
    are noted, for the ledger of effects."""

    def __init__(self, called: Collection[Place | str | int]) -> None:
        self._called = called
        self.places: list[list[Json]] = []
        self.digests: list[list[Json]] = []

    @abstractmethod
    def cut(self, value: Json, place: Place, depth: int = _DEEP) -> Json:
        """`value`, or what is left of it."""

    def _inner(self, value: Json, place: Place, depth: int) -> Json:
        """A small object or list, each member of which may be large."""
        if isinstance(value, Mapping):
            return {
                name: each if name in _KEPT else self.cut(each, (*place, name), depth - 1)
                for name, each in value.items()
            }
        return [self.cut(each, (*place, number), depth - 1) for number, each in enumerate(value)]

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


class _Shared(_Cutting):
    """Where values are written once each. It notes which value stands in each place, and writes out none that was met
    before."""

    def __init__(self, written: Written, called: Collection[Place | str | int]) -> None:
        super().__init__(called)
        self._written = written

    def cut(self, value: Json, place: Place, depth: int = _DEEPEST) -> Json:
        """`value`, or what is left of it: what is large in it first, for all of it may be much longer."""
        known = self._written.met(value)
        if known is None:
            if isinstance(value, str):
                if len(value) <= MOST_VALUE_BYTES // 12:
                    return value
            elif not isinstance(value, Mapping | list | tuple) or not value:
                return value
            elif depth and len(value) <= _WIDE:
                before = len(self.places)
                inner = self._inner(value, place, depth)
                if len(dumps(inner)) <= MOST_VALUE_BYTES:
                    return inner
                del self.places[before:]
            known = self._written.large(value)
            if known is None:
                return value
        self.places.append([*place, known])
        return None


class _Texts(_Cutting):
    """Where a body holds values as often as they stand in it. It notes their sizes, and keeps their texts."""

    def __init__(self, called: Collection[Place | str | int]) -> None:
        super().__init__(called)
        self._texts: dict[int, bytes] = {}  # by identity: the same value stands in several places

    def cut(self, value: Json, place: Place, depth: int = _DEEP) -> Json:
        """`value`, or what is left of it."""
        size = self._size(value)
        if size <= MOST_VALUE_BYTES:
            return value
        before = len(self.places)
        if depth and not isinstance(value, str) and len(value) <= _WIDE:
            inner = self._inner(value, place, depth)
            if len(dumps(inner)) <= MOST_VALUE_BYTES:
                return inner
        self.places[before:] = [[*place, size]]
        return None

    def _size(self, value: Json) -> int:
        """Of the value as JSON; 0 for one that is surely small."""
        if isinstance(value, str):
            return 0 if len(value) <= MOST_VALUE_BYTES // 12 else len(dumps(value))
        if not isinstance(value, Mapping | list | tuple) or not value:
            return 0
        known = self._texts.get(id(value))
        if known is None:
            known = self._texts[id(value)] = dumps(value)
        return len(known)

    def text(self, value: Json, depth: int = 4) -> bytes:
        """`value` as JSON; down to the fields of frames and stimuli it is put together of what was written before."""
        known = self._texts.get(id(value))
        if known is not None:
            return known
        if depth and isinstance(value, dict):
            return b"{%b}" % b",".join(
                b"%b:%b" % (dumps(name), self.text(each, depth - 1)) for name, each in value.items()
            )
        if depth and isinstance(value, list):
            return b"[%b]" % b",".join(self.text(each, depth - 1) for each in value)
        return dumps(value)


def read(outline: Json) -> Json:
    """An outline as it was stored, with a LeftOut in each place. Raises StoreCorrupt."""
    try:
        table = outline.pop("t", None)
        digests = {tuple(place): digest for *place, digest in outline.pop("d")}
        for *place, size in outline.pop("p"):
            node, known = _node(outline, place), digests.pop(tuple(place), None)
            event = outline["e"][place[1]][0] if place[0] == "e" else None
            bytes_ = size if table is None else table[size][0]
            node[place[-1]] = LeftOut(bytes_, event, tuple(place[3:]), digest=known)
        for whole, digest in digests.items():
            node = _node(outline, whole)
            node[whole[-1]] = PartlyLeftOut(node[whole[-1]], digest)
    except (LookupError, TypeError, ValueError) as error:
        raise StoreCorrupt(f"the outline of a segment cannot be read: {error!r}") from error
    return outline


def whole(outline: Json, held: Mapping[str, Json], values: Values) -> Json:
    """An outline as it was stored, with its value in each place; `held` are those of its body. Raises StoreCorrupt."""
    try:
        found = values.of(outline.pop("t"), held, whole="w" in outline)
        del outline["d"]
        for *place, number in outline.pop("p"):
            _node(outline, place)[place[-1]] = found[number]
    except (LookupError, TypeError, ValueError) as error:
        raise StoreCorrupt(f"a segment cannot be put together: {error!r}") from error
    return outline


def _node(outline: Json, place: Sequence[str | int]) -> Json:
    """What holds the value at `place`."""
    node = outline
    for part in place[:-1]:
        node = node[part]
    return node
