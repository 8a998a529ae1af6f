"""Whether a published version can be started with the connectors at hand."""

import pytest

from engine.catalog.catalog import Catalog
from engine.catalog.document import parse_document
from engine.catalog.published import CatalogPublished
from engine.catalog.startable import ResourceNotAvailable, Startable, not_startable
from engine.clock import SkipClock
from engine.durable.lifecycle.executions import Executions
from engine.ports.keys import Actor, ExecutionKey
from engine.ports.tasks import TaskPolicy
from engine.settings import Settings
from tests.support.memory.stores import MemoryStores

ANA = Actor("ana")
PAY = {"StartAt": "Split", "States": {"Split": {"Type": "Parallel", "End": True, "Branches": [
    {"StartAt": "Pay", "States": {"Pay": {"Type": "Task", "Resource": "connector:acme:pay", "End": True}}},
    {"StartAt": "Wait", "States": {"Wait": {
        "Type": "Task", "Resource": "arn:aws:states:eu-west-1:123456789012:activity:wait", "End": True,
    }}},
]}}}


class Installed:
    """Tasks that know some connectors, and count what they are asked."""

    def __init__(self, *codes):
        self.codes, self.asked = codes, 0

    def policy(self, resource, _pin=None):
        self.asked += 1
        known = any(resource.startswith(f"connector:{code}:") for code in self.codes)
        return TaskPolicy(None if known else f"{resource}: there is no such connector. Install it.")


@pytest.fixture
def stores():
    """Stores in which `pay` is published; it was, where acme was installed."""
    stores = MemoryStores(SkipClock())
    catalog = Catalog(stores.catalog, SkipClock())
    catalog.import_document("default", parse_document({"name": "pay", "definition": PAY}), actor=ANA)
    catalog.publish("default", "pay", actor=ANA)
    return stores


def executions(stores, tasks):
    return Executions(
        journal=stores.journal, index=stores.index, queue=stores.queue, published=CatalogPublished(stores.catalog),
        clock=SkipClock(), settings=Settings(), startable=Startable(tasks),
    )


def test_a_start_without_the_connector_is_refused_before_anything_is_written(stores):
    with pytest.raises(ResourceNotAvailable) as refused:
        executions(stores, Installed()).start("default", "pay", {}, name="one")
    assert "version 1 of 'pay' cannot run here" in refused.value.message
    assert "connector:acme:pay: there is no such connector" in refused.value.message
    assert refused.value.where == "/States/Split/Branches[0]/States/Pay/Resource"
    assert (refused.value.status, refused.value.code) == (409, "ResourceNotAvailable")
    assert "restart" in refused.value.advice
    assert stores.journal.header(ExecutionKey.of("default", "pay", "one")) is None


def test_with_it_the_start_goes_through_and_is_looked_at_once(stores):
    tasks = Installed("acme")
    starts = executions(stores, tasks)
    for name in ("one", "two"):
        assert starts.start("default", "pay", {}, name=name).status == "RUNNING"
    assert tasks.asked == 1  # an activity is polled for, no connector's


def test_only_what_begins_so_is_looked_at(stores):
    version = CatalogPublished(stores.catalog).version("default", "pay")
    Startable(Installed(), only="arn:")(version)
    with pytest.raises(ResourceNotAvailable):
        Startable(Installed(), only="connector:")(version)


def test_the_active_versions_that_cannot_run_are_listed(stores):
    (workflow, number, problem), = not_startable(stores.catalog, "default", Installed())
    assert (workflow, number, problem.code) == ("pay", 1, "UNKNOWN_RESOURCE")
    assert not list(not_startable(stores.catalog, "default", Installed("acme")))


def test_drafts_and_what_is_archived_are_not_listed(stores):
    catalog = Catalog(stores.catalog, SkipClock())
    catalog.import_document("default", parse_document({"name": "draft", "definition": PAY}), actor=ANA)
    catalog.set_archived("default", "pay", archived=True)
    assert not list(not_startable(stores.catalog, "default", Installed()))
