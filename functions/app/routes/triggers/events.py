"""The route that puts events and messages: for tests, for one machine, and for programs that have no bus."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from engine.durable.triggering.delivering import Delivered
from engine.errors import InvalidDocument
from engine.governance.roles import Right
from functions.app.acts import NoAct
from functions.app.routes.triggers.hooks import delivered
from functions.app.routing import Call, RouteTable
from functions.app.shapes import triggers as shapes

table = RouteTable("Triggers")


@table.route(
    "POST", "/events", right=Right.RUN, act=NoAct("what arrives is a delivery, and what it starts is recorded"),
    example={"events": [{"source": "my.shop", "detail-type": "Order", "detail": {"total": 120}}]},
)
def put_events(call: Call[shapes.PutRequest]) -> shapes.PutResult:
    """Put events on a bus, or messages in a queue, and say what each started.

    What a stage's own buses and queues bring arrives the same way, without this. An event that no trigger matches
    leaves nothing."""
    given, arriving = call.given, call.services.open_triggers().arriving
    if bool(given.events) == bool(given.messages) or bool(given.messages) != (given.queue is not None):
        raise InvalidDocument(
            "give either events, or messages with their queue", where="/",
            advice='{"events": [{"source": …, "detail-type": …, "detail": {…}}]}, or '
            '{"queue": "NAME", "messages": [{…}]}',
        )
    if given.events:
        now = call.services.clock.now()
        whole = [arriving.whole_event(event, now) for event in given.events]
        return _results((str(event["id"]), arriving.event(given.bus, event, source=call.actor.name)) for event in whole)
    ids = given.message_ids or [str(uuid.uuid4()) for _ in given.messages]
    if len(ids) != len(given.messages):
        raise InvalidDocument(
            f"there are {len(ids)} message_ids for {len(given.messages)} messages", where="/message_ids"
        )
    queue = given.queue or ""
    return _results(
        (name, arriving.message(queue, name, body, source=call.actor.name))
        for name, body in zip(ids, given.messages, strict=True)
    )


def _results(found: Iterable[tuple[str, Sequence[Delivered]]]) -> shapes.PutResult:
    return shapes.PutResult(results=[
        shapes.PutOne(id=name, deliveries=[delivered(each) for each in deliveries]) for name, deliveries in found
    ])
