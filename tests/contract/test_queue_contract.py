"""engine.ports.queue.ClaimableQueue, the same for every family.

On AWS Lambda polls the queue; there a poller of the tests stands for it, over the adapter that sends.
"""

from __future__ import annotations

import pytest

from engine.ports.keys import ExecutionKey
from engine.ports.queue import MAX_DELAY_SECONDS, Wake


@pytest.fixture
def queue(backend):
    """An empty queue: what other tests left in it is claimed and acknowledged."""
    backend.restart()
    backend.clock.sleep(100_000)
    while claimed := backend.queue.claim(10):
        backend.queue.acknowledge([item.receipt for item in claimed])
    backend.queue.changed()
    return backend.queue


def keys_of(received):
    return {item.key for item in received}


def test_a_wake_is_claimed_once_and_gone_when_acknowledged(queue, key):
    queue.send([Wake(key)])
    (received,) = queue.claim(10)
    assert received.key == key
    assert received.receives == 1
    assert queue.claim(10) == []
    queue.acknowledge([received.receipt])
    assert queue.claim(10) == []


def test_nothing_sent_nothing_claimed(queue):
    queue.send([])
    assert queue.claim(10) == []
    assert queue.next_due_in() is None


def test_a_delay_is_kept(queue, backend, key):
    queue.send([Wake(key, delay=30.0)])
    backend.clock.sleep(29.0)
    assert queue.claim(10) == []
    backend.clock.sleep(1.001)
    assert keys_of(queue.claim(10)) == {key}


def test_a_delay_beyond_the_longest_is_cut(queue, backend, key):
    queue.send([Wake(key, delay=5_000.0)])
    backend.clock.sleep(MAX_DELAY_SECONDS + 0.001)
    assert keys_of(queue.claim(10)) == {key}


def test_a_claim_takes_at_most_its_limit(queue, workspace):
    keys = {ExecutionKey.of(workspace, "orders", f"run-{number}") for number in range(25)}
    queue.send([Wake(key) for key in sorted(keys)])
    first = queue.claim(10)
    assert len(first) == 10
    found, rest = keys_of(first), first
    while rest:
        rest = queue.claim(10)
        assert not found & keys_of(rest)
        found |= keys_of(rest)
    assert found == keys


def test_a_released_wake_comes_again_and_counts(queue, key):
    queue.send([Wake(key)])
    (first,) = queue.claim(10)
    queue.release([first.receipt])
    (again,) = queue.claim(10)
    assert again.key == key
    assert again.receives == 2


def test_a_wake_can_be_released_for_later(queue, backend, key):
    queue.send([Wake(key)])
    queue.release([item.receipt for item in queue.claim(10)], delay=20.0)
    assert queue.claim(10) == []
    backend.clock.sleep(20.001)
    assert keys_of(queue.claim(10)) == {key}


def test_the_claims_of_a_dead_process_are_free(queue, backend, key):
    queue.send([Wake(key)])
    assert len(queue.claim(10)) == 1
    backend.restart()
    if backend.family == "aws":
        backend.clock.sleep(3600)  # there time alone ends a claim
    (again,) = backend.queue.claim(10)
    assert again.key == key
    assert again.receives == 2


def test_two_wakes_for_one_execution_are_two(queue, key):
    queue.send([Wake(key), Wake(key)])
    assert [item.key for item in queue.claim(10)] == [key, key]


def test_the_next_wake_is_known(queue, backend, workspace):
    queue.send([Wake(ExecutionKey.of(workspace, "orders", "late"), delay=60.0)])
    assert queue.next_due_in() == pytest.approx(60.0, abs=0.01)
    queue.send([Wake(ExecutionKey.of(workspace, "orders", "soon"), delay=10.0)])
    backend.clock.sleep(4.0)
    assert queue.next_due_in() == pytest.approx(6.0, abs=0.01)
    backend.clock.sleep(10.0)
    assert queue.next_due_in() == 0.0
    assert len(queue.claim(1)) == 1
    assert queue.next_due_in() == pytest.approx(46.0, abs=0.01)


def test_a_sent_wake_is_a_change(queue, key):
    assert not queue.changed()
    queue.send([Wake(key)])
    assert queue.changed()
    assert not queue.changed()


