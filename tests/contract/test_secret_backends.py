"""What every writable secret backend promises, whichever it is."""

import json

import boto3
import pytest
from moto import mock_aws

from engine.adapters.aws.secretsmanager import SecretsManager
from engine.adapters.local.secret_store import LocalSecretStore
from engine.clock import SkipClock
from engine.errors import InvalidDocument
from engine.ports.secrets import SecretGrant

TRICKY = ["x", 'with "quotes" and \\', "line one\nline two\n", "ünïcødé 🔑", " spaces ", "v" * 10_000]


@pytest.fixture(params=["local store", "AWS Secrets Manager"])
def backend(request, tmp_path, monkeypatch):
    if request.param == "local store":
        yield LocalSecretStore(tmp_path / "data", SkipClock())
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("secretsmanager", region_name="eu-central-1")
        yield SecretsManager(client, "test", SkipClock())
        client.close()


def test_what_was_never_set_is_not_there(backend):
    assert backend.get("default", "KEY") is None
    assert backend.get("default", "KEY", fresh=True) is None
    assert backend.list("default") == []
    assert backend.delete("default", "KEY") is False


@pytest.mark.parametrize("value", TRICKY, ids=range(len(TRICKY)))
def test_a_value_comes_back_as_it_was_set(backend, value):
    backend.set("default", "KEY", value, by="ann")
    assert backend.get("default", "KEY") == value


def test_setting_again_rotates_the_value_under_the_same_key(backend):
    backend.set("default", "KEY", "old", by="ann")
    assert backend.get("default", "KEY") == "old"
    info = backend.set("default", "KEY", "new", by="bob")
    assert backend.get("default", "KEY") == "new"
    assert (info.key, info.backend, info.updated_by) == ("KEY", backend.name, "bob")
    assert [(i.key, i.updated_by) for i in backend.list("default")] == [("KEY", "bob")]


def test_a_pending_value_is_nobodys_until_it_is_made_current(backend):
    backend.set("default", "KEY", "first", by="ann")
    assert backend.promote("default", "KEY", by="bob") is None
    assert backend.stage("default", "KEY", "second")
    assert backend.stage("default", "KEY", "third")
    assert backend.get("default", "KEY", fresh=True) == "first"
    info = backend.promote("default", "KEY", by="bob")
    assert (info.key, info.updated_by, backend.get("default", "KEY")) == ("KEY", "bob", "third")
    assert backend.list("default")[0].updated_by == "bob"
    assert backend.promote("default", "KEY", by="bob") is None


def test_the_value_of_before_is_kept_and_comes_back(backend):
    backend.set("default", "KEY", "first", by="ann")
    assert backend.go_back("default", "KEY", by="bob") is None
    backend.grant("default", "KEY", SecretGrant("orders"))
    backend.set("default", "KEY", "second", by="ann")
    backend.stage("default", "KEY", "third")
    backend.promote("default", "KEY", by="ann")
    for value in ("second", "third", "second"):
        assert backend.go_back("default", "KEY", by="bob") is not None
        assert backend.get("default", "KEY") == value
    assert backend.grants("default", "KEY") == (SecretGrant("orders"),)


def test_what_is_not_there_has_no_pending_and_no_previous_value(backend):
    assert not backend.stage("default", "NOPE", "value")
    assert backend.promote("default", "NOPE", by="ann") is None
    assert backend.go_back("default", "NOPE", by="ann") is None
    backend.set("default", "KEY", "first", by="ann")
    backend.delete("default", "KEY")
    assert not backend.stage("default", "KEY", "value")
    assert backend.go_back("default", "KEY", by="ann") is None


def test_renewing_changes_the_value_alone(backend):
    assert not backend.renew("default", "KEY", "value")
    backend.set("default", "KEY", "first", by="ann")
    backend.grant("default", "KEY", SecretGrant("orders"))
    assert backend.renew("default", "KEY", "second")
    assert backend.get("default", "KEY") == "second"
    info, = backend.list("default")
    assert (info.updated_by, info.grants) == ("ann", (SecretGrant("orders"),))
    backend.delete("default", "KEY")
    backend.renew("default", "KEY", "third")
    assert backend.get("default", "KEY", fresh=True) is None


def test_the_list_is_by_key_and_holds_no_value(backend):
    for key in ("b.two", "a-one", "C"):
        backend.set("default", key, "hush-hush", by="ann")
    infos = backend.list("default")
    assert [info.key for info in infos] == ["C", "a-one", "b.two"]
    assert all(info.updated_at is not None and info.backend == backend.name for info in infos)
    assert "hush" not in repr(infos)


def test_a_workspace_sees_its_own_secrets_alone(backend):
    backend.set("default", "KEY", "one", by="ann")
    backend.set("team", "KEY", "two", by="ann")
    backend.set("team", "MORE", "three", by="ann")
    assert backend.get("default", "KEY") == "one"
    assert backend.get("team", "KEY") == "two"
    assert backend.get("default", "MORE") is None
    assert [info.key for info in backend.list("default")] == ["KEY"]
    assert [info.key for info in backend.list("team")] == ["KEY", "MORE"]
    assert backend.delete("team", "KEY") is True
    assert backend.get("default", "KEY") == "one"


