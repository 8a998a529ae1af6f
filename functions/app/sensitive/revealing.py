"""Revealing what is hidden: who has the right to, asks with a reason (functions.app.sensitive.asked).

    request with the header ──► right `reveal`? ──► anything hidden here? ──► entry `execution.reveal` ──► in clear
                                  └── NotAllowed, recorded                      └── not recorded: 503, nothing is shown

The routes that show executions' data take part: those that declare `reveals`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.durable.execution import Execution
from engine.governance.audit.entry import EXECUTION, WORKFLOW, Subject
from engine.ports.keys import ExecutionKey
from functions.app.sensitive.clear import CLEAR
from functions.app.sensitive.reveals import EXECUTION_REVEALED, TEST_REVEALED

if TYPE_CHECKING:
    from engine.testing.trial import Tried
    from functions.app.routing import Call
    from functions.app.sensitive.clear import Hides

Json = Any


def veil_for(
    call: Call[Any], key: ExecutionKey, execution: Execution | None = None, *, is_active: bool = False
) -> Hides:
    """What hides an execution's sensitive values from who asks; nothing where they reveal, which is recorded first.

    Raises NotFound, and StorageError where a reveal cannot be recorded."""
    hiding = call.services.hiding
    veil = hiding.veil(key, execution, is_active=is_active)
    if not veil or call.reveal is None:
        return veil
    step = call.path.get("step") or getattr(call.given, "step", None)
    details = {"route": call.route, "step": step, "part": getattr(call.given, "part", None)}
    hiding.reveals.record(EXECUTION_REVEALED, key.workspace, Subject(EXECUTION, key.id), call.caller, call.reveal, {
        name: value for name, value in details.items() if value is not None
    })
    return CLEAR


def shows_arrival(call: Call[Any], key: ExecutionKey, version: int) -> bool:
    """Whether what arrived for the workflow of `key` may be shown to who asks. No place of it is marked, so it is shown
    whole or not at all: of a workflow that marks fields, to who reveals it, which is recorded first. Raises
    StorageError where that fails."""
    hiding = call.services.hiding
    if not hiding.marks(key.workspace, key.workflow, version):
        return True
    if call.reveal is None:
        return False
    hiding.reveals.record(
        EXECUTION_REVEALED, key.workspace, Subject(EXECUTION, key.id), call.caller, call.reveal, {"route": call.route}
    )
    return True


def veil_for_test(call: Call[Any], document: dict[str, Json], name: str, tried: Tried) -> Hides:
    """The same for a test of `document`, the workflow `name`."""
    hiding = call.services.hiding
    veil = hiding.veil_of_test(document, call.workspace, tried)
    if not veil or call.reveal is None:
        return veil
    hiding.reveals.record(
        TEST_REVEALED, call.workspace, Subject(WORKFLOW, name), call.caller, call.reveal, {"route": call.route}
    )
    return CLEAR
