"""Routes that try a workflow out: a part of it, and its cases. Nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from connectors.registry import Registry
from engine.catalog.cases import Case
from engine.catalog.document import WorkflowDocument, parse_document
from engine.clock import Clock
from engine.errors import UserError
from engine.governance.audit.entry import WORKFLOW, Subject
from engine.governance.roles import Right
from engine.kernel.history import render
from engine.language.asl.file_paths import FILE_READ
from engine.ports.tasks import TaskCall
from engine.testing import cases as running
from engine.testing.cases import chosen_cases
from engine.testing.resource_kinds import aws_action_reads
from engine.testing.trial import Asked, Tried, steps_values, try_out
from functions.app import large_values
from functions.app.acts import Acts, NoAct
from functions.app.routing import Also, Call, RouteTable
from functions.app.sensitive.revealing import veil_for_test
from functions.app.shapes import testing as shapes
from functions.app.shapes.shown_steps import chosen, edges_of, resources_of, shape_of
from functions.app.tested_calls import shape_of_calls

if TYPE_CHECKING:
    from functions.app.sensitive.clear import Hides

Json = Any

table = RouteTable("Testing")

MOST_EVENTS_SHOWN = 5_000

_DEFINITION = {
    "StartAt": "Charge",
    "States": {
        "Charge": {
            "Type": "Task", "Resource": "connector:http:request", "Parameters": {"url": "https://example.com"},
            "End": True,
        }
    },
}


@table.route(
    "POST", "/test/run", right=Right.EDIT,
    also=(Also(Right.PUBLISH, "with real calls", lambda given: given.use_reads or bool(given.allow)),),
    act=Acts(("workflow.test",)), reveals=True,
    example={"definition": _DEFINITION, "input": {}, "mocks": {"Charge": {"output": {"status": 200}}}},
)
def run_test(call: Call[shapes.TrialRequest]) -> shapes.TrialAnswer:
    """Run a workflow, or a part of it, on an input: one state, up to a state, or from one on.

    Waits take no time. A pinned state has its output at once. Calls are answered by mocks; an action that only reads is
    really called with use_reads, one that writes where `allow` names its resource, and else the test ends with
    Automate.WriteNotAllowed. Real calls need the right to publish: secrets are resolved for them, also those of a
    definition that nobody published. The audit log names calls, secrets, hosts and the definition's digest.
    A test takes at most 25 s."""
    given, services = call.given, call.services
    document = _document(given)
    made: list[TaskCall] = []
    try:
        tried = try_out(
            Asked(
                document.definition, given.input, document.kind, given.mode, given.state, given.variables, given.pins,
                {path: mock.model_dump(exclude_unset=True) for path, mock in given.mocks.items()}, given.allow,
                given.use_reads,
            ),
            services.tasks, reads=reading(services.connectors), clock=services.clock, made=made,
        )
    finally:
        _record(call, document, made)
    return _shown(document, veil_for_test(call, document.as_written, document.name, tried), tried)


@table.route(
    "POST", "/cases/run", right=Right.EDIT,
    act=NoAct("cases call nothing and store nothing"), example={"workflow": "order_flow"},
)
def run_cases(call: Call[shapes.CasesRunRequest]) -> shapes.CasesRun:
    """Run the cases of a workflow's draft, or of a document, and say what came out otherwise.

    All of them together take at most 25 s: those that are not over by then fail, and say so."""
    given, services = call.given, call.services
    if given.workflow is not None:
        document = services.catalog.draft(call.workspace, given.workflow).document
    else:
        document = parse_document(given.document)
    cases = chosen_cases(document.cases, given.cases)
    return cases_run(document, cases, services.clock)


def cases_run(document: WorkflowDocument, cases: Sequence[Case], clock: Clock) -> shapes.CasesRun:
    """Run `cases` of `document`, and what became of each. Raises InvalidDefinition."""
    results = [shapes.CaseResult.of(result) for result in running.run_cases(document, cases, clock=clock)]
    passed = sum(result.passed for result in results)
    return shapes.CasesRun(results=results, passed=passed, failed=len(results) - passed)


def reading(registry: Registry) -> Callable[[str], bool]:
    """Whether a resource only reads: as its ActionSpec says, or the verb of an AWS action; a file's by its name."""

    def reads(resource: str) -> bool:
        if not resource.startswith("connector:"):
            return resource == FILE_READ or aws_action_reads(resource)
        code, _, action = resource.removeprefix("connector:").partition(":")
        try:
            adapter = registry.get(code)
        except UserError:
            return False
        spec = None if adapter is None else adapter.actions.get(action)
        return spec is not None and spec.kind == "read"

    return reads


def _record(call: Call[shapes.TrialRequest], document: WorkflowDocument, made: Sequence[TaskCall]) -> None:
    """A test is an act where it really made calls."""
    if not made:
        call.acts.unchanged()
        return
    with call.acts.doing("workflow.test", Subject(WORKFLOW, document.name)) as act:
        act.done(after=shape_of_calls(call.services.catalog.digest(document), made))


def _document(given: shapes.TrialRequest) -> WorkflowDocument:
    return parse_document(given.document if given.definition is None else given.definition, stem="test")


def _shown(document: WorkflowDocument, veil: Hides, tried: Tried) -> shapes.TrialAnswer:
    resources = resources_of(document.definition)
    events = veil.events(tried.history[:MOST_EVENTS_SHOWN], tried.steps)
    shown = chosen(veil.steps(tried.steps))
    return shapes.TrialAnswer.of(
        tried, output=large_values.cut(veil.output(tried.output)), error=veil.text(tried.error),
        cause=veil.text(tried.cause),
        steps=[shape_of(step, resources) for step in shown],
        values={
            step.id: {name: large_values.cut(value) for name, value in steps_values(step).items()} for step in shown
        },
        edges=edges_of(tried.steps, shown),
        events=[_cut_event(render(event)) for event in events],
        unmocked_writes=tried.unmocked,
    )


def _cut_event(event: dict[str, Json]) -> dict[str, Json]:
    return {
        name: {key: large_values.cut(item) for key, item in value.items()} if isinstance(value, dict) else value
        for name, value in event.items()
    }
