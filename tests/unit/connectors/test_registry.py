import importlib
import sys
import threading
from importlib.metadata import EntryPoint

import pytest

from connectors import ActionSpec, ConnectorAdapter
from connectors.registry import GROUP, Registry, default_registry, load_modules
from engine.errors import Conflict, InvalidDocument

SPEC = ActionSpec()


class Ledger(ConnectorAdapter):
    code = "ledger"
    name = "Ledger"
    actions = {"post": SPEC}  # noqa: RUF012


class Slack(Ledger):
    code = "slack"


class AnotherLedger(Ledger):
    pass


class Failing(Ledger):
    code = "failing"

    def __init__(self):
        raise OSError("no library")


def registry(*points, builtin=()):
    return Registry(builtin=builtin, installed=lambda: points, shipped=())


def point(name, value):
    return EntryPoint(name, value, GROUP)


def test_one_instance_serves_everybody():
    ours = registry()
    assert ours.register(Ledger) is Ledger
    found = []
    threads = [threading.Thread(target=lambda: found.append(ours.get("ledger"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert isinstance(found[0], Ledger)
    assert all(adapter is found[0] for adapter in found)


def test_registering_twice_is_harmless_and_a_second_claim_refused():
    ours = registry()
    ours.register(Ledger)
    ours.register(Ledger)
    with pytest.raises(Conflict, match=r"claimed by \S+:Ledger and by \S+:AnotherLedger"):
        ours.register(AnotherLedger)
    assert type(ours.get("ledger")) is Ledger


def test_nobody_has_an_unknown_code():
    assert registry().get("nobody") is None
    assert registry().codes() == []


def test_built_in_connectors_load_at_their_first_use_and_keep_their_codes():
    assert {"http", "log"} <= set(Registry(installed=tuple).codes())
    assert default_registry.get("log").name == "Log"

    class Mine(Ledger):
        code = "http"

    with pytest.raises(Conflict, match="built in"):
        Registry(installed=tuple).register(Mine)
    assert Registry(installed=tuple).register(type(default_registry.get("log"))).code == "log"


@pytest.mark.parametrize("way", ["code", "file", "package"])
def test_a_connector_of_ones_own_is_there_instead_of_a_shipped_one(way, tmp_path):
    class Mine(Ledger):
        code = "slack"

    ours = Registry(installed=lambda: [point("slack", f"{__name__}:Slack")] if way == "package" else [])
    if way == "code":
        ours.register(Mine)
    if way == "file":
        (tmp_path / "slack.yaml").write_text(FILE.replace("crm", "slack"))
        ours.add_files(tmp_path)
    assert ours.get("slack").name in ("Ledger", "CRM")
    assert Registry(installed=tuple).get("slack").name == "Slack"


def test_an_entry_point_loads_at_the_first_use_of_its_code():
    ours = registry(point("ledger", f"{__name__}:Ledger"), point("broken", "no.such.module:X"))
    assert ours.codes() == ["broken", "ledger"]
    assert type(ours.get("ledger")) is Ledger
    with pytest.raises(InvalidDocument, match=r"'broken' \(no\.such\.module:X\) could not be loaded: Module"):
        ours.get("broken")


def test_code_that_registers_wins_over_an_installed_package():
    ours = registry(point("ledger", f"{__name__}:AnotherLedger"))
    ours.register(Ledger)
    assert type(ours.get("ledger")) is Ledger


def test_two_packages_may_not_claim_a_code():
    ours = registry(point("ledger", f"{__name__}:Ledger"), point("ledger", f"{__name__}:AnotherLedger"))
    with pytest.raises(Conflict, match="claimed by the entry points"):
        ours.get("ledger")


def test_a_package_installed_twice_is_one_claim():
    twice = point("ledger", f"{__name__}:Ledger")
    assert type(registry(twice, twice).get("ledger")) is Ledger


def test_an_entry_point_is_named_as_its_code():
    with pytest.raises(InvalidDocument, match=r"'books' leads to .*:Ledger, whose code is 'ledger'"):
        registry(point("books", f"{__name__}:Ledger")).get("books")


def test_a_class_that_cannot_be_made_is_told():
    ours = registry()
    ours.register(Failing)
    with pytest.raises(InvalidDocument, match=r"Failing\(\) raised OSError: no library"):
        ours.get("failing")


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"code": ""}, ["code must be"]),
        ({"code": "a:b"}, ["code must be"]),
        ({"code": "a.b"}, ["code must be"]),
        ({"code": 7}, ["code must be"]),
        ({"name": ""}, ["name must"]),
        ({"actions": {}}, ["at least one action"]),
        ({"actions": None}, ["at least one action"]),
        ({"actions": {"a b": SPEC, "ok": {}}, "name": None}, ["name must", "'a b' must be named", "not dict"]),
    ],
)
def test_every_fault_of_a_class_is_named(changes, faults):
    wrong = type("Wrong", (Ledger,), changes)
    with pytest.raises(InvalidDocument) as caught:
        registry().register(wrong)
    assert all(fault in caught.value.message for fault in faults)
    assert caught.value.where.endswith(":Wrong")


