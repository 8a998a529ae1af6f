"""The route of an execution's ledger of effects: which calls it made, and what came of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.durable.views import ledger_facts as ledger
from engine.governance.roles import Right
from engine.language.asl.resources import parse_resource
from engine.ports import paging
from engine.records import dataclass
from functions.app.acts import digest
from functions.app.routes.executions import key_of
from functions.app.routing import Call, RouteTable
from functions.app.sensitive.revealing import veil_for
from functions.app.shapes.runs import effects as shapes

if TYPE_CHECKING:
    from functions.app.sensitive.clear import Hides

Json = Any

table = RouteTable("Executions")

MOST = 1000


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a next_token belongs to."""

    workspace: str
    execution: str
    limit: int
    next_token: str | None


@table.route("GET", "/executions/{id}/effects", right=Right.LOOK, reads="effects", reveals=True, example="limit=100")
def list_effects(call: Call[shapes.EffectsQuery]) -> shapes.Effects:
    """The ledger of effects: each call that the execution may have made, and what is known to have come of it.

    It is derived from the journal, also for a worker that died between its call and the commit of the answer."""
    key, services = key_of(call), call.services
    asked = _Asked(call.workspace, key.id, call.given.limit, call.given.next_token)
    after = paging.begin(asked, _place, most=MOST, things="calls")
    veil = veil_for(call, key)
    page = services.executions.effects(key, ledger.Reading(
        services.tasks.policy, lambda state, value: digest(veil.arguments(state, value)), veil.result,
        outlined=not veil,
    ), after=ledger.BEGINNING if after is None else after, most=asked.limit)
    return shapes.Effects(
        effects=[_shown(row, veil) for row in page.effects], keeps_intents=page.keeps_intents,
        next_token=None if page.following is None else paging.token(asked, list(page.following)),
    )


def _place(held: Any) -> ledger.Place:
    segment, number = held
    if not (isinstance(segment, int) and isinstance(number, int) and 0 <= segment < 2**53 and 0 <= number < 2**53):
        raise ValueError("no place")
    return segment, number


def _shown(row: ledger.Effect, veil: Hides) -> shapes.Effect:
    found = None if row.resource is None else parse_resource(row.resource)
    return shapes.Effect.of(
        row, step=row.entered_event, items=list(row.items), attempt=row.attempt + 1, arguments_digest=row.digest,
        idempotency_key=row.key, error=veil.text(row.error), lease_until=row.lease_until or None,
        connector=None if found is None else found.service.removeprefix("connector:"),
        action=None if found is None else found.action,
    )
