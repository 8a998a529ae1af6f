"""The route that webhooks call: whoever has the secret, and no right."""

from __future__ import annotations

import json
from typing import Any

from engine.durable.execution import Execution
from engine.durable.lifecycle.budgets import BudgetExceeded
from engine.durable.triggering.delivering import Delivered
from engine.errors import StorageError, UserError
from engine.ports.deliveries import REFUSED, STARTED
from engine.triggers.listener import Listener
from functions.app.acts import NoAct
from functions.app.http import Request
from functions.app.routing import Answer, Anyone, Call, RouteTable
from functions.app.shapes import base
from functions.app.shapes import triggers as shapes
from functions.app.triggers.webhooks import challenge

table = RouteTable("Triggers")


class DeliveryRefused(UserError):
    """What arrived can start nothing."""

    code = "DeliveryRefused"
    status = 422


class ExecutionDidNotSucceed(UserError):
    """The result that a sender waits for is a failure."""

    code = "ExecutionDidNotSucceed"
    status = 502


@table.route(
    "POST", "/hooks/{workflow}/{path}", right=Anyone.AT_ALL, reads="output", status=202, raw=True,
    act=NoAct("what arrives is a delivery, and what it starts is recorded as a start"),
)
def receive_webhook(call: Call[base.Nothing]) -> Answer[shapes.Delivered]:
    """Deliver what a webhook sends: the body as its sender makes and signs it.

    Answered when it is durable. What is sent again starts nothing again. 404: there is no such webhook, or the
    signature is wrong. 422: it is kept, and can start nothing as it is. 429: nor can it now, for the workflow's budget
    is used up; Retry-After says when. A webhook that answers with the result gives
    the output of its EXPRESS workflow, with 200; sensitive fields are hidden in it."""
    webhooks, triggers = call.services.open_webhooks(), call.services.open_triggers()
    request = _request(call)
    address = call.actor.origin
    found = _listener(triggers.listening.of(call.path["workflow"]), call.path["path"])
    webhooks.check_size(request, address)
    if found is None:
        raise webhooks.unknown(request, address)
    arrival = webhooks.arrival(request, found, address)
    wanted = challenge(arrival, found)
    if wanted is not None:
        return _json(wanted)
    waits = found.spec.get("answer") == "result"
    try:
        done = triggers.delivering.deliver(found, arrival, sync=waits)
    except (UserError, StorageError) as error:
        raise webhooks.not_taken(found, error) from None
    delivery = done.delivery
    if delivery.outcome == REFUSED and done.retry_after is not None:
        raise BudgetExceeded("what was sent starts nothing now: send it again later", retry_after=done.retry_after)
    if delivery.outcome == REFUSED:
        raise DeliveryRefused(
            "what was sent cannot start the workflow", where=delivery.key.id,
            advice=f"Its owner sees why: automate triggers deliveries {found.label}.",
        )
    if waits and delivery.outcome == STARTED:
        call.reads_of(delivery.key.id)
        ended = _ended(call, done)
        return _result(call.services.hiding.veil(ended.key, ended).execution(ended))
    return Answer(delivered(done, tells_why=False))


def delivered(done: Delivered, *, tells_why: bool = True) -> shapes.Delivered:
    """What came of an arrival. A sender is not told why: it would learn of the workflow."""
    delivery = done.delivery
    return shapes.Delivered(
        delivery=delivery.key.id, outcome=delivery.outcome,  # type: ignore[arg-type]
        execution=delivery.key.id if delivery.outcome == STARTED else None,
        why=(delivery.why or None) if tells_why else None, repeated=done.again,
    )


def _listener(listeners: tuple[Listener, ...], path: str) -> Listener | None:
    return next((each for each in listeners if each.kind == "webhook" and each.spec.get("path") == path), None)


def _request(call: Call[Any]) -> Request:
    if call.raw is None:
        raise RuntimeError("the route is declared to read its request by itself")
    return call.raw


def _ended(call: Call[Any], done: Delivered) -> Execution:
    """The execution as it ended; one that an earlier call started is looked up."""
    if done.started is not None and not done.again:
        return call.services.sync_starts.run(done.started)
    return call.services.executions.describe(done.delivery.key)


def _result(ended: Execution) -> Answer[shapes.Delivered]:
    if ended.status != "SUCCEEDED":
        raise ExecutionDidNotSucceed(f"the execution is {ended.status}", where=ended.key.id)
    return _json(ended.output)


def _json(value: base.Json) -> Answer[shapes.Delivered]:
    """An answer of any shape."""
    text: Any = json.dumps(value, separators=(",", ":"))
    return Answer(text, status=200)
