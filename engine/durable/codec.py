"""The bytes of a segment: what happened (stimuli, events) and what changed (touched frames, or the whole snapshot).

    body = marker byte + JSON      marker 0: plain, 1: deflated with the preset dictionary below
    JSON = {"v": schema, "s": stimuli, "e": events, and either "w": snapshot or "g": globals, "f": frames, "x": removed}
           with an outline of it before all that where values are large; from schema 4 on such a body is the outline
           and each large value once (engine.durable.outline, engine.durable.large_values)

A delta names the frames it touched and, as explicit tombstones, those that are gone, so that loading lays frames over
the newest whole snapshot without re-stepping: no stored execution is tied to an engine's version.
"""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from engine.durable import outline
from engine.durable.body_json import dumps
from engine.durable.large_values import Values, Written
from engine.errors import NotFound, SchemaTooNew, StoreCorrupt
from engine.kernel import snapshot_codec, stimulus
from engine.kernel.history import HistoryEvent
from engine.kernel.snapshot import SCHEMA, Frame, Phase, Snapshot, Status
from engine.kernel.stimulus import FrameStimulus, Stimulus
from engine.ports.journal import BEGINNING_BYTES, BILLED, Journal, Loaded, Segment
from engine.ports.keys import ExecutionKey
from engine.records import dataclass

Json = Any

# Never change a dictionary that was released: a body written with it needs it for ever. Add another marker instead.
_DICTIONARY = (
    b'{"truncated":false},"inputDetails":{"outputDetails":{"assignedVariables":"previousEventId","error":"cause":'
    b'"ExecutionStarted","executionStartedEventDetails":"PassStateEntered","ChoiceStateEntered","WaitStateEntered",'
    b'"stateEnteredEventDetails":{"stateExitedEventDetails":{"name":"TaskStateExited","TaskStateEntered","TaskScheduled",'
    b'"taskScheduledEventDetails":{"parameters":{"resourceType":"connector","resource":"TaskStarted","TaskSucceeded",'
    b'"MapStateEntered","MapIterationStarted","MapIterationSucceeded","ParallelStateEntered","ParallelStateExited",'
    b'"phase":"SCHEDULED","RUNNING","WAITING","JOINING","DONE","machine":"/States/","/ItemProcessor","/Branches/0"'
    b'"arguments":{"variables":{"entered_at":"entered_event":"last_event":"lease_until":"attempt":"visit":"input":{"'
    b'"frames":{"facts":{"execution_id":"workflow":"version":"started_at":"kind":"STANDARD","workspace":"default"'
    b'"k":"TaskStarted","k":"TaskReturned","frame":"","output":{"at":17"seed":{"v":1,"s":[{"e":[["w":{"g":{"f":{"x":['
)
_LEAST_BITS = 13
"""A window of 8 KB holds the dictionary and a small body. One that is larger than the body takes time to be made."""

_JSON = json.JSONDecoder()
_PLAIN, _DEFLATED = b"\x00", b"\x01"
_OUTLINED = b'{"h":%8d,"o":'

MANY_FRAMES = 100
"""From so many frames on their JSON is kept from one whole snapshot to the next."""

MOST_KEPT_BYTES = 1024
"""The JSON of a larger frame is not kept: what it costs is its bytes, in memory too."""

_STIMULI: dict[str, type[Stimulus]] = {
    cls.__name__: cls
    for cls in vars(stimulus).values()
    if isinstance(cls, type) and issubclass(cls, Stimulus)
}


_OF_MANY = frozenset({"at", "seed", "frame", "visit", "attempt"})
"""The fields of every stimulus, and of each about a frame."""


class _StimulusFields(dict[str, tuple[tuple[str, Json], ...]]):
    """The own fields of a kind, beside those of every one and of those about a frame, with their defaults. Of each kind
    that was asked for: most processes meet few."""

    def __missing__(self, kind: str) -> tuple[tuple[str, Json], ...]:
        own = [item for item in fields(_STIMULI[kind]) if item.name not in _OF_MANY]
        found = self[kind] = tuple((item.name, item.default) for item in own)
        return found


_STIMULUS_FIELDS = _StimulusFields()


