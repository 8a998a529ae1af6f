"""What others say to an execution, as inbox items and back as stimuli.

An item's id makes the first one win: one answer per task attempt, one stop per execution, one notice per child. A
heartbeat may come often, so its id carries the time.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from engine.errors import SchemaTooNew, StoreCorrupt
from engine.kernel.snapshot import Phase, Snapshot
from engine.kernel.stimulus import (
    CallbackErred,
    CallbackHeartbeat,
    CallbackReturned,
    CallOver,
    ChildClosed,
    MapRunUpdated,
    Stimulus,
    StopRequested,
    TaskStarted,
)
from engine.language.expr.java_text import json_text
from engine.ports.journal import InboxItem, Parent
from engine.ports.keys import Actor, ExecutionKey

Json = Any

STOP = "stop"
"""The id of a stop; and its kind."""
WAKE_SENT = "bell"
"""Likewise, as stored: a wake is on its way for what lies here, so that nobody else sends one."""

_OVER = "over"

_KINDS = (STOP, "success", "failure", "heartbeat", "notice", WAKE_SENT, "map_run", "taken", _OVER)

Place = tuple[str, int, int]
_PLACE = ("frame", "visit", "attempt")

_OF_A_NOTICE = ("child", "index", "status", "output", "inline", "redrives")
_OF_AN_UPDATE = ("concurrency", "tolerated_count", "tolerated_percentage")

NOTICE_SECONDS = 60.0
"""After this long an unread item makes its execution overdue, so that a lost wake is noticed."""


def stop_item(key: ExecutionKey, at: float, *, error: str | None, cause: str | None, actor: Actor) -> InboxItem:
    """StopExecution: the first one's error and cause count."""
    return _item(key, STOP, at, {"kind": STOP, "error": error, "cause": cause, "by": actor.name})


def answer_item(key: ExecutionKey, at: float, place: Place, answer: dict[str, Json]) -> InboxItem:
    """A callback's answer: ``{"kind": "success", "output"}`` or ``{"kind": "failure", "error", "cause"}``."""
    return _item(key, _id("answer", *place), at, answer, place)


def is_answer(item: InboxItem, place: Place) -> bool:
    """Whether `item` is an answer to the attempt at `place`."""
    return item.id == _id("answer", *place)


def heartbeat_item(key: ExecutionKey, at: float, place: Place) -> InboxItem:
    """SendTaskHeartbeat."""
    return _item(key, _id("beat", *place, f"{at:.3f}"), at, {"kind": "heartbeat"}, place)


def taken_item(key: ExecutionKey, at: float, place: Place, worker: str | None) -> InboxItem:
    """A worker has taken the work item of an activity; `worker` is the name it gave."""
    return _item(key, _id("taken", *place), at, {"kind": "taken", "worker": worker}, place)


def notice_item(key: ExecutionKey, at: float, parent: Parent, notice: dict[str, Json]) -> InboxItem:
    """A child of the execution `key` has ended: ``{"child", "status", "output", "inline"}``."""
    place = (parent.frame, parent.visit, parent.attempt)
    record = {"kind": "notice", **notice, "index": parent.index}
    return _item(key, _id("notice", *place, parent.index), at, record, place)


def over_item(key: ExecutionKey, at: float, place: Place, *, lease_until: float, definite: bool) -> InboxItem:
    """A call that was under way when the execution ended was answered. It is due, and of no use any more, when the
    call's lease ends."""
    record = {"kind": _OVER, "lease_until": lease_until, "definite": definite}
    return replace(_item(key, _id(_OVER, *place), at, record, place), due_at=max(lease_until, at))


def outlives_the_end(item: InboxItem, now: float) -> bool:
    """Whether `item` was said to an execution that has ended, for a redrive of it."""
    return item.id.startswith(f"{_OVER}#") and item.due_at > now


def wake_sent_item(key: ExecutionKey, at: float) -> InboxItem:
    """Somebody has put a notice, and sends the wake for it (engine.durable.notices)."""
    return _item(key, WAKE_SENT, at, {"kind": WAKE_SENT})


def map_run_item(key: ExecutionKey, at: float, place: Place, changes: dict[str, Json]) -> InboxItem:
    """UpdateMapRun: ``{"concurrency", "tolerated_count", "tolerated_percentage"}``, each only where it changes."""
    return _item(key, _id("map_run", *place[1:], f"{at:.3f}"), at, {"kind": "map_run", **changes}, place)


def ready_to_consume(item: InboxItem, snapshot: Snapshot) -> bool:
    """Whether `item` can be fed now. An answer that overtook the hand-over has to wait: its task is still RUNNING, or
    SCHEDULED to be handed over once more."""
    record = _parse(item)
    frame = snapshot.frames.get(record.get("frame", ""))
    if record["kind"] in (STOP, "taken", _OVER) or frame is None or frame.phase not in (Phase.RUNNING, Phase.SCHEDULED):
        return True
    if record["kind"] == "notice":
        return bool(frame.visit != record["visit"])
    return (frame.visit, frame.attempt) != (record["visit"], record["attempt"])


def stimulus_of(item: InboxItem, *, at: float, seed: int) -> Stimulus:
    """The item as a stimulus. Raises StoreCorrupt for what cannot be read, SchemaTooNew for a newer release's item."""
    record = _parse(item)
    if record["kind"] == "stop":
        return StopRequested(at=at, error=record["error"], cause=record["cause"])
    return _answer(record, at, seed)


def stop_words(item: InboxItem) -> tuple[str | None, str | None]:
    """A stop's error and cause."""
    record = _parse(item)
    return record["error"], record["cause"]


def _answer(record: dict[str, Json], at: float, seed: int) -> Stimulus:  # noqa: PLR0911 - one a kind
    place = (at, seed, record["frame"], record["visit"], record["attempt"])
    if record["kind"] == "success":
        return CallbackReturned(*place, output=record["output"])
    if record["kind"] == "failure":
        return CallbackErred(*place, error=record["error"], cause=record["cause"])
    if record["kind"] == "notice":
        return ChildClosed(*place, **{name: record[name] for name in _OF_A_NOTICE if name in record})
    if record["kind"] == "taken":
        return TaskStarted(*place, worker=record["worker"])
    if record["kind"] == _OVER:
        return CallOver(*place, lease_until=record["lease_until"], definite=record["definite"])
    if record["kind"] == "map_run":
        return MapRunUpdated(*place, **{name: record[name] for name in _OF_AN_UPDATE if name in record})
    return CallbackHeartbeat(*place)


def _id(*parts: str | int) -> str:
    return "#".join(map(str, parts))


def _item(
    key: ExecutionKey, item_id: str, at: float, record: dict[str, Json], place: Place | tuple[()] = ()
) -> InboxItem:
    text = json_text({**record, **dict(zip(_PLACE, place, strict=False))})
    return InboxItem(key, item_id, text.encode("utf-8", "surrogatepass"), at + NOTICE_SECONDS)


def _parse(item: InboxItem) -> dict[str, Json]:
    try:
        record = json.loads(item.body.decode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise StoreCorrupt(f"the inbox item {item.id} cannot be read: {error}") from error
    if not isinstance(record, dict) or not isinstance(record.get("kind"), str):
        raise StoreCorrupt(f"the inbox item {item.id} is not a JSON object with a kind")
    if record["kind"] not in _KINDS:
        raise SchemaTooNew(f"the inbox item {item.id} is of the kind {record['kind']!r}: a newer release wrote it")
    return record
