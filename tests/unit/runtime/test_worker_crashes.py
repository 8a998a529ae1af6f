"""The crash campaign: let every single port call go wrong in every way, and two at a time; lose and double nothing.

And the test of the test: with a protection switched off the campaign must fail.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from campaign import CASES, MODES, Faults, breaks, fault_free

from engine.adapters.memory.journal import MemoryJournal
from engine.runtime import effects, notices
from engine.runtime.activation import Activation
from engine.runtime.admission import Admission
from engine.runtime.committing import Committing
from engine.runtime.map_run_driver import MapRuns
from engine.runtime.news import News
from engine.runtime.parking import Parking
from engine.runtime.policies import Policies
from engine.runtime.worker import Worker

PAIRS = 45
"""Pairs of faults a case, drawn by seed."""

SKEWS = ((0.0,), (45.0, -45.0), (-45.0, 0.0, 45.0))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", CASES)
def test_every_port_call_may_go_wrong(name: str, mode: str) -> None:
    case = CASES[name]
    reference = fault_free(case)
    tried = 0
    for at in reference.faults.possible(mode):
        assert breaks(case, Faults({at: mode}), reference) == [], f"{mode} at call {at}, {reference.faults.calls[at]}"
        tried += 1
    assert tried


@pytest.mark.parametrize("name", CASES)
def test_two_may_go_wrong_with_clocks_apart_and_wakes_doubled(name: str) -> None:
    case = CASES[name]
    reference = fault_free(case)
    draw = random.Random(name)  # noqa: S311  the same pairs each time
    for _ in range(PAIRS):
        first, second = draw.sample(range(len(reference.faults.calls) + 6), 2)
        faults = Faults(
            {first: draw.choice(MODES), second: draw.choice(MODES)}, duplicates=draw.random() < 0.3,
            skews=draw.choice(SKEWS),
        )
        said = f"{faults.at}, duplicates {faults.duplicates}, skews {faults.skews}"
        assert breaks(case, faults, reference) == [], said


@pytest.mark.parametrize("skews", SKEWS[1:])
@pytest.mark.parametrize("name", CASES)
def test_clocks_apart_and_wakes_doubled_alone_change_nothing(name: str, skews: tuple[float, ...]) -> None:
    reference = fault_free(CASES[name])
    assert breaks(CASES[name], Faults(skews=skews, duplicates=True), reference) == []


@pytest.mark.parametrize("name", sorted(CASES.keys() - {"stop", "callback"}))  # those say it once, and need a sweeper
def test_a_message_that_is_not_acknowledged_is_enough_without_a_sweeper(name: str) -> None:
    case = CASES[name]
    reference = fault_free(case)
    for mode in ("before", "after"):
        for at in reference.faults.possible(mode):
            assert breaks(case, Faults({at: mode}, sweeps=False), reference) == [], f"{mode} at call {at}"


# ---------------------------------------------------------------- mutants: each protection switched off

Patch = Callable[[pytest.MonkeyPatch], None]


def _no_fence(patch: pytest.MonkeyPatch) -> None:
    def commit(self: Any, segments: Any, headers: Any = ()) -> list[bool]:
        for segment in segments:
            self._segments.setdefault(segment.key, {})[segment.seq] = segment
        self.update_headers(headers)
        return [True] * len(segments)

    patch.setattr(MemoryJournal, "commit", commit)


def _call_before_intent(patch: pytest.MonkeyPatch) -> None:
    encode, workers = Committing.encode, {}
    init = Worker.__init__

    def remember(self: Any, **ports: Any) -> None:
        init(self, **ports)
        workers[self._committing] = self

    def encode_and_call(self: Any, owned: Any, now: float) -> None:
        encode(self, owned, now)
        activation = owned.activation
        calls, activation.intents = activation.intents, []
        for call in calls:
            activation.in_flight.add((call.frame.path, call.frame.visit, call.frame.attempt))
            workers[self]._call(activation, call)

    patch.setattr(Worker, "__init__", remember)
    patch.setattr(Committing, "encode", encode_and_call)


def _no_inbox_before_takeover(patch: pytest.MonkeyPatch) -> None:
    first = News._first_news

    def blind(self: Any, owned: Any, at: float) -> Any:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(News, "read_inbox", lambda *_: [])
            return first(self, owned, at)

    patch.setattr(News, "_first_news", blind)


def _unstable_key(patch: pytest.MonkeyPatch) -> None:
    key, numbers = effects.idempotency_key, count()
    patch.setattr(effects, "idempotency_key", lambda *frame: f"{key(*frame)}?{next(numbers)}")


def _inbox_emptied_on_reading(patch: pytest.MonkeyPatch) -> None:
    consume = News._consume

    def greedy(self: Any, item: Any, activation: Any, at: float) -> Any:
        stimulus = consume(self, item, activation, at)
        self._journal.delete_inbox(item.key, [item.id])
        return stimulus

    patch.setattr(News, "_consume", greedy)


def _no_lease(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Admission, "lease_lives", lambda *_: False)


def _endless_lease(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Activation, "lease_until", lambda *_: 1e12)


def _at_most_once_called_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Policies, "at_most_once", lambda *_: False)


def _header_closed_first(patch: pytest.MonkeyPatch) -> None:
    """The index row after the header: nobody comes back for it."""

    def close(self: Any, activation: Any) -> None:
        rows: list[Any] = []
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(self, "_index", type("Later", (), {"put": lambda _self, row: rows.append(row)})())
            real(self, activation)
        self._index.put(rows[0])

    real = Parking.close
    patch.setattr(Parking, "close", close)


def _acknowledged_when_left(patch: pytest.MonkeyPatch) -> None:
    leave = Worker._leave

    def content(self: Any, key: Any, error: Exception) -> None:
        leave(self, key, error)
        self._outcomes[key] = None

    patch.setattr(Worker, "_leave", content)


def _one_try_at_a_commit(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("engine.runtime.committing.COMMIT_ATTEMPTS", 1)


def _children_left_running(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(notices, "stop", lambda *_: None)


def _children_told_after_the_header(patch: pytest.MonkeyPatch) -> None:
    """Nobody comes back for a notice, and no header is read either."""

    def close(self: Any, activation: Any) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(notices, "tell", lambda *_: None)
            real(self, activation)
        tell(self._journal, self._queue, self._clock, activation.header, activation.snapshot)

    real, tell = Parking.close, notices.tell
    patch.setattr(Parking, "close", close)
    patch.setattr(MapRuns, "swept", lambda *_: [])


def _a_cursor_that_runs_ahead(patch: pytest.MonkeyPatch) -> None:
    """The cursor is committed first; the children are created when it is."""

    def perform(self: Any, activation: Any, at: float) -> Any:
        with pytest.MonkeyPatch.context() as inner:
            wanted = later.setdefault(activation.nonce, [])
            inner.setattr(MapRuns, "_start", lambda _self, *children: wanted.append(children))
            return real(self, activation, at)

    def owes(self: Any, activation: Any) -> bool:
        for wanted in later.pop(activation.nonce, []):
            start(self, *wanted)
        return real_owes(self, activation)

    later: dict[str, list[Any]] = {}
    real, start, real_owes = MapRuns.perform, MapRuns._start, MapRuns.owes
    patch.setattr(MapRuns, "perform", perform)
    patch.setattr(MapRuns, "owes", owes)


MUTANTS: dict[str, tuple[Patch, str, tuple[str, ...], bool]] = {
    "no fencing": (_no_fence, "tasks", ("paused",), True),
    "a call before its intent": (_call_before_intent, "task", ("before",), True),
    "no inbox read before a takeover": (_no_inbox_before_takeover, "stop", ("before", "after"), True),
    "an unstable idempotency key": (_unstable_key, "task", ("before", "after"), True),
    "an inbox emptied before the commit": (_inbox_emptied_on_reading, "callback", ("before", "throttled"), True),
    "no lease": (_no_lease, "task", ("rival",), True),
    "a lease without an end": (_endless_lease, "task", ("before", "after"), True),
    "an at-most-once call repeated": (_at_most_once_called_again, "at most once", ("before", "after"), True),
    "the header closed before the index row": (_header_closed_first, "task", ("before",), True),
    "left and acknowledged": (_acknowledged_when_left, "task", ("throttled",), False),
    "children of a stopped parent left running": (_children_left_running, "children stopped", ("before",), True),
    "a parent told after the header": (_children_told_after_the_header, "children", ("before",), True),
    "a cursor that runs ahead of the children": (_a_cursor_that_runs_ahead, "children", ("before",), True),
    "one try at a commit": (_one_try_at_a_commit, "at most once", ("lost reply",), True),
}


def _campaign(name: str, modes: tuple[str, ...], **more: Any) -> tuple[int, int]:
    """How many runs, and how many of them broke something."""
    case = CASES[name]
    reference = fault_free(case)
    results = [
        bool(breaks(case, Faults({at: mode}, **more), reference))
        for mode in modes for at in reference.faults.possible(mode)
    ]
    return len(results), sum(results)


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_campaign_fails_without(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    switch_off, name, modes, sweeps = MUTANTS[mutant]
    assert _campaign(name, modes, sweeps=sweeps)[1] == 0
    switch_off(monkeypatch)
    runs, broken = _campaign(name, modes, sweeps=sweeps)
    assert broken, f"{runs} runs and none noticed"


def test_the_campaign_fails_when_wakes_are_acknowledged_early() -> None:
    runs, broken = _campaign("tasks", ("before", "after"), sweeps=False, acknowledges_early=True)
    assert broken, f"{runs} runs and none noticed"
