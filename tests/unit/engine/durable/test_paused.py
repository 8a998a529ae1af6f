"""A PAUSED execution: what cannot be opened, resumed, stopped."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.durable.lifecycle.errors import ExecutionIsNotPaused
from engine.durable.poison import MOST_STRIKES
from engine.errors import InvalidDefinition
from engine.ports.keys import ExecutionKey
from tests.support.durable import TESTER, Product
from tests.support.flows import CALLBACK, WAIT, WORK
from tests.support.poisoned import PAST_ANY_LEASE, killer, paused, raising, status, strikes


def no_definition(product, key):
    del key

    def numbered(*_args):
        raise InvalidDefinition([])

    product.published.numbered = numbered


def no_input(product, key):
    product.stores.journal._inputs[key] = None


def a_broken_segment(product, key):
    product.run(key)
    journal = product.stores.journal
    journal._segments[key][0] = replace(journal._segments[key][0], body=b"\x00{")


def a_missing_blob(product, key):
    del key
    from engine.errors import StoreCorrupt  # noqa: PLC0415

    product.stores.journal.load = raising(StoreCorrupt("a blob is missing"))


def a_defect(product, key):
    del key
    product.stores.journal.load = raising(KeyError("nonce"))


@pytest.mark.parametrize("breaks", [no_definition, no_input, a_broken_segment, a_missing_blob, a_defect])
def test_what_cannot_be_opened_ends_paused_and_can_be_resumed(breaks):
    product = Product(WAIT)
    key, neighbour = product.start({}), product.start({}, name="two")
    journal = product.stores.journal
    load, inputs, numbered = journal.load, dict(journal._inputs), product.published.numbered
    breaks(product, key)
    segments = {number: replace(s) for number, s in journal._segments.get(key, {}).items()}
    for failed in range(MOST_STRIKES + 1):
        assert strikes(product, key) == failed
        product.clock.sleep(PAST_ANY_LEASE)
        product.worker().run([key], deadline=product.clock.now() + 300, redelivered={key} if failed else frozenset())
    assert status(product, key) == "PAUSED"
    assert product.stores.journal.header(key).cause.startswith(("It can", "A defect"))
    journal.load, journal._inputs, product.published.numbered = load, inputs, numbered
    if segments:
        journal._segments[key].clear()  # restored from a backup, as it was before
        journal._headers[key] = replace(journal.header(key), seq=-1)
    resumed = product.executions.resume(key)
    assert resumed.status == "RUNNING"
    product.drain()
    assert {product.describe(each).status for each in (key, neighbour)} == {"SUCCEEDED"}


def test_an_unreadable_paused_execution_is_shown_from_its_header():
    product = Product(WAIT)
    key = product.start({})
    no_definition(product, key)
    for _ in range(MOST_STRIKES + 1):
        product.run(key)
    execution = product.describe(key)
    assert (execution.status, execution.input) == ("PAUSED", None)
    assert execution.cause.startswith("It can")


# ---------------------------------------------------------------- resume and stop


def test_resume_starts_the_count_anew_and_wakes_it():
    product, key = killer()
    paused(product, key)
    product.tasks.answers[WORK] = [{"ok": 1}]
    assert product.executions.resume(key).status == "RUNNING"
    assert (strikes(product, key), status(product, key)) == (0, "RUNNING")
    product.drain()
    assert product.describe(key).output == {"ok": 1}
    assert product.describe(key).cause is None


def test_a_resume_whose_wake_was_lost_is_found_by_the_sweep():
    product, key = killer()
    paused(product, key)
    product.tasks.answers[WORK] = [{"ok": 1}]
    product.executions.resume(key)
    product.stores.queue.acknowledge([received.receipt for received in product.stores.queue.claim(10)])
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"


def test_only_a_paused_execution_can_be_resumed():
    product = Product(WAIT)
    key = product.start({})
    with pytest.raises(ExecutionIsNotPaused, match="it is RUNNING"):
        product.executions.resume(key)
    product.drain()
    with pytest.raises(ExecutionIsNotPaused, match="it is SUCCEEDED"):
        product.executions.resume(key)


def test_a_start_repeated_while_it_is_paused_answers_it_and_does_not_wake_it_up():
    product, key = killer()
    paused(product, key)
    assert product.executions.start("default", "flow", {}, name="one").status == "PAUSED"
    assert status(product, key) == "PAUSED"


def test_a_stop_reaches_a_paused_execution_and_calls_nothing():
    product, key = killer()
    paused(product, key)
    calls = len(product.tasks.calls)
    product.executions.stop(key, error="Enough", cause="it kills", actor=TESTER)
    product.drain()
    execution = product.describe(key)
    assert (execution.status, execution.error, execution.cause) == ("ABORTED", "Enough", "it kills")
    assert product.events(key)[-1] == "ExecutionAborted"
    assert len(product.tasks.calls) == calls
    assert product.stores.journal.inbox(key) == []


def test_a_stop_reaches_a_paused_execution_that_never_began():
    product = Product(WAIT)
    key = product.start({})
    numbered = product.published.numbered
    no_definition(product, key)
    for _ in range(MOST_STRIKES + 1):
        product.run(key)
    product.published.numbered = numbered
    product.executions.stop(key, cause="no need", actor=TESTER)
    product.drain()
    assert product.events(key)[0] == "ExecutionStarted"
    assert (product.describe(key).status, product.describe(key).cause) == ("ABORTED", "no need")


def test_a_stop_ends_a_paused_execution_that_cannot_be_opened():
    product = Product(WAIT)
    key = product.start({})
    no_definition(product, key)
    for _ in range(MOST_STRIKES + 1):
        product.run(key)
    product.executions.stop(key, error="Enough", cause="gone", actor=TESTER)
    product.clock.sleep(1)
    assert product.run(key) is None
    assert status(product, key) == "ABORTED"
    execution = product.describe(key)
    assert (execution.status, execution.ended_at) == ("ABORTED", product.clock.now())
    assert "gone" in execution.cause
    assert product.stores.journal.inbox(key) == []
    assert product.stores.journal.due(float("inf")) == []


def test_a_stop_of_a_paused_callback_ignores_its_answer():
    product = Product(CALLBACK)
    key = product.start({})
    product.run(key)
    journal = product.stores.journal
    journal._headers[key] = replace(journal.header(key), status="PAUSED", cause="by hand", due_at=None)
    product.executions.answers.send_task_success(product.tasks.calls[0].task_token, {"late": True})
    product.executions.stop(key, cause="no", actor=TESTER)
    product.drain()
    assert (product.describe(key).status, product.describe(key).cause) == ("ABORTED", "no")


def test_an_unknown_execution_cannot_be_resumed():
    with pytest.raises(Exception, match="no execution"):
        Product(WAIT).executions.resume(ExecutionKey.of("default", "flow", "none"))
