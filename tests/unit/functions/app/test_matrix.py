"""The matrix of rights: every route, each role and none, through the local server, the Lambda's handler with people and
with named tokens, and the command line in process. What is expected stands in tests.support.matrix, which was written
from what users expect."""

from __future__ import annotations

import dataclasses
import json
import re
from functools import partial
from itertools import pairwise

import pytest

from engine.governance.role_grants import RoleGrants
from engine.governance.roles import RIGHTS, Caller, Grant, NotAllowed, Right, Role, check, parse_role, roles_with
from engine.ports.keys import Actor
from engine.settings import Settings
from functions.api.app import create_app
from functions.api.callers import Callers
from functions.app.acts import Recorder
from functions.app.identity import caller_of_gateway, group_of
from functions.app.machines.roles import RoleCallers
from functions.app.machines.tokens import TokenCallers
from functions.app.routing import Anyone, RouteTable
from functions.app.table import every_route
from functions.cli.client.in_process import InProcess
from functions.server.product import Product
from functions.server.server import LocalServer
from tests.support.api import call_wsgi
from tests.support.matrix import ANYBODY, BY_IAM, LEAST, MORE, NOBODY, REVEALS, ROLES, may
from tests.support.memory.role_grants import MemoryRoleGrants

PARAMETERS = {
    "name": "nothing", "id": "nothing:one", "number": "1", "step": "A#1", "key": "NOTHING", "activity": "nothing",
    "run": "nothing", "token": "nothing", "grant": "nothing", "workflow": "nothing", "trigger": "nothing",
    "path": "nothing", "delivery": "nothing:one.x", "approval": "nothing", "view": "nothing",
}
ACCOUNT = "111122223333"

TRANSPORTS = ["over_local_server", "over_lambda", "over_token_door", "in_process"]


def path_of(name):
    """The path of a route, with parameters of what is not there."""
    return re.sub(r"\{(\w+)\}", lambda found: PARAMETERS[found[1]].replace(":", "%3A"), name.split()[1])


def body_of(name):
    """One that does nothing where it is let in."""
    return None if name.startswith(("GET", "DELETE")) else {"nothing_takes_this": True}


def read(text):
    return json.loads(text) if text.startswith("{") else {}


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    made = Product.open(
        Settings(data_dir=str(tmp_path_factory.mktemp("folder"))), command="test", environment={}
    )
    yield made
    made.close()


@pytest.fixture(scope="module")
def tokens(product):
    """By role, the text of a token."""
    return {
        role: product.callers.named.tokens.add("default", role, parse_role(role), by="test").text for role in ROLES
    }


@pytest.fixture(scope="module")
def server(product):
    made = LocalServer(product, port=0)
    yield made
    made.close()


@pytest.fixture
def over_local_server(server, tokens):
    def send(role, name, body=None, reveal=None):
        reply = call_wsgi(
            server._late, name.split()[0], path_of(name), body, host=f"127.0.0.1:{server.port}",
            authorization=f"Bearer {tokens[role]}", automate_reveal=reveal,
        )
        return reply.status, read(reply.text)

    return send


@pytest.fixture
def over_token_door(api):
    """The Lambda, asked through its door for tokens."""
    tokens = TokenCallers(api.services.open_tokens(), Recorder(api.services.audit, api.clock), api.clock, "default")
    callers = Callers("prod", "default", proof="", without_group=None, tokens=tokens, roles=None)
    app = create_app(lambda: dataclasses.replace(api.services, caller_of=callers.of_request))
    made = {role: tokens.tokens.add("default", role, parse_role(role), by="test").text for role in ROLES}

    def send(role, name, body=None, reveal=None):
        return over_door(app, name, body, reveal, authorization=None if role is None else f"Bearer {made[role]}")

    return send


def over_door(app, name, body=None, reveal=None, authorization=None, **more):
    """What the gateway hands over of a request behind `/token/`."""
    headers = {"content-type": "application/json", "authorization": authorization, "automate-reveal": reveal}
    answer = app({
        "headers": {key: value for key, value in headers.items() if value is not None},
        "stageVariables": None, "isBase64Encoded": False,
        "pathParameters": {"proxy": path_of(name).removeprefix("/")},
        "body": None if body is None else json.dumps(body), "multiValueQueryStringParameters": None,
        "requestContext": {
            "resourcePath": "/token/{proxy+}", "httpMethod": name.split()[0], "requestId": "r-1",
            "path": f"/prod/token{path_of(name)}", "identity": {"sourceIp": "192.0.2.1"},
        },
        **more,
    }, None)
    return answer["statusCode"], read(answer["body"])


