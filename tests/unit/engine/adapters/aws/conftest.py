from __future__ import annotations

import pytest

from engine.clock import SkipClock
from tests.support.moto_stores import open_aws


@pytest.fixture(scope="module")
def aws_clock():
    return SkipClock()


@pytest.fixture(scope="module")
def aws_stores(aws_clock):
    with open_aws(aws_clock) as stores:
        yield stores
        stores.close()


@pytest.fixture
def calls(aws_stores):
    """The operations asked of AWS from here on, in order: pairs of name and parameters."""
    made = []

    def record(params, model, **_):
        made.append((model.name, params))

    clients = (aws_stores.clients.dynamodb, aws_stores.clients.s3)
    for client in clients:
        client.meta.events.register("provide-client-params.*.*", record)
    yield made
    for client in clients:
        client.meta.events.unregister("provide-client-params.*.*", record)
