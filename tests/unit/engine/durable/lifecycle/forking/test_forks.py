"""Forks: what they are answered with, what they may call, what they leave as it is."""

from __future__ import annotations

import pytest

from engine.durable import codec
from engine.durable.lifecycle.forking.forks import ExecutionNotForkable, Wanted
from engine.durable.lifecycle.forking.recording import NotReached
from engine.durable.lifecycle.forking.running import Calls
from engine.durable.lifecycle.forwards import VersionDoesNotFit
from engine.durable.lifecycle.redrives import ExecutionNotRedrivable
from engine.durable.views import ledger_facts
from engine.errors import InvalidDocument, NotFound
from engine.ports.executions_index import ExecutionQuery
from engine.ports.tasks import TaskFailed, TaskPolicy
from tests.support.durable import TESTER, Product, ScriptedTasks, ticking
from tests.support.redriving import A, B, C, machine, task

READ = "connector:demo:read"
ROW = machine(First=task(A, "Second"), Second=task(B, "Third"), Third=task(C))


def ended(definition=ROW, given=None, tasks=None, **more):
    product = Product(definition, tasks or ScriptedTasks({A: [{"a": 1}], B: [{"b": 2}], C: [{"c": 3}]}), **more)
    key = product.start({"order": 7} if given is None else given)
    product.drain()
    product.tasks.calls.clear()
    return product, key


def entered(product, key, state):
    """The event of the last entry into the state."""
    return [
        event["id"] for event in product.executions.history(key)
        if event.get("stateEnteredEventDetails", {}).get("name") == state
    ][-1]


def fork(product, key, at, *, version=None, tasks=None, **more):
    given = (more.pop("given"),) if "given" in more else None
    event = at if isinstance(at, int) else entered(product, key, at)
    calls = Calls(tasks or product.tasks, lambda resource: resource == READ, **more)
    return product.executions.fork(key, Wanted(event, "me", given), calls, version=version)


def called(product):
    return [call.state for call in product.tasks.calls]


# ---------------------------------------------------------------- from the record


@pytest.mark.parametrize("event", range(1, 18))
def test_at_every_event_it_is_the_original_and_calls_nothing(event):
    product, key = ended()
    made = fork(product, key, event)
    was = product.describe(key)
    assert (made.status, made.output, made.input) == ("SUCCEEDED", {"c": 3}, was.input)
    assert product.executions.history(made.key) == product.executions.history(key)
    assert called(product) == []
    assert made.key.fork_of == made.fork.original == key.id
    assert made.fork.event <= event
    assert made.started_at == made.ended_at == product.clock.now()


def test_a_long_run_of_states_that_call_nothing_is_cut_as_its_worker_cut_it():
    product, key = ended({"QueryLanguage": "JSONata", **machine(
        Begin={"Type": "Pass", "Assign": {"n": 0}, "Next": "Count"},
        Count={"Type": "Pass", "Assign": {"n": "{% $n + 1 %}", "any": "{% $random() %}"}, "Next": "Enough"},
        Enough={"Type": "Choice", "Choices": [{"Condition": "{% $n < 450 %}", "Next": "Count"}], "Default": "Last"},
        Last={"Type": "Pass", "Output": "{% $any %}", "End": True})})
    events = product.executions.history(key, limit=10_000)
    for event in (1, 700, len(events)):
        made = fork(product, key, event)
        assert (made.status, made.output) == ("SUCCEEDED", product.describe(key).output)
        assert product.executions.history(made.key, limit=10_000) == events


def test_states_with_much_in_them_are_cut_sooner_as_their_worker_cut_them():
    product, key = ended({"QueryLanguage": "JSONata", **machine(
        Count={"Type": "Pass", "Output": {"n": "{% $states.input.n + 1 %}", "text": "{% $states.input.text %}",
                                          "any": "{% $random() %}"}, "Next": "Enough"},
        Enough={"Type": "Choice", "Choices": [{"Condition": "{% $states.input.n < 40 %}", "Next": "Count"}],
                "Default": "Last"},
        Last=task(A))}, {"n": 0, "text": "x" * 9_000}, backend=ticking())
    events = product.executions.history(key, limit=10_000)
    for event in (1, 60, len(events)):
        made = fork(product, key, event)
        assert made.status == "SUCCEEDED", made.cause
        assert product.executions.history(made.key, limit=10_000) == events
    assert called(product) == []
    assert effects(product, fork(product, key, 1).key) == [("Last", "RECORDED")]