@pytest.mark.parametrize("thing", [object(), dict, Ledger()])
def test_what_is_no_connector_class_is_refused(thing):
    with pytest.raises(InvalidDocument, match="is not a connector"):
        registry().register(thing)


@pytest.fixture
def modules(tmp_path, monkeypatch, on_path):
    on_path(tmp_path)
    monkeypatch.setattr(default_registry, "_classes", {})
    before = set(sys.modules)

    def write(name, text):
        (tmp_path / f"{name}.py").write_text(text)
        importlib.invalidate_caches()

    yield write
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_a_module_that_fails_is_named_with_the_line(modules):
    modules("erp_broken", "x = 1\ny = x / 0\n")
    with pytest.raises(InvalidDocument) as caught:
        load_modules(["erp_broken"])
    assert caught.value.where == "AUTOMATE_CONNECTORS"
    assert "'erp_broken' could not be loaded: ZeroDivisionError" in caught.value.message
    assert "erp_broken.py, line 2" in caught.value.message


@pytest.mark.parametrize(("name", "missing"), [("erp_absent", "erp_absent"), ("erp_needs", "soap_absent")])
def test_a_missing_module_is_told_from_a_missing_requirement(modules, name, missing):
    modules("erp_needs", "import soap_absent\n")
    with pytest.raises(InvalidDocument, match=f"'{name}' could not be loaded.*No module named '{missing}'") as caught:
        load_modules([name])
    assert "PYTHONPATH" in caught.value.advice


ERP = """\
from connectors import ActionSpec, ConnectorAdapter, register
class Base(ConnectorAdapter):
    def client(self): ...
class Erp(Base):
    code, name, actions = "erp", "ERP", {"post": ActionSpec()}
"""


@pytest.mark.parametrize(("more", "codes"), [
    ("", {"erp"}),  # nothing registers it, and a base is no connector
    ("register(Erp)\n", {"erp"}),
    ("class Crm(Base):\n    code, name, actions = 'crm', 'CRM', {'post': ActionSpec()}\n", {"erp", "crm"}),
    ("class Newer(Erp): ...\nregister(Newer)\n", {"erp"}),  # what is registered by hand stands for its relatives
    ("class Crm(Erp):\n    code = 'crm'\nregister(Erp)\n", {"erp", "crm"}),
    ("from erp_other import Other\n", {"erp"}),  # what a module only imports is another's
])
def test_the_connectors_of_a_named_module_are_registered(modules, more, codes):
    modules("erp_other", ERP.replace("Erp", "Other").replace("'erp'", "'other'"))
    modules("erp_plain", ERP + more)
    load_modules(["erp_plain"])
    assert set(default_registry._classes) == codes
    load_modules(["erp_plain"])
    assert set(default_registry._classes) == codes


def test_a_named_module_without_a_connector_is_refused(modules):
    modules("erp_empty", "from connectors import ConnectorAdapter\nclass Base(ConnectorAdapter): ...\n")
    with pytest.raises(InvalidDocument, match="'erp_empty' has no connector") as caught:
        load_modules(["erp_empty"])
    assert caught.value.where == "AUTOMATE_CONNECTORS"