@pytest.fixture
def over_iam_door(api):
    """The Lambda, asked by sessions of IAM roles: `send(role)` is one to whose IAM role that is granted."""
    grants = RoleGrants(MemoryRoleGrants(), api.clock, ACCOUNT)
    roles = RoleCallers(grants, Recorder(api.services.audit, api.clock), api.clock, "default")
    callers = Callers("prod", "default", proof="", without_group=None, tokens=None, roles=roles)
    app = create_app(lambda: dataclasses.replace(api.services, caller_of=callers.of_request))
    for role in ROLES:
        grants.add("default", f"arn:aws:iam::{ACCOUNT}:role/of/{role}", parse_role(role), by="test")

    def send(role, name, body=None, reveal=None):
        method, resource = name.split()
        parameters = {key: value.replace(":", "%3A") for key, value in PARAMETERS.items() if f"{{{key}}}" in resource}
        return over_door(app, name, body, reveal, pathParameters=parameters, requestContext={
            "resourcePath": f"/iam{resource}", "httpMethod": method, "requestId": "r-1", "identity": {
                "sourceIp": "192.0.2.1", "accountId": ACCOUNT,
                "userArn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role or 'nobody'}/admin",
            },
        })

    return send


@pytest.fixture
def in_process(product, tokens):
    def send(role, name, body=None, reveal=None):
        transport = InProcess(product, token=tokens[role])
        data = None if body is None else json.dumps(body).encode()
        headers = {} if reveal is None else {"Automate-Reveal": reveal}
        reply = transport.send(name.split()[0], path_of(name), {}, data, headers=headers)
        return reply.status, read(reply.data.decode())

    return send


@pytest.fixture
def over_lambda(api):
    services = dataclasses.replace(
        api.services, caller_of=partial(caller_of_gateway, stage="prod", workspace="default")
    )
    app = create_app(lambda: services)

    def send(role, name, body=None, reveal=None, *, groups=None):
        method, resource = name.split()
        said = group_of("prod", Role(role)) if groups is None else groups
        answer = app({
            "headers": {"content-type": "application/json", **({} if reveal is None else {"Automate-Reveal": reveal})},
            "stageVariables": None, "isBase64Encoded": False,
            "pathParameters": {key: value.replace(":", "%3A") for key, value in PARAMETERS.items()
                               if f"{{{key}}}" in resource},
            "body": None if body is None else json.dumps(body), "multiValueQueryStringParameters": None,
            "requestContext": {
                "resourcePath": resource, "httpMethod": method, "requestId": "r-1", "path": path_of(name),
                "identity": {"sourceIp": "192.0.2.1"},
                "authorizer": {"claims": {
                    "email": "ada@example.com", "email_verified": "true", "cognito:groups": said,
                }},
            },
        }, None)
        return answer["statusCode"], read(answer["body"])

    return send


def is_denied(status, answer):
    return status == 403 and answer["error"]["code"] == "NotAllowed"


def test_the_routes_declare_what_users_expect():
    names = {NOBODY: Anyone.AT_ALL, ANYBODY: Anyone.SIGNED_IN}
    assert {route.name for route in every_route()} == set(LEAST)
    for route in every_route():
        least = LEAST[route.name]
        if least in names:
            assert route.right is names[least], route.name
        else:
            assert roles_with(route.right)[0] == least, route.name


def test_a_route_without_a_right_does_not_build():
    with pytest.raises(TypeError, match="declares no right"):
        RouteTable("Things").route("GET", "/things")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_every_route_lets_in_whom_it_should(request, transport, role):
    send = request.getfixturevalue(transport)
    wrong = []
    for name, least in LEAST.items():
        status, answer = send(role, name, body_of(name))
        if is_denied(status, answer) == may(role, least) or status in (401, 500):
            wrong.append((name, status, answer))
    assert wrong == []


@pytest.mark.parametrize("groups", ["", "viewers,automate-test-admin,automate-prod-owner,admin"])
def test_who_is_in_no_group_of_the_stage_may_do_nothing_and_is_told(over_lambda, groups):
    for name, least in LEAST.items():
        status, answer = over_lambda(None, name, body_of(name), groups=groups)
        assert is_denied(status, answer) == (not may(None, least)), name
    _, denied = over_lambda(None, "GET /workflows", groups=groups)
    assert "has no role in the workspace default" in denied["error"]["message"]
    assert "automate people grant MAIL --role viewer --stage prod" in denied["error"]["advice"]
    assert all(group in denied["error"]["message"] for group in groups.split(","))
    _, me = over_lambda(None, "GET /me", groups=groups)
    assert (me["rights"], me["roles"], me["ignored_groups"]) == ([], [], [x for x in groups.split(",") if x])


