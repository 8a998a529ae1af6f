import json

import pytest

from connectors.declared.adapter import LIMITED, MAX_PAGES, connector_class
from connectors.declared.answers import MALFORMED
from connectors.declared.form import ConnectorFile
from connectors.declared.reading import read_file
from connectors.registry import Registry
from connectors.tasks import ConnectorTasks
from engine.ports.tasks import CallLimit

KEY = "secret-key-1234"
CURSOR = {"kind": "cursor", "items": "/data", "input": "after", "next": "/meta/next"}
AFTER = {"after": {"in": "query", "type": ["string", "integer"]}}


def test_an_action_gives_the_answers_body(service):
    assert service.ask({}, {}, (200, {"a": 1})) == {"a": 1}
    assert service.ask({}, {}, (204, b"")) is None
    assert service.ask({}, {}, (200, b"text", {"Content-Type": "text/plain"})) == "text"
    assert [seen[1] for seen in service.seen] == ["/v1/things"] * 3


@pytest.mark.parametrize(("status", "method", "definite", "retryable"), [
    (400, "POST", True, False), (401, "POST", True, False), (404, "GET", True, False), (408, "POST", True, True),
    (429, "POST", True, True), (500, "POST", False, True), (500, "GET", True, True), (503, "POST", True, True),
    (302, "POST", False, False), (None, "POST", False, True), (None, "GET", True, True),
])
def test_what_is_known_of_a_failure(service, status, method, definite, retryable):
    failed = service.fails({"method": method}, {}, (status, {"error": "x"}, {"Location": "/elsewhere"}))
    assert (failed.error, failed.definite, failed.retryable) == ("crm.ConnectorError", definite, retryable)


def test_the_services_own_names_of_errors_decide(service):
    errors = {
        "code": "/error/type", "message": "/error/text", "retryable_codes": ["busy"], "unknown_codes": ["maybe"],
        "retryable": [], "nothing_done": [500],
    }
    busy = service.fails({"method": "POST"}, {}, (409, {"error": {"type": "busy", "text": "later"}}), errors=errors)
    assert (busy.definite, busy.retryable) == (True, True)
    assert json.loads(busy.cause)["code"] == "busy"
    assert "answered 409 (busy): later" in json.loads(busy.cause)["errorMessage"]
    maybe = service.fails({"method": "POST"}, {}, (400, {"error": {"type": "maybe"}}), errors=errors)
    assert (maybe.definite, maybe.retryable) == (False, False)
    assert service.fails({"method": "POST"}, {}, (500, {}), errors=errors).definite


@pytest.mark.parametrize(("body", "code"), [
    ({"error": {"code": "declined", "type": "card"}}, "declined"), ({"error": {"code": "", "type": "card"}}, "card"),
    ({"error": {"code": {}}}, "400"), ({}, "400"),
])
def test_the_first_name_of_an_error_that_is_there_counts(service, body, code):
    errors = {"code": ["/error/code", "/error/type"]}
    assert json.loads(service.fails({"method": "POST"}, {}, (400, body), errors=errors).cause)["code"] == code


@pytest.mark.parametrize(("status", "body", "headers", "retryable"), [
    (403, {}, {"X-Left": "0"}, True), (403, {}, {"X-Left": "7"}, False), (403, {}, {"Retry-After": "60"}, True),
    (403, {"message": "Exceeded a secondary RATE limit."}, {}, True), (403, {"message": "Not yours"}, {}, False),
    (404, {}, {"X-Left": "0"}, False),
])
def test_a_403_may_be_a_limit(service, status, body, headers, retryable):
    limited = {"headers": {"x-left": "0", "retry-after": ""}, "messages": ["secondary rate limit"]}
    failed = service.fails({"method": "POST"}, {}, (status, body, headers), errors={"limited": limited})
    assert (failed.definite, failed.retryable) == (True, retryable)


@pytest.mark.parametrize(("errors", "body"), [
    ({"succeeded": "/ok", "code": "/error"}, {"ok": False, "error": "no_channel"}),
    ({"failed": "/errors", "code": "/errors/0/code"}, {"errors": [{"code": "no_channel"}]}),
    ({"succeeded": "/ok"}, ["something else"]),
])
def test_an_answer_of_200_may_say_that_it_failed(service, errors, body):
    failed = service.fails({"method": "POST"}, {}, (200, body), errors=errors)
    assert (failed.definite, failed.retryable) == (True, False)
    assert json.loads(failed.cause)["code"] in ("no_channel", "200")
    assert service.ask({}, {}, (200, {"ok": True}), errors={"succeeded": "/ok"}) == {"ok": True}


