"""Reads that find nothing however the workflow goes."""

from __future__ import annotations

import pytest

from engine.catalog.unwritten import UNASSIGNED, UNWRITTEN, unwritten_problems
from tests.support.flows import flow

ENDS = {"Type": "Succeed"}


def found(states, language="JSONata"):
    return list(unwritten_problems({"QueryLanguage": language, **flow(states)}))


def the_one(states, language="JSONata"):
    (problem,) = found(states, language)
    assert problem.severity == "WARNING"
    return problem


def test_a_variable_that_no_state_assigns():
    problem = the_one({"A": {"Type": "Pass", "Output": {"sum": "{% $total + 1 %}"}, "End": True}})
    assert (problem.code, problem.location) == (UNASSIGNED, "/States/A/Output/sum")
    assert "$states.input.total" in problem.message


def test_a_name_that_is_nearly_right():
    problem = the_one({
        "A": {"Type": "Pass", "Assign": {"total": 1}, "Next": "B"},
        "B": {"Type": "Pass", "Output": ["{% $totel %}"], "End": True},
    })
    assert problem.location == "/States/B/Output[0]"
    assert "did you mean $total?" in problem.message


def test_a_variable_that_is_assigned_too_late():
    problem = the_one({
        "A": {"Type": "Pass", "Parameters": {"x.$": "$later"}, "Next": "B"},
        "B": {"Type": "Pass", "Assign": {"later": 1}, "End": True},
    }, "JSONPath")
    assert (problem.code, problem.location) == (UNASSIGNED, "/States/A/Parameters/x.$")
    assert "assigned later" in problem.message


def test_the_items_of_a_distributed_map_see_no_variable_of_the_workflow():
    inner = flow({"Item": {"Type": "Pass", "Output": "{% $rate * 2 %}", "End": True}})
    for mode, wanted in (("INLINE", []), ("DISTRIBUTED", ["/States/Each/ItemProcessor/States/Item/Output"])):
        config = {"Mode": mode, **({"ExecutionType": "STANDARD"} if mode == "DISTRIBUTED" else {})}
        problems = found({
            "A": {"Type": "Pass", "Assign": {"rate": 2}, "Next": "Each"},
            "Each": {"Type": "Map", "Items": "{% $states.input.lines %}", "End": True,
                     "ItemProcessor": {"ProcessorConfig": config, **inner}},
        })
        assert [problem.location for problem in problems] == wanted


def test_a_field_that_the_states_before_do_not_write():
    problem = the_one({
        "A": {"Type": "Pass", "Result": {"id": 1}, "Next": "B"},
        "B": {"Type": "Choice", "Choices": [{"Variable": "$.ID", "NumericEquals": 1, "Next": "C"}], "Default": "C"},
        "C": ENDS,
    }, "JSONPath")
    assert (problem.code, problem.location) == (UNWRITTEN, "/States/B/Choices[0]/Variable")
    assert "$.ID" in problem.message


def test_the_output_of_a_catcher_is_all_that_its_state_gets():
    problem = the_one({
        "A": {"Type": "Task", "Resource": "connector:log:write", "Arguments": {"message": "x"}, "Next": "End",
              "Catch": [{"ErrorEquals": ["States.ALL"], "Output": {"why": "{% $states.errorOutput %}"},
                         "Next": "B"}]},
        "B": {"Type": "Pass", "Output": "{% $states.input.order %}", "Next": "End"},
        "End": ENDS,
    })
    assert (problem.code, problem.location) == (UNWRITTEN, "/States/B/Output")


@pytest.mark.parametrize("states", [
    {"A": {"Type": "Pass", "Output": "{% $states.input.anything %}", "End": True}},
    {"A": {"Type": "Pass", "Output": "{% $exists($total) ? $total : 0 %}", "End": True}},
    {"A": {"Type": "Pass", "Output": "{% $parse('1') + $sum([1]) %}", "End": True}},
    {"A": {"Type": "Pass", "Output": "{% ($f := function($x) { $x + 1 }; $f(1)) %}", "End": True}},
    {"A": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.big %}", "Assign": {"kind": "big"},
                                          "Next": "B"}], "Default": "B"},
     "B": {"Type": "Pass", "Output": "{% $kind %}", "End": True}},
    {"A": {"Type": "Task", "Resource": "connector:log:write", "Arguments": {"message": "x"}, "Next": "B"},
     "B": {"Type": "Pass", "Output": "{% $states.input.whatever %}", "End": True}},
    {"A": {"Type": "Pass", "Output": {"n": 1}, "Next": "B"},
     "B": {"Type": "Choice", "Choices": [{"Condition": "{% $exists($states.input.m) %}", "Next": "C"}], "Default": "D"},
     "C": {"Type": "Pass", "Output": "{% $states.input.m.x %}", "End": True}, "D": ENDS},
], ids=["of the input", "asked for", "a function", "a function of its own", "in one of two ways", "of a task's answer",
        "in a state that is never entered"])
def test_what_may_be_there_is_no_finding(states):
    assert found(states) == []


def test_outputs_that_nest_with_each_parallel_end_as_what_cannot_be_told():
    """Each Parallel wraps its input into an array: after 600 of them nobody could walk it."""
    states = {
        f"Both {at}": {"Type": "Parallel", "Branches": [flow({f"In {at}": {"Type": "Pass", "End": True}})],
                       "Next": f"Big {at}?"} for at in range(600)
    }
    states |= {
        f"Big {at}?": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.big %}", "Next": "End"}],
                       "Default": f"Both {at + 1}" if at < 599 else "End"} for at in range(600)
    }
    assert found({**states, "End": ENDS}) == []


def nested(depth):
    """A loop around a Parallel, in which there is another, and so on."""
    if depth == 0:
        return flow({"In": {"Type": "Pass", "Output": "{% $nobody %}", "End": True}})
    return flow({
        f"Both {depth}": {"Type": "Parallel", "Branches": [nested(depth - 1)], "Next": f"Again {depth}",
                          "Assign": {f"v{depth}": "{% $states.result %}"}, "Output": {f"k{depth}": 1}},
        f"Again {depth}": {"Type": "Choice", "Default": f"End {depth}", "Choices": [
            {"Condition": "{% $states.input.again %}", "Next": f"Both {depth}"}]},
        f"End {depth}": ENDS,
    })


def test_loops_that_multiply_are_not_walked_to_their_end():
    assert len(list(unwritten_problems({"QueryLanguage": "JSONata", **nested(4)}))) > 0
    assert list(unwritten_problems({"QueryLanguage": "JSONata", **nested(20)})) == []
