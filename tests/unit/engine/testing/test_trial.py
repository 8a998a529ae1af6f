"""Trying a part of a workflow out: what runs, what is really called, what is not, and when a trial gives up."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from engine.catalog.states import states_of
from engine.clock import SkipClock
from engine.errors import InvalidDocument, NotFound
from engine.ports.tasks import TaskFailed, TaskPolicy, TaskSucceeded
from engine.testing.parts import find, part
from engine.testing.resource_kinds import aws_action_reads
from engine.testing.trial import Asked, try_out

READ, WRITE = "connector:crm:find", "connector:crm:save"


@dataclass
class World:
    """Tasks that note what is called and answer with it."""

    called: list = field(default_factory=list)

    def policy(self, resource, _pin=None):
        return TaskPolicy()

    def call(self, call):
        self.called.append((call.state, call.resource, call.arguments))
        return TaskFailed("World.No", "it is so", retryable=False) if call.resource.endswith("fail") else (
            TaskSucceeded({"from": call.resource})
        )


def task(resource, **more):
    return {"Type": "Task", "Resource": resource, "Parameters": {"a.$": "$"}, **more}


ORDER = {"StartAt": "Find", "States": {
    "Find": task(READ, ResultPath="$.found", Next="Big?"),
    "Big?": {"Type": "Choice", "Choices": [{"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Save"}],
             "Default": "Both"},
    "Save": task(WRITE, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}], Next="Both"),
    "Both": {"Type": "Parallel", "End": True, "Branches": [
        {"StartAt": "L", "States": {"L": {"Type": "Pass", "Next": "L2"}, "L2": {"Type": "Pass", "End": True}}},
        {"StartAt": "R", "States": {"R": {"Type": "Pass", "End": True}}},
    ]},
    "Sorry": {"Type": "Fail", "Error": "Sorry"},
}}


def run(mode="all", state=None, given=None, world=None, clock=None, seconds=25.0, definition=ORDER, **more):
    asked = Asked(definition, {"total": 500} if given is None else given, mode=mode, state=state, **more)
    return try_out(
        asked, world or World(), reads=lambda resource: resource == READ, clock=clock or SkipClock(), seconds=seconds
    )


def names(tried):
    return [step.name for step in tried.steps.steps]


# ---------------------------------------------------------------- parts


def test_every_state_has_a_path():
    assert [place.path for place in states_of(ORDER)] == [
        "Find", "Big?", "Save", "Both", "Both/0/L", "Both/0/L2", "Both/1/R", "Sorry",
    ]


def test_a_part_leaves_the_definition_as_it_was():
    before = repr(ORDER)
    for place in list(states_of(ORDER)):
        for mode in ("step", "up_to", "from"):
            part(ORDER, mode, place.path)
    assert repr(ORDER) == before


def test_a_state_is_found_by_name_where_that_is_enough():
    assert find(ORDER, "L2", where="state").path == "Both/0/L2"
    twice = {"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": True, "Branches": [
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
    ]}}}
    with pytest.raises(InvalidDocument, match="names several states") as caught:
        find(twice, "A", where="state")
    assert "P/0/A, P/1/A" in caught.value.advice
    with pytest.raises(NotFound, match="no state is called 'Nope'"):
        find(ORDER, "Nope", where="state")


@pytest.mark.parametrize(("mode", "state", "entered"), [
    ("step", "Find", ["Find"]), ("up_to", "Big?", ["Find", "Big?"]), ("from", "Both", ["Both", "L", "L2", "R"]),
    ("up_to", "Both/0/L", ["Find", "Big?", "Both", "L", "R"]), ("from", "Both/0/L", ["L", "L2"]),
    ("step", "Both/0/L2", ["L2"]), ("all", None, ["Find", "Big?", "Both", "L", "L2", "R"]),
])
def test_what_runs(mode, state, entered):
    tried = run(mode, state, {"total": 1}, mocks={"Find": {"output": {"name": "Kim"}}})
    assert (tried.status, tried.error) == ("SUCCEEDED", None)
    assert names(tried) == entered


def test_a_choice_alone_says_where_it_leads_and_nothing_of_the_part_s_own_end():
    tried = run("step", "Big?")
    assert (tried.status, names(tried), tried.steps.edges, tried.output) == (
        "SUCCEEDED", ["Big?"], (), {"total": 500},
    )


# ---------------------------------------------------------------- what is called


def test_a_write_without_a_mock_is_not_made():
    world = World()
    tried = run("step", "Save", world=world)
    assert (tried.status, tried.error) == ("FAILED", "Automate.WriteNotAllowed")
    assert [(item.state, item.resource) for item in tried.unmocked] == [("Save", WRITE)]
    assert f'"allow": ["{WRITE}"]' in tried.cause
    assert (world.called, list(tried.called)) == ([], [])


def test_no_catcher_takes_a_write_that_was_not_made():
    tried = run(given={"total": 500}, mocks={"Find": {"output": {}}})
    assert tried.error == "Automate.WriteNotAllowed"
    assert "Sorry" not in names(tried)
    assert tried.steps.named("Save#1").status == "FAILED"


def test_a_write_that_is_not_made_ends_what_is_around_it_too():
    each = {"StartAt": "Each", "States": {"Each": {
        "Type": "Map", "ItemsPath": "$", "End": True, "Retry": [{"ErrorEquals": ["States.ALL"]}],
        "ItemProcessor": {"StartAt": "S", "States": {"S": task(WRITE, End=True)}},
    }}}
    tried = run(definition=each, given=[1, 2])
    assert [(step.id, step.status) for step in tried.steps.steps] == [
        ("Each#1", "FAILED"), ("Each#1:0:S#1", "FAILED"), ("Each#1:1:S#1", "ABORTED"),
    ]


def test_a_write_that_is_allowed_by_name_is_made():
    world = World()
    tried = run("step", "Save", world=world, allow=[WRITE])
    assert (tried.status, tried.output) == ("SUCCEEDED", {"from": WRITE})
    assert world.called == [("Save", WRITE, {"a": {"total": 500}})]
    assert [(item.state, item.resource) for item in tried.called] == [("Save", WRITE)]


def test_a_name_allows_its_waiting_form_too():
    definition = {"StartAt": "S", "States": {"S": task(f"{WRITE}.waitForTaskToken", End=True)}}
    world = World()
    tried = run(definition=definition, world=world, allow=[WRITE])
    assert len(world.called) == 1
    assert (tried.status, tried.error) == ("RUNNING", "Automate.NoAnswer")
    assert "'S'" in tried.cause


def test_reads_are_made_when_they_are_wanted():
    world = World()
    assert run("step", "Find", world=world).error == "Automate.MockMissing"
    assert world.called == []
    assert run("step", "Find", world=world, use_reads=True).output["found"] == {"from": READ}
    assert len(world.called) == 1


def test_a_mock_is_before_what_is_allowed():
    world = World()
    tried = run("step", "Save", world=world, allow=[WRITE], mocks={"Save": {"output": "mocked"}})
    assert (tried.output, world.called) == ("mocked", [])


def test_a_mocked_error_takes_the_way_that_an_error_takes():
    tried = run("from", "Save", mocks={"Save": {"error": "CRM.Down", "cause": "maintenance"}})
    assert (tried.status, tried.error, names(tried)) == ("FAILED", "Sorry", ["Save", "Sorry"])
    caught = tried.steps.steps[0]
    assert (caught.status, caught.error, caught.cause) == ("CAUGHT", "CRM.Down", "maintenance")


def test_only_what_is_called_can_be_mocked():
    with pytest.raises(InvalidDocument, match="is a Choice: only what is called can be mocked") as caught:
        run(mocks={"Big?": {"output": 1}})
    assert caught.value.where == "mocks/Big?"


# ---------------------------------------------------------------- pins, variables, time


def test_a_pinned_state_is_not_run():
    world = World()
    tried = run(world=world, pins={"Find": {"total": 5, "pinned": True}}, mocks={})
    assert (tried.status, world.called) == ("SUCCEEDED", [])
    assert tried.steps.named("Find#1").output == {"total": 5, "pinned": True}
    assert "Save" not in names(tried)


def test_a_pin_inside_a_branch():
    tried = run("from", "Both", pins={"Both/0/L": "left"})
    assert tried.output == ["left", {"total": 500}]


def test_what_ends_cannot_be_pinned():
    with pytest.raises(InvalidDocument, match="is a Choice: its output cannot be pinned"):
        run(pins={"Big?": 1})


def test_variables_are_there_before_the_first_state():
    definition = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": {"Type": "Pass", "Output": "{% $x + 1 %}", "End": True},
    }}
    assert run(definition=definition, variables={"x": 41}).output == 42


def test_a_wait_takes_no_time():
    definition = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 86400, "End": True}}}
    clock = SkipClock()
    began = clock.now()
    assert run(definition=definition, clock=clock).status == "SUCCEEDED"
    assert clock.now() == began


class Ticking(SkipClock):
    """Every look at it takes a second."""

    def now(self):
        self.sleep(1.0)
        return super().now()


def test_a_loop_that_never_ends_is_left():
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}}
    tried = run(definition=definition, clock=Ticking(), seconds=10.0, kind="EXPRESS")
    assert (tried.status, tried.error) == ("TIMED_OUT_TEST", "Automate.TestTookTooLong")
    assert "10 s" in tried.cause


@pytest.mark.parametrize(("resource", "reads"), [
    ("arn:aws:states:::dynamodb:getItem", True), ("arn:aws:states:::aws-sdk:s3:listObjectsV2", True),
    ("arn:aws:states:::dynamodb:putItem", False), ("arn:aws:states:::lambda:invoke", False),
    ("arn:aws:states:::aws-sdk:sfn:describeExecution.sync", False), ("arn:aws:lambda:us-east-1:1:function:get", False),
    ("connector:crm:getItem", False), ("arn:aws:states:eu-west-1:123456789012:dynamodb:getItem", True),
    ("arn:aws:states:eu-west-1:123456789012:aws-sdk:s3:deleteObject", False),
])
def test_whether_an_aws_action_only_reads(resource, reads):
    assert aws_action_reads(resource) is reads