def test_a_deleted_secret_is_gone_and_may_be_set_again(backend):
    backend.set("default", "KEY", "old", by="ann")
    assert backend.get("default", "KEY") == "old"
    assert backend.delete("default", "KEY") is True
    assert backend.get("default", "KEY") is None
    assert backend.list("default") == []
    assert backend.delete("default", "KEY") is False
    backend.set("default", "KEY", "new", by="ann")
    assert backend.get("default", "KEY") == "new"


@pytest.mark.parametrize("key", ["", "a/b", "a b", "k" * 129])
def test_a_key_that_can_be_none_is_refused_everywhere(backend, key):
    for use in (
        lambda: backend.get("default", key),
        lambda: backend.set("default", key, "v", by="ann"),
        lambda: backend.delete("default", key),
    ):
        with pytest.raises(InvalidDocument):
            use()


def test_an_empty_value_is_refused_and_the_old_one_kept(backend):
    backend.set("default", "KEY", "old", by="ann")
    with pytest.raises(InvalidDocument):
        backend.set("default", "KEY", "", by="ann")
    assert backend.get("default", "KEY") == "old"


ORDERS, ALL = SecretGrant("orders", "http", "api.example.org"), SecretGrant("*", "*", "*.example.org")


def held(backend, key="KEY", workspace="default"):
    """Who may use it, which every way of asking agrees on."""
    grants = backend.grants(workspace, key)
    listed = [info.grants for info in backend.list(workspace) if info.key == key]
    assert backend.grants(workspace, key, fresh=True) == grants
    assert listed in ([grants], [])
    return None if grants is None else set(grants)


def test_nobody_may_use_a_new_secret_and_a_rotated_one_keeps_its_grants(backend):
    assert held(backend) == set()
    backend.set("default", "KEY", "one", by="ann")
    assert held(backend) == set()
    assert backend.grant("default", "KEY", ORDERS) is True
    assert backend.grant("default", "KEY", ALL) is True
    assert backend.grant("default", "KEY", ORDERS) is True
    assert held(backend) == {ORDERS, ALL}
    backend.set("default", "KEY", "two", by="ben")
    assert held(backend) == {ORDERS, ALL}
    assert backend.get("default", "KEY") == "two"


def test_a_grant_is_taken_and_so_are_all(backend):
    backend.set("default", "KEY", "one", by="ann")
    for grant in (ORDERS, ALL):
        backend.grant("default", "KEY", grant)
    assert backend.revoke("default", "KEY", ORDERS) is True
    assert backend.revoke("default", "KEY", ORDERS) is True
    assert held(backend) == {ALL}
    backend.grant("default", "KEY", ORDERS)
    assert backend.revoke("default", "KEY", None) is True
    assert held(backend) == set()


def test_what_is_not_there_is_granted_to_nobody(backend):
    assert backend.grant("default", "KEY", ORDERS) is False
    assert backend.revoke("default", "KEY", None) is False
    backend.set("default", "KEY", "one", by="ann")
    backend.grant("default", "KEY", ORDERS)
    assert held(backend, workspace="team") == set()
    backend.delete("default", "KEY")
    assert held(backend) == set()
    assert backend.grant("default", "KEY", ORDERS) is False


def test_who_sets_a_deleted_key_again_grants_nothing_of_before(backend):
    backend.set("default", "KEY", "one", by="ann")
    backend.grant("default", "KEY", ORDERS)
    backend.delete("default", "KEY")
    backend.set("default", "KEY", "two", by="ann")
    assert held(backend) == set()


@pytest.fixture
def of_before(backend, tmp_path):
    """The backend, with a secret that an earlier release wrote."""
    backend.set("default", "KEY", "one", by="ann")
    if backend.name == "local store":
        path = tmp_path / "data" / "secrets.json"
        document = json.loads(path.read_text())
        del document["secrets"]["default"]["KEY"]["grants"]
        path.write_text(json.dumps(document))
    else:
        client = boto3.client("secretsmanager", region_name="eu-central-1")
        client.untag_resource(SecretId="automate/test/KEY", TagKeys=["automate:grants"])
        client.close()
    return backend


def test_everybody_may_use_a_secret_of_before_until_it_is_granted(of_before):
    assert held(of_before) is None
    of_before.set("default", "KEY", "two", by="ann")
    assert held(of_before) is None
    of_before.grant("default", "KEY", ORDERS)
    assert held(of_before) == {ORDERS}


def test_a_secret_of_before_may_be_taken_from_everybody(of_before):
    of_before.revoke("default", "KEY", None)
    assert held(of_before) == set()


def test_a_secret_of_before_that_was_deleted_is_nobody_s_when_it_is_set_again(of_before):
    of_before.delete("default", "KEY")
    of_before.set("default", "KEY", "two", by="ann")
    assert held(of_before) == set()


def test_who_changed_it_last_gets_another_name(backend):
    for key, by in (("ONE", "ann"), ("TWO", "bob"), ("THREE", "ann")):
        backend.set("default", key, "value", by=by)
    backend.rename("default", "ann", "~5f")
    assert {info.key: info.updated_by.lstrip("~_") for info in backend.list("default")} == {
        "ONE": "5f", "TWO": "bob", "THREE": "5f",
    }
    assert backend.get("default", "ONE", fresh=True) == "value"
