"""The routes of approvals: who may answer what, and what counts."""

from __future__ import annotations

import json

import pytest

from engine.governance.roles import Role

ASK = "connector:approval:ask.waitForTaskToken"
FORM = {"type": "object", "required": ["account"], "properties": {
    "account": {"type": "string"}, "limit": {"type": "integer"},
}}


def asks(**arguments):
    return {"QueryLanguage": "JSONata", "StartAt": "Ask", "States": {"Ask": {
        "Type": "Task", "Resource": ASK, "Arguments": {"question": "Go?", **arguments}, "TimeoutSeconds": 600,
        "End": True,
    }}}


@pytest.fixture
def asked(any_api):
    """`asked(**arguments)` has an execution ask, and gives the approval's address."""
    def make(name="one", **arguments):
        any_api.publish("flow", asks(**arguments))
        assert any_api("POST", "/workflows/flow/executions", {"name": name, "input": {}}).status == 201
        any_api.work()
        found = any_api("GET", "/approvals").json["approvals"]
        return "/approvals/" + next(one["id"] for one in found if one["execution"] == f"flow:{name}")

    return make


def answer(api, address, decision="approved", *, by="ada", **more):
    api.app = type(api.app)(lambda: api.services, principal=by)
    return api("POST", f"{address}/answer", {"decision": decision, **more})


def execution(api, name="one"):
    api.work()
    return api("GET", f"/executions/flow%3A{name}").json


def test_an_answer_is_the_steps_result(any_api, asked):
    address = asked(details={"order": "o-1"})
    shown = any_api("GET", address).json
    assert (shown["question"], shown["details"], shown["fields"], shown["may_answer"]) == (
        "Go?", {"order": "o-1"}, [], True
    )
    assert (shown["workflow"], shown["state"], shown["needed"], shown["answers"]) == ("flow", "Ask", 1, [])
    assert answer(any_api, address, comment="fine").json == {"faults": {}, "decision": "approved", "left": 0}
    ended = execution(any_api)
    assert ended["status"] == "SUCCEEDED"
    output = ended["output"]
    (one,) = output["answers"]
    assert {**one, "at": ""} == {
        "decision": "approved", "by": "ada", "as": "user", "at": "", "comment": "fine", "values": None
    }
    assert (output["approved"], output["by"], output["comment"], output["at"]) == (True, "ada", "fine", one["at"])
    assert any_api("GET", "/approvals").json == {"approvals": [], "next_token": None}


def test_a_refusal_is_an_outcome_with_its_comment(any_api, asked):
    address = asked()
    assert answer(any_api, address, "refused", comment="too dear").json["decision"] == "refused"
    output = execution(any_api)["output"]
    assert (output["approved"], output["decision"], output["comment"]) == (False, "refused", "too dear")


def test_looking_never_answers(any_api, asked):
    address = asked()
    for _ in range(3):
        assert any_api("GET", address).status == 200
        assert any_api("GET", f"{address}/answer").status == 405
    assert execution(any_api)["status"] == "RUNNING"


@pytest.mark.parametrize("worked", [False, True], ids=["at-once", "later"])
def test_the_first_decision_counts_and_a_second_answer_is_told_so(any_api, asked, worked):
    address = asked()
    answer(any_api, address)
    if worked:
        any_api.work()
    for by in ("ada", "bob"):
        second = answer(any_api, address, "refused", by=by)
        assert (second.status, second.error["code"]) == (409, "ApprovalOver")
        assert "can be answered no longer" in second.error["message"]
        assert second.error["details"] == {"execution": execution(any_api)["id"]}
    assert execution(any_api)["output"]["approved"] is True


def test_several_must_approve_and_each_answers_once(any_api, asked):
    address = asked(approvers=["ada", "bob", "eve"], needed=2)
    assert answer(any_api, address).json == {"faults": {}, "decision": None, "left": 1}
    again = answer(any_api, address, "refused")
    assert (again.status, again.error["code"]) == (409, "AlreadyAnswered")
    shown = any_api("GET", address).json
    assert [one["by"] for one in shown["answers"]] == ["ada"]
    assert (shown["may_answer"], shown["why_not"]) == (False, "You have answered.")
    assert answer(any_api, address, by="bob").json["decision"] == "approved"
    assert [one["by"] for one in execution(any_api)["output"]["answers"]] == ["ada", "bob"]


