"""A snapshot as plain JSON values and back: whole, or as the delta that a segment holds.

Fields at their default are left out, so that a small frame is small. Caches (`progress` …) are not encoded:
they are derived again. What an older schema wrote, whole or delta, is brought up to date by `UPCASTERS`, one for each
step; what a newer one wrote raises SchemaTooNew. A stage that may still return to the release before writes that one's
schema: `DOWNCASTERS` lead back to it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields, replace
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from engine.errors import InvalidDocument, SchemaTooNew
from engine.kernel.snapshot import SCHEMA, UNCONFIRMED, Facts, Fanout, Frame, Phase, Snapshot, Status
from engine.records import dataclass

Json = Any

_VALUES = ("deadline", "output", "error", "cause")
_VALUES_OF, _NO_VALUES = attrgetter(*_VALUES), (None,) * len(_VALUES)
_GLOBALS = (
    "status", "last_at", "next_event", "next_visit", *_VALUES, "abandoned", "stops", "redrives", "changeovers",
)


def _as_it_is(value: Json) -> Json:
    return value


@dataclass(frozen=True, slots=True)
class Caster:
    """From one schema to its neighbour, part by part, so that it serves whole snapshots and deltas alike.

    Pure functions: each takes an encoded part and gives the neighbour's, without changing what it was given. One that
    leads to an older schema raises Unsayable for what that cannot hold."""

    facts: Callable[[Json], Json] = _as_it_is
    globals: Callable[[Json], Json] = _as_it_is
    frame: Callable[[Json], Json] = _as_it_is


UPCASTERS: dict[int, Caster] = {1: Caster(), 2: Caster(), 3: Caster()}
"""By the schema they start from (2 added jobs, 3 what a redrive needs, 4 changes of version: nothing had them before).
One that was released stays for ever: what it reads may be in a journal."""


class Unsayable(Exception):
    """A part makes use of what the older schema does not have. Such an execution is written in the newest schema."""


def _on_one_version(globals_: Json) -> Json:
    if "changeovers" in globals_:
        raise Unsayable
    return globals_


DOWNCASTERS: dict[int, Caster] = {3: Caster(globals=_on_one_version)}
"""By the schema they lead to, for each from UNCONFIRMED to SCHEMA. It goes with the release that raises UNCONFIRMED."""


def _getter(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda item: tuple([getattr(item, name) for name in names])


class _Fields:
    """The fields of a dataclass that are encoded, each with its default (MISSING where it must be given)."""

    def __init__(self, cls: type, *, without: Collection[str] = ()) -> None:
        defaults = {item.name: _default(item) for item in fields(cls) if item.name not in without}
        self._names = tuple(defaults)
        self._values_of = _getter(self._names)
        self._defaults = tuple(defaults.values())

    def put(self, record: dict[str, Json], item: Any) -> dict[str, Json]:
        """Those that differ from their default, into `record`. Most often none does: that is one comparison."""
        values = self._values_of(item)
        if values != self._defaults:
            record |= {
                name: value for name, value, default in zip(self._names, values, self._defaults, strict=True)
                if value is not default and (value != default or value.__class__ is not default.__class__)
            }
        return record


def _default(item: Field[Any]) -> Any:
    return item.default_factory() if item.default_factory is not MISSING else item.default


_FACTS = _Fields(Facts)
_FANOUT = _Fields(Fanout)
_FRAME = _Fields(Frame, without=(
    "path", "machine", "state", "phase", "visit", "input", "arguments", "entered_at", "entered_event", "last_event",
    "lease_until", "started_event", "fanout",
))
"""What of a frame is seldom anything but its default; `encode_frame` looks at the others one by one."""


def written_schema(confirmed: int) -> int:
    """The schema to write, where a stage's setting is `confirmed` (0: nothing is).

    Raises InvalidDocument for one that this release does not write.
    """
    if confirmed and not UNCONFIRMED <= confirmed <= SCHEMA:
        known = f"{UNCONFIRMED} or {SCHEMA}" if UNCONFIRMED < SCHEMA else str(SCHEMA)
        newer = "; the stage may hold executions that this release cannot read" if confirmed > SCHEMA else ""
        raise InvalidDocument(
            f"this release writes snapshots of schema {known}, not {confirmed}{newer}",
            where="AUTOMATE_SNAPSHOT_SCHEMA (-c snapshot_schema)",
            advice="Deploy the release that it was confirmed for, or leave it out.",
        )
    return confirmed or UNCONFIRMED


def encode(snapshot: Snapshot, schema: int = SCHEMA) -> Json:
    """The whole snapshot. Raises Unsayable where an older `schema` cannot hold it."""
    facts = _FACTS.put({}, snapshot.facts)
    for caster in _steps_to(schema):
        facts = caster.facts(facts)
    return {
        "schema": schema,
        "facts": facts,
        "input": snapshot.input,
        "globals": encode_globals(snapshot, schema),
        "frames": encode_frames(snapshot.frames, sorted(snapshot.frames), schema),
    }


def decode(value: Json) -> Snapshot:
    """The snapshot that `encode` gave. Raises SchemaTooNew for a newer release's."""
    schema = value["schema"]
    if schema > SCHEMA:
        raise SchemaTooNew(f"a snapshot of schema {schema}; this release knows up to {SCHEMA}")
    facts = value["facts"]
    for upcaster in _steps_from(schema):
        facts = upcaster.facts(facts)
    frames = decode_frames(value["frames"], schema)
    snapshot = Snapshot(Facts(**facts), value["input"], frames=MappingProxyType(frames))
    return _on_its_version(replace(snapshot, **_decode_globals(value["globals"], schema)))


