"""Limits of time count the evaluating thread's CPU time; the machine's pace is the test's to set."""

from __future__ import annotations

from dataclasses import replace

import jlens
import pytest

from engine.errors import StateFailure
from engine.language.expr import limits
from engine.language.expr.jsonata import compile_jsonata
from engine.language.expr.jsonpath import compile_path
from engine.language.expr.limits import Budget, Limits, OutOfTime
from engine.language.expr.scope import Scope
from engine.settings import Settings

LIMITS = Limits.of(Settings())


class Machine:
    """A thread that gets `share` of a CPU, and a call that needs `needs` seconds of it."""

    def __init__(self, share, needs):
        self.shares = iter(share) if isinstance(share, list) else iter(lambda: share, None)
        self.needs = needs
        self.cpu = 0.0
        self.waited = []

    def clock(self):
        return self.cpu

    def call(self, wall):
        self.waited.append(wall)
        had = wall * next(self.shares)
        self.cpu += min(had, self.needs)
        if had < self.needs:
            raise TimeoutError
        return "answer"

    def run(self, times=1):
        budget = Budget(replace(LIMITS, seconds=0.5, wall_seconds=10, clock=self.clock))
        return [budget.run(self.call) for _ in range(times)]


@pytest.mark.parametrize("share", [1, 0.9, 0.5, 0.2, 0.1, [0.1, 0.5, 0.2], [0.01, 0.9]])
def test_what_needs_less_cpu_time_than_the_limit_ends_however_busy_the_machine_is(share):
    machine = Machine(share, needs=0.45)
    assert machine.run() == ["answer"]
    assert sum(machine.waited) <= 10


@pytest.mark.parametrize("share", [1, 0.9, 0.5, 0.2, 0.1, [0.1, 0.5, 0.2]])
def test_what_never_ends_is_stopped_once_it_had_its_cpu_time(share):
    machine = Machine(share, needs=1e9)
    with pytest.raises(OutOfTime, match=r"Evaluation timeout after 500 milliseconds\. Check for infinite loop"):
        machine.run()
    assert sum(machine.waited) <= 10


def test_a_bomb_on_a_quiet_machine_runs_once():
    machine = Machine(0.85, needs=1e9)
    with pytest.raises(OutOfTime):
        machine.run()
    assert machine.waited == [0.625]


def test_a_machine_that_gives_nothing_is_waited_for_up_to_the_cap():
    machine = Machine(0.0, needs=1)
    with pytest.raises(OutOfTime, match="after 10 s on a machine that was too busy to give it 500 milliseconds"):
        machine.run()
    assert sum(machine.waited) == pytest.approx(10)


def test_each_attempt_is_longer_than_the_last():
    """What is left to a call may be so little that any pace seems enough."""
    machine = Machine(0.0, needs=1)
    with pytest.raises(OutOfTime):
        Budget(replace(LIMITS, seconds=1e-7, wall_seconds=10, clock=machine.clock)).run(machine.call)
    assert len(machine.waited) < 40


def test_calls_share_their_budget():
    assert Machine(1, needs=0.15).run(times=3) == ["answer"] * 3
    with pytest.raises(OutOfTime):
        Machine(1, needs=0.15).run(times=4)


class Pace:
    """A clock on which each reading is `seconds` later."""

    def __init__(self, seconds):
        self.seconds, self.read = seconds, 0

    def __call__(self):
        self.read += 1
        return self.read * self.seconds


ENDLESS = "($f := function($n) { $f($n + 1) }; $f(0))"


def in_force(**changes):
    limits.use(replace(LIMITS, steps=10**9, **changes))


@pytest.mark.parametrize("source", [ENDLESS, "$match($states.input, /^(a|aa)+$/)"])
def test_jsonata_is_stopped_by_the_threads_cpu_time(source):
    in_force(seconds=0.02, wall_seconds=60, clock=Pace(0.02))
    with pytest.raises(StateFailure) as failure:
        compile_jsonata(source, "Output").evaluate(Scope("a" * 50 + "!"))
    assert failure.value.cause.endswith(
        "threw an error during evaluation. D1012: Evaluation timeout after 20 milliseconds. Check for infinite loop")


