"""Steps derived from histories: each visit once, with its attempts, waits, values, and how it ended."""

from __future__ import annotations

import gc
import json
from contextlib import ExitStack

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.durable.views import step_runs
from engine.durable.views.causes import plain_cause, stack_trace
from engine.durable.views.steps import nothing_collected, steps_of, steps_where
from engine.errors import InvalidDefinition
from engine.kernel.history import HistoryEvent
from engine.language.asl.compile import compile_definition
from engine.testing.simulate import Simulation, facts_of
from engine.testing.stubs import Stubs
from tests.support.draws import drawn

PASS = {"Type": "Pass", "End": True}


def history(definition, given_input=None, **stubs):
    simulation = Simulation(
        compile_definition(definition), facts_of({}, "STANDARD"), given_input or {}, Stubs(stubs), None, None
    )
    simulation.run()
    return list(simulation.history)


def steps(definition, given_input=None, **stubs):
    return steps_of(history(definition, given_input, **stubs))


def task(resource="r", **more):
    return {"Type": "Task", "Resource": f"arn:aws:lambda:us-east-1:123456789012:function:{resource}", **more}


ARN = "arn:aws:lambda:us-east-1:123456789012:function:r"


def by_id(found):
    return {step.id: step for step in found.steps}


def test_a_straight_run():
    found = steps({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Result": {"a": 1}, "Next": "B"}, "B": {"Type": "Wait", "Seconds": 5, "End": True},
    }}, {"in": 0})
    assert [(step.id, step.type, step.status, step.input, step.output) for step in found.steps] == [
        ("A#1", "Pass", "SUCCEEDED", {"in": 0}, {"a": 1}), ("B#1", "Wait", "SUCCEEDED", {"a": 1}, {"a": 1}),
    ]
    assert found.edges == (("A#1", "B#1"),)
    wait, = found.steps[1].waits
    assert (wait.why, wait.until - wait.since) == ("wait", 5)
    assert (found.status, found.last_event) == ("SUCCEEDED", 6)


def test_a_loop_is_one_step_a_visit():
    found = steps({"QueryLanguage": "JSONata", "StartAt": "Add", "States": {
        "Add": {"Type": "Pass", "Output": {"n": "{% $states.input.n + 1 %}"}, "Next": "Enough?"},
        "Enough?": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.n < 3 %}", "Next": "Add"}],
                    "Default": "Done"},
        "Done": {"Type": "Succeed"},
    }}, {"n": 1})
    assert [step.id for step in found.steps] == ["Add#1", "Enough?#1", "Add#2", "Enough?#2", "Done#1"]
    assert [step.visit for step in found.steps if step.name == "Add"] == [1, 2]
    assert ("Enough?#1", "Add#2") in found.edges


def test_attempts_are_told_apart_with_the_waits_between_them():
    retrying = task(Retry=[{"ErrorEquals": ["Busy"], "IntervalSeconds": 4, "MaxAttempts": 2, "BackoffRate": 2}],
                    End=True)
    found = steps({"StartAt": "T", "States": {"T": retrying}}, **{ARN: [
        {"error": "Busy", "cause": "one"}, {"error": "Busy", "cause": "two"}, {"output": {"ok": True}},
    ]})
    step, = found.steps
    assert [(item.number, item.status, item.error, item.cause) for item in step.attempts] == [
        (1, "FAILED", "Busy", "one"), (2, "FAILED", "Busy", "two"), (3, "SUCCEEDED", None, None),
    ]
    assert [(item.why, item.until - item.since) for item in step.waits] == [("retry", 4), ("retry", 8)]
    assert (step.status, step.error, step.result, step.output) == ("SUCCEEDED", None, {"ok": True}, {"ok": True})


def test_a_caught_failure_says_where_it_led():
    caught = task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Mend"}], Next="Never")
    found = steps({"StartAt": "T", "States": {"T": caught, "Never": PASS, "Mend": PASS}},
                  **{ARN: [{"error": "Broken", "cause": "why"}]})
    step = by_id(found)["T#1"]
    assert (step.status, step.caught.error, step.caught.next, step.next) == ("CAUGHT", "Broken", "Mend", "Mend")
    assert (step.error, step.cause) == ("Broken", "why")
    assert "Never#1" not in by_id(found)


def test_a_failure_ends_the_step_and_the_execution():
    found = steps({"StartAt": "T", "States": {"T": task(End=True)}}, **{ARN: [{"error": "Broken", "cause": "why"}]})
    step, = found.steps
    assert (found.status, step.status, step.error, step.cause, step.has_output) == (
        "FAILED", "FAILED", "Broken", "why", False,
    )