def test_all_must_approve_and_one_refusal_refuses(any_api, asked):
    address = asked(approvers=["ada", "bob"], needed="all")
    assert answer(any_api, address).json["left"] == 1
    assert answer(any_api, address, "refused", by="bob").json["decision"] == "refused"
    assert execution(any_api)["output"]["by"] == "bob"


@pytest.mark.parametrize(("approvers", "roles", "may"), [
    (["bob"], (Role.ADMIN,), False), (["ada"], (Role.VIEWER,), True), (["user/ada"], (Role.VIEWER,), True),
    (["token/ada"], (Role.VIEWER,), False), ([], (Role.VIEWER,), False), ([], (Role.OPERATOR,), True),
    (["role:publisher"], (Role.EDITOR,), False), (["role:publisher"], (Role.ADMIN,), True),
    (["bob", "role:operator"], (Role.OPERATOR,), True),
])
def test_who_may_answer(any_api, asked, approvers, roles, may):
    address = asked(approvers=approvers)
    any_api.roles = roles
    assert any_api("GET", address).json["may_answer"] is may
    reply = answer(any_api, address)
    if may:
        assert reply.status == 200
    else:
        assert (reply.status, reply.error["code"]) == (403, "NotAllowed")
        assert "It is for" in reply.error["advice"]


def test_a_form_is_filled_in_by_values_or_as_it_was_typed(any_api, asked):
    address = asked(form=FORM)
    assert [field["name"] for field in any_api("GET", address).json["fields"]] == ["account", "limit"]
    for values in (None, {"account": 1}, {"account": "a", "limit": "x"}):
        bad = answer(any_api, address, values=values)
        assert (bad.status, bad.error["code"]) == (422, "InvalidDocument")
    faults = answer(any_api, address, typed={"account": "", "limit": "many"}).json
    assert (set(faults["faults"]), faults["decision"]) == ({"account", "limit"}, None)
    assert execution(any_api)["status"] == "RUNNING"
    assert answer(any_api, address, typed={"account": "a", "limit": "7"}).json["decision"] == "approved"
    assert execution(any_api)["output"]["values"] == {"account": "a", "limit": 7}


def test_a_refusal_needs_no_form(any_api, asked):
    address = asked(form=FORM)
    assert answer(any_api, address, "refused", typed={}).json["decision"] == "refused"


@pytest.mark.parametrize("more", [
    {"decision": "maybe"}, {"decision": "approved", "values": {"x": 1}},
    {"decision": "approved", "comment": "x" * 4001}, {"decision": "approved", "by": "bob"},
    {"decision": "approved", "values": {}, "typed": {}},
])
def test_what_is_no_answer_is_refused(any_api, asked, more):
    address = asked()
    assert any_api("POST", f"{address}/answer", more).status == 422
    assert execution(any_api)["status"] == "RUNNING"


@pytest.mark.parametrize("ends", ["stop", "timeout"])
def test_an_execution_that_waits_no_longer_takes_no_answer(any_api, asked, ends):
    address = asked()
    if ends == "stop":
        any_api("POST", "/executions/flow%3Aone/stop", {})
    else:
        any_api.clock.sleep(601)
    any_api.work()
    late = answer(any_api, address)
    assert (late.status, late.error["code"]) == (409, "ApprovalOver")
    assert {"stop": "ABORTED", "timeout": "FAILED"}[ends] in late.error["message"]
    assert any_api("GET", "/approvals").json["approvals"] == []
    ended = execution(any_api)
    assert ended["error"] == {"stop": None, "timeout": "States.Timeout"}[ends]


@pytest.mark.parametrize("address", ["/approvals/nope", "/approvals/" + "0" * 41])
def test_what_is_no_approval_is_not_there(any_api, address):
    assert any_api("GET", address).error["code"] == "ApprovalDoesNotExist"
    assert answer(any_api, address).error["code"] == "ApprovalDoesNotExist"