@dataclass(frozen=True, slots=True)
class Change:
    """What one segment records: from `stimuli` came `events` (as `encode_events` gave them; None where they have large
    values) and `snapshot`, in which `touched` frames are new and `removed` ones gone. `happened` are the events
    themselves, for an outline."""

    stimuli: tuple[Stimulus, ...]
    events: Sequence[bytes] | None
    snapshot: Snapshot
    touched: frozenset[str]
    removed: frozenset[str]
    happened: Sequence[HistoryEvent] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one stored segment records. `frames` are all that there are where it holds the `whole` snapshot, else those
    that it touched; `closed`: the execution has ended with it; `changes`: so often its version had changed by then."""

    stimuli: tuple[Stimulus, ...]
    events: tuple[HistoryEvent, ...]
    frames: Mapping[str, Frame]
    removed: frozenset[str]
    whole: bool
    closed: bool
    changes: int = 0


class FrameTexts:
    """The JSON of the frames of an execution's whole snapshots. What is small of DONE ones is kept from one to the
    next, for such a frame stays as it is: so that each is encoded once, however many whole snapshots hold it."""

    def __init__(self) -> None:
        self._schema = 0
        self._kept: dict[str, tuple[Frame, bytes]] = {}

    def of(self, frames: Mapping[str, Frame], schema: int) -> bytes:
        """The members of the JSON object of `frames`. Raises Unsayable where `schema` cannot hold one."""
        before = self._kept if schema == self._schema else {}
        kept: dict[str, tuple[Frame, bytes]] = {}
        members: list[bytes] = []
        for path in sorted(frames):
            frame, known = frames[path], before.get(path)
            if known is None or known[0] is not frame:
                known = frame, dumps(snapshot_codec.encode_frames(frames, (path,), schema))[1:-1]
            if frame.phase is Phase.DONE and len(known[1]) <= MOST_KEPT_BYTES:
                kept[path] = known
            members.append(known[1])
        self._schema, self._kept = schema, kept
        return b",".join(members)


def encode_events(events: Sequence[HistoryEvent]) -> bytes:
    """Events as JSON text: encoded once, when they happened, so that a segment's size is known as it grows."""
    return dumps(events)[1:-1]


def text_and_size(events: Sequence[HistoryEvent], written: Written | None) -> tuple[bytes | None, int]:
    """`events` as `encode_events` gives them, None where they have large values that `written` keeps; and by how many
    bytes they make the next segment longer."""
    if written is None or not written.met_some:
        text = encode_events(events)
        size = len(text)
        if size <= outline.OVER_BYTES or written is None or size <= outline.LEAST_AVERAGE_BYTES * len(events):
            return text, size
    added = outline.added_bytes(events, written)
    if added is not None:
        return None, added
    text = encode_events(events)
    return text, len(text)


def encode_change(
    change: Change, *, checkpoint: bool, schema: int = SCHEMA, compress_over: int = BILLED.compress_over,
    texts: FrameTexts | None = None, written: Written | None = None,
) -> bytes:
    """The segment's body, with the whole snapshot or only what changed, under the first schema from `schema` on that
    can hold it; deflated where it is over `compress_over` bytes, with an outline where values are large. The bytes are
    the same with and without `texts`. `written`: the large values of the segments before, to which it refers."""
    events = b"" if change.events is None else b",".join(change.events)
    records = len(change.happened) + len(change.stimuli) + len(change.snapshot.frames if checkpoint else change.touched)
    most = max(outline.OVER_BYTES, outline.LEAST_AVERAGE_BYTES * records)
    if change.events is not None and bool(change.happened) != bool(change.events):
        most = sys.maxsize
    large = change.events is None or len(events) > most
    if written is not None:
        written.not_searched(whole=checkpoint)
    if checkpoint and texts is not None and len(change.snapshot.frames) >= MANY_FRAMES and not large:
        text = _whole_text(change, schema, texts)
        if text and len(text) + len(events) <= most:
            return _pack(_with_events(text, events), compress_over)
    state: dict[str, Json] = {}
    while not state:
        try:
            state = _encode_state(change, schema, checkpoint=checkpoint)
        except snapshot_codec.Unsayable:
            schema += 1
    body = {"v": schema, "s": [_encode_stimulus(item) for item in change.stimuli], **state}
    text = b"" if large else dumps(body)
    found = None
    if not text or len(text) + len(events) > most:
        if schema >= outline.SHARES_VALUES:
            shared = outline.sharing(body, change.happened, Written() if written is None else written)
            if shared is not None:
                return _pack_shared(*shared, schema)
        else:
            found = outline.of(body, change.happened)
    outlined, text = (b"", text or dumps(body)) if found is None else found
    plain = _with_events(text, events or encode_events(change.happened))
    return (outlined and _pack_outlined(outlined, plain)) or _pack(plain, compress_over)