def test_branches_and_items_have_their_container_and_place():
    found = steps({"StartAt": "Both", "States": {
        "Both": {"Type": "Parallel", "Next": "Each", "Branches": [
            {"StartAt": "L", "States": {"L": PASS}}, {"StartAt": "R", "States": {"R": PASS}},
        ]},
        "Each": {"Type": "Map", "ItemsPath": "$", "End": True,
                 "ItemProcessor": {"StartAt": "One", "States": {"One": PASS}}},
    }})
    named = by_id(found)
    assert (named["Both#1:0:L#1"].parent, named["Both#1:0:L#1"].branch) == ("Both#1", 0)
    assert (named["Both#1:1:R#1"].path, named["Both#1:1:R#1"].branch) == ("Both/1/R", 1)
    assert [(step.item, step.path) for step in found.steps if step.name == "One"] == [(0, "Each/One"), (1, "Each/One")]


def test_what_a_failing_branch_took_with_it_was_aborted():
    found = steps({"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": True, "Branches": [
        {"StartAt": "Slow", "States": {"Slow": {"Type": "Wait", "Seconds": 60, "End": True}}},
        {"StartAt": "Bad", "States": {"Bad": {"Type": "Fail", "Error": "No", "Cause": "it is so"}}},
    ]}}})
    named = by_id(found)
    assert named["Both#1:0:Slow#1"].status == "ABORTED"
    assert (named["Both#1:1:Bad#1"].status, named["Both#1:1:Bad#1"].error) == ("FAILED", "No")
    assert (named["Both#1"].status, named["Both#1"].error) == ("FAILED", "No")


def test_an_open_step_runs_or_waits():
    events = history({"StartAt": "T", "States": {"T": task(End=True)}}, **{ARN: [{"output": 1}]})
    step, = steps_of(events[:3]).steps  # scheduled, and not answered
    assert (step.status, step.exited_at, step.attempts[0].ended_at) == ("RUNNING", None, None)
    events = history({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 5, "End": True}}})
    waiting, = steps_of(events[:2]).steps
    assert (waiting.status, waiting.waits[0].until) == ("WAITING", None)


def test_names_that_look_like_ids_stay_apart():
    found = steps({"StartAt": "a#1:0", "States": {"a#1:0": {"Type": "Pass", "Next": "b/c%~"}, "b/c%~": PASS}})
    assert [step.name for step in found.steps] == ["a#1:0", "b/c%~"]
    assert len(set(by_id(found))) == 2
    assert all(character not in step.id.rpartition("#")[0] for step in found.steps for character in "#:/%")


def test_variables_are_those_the_state_could_see():
    found = steps({"QueryLanguage": "JSONata", "StartAt": "Set", "States": {
        "Set": {"Type": "Pass", "Assign": {"x": 7}, "Next": "Use"},
        "Use": {"Type": "Pass", "Output": "{% $x %}", "End": True},
    }})
    first, second = found.steps
    assert (dict(first.variables), dict(first.assigned)) == ({}, {"x": 7})
    assert (dict(second.variables), second.output) == ({"x": 7}, 7)


def test_what_one_state_assigns_leaves_the_other_variables():
    found = steps({"QueryLanguage": "JSONata", "StartAt": "One", "States": {
        "One": {"Type": "Pass", "Assign": {"x": 1, "y": 1}, "Next": "Two"},
        "Two": {"Type": "Pass", "Assign": {"y": 2}, "Next": "Three"}, "Three": PASS,
    }})
    assert dict(found.steps[2].variables) == {"x": 1, "y": 2}


def test_an_expression_that_fails_is_the_failure_of_its_state():
    found = steps({"QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": {"Type": "Pass", "Output": "{% $error('no') %}", "End": True},
    }})
    step, = found.steps
    assert (step.status, step.error) == ("FAILED", "States.QueryEvaluationError")


