"""Where a request came from: behind CloudFront, past it, and with headers that somebody made up."""

from __future__ import annotations

import json
import logging

import pytest
from chalice.app import Response

from engine.errors import Refused
from engine.governance.roles import Grant, Role
from functions.api import app as api_app
from functions.api.access_log import log_access
from functions.app.identity import PROOF, actor_of_gateway, caller_of_gateway, group_of

EDGE, VIEWER, PROVEN = "130.176.1.2", "203.0.113.9", "51af3dc0-da77-11e4-872e-1234567db123"
CONTEXT = {
    "requestId": "r-1", "identity": {"sourceIp": EDGE, "user": None}, "path": "/prod/executions/orders%3A1",
    "authorizer": {"claims": {"sub": "sub-1", "email": "ada@example.com", "email_verified": "true"}},
}


@pytest.mark.parametrize(("headers", "origin"), [
    ({"x-automate-viewer": VIEWER, "x-automate-origin": PROVEN}, VIEWER),
    ({"x-automate-viewer": "2001:DB8::1", "x-automate-origin": PROVEN}, "2001:db8::1"),
    ({"x-automate-viewer": VIEWER}, EDGE),
    ({"x-automate-viewer": VIEWER, "x-automate-origin": "51af3dc0"}, EDGE),
    ({"x-automate-viewer": VIEWER, "x-automate-origin": ""}, EDGE),
    ({"x-automate-viewer": "not an address", "x-automate-origin": PROVEN}, EDGE),
    ({"x-automate-viewer": "203.0.113.9, 10.0.0.1", "x-automate-origin": PROVEN}, EDGE),
    ({"x-forwarded-for": "203.0.113.9", "cloudfront-viewer-address": "203.0.113.9:1"}, EDGE),
    ({"x-automate-viewer": VIEWER, "x-automate-origin": "ä" * 36}, EDGE),
    ({}, EDGE),
])
def test_the_viewers_address_counts_where_the_request_proves_that_it_came_through_cloudfront(headers, origin):
    assert actor_of_gateway(CONTEXT, headers, proof=PROVEN).origin == origin


def test_without_a_distribution_no_header_counts():
    headers = {"x-automate-viewer": VIEWER, "x-automate-origin": ""}
    assert actor_of_gateway(CONTEXT, headers).origin == EDGE


class Request:
    """As much of Chalice's request as the middleware reads."""

    method, context, uri_params = "GET", CONTEXT, {"id": "orders%3A1"}
    headers = {"x-automate-viewer": VIEWER, "x-automate-origin": PROVEN, "authorization": "Bearer token"}  # noqa: RUF012


def test_each_request_is_a_line_with_subject_address_and_path(monkeypatch, caplog):
    monkeypatch.setenv(PROOF, PROVEN)
    with caplog.at_level(logging.INFO, "automate.access"):
        answered = log_access(Request(), lambda _: Response("", status_code=404))
    assert answered.status_code == 404
    [record] = caplog.records
    assert json.loads(record.getMessage().removeprefix("request ")) == {
        "request_id": "r-1", "subject": "sub-1", "method": "GET", "address": VIEWER,
        "path": "/prod/executions/orders%3A1", "status": 404, "execution": "orders:1",
    }
    assert PROVEN not in record.getMessage()


def test_the_deployed_app_writes_it_and_the_local_one_does_not(api, caplog, monkeypatch):
    monkeypatch.delenv("AUTOMATE_TABLE", raising=False)  # the request fails, and is told all the same
    event = {
        "resource": "/me", "path": "/me", "httpMethod": "GET", "headers": {}, "multiValueHeaders": {},
        "multiValueQueryStringParameters": None, "pathParameters": None, "stageVariables": None, "body": None,
        "isBase64Encoded": False, "requestContext": {**CONTEXT, "resourcePath": "/me", "httpMethod": "GET"},
    }
    with caplog.at_level(logging.INFO, "automate.access"):
        assert api("GET", "/me").status == 200
        assert not [record for record in caplog.records if record.name == "automate.access"]
        assert api_app.app(event, None)["statusCode"] == 500
    [record] = [record for record in caplog.records if record.name == "automate.access"]
    assert '"status": 500' in record.getMessage()


def caller(groups, **more):
    claims = {"sub": "sub-1", "email": "ada@example.com", "email_verified": "true"}
    claims |= {} if groups is None else {"cognito:groups": groups}
    context = {"identity": {"sourceIp": EDGE}, "authorizer": {"claims": claims}}
    return caller_of_gateway(context, {}, stage="prod", workspace="default", **more)


@pytest.mark.parametrize(("groups", "roles", "ignored"), [
    (None, (), ()),
    ("", (), ()),
    ("automate-prod-viewer", (Role.VIEWER,), ()),
    ("automate-prod-viewer,automate-prod-editor", (Role.VIEWER, Role.EDITOR), ()),
    ("[automate-prod-viewer automate-prod-admin]", (Role.VIEWER, Role.ADMIN), ()),
    (["automate-prod-publisher"], (Role.PUBLISHER,), ()),
    ("admin,automate-test-admin", (), ("admin", "automate-test-admin")),
    ("automate-prod-emperor,automate-prod-operator", (Role.OPERATOR,), ("automate-prod-emperor",)),
    ("automate-prod-,Automate-prod-admin,automate-prod-admin2", (), (
        "automate-prod-", "Automate-prod-admin", "automate-prod-admin2",
    )),
])
def test_groups_of_the_stage_carry_roles_and_others_are_ignored_and_named(groups, roles, ignored):
    found = caller(groups)
    assert (found.roles_in("default"), found.ignored) == (roles, ignored)
    assert found.grants == tuple(Grant("user/ada@example.com", "default", role) for role in roles)
    assert found.roles_in("sales") == ()


