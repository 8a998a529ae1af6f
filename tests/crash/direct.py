"""Protections that a run over all port calls seldom needs: each is checked by itself, by the one thing that needs it.

A check raises AssertionError where its protection is missing: `tests/crash/test_mutants.py` sees that it passes with
the protection and fails without.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from engine.clock import SkipClock
from engine.durable import codec, inbox, notices
from engine.durable.activation import LEASE_MARGIN_SECONDS, Activation
from engine.durable.lifecycle.sweeper import LOOK_AHEAD_SECONDS, Sweeper
from engine.durable.worker.calls import Answer, CallPool, Ticket
from engine.durable.worker.committing import Committing
from engine.durable.worker.incoming import Incoming
from engine.durable.worker.late_answers import LateAnswers, Over
from engine.durable.worker.parking import Parking
from engine.durable.worker.serving import Serving
from engine.durable.worker.worker import Worker
from engine.errors import StoreUnavailable, Throttled
from engine.kernel import redrivable, redriving
from engine.kernel.snapshot import Phase
from engine.kernel.stimulus import CallbackHeartbeat
from engine.ports.journal import PAUSED, HeaderChange, Parent
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Wake
from engine.ports.tasks import TaskCall, TaskFailed, TaskSucceeded
from tests.support.backends import Backend, open_local
from tests.support.durable import Product, ScriptedTasks
from tests.support.faults import Once, ticking
from tests.support.flows import ONE_TASK, WORK, Died, flow, task
from tests.support.held_calls import HeldCalls
from tests.support.serving import serve

Patch = pytest.MonkeyPatch

SWEEP_SECONDS = 61.0
YEAR_SECONDS = 365 * 86_400


@dataclass(frozen=True)
class Direct:
    """`off` switches the protection off; `check` notices."""

    protection: str
    off: Callable[[Patch], None]
    check: Callable[[], None]


# ---------------------------------------------------------------- leases


def _a_lease_lasts_as_long_as_its_last_call() -> None:
    branches = [flow({"A": task(TimeoutSeconds=5, End=True)}), flow({"B": task(TimeoutSeconds=100, End=True)})]
    product = Product(flow({"Both": {"Type": "Parallel", "Branches": branches, "End": True}}))
    key = product.start({})
    begun = product.clock.now()
    product.run(key, product.worker(call_threads=4))
    intents = product.stores.journal._segments[key][0]
    assert intents.lease_until == pytest.approx(begun + 100 + LEASE_MARGIN_SECONDS, abs=1.0)


def _earliest_lease(patch: Patch) -> None:
    def lease_until(self: Any, hard_deadline: float) -> float:
        ends = [f.lease_until for f in self.snapshot.frames.values() if f.phase is Phase.RUNNING]
        return min(hard_deadline, *ends) if ends else 0.0

    patch.setattr(Activation, "lease_until", lease_until)


def _a_call_past_its_end_is_not_made() -> None:
    product = Product(ONE_TASK)
    pool = CallPool(product.tasks, product.clock, 0)
    ticket = Ticket(ExecutionKey("default", "flow:one"), "nonce", ("", 1, 0))
    call = TaskCall(
        resource=WORK, arguments={}, workspace="default", execution_id="flow:one", workflow="flow", version=1,
        state="Work", attempt=0, idempotency_key="key", budget_seconds=5.0,
    )
    pool.submit(ticket, call, product.clock.now() - 1)
    assert pool.answers(0.0) == [Answer(ticket, None)]
    assert not product.tasks.calls


def _no_check_before_a_call(patch: Patch) -> None:
    def perform(self: Any, ticket: Ticket, call: Any, _end: float) -> Answer:
        return Answer(ticket, self._tasks.call(call))

    patch.setattr(CallPool, "_perform", perform)


def _a_lease_that_opens_is_covered() -> None:
    """The header is due in a year; the worker that was woken by an answer dies amid its call, and its wake is lost."""
    branches = [
        flow({"Rest": {"Type": "Wait", "Seconds": YEAR_SECONDS, "End": True}}),
        flow({"Ask": {"Type": "Task", "Resource": WORK + ".waitForTaskToken", "Next": "Work",
                      "Parameters": {"token.$": "$$.Task.Token"}}, "Work": task(End=True)}),
    ]
    product = Product(
        flow({"Both": {"Type": "Parallel", "Branches": branches, "End": True}}),
        ScriptedTasks({WORK: [_dies_at_first()]}),
    )
    key = product.start({})
    product.run(key)
    product.executions.answers.send_task_success(product.tasks.calls[0].task_token, {})
    with pytest.raises(Died):
        product.run(key)
    product.stores.queue.acknowledge([received.receipt for received in product.stores.queue.claim(10)])
    due_at = product.stores.journal.header(key).due_at
    lease = product.stores.journal.load(key).segments[-1].lease_until
    assert due_at is not None
    assert due_at <= lease


def _dies_at_first() -> Callable[[Any], Any]:
    def work(call: Any) -> Any:
        if call.state == "Work":
            raise Died
        return {}

    return work


def _uncovered(patch: Patch) -> None:
    patch.setattr(Committing, "_cover_lease", lambda *_: True)


# ---------------------------------------------------------------- headers


def _a_refused_header_change_is_noticed() -> None:
    """PAUSED between the commit and the park: the worker must not think that it parked."""
    product = Product(flow({"Nap": {"Type": "Wait", "Seconds": 3_000, "End": True}}))
    key = product.start({})
    journal = product.stores.journal
    update = journal.update_headers

    def paused_meanwhile(changes: Any) -> Any:
        header = journal.header(key)
        update([HeaderChange(key, header.seq, PAUSED, None)])
        return update(changes)

    journal.update_headers = paused_meanwhile
    assert product.run(key) is not None
    assert journal.header(key).status == PAUSED
    assert not product.stores.queue.claim(10)[1:]


def _refusals_unnoticed(patch: Patch) -> None:
    def change_header(self: Any, activation: Any, *, due_at: float | None, seq: int) -> None:
        self._journal.update_headers([HeaderChange(activation.key, seq, "RUNNING", due_at)])

    patch.setattr(Parking, "change_header", change_header)


# ---------------------------------------------------------------- sweeper


def _a_sweep_that_died_is_made_good_by_the_next() -> None:
    product = Product(flow({"Nap": {"Type": "Wait", "Seconds": 600, "End": True}}))
    key = product.start({})
    product.run(key)
    queue = product.stores.queue
    queue.acknowledge([received.receipt for received in queue.claim(10)])
    product.clock.sleep(601)
    queue.acknowledge([received.receipt for received in queue.claim(10)])
    queue.send = Once(queue.send, StoreUnavailable("no queue"))
    with pytest.raises(StoreUnavailable):
        product.sweeper.sweep()
    product.clock.sleep(SWEEP_SECONDS)
    product.sweeper.sweep()
    assert [received.key for received in queue.claim(10)] == [key]


def _claims_first(patch: Patch) -> None:
    def sweep(self: Any) -> int:
        now = self._clock.now()
        due = self._journal.due(now + LOOK_AHEAD_SECONDS)
        self._claim(self._journal.headers([item.key for item in due]), now, now + LOOK_AHEAD_SECONDS)
        self._queue.send([Wake(item.key, max(0.0, item.due_at - now)) for item in due])
        return len(due)

    patch.setattr(Sweeper, "sweep", sweep)


# ---------------------------------------------------------------- the local loop, the inbox


def _a_failed_wake_comes_again() -> None:
    """The store is down when the wake comes. The sweeper would come too, but much later."""
    product = Product(ONE_TASK)
    key = product.start({})
    journal = product.stores.journal
    down = _Down(journal)
    product.wrap = lambda name, port: down if name == "journal" else port
    begun = product.clock.now()
    serve(product, lambda: product.describe(key).status == "SUCCEEDED", rounds=30)
    assert product.describe(key).status == "SUCCEEDED"
    assert product.clock.now() - begun < SWEEP_SECONDS / 2


class _Down:
    """A journal whose first load fails."""

    def __init__(self, journal: Any) -> None:
        self._journal = journal
        self.load = Once(journal.load, Throttled("busy"))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)


def _failed_wakes_acknowledged(patch: Patch) -> None:
    settle = Serving._settle

    def content(self: Any) -> None:
        self._outcomes.update(dict.fromkeys(self._worker.take_outcomes()))
        settle(self)

    patch.setattr(Serving, "_settle", content)


def _an_item_is_consumed_once() -> None:
    """A heartbeat whose deletion fails is not to count again: it would put off the time-out for ever."""
    product = Product(flow({"Ask": {
        "Type": "Task", "Resource": WORK + ".waitForTaskToken", "HeartbeatSeconds": 30, "End": True,
        "Parameters": {"token.$": "$$.Task.Token"},
    }}))
    key = product.start({})
    product.run(key)
    journal = product.stores.journal
    product.executions.answers.send_task_heartbeat(product.tasks.calls[0].task_token)
    journal.delete_inbox = Once(journal.delete_inbox, Throttled("busy"), times=20)
    ticking(product, 0.25)
    product.run(key)
    seen = [stimulus for stimulus in _stimuli(product, key) if isinstance(stimulus, CallbackHeartbeat)]
    assert len(seen) == 1, f"{len(seen)} heartbeats"


def _stimuli(product: Product, key: ExecutionKey) -> list[Any]:
    segments = product.stores.journal._segments[key]
    return [stimulus for _, segment in sorted(segments.items()) for stimulus in codec.decode_stimuli(segment.body)]


def _consumed_again(patch: Patch) -> None:
    read = Incoming.read_inbox

    def forgetful(self: Any, owned: Any, at: float) -> Any:
        owned.activation.consumed_deleted()
        return read(self, owned, at)

    patch.setattr(Incoming, "read_inbox", forgetful)


# ---------------------------------------------------------------- redrives of Map Runs

HEARD_SECONDS = redrivable.FIRST_LOOK_SECONDS / 2
"""A redriven Map Run hears of its children by their notices, before it looks for them the first time."""


def _redriven_map_run(after: Any) -> None:
    """Item 2 of three fails, and is answered with `after` once it was redriven: the other two are known."""
    def work(call: Any) -> Any:
        if call.arguments != 2:
            return TaskSucceeded({})
        return TaskFailed("Demo.Down") if call.idempotency_key.endswith(":0") else after

    items = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **flow({"Each": task(End=True)})}
    product = Product(
        flow({"All": {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": items, "End": True}}),
        ScriptedTasks({WORK: [work]}),
    )
    key = product.start({"items": [0, 1, 2]})
    product.drain()
    assert product.describe(key).status == "FAILED"
    product.executions.redrive(key)
    begun = product.clock.now()
    product.drain()
    ended = product.describe(key)
    assert ended.status == ("SUCCEEDED" if isinstance(after, TaskSucceeded) else "FAILED")
    assert ended.ended_at is not None
    assert ended.ended_at - begun < HEARD_SECONDS, f"after {ended.ended_at - begun:g} s"


def _a_redriven_map_run_succeeds_at_once() -> None:
    _redriven_map_run(TaskSucceeded({}))


def _a_redriven_map_run_fails_at_once() -> None:
    _redriven_map_run(TaskFailed("Demo.Down"))


def _succeeded_asked_again(patch: Patch) -> None:
    def to_go_over(hundred: Any) -> Any:
        changed = real({**hundred, "fates": hundred["fates"].replace("S", "F")})
        return {**changed, "outputs": hundred["outputs"]}

    real = redrivable._to_go_over
    patch.setattr(redrivable, "_to_go_over", to_go_over)


def _notices_without_redrives(patch: Patch) -> None:
    def notice(header: Any, snapshot: Any) -> dict[str, Any]:
        said = real(header, snapshot)
        said.pop("redrives", None)
        return said

    real = notices.notice
    patch.setattr(notices, "notice", notice)


# ---------------------------------------------------------------- one transaction


def _a_parent_is_told_before_its_child_closes() -> None:
    """A child whose last commit could close it, on stores that share a transaction."""
    with tempfile.TemporaryDirectory() as folder:
        clock = SkipClock()
        stores = open_local(Path(folder), clock)
        try:
            product = Product(ONE_TASK, backend=Backend("sqlite", clock, stores, lambda same: same))
            parent = product.start({}, name="parent")
            starts = product.executions._starts
            child = starts.start(
                "default", "flow", {}, name="child", parent=Parent(parent.id, "", 1, 0)
            ).key
            product.run(child)
            assert stores.journal.header(child).status == "SUCCEEDED"
            assert any(item.id.startswith("notice#") for item in stores.journal.inbox(parent))
        finally:
            stores.close()


def _closed_whoever_waits(patch: Patch) -> None:
    patch.setattr(Parking, "owes_nobody", lambda _self, activation: activation.snapshot.closed)


# ---------------------------------------------------------------- redrives, and calls that go on


def _redriven_amid_a_call() -> tuple[Product, ExecutionKey, HeldCalls, Worker]:
    """A has failed, and the execution with it; it is redriven while the call of B goes on, in the worker."""
    pools: list[HeldCalls] = []

    def pool(tasks: Any, clock: Any, _threads: int) -> HeldCalls:
        pools.append(HeldCalls(tasks, clock, ("B",)))
        return pools[0]

    branches = [flow({"A": {**task(End=True), "Resource": "connector:demo:a"}}), flow({"B": task(End=True)})]
    product = Product(
        flow({"Both": {"Type": "Parallel", "Branches": branches, "End": True}}),
        ScriptedTasks({"connector:demo:a": [TaskFailed("Demo.Down"), {}]}),
    )
    key = product.start({})
    worker = product.worker(new_pool=pool)
    worker.admit([key], float("inf"))
    _turn(worker, 5)
    assert product.describe(key).status == "FAILED"
    product.executions.redrive(key)
    return product, key, pools[0], worker


def _turn(worker: Worker, rounds: int = 2) -> None:
    for _ in range(rounds):
        worker.round()
        worker.gather(0.0)


def _a_redrive_makes_no_call_that_goes_on() -> None:
    product, key, _, worker = _redriven_amid_a_call()
    _turn(worker)
    product.run(key)
    product.clock.sleep(20)
    product.run(key)
    assert [call.state for call in product.tasks.calls].count("B") == 1, "called again while it was under way"


def _told_before_the_answer(patch: Patch) -> None:
    def closing(self: Any, activation: Activation) -> None:
        self._untold += [
            Over(Ticket(activation.key, nonce, call), lease, False)
            for nonce, leases in self._leases.items() for call, lease in leases.items()
        ]
        real(self, activation)

    real = LateAnswers.closing
    patch.setattr(LateAnswers, "closing", closing)


def _a_redrive_waits_for_just_its_call() -> None:
    """What is told is of an earlier call, whose lease was another's."""
    product, key, _, _ = _redriven_amid_a_call()
    journal = product.stores.journal
    (frame,) = [frame for frame in codec.stored_snapshot(journal.load(key)).frames.values() if frame.lease_until]
    place = (frame.path, frame.visit, frame.attempt - 1)
    journal.put_inbox(inbox.over_item(key, 0.0, place, lease_until=frame.lease_until - 1, definite=False))
    product.run(key)
    product.run(key)
    assert [call.state for call in product.tasks.calls].count("B") == 1, "called again while it was under way"


