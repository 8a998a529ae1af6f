"""The route of forks: an execution once more, from one of its events on."""

from __future__ import annotations

from typing import Any

from engine.durable.execution import Execution
from engine.durable.lifecycle.forking.forks import Wanted
from engine.durable.lifecycle.forking.running import Calls
from engine.durable.lifecycle.start_checks import UnfitInput
from engine.governance.roles import Right
from functions.app.acts import Act
from functions.app.addresses import execution_address
from functions.app.routes.executions import key_of, shown
from functions.app.routes.testing import reading
from functions.app.routing import Also, Answer, Call, RouteTable
from functions.app.shapes import executions as executions_shapes
from functions.app.shapes.runs import forks as shapes
from functions.app.tested_calls import shape_of_calls

table = RouteTable("Executions")


@table.route(
    "POST", "/executions/{id}/fork", right=Right.RUN, reads="input, output", status=201,
    also=(Also(Right.PUBLISH, "with real calls", lambda given: given.use_reads or bool(given.allow)),),
    act=Act("execution.fork", key_of), example={"event": 12},
)
def fork_execution(call: Call[shapes.ForkRequest]) -> Answer[executions_shapes.Execution]:
    """Run an execution once more from one of its events on, apart from it: the answer is the fork as it ended.

    Nothing waits, and calls are answered from the record of the original. A call that the record does not have, with
    these arguments, ends the fork: Automate.WriteNotAllowed, Automate.ReadNotAllowed, Automate.NotOnRecord. With
    use_reads calls that only read are really made, and with `allow` those of the states that it names. Real calls need
    the right to publish. A fork takes at most 25 s."""
    given, services, key = call.given, call.services, key_of(call)
    if given.version is not None:
        services.hiding.check_onto(services.executions.describe(key), given.version)
    calls = Calls(services.tasks, reading(services.connectors), given.use_reads, tuple(given.allow))
    wanted = Wanted(
        given.event, call.actor.name, (given.input,) if "input" in given.model_fields_set else None
    )
    fork: Execution | None = None
    try:
        fork = services.executions.fork(key, wanted, calls, version=given.version)
    except UnfitInput as error:
        raise error.at("/input") from None
    finally:
        if fork is not None or calls.made:
            call.act.done(after=_told(call, fork, calls))
    return Answer(shown(call, fork), headers={"Location": execution_address(fork.key.id)})


def _told(call: Call[Any], fork: Execution | None, calls: Calls) -> dict[str, Any]:
    """For the audit log: the fork, and what it really called."""
    given, told = call.given, dict[str, Any]()
    if fork is not None:
        told = {"fork": fork.key.id, "event": given.event, "version": fork.version, "status": fork.status}
        told["input"] = "another" if "input" in given.model_fields_set else "same"
    if calls.made:
        last = calls.made[-1]
        version = call.services.catalog.version(call.workspace, last.workflow, last.version)
        told |= shape_of_calls(version.definition_digest, calls.made)
    return told
