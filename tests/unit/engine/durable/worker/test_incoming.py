"""What arrives while an execution is owned, or before: answers, stops, items of a newer release."""

from __future__ import annotations

import json

import pytest

from engine.errors import SchemaTooNew
from engine.kernel.snapshot import Phase
from engine.ports.journal import InboxItem
from engine.ports.tasks import TaskFailed
from tests.support.durable import START, TESTER, Product, ScriptedTasks
from tests.support.faults import ticking
from tests.support.flows import CALLBACK, ONE_TASK, WAIT, WORK, Died, flow, snapshot

HAND_OVER = WORK + ".waitForTaskToken"
ENDLESS = {"Loop": {"Type": "Pass", "Next": "Loop"}}


def test_an_answer_that_came_before_a_takeover_waits_until_the_call_is_handed_over_again():
    product = Product(CALLBACK)
    key = product.start({})

    def answered_then_died(call):
        product.executions.answers.send_task_success(call.task_token, {"accepted": True})
        raise Died

    product.tasks.answers[HAND_OVER] = [answered_then_died, {}]
    with pytest.raises(Died):
        product.run(key)
    product.clock.sleep(400)
    assert product.run_late(key, left=9) is None  # no time for a call: it is taken over, SCHEDULED, and parked
    assert snapshot(product, key).frames[""].phase is Phase.SCHEDULED
    product.drain()
    assert product.describe(key).output == {"accepted": True}


def test_an_item_of_a_newer_release_is_left_for_its_worker():
    product = Product(WAIT)
    key = product.start({})
    product.run(key)
    body = json.dumps({"kind": "of a newer release", "index": 3}).encode()
    product.stores.journal.put_inbox(InboxItem(key, "notice#3", body, product.clock.now() + 60))
    assert isinstance(product.run(key), SchemaTooNew)
    assert [item.id for item in product.stores.journal.inbox(key)] == ["notice#3"]


def test_an_item_of_a_newer_release_abandons_no_running_call():
    product = Product(ONE_TASK, at_most_once=("Work",))
    key = product.start({})

    def noticed(_call):
        body = json.dumps({"kind": "of a newer release", "index": 3}).encode()
        product.stores.journal.put_inbox(InboxItem(key, "notice#3", body, product.clock.now() + 60))
        return {"ok": 1}

    product.tasks.answers[WORK] = [noticed]
    product.run(key)
    assert product.describe(key).output == {"ok": 1}


def test_a_stop_before_the_first_step_makes_no_call():
    product = Product(ONE_TASK)
    key = product.start({})
    product.executions.stop(key, actor=TESTER)
    product.clock.sleep(3)
    product.drain()
    assert product.describe(key).status == "ABORTED"
    assert product.tasks.calls == []


def test_the_owner_of_an_endless_loop_reads_its_inbox():
    product = Product(flow(ENDLESS))
    key = product.start({})
    ticking(product, 0.25)
    real = product.stores.journal.commit

    def stop_meanwhile(segments, *more):
        if segments[0].seq == 1:
            product.executions.stop(key, actor=TESTER)
        return real(segments, *more)

    product.stores.journal.commit = stop_meanwhile
    product.run(key)
    execution = product.describe(key)
    assert execution.status == "ABORTED"
    assert execution.ended_at - START < 60  # not only when it parks


def test_an_at_most_once_call_that_surely_failed_fails_with_its_own_error():
    """It may be retried and caught by that: only of one whose outcome is unknown it is said that it was interrupted."""
    refused = ScriptedTasks({WORK: [TaskFailed("Demo.Refused", "no such order")]}, at_most_once=(WORK,))
    product = Product(ONE_TASK, refused)
    key = product.start({})
    product.run(key)
    ended = product.describe(key)
    assert (ended.error, ended.cause) == ("Demo.Refused", "no such order")