def _any_call_counts(patch: Patch) -> None:
    def call_over(builder: Any, stimulus: Any) -> bool:
        lease = builder.peek(stimulus.frame).lease_until
        return bool(real(builder, replace(stimulus, lease_until=lease)))

    real = redriving.call_over
    patch.setattr("engine.kernel.step.call_over", call_over)


def _a_late_answer_is_heard_at_once() -> None:
    product, key, calls, worker = _redriven_amid_a_call()
    product.clock.sleep(20)
    calls.release()
    _turn(worker)
    begun = product.clock.now()
    product.drain()
    ended = product.describe(key)
    assert ended.ended_at is not None
    assert ended.ended_at - begun < HEARD_SECONDS, f"after {ended.ended_at - begun:g} s"


def _late_answers_dropped(patch: Patch) -> None:
    patch.setattr(LateAnswers, "closing", lambda *_: None)


DIRECT: dict[str, Direct] = {
    "a lease of the earliest call": Direct(
        "a lease lasts as long as its last call", _earliest_lease, _a_lease_lasts_as_long_as_its_last_call),
    "no check before a call": Direct(
        "a call past its end is not made", _no_check_before_a_call, _a_call_past_its_end_is_not_made),
    "an uncovered lease": Direct(
        "a header is due when a lease ends at the latest", _uncovered, _a_lease_that_opens_is_covered),
    "refusals unnoticed": Direct(
        "who cannot change a header leaves", _refusals_unnoticed, _a_refused_header_change_is_noticed),
    "a sweep claims first": Direct(
        "a wake is sent before it is claimed", _claims_first, _a_sweep_that_died_is_made_good_by_the_next),
    "failed wakes acknowledged": Direct(
        "a wake that failed comes again", _failed_wakes_acknowledged, _a_failed_wake_comes_again),
    "an item consumed again": Direct(
        "what was read counts once", _consumed_again, _an_item_is_consumed_once),
    "succeeded children asked again": Direct(
        "a redrive waits for those that did not succeed", _succeeded_asked_again,
        _a_redriven_map_run_succeeds_at_once),
    "notices without redrives": Direct(
        "a redriven child is heard at once", _notices_without_redrives, _a_redriven_map_run_fails_at_once),
    "closed whoever waits": Direct(
        "only who owes nobody anything closes with its commit", _closed_whoever_waits,
        _a_parent_is_told_before_its_child_closes),
    "late answers before they come": Direct(
        "a redrive makes no call that goes on", _told_before_the_answer, _a_redrive_makes_no_call_that_goes_on),
    "late answers of any call": Direct(
        "a redrive waits for just its call", _any_call_counts, _a_redrive_waits_for_just_its_call),
    "late answers dropped": Direct(
        "a redrive hears of a late answer at once", _late_answers_dropped, _a_late_answer_is_heard_at_once),
}
