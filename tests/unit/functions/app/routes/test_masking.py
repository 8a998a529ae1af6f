"""No secret's value is in any answer of the API, whatever was done with it: every GET route is asked."""

from __future__ import annotations

import pytest

from functions.app.table import every_route

VALUE = "sk-canary-0815"
FLOW = {"StartAt": "Book", "States": {
    "Book": {"Type": "Task", "Resource": "connector:bank:book", "Parameters": {"key": {"$secret": "KEY"}},
             "Next": "Fail"},
    "Fail": {"Type": "Task", "Resource": "connector:bank:fail", "Parameters": {"key": {"$secret": "KEY"}}, "End": True},
}}
ADDRESSES = {"{name}": "flow", "{id}": "flow%3Aone", "{number}": "1", "{step}": "Fail%231", "{key}": "KEY"}


@pytest.fixture
def leaky(bank):
    """The API after a workflow handed a secret to a connector that echoes it, in its output and in its error."""
    assert bank("PUT", "/secrets/KEY", {"value": VALUE}).status == 200
    assert bank("POST", "/secrets/KEY/grants", {"workflow": "*"}).status == 200
    bank.publish("flow", FLOW)
    bank("POST", "/workflows/flow/executions", {"name": "one"})
    bank.work()
    assert bank.booked == [{"key": VALUE}]  # the call had it
    assert bank("GET", "/executions/flow%3Aone").json["status"] == "FAILED"
    return bank


def addresses():
    """Every GET route's, filled in; those of another thing (an activity, a Map Run) answer 404, without the value."""
    for route in every_route():
        if route.method == "GET":
            path = route.path
            for name, value in ADDRESSES.items():
                path = path.replace(name, value)
            yield path.replace("{activity}", "none").replace("{run}", "none")
    yield from (
        "/executions/flow%3Aone/steps/Book%231", "/executions/flow%3Aone/payload?part=arguments&step=Book%231",
        "/executions/flow%3Aone/payload?part=result&step=Book%231", "/workflows/flow/inputs?state=Fail",
    )


@pytest.mark.parametrize("path", sorted(addresses()))
def test_no_answer_holds_it(leaky, path):
    reply = leaky("GET", path)
    assert reply.status < 500, reply.text
    assert "canary" not in reply.text
    assert not any("canary" in str(value) for value in reply.headers.values())


def test_no_answer_to_a_test_or_a_change_holds_it(leaky):
    document = {"name": "flow", "definition": FLOW}
    for method, path, body in (
        ("POST", "/test/run", {"definition": FLOW, "allow": ["connector:bank:book", "connector:bank:fail"]}),
        ("POST", "/workflows/import", {"document": document}), ("POST", "/secrets/KEY/rotate", {"value": VALUE}),
        ("PUT", "/secrets/KEY", {"value": VALUE}), ("DELETE", "/secrets/KEY", None),
        ("POST", "/executions/flow%3Aone/rerun", {}),
    ):
        reply = leaky(method, path, body)
        assert reply.status < 500, reply.text
        assert "canary" not in reply.text, path


ASKS = {"StartAt": "Ask", "States": {
    "Ask": {"Type": "Task", "Resource": "connector:bank:book.waitForTaskToken", "End": True,
            "Parameters": {"key": {"$secret": "KEY"}, "amount.$": "$$.Task.Token"}},
}}


@pytest.mark.parametrize(("way", "answer"), [
    ("success", {"output": {VALUE: ["as it is", VALUE, f"https://x.example/?k={VALUE}"]}}),
    ("failure", {"error": f"E {VALUE}", "cause": f"because {VALUE}"}),
])
def test_what_is_answered_to_a_token_is_kept_without_the_step_s_secrets(bank, way, answer):
    bank("PUT", "/secrets/KEY", {"value": VALUE})
    bank("POST", "/secrets/KEY/grants", {"workflow": "flow", "connector": "bank"})
    bank.publish("flow", ASKS)
    bank("POST", "/workflows/flow/executions", {"name": "one"})
    bank.work()
    assert bank("POST", f"/tasks/{way}", {"token": bank.booked[0]["amount"], **answer}).status == 200
    bank.work()
    assert bank("GET", "/executions/flow%3Aone").json["status"] in ("SUCCEEDED", "FAILED")
    for path in ("/executions/flow%3Aone", "/executions/flow%3Aone/history", "/executions/flow%3Aone/steps", "/audit"):
        assert "canary" not in bank("GET", path).text, path
