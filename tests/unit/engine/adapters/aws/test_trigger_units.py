"""What a start by a trigger costs in DynamoDB, as docs/costs.md says it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.catalog.catalog import Catalog
from engine.catalog.document import parse_document
from engine.catalog.published import CatalogPublished
from engine.clock import SkipClock
from engine.durable.lifecycle.budgets import BudgetExceeded, Budgets
from engine.durable.lifecycle.executions import Executions
from engine.durable.triggering.delivering import Delivering
from engine.durable.triggering.listening import Listening
from engine.durable.triggering.matching import Arriving
from engine.durable.triggering.schedules import Schedules
from engine.ports.keys import Actor
from engine.settings import Settings
from engine.triggers.listener import Arrival
from tests.support.moto_stores import open_aws
from tools.cost.meter import Meter

COSTS = Path(__file__).parents[5] / "docs" / "costs.md"
DEFINITION = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
ORDER = {"id": "o-2001", "customer": "ada@example.com", "total": 1855}
EVENT = {"source": "my.shop", "detail-type": "Order placed", "detail": ORDER, "account": "111122223333",
         "region": "eu-central-1", "time": "2026-11-27T18:00:00Z", "version": "0", "resources": []}
TRIGGERS = [
    {"type": "webhook", "path": "orders", "auth": {"style": "none"}},
    {"type": "schedule", "expression": "rate(5 minutes)"},
    {"type": "event", "pattern": {"source": ["my.shop"]}, "when": "{% $states.input.detail.total > 100 %}"},
]


class Stage:
    """Its units are of what a function does that is warm: it has read the version before."""

    def __init__(self, stores, clock, budgets=None):
        self.clock = clock
        self.budgets = Budgets(stores.trigger_states, stores.index, clock)
        settings, published = Settings(), CatalogPublished(stores.started_catalog)
        executions = Executions(
            journal=stores.journal, index=stores.index, queue=stores.queue, published=published, clock=clock,
            settings=settings, pauses=stores.started_pauses, budgets=self.budgets,
        )
        self.executions = executions
        self.listening = Listening(stores.catalog, published, clock, "default")
        self.delivering = Delivering(
            executions=executions, deliveries=stores.deliveries, states=stores.trigger_states, clock=clock,
            settings=settings,
        )
        self.arriving = Arriving(self.listening, self.delivering, clock)
        self.schedules = Schedules(
            self.listening, self.delivering, stores.trigger_states, clock, "default", source="sweeper"
        )
        catalog = Catalog(stores.catalog, clock)
        said = {"name": "orders", "definition": DEFINITION, "triggers": TRIGGERS, "budgets": budgets}
        document = parse_document(said)
        catalog.import_document("default", document, actor=Actor("ana"))
        catalog.publish("default", "orders", actor=Actor("ana"))
        clock.sleep(3)

    def take(self, per_minute):
        assert self.budgets.take("default", "orders", per_minute, ahead=True) is not None

    def plain_start(self, number):
        self.executions.start("default", "orders", ORDER, name=f"one-{number:032}", actor=Actor("ana"))

    def by_webhook(self, number):
        [found] = [each for each in self.listening.of("orders") if each.kind == "webhook"]
        self.delivering.deliver(found, Arrival(ORDER, self.clock.now(), {"Path": "orders"}, f"evt_{number}"))

    def by_schedule(self, number):
        del number
        self.clock.sleep(300)
        assert self.schedules.fire() == 1

    def by_event(self, number):
        self.clock.sleep(3)
        assert len(self.arriving.event("default", {**EVENT, "id": f"e-{number}"}, source="bus default")) == 1

    def again(self, number):
        del number
        self.by_event(1)

    def not_matched(self, number):
        self.clock.sleep(3)
        small = {**EVENT, "id": f"s-{number}", "detail": {**ORDER, "total": 5}}
        assert len(self.arriving.event("default", small, source="bus default")) == 1

    def no_pattern(self, number):
        self.clock.sleep(3)
        assert self.arriving.event("default", {**EVENT, "id": f"o-{number}", "source": "x"}, source="bus default") == []


@pytest.fixture(scope="module")
def counted():
    """(write units, read units) of the second of each act: the first reads what is kept."""
    clock = SkipClock()
    found = {}
    with open_aws(clock) as stores:
        stage, meter = Stage(stores, clock), Meter(stores.clients.dynamodb, "automate-test")
        stage.schedules.fire()
        for name in ("plain_start", "by_webhook", "by_schedule", "by_event", "again", "not_matched", "no_pattern"):
            act = getattr(stage, name)
            act(1)
            clock.sleep(3)
            meter.reset()
            act(2)
            found[name] = (meter.units, meter.reads)
        meter.close()
        stores.close()
    return found


def test_the_page_says_what_was_counted(counted):
    rows = re.findall(r"^\| `(\w+)` \| ([\d.]+) \| ([\d.]+) \|", COSTS.read_text(encoding="utf-8"), re.MULTILINE)
    said = {name: (int(writes), float(reads)) for name, writes, reads in rows if name in counted}
    assert said == counted


@pytest.mark.parametrize(("per_minute", "units"), [(1000, 12), (100, 17)])
def test_a_thousand_units_of_a_budget_cost_ten_writes_and_a_few(per_minute, units):
    """One for a hundred; the first slices are smaller (docs/workflow-document.md)."""
    assert _units_of(per_minute, 1000, lambda stage, _number: stage.take(per_minute)) == units


@pytest.mark.full
@pytest.mark.parametrize(("per_minute", "units"), [(1000, 12), (100, 17)])
def test_a_thousand_starts_under_a_budget_cost_no_other_writes_than_those(per_minute, units):
    plain = _units_of(None, 1000, Stage.plain_start)
    assert _units_of(per_minute, 1000, Stage.plain_start) - plain == units


def test_a_start_that_a_budget_refuses_writes_nothing():
    clock = SkipClock()
    with open_aws(clock) as stores:
        stage = Stage(stores, clock, {"executions_per_minute": 1, "when_exceeded": "refuse"})
        clock.sleep(60 - clock.now() % 60)
        stage.plain_start(0)
        meter = Meter(stores.clients.dynamodb, "automate-test")
        for number in (1, 2):
            meter.reset()
            with pytest.raises(BudgetExceeded):
                stage.plain_start(number)
        assert (meter.units, meter.reads) == (0, 3)  # as any start does, and whether it was started before
        meter.close()
        stores.close()


def _units_of(per_minute, many, act):
    clock = SkipClock()
    with open_aws(clock) as stores:
        stage = Stage(stores, clock, None if per_minute is None else {"executions_per_minute": per_minute})
        meter = Meter(stores.clients.dynamodb, "automate-test")
        act(stage, 0)
        meter.reset()
        for number in range(1, many + 1):
            act(stage, number)
        units = meter.units
        meter.close()
        stores.close()
    return units


def test_a_start_that_nothing_triggered_takes_no_more_than_before_there_were_triggers(counted):
    """A header and its index entries under a name that was chosen; the workflow's row and what is paused."""
    assert counted["plain_start"] == (6, 2)
