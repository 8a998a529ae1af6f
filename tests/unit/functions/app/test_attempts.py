"""What somebody tries without the right, or on what cannot be: its answer, and its entry in the audit log."""

from __future__ import annotations

import dataclasses

import pytest

from engine.governance.access_tokens import AccessTokens
from engine.governance.role_grants import RoleGrants
from engine.governance.roles import Role
from functions.api.callers import Callers
from functions.api.doors import BY_IAM, BY_TOKEN, DOOR
from functions.app.acts import Recorder
from functions.app.machines.roles import RoleCallers
from functions.app.machines.tokens import TokenCallers
from tests.support.memory.access_tokens import MemoryTokenRoot, MemoryTokenStore
from tests.support.memory.role_grants import MemoryRoleGrants

OWN, OTHER = "111122223333", "444455556666"
WAITS = {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 600, "End": True}}}


class Doors:
    """All doors of a stage, over the API in memory."""

    def __init__(self, api):
        self.api, self.usual = api, api.services
        self.tokens = AccessTokens(MemoryTokenStore(), api.clock, MemoryTokenRoot(), digests=False)
        self.grants = RoleGrants(MemoryRoleGrants(), api.clock, OWN)
        recorder = Recorder(api.services.audit, api.clock)
        self.callers = Callers(
            "prod", "default", proof="", without_group=None,
            tokens=TokenCallers(self.tokens, recorder, api.clock, "default"),
            roles=RoleCallers(self.grants, recorder, api.clock, "default"),
        )

    def ask(self, context, authorization="", *request):
        """What the caller of `context` is answered, and the newest entry that the log has gained."""
        before = self.log()
        headers = {"authorization": authorization}
        self.api.services = dataclasses.replace(
            self.usual, caller_of=lambda _context, _headers: self.callers.of_request(dict(context), headers)
        )
        reply = self.api(*(request or ("POST", "/workflows/flow/executions", {})))
        self.api.services = self.usual
        new = self.log()[: len(self.log()) - len(before)]
        return reply.status, reply.error, new

    def log(self):
        return self.api("GET", "/audit?limit=100").json["entries"]

    def with_token(self, text):
        return self.ask({DOOR: BY_TOKEN, "identity": {"sourceIp": "192.0.2.1"}}, f"Bearer {text}")

    def with_role(self, account=OWN):
        arn = f"arn:aws:sts::{account}:assumed-role/starter/session"
        return self.ask({DOOR: BY_IAM, "identity": {"userArn": arn, "accountId": account}})

    def with_groups(self, groups):
        claims = {"sub": "sub-1", "email": "eve@example.com", "email_verified": "true", "cognito:groups": groups}
        return self.ask({"authorizer": {"claims": claims}})


@pytest.fixture
def doors(api):
    return Doors(api)


def _expired(doors):
    text = doors.tokens.add("default", "ci", Role.OPERATOR, by="ada", expires_at=doors.api.clock.now() + 60).text
    doors.api.clock.sleep(60)
    return doors.with_token(text)


def _revoked(doors):
    text = doors.tokens.add("default", "ci", Role.OPERATOR, by="ada").text
    doors.tokens.revoke("default", "ci", by="ada")
    return doors.with_token(text)


def _ten_minutes_off(doors):
    """The server's clock went on by ten minutes too many: the token's end is over by it, and says when it was."""
    text = doors.tokens.add("default", "ci", Role.OPERATOR, by="ada", expires_at=doors.api.clock.now() + 300).text
    doors.api.clock.sleep(600)
    return doors.with_token(text)


def _of_another_stage(doors):
    elsewhere = AccessTokens(MemoryTokenStore(), doors.api.clock, MemoryTokenRoot(b"x" * 32), digests=False)
    return doors.with_token(elsewhere.add("default", "ci", Role.ADMIN, by="ada").text)


