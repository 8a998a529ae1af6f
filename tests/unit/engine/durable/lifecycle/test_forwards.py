"""Going on by another version: the plan, the change-over, and what it leaves as it was."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from engine.durable import codec
from engine.durable.lifecycle.forwards import VersionDoesNotFit
from engine.durable.lifecycle.redrives import ExecutionNotRedrivable
from engine.durable.views.ledger_facts import BEGINNING, Reading
from engine.durable.views.steps import steps_of
from engine.errors import NotFound
from engine.kernel.forward.check import At
from engine.ports.executions_index import ExecutionQuery
from engine.ports.tasks import TaskFailed
from tests.support.durable import TESTER, ScriptedTasks
from tests.support.redriving import BAD, A, B, C, called, failed, machine, redrive, task

FIRST = task(A, "Second", ResultPath="$.first")
OLD = machine(First=FIRST, Second=task(B, "Third"), Third=task(C))
MENDED = machine(First=FIRST, Second=task(C, "Third"), Third={"Type": "Pass", "End": True})


def stopped(old=OLD, new=MENDED, tasks=None, given=None, **more):
    """An execution of version 1 that has failed, and version 2."""
    tasks = tasks or ScriptedTasks({A: [{"a": 1}], B: [BAD], C: [{"c": 3}]})
    product, key = failed(old, tasks, {"order": 7} if given is None else given, **more)
    product.published.publish(new)
    return product, key


def forward(product, key, version=2, **more):
    return product.executions.forward(key, version, actor=TESTER, **more)


def test_it_goes_on_by_the_new_version_where_it_stood():
    product, key = stopped()
    again = forward(product, key)
    assert (again.status, again.version, again.redrives) == ("RUNNING", 2, 1)
    product.drain()
    after = product.describe(key)
    assert (after.status, after.output) == ("SUCCEEDED", {"c": 3})
    assert called(product) == ["a", "b", "c"]
    assert product.tasks.calls[2].version == 2
    [change] = after.changeovers
    assert (change.from_version, change.to_version, change.by) == (1, 2, TESTER.name)
    assert change.from_digest != change.to_digest == after.definition_digest
    events = product.executions.history(key)
    [event] = [event for event in events if event["type"] == "ExecutionVersionChanged"]
    assert event["id"] == change.event
    assert events[event["id"] - 2]["type"] == "ExecutionRedriven"
    assert event["executionVersionChangedEventDetails"] == {"fromVersion": 1, "toVersion": 2, "by": TESTER.name}
    assert [after.digest_at(number) for number in (1, change.event - 1, change.event)] == [
        change.from_digest, change.from_digest, change.to_digest]


def test_header_and_list_say_by_which_version_it_runs():
    product, key = stopped()
    forward(product, key)
    for _ in range(2):
        header = product.stores.journal.header(key)
        [row] = product.stores.index.query(ExecutionQuery("default")).rows
        assert (header.version, row.version) == (2, 2)
        product.drain()


def test_the_new_versions_time_out_counts():
    product, key = stopped(new={**MENDED, "TimeoutSeconds": 50, "States": {
        **MENDED["States"], "Second": {"Type": "Wait", "Seconds": 100, "Next": "Third"}}})
    with pytest.raises(VersionDoesNotFit, match="is a Task and a Wait"):
        forward(product, key)
    forward(product, key, at=At("Second"))
    product.drain()
    assert product.describe(key).status == "TIMED_OUT"


def test_a_redrive_without_a_version_writes_what_it_always_did():
    """The change of version leaves no trace in who never makes one."""
    product, key = stopped(tasks=ScriptedTasks({A: [{}], B: [BAD, {}], C: [{}]}))
    redrive(product, key)
    [*_, last] = product.stores.journal.load(key).segments
    body = json.dumps(codec.unpack(last.body))
    assert "onto" not in body
    assert "changeovers" not in body
    assert codec.unpack(last.body)["v"] == 3
    product.drain()
    assert product.describe(key).version == 1
    assert "ExecutionVersionChanged" not in product.events(key)


def test_it_may_change_again_and_back():
    product, key = stopped(tasks=ScriptedTasks({A: [{}], B: [BAD, {"b": 2}], C: [BAD, {"c": 3}]}))
    forward(product, key)
    product.drain()
    assert product.describe(key).status == "FAILED"
    forward(product, key, 1)
    product.drain()
    after = product.describe(key)
    assert (after.status, after.version) == ("SUCCEEDED", 1)
    assert [(each.from_version, each.to_version) for each in after.changeovers] == [(1, 2), (2, 1)]


# ---------------------------------------------------------------- bad input: a clear answer, nothing written


def written(product, key):
    return product.executions.written(key), product.stores.journal.header(key), product.events(key)


def refused(product, key, error, match, version=2, **more):
    before = written(product, key)
    with pytest.raises(error, match=match):
        forward(product, key, version, **more)
    assert written(product, key) == before


def test_a_version_that_is_not_there():
    refused(*stopped(), NotFound, "no version 9", 9)


def test_the_version_it_runs_by():
    refused(*stopped(), VersionDoesNotFit, "runs by that already", 1)


def test_the_same_definition_under_another_number():
    product, key = stopped(new=OLD)
    refused(product, key, VersionDoesNotFit, "the definition of version 2 already")


def test_one_that_succeeded():
    product, key = stopped(tasks=ScriptedTasks({A: [{}], B: [BAD, {}], C: [{}]}))
    redrive(product, key)
    product.drain()
    refused(product, key, ExecutionNotRedrivable, "it is SUCCEEDED")


def test_one_that_goes_on_elsewhere():
    product, key = stopped()
    redrive(product, key)
    refused(product, key, ExecutionNotRedrivable, "going on already|it is RUNNING")


def test_asked_twice_it_happens_once():
    product, key = stopped()
    forward(product, key)
    refused(product, key, ExecutionNotRedrivable, "it is RUNNING|going on already")
    product.drain()
    assert product.events(key).count("ExecutionVersionChanged") == 1
    assert called(product) == ["a", "b", "c"]


def test_an_express_version():
    product, key = failed(OLD, ScriptedTasks({A: [{"a": 1}], B: [BAD]}), {})
    product.published.publish(MENDED, kind="EXPRESS")
    refused(product, key, VersionDoesNotFit, "is of the kind EXPRESS")
    with pytest.raises(VersionDoesNotFit) as caught:
        product.executions.forward(key, 2, actor=TESTER)
    assert caught.value.advice == "Name another version, or redrive it without one."


def test_a_state_that_is_not_there():
    gone = machine(First=FIRST | {"Next": "Other"}, Other=task(C))
    product, key = stopped(new=gone)
    refused(product, key, VersionDoesNotFit, "'Second', which the new version has not")
    refused(product, key, VersionDoesNotFit, "no state 'Nowhere'", at=At("Nowhere"))
    forward(product, key, at=At("Other", ({"given": 1},)))
    product.drain()
    assert product.tasks.calls[-1].arguments == {"given": 1}
    assert product.describe(key).status == "SUCCEEDED"


def test_after_its_term():
    product, key = stopped()
    product.clock.sleep(15 * 86400)
    refused(product, key, ExecutionNotRedrivable, "could be redriven until")


# ---------------------------------------------------------------- what is doubtful


def shown(product, key):
    return {step.id: str(step.status) for step in steps_of(product.executions.events(key, most=999)).steps}


def test_a_state_that_failed_is_shown_so_until_it_begins_again():
    product, key = stopped(new={**OLD, "Comment": "the same"})
    forward(product, key)
    assert shown(product, key) == {"First#1": "SUCCEEDED", "Second#1": "FAILED"}


@pytest.mark.parametrize("twice", [False, True])
def test_a_state_that_is_entered_anew_is_shown_at_the_top_and_what_was_dropped_as_it_ended(twice):
    fan = {"Type": "Parallel", "Branches": [machine(L=task(A)), machine(R=task(B))], "Next": "Third"}
    new = machine(First=task(A, "Third"), Third={"Type": "Pass", "Next": "Last"}, Last=task(C))
    product, key = stopped(machine(First=task(A, "Fan"), Fan=fan, Third=task(C)), new)
    forward(product, key, at=At("Third"))
    if twice:  # stopped before it was entered
        product.executions.stop(key, actor=TESTER)
        product.drain()
        product.published.publish({**new, "Comment": "again"})
        forward(product, key, 3)
    product.drain()
    assert shown(product, key) == {
        "First#1": "SUCCEEDED", "Fan#1": "FAILED", "Fan#1:0:L#1": "SUCCEEDED", "Fan#1:1:R#1": "FAILED",
        "Third#1": "SUCCEEDED", "Last#1": "SUCCEEDED",
    }
    edges = steps_of(product.executions.events(key, most=999)).edges
    assert edges == (("First#1", "Fan#1"), ("Third#1", "Last#1"))


def test_what_is_doubtful_has_to_be_accepted():
    new = machine(First=FIRST, Second=task(C, "Third"), Third={
        "Type": "Choice", "Choices": [{"Variable": "$.c", "NumericEquals": 3, "Next": "Use"}], "Default": "End"},
        Use={"Type": "Pass", "Parameters": {"sum.$": "$sum"}, "End": True}, End={"Type": "Succeed"})
    product, key = stopped(new=new)
    plan = product.executions.forward_plan(key, 2)
    assert plan.fits
    assert [doubt.place for doubt in plan.doubts] == ["/States/Use/Parameters/sum.$"]
    refused(product, key, VersionDoesNotFit, "may not be able to")
    forward(product, key, accept=True)


def test_a_call_of_which_nobody_knows_is_named():
    lost = TaskFailed("Demo.Lost", "?", definite=False)
    product, key = stopped(tasks=ScriptedTasks({A: [{}], B: [lost], C: [{}]}))
    plan = product.executions.forward_plan(key, 2)
    assert [doubt.place for doubt in plan.doubts] == ["/States/Second/Resource"]
    plan = product.executions.forward_plan(key, 2, at=At("Third"))
    assert "had its effect" in plan.doubts[0].message


@pytest.mark.parametrize("says", ["the connector", "the document"])
def test_a_call_of_which_nobody_knows_is_named_where_it_is_made_at_most_once(says):
    """Its key helps nothing: the service may do it again."""
    once = {"at_most_once": ("Second",)} if says == "the document" else {}
    lost = TaskFailed("Demo.Lost", "?", definite=False)
    tasks = ScriptedTasks({A: [{}], B: [lost, {}]}, at_most_once=() if once else (B,))
    product, key = failed(OLD, tasks, {"order": 7}, **once)
    product.published.publish({**OLD, "Comment": "the same"}, **once)
    plan = product.executions.forward_plan(key, 2)
    assert [doubt.place for doubt in plan.doubts] == ["/States/Second"]
    assert "at most once" in plan.doubts[0].message
    refused(product, key, VersionDoesNotFit, "may not be able to")
    forward(product, key, accept=True)


def test_what_changed_of_states_that_have_run_is_listed():
    new = machine(First=FIRST | {"ResultPath": "$.one"}, Second=task(C, "Third"), Third={"Type": "Pass", "End": True})
    product, key = stopped(new=new)
    plan = product.executions.forward_plan(key, 2)
    assert (plan.fits, plan.doubts) == (True, ())
    assert [change.place for change in plan.changed] == ["/States/First"]


# ---------------------------------------------------------------- Parallel, Map, distributed Map


def fan_out(state, **more):
    return machine(Out={**state, **more, "Next": "Last"}, Last={"Type": "Pass", "End": True})


def test_branches_that_succeeded_keep_their_results():
    def parallel(second, name="Two"):
        return fan_out({"Type": "Parallel", "Branches": [machine(One=task(A)), machine(**{name: second})]})

    product, key = stopped(parallel(task(B)), parallel(task(C)))
    forward(product, key)
    product.drain()
    assert product.describe(key).output == [{"a": 1}, {"c": 3}]
    assert called(product) == ["a", "b", "c"]
    product, key = stopped(parallel(task(B)), parallel(task(C), "Renamed"))
    refused(product, key, VersionDoesNotFit, "'Two', which the new version has not")
    more = fan_out({"Type": "Parallel", "Branches": [machine(One=task(A)), machine(Two=task(B)), machine(Six=task(C))]})
    product, key = stopped(parallel(task(B)), more)
    refused(product, key, VersionDoesNotFit, "has begun with 2 branches, and has 3")


def test_the_end_of_a_branch_that_is_done_may_be_gone():
    old = fan_out({"Type": "Parallel", "Branches": [machine(One=task(A)), machine(Two=task(B))]})
    new = fan_out({"Type": "Parallel", "Branches": [machine(Uno=task(C)), machine(Two=task(C))]})
    product, key = stopped(old, new)
    forward(product, key)
    product.drain()
    assert product.describe(key).output == [{"a": 1}, {"c": 3}]
    assert called(product) == ["a", "b", "c"]


def test_the_end_of_a_branch_that_is_done_may_be_gone_though_it_fails_once_more():
    def parallel(first, second):
        return fan_out({"Type": "Parallel", "Branches": [machine(**{first: task(A)}), machine(Two=task(second))]})

    tasks = ScriptedTasks({A: [{"a": 1}], B: [BAD], C: [BAD, {"c": 3}]})
    product, key = stopped(parallel("One", B), parallel("Uno", C), tasks)
    forward(product, key)
    product.drain()
    assert product.describe(key).status == "FAILED"
    redrive(product, key)
    product.drain()
    assert product.describe(key).output == [{"a": 1}, {"c": 3}]
    assert called(product) == ["a", "b", "c", "c"]


def test_a_fan_out_that_could_not_be_joined_joins_by_the_new_version():
    branches = [machine(One=task(A)), machine(Two=task(C))]
    old = fan_out({"Type": "Parallel", "Branches": branches}, ResultPath="$.order.out")
    new = fan_out({"Type": "Parallel", "Branches": branches}, ResultPath="$.out")
    product, key = stopped(old, new)
    forward(product, key)
    product.drain()
    assert product.describe(key).output == {"order": 7, "out": [{"a": 1}, {"c": 3}]}
    assert called(product) == ["a", "c"]


@pytest.mark.parametrize("mode", [{}, {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}])
def test_items_that_succeeded_keep_their_results(mode):
    def a_map(resource, **more):
        return fan_out({"Type": "Map", "ItemsPath": "$.items", **more,
                        "ItemProcessor": {**mode, **machine(Each=task(resource))}})

    tasks = ScriptedTasks({B: [lambda call: BAD if call.arguments == 2 else {"was": call.arguments}]})
    product, key = stopped(a_map(B), a_map(C), tasks, {"items": [1, 2, 3]})
    done = {call.arguments for call in product.tasks.calls if call.arguments != 2}
    forward(product, key)
    product.drain()
    after = product.describe(key)
    assert after.status == "SUCCEEDED"
    assert after.output == [{"was": 1} if 1 in done else 1, 2, {"was": 3} if 3 in done else 3]
    calls = [(call.resource, call.arguments) for call in product.tasks.calls]
    assert len(calls) == len(set(calls))
    assert {number for resource, number in calls if resource == C} == {1, 2, 3} - done


def test_an_item_of_a_map_run_that_does_not_fit_is_named():
    def a_map(resource, name):
        return fan_out({"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **machine(**{name: task(resource)})
        }})

    product, key = stopped(a_map(B, "Each"), a_map(C, "Other"), None, {"items": [1, 2]})
    plan = product.executions.forward_plan(key, 2)
    assert plan.refusals
    assert {finding.place for finding in plan.refusals} == {"/States/Out/ItemProcessor/States"}
    assert all(finding.execution for finding in plan.refusals)
    plan = product.executions.forward_plan(key, 2, at=At("Last"))
    assert plan.fits, "who enters a state anew leaves the items where they are"
    assert ["Map Run" in note.message for note in plan.notes] == [True]


def items_of(**each):
    """A distributed Map whose items run one Task with these fields."""
    return fan_out({"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **machine(Each=task(B, **each))}})


@pytest.mark.parametrize(("member", "fits"), [("sku", True), ("name", False)])
def test_an_item_sees_its_own_input_as_the_executions(member, fits):
    new = items_of(Parameters={"a.$": f"$$.Execution.Input.{member}"})
    product, key = stopped(items_of(), new, None, {"items": [{"sku": 1}], "name": "of the parent"})
    plan = product.executions.forward_plan(key, 2)
    at = "/States/Out/ItemProcessor/States/Each/Parameters/a.$"
    assert [(one.place, bool(one.execution)) for one in plan.refusals] == ([] if fits else [(at, True)])


@pytest.mark.parametrize("around", [0, 1])
@pytest.mark.parametrize(("handles", "refused"), [
    ({}, True), ({"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Last"}]}, False),
    ({"Retry": [{"ErrorEquals": ["States.ALL"]}]}, False), ({"ToleratedFailureCount": 1}, False),
])
def test_what_fails_in_an_item_may_be_taken_by_what_stands_around_it(handles, refused, around):
    def definition(read, **more):
        run = items_of(Parameters={"a.$": read})
        if not around:
            run["States"]["Out"] |= more
            return run
        inner = {"StartAt": "Out", "States": {"Out": {**run["States"]["Out"], "End": True}}}
        del inner["States"]["Out"]["Next"]
        inner["States"]["Out"] |= {name: value for name, value in more.items() if name == "ToleratedFailureCount"}
        caught = {name: value for name, value in more.items() if name != "ToleratedFailureCount"}
        return machine(Both={"Type": "Parallel", "Branches": [inner], "Next": "Last", **caught},
                       Last={"Type": "Pass", "End": True})

    old = definition("$.sku", **({} if "ToleratedFailureCount" not in handles else handles))
    product, key = stopped(old, definition("$.no", **handles), None, {"items": [{"sku": 1}, {"sku": 2}]})
    plan = product.executions.forward_plan(key, 2)
    assert (len(plan.refusals), len(plan.doubts)) == ((2, 0) if refused else (0, 2))


@pytest.mark.parametrize("once", [True, False])
def test_a_call_of_an_item_of_which_nobody_knows_is_in_doubt_where_it_is_made_at_most_once(once):
    lost = TaskFailed("Demo.Lost", "?", definite=False)
    tasks = ScriptedTasks({B: [lost] * 2}, at_most_once=(B,) if once else ())
    product, key = stopped(items_of(), items_of(Comment="the same"), tasks, {"items": [{"sku": 1}]})
    plan = product.executions.forward_plan(key, 2)
    assert plan.fits
    assert [bool(one.execution) for one in plan.doubts] == ([True] if once else [])


def test_what_changed_of_states_that_items_have_run_is_listed_once():
    def a_map(comment):
        return fan_out({"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            **machine(Wrap={"Type": "Pass", "Comment": comment, "Next": "Each"}, Each=task(B))}})

    product, key = stopped(a_map("old"), a_map("new"), None, {"items": [1, 2]})
    [change] = product.executions.forward_plan(key, 2).changed
    assert (change.place, change.execution) == ("/States/Out/ItemProcessor/States/Wrap", "")


def test_a_writer_that_dies_before_the_header_leaves_one_that_is_asked_again():
    """Segment, then header: the snapshot has the version, and whoever asks again finishes what was begun."""
    product, key = stopped()

    class Dies:
        def __init__(self, journal):
            self._journal = journal

        def __getattr__(self, name):
            return getattr(self._journal, name)

        def update_headers(self, changes):
            raise KeyboardInterrupt

    product.wrap = lambda name, port: Dies(port) if name == "journal" else port
    with pytest.raises(KeyboardInterrupt):
        forward(product, key)
    product.wrap = lambda _name, port: port
    assert product.stores.journal.header(key).version == 1
    assert product.describe(key).version == 2
    with pytest.raises(ExecutionNotRedrivable, match="going on already"):
        forward(product, key, 1)
    forward(product, key)
    assert product.stores.journal.header(key).version == 2
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"
    assert product.events(key).count("ExecutionVersionChanged") == 1


def test_a_plain_redrive_finishes_it_too():
    product, key = stopped()
    journal = product.stores.journal
    loaded = journal.load(key)
    forward(product, key)
    journal._headers[key] = loaded.header
    redrive(product, key)
    assert journal.header(key).version == 2
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"


@pytest.mark.parametrize("leaves", [True, False])
def test_what_changed_of_states_that_items_which_succeeded_may_have_run_is_listed(leaves):
    """Their histories are their own: a run that is over, or has some that succeeded."""
    def a_map(comment, resource):
        run = fan_out({"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            **machine(Wrap={"Type": "Pass", "Comment": comment, "Next": "Each"}, Each=task(A))}})
        return {**run, "States": {**run["States"], "Last": task(resource)}}

    fails = [{}] if leaves else [{}, BAD]
    product, key = stopped(
        a_map("old", B), a_map("new", C), ScriptedTasks({A: fails, B: [BAD]}), {"items": [1, 2]})
    assert ("Last" in json.dumps(product.executions.history(key))) is leaves
    [change] = product.executions.forward_plan(key, 2).changed
    assert change.place == "/States/Out/ItemProcessor/States/Wrap"
    assert "may have run in an item as it was before" in change.message


def behind(product, key, known):
    """The header of `key` names the version of `known`, as though whoever changed it had died before the header."""
    headers = product.stores.journal._headers
    headers[key] = replace(headers[key], version=known.version, definition_digest=known.definition_digest)


def effects(product, key):
    reading = Reading(product.tasks.policy, lambda _state, value: repr(value), lambda _state, value: value)
    return product.executions.effects(key, reading, after=BEGINNING, most=9)


def test_of_a_header_that_is_behind_the_snapshot_is_believed():
    product, key = stopped(tasks=ScriptedTasks({A: [{}], B: [BAD], C: [BAD, {"c": 3}]}))
    before = product.stores.journal.header(key)
    product.published.publish({**MENDED, "Comment": "the third"})
    forward(product, key)
    product.drain()
    ledger = effects(product, key)
    behind(product, key, before)
    refused(product, key, VersionDoesNotFit, "runs by that already", 2)
    assert product.executions.forward_plan(key, 1).fits
    assert effects(product, key) == ledger
    forward(product, key, 3)
    assert [(each.from_version, each.to_version) for each in product.describe(key).changeovers] == [(1, 2), (2, 3)]


def test_of_an_items_header_that_is_behind_its_snapshot_is_believed():
    """It stands in a state that only the version in between has."""
    def run(**states):
        return fan_out({"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **machine(**states)}})

    tasks = ScriptedTasks({B: [BAD, {}], C: [BAD, BAD, {"c": 3}]})
    each = task(B, "New")
    product, key = stopped(run(Each=task(B)), run(Each=each, New=task(C)), tasks, {"items": [1]})
    [item] = [other for other in product.stores.journal._headers if other != key]
    before = product.stores.journal.header(item)
    forward(product, key)
    product.drain()
    second = product.stores.journal.header(item)
    behind(product, item, before)
    product.published.publish(run(Each=each, New=task(C, Comment="the third")))
    assert product.executions.forward_plan(key, 3).fits
    forward(product, key, 3)
    product.drain()
    behind(product, item, second)
    forward(product, key, 2)
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"
    assert [each.to_version for each in product.describe(item).changeovers] == [2, 3, 2]