def test_the_list_comes_in_pages_the_oldest_first(any_api, asked):
    for name in ("a", "b", "c"):
        asked(name)
        any_api.clock.sleep(5)
    first = any_api("GET", "/approvals?limit=2").json
    assert [one["execution"] for one in first["approvals"]] == ["flow:a", "flow:b"]
    second = any_api("GET", f"/approvals?limit=2&next_token={first['next_token']}").json
    assert ([one["execution"] for one in second["approvals"]], second["next_token"]) == (["flow:c"], None)
    assert any_api("GET", "/approvals?limit=101").status == 422


def test_the_token_is_nowhere(any_api, asked):
    address = asked(approvers=["ada", "bob"], needed=2)
    answer(any_api, address, comment="x")
    token = next(frame.token for frame in waiting(any_api))
    said = [any_api("GET", place).text for place in (
        "/approvals", address, "/executions/flow%3Aone", "/executions/flow%3Aone/history", "/audit",
        "/executions/flow%3Aone/steps",
    )]
    assert not [text for text in said if token in text or token.rpartition(".")[2] in text]


def waiting(api):
    from engine.ports.keys import ExecutionKey  # noqa: PLC0415

    return api.services.executions.standing(ExecutionKey("default", "flow:one")).waiting


def test_the_audit_log_says_who_answered_what(any_api, asked):
    address = asked(approvers=["ada", "bob"], needed="all")
    answer(any_api, address, comment="fine")
    answer(any_api, address, by="bob")
    answer(any_api, address, by="eve")
    any_api.app = type(any_api.app)(lambda: any_api.services, principal="ada")
    entries = any_api("GET", "/audit?limit=1000").json["entries"]
    mine = [one for one in entries if one["act"] == "approval.answer"]
    assert {(one["actor"], one["subject"], one["after"]["answer"], one["after"]["decided"]) for one in mine} == {
        ("ada", "execution/flow:one", "approved", None), ("bob", "execution/flow:one", "approved", "approved"),
    }
    assert {one["reason"] for one in mine} == {"fine", None}


def test_what_is_marked_as_sensitive_is_hidden(any_api):
    definition = asks(details="{% $states.input.customer %}", question="{% 'Go for ' & $states.input.customer & '?' %}")
    document = {"name": "flow", "definition": definition, "input_schema": {
        "type": "object", "properties": {"customer": {"type": "string", "x-sensitive": True}},
    }}
    made = any_api("POST", "/workflows/import", {"document": document, "publish": True})
    assert made.status == 200, made.text
    any_api("POST", "/workflows/flow/executions", {"name": "one", "input": {"customer": "Grace Hopper"}})
    any_api.work()
    listed = any_api("GET", "/approvals").text
    assert "Grace" not in listed
    address = f"/approvals/{json.loads(listed)['approvals'][0]['id']}"
    assert "Grace" not in any_api("GET", address).text
    assert "Grace" in any_api("GET", address, automate_reveal="ticket%204711").text


@pytest.mark.parametrize("way", ["values", "typed"])
def test_an_answer_that_does_not_fit_quotes_nothing_that_is_hidden(any_api, way):
    form = {"type": "object", "properties": {"card": {"enum": ["{% $states.input.card %}", "none"]}}}
    any_api.publish(
        "flow", asks(form=form, approvers=["ada"]),
        input_schema={"type": "object", "properties": {"card": {"type": "string", "x-sensitive": True}}},
    )
    any_api("POST", "/workflows/flow/executions", {"name": "one", "input": {"card": "c-7 of Ada"}})
    any_api.work()
    address = "/approvals/" + any_api("GET", "/approvals").json["approvals"][0]["id"]
    reply = answer(any_api, address, **{way: {"card": "another"}})
    assert "is not shown, for the workflow has sensitive fields" in reply.text
    assert "c-7" not in reply.text
    other = answer(any_api, address, by="bob", **{way: {"card": "another"}})
    assert (other.status, other.error["code"]) == (403, "NotAllowed")