@pytest.mark.parametrize("role", [*ROLES, None])
def test_an_iam_role_starts_reads_stops_and_answers_as_granted_and_nothing_else(over_iam_door, role):
    assert [route.name for route in every_route() if route.by_iam] == BY_IAM
    wrong = []
    for name, least in LEAST.items():
        status, answer = over_iam_door(role, name, body_of(name))
        expected = (403 if not may(role, least) else None) if name in BY_IAM else 404
        if (status != expected) if expected else (status in (401, 403, 500)):
            wrong.append((name, status, answer))
        if expected == 403:
            assert "automate grants add ROLE_ARN --role" in answer["error"]["advice"]
    assert wrong == []


def test_nobody_gets_past_the_door_for_tokens_without_one(over_token_door):
    for name in LEAST:
        status, answer = over_token_door(None, name, body_of(name))
        assert (status, answer["error"]["code"]) == (401, "Unauthorized"), name


def test_nobody_gets_past_the_server_without_a_token(server):
    for name, least in LEAST.items():
        reply = call_wsgi(
            server._late, name.split()[0], path_of(name), body_of(name), host=f"127.0.0.1:{server.port}"
        )
        wanted = 401 if least != NOBODY else 404 if "/hooks/" in name or "/forms" in name else 200
        assert reply.status == wanted, name


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("name", MORE)
def test_a_body_that_asks_for_more_needs_more(request, transport, name):
    send = request.getfixturevalue(transport)
    more, least = MORE[name]
    document = {"name": "flow", "definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}}
    for role in ROLES:
        status, answer = send(role, name.strip(), {"document": document, **more})
        assert is_denied(status, answer) == (not may(role, least)), role
        if not is_denied(status, answer):
            assert status == 200, answer


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_reveal_needs_its_right(request, transport):
    send = request.getfixturevalue(transport)
    assert [route.name for route in every_route() if route.reveals] == REVEALS
    for name in REVEALS:
        for role in ROLES:
            status, answer = send(role, name, body_of(name), reveal="ticket%207")
            assert is_denied(status, answer) == (role != "admin"), (name, role)
            assert status not in (401, 500)


def test_a_denial_says_what_is_missing_who_has_it_and_who_can_give_it(over_local_server, product):
    status, answer = over_local_server("editor", "POST /workflows/{name}/publish", {})
    assert (status, answer["error"]) == (403, {
        "code": "NotAllowed", "where": "publish",
        "message": "POST /workflows/{name}/publish needs the right publish; editor has the role editor in the "
                   "workspace default",
        "advice": "The right publish comes with the role publisher or admin. An admin, or the owner of the data "
                  "folder, gives it with a token of another role: automate tokens add NAME --role publisher.",
        "details": {"right": "publish", "roles": ["publisher", "admin"], "held": ["editor"]},
    })


def test_an_attempt_is_in_the_audit_log_by_the_name_of_the_token_and_sparingly(api):
    api.roles = (Role.VIEWER,)
    for _ in range(50):
        assert api("PUT", "/secrets/KEY", {"value": "a long value"}).status == 403
    api.roles = (Role.ADMIN,)
    entries = api("GET", "/audit?limit=100").json["entries"]
    assert len(entries) == 20
    entry = entries[0]
    assert (entry["act"], entry["actor"], entry["subject"]) == ("act.refused", "ada", "secret/KEY")
    assert entry["details"] == {
        "act": "PUT /secrets/{key}", "code": "NotAllowed", "right": "secrets", "roles": ["admin"], "held": ["viewer"],
        "left_out_before": 0,
    }
    assert api("GET", "/secrets").json["secrets"] == []
    api.clock.sleep(60)
    api.roles = (Role.VIEWER,)
    api("PUT", "/secrets/KEY", {"value": "a long value"})
    api.roles = (Role.ADMIN,)
    assert api("GET", "/audit?limit=1").json["entries"][0]["details"]["left_out_before"] == 30


def test_what_a_body_holds_is_not_read_before_the_right_is_checked(api):
    api.roles = (Role.VIEWER,)
    assert api("POST", "/workflows/import", b"{not json").status == 403


def test_a_role_holds_what_the_one_before_it_holds():
    held = [RIGHTS[role] for role in Role]
    assert all(less < more for less, more in pairwise(held))
    assert held[-1] == frozenset(Right)


def test_a_grant_is_of_its_workspace():
    caller = Caller(Actor("ada"), (Grant("user/ada", "sales", Role.ADMIN),))
    check(caller, Right.AUDIT, "sales", what="it")
    with pytest.raises(NotAllowed, match="has no role in the workspace default"):
        check(caller, Right.LOOK, "default", what="it")