def _with_events(text: bytes, events: bytes) -> bytes:
    return b'%b,"e":[%b]}' % (text[:-1], events)


def _whole_text(change: Change, schema: int, texts: FrameTexts) -> bytes:
    """The JSON of a body with the whole snapshot, without events; empty where `schema` cannot hold it."""
    snapshot = change.snapshot
    try:
        frames = texts.of(snapshot.frames, schema)
        bare = snapshot_codec.encode(replace(snapshot, frames={}), schema)
    except snapshot_codec.Unsayable:
        return b""
    head = dumps({"v": schema, "s": [_encode_stimulus(item) for item in change.stimuli], "w": bare})
    return b"%b%b}}}" % (head.removesuffix(b"}}}"), frames)  # the frames are the last in it


def _encode_state(change: Change, schema: int, *, checkpoint: bool) -> dict[str, Json]:
    snapshot = change.snapshot
    if checkpoint:
        return {"w": snapshot_codec.encode(snapshot, schema)}
    return {
        "g": snapshot_codec.encode_globals(snapshot, schema),
        "f": snapshot_codec.encode_frames(snapshot.frames, sorted(change.touched), schema),
        "x": sorted(change.removed),
    }


def stored_snapshot(loaded: Loaded | None, *, outlined: bool = False) -> Snapshot | None:
    """The snapshot of an execution as it was committed last; None where nothing of it was. `outlined`: without its
    large values, where a segment has an outline. Raises as below."""
    if loaded is None or not loaded.segments:
        return None
    return decode_snapshot((segment.body for segment in loaded.segments), outlined=outlined)


def decode_snapshot(bodies: Iterable[bytes], *, outlined: bool = False, values: Values | None = None) -> Snapshot:
    """The snapshot after the last of `bodies`, which begin with a checkpoint. `values` then has their large values.

    Raises SchemaTooNew for a newer release's body, StoreCorrupt for what cannot be read.
    """
    snapshot: Snapshot | None = None
    values = Values() if values is None else values
    for body in bodies:
        snapshot = snapshot_after(snapshot, body, outlined=outlined, values=values)
    if snapshot is None:
        raise StoreCorrupt("there is no segment to read a snapshot from")
    return snapshot


def values_of(journal: Journal, key: ExecutionKey) -> Values:
    """For who reads any segments of an execution, in their order: what they refer to is read where it is needed. That
    raises NotFound where the execution was deleted meanwhile."""
    def held(seq: int) -> Mapping[str, Json]:
        for segment in journal.segments(key, seq):
            return held_by(segment.body)
        if journal.header(key) is None:
            raise NotFound(f"the execution {key.id!r} was deleted while it was read", where="id")
        return {}

    return Values(held)


def held_by(body: bytes) -> Mapping[str, Json]:
    """The large values that a body itself holds, by their digests. Raises as `unpack`."""
    found: Mapping[str, Json] = stored_json(body).get("t", {})
    return found


def snapshot_after(
    snapshot: Snapshot | None, body: bytes, *, outlined: bool = False, values: Values | None = None,
) -> Snapshot:
    """The snapshot after one segment, from the one before it; None before a checkpoint. Raises as decode_snapshot."""
    record = unpack(body, outlined=outlined, values=values, state_alone=True)
    if "w" in record:
        return snapshot_codec.decode(record["w"])
    if snapshot is None:
        raise StoreCorrupt("the oldest segment that was read holds no whole snapshot")
    frames = snapshot_codec.decode_frames(record["f"], record["v"])
    return snapshot_codec.apply_delta(snapshot, record["g"], frames, record["x"], record["v"])


def decode_events(body: bytes, *, outlined: bool = False, values: Values | None = None) -> list[HistoryEvent]:
    """The history events of one segment. `values` are those of the segments before, if it is read whole."""
    return [HistoryEvent(*parts) for parts in unpack(body, outlined=outlined, values=values)["e"]]