def test_jsonata_is_evaluated_again_while_its_thread_waits():
    pace = Pace(0.0)
    in_force(seconds=0.01, wall_seconds=0.1, clock=pace)
    with pytest.raises(StateFailure, match=r"D1012: Evaluation timeout after 0\.1 s on a machine that was too busy"):
        compile_jsonata(ENDLESS, "Output").evaluate(Scope())
    assert pace.read > 2


class Stopped:
    """An expression of jlens's that is stopped for its time, once, when it has its answer."""

    def __init__(self, wrapped):
        self.wrapped, self.answers = wrapped, []

    def evaluate(self, *given, **options):
        self.answers.append(self.wrapped.evaluate(*given, **options))
        if len(self.answers) == 1:
            error = jlens.JlensError("Evaluation timeout")
            error.code = "D1012"
            raise error
        return self.answers[-1]


def test_what_is_evaluated_again_draws_the_same_values_and_has_its_ranges_anew():
    source = "[$uuid(), $random(), $shuffle([1..20]), $now(), $count([1..900000]), $count([1..900000])]"
    limits.use(replace(LIMITS, seconds=60, wall_seconds=3600, clock=Pace(0.0)))
    expression = compile_jsonata(source, "Output")
    expected = expression.evaluate(Scope(seed=7, at=5.0))
    stopped = expression._wrapped[frozenset()] = Stopped(expression._wrapped[frozenset()])
    assert expression.evaluate(Scope(seed=7, at=5.0)) == expected
    assert [answer["v"] for answer in stopped.answers] == [expected] * 2


def test_a_path_whose_patterns_take_too_much_cpu_time_fails():
    items = ["aaaa"] * 1_000
    path = compile_path("$[?(@ =~ /a+/)]")
    in_force(seconds=0.5, clock=Pace(0.001))
    with pytest.raises(StateFailure, match="The regular expressions of the path take too long"):
        path.read(Scope(items))
    in_force(seconds=0.5, clock=Pace(0.0001))
    assert path.read(Scope(items)) == items


def test_a_pattern_that_never_ends_is_stopped_by_the_threads_cpu_time():
    in_force(seconds=0.01, wall_seconds=60, clock=Pace(0.01))
    with pytest.raises(StateFailure, match="The regular expressions of the path take too long"):
        compile_path("$[?(@ =~ /(a|aa)+b/)]").read(Scope(["a" * 60 + "!"]))


@pytest.mark.parametrize(("changes", "source", "words"), [
    ({"steps": 1000}, ENDLESS, "U1006: The evaluation exceeded its budget of 1000 steps"),
    ({"depth": 20}, "($f := function($n) { 1 + $f($n + 1) }; $f(0))", "D1011: Stack overflow"),
    ({"items": 1000}, "[1..1001]", "U1001: An array would exceed the size limit of 1000 items"),
    ({"items": 1000}, "$range(1, 1001, 1)", "D2014: The size of the range must not exceed 1000 items"),
    ({"items": 1000}, "$count([1..3].([1..1000]))", "U1001: The ranges would exceed the size limit of 2000 items"),
    ({"text_bytes": 1000}, "$length($pad('', 1001, 'x'))", "U1001: A string would exceed the size limit of 1000 bytes"),
    ({"result_bytes": 1000}, "[1..600]", "The result would exceed the size limit of 1000 bytes"),
])
def test_each_limit_is_the_settings(changes, source, words):
    limits.use(replace(LIMITS, seconds=60, **changes))
    with pytest.raises(StateFailure) as failure:
        compile_jsonata(source, "Output").evaluate(Scope())
    assert words in failure.value.cause


def test_settings_are_put_in_force():
    limits.apply(Settings.from_environment({"AUTOMATE_EXPRESSION_STEPS": "1000"}))
    assert limits.current() == Limits.of(Settings(expression_steps=1000))
    with pytest.raises(StateFailure, match="its budget of 1000 steps"):
        compile_jsonata(ENDLESS, "Output").evaluate(Scope())
