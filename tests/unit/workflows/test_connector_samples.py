"""The samples in workflows/connectors: one for each connector that is shipped, published without a word, with cases
that pass as ``automate test`` runs them."""

import json
import re

import pytest

from connectors import open_folders
from connectors.checking import check_inputs
from connectors.registry import SHIPPED, Registry, default_registry
from connectors.tasks import ConnectorTasks
from engine.adapters.local.file_roots import FileRoots
from engine.catalog.catalog import Catalog
from engine.catalog.states import states_of
from engine.clock import SkipClock, SystemClock
from engine.ports.keys import Actor
from engine.testing.cases import run_case
from tests.support.memory.catalog_store import MemoryCatalogStore
from tests.support.sample_cases import WORKFLOWS, read_sample

FILES = sorted((WORKFLOWS / "connectors").glob("*.json"))
CASES = [(path, case) for path in FILES for case in read_sample(path).cases]


@pytest.fixture(autouse=True)
def an_open_folder(tmp_path, monkeypatch):
    """Where none is open, the connector files is not to be had."""
    monkeypatch.setattr(open_folders, "_folders", FileRoots.of([str(tmp_path)], str(tmp_path / "data")))


def test_each_shipped_connector_has_one():
    named = {code for path in FILES for code in re.findall('"connector:([^:]+):', path.read_text(encoding="utf-8"))}
    assert {point.name for point in SHIPPED} <= named


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_sample_publishes_without_a_word(path):
    catalog = Catalog(MemoryCatalogStore(), SkipClock(), tasks=ConnectorTasks(default_registry))
    document = read_sample(path)
    catalog.import_document("default", document, actor=Actor("ana"), source_bytes=path.read_bytes())
    assert (document.name, catalog.problems(document)) == (path.stem, [])
    assert catalog.publish("default", path.stem, actor=Actor("ana")).number == 1
    assert document.cases


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_a_sample_gives_is_what_its_actions_take(path):
    for found in states_of(read_sample(path).definition):
        match = re.fullmatch(r"connector:([^:]+):([^:.]+)", found.state.get("Resource", ""))
        if match is not None:
            spec = Registry(installed=tuple).get(match[1]).actions[match[2]]
            given = found.state.get("Arguments") or found.state["Parameters"]
            names = {name.removesuffix(".$") for name in given}
            assert names <= spec.inputs.keys()
            assert {name for name, field in spec.inputs.items() if field.required} <= names
            plain = {
                name: "secret" if isinstance(value, dict) and "$secret" in value else value
                for name, value in given.items() if not name.endswith(".$")
            }
            plain = {name: value for name, value in plain.items() if "{%" not in json.dumps(value)}
            problems = check_inputs(spec, plain)[1]
            assert [str(one) for one in problems if one.pointer[1:].split("/")[0] in plain] == []


@pytest.mark.parametrize(("path", "case"), CASES, ids=lambda value: getattr(value, "stem", getattr(value, "name", "")))
def test_a_case_passes(path, case):
    assert run_case(read_sample(path), case, clock=SystemClock()).differences == ()