def decode_change(body: bytes, *, outlined: bool = False, values: Values | None = None) -> Recorded:
    """What one segment records, read at once. Raises as `decode_snapshot`."""
    record = unpack(body, outlined=outlined, values=values)
    whole = "w" in record
    part = {**record["w"], "removed": ()} if whole else {
        "frames": record["f"], "globals": record["g"], "schema": record["v"], "removed": record["x"],
    }
    status = part["globals"]["status"]
    return Recorded(
        tuple(_decode_stimulus(item) for item in record["s"]), tuple(HistoryEvent(*parts) for parts in record["e"]),
        snapshot_codec.decode_frames(part["frames"], part["schema"]), frozenset(part["removed"]), whole,
        status not in (Status.RUNNING, Status.PAUSED), len(part["globals"].get("changeovers", ())),
    )


def events_of(segment: Segment) -> Sequence[HistoryEvent]:
    """The history events of a segment: as its writer has them, or from its body, without large values."""
    return decode_events(segment.body, outlined=True) if segment.events is None else segment.events


def version_of(body: bytes) -> int | None:
    """The workflow's version, of a segment that holds the whole snapshot; None of another."""
    version: int | None = unpack(body, outlined=True).get("w", {}).get("facts", {}).get("version")
    return version


def decode_stimuli(body: bytes, *, outlined: bool = False, values: Values | None = None) -> list[Stimulus]:
    """The stimuli of one segment, to step them again (invariant I11)."""
    return [_decode_stimulus(item) for item in unpack(body, outlined=outlined, values=values)["s"]]


def _pack(plain: bytes, compress_over: int) -> bytes:
    if len(plain) <= compress_over:
        return _PLAIN + plain
    bits = min(max(len(plain).bit_length(), _LEAST_BITS), zlib.MAX_WBITS)
    press = zlib.compressobj(level=3, wbits=bits, memLevel=min(bits - 6, zlib.DEF_MEM_LEVEL), zdict=_DICTIONARY)
    return _DEFLATED + press.compress(plain) + press.flush()


def _pack_outlined(outlined: bytes, plain: bytes) -> bytes | None:
    """Deflated, the outline readable by itself; None where it is too long for the beginning of a body."""
    press = zlib.compressobj(level=3, zdict=_DICTIONARY)
    head = press.compress(_OUTLINED % len(outlined) + outlined) + press.flush(zlib.Z_SYNC_FLUSH)
    if len(head) >= BEGINNING_BYTES:
        return None
    return _DEFLATED + head + press.compress(b"," + plain[1:]) + press.flush()


def _pack_shared(outlined: bytes, held: Iterable[tuple[str, bytes]], schema: int) -> bytes:
    """As `_pack_outlined`: an outline with a table, and the JSON of the values that the body holds, by digest. An
    outline that is too long for the beginning of a body is read with the rest."""
    press = zlib.compressobj(level=3, zdict=_DICTIONARY)
    parts = [press.compress(_OUTLINED % len(outlined) + outlined), press.flush(zlib.Z_SYNC_FLUSH)]
    before = b',"v":%d,"t":{' % schema
    for digest, text in held:
        parts += press.compress(b'%b"%b":' % (before, digest.encode())), press.compress(text)
        before = b","
    closing = b"}}" if before == b"," else before + b"}}"
    return b"".join((_DEFLATED, *parts, press.compress(closing), press.flush()))


def _outline_in(body: bytes) -> bytes | None:
    """The outline at the beginning of a body, or of its first bytes; None where there is none, or not all of it."""
    if body[:1] != _DEFLATED:
        return None
    pressed = zlib.decompressobj(zdict=_DICTIONARY)
    start = _inflated(pressed, body[1:], len(_OUTLINED % 0))
    if not start.startswith(_OUTLINED[:5]) or not start.endswith(_OUTLINED[-5:]):
        return None
    length = int(start[5:-5])
    found = _inflated(pressed, pressed.unconsumed_tail, length)
    return found if len(found) == length else None


