"""Grants to IAM roles: which ARNs are roles, and whose session a caller's ARN is."""

from __future__ import annotations

import pytest

from engine.clock import SkipClock
from engine.errors import InvalidDocument, NotFound
from engine.governance.role_grants import RoleGrants, RoleSession
from engine.governance.roles import Role
from tests.support.memory.role_grants import MemoryRoleGrants

OWN = "111122223333"
ARN = f"arn:aws:iam::{OWN}:role/service/orders/starter"


@pytest.fixture
def grants():
    return RoleGrants(MemoryRoleGrants(), SkipClock(), OWN)


def session(role="starter", account=OWN, name="i-0abc", partition="aws"):
    return RoleSession.of(f"arn:{partition}:sts::{account}:assumed-role/{role}/{name}")


def test_a_session_has_what_is_granted_to_its_role_whatever_the_path(grants):
    assert grants.of("default", session()) is None
    before, grant = grants.add("default", ARN, Role.OPERATOR, by="ada")
    assert (before, grant.name, grant.arn) == (None, "starter", ARN)
    for name in ("i-0abc", "admin", "another.session@host"):
        assert grants.of("default", session(name=name)) == grant
    assert grants.of("other", session()) is None


def test_another_account_has_nothing_though_its_role_has_the_name(grants):
    grants.add("default", ARN, Role.OPERATOR, by="ada")
    assert grants.of("default", session(account="999988887777")) is None


@pytest.mark.parametrize("role", ["Starter", "starter2", "start"])
def test_another_name_has_nothing(grants, role):
    grants.add("default", ARN, Role.OPERATOR, by="ada")
    assert grants.of("default", session(role)) is None


@pytest.mark.parametrize("arn", [
    "", f"arn:aws:iam::{OWN}:user/ada", f"arn:aws:iam::{OWN}:root", f"arn:aws:sts::{OWN}:federated-user/ada",
    f"arn:aws:sts::{OWN}:assumed-role/starter", f"arn:aws:sts::{OWN}:assumed-role//x1",
    f"arn:aws:sts::{OWN}:assumed-role/a/b/cd", f"arn:aws:sts::{OWN}:assumed-role/starter/x1\n", ARN,
    f"arn:aws:sts::{OWN}:assumed-role/st\u0430rter/x1",
])
def test_what_is_no_roles_session(arn):
    assert RoleSession.of(arn) is None


def test_a_session_of_any_partition():
    assert session(partition="aws-us-gov") == RoleSession("aws-us-gov", OWN, "starter", "i-0abc")


@pytest.mark.parametrize("arn", [
    "", "starter", f"arn:aws:iam::{OWN}:user/ada", f"arn:aws:iam::{OWN}:role/", f"arn:aws:iam::{OWN}:role/*",
    f"arn:aws:iam::{OWN}:role/a b", f"arn:aws:sts::{OWN}:assumed-role/starter/x1", "arn:aws:iam::12:role/starter",
    f"arn:aws:iam::{OWN}:role/{'x' * 65}", ARN + "\n", "x" * 5000,
])
def test_what_is_no_role_is_refused(grants, arn):
    with pytest.raises(InvalidDocument, match="is not the ARN of an IAM role") as caught:
        grants.add("default", arn, Role.VIEWER, by="ada")
    assert len(caught.value.message) < 300
    assert grants.list("default") == []


def test_a_role_of_another_account_is_refused(grants):
    with pytest.raises(InvalidDocument, match="of the account 999988887777"):
        grants.add("default", ARN.replace(OWN, "999988887777"), Role.VIEWER, by="ada")


def test_a_second_grant_takes_the_firsts_place(grants):
    _, first = grants.add("default", ARN, Role.VIEWER, by="ada")
    before, second = grants.add("default", f"arn:aws:iam::{OWN}:role/starter", Role.OPERATOR, by="eve")
    assert (before, second.role) == (first, "operator")
    assert grants.list("default") == [second]


@pytest.mark.parametrize("said", ["starter", ARN])
def test_one_is_removed_by_name_or_arn(grants, said):
    grants.add("default", ARN, Role.VIEWER, by="ada")
    assert grants.remove("default", said).role == "viewer"
    assert grants.of("default", session()) is None
    with pytest.raises(NotFound, match="nothing is granted"):
        grants.remove("default", said)


def test_the_arn_of_another_role_of_that_name_removes_nothing(grants):
    grants.add("default", ARN, Role.VIEWER, by="ada")
    with pytest.raises(NotFound):
        grants.remove("default", f"arn:aws:iam::{OWN}:role/other/starter")
    assert grants.of("default", session()) is not None
