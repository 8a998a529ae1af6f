"""What a published version keeps of connectors, and what it calls with that later."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.metadata import PathDistribution, packages_distributions

import pytest

from connectors import ActionSpec, ConnectorAdapter
from connectors.pins import PinnedConnectors, _package_of, stands_for
from connectors.registry import Registry
from connectors.tasks import NOT_AVAILABLE, ConnectorTasks
from engine.errors import InvalidDocument
from engine.ports.tasks import ConnectorPin, TaskCall

CRM = {
    "connector": 1, "code": "crm", "name": "CRM", "base_url": "https://crm.example.com",
    "rate_limit": {"requests": 2, "per_seconds": 1},
    "actions": {
        "find": {"method": "GET", "path": "/v1/contacts"},
        "add": {"method": "POST", "path": "/v1/contacts", "inputs": {"id": {"in": "field", "required": True}}},
    },
}


class Own(ConnectorAdapter):
    code = "own"
    name = "Own"
    actions = {"do": ActionSpec()}  # noqa: RUF012  as authors write it


@pytest.fixture
def registry_of(tmp_path):
    def make(crm):
        (tmp_path / "crm.json").write_text(json.dumps(crm))
        registry = Registry(installed=tuple)
        registry.add_files(tmp_path)
        return registry

    return make


def test_a_pin_follows_what_changes_the_call_and_nothing_else(registry_of):
    pin = PinnedConnectors(registry_of(CRM)).pin("crm", "add")
    unread = {"version": "9", "icon": "M4 6h16", "description": "New words.",
              "imported": {"version": "9", "digest": "f" * 64}}
    find = {"find": {"method": "GET", "path": "/v2/contacts"}}
    same = {**CRM, **unread, "actions": {**CRM["actions"], **find}}
    assert PinnedConnectors(registry_of(same)).pin("crm", "add") == pin
    for change in ({"base_url": "https://other.example.com"}, {"headers": {"X-Version": "2"}}, {"errors": {}},
                   {"auth": [{"kind": "bearer"}]},
                   {"actions": {"add": {**CRM["actions"]["add"], "idempotent": True}}}):
        assert PinnedConnectors(registry_of({**CRM, **change})).pin("crm", "add") != pin, change


def test_the_pinned_action_is_what_is_known_and_called(registry_of):
    resource = "connector:crm:add"
    pin = ConnectorTasks(registry_of(CRM)).policy(resource).pin()
    gone = {**CRM, "actions": {"find": CRM["actions"]["find"]}}
    tasks = ConnectorTasks(registry_of(gone))
    assert "has no action add" in tasks.policy(resource).problem
    known = tasks.policy(resource, pin)
    assert (known.problem, known.at_most_once, known.limit.requests) == (None, True, 2)
    call = TaskCall(
        resource=resource, arguments={}, workspace="default", execution_id="e", workflow="w", version=1, state="S",
        attempt=0, idempotency_key="k", budget_seconds=5, pin=pin,
    )
    assert tasks.call(call).error == "crm.InvalidInput"  # of the file that was kept: it has the input
    assert tasks.call(replace(call, pin=None)).error == NOT_AVAILABLE


def test_versions_of_one_connector_share_its_connections_and_its_pace(registry_of):
    pin = PinnedConnectors(registry_of(CRM)).pin("crm", "add")
    registry = registry_of({**CRM, "base_url": "https://other.example.com"})
    pinned = PinnedConnectors(registry)
    made = pinned.get("crm", "add", pin)
    assert made.file.base_url == CRM["base_url"]
    assert made._paces is registry.get("crm")._paces
    assert pinned.get("crm", "add", pin) is made


def test_a_file_of_the_product_is_pinned_and_its_code_is_not():
    pinned = PinnedConnectors(Registry(installed=tuple))
    assert pinned.pin("slack", "post_message").digest
    assert [pinned.pin(code, action) for code, action in (("http", "request"), ("email", "send"))] == [None, None]


def test_what_is_kept_and_damaged_is_said(registry_of):
    pinned = PinnedConnectors(registry_of(CRM))
    pin = pinned.pin("crm", "add")
    with pytest.raises(InvalidDocument, match=r"what the version keeps of connector:crm:add is damaged"):
        pinned.get("crm", "add", replace(pin, content=pin.content.replace("POST", "PUT")))


def test_a_package_is_pinned_by_the_version_of_whoever_has_the_entry_point():
    registry = Registry(installed=tuple, shipped=())
    registry.register(Own)
    assert PinnedConnectors(registry).pin("own", "do") is None  # a module of no package
    elsewhere = type("Elsewhere", (Own,), {"code": "elsewhere", "__module__": "pydantic.some.module"})
    registry.register(elsewhere)
    pin = PinnedConnectors(registry).pin("elsewhere", "do")
    assert (pin.package, pin.name) == ("pydantic", f"pydantic {pin.version}")
    assert PinnedConnectors(registry).get("elsewhere", "do", pin) is registry.get("elsewhere")
    for package in ("pydantic", "no-such-package"):
        gone = ConnectorPin(package=package, version="1.0.0")
        with pytest.raises(InvalidDocument, match=rf"published with elsewhere of {package} 1\.0\.0, and"):
            PinnedConnectors(registry).get("elsewhere", "do", gone)


def test_a_module_belongs_to_the_package_that_brings_it_and_no_list_of_files_is_made(monkeypatch):
    known = packages_distributions()
    monkeypatch.setattr(PathDistribution, "files", property(lambda _: pytest.fail("a list of files")))
    for top in [*sorted(known)[::12], "yaml", "six", "connectors", "no_such_module"]:
        packages = set() if top == "connectors" else set(known.get(top, ()))
        expected = packages.pop() if len(packages) == 1 else None
        assert _package_of.__wrapped__(f"{top}.part") == expected, top


def test_what_is_installed_is_looked_up_once_and_not_for_each_call(monkeypatch):
    registry = Registry(installed=tuple, shipped=())
    registry.register(type("Elsewhere", (Own,), {"code": "elsewhere", "__module__": "pydantic.some.module"}))
    pinned, looks = PinnedConnectors(registry), []
    pin = pinned.pin("elsewhere", "do")
    monkeypatch.setattr("connectors.pins.installed_version", lambda package: looks.append(package) or pin.version)
    for _ in range(3):
        assert pinned.get("elsewhere", "do", pin, calls=True) is registry.get("elsewhere")
    assert looks == ["pydantic"]
    assert pinned.get("elsewhere", "do", pin) is registry.get("elsewhere")
    assert looks == ["pydantic"] * 2


@pytest.mark.parametrize(("here", "wanted", "does"), [
    ("1.2.0", "1.2.0", True), ("1.2.1", "1.2.0", True), ("1.10", "1.9.3", True), ("1.2", "1.2.0", True),
    ("1.1.9", "1.2.0", False), ("2.0.0", "1.2.0", False), ("0.3.4", "0.3.1", True), ("0.4.0", "0.3.1", False),
    ("1.3.0rc1", "1.2.0", False), ("1.2.0.post1", "1.2.0", True), ("2026.11", "2026.9", True), ("", "1.0", False),
])
def test_a_later_version_of_the_same_promise_stands_for_the_one_that_was_meant(here, wanted, does):
    assert stands_for(here, wanted) is does
