"""The door for IAM roles of a stage: whose session is whose, what is recorded, and who is refused."""

from __future__ import annotations

import dataclasses
import json

import pytest

from engine.governance.role_grants import RoleGrants
from engine.governance.roles import Role
from functions.api.app import create_app
from functions.api.callers import Callers
from functions.app.acts import Recorder
from functions.app.machines.roles import RoleCallers
from tests.support.memory.role_grants import MemoryRoleGrants

OWN, OTHER = "111122223333", "999988887777"
ARN = f"arn:aws:iam::{OWN}:role/orders/starter"
PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


class Stage:
    def __init__(self, api):
        self.api = api
        self.grants = RoleGrants(MemoryRoleGrants(), api.clock, OWN)
        roles = RoleCallers(self.grants, Recorder(api.services.audit, api.clock), api.clock, "default")
        callers = Callers("prod", "default", proof="", without_group=None, tokens=None, roles=roles)
        self.services = dataclasses.replace(api.services, caller_of=callers.of_request)
        self.app = create_app(lambda: self.services)

    def grant(self, role="operator"):
        return self.grants.add("default", ARN, Role(role), by="ada")

    def ask(self, method, resource, body=None, *, arn=None, account=OWN, **parameters):
        answer = self.app({
            "headers": {"content-type": "application/json"}, "stageVariables": None, "isBase64Encoded": False,
            "pathParameters": parameters or None, "body": None if body is None else json.dumps(body),
            "multiValueQueryStringParameters": None,
            "requestContext": {
                "resourcePath": f"/iam{resource}", "httpMethod": method, "requestId": "r-1", "accountId": OWN,
                "identity": {
                    "sourceIp": "192.0.2.1", "accountId": account,
                    "userArn": arn or f"arn:aws:sts::{account}:assumed-role/starter/order-events",
                },
            },
        }, None)
        return answer["statusCode"], json.loads(answer["body"])

    def start(self, name="one", **more):
        return self.ask("POST", "/workflows/{name}/executions", {"name": name}, **{"name": "flow"} | more)


@pytest.fixture
def stage(api):
    api.publish("flow", PASS)
    return Stage(api)


def entries(stage, act):
    return stage.api("GET", f"/audit?act={act}&limit=100").json["entries"]


def test_a_session_starts_reads_and_stops_as_its_role_and_is_named_so(stage):
    stage.grant()
    assert stage.start()[0] == 201
    status, found = stage.ask("GET", "/executions/{id}", id="flow%3Aone")
    assert (status, found["name"]) == (200, "one")
    assert stage.ask("POST", "/executions/{id}/stop", {"cause": "enough"}, id="flow%3Aone")[0] == 200
    [entry] = entries(stage, "execution.start")
    assert (entry["actor"], entry["actor_kind"]) == ("starter", "role")
    assert entry["origin"] == "192.0.2.1, session order-events"


def test_it_answers_a_task(stage):
    stage.grant()
    status, answer = stage.ask("POST", "/tasks/success", {"token": "nobody's", "output": {}})
    assert (status, answer["error"]["code"]) not in ((403, "NotAllowed"), (404, "NotFound"))
    assert status < 500


def test_nothing_is_granted_at_first_and_what_was_counts_for_the_next_request(stage):
    status, answer = stage.start()
    assert (status, answer["error"]["code"]) == (403, "NotAllowed")
    assert "starter has no role in the workspace default" in answer["error"]["message"]
    stage.grant()
    assert stage.start("two")[0] == 201
    stage.grant("viewer")
    assert stage.start("three")[0] == 403
    assert stage.ask("GET", "/executions/{id}", id="flow%3Atwo")[0] == 200
    stage.grants.remove("default", "starter")
    assert stage.ask("GET", "/executions/{id}", id="flow%3Atwo")[0] == 403
    refused = entries(stage, "act.refused")
    assert [(entry["actor"], entry["actor_kind"]) for entry in refused] == [("starter", "role")] * 3


