"""engine.ports.role_grants.RoleGrantStore: in DynamoDB, and in memory."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.adapters.aws.access.grants import DynamoRoleGrants
from engine.clock import SkipClock
from engine.ports.role_grants import RoleGrant
from tests.support.memory.role_grants import MemoryRoleGrants
from tests.support.moto_stores import open_aws

ONE = RoleGrant(
    "default", "starter", "arn:aws:iam::111122223333:role/orders/starter", "operator", 1_800_000_000.5, "ada"
)


@pytest.fixture(params=["dynamodb", "memory"])
def opened(request):
    """Makes another store over the same records, as another process has it."""
    if request.param == "memory":
        one = MemoryRoleGrants()
        yield lambda: one
    else:
        with open_aws(SkipClock()) as stores:
            yield lambda: DynamoRoleGrants(stores.stored)


@pytest.fixture
def store(opened):
    return opened()


def test_nothing_is_granted_at_first(store):
    assert (list(store.grants("default")), store.find("default", "starter")) == ([], None)
    assert not store.delete("default", "starter")


def test_what_is_put_comes_back_and_every_reader_sees_it_at_once(store, opened):
    other = opened()
    store.put(ONE)
    assert (other.find("default", "starter"), list(other.grants("default"))) == (ONE, [ONE])
    more = replace(ONE, role="viewer", created_by="eve")
    store.put(more)
    assert other.find("default", "starter") == more
    assert store.delete("default", "starter")
    assert (other.find("default", "starter"), list(other.grants("default"))) == (None, [])
    assert not other.delete("default", "starter")


def test_a_grant_is_of_its_workspace_and_its_role_alone(store):
    for workspace, name in (("a", "x"), ("a", "xy"), ("ab", "x"), ("a#b", "x")):
        store.put(replace(ONE, workspace=workspace, name=name))
    assert sorted(grant.name for grant in store.grants("a")) == ["x", "xy"]
    assert [grant.workspace for grant in store.grants("a#b")] == ["a#b"]
    assert store.delete("a", "x")
    assert sorted(grant.name for grant in store.grants("a")) == ["xy"]
    assert store.find("ab", "x") is not None


def test_who_granted_gets_another_name(store):
    other = replace(ONE, name="other", created_by="bob")
    for grant in (ONE, other):
        store.put(grant)
    store.rename("default", "ada", "~5f")
    assert [*store.grants("default")] == [other, replace(ONE, created_by="~5f")] or (
        [*store.grants("default")] == [replace(ONE, created_by="~5f"), other]
    )
