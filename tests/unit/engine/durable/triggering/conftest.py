"""Triggers over each family of stores, on virtual time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from engine.catalog.catalog import Catalog
from engine.catalog.document import parse_document
from engine.catalog.published import CatalogPublished
from engine.durable.lifecycle.budgets import Budgets
from engine.durable.lifecycle.executions import Executions
from engine.durable.triggering.delivering import Delivering
from engine.durable.triggering.listening import Listening
from engine.durable.triggering.matching import Arriving
from engine.durable.triggering.schedules import Schedules
from engine.ports.executions_index import ExecutionQuery
from engine.ports.keys import Actor
from engine.ports.transactions import one_by_one
from engine.settings import Settings
from tests.support import backends

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


@dataclass
class Place:
    """One backend's triggers. `recorded` are the starts that were told of."""

    backend: Any
    settings: Settings = field(default_factory=Settings)
    recorded: list[Any] = field(default_factory=list)

    def __post_init__(self):
        stores, clock = self.backend, self.backend.clock
        self.clock = clock
        self.catalog = Catalog(stores.catalog, clock)
        self.published = CatalogPublished(stores.catalog)
        self.executions = Executions(
            journal=stores.journal, index=stores.index, queue=stores.queue, published=self.published, clock=clock,
            settings=self.settings, pauses=stores.pauses, together=stores.together or one_by_one,
            budgets=Budgets(stores.trigger_states, stores.index, clock),
        )
        self.delivering = Delivering(
            executions=self.executions, deliveries=stores.deliveries, states=stores.trigger_states, clock=clock,
            settings=self.settings, recorded=self.recorded.append,
        )
        self.listening = Listening(stores.catalog, self.published, clock, "default")
        self.arriving = Arriving(self.listening, self.delivering, clock)

    def schedules(self):
        return Schedules(
            self.listening, self.delivering, self.backend.trigger_states, self.clock, "default", source="a test"
        )

    def publish(self, name, *triggers, **more):
        document = parse_document({"name": name, "definition": PASS, "triggers": list(triggers), **more})
        self.catalog.import_document("default", document, actor=Actor("ada"), force=True)
        return self.catalog.publish("default", name, actor=Actor("ada"))

    def started(self, workflow=None):
        page = self.executions.page(ExecutionQuery("default", workflow=workflow, limit=1000))
        return sorted(row.key.id for row in page.rows)


@pytest.fixture
def place(request, tmp_path):
    family = getattr(request, "param", "sqlite")
    with backends.open_backend(family, tmp_path / "data") as backend:
        yield Place(backend)