def test_what_waited_waits_no_more():
    product, key = ended(machine(Wait={"Type": "Wait", "Seconds": 4000, "Next": "Last"}, Last=task(A)))
    at = product.clock.now()
    assert fork(product, key, 1).status == "SUCCEEDED"
    assert product.clock.now() == at


def test_a_failure_is_on_record_and_so_are_its_retries():
    retried = task(A, Retry=[{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}])
    answers = [TaskFailed("Odd"), TaskFailed("Odd", definite=False), {"a": 1}]
    product, key = ended(machine(First=retried), tasks=ScriptedTasks({A: answers}))
    made = fork(product, key, "First")
    assert (made.status, made.output) == ("SUCCEEDED", {"a": 1})
    assert product.executions.history(made.key) == product.executions.history(key)


def test_what_nobody_answered_ends_it_as_it_did_the_original():
    product = Product(machine(First=task(f"{A}.waitForTaskToken", Parameters={"t.$": "$$.Task.Token"})))
    key = product.start({})
    product.drain()
    made = fork(product, key, 1)
    assert (made.status, made.error) == ("ABORTED", "Automate.NotOnRecord")
    product.executions.stop(key, error="Enough", cause="why", actor=TESTER)
    product.drain()
    made = fork(product, key, 1)
    assert (made.status, made.error, made.cause) == ("ABORTED", "Enough", "why")


def test_a_token_that_was_answered_is_answered_and_the_originals_stays():
    product = Product(machine(First=task(f"{A}.waitForTaskToken", "Second", Parameters={"t.$": "$$.Task.Token"}),
                              Second=task(f"{B}.waitForTaskToken", Parameters={"t.$": "$$.Task.Token"})))
    key = product.start({})
    product.drain()
    product.executions.answers.send_task_success(product.tasks.calls[0].task_token, {"one": 1})
    product.drain()
    fork(product, key, 1)
    fork(product, key, "Second", given={"other": 1})
    assert called(product) == ["First", "Second"]
    product.executions.answers.send_task_success(product.tasks.calls[1].task_token, {"two": 2})
    product.drain()
    assert product.describe(key).output == {"two": 2}
    made = fork(product, key, 1, given={"changed": True})
    assert (made.status, made.output) == ("SUCCEEDED", {"two": 2}), "the token in the arguments is no difference"


def test_children_are_on_record_and_are_not_touched():
    each = {"Type": "Map", "End": True, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **machine(Work=task(A))}}
    product, key = ended(machine(Each=each), [1, 2, 3], ScriptedTasks({A: [lambda call: call.arguments * 2]}))
    assert product.describe(key).output == [2, 4, 6]
    headers = {row.key for row in product.executions.page(ExecutionQuery("default")).rows}
    made = fork(product, key, 1)
    assert (made.status, made.output) == ("SUCCEEDED", [2, 4, 6])
    assert product.executions.history(made.key) == product.executions.history(key)
    product.drain()
    assert called(product) == []
    assert {row.key for row in product.executions.page(ExecutionQuery("default")).rows} == headers | {made.key}
    other = fork(product, key, 1, given=[1, 2])
    assert (other.status, other.error) == ("ABORTED", "Automate.NotOnRecord")
    assert "'Each'" in other.cause


# ---------------------------------------------------------------- what is different


