"""Turns between workflows: in a round, for a thread, for a place among the owned. Counted in rounds and slices."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from engine.durable.worker import serving
from engine.durable.worker.stepping import Stepping
from engine.durable.worker.turns import LEAST_TURNS, turns
from engine.ports.tasks import TaskSucceeded
from tests.support.durable import Product, ScriptedTasks
from tests.support.flows import WORK, flow, task
from tests.support.serving import serve


def owned(workflow, *, calls=0, runnable=True, near=False, last_turn=0):
    return SimpleNamespace(
        workflow=workflow, activation=SimpleNamespace(in_flight=range(calls)), runnable=runnable,
        near=lambda _now: near, last_turn=last_turn,
    )


def test_of_one_workflow_who_has_the_fewest_calls_is_first_and_everybody_has_a_turn():
    some = [owned("a", calls=count % 3) for count in range(50)]
    found = turns(some, 0.0, 1)
    assert len(found) == 50
    assert [len(each.activation.in_flight) for each in found] == sorted(count % 3 for count in range(50))


def test_workflows_alternate_and_none_is_always_the_first():
    many, few = [owned("a") for _ in range(8)], [owned("b") for _ in range(3)]
    for number in range(4):
        found = [each.workflow for each in turns([*many, *few], 0.0, number)]
        assert sorted(found[:6]) == ["a"] * 3 + ["b"] * 3
        assert found[0] == "ab"[number % 2]


def test_a_workflow_with_calls_under_way_comes_so_much_later():
    busy = [owned("a", calls=1, runnable=False) for _ in range(5)] + [owned("a") for _ in range(9)]
    found = turns([*busy, *(owned("b") for _ in range(9))], 0.0, 0)
    assert [each.workflow for each in found[:5]] == ["b"] * 5


@pytest.mark.parametrize(("few", "most"), [(1, LEAST_TURNS), (10, 10), (40, 40)])
def test_who_could_go_on_has_no_more_turns_than_who_needs_the_fewest(few, most):
    many = [owned("a", last_turn=number % 7) for number in range(100)]
    found = turns([*many, *(owned("b") for _ in range(few))], 0.0, 1)
    had = [each for each in found if each.workflow == "a"]
    assert (len(had), len(found)) == (most, most + few)
    assert max(each.last_turn for each in had) <= min(
        [each.last_turn for each in many if each not in had], default=7)


def test_who_waits_or_has_to_let_go_has_a_turn_in_each_round():
    waiting = [owned("a", runnable=False) for _ in range(60)]
    letting_go = [owned("a", near=True) for _ in range(30)]
    assert len(turns([*waiting, *letting_go, *(owned("a") for _ in range(50)), owned("b")], 0.0, 1)) == 101
    assert len(turns([owned("a") for _ in range(50)] + [owned("b", runnable=False)], 0.0, 1)) == 51


# ---------------------------------------------------------------- served, whole


def pure(count):
    states = {f"S{n}": {"Type": "Pass", "Next": f"S{n + 1}"} for n in range(count)}
    return {"StartAt": "S0", "States": {**states, f"S{count}": {"Type": "Succeed"}}}


def steps(count):
    """So many tasks in a row."""
    return flow({**{f"T{n}": task(Next=f"T{n + 1}") for n in range(count - 1)}, f"T{count - 1}": task(End=True)})


def rounds_until_served(monkeypatch, definition, *, queued, few=10):
    """Rounds and slices until `few` executions of one workflow have ended, behind `queued` of another."""
    product = Product(definition, ScriptedTasks({WORK: [TaskSucceeded(None)]}), workflow="many")
    product.published.publish({**definition, "Comment": "few"}, "few")
    counted, at_end = {"rounds": 0, "slices": 0}, {}
    real = Stepping.step

    def step(self, owned, *, limited):
        counted["slices"] += owned.runnable
        real(self, owned, limited=limited)

    monkeypatch.setattr(Stepping, "step", step)
    keys = []

    def served():
        counted["rounds"] += 1
        if counted["rounds"] == 3:  # the others are at it
            counted["slices"] = 0
            keys.extend(product.start({}, name=f"few-{number}", workflow="few") for number in range(few))
        if keys and not at_end and all(product.describe(key).status == "SUCCEEDED" for key in keys):
            at_end.update(counted)  # then it finishes what is at hand
        return bool(at_end)

    for number in range(queued):
        product.start({}, name=f"many-{number}", workflow="many")
    serve(product, served, rounds=5000)
    return at_end["rounds"] - 3, at_end["slices"]


@pytest.mark.parametrize("definition", [steps(4), pure(5), pure(1500)], ids=["calls", "short", "long"])
def test_ten_behind_a_thousand_end_within_twice_their_lone_time(monkeypatch, definition):
    monkeypatch.setattr(serving, "OTHERS_SECONDS", 0.0)
    lone_rounds, lone_slices = rounds_until_served(monkeypatch, definition, queued=0)
    rounds, slices = rounds_until_served(monkeypatch, definition, queued=1000)
    assert rounds <= 2 * lone_rounds + 2  # they come amid a round, and are claimed in two
    assert slices <= 2 * lone_slices + serving.MOST_OWNED  # each of the others may begin


def test_a_worker_that_owns_as_many_as_it_may_has_room_for_others(monkeypatch):
    """Executions of one workflow hold every place, by calls that do not end."""
    waits = flow({"T": task(End=True)})
    product = Product(waits, ScriptedTasks({WORK: [TaskSucceeded(None)]}), workflow="many")
    product.published.publish(pure(1), "few")
    held = []

    class Pool:
        """Its calls never come back."""

        slow, quick, in_flight, free, made_here = frozenset(), frozenset(), 0, 1000, False

        def __init__(self, *_):
            pass

        def holds(self, *_):
            return False

        def submit(self, ticket, *_args, **_more):
            held.append(ticket)

        def answers(self, _wait):
            return []

        def interrupt(self):
            pass

    for number in range(300):
        product.start({}, name=f"many-{number}", workflow="many")
    keys, rounds = [], [0]

    def served():
        rounds[0] += 1
        if rounds[0] == 20:
            assert len(held) == serving.MOST_OWNED
            keys.extend(product.start({}, name=f"few-{number}", workflow="few") for number in range(60))
        return rounds[0] > 20 and all(product.describe(key).status == "SUCCEEDED" for key in keys)

    with pytest.raises(StopServing):
        serve_some(product, served, Pool)
    assert {product.describe(key).status for key in keys} == {"SUCCEEDED"}
    assert len(held) == serving.MOST_OWNED  # the reserve is not for the many


class StopServing(Exception):
    """Enough was seen: the calls that are held would be waited for."""


def serve_some(product, served, pool):
    def until():
        if served():
            raise StopServing
        return False

    serve(product, until, rounds=200, new_pool=pool)