@pytest.mark.parametrize("text", [
    "from erp_plain import Erp\nfrom connectors import register\nregister(Erp)\n", "import erp_plain as erp\n",
    "def go():\n    from connectors import register\n    from erp_plain import Erp\n    register(Erp)\ngo()\n",
])
def test_a_module_that_registers_the_class_of_another_has_one(modules, text):
    modules("erp_plain", ERP)
    modules("erp_naming", text)
    if "register" in text:
        load_modules(["erp_naming"])
        assert set(default_registry._classes) == {"erp"}
        load_modules(["erp_plain", "erp_naming"])
    else:
        with pytest.raises(InvalidDocument, match="has no connector"):
            load_modules(["erp_naming"])


def test_an_unfinished_connector_in_a_named_module_is_named(modules):
    modules("erp_unfinished", ERP.replace('"erp", ', '"", '))
    with pytest.raises(InvalidDocument, match="erp_unfinished:Erp is not a connector yet: code must be"):
        load_modules(["erp_unfinished"])


def test_two_unregistered_classes_of_one_code_are_refused(modules):
    modules("erp_twice", ERP + "class Again(Base):\n    code, name, actions = 'erp', 'A', {'post': ActionSpec()}\n")
    with pytest.raises(Conflict, match="erp_twice:Erp and by erp_twice:Again"):
        load_modules(["erp_twice"])


def test_a_wrong_connector_in_a_module_is_named_with_the_module(modules):
    modules("erp_wrong", "from connectors import ConnectorAdapter, register\nregister(ConnectorAdapter)\n")
    with pytest.raises(InvalidDocument, match=r"erp_wrong: connectors\.sdk:ConnectorAdapter is not a connector yet"):
        load_modules(["erp_wrong"])


FILE = """\
connector: 1
code: crm
name: CRM
base_url: https://api.example.com
actions:
  list: {method: GET, path: /things}
"""


def test_connector_files_of_a_folder_are_read_at_the_first_use_of_their_code(tmp_path):
    (tmp_path / "crm.yaml").write_text(FILE)
    (tmp_path / "broken.yaml").write_text("connector: [")
    (tmp_path / "README.md").write_text("no connector")
    ours = registry(point("crm", "no.such.module:X"))
    ours.add_files(tmp_path)
    ours.add_files(tmp_path)
    assert ours.codes() == ["broken", "crm"]
    found = []
    threads = [threading.Thread(target=lambda: found.append(ours.get("crm"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.name for one in found] == ["CRM"] * 8
    assert all(one is found[0] for one in found)
    with pytest.raises(InvalidDocument, match=r"broken\.yaml is not valid YAML"):
        ours.get("broken")
    ours.add_files(tmp_path)


def test_a_folder_and_names_that_cannot_be(tmp_path):
    ours = Registry(builtin=(point("http", "x:Y"),), installed=tuple)
    with pytest.raises(InvalidDocument, match="is no folder") as caught:
        ours.add_files(tmp_path / "missing")
    assert caught.value.where == "AUTOMATE_CONNECTOR_FILES"
    for name, kind, message in (
        ("http.yaml", Conflict, "is built in"), ("1st.yaml", InvalidDocument, "named by no connector's code"),
    ):
        folder = tmp_path / name
        folder.mkdir()
        (folder / name).write_text(FILE)
        with pytest.raises(kind, match=message):
            ours.add_files(folder)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "crm.yaml").write_text(FILE)
    ours.add_files(tmp_path / "a")
    with pytest.raises(Conflict, match="is claimed by"):
        ours.add_files(tmp_path / "b")
    ours = registry()
    ours.register(Ledger)
    (tmp_path / "a" / "ledger.yaml").write_text(FILE)
    with pytest.raises(Conflict, match="registered by code"):
        ours.add_files(tmp_path / "a")


def test_an_entry_point_may_lead_to_a_connector_file(tmp_path, on_path):
    package = tmp_path / "acme_files"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "crm.yaml").write_text(FILE)
    on_path(tmp_path)
    ours = registry(
        point("crm", "acme_files:crm.yaml"), point("other", "acme_files:crm.yaml"), point("gone", "acme_files:no.yaml")
    )
    assert ours.get("crm").name == "CRM"
    with pytest.raises(InvalidDocument, match="whose code is 'crm'"):
        ours.get("other")
    with pytest.raises(InvalidDocument, match="could not be loaded: FileNotFoundError"):
        ours.get("gone")
