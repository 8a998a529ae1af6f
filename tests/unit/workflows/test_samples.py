"""The samples are valid, export as they are, and do in each case what it says, event by event."""

import json

import pytest

from connectors.registry import default_registry
from connectors.tasks import ConnectorTasks
from engine.catalog.catalog import Catalog
from engine.clock import SkipClock
from engine.durable.lifecycle.start_checks import check_input
from engine.ports.keys import Actor
from tests.support.memory.catalog_store import MemoryCatalogStore
from tests.support.sample_cases import WORKFLOWS, history, read_sample, sample_cases, sample_files

FILES = sample_files()
CASES = list(sample_cases())
ANA = Actor("ana")


def test_the_five_samples():
    assert [path.stem for path in FILES] == ["approval", "etl_file", "nightly_sync", "order_flow", "support_triage"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_sample_publishes_without_a_word_and_exports_as_it_is(path):
    catalog = Catalog(MemoryCatalogStore(), SkipClock(), tasks=ConnectorTasks(default_registry))
    document = read_sample(path)
    catalog.import_document("default", document, actor=ANA, source_bytes=path.read_bytes())
    assert catalog.problems(document) == []
    assert catalog.publish("default", path.stem, actor=ANA).number == 1
    assert catalog.export("default", path.stem) == path.read_bytes()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_sample_says_what_it_is(path):
    document = read_sample(path)
    assert document.description
    assert document.business_key
    assert document.cases
    check_input(document.input_schema, json.loads((WORKFLOWS / document.name / "input.json").read_text()))


@pytest.mark.parametrize("sample", CASES, ids=str)
def test_a_case_comes_out_as_it_says(sample):
    check_input(sample.document.input_schema, sample.case.input)
    result = sample.run()
    expect = sample.case.expect
    assert (result.status, result.error) == (expect.status, expect.error), result.cause
    if "output" in expect.model_fields_set:
        assert result.output == expect.output
    events = history(result.events)
    if expect.states is not None:
        assert [name for kind, name in events if kind.endswith("StateEntered")] == expect.states
    assert [list(event) for event in events] == json.loads(sample.golden.read_text())


def test_case_names_are_unique_and_no_golden_is_left_over():
    expected = sorted(sample.golden for sample in CASES)
    assert len(set(expected)) == len(expected)
    assert sorted(WORKFLOWS.glob("*/golden/*.events.json")) == expected
