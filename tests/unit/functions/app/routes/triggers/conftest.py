"""Workflows with triggers, behind the API."""

import pytest

from tests.support.hooked import SECRET, Hooked


@pytest.fixture
def hooked(api):
    api.secrets.values["HOOK"] = SECRET
    return Hooked(api)


@pytest.fixture
def github():
    return {"type": "webhook", "path": "order", "auth": {"style": "github", "secrets": [{"$secret": "HOOK"}]}}
