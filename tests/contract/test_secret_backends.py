"""What every writable secret backend promises, whichever it is."""

import boto3
import pytest
from moto import mock_aws

from engine.adapters.aws.secretsmanager import SecretsManager
from engine.adapters.local.secret_store import LocalSecretStore
from engine.clock import SkipClock
from engine.errors import InvalidDocument

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