def test_what_should_be_json_and_is_not_is_a_failure_whose_outcome_is_unknown(service):
    for body in (b"{", b"<html>"):
        failed = service.fails({"method": "POST", "answers": "json"}, {}, (200, body, {"Content-Type": "text/html"}))
        assert (failed.definite, json.loads(failed.cause)["code"]) == (False, MALFORMED)
    assert service.fails({"answers": "json"}, {}, (200, b"{")).definite
    for body in (b"<html>", b""):  # what should say that it worked says nothing
        failed = service.fails({"method": "POST"}, {}, (200, body), errors={"succeeded": "/ok"})
        assert (failed.definite, json.loads(failed.cause)["code"]) == (False, MALFORMED)


def test_a_secret_is_in_no_error(service):
    auth = [{"kind": "query", "name": "key"}, {"kind": "header", "name": "X-Key", "input": "other"}]
    params = {"api_key": {"$secret": "KEY"}, "other": {"$secret": "KEY"}}
    failed = service.fails({}, params, (500, {"you sent": KEY}), auth=auth, secrets={"KEY": KEY})
    assert KEY in service.seen[0][1]
    assert KEY not in failed.cause


def test_retry_after_is_told(service):
    failed = service.fails({}, {}, (429, {}, {"Retry-After": "30"}))
    assert ("Retry-After: 30" in failed.cause, failed.retry_after) == (True, 30.0)


def test_pages_are_followed_by_the_cursor(service):
    action = {"paging": CURSOR, "inputs": AFTER}
    answers = [(200, {"data": [1, 2], "meta": {"next": "c2"}}), (200, {"data": [3], "meta": {}})]
    assert service.ask(action, {}, *answers) == {"items": [1, 2, 3], "pages": 2, "next": None}
    assert [seen[1] for seen in service.seen] == ["/v1/things", "/v1/things?after=c2"]
    assert service.ask(action, {MAX_PAGES: 1}, answers[0]) == {"items": [1, 2], "pages": 1, "next": "c2"}
    assert service.ask(action, {"after": "c2"}, answers[1])["items"] == [3]


def test_the_cursor_may_stand_in_the_last_item(service):
    paging = {"kind": "cursor", "items": "/data", "input": "after", "last": "/id", "more": "/more"}
    answers = [(200, {"data": [{"id": "a"}, {"id": "b"}], "more": True}), (200, {"data": [{"id": "c"}], "more": False})]
    found = service.ask({"paging": paging, "inputs": AFTER}, {}, *answers)
    assert (found["items"], found["next"]) == ([{"id": "a"}, {"id": "b"}, {"id": "c"}], None)
    assert [seen[1] for seen in service.seen] == ["/v1/things", "/v1/things?after=b"]
    assert service.ask({"paging": paging, "inputs": AFTER}, {MAX_PAGES: 1}, answers[0])["next"] == "b"
    assert service.ask({"paging": paging, "inputs": AFTER}, {}, (200, {"data": [], "more": True}))["next"] is None


@pytest.mark.parametrize(("paging", "asked"), [
    ({"kind": "page", "input": "after"}, ["", "?after=2", "?after=3"]),
    ({"kind": "offset", "input": "after"}, ["", "?after=2", "?after=3"]),
])
def test_pages_are_counted_until_one_is_empty(service, paging, asked):
    answers = [(200, ["a", "b"]), (200, ["c"]), (200, [])]
    assert service.ask({"paging": paging, "inputs": AFTER}, {}, *answers)["items"] == ["a", "b", "c"]
    assert [seen[1].removeprefix("/v1/things") for seen in service.seen] == asked


def test_an_answer_may_say_that_there_is_no_more(service):
    paging = {"kind": "page", "input": "after", "items": "/data", "more": "/has_more"}
    answers = [(200, {"data": ["a"], "has_more": True}), (200, {"data": ["b"], "has_more": False})]
    assert service.ask({"paging": paging, "inputs": AFTER}, {}, *answers)["items"] == ["a", "b"]


