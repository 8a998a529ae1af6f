"""The people of a stage: asked of a user pool that is played here, as Cognito answers."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from functions.cli import main
from functions.cli.commands import people as commands

POOL = "eu-west-1_abc"


def refusal(code, message="no"):
    kind = UsernameExists if code == "UsernameExistsException" else ClientError
    return kind({"Error": {"Code": code, "Message": message}}, "Operation")


class UsernameExists(ClientError):
    """As botocore makes it of the service's model."""


class Cognito:
    """As much of a user pool as is asked."""

    exceptions = SimpleNamespace(UsernameExistsException=UsernameExists)

    def __init__(self):
        self.groups = {f"automate-prod-{role}" for role in ("viewer", "operator", "editor", "publisher", "admin")}
        self.users = {}
        self.federated = {}
        self.signed_out = []

    def admin_create_user(self, *, UserPoolId, Username, **more):  # noqa: N803 - botocore's own names
        assert UserPoolId == POOL
        if Username in self.users:
            raise refusal("UsernameExistsException")
        self.users[Username] = set()

    def admin_add_user_to_group(self, *, UserPoolId, Username, GroupName):  # noqa: N803
        held = self._of(UserPoolId, Username)
        if GroupName not in self.groups:
            raise refusal("ResourceNotFoundException", "Group not found.")
        held.add(GroupName)

    def admin_remove_user_from_group(self, *, UserPoolId, Username, GroupName):  # noqa: N803
        self._of(UserPoolId, Username).discard(GroupName)

    def admin_user_global_sign_out(self, *, UserPoolId, Username):  # noqa: N803
        self._of(UserPoolId, Username)
        self.signed_out.append(Username)

    def get_paginator(self, name):
        def paginate(*, UserPoolId, Username=None, Filter=None):  # noqa: N803
            if name == "list_users":
                for user in self.users:  # a page each
                    mail = self.federated.get(user, user)
                    if Filter is None or Filter == f'email = "{mail}"':
                        status = "EXTERNAL_PROVIDER" if user in self.federated else "CONFIRMED"
                        yield {"Users": [{
                            "Username": user, "UserStatus": status, "Attributes": [{"Name": "email", "Value": mail}],
                        }]}
            else:
                assert name == "admin_list_groups_for_user"
                yield {"Groups": [{"GroupName": group} for group in sorted(self._of(UserPoolId, Username))]}

        return SimpleNamespace(paginate=paginate)

    def _of(self, pool, user):
        assert pool == POOL
        if user not in self.users:
            raise refusal("UserNotFoundException", "User does not exist.")
        return self.users[user]


class Stacks:
    def describe_stacks(self, *, StackName):  # noqa: N803
        if StackName != "automate-prod-api":
            raise refusal("ValidationError", f"Stack with id {StackName} does not exist")
        return {"Stacks": [{"Outputs": [{"OutputKey": "UserPoolId", "OutputValue": POOL}]}]}


@pytest.fixture
def pool(monkeypatch):
    made = Cognito()
    clients = {"cognito-idp": made, "cloudformation": Stacks()}
    monkeypatch.setattr(commands, "Account", lambda profile, region: SimpleNamespace(client=clients.__getitem__))
    return made


@pytest.fixture
def people(capsys):
    def run(*arguments):
        status = main.run(["--json", "people", *arguments])
        said = capsys.readouterr()
        return status, json.loads(said.out or said.err.splitlines()[-1])

    return run


def test_the_first_one_is_invited_as_an_admin(pool, people):
    assert people("invite", "ada@example.com", "--role", "admin", "--stage", "prod") == (
        0, {"mail": "ada@example.com", "role": "admin", "stage": "prod", "invited": True}
    )
    assert pool.users["ada@example.com"] == {"automate-prod-admin"}
    status, again = people("invite", "ada@example.com", "--role", "viewer", "--stage", "prod")
    assert (status, again["invited"]) == (0, False)
    assert pool.users["ada@example.com"] == {"automate-prod-viewer"}