def decode_frames(values: Mapping[str, Json], schema: int) -> dict[str, Frame]:
    """Frames by path, as they were encoded under `schema`."""
    steps = list(_steps_from(schema))
    frames: dict[str, Frame] = {}
    for path, frame in values.items():
        for upcaster in steps:
            frame = upcaster.frame(frame)  # noqa: PLW2901  the same frame, one schema on
        frames[path] = decode_frame(path, frame)
    return frames


def _steps_from(schema: int) -> Iterator[Caster]:
    return (UPCASTERS[number] for number in range(schema, SCHEMA))


def _steps_to(schema: int) -> list[Caster]:
    return [DOWNCASTERS[number] for number in range(SCHEMA - 1, schema - 1, -1)]


def encode_globals(snapshot: Snapshot, schema: int = SCHEMA) -> Json:
    """What is not in a frame and can change. Raises Unsayable where an older `schema` cannot hold it."""
    changed: dict[str, Json] = {
        "status": snapshot.status._value_, "last_at": snapshot.last_at, "next_event": snapshot.next_event,
        "next_visit": snapshot.next_visit,
    }
    values = _VALUES_OF(snapshot)
    if values != _NO_VALUES:
        changed |= {name: value for name, value in zip(_VALUES, values, strict=True) if value is not None}
    if snapshot.abandoned:
        changed["abandoned"] = list(snapshot.abandoned)
    if snapshot.stops:
        changed["stops"] = list(snapshot.stops)
    if snapshot.redrives:
        changed["redrives"] = snapshot.redrives
    if snapshot.changeovers:
        changed["changeovers"] = list(snapshot.changeovers)
    if snapshot.redrivable:
        changed["remains"] = encode_frames(snapshot.redrivable, sorted(snapshot.redrivable), schema)
    for caster in _steps_to(schema):
        changed = caster.globals(changed)
    return changed


def _decode_globals(value: Mapping[str, Json], schema: int) -> dict[str, Json]:
    for upcaster in _steps_from(schema):
        value = upcaster.globals(value)
    known: dict[str, Json] = dict.fromkeys(_GLOBALS)
    known.update(value)
    known["status"] = Status(value["status"])
    known["abandoned"] = tuple(value.get("abandoned", ()))
    known["stops"] = tuple(value.get("stops", ()))
    known["redrives"] = value.get("redrives", 0)
    known["changeovers"] = tuple(value.get("changeovers", ()))
    known["redrivable"] = MappingProxyType(decode_frames(known.pop("remains", {}), schema))
    return known


def encode_frames(frames: Mapping[str, Frame], paths: Iterable[str], schema: int = SCHEMA) -> dict[str, Json]:
    """The frames at `paths`, by them. Raises Unsayable where an older `schema` cannot hold one."""
    steps = [caster.frame for caster in _steps_to(schema) if caster.frame is not _as_it_is]
    encoded: dict[str, Json] = {}
    for path in paths:
        frame = encode_frame(frames[path])
        for cast in steps:
            frame = cast(frame)
        encoded[path] = frame
    return encoded


def encode_frame(frame: Frame) -> Json:
    """One frame, without its path."""
    record: dict[str, Json] = {"machine": frame.machine, "state": frame.state, "phase": frame.phase._value_}
    if frame.visit:
        record["visit"] = frame.visit
    if frame.input is not None:
        record["input"] = frame.input
    if frame.arguments is not None:
        record["arguments"] = frame.arguments
    if frame.entered_at:
        record["entered_at"] = frame.entered_at
    if frame.entered_event:
        record["entered_event"] = frame.entered_event
    if frame.last_event:
        record["last_event"] = frame.last_event
    if frame.lease_until:
        record["lease_until"] = frame.lease_until
    if frame.started_event:
        record["started_event"] = frame.started_event
    if frame.fanout is not None:
        record["fanout"] = _FANOUT.put({}, frame.fanout)
    return _FRAME.put(record, frame)


def decode_frame(path: str, value: Mapping[str, Json]) -> Frame:
    """The frame at `path` that `encode_frame` gave."""
    record = dict(value)
    record["phase"] = Phase(record["phase"])
    if "retries" in record:
        record["retries"] = tuple(record["retries"])
    if "fanout" in record:
        record["fanout"] = Fanout(**record["fanout"])
    return Frame(path=path, **record)


def apply_delta(
    snapshot: Snapshot, changed: Mapping[str, Json], frames: Mapping[str, Frame], removed: Iterable[str],
    schema: int = SCHEMA,
) -> Snapshot:
    """`snapshot` with new globals (encoded under `schema`), `frames` laid over its own and the `removed` ones gone."""
    laid = {**snapshot.frames, **frames}
    for path in removed:
        laid.pop(path, None)
    return _on_its_version(replace(
        snapshot, frames=MappingProxyType(laid), progress=MappingProxyType({}), ready=None,
        **_decode_globals(changed, schema),
    ))


def _on_its_version(snapshot: Snapshot) -> Snapshot:
    """A delta holds no facts: the version is that of the last change."""
    if not snapshot.changeovers or snapshot.facts.version == snapshot.changeovers[-1]["version"]:
        return snapshot
    return replace(snapshot, facts=replace(snapshot.facts, version=snapshot.changeovers[-1]["version"]))