def test_unknown_receipts_are_no_error(queue, key):
    queue.send([Wake(key)])
    (received,) = queue.claim(10)
    queue.acknowledge([received.receipt])
    queue.acknowledge([received.receipt])
    queue.release([received.receipt])
    assert queue.claim(10) == []


# ---------------------------------------------------------------- turns


CLAIMED_BY_US = pytest.mark.parametrize("shared_backend", ["memory", "sqlite"], indirect=True)
"""On AWS Lambda claims, and moto does not imitate how."""


@pytest.fixture
def fair_queue(queue, backend):
    """SQS is fair by itself, by the messages' groups (tests/unit/engine/adapters/aws/test_queue.py); moto is not."""
    assert backend.family != "aws"
    return queue


def queued(queue, workspace, workflow, count, **more):
    queue.send([Wake(ExecutionKey.of(workspace, workflow, f"run-{number}"), **more) for number in range(count)])


def claims_until(queue, workflow, count):
    """How many claims of ten it takes to claim `count` wakes of the workflow."""
    claims = 0
    while count > 0:
        claimed = queue.claim(10)
        assert len(claimed) == 10
        queue.acknowledge([item.receipt for item in claimed])
        count -= sum(item.key.workflow == workflow for item in claimed)
        claims += 1
    return claims


@CLAIMED_BY_US
@pytest.mark.parametrize("name", ["aaa", "zzz"])
def test_ten_behind_ten_thousand_are_claimed_in_twice_their_lone_claims(fair_queue, workspace, name):
    queued(fair_queue, workspace, "many", 10_000)
    claims_until(fair_queue, "many", 100)
    queued(fair_queue, workspace, name, 10)
    assert claims_until(fair_queue, name, 10) <= 2


@CLAIMED_BY_US
def test_a_hundred_workflows_take_turns_behind_a_large_one(fair_queue, workspace):
    queued(fair_queue, workspace, "many", 3_000)
    claims_until(fair_queue, "many", 20)
    for number in range(100):
        queued(fair_queue, workspace, f"flow-{number}", 10)
    seen = {}
    for claims in range(1, 202):
        claimed = fair_queue.claim(10)
        fair_queue.acknowledge([item.receipt for item in claimed])
        for item in claimed:
            seen.setdefault(item.key.workflow, []).append(claims)
    assert {name: len(at) for name, at in seen.items() if name != "many"} == {f"flow-{n}": 10 for n in range(100)}
    assert max(at[0] for at in seen.values()) <= 12  # each had one before any had two
    assert len(seen["many"]) >= 10


@CLAIMED_BY_US
def test_workflows_whose_wakes_are_not_due_hide_none_that_are(fair_queue, backend, workspace):
    for number in range(200):
        queued(fair_queue, workspace, f"later-{number}", 2, delay=600.0)
    queued(fair_queue, workspace, "now", 50)
    assert claims_until(fair_queue, "now", 50) == 5
    assert fair_queue.claim(10) == []
    backend.clock.sleep(601)
    assert len(fair_queue.claim(400)) == 400


@CLAIMED_BY_US
@pytest.mark.parametrize("limit", [1, 3, 10, 100])
def test_no_wake_is_lost_and_none_comes_twice_however_many_are_claimed(fair_queue, workspace, limit):
    for workflow, count in (("a", 90), ("b", 7), ("c", 1), ("d", 30)):
        queued(fair_queue, workspace, workflow, count)
    found, left = [], 128
    while left:
        claimed = fair_queue.claim(limit)
        assert len(claimed) == min(limit, left)  # as many as there are
        found += [item.key for item in claimed]
        left -= len(claimed)
        fair_queue.acknowledge([item.receipt for item in claimed])
    assert len(set(found)) == len(found) == 128


@CLAIMED_BY_US
def test_some_workflows_can_be_left(fair_queue, backend, workspace):
    queued(fair_queue, workspace, "many", 40)
    queued(fair_queue, workspace, "few", 3)
    queued(fair_queue, workspace, "later", 3, delay=60.0)
    claimed = fair_queue.claim(10, without={"many"})
    assert {item.key.workflow for item in claimed} == {"few"}
    assert len(claimed) == 3
    assert fair_queue.claim(10, without={"many"}) == []
    backend.clock.sleep(61)
    assert len(fair_queue.claim(2, without={"many"})) == 2
    assert len(fair_queue.claim(100)) == 41
