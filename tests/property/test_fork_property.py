"""Forks of random executions of random definitions, at any event.

    a fork that changes nothing            is the original from there on, event for event, and calls nothing
    a fork by another version, or with     calls nothing either; and where they are the same as before, it ends as the
    an input given                         original did (one branch: several may take turns otherwise)
    an input of its own                    is what the very state is entered with
"""

from __future__ import annotations

import json
import re
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from engine.durable import activation
from engine.durable.lifecycle.forking import recording, running
from engine.durable.lifecycle.forking.forks import Wanted
from engine.durable.lifecycle.forking.running import Calls
from engine.durable.lifecycle.forwards import VersionDoesNotFit
from engine.durable.views import restepping
from engine.ports.tasks import TaskPolicy
from engine.testing.simulate import AWS_EVENTS, simulate
from tests.support.definitions_strategy import Answers, Case, cases
from tests.support.draws import drawn
from tests.support.durable import Product, ticking
from tests.support.oracle import FULL, QUICK


@dataclass(frozen=True)
class Slow(Answers):
    """Answers that take their time."""

    clock: list = field(default_factory=list, compare=False)

    def call(self, call):
        self.clock[0].sleep(zlib.crc32(f"{call.state} {call.attempt}".encode()) % 40 / 10)
        return super().call(call)


class Nobody:
    """A world that is not to be called."""

    def policy(self, _resource, _pin=None):
        return TaskPolicy()

    def call(self, call):
        raise AssertionError(f"the fork called {call}")


CALLS = Calls(Nobody(), reads=lambda _resource: False, most_seconds=1e9)


@contextmanager
def slices(transitions: int):
    """Long runs of states are cut after so many."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (activation, recording, restepping, running):
            patch.setattr(module, "SLICE_TRANSITIONS", transitions)
        yield


def ended(case: Case) -> tuple[Product, object]:
    """The case, run by a worker to its end. One that loops for ever is left out before it fills the stores."""
    assume(len(simulate(case.definition, case.input, tasks=case.answers, limits="aws").events) < AWS_EVENTS)
    stores = ticking()
    answers = Slow(case.answers.outcomes, [stores.clock])
    product = Product(case.definition, tasks=answers, backend=stores)
    key = product.start(case.input, name="original")
    try:
        product.drain(limit=30)
    except AssertionError:
        assume(False)  # a loop whose calls fail goes on for ever
    return product, key


def told(product, key) -> tuple:
    found = product.describe(key)
    return found.status, found.output, found.error, found.cause


def told_without_events(product, key) -> str:
    """As `told`, but for the cause and for the ids of events, which a caught error's text names: another version is
    an event more."""
    return re.sub(r"the event id #\d+", "the event id #", json.dumps(told(product, key)[:3]))


def check_forks(case: Case, share: float) -> None:
    product, key = ended(case)
    events = product.executions.history(key, limit=100_000)
    event = 1 + int(share * (len(events) - 1))
    before = product.stores.journal.header(key), product.stores.journal.inbox(key)
    fork = product.executions.fork(key, Wanted(event, "me"), CALLS)
    assert told(product, fork.key) == told(product, key)
    assert product.executions.history(fork.key, limit=100_000) == events
    assert (product.stores.journal.header(key), product.stores.journal.inbox(key)) == before


def check_same_under_another_name(case: Case, share: float, *, version: bool) -> None:
    """The same input given, or the same definition with a comment: one branch ends as it did; several may take turns
    otherwise, and call nothing either."""
    product, key = ended(case)
    events = product.executions.history(key, limit=100_000)
    entries = [event for event in events if event["type"].endswith("StateEntered")]
    entry = entries[int(share * (len(entries) - 1))]
    changed = {}
    if version:
        product.published.publish({**case.definition, "Comment": "the same"})
        changed["version"] = 2
    given_input = None if version else (json.loads(entry["stateEnteredEventDetails"]["input"]),)
    try:
        fork = product.executions.fork(key, Wanted(entry["id"], "me", given_input), CALLS, **changed)
    except VersionDoesNotFit:
        return  # what the check cannot follow
    if not case.fans_out and product.describe(key).status != "TIMED_OUT":
        assert told_without_events(product, fork.key) == told_without_events(product, key)


def check_input_of_its_own(case: Case, share: float) -> None:
    """It comes to the state whose entry is named, however many branches are about to go on."""
    product, key = ended(case)
    entries = [event for event in product.executions.history(key, limit=100_000)
               if event["type"].endswith("StateEntered")]
    entry = entries[int(share * (len(entries) - 1))]
    fork = product.executions.fork(key, Wanted(entry["id"], "me", ("its own",)), CALLS)
    events = product.executions.history(fork.key, limit=100_000)
    assert events[: entry["id"] - 1] == product.executions.history(key, limit=100_000)[: entry["id"] - 1]
    got = [(event["type"], event["stateEnteredEventDetails"]["name"]) for event in events
           if event["type"].endswith("StateEntered") and event["id"] >= entry["id"]
           and event["stateEnteredEventDetails"]["input"] == '"its own"']
    if got or not case.fans_out:  # another branch may have ended it before
        assert got[0] == (entry["type"], entry["stateEnteredEventDetails"]["name"])


@settings(QUICK, max_examples=drawn(30, of=60))
@given(cases(timeout=False), st.floats(0, 1))
def test_an_input_of_its_own_comes_to_the_state_that_is_entered(case, share):
    check_input_of_its_own(case, share)


@pytest.mark.full
@settings(FULL, max_examples=1_500)
@given(cases(timeout=False), st.floats(0, 1))
def test_inputs_of_their_own_at_length(case, share):
    check_input_of_its_own(case, share)


@settings(QUICK, max_examples=drawn(30, of=60))
@given(cases(timeout=False), st.floats(0, 1), st.booleans())
def test_a_fork_whose_difference_is_none_ends_as_the_original(case, share, version):
    check_same_under_another_name(case, share, version=version)


@pytest.mark.full
@settings(FULL, max_examples=1_500)
@given(cases(timeout=False), st.floats(0, 1), st.booleans())
def test_forks_whose_difference_is_none_at_length(case, share, version):
    check_same_under_another_name(case, share, version=version)


OVER_IN_TIME = Case(
    {"StartAt": "One", "TimeoutSeconds": 1, "States": {
        "One": {"Type": "Pass", "Next": "Two"}, "Two": {"Type": "Pass", "End": True}}},
    {}, Answers(()),
)
"""Its time is over where a long run of states was cut."""


@settings(QUICK, max_examples=drawn(30, of=60))
@example(OVER_IN_TIME, 0.0, 1)
@given(cases(), st.floats(0, 1), st.sampled_from([200, 3, 1]))
def test_a_fork_that_changes_nothing_is_the_original_from_there_on(case, share, most):
    with slices(most):
        check_forks(case, share)


@pytest.mark.full
@settings(FULL, max_examples=1_500)
@given(cases(), st.floats(0, 1), st.sampled_from([200, 3, 1]))
def test_forks_that_change_nothing_at_length(case, share, most):
    with slices(most):
        check_forks(case, share)