@pytest.mark.parametrize("arn", [
    f"arn:aws:iam::{OWN}:user/starter", f"arn:aws:iam::{OWN}:root", f"arn:aws:sts::{OWN}:assumed-role/other/starter",
    f"arn:aws:sts::{OWN}:federated-user/starter", "nonsense",
])
def test_the_name_of_a_session_or_a_user_is_no_identity(stage, arn):
    stage.grant("admin")
    assert stage.start(arn=arn)[0] == 403
    assert stage.api("GET", "/executions").json["executions"] == []


@pytest.mark.parametrize(("account", "arn"), [
    (OTHER, None), ("", f"arn:aws:sts::{OWN}:assumed-role/starter/x1"),
    (OWN, f"arn:aws:sts::{OTHER}:assumed-role/starter/x1"), (OTHER, f"arn:aws:sts::{OWN}:assumed-role/starter/x1"),
])
def test_another_account_is_refused_and_recorded_sparingly(stage, account, arn):
    stage.grant("admin")
    for _ in range(30):
        status, answer = stage.start(account=account, arn=arn)
        assert (status, answer["error"]["code"]) == (403, "ForeignAccount")
    found = entries(stage, "request.refused")
    assert len(found) == 20
    assert (found[0]["subject"], found[0]["details"]["code"]) == ("server/api", "ForeignAccount")


def test_a_grant_of_a_later_release_lets_nobody_in(stage):
    stage.grant()
    [(key, grant)] = stage.grants._store.kept.items()
    stage.start()
    stage.grants._store.kept[key] = dataclasses.replace(grant, role="emperor")
    assert stage.start()[0] == 403
    assert stage.ask("GET", "/executions/{id}", id="flow%3Aone")[0] == 403


def test_a_route_that_is_not_for_it_is_not_behind_it(stage):
    """The gateway has no resource for one; nor is there one here."""
    stage.grant("admin")
    status, answer = stage.ask("GET", "/tokens")
    assert (status, "not for callers by IAM" in answer["error"]["message"]) == (404, True)


def test_a_grant_that_is_removed_while_its_request_goes_on_ends_that_and_begins_no_other(stage):
    stage.grant()
    caller_of = stage.services.caller_of

    def removed_meanwhile(context, headers):
        caller = caller_of(context, headers)
        stage.grants.remove("default", "starter")
        return caller

    stage.services = dataclasses.replace(stage.services, caller_of=removed_meanwhile)
    assert stage.start()[0] == 201
    stage.services = dataclasses.replace(stage.services, caller_of=caller_of)
    assert stage.start("two")[0] == 403


@pytest.mark.parametrize(("body", "code"), [
    ({"role_arn": ARN, "role": "emperor"}, "RoleDoesNotExist"),
    ({"role_arn": "starter", "role": "viewer"}, "InvalidDocument"),
    ({"role_arn": ARN.replace(OWN, OTHER), "role": "viewer"}, "InvalidDocument"),
    ({"role_arn": f"arn:aws:iam::{OWN}:user/ada", "role": "viewer"}, "InvalidDocument"),
])
def test_a_grant_that_cannot_be_is_refused(api, body, code):
    reply = api("POST", "/grants", body)
    assert (reply.status, reply.error["code"]) == (422, code)
    assert api("GET", "/grants").json == {"grants": []}


def test_grants_are_made_listed_and_removed(api):
    made = api("POST", "/grants", {"role_arn": ARN, "role": "operator"})
    assert (made.status, made.json["name"], made.json["created_by"]) == (201, "starter", "ada")
    assert api("GET", "/grants").json["grants"] == [made.json]
    assert api("DELETE", "/grants/starter").status == 200
    assert api("DELETE", "/grants/starter").status == 404
    [added] = api("GET", "/audit?act=grant.add").json["entries"]
    assert added["after"] == {"arn": ARN, "role": "operator", "workspace": "default"}


def test_a_data_folder_has_none(api):
    api.services = dataclasses.replace(api.services, open_grants=None)
    reply = api("POST", "/grants", {"role_arn": ARN, "role": "operator"})
    assert (reply.status, reply.error["code"]) == (404, "NotFound")
    assert "automate tokens add" in reply.error["advice"]
