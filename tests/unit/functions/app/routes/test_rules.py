"""The Rule Tester's routes."""

from __future__ import annotations

from typing import Any

import pytest

_ORDER = {"order": {"total": 18400, "customer": {"tier": "silver"}, "flagged": False}}
_CONDITION = (
    '$states.input.order.total > 10000 and $states.input.order.customer.tier = "gold" '
    "or $states.input.order.flagged = true"
)
_STATE = {
    "Type": "Choice", "Default": "Small",
    "Choices": [
        {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Big"},
        {"Variable": "$.vip", "IsPresent": True, "Next": "Vip"},
    ],
}


def test_a_condition_is_shown_part_by_part(api: Any) -> None:
    answer = api("POST", "/rules/test", {"condition": f"{{% {_CONDITION} %}}", "input": _ORDER}).json
    assert answer["outcome"] == {"next": None, "rule": None, "otherwise": True, "error": None}
    root = answer["rules"][0]["tree"]
    assert (root["kind"], root["result"], root["text"]) == ("or", False, _CONDITION)
    tier = root["children"][0]["children"][1]
    assert (tier["result"], tier["children"][0]["value"]) == (False, "silver")
    assert _CONDITION[tier["start"]:tier["end"]] == tier["text"]
    assert answer["rules"][0]["why_not"] == (
        '$states.input.order.customer.tier is "silver", not "gold"; '
        "$states.input.order.flagged is false, not true"
    )
    assert answer["flips"][0]["path"] == "$.order.flagged"
    assert (answer["flips"][0]["from"], answer["flips"][0]["to"]) == (False, True)


def test_why_a_condition_failed_has_no_full_stop_for_it_stands_within_a_sentence(api: Any) -> None:
    answer = api("POST", "/rules/test", {"state": {
        "Type": "Choice", "QueryLanguage": "JSONata", "Default": "B",
        "Choices": [{"Condition": "{% $states.input.n > 1 %}", "Next": "A"}],
    }, "input": {}}).json
    assert answer["rules"][0]["why_not"].endswith("returned nothing (undefined)")
    assert answer["sentence"].endswith("returned nothing (undefined).")


@pytest.mark.parametrize(("condition", "says"), [
    ('"gold" in $states.input.tiers', 'It does not hold: "gold" is not one of ["silver"] ($states.input.tiers).'),
    ('"silver" in $states.input.tiers', 'It holds: "silver" is one of ["silver"] ($states.input.tiers).'),
    ("3 > $states.input.n", "It does not hold: 3 is not more than 5 ($states.input.n)."),
    ("5 != $states.input.n", "It does not hold: 5 is equal to 5 ($states.input.n)."),
    ("4 = $states.input.n", "It does not hold: 4 is not equal to 5 ($states.input.n)."),
    ("4 != $states.input.n", "It holds: 4 is not equal to 5 ($states.input.n)."),
])
def test_what_the_rule_says_itself_is_not_told_of_itself(api: Any, condition: str, says: str) -> None:
    answer = api("POST", "/rules/test", {
        "condition": f"{{% {condition} %}}", "input": {"tiers": ["silver"], "n": 5}}).json
    assert answer["sentence"] == says


def test_a_state_says_which_rule_won_and_what_leads_elsewhere(api: Any) -> None:
    answer = api("POST", "/rules/test", {"state": _STATE, "input": {"total": 500}}).json
    assert answer["outcome"]["next"] == "Big"
    assert [rule["reached"] for rule in answer["rules"]] == [True, False]
    assert answer["sentence"] == "Rule 1 holds, to Big: $.total is 500, more than 100."
    flips = {flip["leads_to"]: flip["changes"] for flip in answer["flips"]}
    assert flips["Small"] == [{"path": "$.total", "from": 500, "to": 100, "added": False, "removed": False}]
    assert {change["path"] for change in flips["Vip"]} == {"$.total", "$.vip"}


def test_many_inputs_are_counted_by_branch(api: Any) -> None:
    inputs = [{"input": {"total": total}, "execution": f"w:{total}"} for total in (50, 500, 600)]
    answer = api("POST", "/rules/test-many", {"state": _STATE, "inputs": [*inputs, {"input": {}}]}).json
    assert answer["counts"] == {"Small": 1, "Big": 2, "States.Runtime": 1}
    assert [result["execution"] for result in answer["results"]] == ["w:50", "w:500", "w:600", None]


def test_an_expression_has_a_value_a_type_or_an_error(api: Any) -> None:
    def value(expression: str, language: str = "JSONata") -> tuple[Any, str]:
        body = {"expression": expression, "query_language": language, "input": {"n": 21}}
        answer = api("POST", "/rules/expression", body).json
        return answer["value"], answer["type"]

    assert value("{% $states.input.n * 2 %}") == (42, "number")
    assert value("$states.input.absent") == (None, "undefined")
    assert value("$.n", "JSONPath") == (21, "number")
    assert value("States.MathAdd($.n, 1)", "JSONPath") == (22, "number")
    assert value("1 +") == (None, "error")
    assert value("1 + 'a'") == (None, "error")
    assert value("n", "JSONPath") == (None, "error")


def test_what_is_no_rule_is_refused_with_its_place(api: Any) -> None:
    assert api("POST", "/rules/test", {"input": {}}).error["message"].startswith("give one of")
    reply = api("POST", "/rules/test", {"state": {"Type": "Choice", "Choices": [{"Variable": "$.a", "Next": "A"}]}})
    assert (reply.status, reply.error["where"]) == (422, "/Choices[0]")
    assert api("POST", "/rules/test", {"state": {"Type": "Pass"}}).error["where"] == "state/Type"
    assert api("POST", "/rules/test", {"condition": "1 +"}).status == 422
