"""The API with a connector that tests may call: a bank that is read, written to, and fails."""

from __future__ import annotations

import dataclasses
import logging

import pytest

from connectors import ActionSpec, ConnectorAdapter, ConnectorError
from connectors.registry import Registry
from connectors.tasks import ConnectorTasks
from engine.catalog.catalog import Catalog
from engine.governance.resolving import SecretResolving

_LOG = logging.getLogger("bank")


class Bank(ConnectorAdapter):
    """What was done stands in `BOOKED`."""

    code = "bank"
    name = "Bank"
    actions = {  # noqa: RUF012
        "balance": ActionSpec(kind="read", inputs={"account": {"type": "string"}}),
        "book": ActionSpec(kind="write", inputs={"amount": {}, "key": {"secret": True}}),
        "fail": ActionSpec(kind="write", inputs={"key": {"secret": True}}),
    }
    booked: list = []  # noqa: RUF012

    def execute(self, action, params, context):
        _LOG.info("bank: %s %s", action, params)
        if action == "fail":
            raise ConnectorError(f"the vault is shut, said {params.get('key')}", retryable=False)
        if action == "book":
            self.booked.append(params)
            return {"receipt": f"r-{len(self.booked)}", "echo": params}
        return {"balance": 12}


@pytest.fixture
def bank(api):
    """The API, its connectors those of a registry with the bank."""
    registry = Registry()
    registry.register(Bank)
    Bank.booked = []
    tasks = ConnectorTasks(registry)
    catalog = Catalog(api.stores.catalog, api.clock, tasks=tasks)
    api.services = dataclasses.replace(
        api.services, connectors=registry, open_catalog=lambda: catalog,
        tasks=SecretResolving(tasks, (api.secrets,), api.clock),
    )
    api.booked = Bank.booked
    return api
