"""The operation itself: a request in, AWS's answer out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.language.expr.java_text import json_text
from engine.ports.tasks import Tasks
from engine.testing.teststate.asking import Asked, read_request
from engine.testing.teststate.inspection import inspection_data
from engine.testing.teststate.mocks import check_mock
from engine.testing.teststate.refusal import Refusal
from engine.testing.teststate.subject import Subject, find_subject
from engine.testing.teststate.trial import Ended, run

Json = Any


def test_state(  # the name of AWS's operation, no test
    request: Mapping[str, Json], *, tasks: Tasks | None = None,  # noqa: PT028
) -> dict[str, Json]:
    """Run one state as AWS's TestState: ``{"response": {…}}``, or ``{"error_response": {"code", "message"}}``.

    `request` has the API's parameters: definition, input, stateName, mock, context, variables, stateConfiguration,
    inspectionLevel, roleArn, revealSecrets. Those that the API wants as JSON text may be given as values too (a str is
    always read as JSON text). In the response output and inspectionData are JSON texts, as in the API.

    Without a mock a Task is called through `tasks`, once, in at most five minutes; Map, Parallel, activities, .sync and
    .waitForTaskToken need a mock. A Wait takes no time, time is that of `simulate`. TRACE shows what DEBUG shows: calls
    of ours have no raw HTTP request to show. Raises nothing for what the request has wrong.

    In a pytest module call it as ``testing.test_state``: a bare name would be collected as a test.
    """
    try:
        asked = read_request(request)
        subject = find_subject(asked.definition, asked.state_name)
        check_mock(asked, subject, tasks)
    except Refusal as refusal:
        return {"error_response": refusal.error_response()}
    return {"response": _response(asked, subject, run(asked, subject, tasks))}


def _response(asked: Asked, subject: Subject, ended: Ended) -> dict[str, Json]:
    response: dict[str, Json] = {"status": ended.status}
    if ended.status in ("SUCCEEDED", "CAUGHT_ERROR"):
        response["output"] = json_text(ended.output)
    found = {"error": ended.error, "cause": ended.cause, "nextState": ended.next_state}
    response |= {name: value for name, value in found.items() if value is not None}
    if asked.level != "INFO":
        response["inspectionData"] = inspection_data(asked, subject.state, ended)
    return response
