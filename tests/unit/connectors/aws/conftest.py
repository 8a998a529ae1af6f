"""Clients of moto."""

import botocore.session
import pytest
from moto import mock_aws

from connectors.aws.clients import SessionClients
from connectors.aws.tasks import AwsTasks
from tests.support.aws_calls import REGION, make_call


@pytest.fixture
def keys(monkeypatch):
    """Credentials that mean nothing, and no configuration of the machine's own."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")


@pytest.fixture
def clients(keys):
    made = SessionClients(region=REGION)
    yield made
    made.close()


@pytest.fixture
def aws(clients):
    """AwsTasks over moto."""
    with mock_aws():
        yield AwsTasks(clients)


@pytest.fixture
def client_of(keys):
    """Clients of the test's own, to look at what was done."""
    session = botocore.session.Session()
    return lambda service: session.create_client(service, region_name=REGION)


@pytest.fixture
def run(aws):
    """Make a call over moto."""
    return lambda resource, arguments, **changes: aws.call(make_call(resource, arguments, **changes))
