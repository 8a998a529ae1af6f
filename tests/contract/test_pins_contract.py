"""An execution goes on with the connectors that its version was published with, over every family of stores."""

from __future__ import annotations

import itertools
import json
import os

import pytest

from connectors.declared.adapter import DeclaredConnector
from connectors.registry import Registry
from connectors.tasks import ConnectorTasks
from engine.catalog.catalog import Catalog
from engine.catalog.document import parse_document
from engine.catalog.published import CatalogPublished
from engine.catalog.startable import ResourceNotAvailable, Startable
from tests.support.durable import TESTER, Product
from tests.support.flows import flow

_runs = itertools.count(1)

RESOURCE = "connector:crm:add"
ASKS_TWICE = flow({
    "First": {"Type": "Task", "Resource": RESOURCE, "Parameters": {"id": "1"}, "ResultPath": "$.first", "Next": "Rest"},
    "Rest": {"Type": "Wait", "Seconds": 60, "Next": "Second"},
    "Second": {"Type": "Task", "Resource": RESOURCE, "Parameters": {"id": "2"}, "ResultPath": "$.second",
               "Next": "Check"},
    "Check": {"Type": "Choice", "Choices": [{"Variable": "$.wrong", "BooleanEquals": True, "Next": "No"}],
              "Default": "Yes"},
    "No": {"Type": "Fail", "Error": "Wrong"},
    "Yes": {"Type": "Succeed"},
})


class Crm:
    """A folder with one connector file, and a process's connectors over it."""

    def __init__(self, folder):
        self.path = folder / "crm.json"
        self.writes("/v1/contacts")
        self.tasks = self.in_another_process()

    def writes(self, path, **more):
        inputs = {"id": {"in": "field", "type": "string", "required": True}}
        self.path.write_text(json.dumps({
            "connector": 1, "code": "crm", "name": "CRM", "base_url": "https://crm.example.com",
            "actions": {"add": {"method": "POST", "path": path, "inputs": inputs}, **more},
        }))
        later = self.path.stat().st_mtime_ns + 1_000_000  # a file system's clock may be coarse
        os.utime(self.path, ns=(later, later))

    def in_another_process(self):
        registry = Registry(installed=tuple, shipped=())
        registry.add_files(self.path.parent)
        return ConnectorTasks(registry)


@pytest.fixture
def crm(tmp_path, monkeypatch):
    def execute(self, action, params, _context):
        return {"path": self.file.actions[action].path, **params}

    monkeypatch.setattr(DeclaredConnector, "execute", execute)
    return Crm(tmp_path)


@pytest.fixture
def product(backend, workspace, crm):
    made = Product(ASKS_TWICE, crm.tasks, backend=backend, workspace=workspace)
    made.catalog = Catalog(backend.catalog, backend.clock, tasks=crm.tasks)
    made.catalog.import_document(workspace, parse_document(ASKS_TWICE, name="flow"), actor=TESTER)
    made.catalog.publish(workspace, "flow", actor=TESTER)
    made.published = CatalogPublished(backend.catalog)
    return made


def paths(product, key):
    output = product.describe(key).output
    return [output[name]["path"] for name in ("first", "second")]


def half_way(product):
    """An execution that has made its first call."""
    key = product.start({"wrong": False}, name=f"run-{next(_runs)}")
    product.run(key)
    return key


def test_an_execution_keeps_the_file_that_it_began_with(product, crm, workspace):
    old = half_way(product)
    crm.writes("/v2/contacts")
    version = product.catalog.publish(workspace, "flow", actor=TESTER)
    assert version.number == 2
    new = half_way(product)
    product.tasks = crm.in_another_process()  # it has read the file as it is now alone
    product.drain()
    assert paths(product, old) == ["/v1/contacts"] * 2
    assert paths(product, new) == ["/v2/contacts"] * 2
    assert product.describe(old).pins[RESOURCE] != product.describe(new).pins[RESOURCE]


def test_it_keeps_it_when_the_file_is_gone_or_broken(product, crm):
    key = half_way(product)
    crm.path.write_text("connector: [")
    product.tasks = crm.in_another_process()
    product.drain()
    assert paths(product, key) == ["/v1/contacts"] * 2
    again = half_way(product)
    crm.path.unlink()
    product.tasks = crm.in_another_process()
    product.drain()
    assert paths(product, again) == ["/v1/contacts"] * 2


def test_publishing_what_is_active_with_the_same_connectors_changes_nothing(product, crm, workspace):
    crm.writes("/v1/contacts", remove={"method": "DELETE", "path": "/v1/contacts"})  # nothing that the workflow names
    assert product.catalog.publish(workspace, "flow", actor=TESTER).number == 1
    crm.writes("/v2/contacts")
    assert product.catalog.publish(workspace, "flow", actor=TESTER).number == 2
    assert product.catalog.publish(workspace, "flow", actor=TESTER).number == 2


def test_a_rollback_starts_with_the_connectors_of_that_version(product, crm, workspace):
    crm.writes("/v2/contacts")
    product.catalog.publish(workspace, "flow", actor=TESTER)
    product.catalog.rollback(workspace, "flow", 1)
    key = half_way(product)
    product.drain()
    assert paths(product, key) == ["/v1/contacts"] * 2
    assert product.describe(key).version == 1


def test_a_redrive_keeps_them_and_one_by_another_version_takes_its(product, crm, workspace):
    def failed():
        key = half_way(product)
        product.executions.stop(key, error="Stopped", cause="before its second call", actor=TESTER)
        product.drain()
        return key

    same, other = failed(), failed()
    crm.writes("/v2/contacts")
    product.catalog.publish(workspace, "flow", actor=TESTER)
    product.executions.redrive(same)
    product.executions.forward(other, 2, actor=TESTER)
    product.drain()
    assert paths(product, same) == ["/v1/contacts"] * 2
    assert paths(product, other) == ["/v1/contacts", "/v2/contacts"]
    assert [(one.from_version, one.to_version) for one in product.describe(other).changeovers] == [(1, 2)]


def test_of_an_installed_package_the_version_is_kept(product, monkeypatch, workspace):
    here = ["1.4.0"]
    monkeypatch.setattr("connectors.pins.installed_version", lambda _package: here[0])
    monkeypatch.setattr(Registry, "package", lambda _registry, code: "acme-log" if code == "log" else None)
    logged = flow({"Say": {"Type": "Task", "Resource": "connector:log:write", "Parameters": {"message": "hello"},
                           "End": True}})
    product.catalog.import_document(workspace, parse_document(logged, name="logged"), actor=TESTER)
    version = product.catalog.publish(workspace, "logged", actor=TESTER)
    assert json.loads(version.pins) == {"connector:log:write": {"package": "acme-log", "version": "1.4.0"}}
    key, later = (product.start({}, name=name, workflow="logged") for name in ("soon", "later"))
    here[0] = "1.5.0"  # promises the same
    product.run(key)
    assert product.describe(key).status == "SUCCEEDED"
    here[0] = "2.0.0"
    product.run(later)
    paused = product.describe(later)
    assert paused.status == "PAUSED"
    assert "published with log of acme-log 1.4.0, and here is 2.0.0" in paused.cause
    with pytest.raises(ResourceNotAvailable, match=r"here is 2\.0\.0"):
        Startable(product.tasks)(product.published.version(workspace, "logged"))
    here[0] = "1.4.0"
    product.executions.resume(later)
    product.drain()
    assert product.describe(later).status == "SUCCEEDED"
