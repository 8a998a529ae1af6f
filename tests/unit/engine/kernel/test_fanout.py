"""Parallel and Map: children, joins, cancellation."""

from __future__ import annotations

import pytest

from engine.kernel.fanout import MOST_OPEN
from engine.kernel.snapshot import Phase, Status
from engine.kernel.stimulus import MapRunErred, MapRunReturned, TaskReturned
from tests.support.stepping import START, Run, machine, task


@pytest.fixture(params=[False, True], ids=["warm", "cold"])
def cold(request):
    return request.param


def both(*branches, **fields):
    return {"Type": "Parallel", "Branches": list(branches), **fields}


def mapped(processor, **fields):
    return {"Type": "Map", "ItemProcessor": processor, **fields}


def test_outputs_come_in_the_order_of_the_branches(cold):
    run = Run(machine(("B", both(machine(("X", task())), machine(("Y", task()))))), cold=cold).start()
    assert [frame.path for frame in run.owed.scheduled] == ["/0", "/1"]
    run.succeed("y", "/1")
    assert run.snapshot.frames["/1"].phase is Phase.DONE
    run.succeed("x", "/0")
    assert run.snapshot.output == ["x", "y"]


def test_the_parents_frame_is_not_touched_between_opening_and_join():
    run = Run(machine(("M", mapped(machine(("T", task()))))), [1, 2, 3]).start()
    run.call("/1")
    stepped = run.feed(TaskReturned(**run.about("/1"), output=2))
    assert stepped.touched == {"/1"}
    done = run.snapshot.frames["/1"]
    assert (done.output, done.input, done.arguments) == (2, None, None)


def test_a_failing_branch_cancels_the_others_and_late_answers_are_ignored(cold):
    run = Run(machine(("B", both(machine(("X", task())), machine(("Y", task()))))), cold=cold).start()
    run.call("/0")
    late = TaskReturned(**run.about("/0"), output="late")
    run.err("Broken", "why", "/1")
    assert (run.snapshot.status, run.snapshot.error) == (Status.FAILED, "Broken")
    assert run.types[-4:] == ["TaskStateAborted", "TaskStateAborted", "ParallelStateFailed", "ExecutionFailed"]
    assert run.feed(late).ignored == (late,)


def test_a_caught_branch_leaves_nothing_behind(cold):
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Z"}]
    nested = both(machine(("X", task())), machine(("Deep", both(machine(("Y", task()))))), Catch=catch, Next="Z")
    run = Run(machine(("B", nested), ("Z", task())), cold=cold).start()
    late = TaskReturned(**run.about("/1/0"), output=1)
    stepped = run.err("Broken", None, "/0")
    assert set(run.snapshot.frames) == {""}
    assert stepped.removed == {"/0", "/1", "/1/0"}
    assert run.root.state == "Z"
    assert run.feed(late).ignored == (late,)


def test_a_retried_parallel_starts_all_its_branches_anew(cold):
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]
    run = Run(machine(("B", both(machine(("X", task())), machine(("Y", task())), Retry=retry))), cold=cold).start()
    first = run.snapshot.frames["/0"].visit
    run.err("Broken", None, "/1")
    assert (set(run.snapshot.frames), run.root.phase) == ({""}, Phase.BACKOFF)
    run.wait()
    assert run.snapshot.frames["/0"].visit > first
    run.succeed(1, "/0")
    run.succeed(2, "/1")
    assert run.snapshot.output == [1, 2]
    assert run.types.count("ParallelStateEntered") == 1
    assert run.types.count("ParallelStateStarted") == 2


@pytest.mark.parametrize(("fields", "opened"), [
    ({}, MOST_OPEN), ({"MaxConcurrency": 3}, 3), ({"MaxConcurrency": 0}, 40),
])
def test_an_inline_map_opens_only_so_many_iterations(fields, opened, cold):
    run = Run(machine(("M", mapped(machine(("T", task())), **fields))), list(range(50)), cold=cold).start()
    assert len(run.owed.scheduled) == opened
    run.succeed("first", "/1")
    assert [frame.path for frame in run.owed.scheduled][-1] == f"/{opened}"
    assert len(run.owed.scheduled) == opened


def test_a_map_gives_its_outputs_in_order_whatever_the_order_of_the_answers(cold):
    run = Run(machine(("M", mapped(machine(("T", task())), MaxConcurrency=2))), list("abcd"), cold=cold).start()
    while not run.snapshot.closed:
        frame = run.owed.scheduled[-1]
        run.succeed(frame.arguments.upper(), frame.path)
    assert run.snapshot.output == list("ABCD")


