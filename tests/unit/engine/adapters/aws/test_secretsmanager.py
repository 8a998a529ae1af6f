import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber
from moto import mock_aws

from engine.adapters.aws.secretsmanager import SecretsManager
from engine.clock import SkipClock
from engine.errors import InvalidDocument, StoreUnavailable, Throttled

KEY_ARN = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"


@pytest.fixture
def client(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("secretsmanager", region_name="eu-central-1")
        yield client
        client.close()


@pytest.fixture
def clock():
    return SkipClock()


@pytest.fixture
def secrets(client, clock):
    return SecretsManager(client, "dev", clock)


def test_secrets_live_under_the_stage(client, secrets):
    secrets.set("default", "KEY", "one", by="ann")
    secrets.set("team", "KEY", "two", by="ann")
    assert client.get_secret_value(SecretId="automate/dev/KEY")["SecretString"] == "one"
    assert client.get_secret_value(SecretId="automate/dev/team/KEY")["SecretString"] == "two"


def test_a_new_secret_is_encrypted_with_the_stage_s_key(client, clock):
    SecretsManager(client, "dev", clock, kms_key=KEY_ARN).set("default", "KEY", "one", by="ann")
    assert client.describe_secret(SecretId="automate/dev/KEY")["KmsKeyId"] == KEY_ARN


def test_a_secret_of_an_earlier_release_comes_under_the_stage_s_key_with_its_next_value(client, secrets, clock):
    """It was made without a key: under Secrets Manager's own, which any reader of the account's secrets may use."""
    secrets.set("default", "KEY", "one", by="ann")
    assert "KmsKeyId" not in client.describe_secret(SecretId="automate/dev/KEY")
    SecretsManager(client, "dev", clock, kms_key=KEY_ARN).set("default", "KEY", "two", by="ben")
    found = client.describe_secret(SecretId="automate/dev/KEY")
    assert found["KmsKeyId"] == KEY_ARN
    assert client.get_secret_value(SecretId="automate/dev/KEY")["SecretString"] == "two"


def test_a_key_that_an_admin_chose_stays(client, clock):
    client.create_secret(Name="automate/dev/KEY", SecretString="one", KmsKeyId="alias/ours")
    SecretsManager(client, "dev", clock, kms_key=KEY_ARN).set("default", "KEY", "two", by="ann")
    assert client.describe_secret(SecretId="automate/dev/KEY")["KmsKeyId"] == "alias/ours"
    assert client.get_secret_value(SecretId="automate/dev/KEY")["SecretString"] == "two"


def test_another_stage_s_secrets_and_other_secrets_are_not_listed(client, secrets, clock):
    SecretsManager(client, "prod", clock).set("default", "KEY", "v", by="ann")
    SecretsManager(client, "dev2", clock).set("default", "KEY", "v", by="ann")
    client.create_secret(Name="something/else", SecretString="v")
    client.create_secret(Name="automate/dev/BY_HAND", SecretString="v")
    infos = secrets.list("default")
    assert [(info.key, info.updated_by) for info in infos] == [("BY_HAND", None)]


def test_a_value_is_cached_for_a_minute_unless_it_must_be_fresh(client, secrets, clock):
    secrets.set("default", "KEY", "old", by="ann")
    assert secrets.get("default", "KEY") == "old"
    client.put_secret_value(SecretId="automate/dev/KEY", SecretString="new")
    clock.sleep(59.0)
    assert secrets.get("default", "KEY") == "old"
    assert secrets.get("default", "KEY", fresh=True) == "new"
    client.put_secret_value(SecretId="automate/dev/KEY", SecretString="newer")
    clock.sleep(59.0)
    assert secrets.get("default", "KEY") == "new", "a fresh read renews the cache"
    clock.sleep(1.0)
    assert secrets.get("default", "KEY") == "newer"


def test_a_clock_set_back_does_not_keep_a_value_forever(client, secrets, clock):
    secrets.set("default", "KEY", "old", by="ann")
    assert secrets.get("default", "KEY") == "old"
    client.put_secret_value(SecretId="automate/dev/KEY", SecretString="new")
    clock.set(clock.now() - 3600)
    assert secrets.get("default", "KEY") == "new"


def test_what_is_missing_is_asked_again_each_time(client, secrets):
    assert secrets.get("default", "KEY") is None
    client.create_secret(Name="automate/dev/KEY", SecretString="v")
    assert secrets.get("default", "KEY") == "v"


def test_a_secret_marked_for_deletion_is_gone_at_once_when_read_afresh(client, secrets):
    secrets.set("default", "KEY", "v", by="ann")
    secrets.get("default", "KEY")
    client.delete_secret(SecretId="automate/dev/KEY", RecoveryWindowInDays=7)
    assert secrets.get("default", "KEY", fresh=True) is None
    assert secrets.get("default", "KEY") is None


def test_a_binary_secret_is_refused_with_advice(client, secrets):
    client.create_secret(Name="automate/dev/KEY", SecretBinary=b"\x00\x01")
    with pytest.raises(InvalidDocument, match="binary"):
        secrets.get("default", "KEY")


def test_an_actor_s_name_is_kept_as_a_tag_allows_it(secrets):
    assert secrets.set("default", "KEY", "v", by='ann <ann@example.org>"').updated_by == "ann _ann@example.org__"


def _stubbed():
    client = boto3.client(
        "secretsmanager", region_name="eu-central-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )
    return client, Stubber(client)


@pytest.mark.parametrize(
    ("code", "kind"),
    [("ThrottlingException", Throttled), ("AccessDeniedException", StoreUnavailable),
     ("InternalServiceError", StoreUnavailable), ("DecryptionFailure", StoreUnavailable)],
)
def test_a_failure_of_the_service_is_a_storage_error_that_names_operation_and_secret(code, kind):
    client, stubber = _stubbed()
    stubber.add_client_error("get_secret_value", service_error_code=code)
    with stubber, pytest.raises(kind, match=r"GetSecretValue of automate/dev/KEY") as caught:
        SecretsManager(client, "dev", SkipClock()).get("default", "KEY")
    assert type(caught.value) is kind
    client.close()


def test_losing_the_race_to_create_a_secret_is_no_failure():
    client, stubber = _stubbed()
    stubber.add_client_error("describe_secret", service_error_code="ResourceNotFoundException")
    stubber.add_client_error("create_secret", service_error_code="ResourceExistsException")
    stubber.add_response("put_secret_value", {})
    stubber.add_response("tag_resource", {})
    with stubber:
        SecretsManager(client, "dev", SkipClock()).set("default", "KEY", "v", by="ann")
    stubber.assert_no_pending_responses()
    client.close()


@pytest.mark.parametrize("use", ["get", "list", "set", "delete"])
def test_a_service_that_cannot_be_reached_is_unavailable(use, monkeypatch):
    client, _ = _stubbed()

    def unreachable(*_args, **_more):
        raise EndpointConnectionError(endpoint_url="https://example.org")

    monkeypatch.setattr(client, "_make_api_call", unreachable)
    secrets = SecretsManager(client, "dev", SkipClock())
    uses = {
        "get": lambda: secrets.get("default", "KEY"),
        "list": lambda: secrets.list("default"),
        "set": lambda: secrets.set("default", "KEY", "hush-hush", by="ann"),
        "delete": lambda: secrets.delete("default", "KEY"),
    }
    with pytest.raises(StoreUnavailable) as caught:
        uses[use]()
    assert "hush" not in str(caught.value)
    client.close()