@pytest.mark.parametrize(("attempt", "status", "code", "recorded"), [
    (_expired, 401, "TokenExpired", ("request.refused", "ci")),
    (_revoked, 401, "TokenRevoked", ("request.refused", "ci")),
    (_ten_minutes_off, 401, "TokenExpired", ("request.refused", "ci")),
    # Nobody's: the access logs have it, and who knocks with made-up ones writes nothing (docs/access.md).
    (_of_another_stage, 401, "TokenUnknown", None),
    (lambda doors: doors.with_token("no token"), 401, "TokenMalformed", None),
    (lambda doors: doors.with_role(OTHER), 403, "ForeignAccount", ("request.refused", "starter")),
    (lambda doors: doors.with_role(), 403, "NotAllowed", ("act.refused", "starter")),
    # A group of the stage's that no role of this release has, one of another stage, one that was taken away.
    (lambda doors: doors.with_groups("automate-prod-emperor"), 403, "NotAllowed", ("act.refused", "eve@example.com")),
    (lambda doors: doors.with_groups("automate-test-admin"), 403, "NotAllowed", ("act.refused", "eve@example.com")),
    (lambda doors: doors.with_groups(""), 403, "NotAllowed", ("act.refused", "eve@example.com")),
])
def test_an_attempt_has_its_answer_and_its_entry(doors, attempt, status, code, recorded):
    answered, error, entries = attempt(doors)
    assert (answered, error["code"]) == (status, code)
    assert error["message"]
    assert error["advice"]
    assert [(entry["act"], entry["actor"]) for entry in entries] == ([] if recorded is None else [recorded])
    assert all(entry["details"]["code"] == code for entry in entries)


def test_groups_that_carry_no_role_are_named(doors):
    _, error, _ = doors.with_groups("automate-prod-emperor,friends")
    assert "automate-prod-emperor, friends" in str(error)


def test_a_grant_to_another_account_says_what_can_be_granted(api):
    reply = api("POST", "/grants", {"role_arn": f"arn:aws:iam::{OTHER}:role/starter", "role": "viewer"})
    assert (reply.status, reply.error["code"]) == (422, "InvalidDocument")
    assert reply.error["advice"]
    assert api("GET", "/grants").json["grants"] == []


@pytest.mark.parametrize(("route", "body", "act", "kind"), [
    ("/grants", {"role_arn": f"arn:aws:iam::{OWN}:role/starter", "role": "emperor"}, "grant.add", "role"),
    ("/tokens", {"name": "starter", "role": "emperor"}, "token.add", "token"),
])
def test_a_role_that_there_is_not_is_given_to_nobody_and_recorded(api, route, body, act, kind):
    reply = api("POST", route, body)
    assert (reply.status, reply.error["code"]) == (422, "RoleDoesNotExist")
    assert "viewer" in reply.error["advice"]
    assert api("GET", route).json[route[1:]] == []
    [entry] = api("GET", "/audit?act=act.refused").json["entries"]
    assert (entry["subject"], entry["details"]["act"], entry["details"]["code"]) == (
        f"{kind}/starter", act, "RoleDoesNotExist"
    )


def test_erasing_what_runs_is_refused_and_recorded(api):
    document = {"name": "flow", "definition": WAITS, "business_key": "$.customer"}
    api("POST", "/workflows/import", {"document": document, "publish": True})
    api("POST", "/workflows/flow/executions", {"name": "one", "input": {"customer": "4711"}})
    reply = api("DELETE", "/executions/flow:one")
    assert (reply.status, reply.error["code"]) == (409, "ExecutionIsOpen")
    asked = api("POST", "/erasures", {"business_key": "4711"}).json
    assert (asked["erasure"], asked["executions"]) == (None, [])
    assert "RUNNING" in asked["found"][0]["refusal"]
    found = api("GET", "/audit?act=act.refused").json["entries"]
    assert [(entry["details"]["act"], entry["details"]["code"]) for entry in found] == [
        ("execution.erase", "ExecutionIsOpen")
    ] * 2
    assert api("GET", "/executions/flow%3Aone").json["status"] == "RUNNING"
