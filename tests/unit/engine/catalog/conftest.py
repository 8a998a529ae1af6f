"""A catalog over the memory store, with virtual time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.catalog.catalog import Catalog
from engine.catalog.document import WorkflowDocument, parse_document
from engine.clock import SkipClock
from tests.support.memory.catalog_store import MemoryCatalogStore


@pytest.fixture
def store() -> MemoryCatalogStore:
    return MemoryCatalogStore()


@pytest.fixture
def clock() -> SkipClock:
    return SkipClock()


@pytest.fixture
def catalog(store: MemoryCatalogStore, clock: SkipClock) -> Catalog:
    return Catalog(store, clock)


@pytest.fixture
def make() -> Callable[..., WorkflowDocument]:
    """A small valid document; fields given replace its own."""

    def build(result: Any = "paid", **fields: Any) -> WorkflowDocument:
        definition = {
            "StartAt": "Pay",
            "States": {
                "Pay": {"Type": "Task", "Resource": "connector:log:write", "Parameters": {"message": "pay"},
                        "Next": "Done"},
                "Done": {"Type": "Pass", "Result": result, "End": True},
            },
        }
        return parse_document({"name": "orders", "definition": definition, **fields})

    return build