def test_a_history_s_beginning_gives_the_steps_so_far():
    whole = history({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": PASS}})
    begun = steps_of(whole[:2])
    assert [(step.id, step.status, step.exited_at) for step in begun.steps] == [("A#1", "RUNNING", None)]
    assert (begun.status, begun.last_event) == ("RUNNING", 2)
    assert steps_of([]).steps == ()


_STATES = st.deferred(lambda: st.sampled_from(["pass", "fail", "wait", "task", "caught", "retried"]) | st.tuples(
    st.sampled_from(["parallel", "map"]), st.lists(_CHAINS, min_size=1, max_size=2), st.booleans()
))
_CHAINS = st.deferred(lambda: st.lists(_STATES, min_size=1, max_size=3))


class _Build:
    """Definitions from the strategies' shapes, every state with a name of its own."""

    def __init__(self):
        self.count = 0

    def machine(self, chain):
        names = [f"s{self.count + number}" for number in range(len(chain))]
        self.count += len(chain)
        states = {}
        for number, shape in enumerate(chain):
            following = {"Next": names[number + 1]} if number + 1 < len(chain) else {"End": True}
            states[names[number]] = self.state(shape, following)
        return {"StartAt": names[0], "States": states}

    def state(self, shape, following):
        if isinstance(shape, tuple):
            kind, chains, is_caught = shape
            following = {**following, **(self.catch(following) if is_caught else {})}
            if kind == "parallel":
                return {"Type": "Parallel", "Branches": [self.machine(item) for item in chains], **following}
            return {"Type": "Map", "Items": [1, 2], "ItemProcessor": self.machine(chains[0]), **following}
        return {
            "pass": {"Type": "Pass", **following}, "fail": {"Type": "Fail", "Error": "Bad", "Cause": "so"},
            "wait": {"Type": "Wait", "Seconds": 1, **following}, "task": task(**following),
            "caught": task(**self.catch(following), **following),
            "retried": task(Retry=[{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}], **following),
        }[shape]

    @staticmethod
    def catch(following):
        return {"Catch": [{"ErrorEquals": ["States.ALL"], "Next": following["Next"]}]} if "Next" in following else {}


@given(_CHAINS, st.lists(st.sampled_from([{"output": 1}, {"error": "Bad", "cause": "so"}]), max_size=12))
@settings(max_examples=drawn(80, of=300), deadline=None)
def test_laws_of_every_history(chain, answers):
    definition = {"QueryLanguage": "JSONata", **_Build().machine(chain)}
    try:
        events: list[HistoryEvent] = history(definition, **{ARN: answers})
    except InvalidDefinition:  # what follows a Fail is never reached
        return
    found = steps_of(events)
    entered = [event for event in events if event.type.endswith("StateEntered")]
    assert len(found.steps) == len(entered)
    assert len({step.id for step in found.steps}) == len(found.steps)
    named = by_id(found)
    for step in found.steps:
        assert step.status in ("SUCCEEDED", "CAUGHT", "FAILED", "TIMED_OUT", "ABORTED")
        assert step.exited_at >= step.entered_at
        assert step.parent is None or named[step.parent].type in ("Parallel", "Map")
        assert [item.number for item in step.attempts] == list(range(1, len(step.attempts) + 1))
        assert all(item.ended_at is not None for item in step.attempts)
        assert (step.status == "CAUGHT") == (step.caught is not None)
    assert all(one in named and other in named for one, other in found.edges)
    exits = sum(event.type.endswith("StateExited") for event in events)
    assert exits == sum(step.has_output for step in found.steps)
    if found.status == "FAILED":
        assert any(step.status == "FAILED" for step in found.steps)
    shown = [event.id for step in found.steps for event in step.events]
    assert len(shown) == len(set(shown))


def test_a_connector_s_cause_is_told_plainly_with_its_stack_trace_apart():
    cause = json.dumps({"errorMessage": "card declined", "errorType": "X", "stackTrace": ["  File a\n", "  File b\n"]})
    assert plain_cause(cause) == "X: card declined"
    assert "File a" in stack_trace(cause)
    assert (plain_cause("plain"), stack_trace("plain")) == ("plain", None)
    assert (plain_cause(None), stack_trace(None)) == (None, None)
    assert plain_cause('{"a": 1}') == '{"a": 1}'


ITEMS = {"StartAt": "Each", "States": {"Each": {"Type": "Map", "ItemProcessor": {
    "StartAt": "Look", "States": {"Look": {
        "Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 8, "Next": "Break"}], "Default": "Go on",
    }, "Go on": PASS, "Break": {"Type": "Fail", "Error": "Eight"}},
}, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "After"}], "End": True}, "After": PASS}}


def test_of_many_steps_the_first_are_told_and_those_that_failed_with_what_they_are_in():
    events = history(ITEMS, list(range(10)))
    whole, part = steps_of(events), steps_of(events, most=3)
    told = [step.id for step in part.steps]
    assert told[:3] == [step.id for step in whole.steps[:3]]
    assert told[3:] == [step.id for step in whole.steps[3:] if step.status == "FAILED"] == ["Each#1:8:Break#1"]
    assert part.left_out == len(whole.steps) - len(told)
    assert (whole.left_out, part.edges, part.status) == (0, whole.edges, whole.status)
    assert all(step in whole.steps for step in part.steps)


def test_of_many_steps_no_other_is_put_together_than_is_asked_for(monkeypatch):
    events, made = history(ITEMS, list(range(10))), []
    whole = steps_of(events)
    monkeypatch.setattr(step_runs, "step_of", lambda run, tell=step_runs.step_of: made.append(run.id) or tell(run))
    wanted = list(steps_where(events, lambda step: step.name == "Go on"))
    assert wanted == [step for step in reversed(whole.steps) if step.name == "Go on"]
    assert {run.split(":")[-1] for run in made} == {"Go on#1"}
    made.clear()
    steps_of(events, most=3)
    assert len(made) == 4


def test_the_collector_is_as_it_was_after_a_history_was_read():
    events = history({"StartAt": "A", "States": {"A": PASS}})
    for collects in (True, False):
        (gc.enable if collects else gc.disable)()
        try:
            steps_of(event for event in events if gc.isenabled() is False)
            assert gc.isenabled() is collects
        finally:
            gc.enable()


def test_garbage_is_collected_again_once_the_last_of_those_who_do_not_want_it_is_done():
    one, other = ExitStack(), ExitStack()
    one.enter_context(nothing_collected())
    other.enter_context(nothing_collected())
    one.close()  # the first to come is the first to go, as requests may be
    assert not gc.isenabled()
    other.close()
    assert gc.isenabled()
