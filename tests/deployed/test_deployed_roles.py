"""Roles on a deployed stage: the groups of its user pool, through Cognito's tokens, the gateway, the API's function."""

from __future__ import annotations

import json

import pytest

from tests.support.deployed.stage import PASSWORD

pytestmark = pytest.mark.full
EVE = "eve@example.com"


@pytest.fixture
def eve(stage):
    """`eve(method, path, …)`: a request of somebody whom nobody gave a role yet, with a token of this moment."""
    users, pool = stage.emulator.client("cognito-idp"), stage.output("api", "UserPoolId")
    users.admin_create_user(UserPoolId=pool, Username=EVE, MessageAction="SUPPRESS", UserAttributes=[
        {"Name": "email", "Value": EVE},
    ])
    users.admin_set_user_password(UserPoolId=pool, Username=EVE, Password=PASSWORD, Permanent=True)

    def ask(method, path, body=None):
        return stage.ask(method, path, body, token=stage.token_of(EVE))

    return ask


def test_a_person_does_what_their_group_holds_and_nothing_without_one(stage, eve):
    def people(*arguments):
        return json.loads(stage.command(
            "people", *arguments, "--stage", stage.name, as_json=True, of_the_account=True
        ))

    status, denied = eve("GET", "/workflows")
    assert (status, denied["error"]["code"]) == (403, "NotAllowed")
    assert f"automate people grant MAIL --role viewer --stage {stage.name}" in denied["error"]["advice"]
    assert eve("GET", "/me")[1]["rights"] == []

    assert people("grant", EVE, "--role", "viewer")["before"] == []
    assert eve("GET", "/workflows")[0] == 200
    status, denied = eve("PUT", "/secrets/KEY", {"value": "a long value"})
    assert (status, denied["error"]["details"]["held"]) == (403, ["viewer"])

    assert people("grant", EVE, "--role", "admin")["before"] == ["viewer"]
    assert eve("GET", "/me")[1]["roles"] == ["admin"]
    assert eve("PUT", "/secrets/EVES_KEY", {"value": "a long value"})[0] == 200
    assert {(each["mail"], *each["roles"]) for each in people("list")["people"]} >= {(EVE, "admin")}

    assert people("revoke", EVE)["before"] == ["admin"]
    assert eve("GET", "/workflows")[0] == 403

    def refused():
        found = stage.answer("GET", "/audit?act=act.refused&limit=100")["entries"]
        return {(entry["actor"], entry["details"]["act"]) for entry in found}

    wanted = {(EVE, "GET /workflows"), (EVE, "PUT /secrets/{key}")}
    assert stage.seen(refused, lambda found: found >= wanted) >= wanted