def test_a_grant_takes_the_place_of_the_role_before_and_groups_of_others_stay(pool, people):
    pool.users["eve@example.com"] = {"friends"}  # of a release before there were roles
    assert people("list", "--stage", "prod")[1]["people"][0]["roles"] == []
    status, granted = people("grant", "eve@example.com", "--role", "editor", "--stage", "prod")
    assert (status, granted["before"]) == (0, [])
    assert people("grant", "eve@example.com", "--role", "operator", "--stage", "prod")[1]["before"] == ["editor"]
    assert pool.users["eve@example.com"] == {"automate-prod-operator", "friends"}
    assert people("list", "--stage", "prod")[1]["people"] == [
        {"mail": "eve@example.com", "user": "eve@example.com", "status": "CONFIRMED", "roles": ["operator"]}
    ]


def test_revoking_takes_the_role_away(pool, people):
    people("invite", "ada@example.com", "--role", "admin", "--stage", "prod")
    assert people("revoke", "ada@example.com", "--stage", "prod") == (
        0, {"mail": "ada@example.com", "stage": "prod", "before": ["admin"]}
    )
    assert pool.users["ada@example.com"] == set()
    assert pool.signed_out == ["ada@example.com"]


@pytest.mark.parametrize(("arguments", "code", "says"), [
    (("grant", "ada@example.com", "--role", "emperor", "--stage", "prod"), "RoleDoesNotExist", "no role 'emperor'"),
    (("grant", "nobody@example.com", "--role", "admin", "--stage", "prod"), "AccountRefused", "UserNotFound"),
    (("invite", "ada", "--role", "admin", "--stage", "prod"), "InvalidDocument", "no mail address"),
    (("list", "--stage", "test"), "AccountRefused", "automate-test-api"),
])
def test_what_cannot_be_done_says_so(pool, people, arguments, code, says):
    status, error = people(*arguments)
    assert (status, error["error"]["code"]) == (1, code)
    assert says in error["error"]["message"]


def test_who_came_by_an_identity_provider_has_no_role_until_it_is_given(pool, people):
    pool.users["Okta_00u1"] = {"eu-west-1_abc_Okta"}  # Cognito's own group of the provider
    pool.federated["Okta_00u1"] = "eve@example.com"
    assert people("list", "--stage", "prod")[1]["people"][0]["roles"] == []
    assert people("grant", "eve@example.com", "--role", "viewer", "--stage", "prod")[0] == 0
    assert pool.users["Okta_00u1"] == {"eu-west-1_abc_Okta", "automate-prod-viewer"}
    people("revoke", "eve@example.com", "--stage", "prod")
    assert (pool.users["Okta_00u1"], pool.signed_out) == ({"eu-west-1_abc_Okta"}, ["Okta_00u1"])


def test_an_address_that_several_have_gives_nobody_a_role(pool, people):
    """A provider may say of anybody that this is their address."""
    pool.users |= {"eve@example.com": set(), "Okta_00u1": set()}
    pool.federated["Okta_00u1"] = "eve@example.com"
    status, error = people("grant", "eve@example.com", "--role", "admin", "--stage", "prod")
    assert (status, error["error"]["code"]) == (1, "InvalidDocument")
    assert "Okta_00u1, eve@example.com" in error["error"]["message"]
    assert set() == pool.users["eve@example.com"] == pool.users["Okta_00u1"]
    assert people("grant", "Okta_00u1", "--role", "viewer", "--stage", "prod")[0] == 0
    assert pool.users["Okta_00u1"] == {"automate-prod-viewer"}


def test_a_group_that_the_pool_does_not_know_any_more(pool, people):
    people("invite", "ada@example.com", "--role", "admin", "--stage", "prod")
    pool.groups.remove("automate-prod-viewer")
    status, error = people("grant", "ada@example.com", "--role", "viewer", "--stage", "prod")
    assert (status, error["error"]["code"]) == (1, "NotFound")
    assert "the group automate-prod-viewer is not there" in error["error"]["message"]
    assert pool.users["ada@example.com"] == {"automate-prod-admin"}, "nobody is without a role meanwhile"