def test_another_input_and_what_is_not_on_record_is_refused_by_name():
    guarded = task(B, "Third", Retry=[{"ErrorEquals": ["States.ALL"]}],
                   Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Third"}])
    product, key = ended(machine(First=task(A, "Second"), Second=guarded, Third=task(C)))
    made = fork(product, key, "Second", given={"a": 5})
    assert (made.status, made.error) == ("ABORTED", "Automate.WriteNotAllowed")
    assert "'Second'" in made.cause
    assert B in made.cause
    assert called(product) == []
    assert made.fork.given


def test_a_write_that_is_allowed_is_made_once_in_the_forks_own_name():
    product, key = ended()
    made = fork(product, key, "Second", given={"a": 5}, allow=["Second"])
    assert (made.status, made.output) == ("SUCCEEDED", {"c": 3})
    [call] = product.tasks.calls
    assert (call.state, call.arguments, call.execution_id) == ("Second", {"a": 5}, made.key.id)
    assert call.idempotency_key.startswith(f"{made.key.id}:")
    assert made.fork.allow == ("Second",)


READING = ledger_facts.Reading(lambda _: TaskPolicy(), lambda _, value: str(value), lambda _, value: value)


def effects(product, key):
    """(state, what came of it) of each call in the fork's ledger."""
    page = product.executions.effects(key, READING, after=ledger_facts.BEGINNING, most=10)
    return [(row.state, str(row.outcome)) for row in page.effects]


def only_fork(product, key):
    [row] = product.executions.page(ExecutionQuery("default", name=key.forks)).rows
    return row.key


@pytest.mark.parametrize("dies_in", ["Second", "Third"])
def test_a_process_that_dies_in_a_real_call_leaves_a_fork_that_says_so(dies_in):
    product, key = ended()

    def dies(call):
        assert effects(product, only_fork(product, key))[-1] == (call.state, "UNKNOWN"), "before the call is made"
        raise KeyboardInterrupt

    product.tasks.answers[B] = [dies] if dies_in == "Second" else [{"b": "another"}]
    product.tasks.answers[C] = [dies]
    with pytest.raises(KeyboardInterrupt):
        fork(product, key, "Second", given={"a": 5}, allow=["Second", "Third"])
    left = product.describe(only_fork(product, key))
    assert (left.status, left.error, left.fork.given) == ("ABORTED", "Automate.ForkInterrupted", True)
    assert f"'{dies_in}'" in left.cause
    assert effects(product, left.key) == {
        "Second": [("Second", "UNKNOWN")], "Third": [("Second", "DONE"), ("Third", "UNKNOWN")],
    }[dies_in]
    product.drain()
    assert called(product)[-1] == dies_in, "nobody goes on with it"
    assert product.stores.journal.due(float("inf")) == []


def test_the_answer_of_a_call_beside_it_is_kept_when_the_process_dies_in_the_next():
    product, key = ended(machine(Both={"Type": "Parallel", "End": True, "Branches": [
        machine(One=task(A)), machine(Two=task(B)),
    ]}))

    def dies(_call):
        raise KeyboardInterrupt

    product.tasks.answers[B] = [dies]
    with pytest.raises(KeyboardInterrupt):
        fork(product, key, 1, given={"order": 8}, allow=["One", "Two"])
    assert effects(product, only_fork(product, key)) == [("One", "DONE"), ("Two", "UNKNOWN")]


def test_a_fork_that_is_erased_while_it_calls_is_not_written_again():
    product, key = ended()
    def erased(call):
        product.stores.journal._headers.pop(only_fork(product, key))
        return call.arguments

    product.tasks.answers[B] = [erased]
    with pytest.raises(NotFound, match="deleted while the fork ran"):
        fork(product, key, "Second", given={"a": 5}, allow=["Second"])
    assert product.stores.journal.header(only_fork(product, key)) is None


def test_what_is_on_record_is_not_called_though_it_is_allowed():
    product, key = ended()
    assert fork(product, key, 1, allow=["First", "Second", "Third"]).status == "SUCCEEDED"
    assert called(product) == []


def test_reads_are_called_where_that_is_chosen():
    definition = machine(Look=task(READ, "Last", ResultPath="$.found"), Last=task(A))
    product, key = ended(definition, tasks=ScriptedTasks({READ: [1], A: [{"a": 1}]}))
    product.tasks.answers[READ] = [2]
    assert fork(product, key, 1).output == {"a": 1}
    assert called(product) == []
    made = fork(product, key, 1, use_reads=True)
    assert called(product) == ["Look"]
    assert made.error == "Automate.WriteNotAllowed", "the read found something else, so the write is another one"
    refused = fork(product, key, 1, given={"another": 1})
    assert (refused.error, called(product)) == ("Automate.ReadNotAllowed", ["Look"])


def test_a_job_that_is_not_on_record_is_not_begun_though_it_is_allowed():
    product, key = ended(machine(First=task("arn:aws:states:::batch:submitJob.sync", Parameters={
        "JobName.$": "$.j", "JobQueue": "q", "JobDefinition": "d"})), {"j": "one"})
    made = fork(product, key, 1, given={"j": "two"}, allow=["First"])
    assert (made.error, called(product)) == ("Automate.NotOnRecord", [])


BRANCHES = {"Type": "Parallel", "End": True, "Branches": [
    machine(One={"Type": "Pass", "Next": "Two"}, Two=task(A)), machine(Other={"Type": "Pass", "End": True}),
]}


def test_an_input_comes_to_the_branch_that_is_named_though_another_has_not_begun():
    product, key = ended(machine(Both=BRANCHES))
    at = entered(product, key, "Two")
    assert at < entered(product, key, "Other")
    made = fork(product, key, at, given={"mine": 1}, allow=["Two"])
    assert [call.arguments for call in product.tasks.calls] == [{"mine": 1}]
    assert (made.status, made.output) == ("SUCCEEDED", [{"a": 1}, {"order": 7}])


WAITS = {"Type": "Map", "End": True, "ItemProcessor": machine(
    Wait={"Type": "Wait", "Seconds": 9, "Next": "Between"}, Between={"Type": "Pass", "Next": "Work"}, Work=task(A))}


@pytest.mark.parametrize("item", [0, 1, 2])
@pytest.mark.parametrize("state", ["Between", "Work"])
def test_branches_whose_timers_came_due_at_one_moment(item, state):
    product, key = ended(machine(Each=WAITS), [1, 2, 3], ScriptedTasks({A: [lambda call: call.arguments * 2]}))
    events = product.executions.history(key)
    at = [event["id"] for event in events if event.get("stateEnteredEventDetails", {}).get("name") == state][item]
    same = fork(product, key, at, given=item + 1)
    assert (same.status, same.output) == ("SUCCEEDED", [2, 4, 6])
    assert product.executions.history(same.key) == events
    assert called(product) == []
    made = fork(product, key, at, given=10, allow=["Work"])
    assert (made.status, made.output) == ("SUCCEEDED", [20 if n == item else 2 * n + 2 for n in range(3)])
    assert [call.arguments for call in product.tasks.calls] == [10]
    product.published.publish(machine(Each=WAITS, Other={"Type": "Pass", "End": True}))
    assert fork(product, key, at, version=2).output == [2, 4, 6]


def test_answers_of_branches_that_call_the_same_are_not_exchanged():
    work = task(A, Parameters={"the": "same"})
    product, key = ended(machine(Both={"Type": "Parallel", "End": True, "Branches": [
        machine(First={"Type": "Wait", "SecondsPath": "$.first", "Next": "Work"}, Work=work),
        machine(Second={"Type": "Wait", "Seconds": 5, "Next": "Work"}, Work=work),
    ]}), {"first": 1}, ScriptedTasks({A: [{"n": 1}, {"n": 2}]}))
    assert product.describe(key).output == [{"n": 1}, {"n": 2}]
    assert fork(product, key, "First", given={"first": 9}).output == [{"n": 1}, {"n": 2}]


def test_by_another_version():
    product, key = ended()
    product.published.publish(machine(First=task(A, "Second"), Second=task(B, "Third"),
                                      Third={"Type": "Pass", "Result": "mended", "End": True}))
    for at in (1, "Second", entered(product, key, "Second") + 1):
        made = fork(product, key, at, version=2)
        assert (made.status, made.output, made.version) == ("SUCCEEDED", "mended", 2)
    assert product.describe(key).version == 1
    assert called(product) == []


def test_a_version_that_does_not_fit():
    product, key = ended()
    product.published.publish(machine(Other={"Type": "Pass", "End": True}))
    refused = nothing_is_written(product, key, VersionDoesNotFit, "Second", at="Second", version=2)
    assert refused.advice == "Publish a version that fits, or fork it at an earlier event."


# ---------------------------------------------------------------- what it is


def test_it_is_listed_as_a_fork_and_found_by_its_originals_name():
    product, key = ended()
    made = fork(product, key, 5)
    [row] = product.executions.page(ExecutionQuery("default", name=key.forks)).rows
    assert (row.key, row.status, row.key.fork_of) == (made.key, "SUCCEEDED", key.id)


def test_nobody_is_woken_and_nothing_is_due():
    product, key = ended()
    fork(product, key, 5)
    assert product.stores.queue.next_due_in() is None
    assert product.stores.journal.due(float("inf")) == []


def test_the_ledger_says_what_was_answered_from_the_record():
    product, key = ended()
    made = fork(product, key, "Second", given={"a": 5}, allow=["Second"])
    page = product.executions.effects(made.key, READING, after=ledger_facts.BEGINNING, most=10)
    assert [(row.state, row.outcome) for row in page.effects] == [("Second", "DONE"), ("Third", "RECORDED")]
    assert page.keeps_intents
    page = product.executions.effects(made.key, READING, after=page.effects[0].place, most=10)
    assert [row.state for row in page.effects] == ["Third"]


def test_a_loop_without_end_ends():
    product, key = ended(machine(First=task(A, "Again"), Again={"Type": "Pass", "End": True}))
    product.published.publish(machine(First=task(A, "Again"), Again={"Type": "Pass", "Next": "Again"}))
    made = fork(product, key, 1, version=2)
    assert (made.status, made.error) == ("ABORTED", "Automate.ForkTooLong")


# ---------------------------------------------------------------- bad input: a clear answer, nothing written


def everything(product):
    return [(row, list(product.stores.journal.segments(row.key)))
            for row in product.executions.page(ExecutionQuery("default")).rows]


def nothing_is_written(product, key, error, match, at=1, **more):
    before = everything(product)
    with pytest.raises(error, match=match) as refused:
        fork(product, key, at, **more)
    assert everything(product) == before
    assert called(product) == []
    return refused.value


@pytest.mark.parametrize("event", [-1, 0, 18, 10**9])
def test_an_event_that_is_not_there(event):
    nothing_is_written(*ended(), InvalidDocument, f"no event {event}", at=event)


def test_a_fork_of_a_fork():
    product, key = ended()
    made = fork(product, key, 5)
    nothing_is_written(product, made.key, ExecutionNotForkable, "a fork itself")
    with pytest.raises(ExecutionNotRedrivable, match="it is a fork"):
        product.executions.redrive(made.key)


def test_a_version_that_is_not_there():
    nothing_is_written(*ended(), NotFound, "no version 9", version=9)


def test_an_execution_that_is_not_there_or_has_not_begun():
    product, key = ended()
    with pytest.raises(NotFound):
        fork(product, type(key)("default", "flow:none"), 1)
    other = product.start({}, name="two")
    nothing_is_written(product, other, ExecutionNotForkable, "it has not begun")


def test_an_input_where_no_state_is_entered():
    product, key = ended()
    at = entered(product, key, "Second") + 1
    nothing_is_written(product, key, InvalidDocument, "no state is entered", at=at, given={})


def test_a_state_to_allow_that_there_is_not():
    nothing_is_written(*ended(), InvalidDocument, "no state is called 'Sceond'", allow=["Sceond"])


def test_an_item_of_a_map_run():
    each = {"Type": "Map", "End": True, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **machine(Work=task(A))}}
    product, key = ended(machine(Each=each), [1])
    [run] = product.executions.map_runs(key)
    [item] = product.executions.map_run_children(key, run).rows
    nothing_is_written(product, item.key, ExecutionNotForkable, "item of a Map Run")


def test_what_this_release_steps_otherwise_is_not_guessed(monkeypatch):
    product, key = ended()
    at = entered(product, key, "Second")
    recorded = codec.decode_events
    monkeypatch.setattr(codec, "decode_events", lambda body, **how: [
        one._replace(type="Older") for one in recorded(body, **how)
    ])
    with pytest.raises(NotReached, match="cannot be reached again"):
        fork(product, key, at, given={})