def test_who_is_in_no_group_has_the_role_that_is_set_for_them():
    assert caller("friends", without_group=Role.ADMIN).roles_in("default") == (Role.ADMIN,)
    assert caller("automate-prod-viewer", without_group=Role.ADMIN).roles_in("default") == (Role.VIEWER,)
    nobody = caller_of_gateway({}, {}, stage="prod", workspace="default", without_group=Role.ADMIN)
    assert nobody.grants == ()


@pytest.mark.parametrize(("more", "name"), [
    ({"email_verified": "true"}, "ada@example.com"),
    ({"email_verified": True}, "ada@example.com"),
    ({"email_verified": "false"}, "0a1b"),
    ({}, "0a1b"),
    ({"cognito:username": "Okta_00u1", "identities": '[{"providerName":"Okta","userId":"00u1"}]'}, "ada@example.com"),
    ({"cognito:username": "okta_00u1", "identities": '{"providerName":"Okta","userId":"00u1"}'}, "ada@example.com"),
    ({"cognito:username": "okta_00u1", "identities": [{"providerName": "Okta", "userId": "00u1"}]}, "ada@example.com"),
    # A user of the pool that an account of a provider was linked to: it has a password, and could write an address.
    ({"identities": '[{"providerName":"Okta","userId":"00u1"}]'}, "0a1b"),
    ({"identities": "[]"}, "0a1b"), ({"identities": "{"}, "0a1b"), ({"identities": '[{"userId":"00u1"}]'}, "0a1b"),
])
def test_an_address_is_a_name_once_it_is_known_to_be_theirs(more, name):
    """https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html: an address that a
    user writes is not verified; a REST API's authorizer hands claims over as texts."""
    claims = {"sub": "sub-1", "cognito:username": "0a1b", "email": "ada@example.com", **more}
    actor = actor_of_gateway({"authorizer": {"claims": claims}}, {})
    assert (actor.name, actor.id) == (name, "sub-1")


def test_a_group_is_named_by_stage_and_role():
    assert [group_of("prod", role) for role in Role] == [
        "automate-prod-viewer", "automate-prod-operator", "automate-prod-editor", "automate-prod-publisher",
        "automate-prod-admin",
    ]


@pytest.mark.parametrize(("method", "path", "status", "more"), [
    ("GET", "/executions/{id}", 200, {"route": "GET /executions/{id}", "reads": "input, output"}),
    ("GET", "/executions/{id}", 304, {"route": "GET /executions/{id}"}),
    ("GET", "/executions/{id}/payload", 403, {"route": "GET /executions/{id}/payload"}),
    ("GET", "/executions/{id}/history", 200, {"route": "GET /executions/{id}/history", "reads": "history"}),
    ("GET", "/me", 200, {"route": "GET /me"}),
    ("GET", "/nothing", 404, {}),
])
def test_the_line_says_what_was_read(monkeypatch, caplog, method, path, status, more):
    monkeypatch.delenv(PROOF, raising=False)
    request = type("Asked", (Request,), {"method": method, "context": {**CONTEXT, "resourcePath": path}})
    with caplog.at_level(logging.INFO, "automate.access"):
        log_access(request(), lambda _: Response("", status_code=status))
    line = json.loads(caplog.records[0].getMessage().removeprefix("request "))
    assert {name: line[name] for name in ("route", "reads") if name in line} == more
    assert (line["subject"], line["execution"]) == ("sub-1", "orders:1")


def test_an_answer_with_the_data_of_several_is_a_line_for_each(monkeypatch, caplog):
    """docs/audit.md's query finds each: what the path names is a workflow."""
    monkeypatch.delenv(PROOF, raising=False)
    context = {**CONTEXT, "resourcePath": "/workflows/{name}/inputs", "automateRead": ["flow:one", "flow:two"]}
    request = type("Asked", (Request,), {"context": context, "uri_params": {"name": "flow"}})
    with caplog.at_level(logging.INFO, "automate.access"):
        log_access(request(), lambda _: Response("", status_code=200))
    lines = [json.loads(record.getMessage().removeprefix("request ")) for record in caplog.records]
    assert [(line["reads"], line["execution"]) for line in lines] == [("inputs", "flow:one"), ("inputs", "flow:two")]


def test_an_access_token_is_nobody_s_sign_in():
    """The gateway takes none as it is deployed. Were it given scopes it would, and the groups are the person's."""
    def caller(**claims):
        groups = {"sub": "s", "username": "ada", "cognito:groups": group_of("prod", Role.ADMIN)}
        context = {"identity": {"sourceIp": EDGE}, "authorizer": {"claims": {**groups, **claims}}}
        return caller_of_gateway(context, {}, stage="prod", workspace="default")

    with pytest.raises(Refused, match="no ID token"):
        caller(token_use="access")
    assert caller(token_use="id").roles_in("default") == caller().roles_in("default") == (Role.ADMIN,)
