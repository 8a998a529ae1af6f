"""Which version an execution runs by: the one that its header names, also where another has the same definition."""

from __future__ import annotations

import pytest

from engine.durable.loading import Activator
from tests.support.durable import Product

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


@pytest.mark.parametrize(("version", "days"), [(1, 10), (2, 365)])
def test_an_execution_has_the_term_of_its_own_version_where_nothing_else_is_different(version, days):
    product = Product(PASS, retention_days=10)
    product.published.publish(PASS, retention_days=365)
    key = product.executions.start("default", "flow", None, name="one", version=version).key
    activator = Activator(product.stores.journal, product.published, lambda: "nonce")
    assert activator.version_of(product.stores.journal.header(key)).retention_days == days