def test_pages_are_followed_by_links_of_the_same_origin_alone(service):
    paging = {"kind": "link"}
    first = (200, ["a"], {"Link": '</v1/things?page=1>; rel="prev first", <things?page=2>; rel="next"'})
    assert service.ask({"paging": paging}, {}, first, (200, ["b"]))["items"] == ["a", "b"]
    assert service.seen[-1][1] == "/v1/things?page=2"
    elsewhere = (200, ["a"], {"Link": "<https://elsewhere.example/>; rel=next"})
    assert "another origin" in service.fails({"paging": paging}, {}, elsewhere).cause


def test_a_call_over_the_limit_whose_turn_does_not_come_is_not_made(service):
    action = {"rate_limit": {"requests": 1, "per_seconds": 1000}, "paging": CURSOR, "inputs": AFTER}
    failed = service.fails(action, {}, (200, {"data": [1], "meta": {"next": "2"}}))
    assert (json.loads(failed.cause)["code"], failed.definite, failed.retryable) == (LIMITED, True, True)
    assert len(service.seen) == 1


def test_the_policy_follows_from_what_is_declared():
    actions = {
        "read": {"method": "POST", "path": "/search", "kind": "read"}, "write": {"method": "POST", "path": "/things"},
        "keyed": {"method": "POST", "path": "/things", "idempotency": {}},
        "set": {"method": "PUT", "path": "/things", "idempotent": True, "timeout_seconds": 5, "id_field": "body.id"},
    }
    file = ConnectorFile.model_validate(
        {"connector": 1, "code": "crm", "name": "CRM", "base_url": "https://x.example", "actions": actions}
    )
    registry = Registry(builtin=(), installed=tuple)
    registry.register(connector_class(file))
    policies = {name: ConnectorTasks(registry).policy(f"connector:crm:{name}") for name in actions}
    assert {name: policy.at_most_once for name, policy in policies.items()} == {
        "read": False, "write": True, "keyed": False, "set": False,
    }
    assert (policies["set"].timeout_seconds, policies["set"].id_field) == (5, "body.id")


def test_what_a_file_declares_is_an_action_as_python_declares_it():
    file = ConnectorFile.model_validate({
        "connector": 1, "code": "crm", "name": "CRM", "base_url": "https://{site}.example", "icon": "M0 0L1 1",
        "variables": {"site": {"default": "eu"}}, "auth": [{"kind": "basic"}],
        "actions": {"list": {
            "method": "GET", "path": "/{id}", "title": "List", "paging": CURSOR,
            "inputs": {**AFTER, "id": {"in": "path", "required": True, "type": "string", "enum": ["a"]}},
        }},
    })
    made = connector_class(file)
    spec = made.actions["list"]
    assert (made.code, made.name, made.icon, spec.title, spec.kind) == ("crm", "CRM", "M0 0L1 1", "List", "read")
    assert {name: item.model_dump(exclude_unset=True) for name, item in spec.inputs.items()} == {
        "site": {"type": "string", "description": "", "enum": None, "default": "eu"},
        "after": {"type": ("string", "integer")}, "id": {"type": "string", "required": True, "enum": ("a",)},
        "username": {"type": "string", "required": True, "description": "The user."},
        "password": {
            "type": "string", "required": True, "secret": True, "description": "How the service knows you.",
        },
        MAX_PAGES: {
            "type": "integer", "default": 10, "minimum": 1, "maximum": 1000,
            "description": "The most pages to ask for.",
        },
        "connection": {
            "type": "string", "secret": True,
            "description": "A connection, which says who calls: the SecretRef of its key.",
        },
    }
    assert spec.connections == {"basic": {"username": "user", "password": "secret"}}
    assert set(spec.outputs) == {"items", "pages", "next"}


def test_the_limit_of_the_file_or_the_action_is_what_the_engine_keeps():
    action = {"method": "GET", "path": "/x"}
    file = read_file(json.dumps({
        "connector": 1, "code": "paced", "name": "Paced", "base_url": "https://paced.example",
        "rate_limit": {"requests": 100, "per_seconds": 60},
        "actions": {"a": action, "b": action | {"rate_limit": {"requests": 2}}},
    }), "paced.json")
    registry = Registry(builtin=(), installed=tuple, shipped=())
    registry.register(connector_class(file))
    tasks = ConnectorTasks(registry)
    assert [tasks.policy(f"connector:paced:{name}").limit for name in "ab"] == [
        CallLimit("paced", 100, 60.0), CallLimit("paced", 2, 1.0),
    ]
