"""What a trigger makes of what arrives: whether it matches, its key, its input."""

from __future__ import annotations

import pytest

from engine.triggers.listener import Arrival, Listener, mark_of, named

AT = 1_700_000_000.0


def listener(**spec):
    return Listener("orders", 3, "hook", {"type": "webhook", "path": "p", **spec}, AT)


def weigh(value, facts=None, key=None, unnamed="generated", **spec):
    return listener(**spec).weigh(Arrival(value, AT, facts, key), unnamed)


def test_without_anything_else_what_arrived_is_the_input():
    value = {"total": 5}
    weighed = weigh(value)
    assert (weighed.input is value, weighed.why_not, weighed.fault) == (True, None, None)


@pytest.mark.parametrize("when", [
    "{% $states.input.total > 100 %}", {"Variable": "$.total", "NumericGreaterThan": 100},
    {"And": [{"Variable": "$.total", "NumericGreaterThan": 100},
             {"Variable": "$$.Trigger.Type", "StringEquals": "webhook"}]},
])
def test_when_says_which_part_did_not_hold(when):
    assert weigh({"total": 120}, when=when).why_not is None
    why = weigh({"total": 20}, when=when).why_not
    assert "20" in why
    assert "100" in why


@pytest.mark.parametrize(("spec", "says"), [
    ({"when": "{% $states.input.missing > 1 %}"}, "`when` fails"), ({"when": "{% 'yes' %}"}, "`when` fails"),
    ({"when": {"Variable": "$.missing", "NumericEquals": 1}}, "`when` fails"),
    ({"input": {"a": "{% $error('no') %}"}}, "`input` fails"), ({"input": {"a.$": "$.missing"}}, "`input` fails"),
    ({"dedupe_key": "$.missing"}, "`dedupe_key` finds no text"),
    ({"dedupe_key": "{% {'a': 1} %}"}, "`dedupe_key` finds no text"), ({"dedupe_key": "$.empty"}, "finds no text"),
    ({"dedupe_key": "$.long"}, "at most 512"), ({"dedupe_key": "{% $error('x') %}"}, "`dedupe_key` fails"),
])
def test_an_expression_that_fails_is_a_fault_and_no_defect(spec, says):
    weighed = weigh({"total": 1, "empty": "", "long": "x" * 513}, **spec)
    assert says in weighed.fault
    assert weighed.why_not is None
    assert "Choices" not in weighed.fault


@pytest.mark.parametrize(("input_", "made"), [
    ({"n": "{% $states.input.total * 2 %}", "how": "{% $states.context.Trigger.Headers.`x-event` %}"},
     {"n": 10, "how": "push"}),
    ({"n.$": "$.total", "how.$": "$$.Trigger.Headers.x-event", "by.$": "$$.Trigger.Name"},
     {"n": 5, "how": "push", "by": "hook"}),
    ({"plain": 1}, {"plain": 1}), ("{% $states.input.total %}", 5), ([1], [1]),
])
def test_the_input_is_a_template_over_what_arrived_and_how(input_, made):
    assert weigh({"total": 5}, {"Headers": {"x-event": "push"}}, input=input_).input == made


@pytest.mark.parametrize(("dedupe_key", "value", "key"), [
    ("$.id", {"id": "evt_1"}, "evt_1"), ("$.id", {"id": 7}, "7"), ("{% $states.input.a & '-' & $states.input.b %}",
     {"a": "x", "b": "y"}, "x-y"), ("$.id", {"id": 0}, "0"), ("$.id", {"id": False}, "false"),
])
def test_its_own_key_goes_before_the_sources(dedupe_key, value, key):
    assert weigh(value, key="the source's", dedupe_key=dedupe_key).dedupe_key == key


def test_the_sources_key_goes_before_one_that_is_made():
    assert weigh({}, key="m-1").dedupe_key == "m-1"
    assert weigh({}).dedupe_key == "generated"


def test_one_key_gives_one_input_also_where_chance_is_asked():
    random = {"input": {"id": "{% $uuid() %}", "n": "{% $random() %}"}}
    assert weigh({"a": 1}, key="k1", **random).input == weigh({"a": 1}, key="k1", **random).input
    assert weigh({"a": 1}, key="k1", **random).input != weigh({"a": 1}, key="k2", **random).input


def test_what_an_earlier_release_took_is_a_fault():
    assert weigh({}, when="$.a > 1").fault.startswith("the trigger cannot be read")


def test_names_are_ones_own_or_the_types():
    given = [{"type": "queue"}, {"type": "queue"}, {"type": "webhook", "name": "a"}, {"type": "schedule"}]
    assert [name for name, _ in named(given)] == ["queue", "queue-2", "a", "schedule"]


def test_a_mark_tells_no_key_and_is_the_same_each_time():
    assert mark_of("order 7") == mark_of("order 7") != mark_of("order 8")
    assert len(mark_of("x")) == 32
    mark_of("\ud800")
