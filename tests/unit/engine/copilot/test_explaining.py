from __future__ import annotations

import pytest

from engine.copilot.catalogue import Catalogue
from engine.copilot.explaining import explain
from engine.language.expr.scope import Scope
from engine.language.rules.data_tests import evaluated

RULES = [
    {"Variable": "$.tier", "StringEquals": "gold"},
    {"Variable": "$.total", "NumericGreaterThanPath": "$.limit"},
    {"Not": {"Variable": "$.tier", "IsPresent": True}},
    {"And": [
        {"Variable": "$.total", "NumericGreaterThan": 100},
        {"Or": [{"Variable": "$.tier", "StringEquals": "gold"}, {"Variable": "$.vip", "BooleanEquals": True}]},
    ]},
]


def explained(*rules):
    choice = {"Type": "Choice", "Choices": [{**rule, "Next": "Big"} for rule in rules], "Default": "Big"}
    document = {"definition": {"StartAt": "Size", "States": {"Size": choice, "Big": {"Type": "Succeed"}}}}
    return explain(document, Catalogue(), "Size").text


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_reads_as_the_rule_tester_writes_it(rule):
    given = {"tier": "silver", "total": 7, "limit": 5, "vip": False}
    shown = evaluated(rule, lambda: Scope(given)).text
    assert explained(rule) == f"Decides: if {shown}, to Big; otherwise to Big."


def test_a_draft_of_a_rule_is_explained_as_far_as_it_goes():
    assert explained({"Variable": "$.total"}) == "Decides: if $.total ?, to Big; otherwise to Big."
