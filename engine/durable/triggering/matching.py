"""Events and messages: which triggers they reach, and what each of them starts.

An event is held against the patterns of all triggers of its bus at once, by an index that is made anew when something
was published. One that no pattern matches leaves nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.clock import Clock
from engine.durable.triggering.delivering import Delivered, Delivering
from engine.durable.triggering.listening import Listening
from engine.errors import InvalidDocument
from engine.language.asl.times import iso_timestamp
from engine.triggers.ends import EVERY, WORKFLOW_END, hears
from engine.triggers.events.index import PatternIndex
from engine.triggers.events.pattern import Pattern, compile_pattern
from engine.triggers.events.reasons import reasons
from engine.triggers.faults import TriggerFault
from engine.triggers.listener import Arrival, Listener
from engine.triggers.objects import KIND as S3
from engine.triggers.objects import pattern_of, put_of
from engine.values import loads

Json = Any

DEFAULT_BUS = "default"

_Index = tuple[PatternIndex, tuple[Listener, ...]]


class Arriving:
    """One workspace's. Safe to share between threads: what is published is taken up whole."""

    def __init__(self, listening: Listening, delivering: Delivering, clock: Clock) -> None:
        self._listening = listening
        self._delivering = delivering
        self._clock = clock
        self._indexed: tuple[tuple[Listener, ...], Mapping[str, _Index]] | None = None

    def whole_event(self, event: Mapping[str, Json], now: float) -> dict[str, Json]:
        """An event as EventBridge delivers one: what is missing of its envelope is made. Raises InvalidDocument."""
        for field, kind, says in (
            ("source", str, "a text"), ("detail-type", str, "a text"), ("detail", dict, "an object"),
        ):
            if not isinstance(event.get(field), kind):
                raise InvalidDocument(
                    f"an event has {field!r}, which is {says}", where=f"/{field}",
                    advice='As {"source": "my.shop", "detail-type": "Order placed", "detail": {"total": 120}}.',
                )
        made: dict[str, Json] = {
            "version": "0", "id": str(uuid.uuid4()), "account": "", "time": iso_timestamp(now), "region": "",
            "resources": [],
        }
        whole = {**made, **event}
        if not isinstance(whole["id"], str) or not whole["id"]:
            raise InvalidDocument("the id of an event is a text", where="/id")
        return whole

    def event(self, bus: str, event: Mapping[str, Json], *, source: str) -> list[Delivered]:
        """Deliver an event of `bus` to each trigger whose pattern it matches. Raises StorageError: what was delivered
        is delivered, and the event may come again."""
        found = self._patterns().get(bus)
        if found is None:
            return []
        index, listeners = found
        arrival = Arrival(
            event, self._clock.now(), {"Bus": bus}, str(event["id"]) if event.get("id") else None, source
        )
        put = put_of(event)
        of_put = arrival if put is None else replace(arrival, dedupe_key=put)
        return [
            self._delivering.deliver(listener, of_put if listener.kind == S3 else arrival, keeps=True)
            for listener in (listeners[number] for number in index.matching(event))
        ]

    def message(self, queue: str, message_id: str, body: Json, *, source: str) -> list[Delivered]:
        """Deliver a message of `queue`, by ARN or name, to each trigger of that queue. A body that is JSON text is what
        it says. Raises StorageError."""
        arrival = Arrival(_read(body), self._clock.now(), {"Queue": queue}, message_id, source)
        return [
            self._delivering.deliver(listener, arrival, keeps=True) for listener in self._listening.all()
            if listener.kind == "queue" and listener.spec.get("queue") == queue
        ]

    def _patterns(self) -> Mapping[str, _Index]:
        listeners = self._listening.all()
        if self._indexed is None or self._indexed[0] is not listeners:
            self._indexed = (listeners, _indexes(listeners))
        return self._indexed[1]


def not_heard(listener: Listener, value: Json) -> str | None:
    """Why a trigger would not hear `value` at all, before its `when` is asked: an event that its pattern does not
    match, an end of another status or error. None where it would."""
    spec = listener.spec
    if listener.kind in ("event", S3):
        pattern = compile_pattern(pattern_of(spec) if listener.kind == S3 else spec["pattern"])
        return next((found.message for found in reasons(pattern, value)), None)
    if listener.kind != WORKFLOW_END:
        return None
    status, error = (value.get("status"), value.get("error")) if isinstance(value, dict) else (None, None)
    other = "" if spec["workflow"] == EVERY else spec["workflow"]
    if hears(spec, listener.workflow, other, str(status), error if isinstance(error, str) else None):
        return None
    return f"it does not hear an end with the status {status} and {f'the error {error}' if error else 'no error'}"


def _indexes(listeners: Sequence[Listener]) -> dict[str, _Index]:
    by_bus: dict[str, list[tuple[Pattern, Listener]]] = {}
    for listener in listeners:
        if listener.kind in ("event", S3):
            try:
                spec = listener.spec
                pattern = compile_pattern(pattern_of(spec) if listener.kind == S3 else spec["pattern"])
            except TriggerFault:
                continue  # of an earlier release, which looked less closely
            by_bus.setdefault(str(listener.spec.get("bus", DEFAULT_BUS)), []).append((pattern, listener))
    return {
        bus: (PatternIndex([pattern for pattern, _ in found]), tuple(listener for _, listener in found))
        for bus, found in by_bus.items()
    }


def _read(body: Json) -> Json:
    if not isinstance(body, str):
        return body
    try:
        return loads(body)
    except (ValueError, RecursionError):
        return body
