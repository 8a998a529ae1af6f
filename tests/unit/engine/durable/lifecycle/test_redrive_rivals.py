"""A redrive amid those who still close, sweep or redrive the same execution."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.durable import codec, inbox
from engine.durable.lifecycle.pausing import HOLD, QUEUE
from engine.durable.lifecycle.redrives import ExecutionNotRedrivable
from tests.support.durable import TESTER, Product, ScriptedTasks
from tests.support.redriving import BAD, A, failed, machine, redrive, task


def test_who_was_about_to_close_it_cannot_close_the_redriven_one():
    product, key = failed(machine(Only=task(A)), ScriptedTasks({A: [BAD, 1]}))
    late = product.worker()
    activation = product.worker()._admission._activator.activate(product.stores.journal.load(key))
    redrive(product, key)
    late._settling._parking.close(activation)
    assert product.stores.journal.header(key).status == "RUNNING"
    product.drain()
    assert product.describe(key).output == 1


def test_one_whose_header_is_not_closed_yet_is_redriven():
    """Its last segment is all that is shown of it; the worker that wrote it comes too late to close it."""
    product = Product(machine(Only=task(A)), ScriptedTasks({A: [BAD, 1]}))
    key = product.start({})
    worker = product.worker()
    closing = []
    worker._settling._parking.close = closing.append
    product.run(key, worker)
    assert product.stores.journal.header(key).status == "RUNNING"
    assert product.describe(key).status == "FAILED"
    redrive(product, key)
    product.worker()._settling._parking.close(closing[0])
    assert product.stores.journal.header(key).status == "RUNNING"
    product.drain()
    assert product.describe(key).output == 1
    assert product.events(key).count("ExecutionRedriven") == 1


def test_what_is_said_to_a_redriven_one_is_not_swept_away_with_the_old_inbox():
    product, key = failed(machine(Only=task(A)), ScriptedTasks({A: [BAD, 1]}))
    loaded = product.stores.journal.load(key)
    redrive(product, key)
    item = inbox.stop_item(key, product.clock.now(), error="Enough", cause=None, actor=TESTER)
    product.stores.journal.put_inbox(item)
    assert product.worker()._admission.admit(loaded, product.clock.now() + 60, invocation=60, redelivered=False) is None
    assert [item.id for item in product.stores.journal.inbox(key)] == ["stop"]
    product.drain()
    assert (product.describe(key).status, product.describe(key).error) == ("ABORTED", "Enough")


def test_a_stop_that_came_too_late_does_not_stop_the_redriven_one():
    product, key = failed(machine(Only=task(A)), ScriptedTasks({A: [BAD, 1]}))
    product.stores.journal.put_inbox(inbox.stop_item(key, product.clock.now(), error=None, cause=None, actor=TESTER))
    redrive(product, key)
    product.drain()
    assert product.describe(key).output == 1


def test_one_that_an_earlier_release_ended_is_refused(monkeypatch):
    product, key = failed(machine(Only=task(A)), ScriptedTasks({A: [BAD, 1]}))
    decode = codec.decode_snapshot

    def without_remains(bodies, **how):
        return replace(decode(bodies, **how), redrivable={})

    monkeypatch.setattr(codec, "decode_snapshot", without_remains)
    with pytest.raises(ExecutionNotRedrivable, match="earlier release"):
        redrive(product, key)


def test_a_slow_closer_that_comes_in_between_closes_nothing():
    """The header is still open; the redrive writes its segment; then the closer writes the header; then the redrive."""
    product = Product(machine(Only=task(A)), ScriptedTasks({A: [BAD, 1]}))
    key = product.start({})
    worker, closing = product.worker(), []
    worker._settling._parking.close = closing.append
    product.run(key, worker)
    journal, commit = product.stores.journal, product.stores.journal.commit

    def commit_and_close(segments, headers=()):
        answer = commit(segments, headers)
        journal.commit = commit
        product.worker()._settling._parking.close(closing[0])
        return answer

    journal.commit = commit_and_close
    redrive(product, key)
    assert journal.header(key).status == "RUNNING"
    product.drain()
    assert product.describe(key).output == 1


def test_the_slower_redrive_leaves_the_inbox_of_the_faster_one_alone():
    product, key = failed(machine(Only=task(A)), ScriptedTasks({A: [BAD, 1]}))
    loaded = product.stores.journal.load(key)
    redrive(product, key)
    product.stores.journal.put_inbox(inbox.stop_item(key, product.clock.now(), error="E", cause=None, actor=TESTER))
    with pytest.raises(ExecutionNotRedrivable, match="another redrive"):
        product.executions._redrives.redrive(loaded)
    assert [item.id for item in product.stores.journal.inbox(key)] == ["stop"]


BROKEN = {"Type": "Pass", "Parameters": {"x.$": "States.ArrayGetItem(States.Array(1), 7)"}, "End": True}


@pytest.mark.parametrize("state", [{"Type": "Fail", "Error": "No"}, BROKEN])
def test_while_its_workflow_is_held_nothing_is_entered(state):
    product, key = failed(machine(Only=state), ScriptedTasks({}))
    product.pausing.pause("default", "flow", starts=QUEUE, running=HOLD, actor=TESTER)
    redrive(product, key)
    product.run(key)
    assert product.describe(key).status == "RUNNING"
    product.pausing.resume("default", "flow")
    product.drain()
    assert product.describe(key).status == "FAILED"
    assert product.events(key).count("ExecutionFailed") == 2


def test_what_nobody_told_before_the_redrive_is_told_after_it():
    """Its worker dies between the commit and the telling; the header is open, and it is redriven."""
    product = Product(machine(Only=task(A)), ScriptedTasks({A: [BAD, 1]}))
    key = product.start({})

    def dies(segments):
        if "ExecutionFailed" in types(segments):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        product.run(key, product.worker(on_committed=dies))
    assert product.stores.journal.header(key).status == "RUNNING"
    product.stores.restart()
    redrive(product, key)
    told = []
    product.run(key, product.worker(on_committed=told.extend))
    assert types(told[:2])[-2:] == ["ExecutionFailed", "ExecutionRedriven"]
    assert types(told)[-1] == "ExecutionSucceeded"


def types(segments):
    return [event.type for segment in segments for event in codec.decode_events(segment.body)]
