"""The timetable of attempts: what it plans is held against what was waited on a clock."""

from __future__ import annotations

import pytest

from engine.durable.views.retry_table import timetable
from engine.durable.views.steps import steps_of
from engine.language.asl.compile import compile_definition
from engine.ports.tasks import TaskFailed
from tests.support.durable import TESTER, Product, ScriptedTasks
from tests.support.flows import WORK, Died, die, flow, task

A, B = TaskFailed("demo.A", "no"), TaskFailed("demo.B", "no")
USELESS = TaskFailed("demo.A", "no", retryable=False)
RETRY = [
    {"ErrorEquals": ["demo.A"], "IntervalSeconds": 2, "BackoffRate": 3, "MaxAttempts": 3, "MaxDelaySeconds": 15},
    {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 1},
]


def table(*answers, retry=RETRY, catch=(), until=None, redrives=0):
    definition = flow({"Work": task(Retry=retry, Catch=list(catch), Next="Done"), "Done": {"Type": "Succeed"}})
    made = Product(definition, ScriptedTasks({WORK: list(answers)}))
    key = made.start()
    if until is None:
        made.drain()
    else:
        made.run(key)
    for _ in range(redrives):
        made.clock.sleep(60)
        made.executions.redrive(key)
        made.drain()
    steps = steps_of(made.executions.events(key, most=9999))
    step = next(step for step in steps.steps if step.name == "Work")
    state = compile_definition(definition).machines[""].states["Work"]
    due = made.executions.due_of(key, step.first_event)
    return made, timetable(step, state, steps.rests, due)


@pytest.mark.parametrize("answers", [(A, A, {}), (A, B, A, {}), (B, A, A, {}), (A, A, A, {})])
def test_each_planned_wait_is_the_one_that_was_waited(answers):
    _, found = table(*answers)
    assert [tried.error for tried in found.tried] == [
        answer.error if isinstance(answer, TaskFailed) else None for answer in answers
    ]
    for tried in found.tried[:-1]:
        assert tried.waited == pytest.approx(tried.delay)
        assert tried.rule == (0 if tried.error == "demo.A" else 1)
    assert found.tried[-1].delay is None
    assert sum(rule.used for rule in found.rules) == len(answers) - 1
    assert found.coming == "Nothing failed at last."


def test_the_delay_rises_to_its_bound():
    _, found = table(A, A, A, {})
    assert [tried.delay for tried in found.tried] == [2.0, 6.0, 15.0, None]
    assert [(rule.used, rule.left) for rule in found.rules] == [(3, ()), (0, (5.0,))]


def test_what_comes_next_is_due_when_it_comes():
    made, found = table(A, {}, until="the first wait")
    assert (found.coming, found.next_at) == ("Attempt 2 comes next.", pytest.approx(made.clock.now() + 2))
    assert [(rule.used, rule.left) for rule in found.rules] == [(1, (6.0, 15.0)), (0, (5.0,))]


@pytest.mark.parametrize(("answers", "options", "says"), [
    ((B, B), {}, "Retrier 2 has no attempt left. No Catcher takes it"),
    ((USELESS,), {}, "a repetition is of no use. No Catcher takes it"),
    ((B,), {"retry": []}, "There is no Retrier. No Catcher"),
    ((B,), {"retry": RETRY[:1]}, "No Retrier names demo.B. No Catcher"),
    ((B,), {"retry": [], "catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}]},
     "There is no Retrier. A Catcher takes it, to Done."),
])
def test_why_the_last_attempt_was_the_last(answers, options, says):
    _, found = table(*answers, **options)
    assert says in found.coming


def test_an_attempt_without_an_answer_has_not_failed_whether_it_goes_on_or_was_stopped():
    definition = flow({"Work": task(End=True)})
    made = Product(definition, ScriptedTasks({WORK: [die]}))
    key = made.start()
    with pytest.raises(Died):
        made.run(key)

    def coming():
        [step] = steps_of(made.executions.events(key, most=99)).steps
        return timetable(step, compile_definition(definition).machines[""].states["Work"], (), None).coming

    assert coming() == "Attempt 1 has no answer yet."
    made.executions.stop(key, actor=TESTER)
    made.drain()
    assert coming() == "Attempt 1 was stopped; it had not failed."


def test_a_redrive_counts_anew():
    _, found = table(B, B, B, {}, redrives=1)
    assert [(tried.error, tried.rule, tried.use) for tried in found.tried] == [
        ("demo.B", 1, 1), ("demo.B", 1, None), ("demo.B", 1, 1), (None, None, None),
    ]