def test_an_empty_map_is_over_at_once():
    run = Run(machine(("M", mapped(machine(("T", task()))))), []).start()
    assert run.snapshot.output == []
    assert run.types[1:5] == ["MapStateEntered", "MapStateStarted", "MapStateSucceeded", "MapStateExited"]


def test_a_selector_sees_item_index_input_and_variables(cold):
    """The source is that of the developer guide, "Accessing execution data from the Context object"."""
    selector = {"item.$": "$$.Map.Item", "all.$": "$.rate", "x.$": "$x"}
    run = Run(machine(("A", {"Type": "Pass", "Assign": {"x": 9}}), ("M", mapped(
        machine(("P", {"Type": "Pass"})), ItemsPath="$.list", ItemSelector=selector))),
        {"list": ["a", "b"], "rate": 2}, cold=cold).start()
    assert run.snapshot.output == [
        {"item": {"Index": i, "Value": v, "Source": "STATE_DATA"}, "all": 2, "x": 9} for i, v in enumerate("ab")]


def test_iterations_see_outer_variables_and_keep_their_own(cold):
    inner = machine(("P", {"Type": "Pass", "Assign": {"own.$": "$"}}),
                    ("T", task(Parameters={"own.$": "$own", "outer.$": "$outer"})))
    run = Run(machine(("A", {"Type": "Pass", "Assign": {"outer": 1}}), ("M", mapped(inner))), [5, 6], cold=cold).start()
    assert [frame.arguments for frame in run.owed.scheduled] == [{"own": 5, "outer": 1}, {"own": 6, "outer": 1}]
    assert run.snapshot.frames["/0"].variables == {"own": 5}
    assert run.root.variables == {"outer": 1}


def test_a_failing_selector_fails_the_map_and_not_the_process():
    run = Run(machine(("M", mapped(machine(("P", {"Type": "Pass"})), ItemSelector={"a.$": "$.no"}))), [1, 2]).start()
    assert (run.snapshot.status, run.snapshot.error) == (Status.FAILED, "States.Runtime")


def test_what_is_no_list_cannot_be_mapped():
    run = Run(machine(("M", mapped(machine(("P", {"Type": "Pass"})), QueryLanguage="JSONata"))), {"a": 1}).start()
    assert run.snapshot.error == "States.QueryEvaluationError"
    assert run.snapshot.cause.endswith('Map state input must be an array but was: {"a":1}')
    assert run.types[-3:] == ["EvaluationFailed", "MapStateFailed", "ExecutionFailed"]


def test_links_between_the_events_of_a_map():
    run = Run(machine(("M", mapped(machine(("P", {"Type": "Pass"})), MaxConcurrency=1))), [1, 2]).start()
    links = {(event.type, event.id): event.previous for event in run.events}
    assert links["MapIterationStarted", 4] == 3
    assert links["MapIterationStarted", 8] == 6  # the last inner event, not MapIterationSucceeded
    assert links["MapStateSucceeded", 12] == 11
    assert links["MapStateExited", 13] == 11


def test_a_wide_map_of_pure_states_costs_no_more_per_item():
    run = Run(machine(("M", mapped(machine(("P", {"Type": "Pass"}))))), list(range(3000))).start()
    assert run.snapshot.output == list(range(3000))
    assert len(run.events) == 3000 * 4 + 6


# -------------------------------------------------------------------- distributed


RUN = mapped({"ProcessorConfig": {"Mode": "DISTRIBUTED"}, **machine(("P", {"Type": "Pass"}))}, Label="L")


def test_a_distributed_map_owes_a_map_run(cold):
    run = Run(machine(("M", RUN)), [1, 2], cold=cold).start()
    assert [frame.path for frame in run.owed.map_runs] == [""]
    assert (run.owed.scheduled, run.owed.due_at, run.owed.ready) == ((), None, False)
    assert run.events[-1].details["mapRunArn"].startswith("flow/L:")
    run.feed(MapRunReturned(**run.about(), output=["a", "b"]))
    assert run.snapshot.output == ["a", "b"]
    assert run.types[-4:] == ["MapRunSucceeded", "MapStateSucceeded", "MapStateExited", "ExecutionSucceeded"]
    assert run.events[-2].previous == 4  # MapRunStarted


def test_a_failed_map_run_can_be_retried(cold):
    run = Run(machine(("M", {**RUN, "Retry": [{"ErrorEquals": ["States.ALL"]}]})), [1], cold=cold).start()
    run.feed(MapRunErred(**run.about(), error="States.ItemReaderFailed", cause="gone"))
    assert run.root.due_at == START + 1
    assert run.owed.map_runs == ()
    run.wait()
    assert len(run.owed.map_runs) == 1
