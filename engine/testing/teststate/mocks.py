"""Whether a request's mock and configuration suit the state under test.

Wordings are recorded where a recording has them. Other contradictions are refused in the same manner: a mistake in a
test must not pass in silence.
"""

from __future__ import annotations

from typing import Any

from engine.language.asl.model import Distributed, Map, Parallel, Pattern, State, Task
from engine.ports.tasks import Tasks
from engine.testing.teststate.asking import Asked, Mock
from engine.testing.teststate.refusal import INVALID_DEFINITION, Refusal
from engine.testing.teststate.subject import Subject

Json = Any

_MOCKABLE = (Task, Map, Parallel)


def check_mock(asked: Asked, subject: Subject, tasks: Tasks | None) -> None:
    """Raises Refusal where the state needs a mock and has none, or has one that does not suit it."""
    state = subject.state
    if asked.mock is None:
        _check_without(asked, state, tasks)
        return
    if not isinstance(state, _MOCKABLE):
        raise Refusal(f"State type '{state.TYPE}' is not supported when a mock is specified")
    _check_configuration(asked, subject)
    if asked.mock.error is None:
        _check_result(asked.mock, state)


def _check_without(asked: Asked, state: State, tasks: Tasks | None) -> None:
    if isinstance(state, Map | Parallel):
        raise Refusal(
            "TestState API does not support Map or Parallel states. Supported state types include: "
            "[Task, Wait, Pass, Succeed, Fail, Choice]", INVALID_DEFINITION,
        )
    if not isinstance(state, Task):
        return
    resource = state.resource
    if resource.pattern is not Pattern.REQUEST_RESPONSE:
        raise Refusal(
            f"TestState does not support the resource '{resource.text}' ({resource.pattern}) when a mock is not "
            "specified.", INVALID_DEFINITION,
        )
    if asked.role_arn is None and resource.text.startswith("arn:"):
        raise Refusal("RoleArn must be specified when testing a Task state")
    if tasks is None:
        raise Refusal(f"There is nothing here that calls '{resource.text}': specify a mock of its result.")


def _check_configuration(asked: Asked, subject: Subject) -> None:
    state = subject.state
    distributed = state.distributed if isinstance(state, Map) else None
    if asked.failed_iterations is not None and not isinstance(state, Map):
        raise Refusal("MapIterationFailureCount is only supported for a Map state.")
    if asked.reader_data is not None and (distributed is None or distributed.reader is None):
        raise Refusal("MapItemReaderData is only supported for a Map state with an ItemReader.")
    if asked.failing_state is None:
        return
    if not isinstance(state, Map | Parallel):
        raise Refusal("ErrorCausedByState is only supported for a Map or Parallel state.")
    if asked.failing_state not in subject.inner_states():
        raise Refusal(f"ErrorCausedByState: State not found in definition: {asked.failing_state}")


def _check_result(mock: Mock, state: State) -> None:
    """The result against what the state's work gives."""
    from engine.adapters.aws.service_shapes import response_problem  # noqa: PLC0415  botocore only for those who use it

    if isinstance(state, Task):
        problem = None
        if mock.mode != "NONE":
            problem = response_problem(state.resource, mock.result, strict=mock.mode == "STRICT")
        if problem is not None:
            raise Refusal(f"Mock result schema validation error: {problem}")
    elif not isinstance(mock.result, list):
        if not (isinstance(state, Map) and _writes_results(state.distributed)):
            raise Refusal("Mocked result must be an array.")
    elif isinstance(state, Parallel) and len(mock.result) != len(state.branches):
        raise Refusal("Mocked result must contain the same number of items as number of Parallel branches.")


def _writes_results(distributed: Distributed | None) -> bool:
    """Whether a ResultWriter takes the results, so that the Map answers where they lie."""
    return distributed is not None and distributed.writer is not None
