"""The templates: each publishes without a finding, its cases pass and take every path."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from connectors.registry import default_registry
from connectors.tasks import ConnectorTasks
from engine.catalog.catalog import Catalog
from engine.catalog.document import parse_document
from engine.catalog.states import states_of
from engine.clock import SkipClock
from engine.copilot.conversation.case_checks import ways_not_taken
from engine.durable.lifecycle.start_checks import check_input
from engine.ports.keys import Actor
from engine.testing.cases import run_cases
from functions.app.templates import find, templates
from tests.support.memory.catalog_store import MemoryCatalogStore

each_template = pytest.mark.parametrize("template", templates(), ids=lambda each: each.name)


@each_template
def test_a_template_publishes_without_a_finding(template):
    catalog = Catalog(MemoryCatalogStore(), SkipClock(), tasks=ConnectorTasks(default_registry))
    document = parse_document(template.document)
    assert [str(found) for found in catalog.problems(document)] == []
    catalog.import_document("default", document, actor=Actor("ana"))
    assert catalog.publish("default", template.name, actor=Actor("ana")).number == 1


@each_template
def test_the_cases_of_a_template_pass_and_fit_its_input_schema(template):
    document = parse_document(template.document)
    for case in document.cases:
        check_input(document.input_schema, case.input)
    results = run_cases(document, document.cases, clock=SkipClock())
    assert {each.name: [str(one) for one in each.differences] for each in results if each.differences} == {}


@each_template
def test_the_cases_of_a_template_take_every_way(template):
    document = parse_document(template.document)
    names = {state.name for state in states_of(document.definition)}
    run = partial(run_cases, clock=SkipClock())
    assert names - {name for each in run(document, document.cases) for name in each.states} == set()
    assert ways_not_taken(document, names, document.cases, run) == []


@each_template
def test_a_template_says_what_it_is(template):
    document = template.document
    assert len(document["description"]) < 200
    assert document["input_schema"]["required"]
    assert document["definition"]["QueryLanguage"] == "JSONata"
    assert len(document["cases"]) >= 2
    assert len(json.dumps(document)) < 12_000
    assert find(template.title)[0] == template


@pytest.mark.parametrize(("words", "name"), [
    ("invoice needs sign off", "invoice_approval"), ("the customer wants their money back", "refund_with_approval"),
    ("nobody answers a ticket", "sla_escalation"), ("approve holiday", "leave_request"),
    ("server is down, page the engineer", "incident_response"), ("check stock and reorder", "stock_reorder"),
])
def test_a_template_is_found_by_words_that_are_not_its_title(words, name):
    assert find(words)[0].name == name


def test_words_that_fit_nothing_find_nothing_and_no_words_find_all():
    assert find("zebra crossing") == []
    assert find("before it is done") == list(templates())


def test_the_readme_counts_the_templates():
    readme = (Path(__file__).parents[4] / "README.md").read_text(encoding="utf-8")
    assert f"one of {len(templates())} templates" in readme