def _inflated(pressed: zlib._Decompress, data: bytes, length: int) -> bytes:
    """The next `length` bytes, or what there is of them."""
    found = b""
    while len(found) < length:
        more = pressed.decompress(data, length - len(found))
        if not more:
            break
        found, data = found + more, pressed.unconsumed_tail
    return found


def has_outline(body: bytes) -> bool:
    """Whether the first bytes of a body have its outline, so that the others need not be read."""
    try:
        return _outline_in(body) is not None
    except (ValueError, zlib.error):
        return False


def unpack(
    body: bytes, *, outlined: bool = False, values: Values | None = None, state_alone: bool = False
) -> Json:
    """The JSON value of a body, or its outline where it has one. `values` are those of the segments before, to which it
    may refer where it is read whole; `state_alone`: a large one may come without its stimuli and events. Raises
    StoreCorrupt, or SchemaTooNew for another release's marker or schema."""
    if outlined:
        found = stored_json(body, outlined=True)
        found = found["o"] if "t" in found and "o" in found else found  # where the outline could not be read by itself
        return outline.read(found) if "p" in found else found
    value = stored_json(body, state_alone=state_alone)
    if "t" not in value:
        return value
    return outline.whole(value["o"], value["t"], Values() if values is None else values)


def stored_json(body: bytes, *, outlined: bool = False, state_alone: bool = False) -> Json:
    """The JSON value of a body as it is stored, or its outline where it has one; `state_alone` as in `unpack`. Raises
    as that does."""
    marker, data = body[:1], body[1:]
    try:
        found = _outline_in(body) if outlined else None
        if found is not None:
            data = found
        elif marker == _DEFLATED:
            data = zlib.decompressobj(zdict=_DICTIONARY).decompress(data)
        elif marker != _PLAIN:
            raise SchemaTooNew(f"a segment in format {marker!r}: a newer release wrote it")
        text = data.decode("utf-8", "surrogatepass")
        if state_alone and len(text) > outline.OVER_BYTES:
            del data  # it is as long again
            value = _state_of(text)
        else:
            value = json.loads(text)
    except (ValueError, IndexError, zlib.error) as error:
        raise StoreCorrupt(f"a segment cannot be read: {error}") from error
    if not isinstance(value, dict):
        raise StoreCorrupt("a segment cannot be read: it is no JSON object")
    if value.get("v", SCHEMA) > SCHEMA:
        raise SchemaTooNew(f"a snapshot of schema {value['v']}; this release knows up to {SCHEMA}")
    return value


def _state_of(text: str) -> Json:
    """The members of a body's JSON, except its stimuli, each of which is dropped as it is read, and its events, which
    come last. Raises ValueError or IndexError."""
    value: dict[str, Json] = {}
    if not text.startswith("{"):
        raise ValueError("it is no JSON object")
    at = 0
    while text[at] != "}":
        name, at = _JSON.raw_decode(text, at + 1)
        if name == "e":
            break
        if name == "h":  # padded with spaces
            at = text.index(",", at)
        elif name == "s":
            at = _after(text, at + 1)
        else:
            value[name], at = _JSON.raw_decode(text, at + 1)
    return value


def _after(text: str, at: int) -> int:
    """Where the list ends that begins at `at`."""
    if text[at] != "[":
        raise ValueError("the stimuli are no list")
    if text[at + 1] == "]":
        return at + 2
    while text[at] != "]":
        at = _JSON.raw_decode(text, at + 1)[1]
    return at + 1


def _encode_stimulus(item: Stimulus) -> dict[str, Json]:
    kind = item.__class__.__name__
    record: dict[str, Json] = {"k": kind, "at": item.at}
    if item.seed:
        record["seed"] = item.seed
    if isinstance(item, FrameStimulus):
        if item.frame:
            record["frame"] = item.frame
        if item.visit:
            record["visit"] = item.visit
        if item.attempt:
            record["attempt"] = item.attempt
    for name, default in _STIMULUS_FIELDS[kind]:
        value = getattr(item, name)
        if value is not default and value != default:
            record[name] = value
    return record


def _decode_stimulus(record: dict[str, Json]) -> Stimulus:
    kind = _STIMULI.get(record["k"])
    if kind is None:
        raise SchemaTooNew(f"a stimulus called {record['k']}: a newer release wrote it")
    return kind(**{key: value for key, value in record.items() if key != "k"})
