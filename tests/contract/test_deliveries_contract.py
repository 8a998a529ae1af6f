"""engine.ports.deliveries, the same for every family."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.errors import InvalidDocument
from engine.ports.deliveries import (
    NOT_MATCHED,
    REFUSED,
    STARTED,
    AlreadyDelivered,
    Delivery,
    DeliveryQuery,
    TriggerState,
)
from engine.ports.journal import RUNNING, Header, row_of
from engine.ports.keys import ExecutionKey

DAY = 86400.0


@pytest.fixture
def deliveries(backend):
    return backend.deliveries


@pytest.fixture
def states(backend):
    return backend.trigger_states


def _delivery(backend, workspace, mark="m1", **changes):
    now = backend.clock.now()
    made = Delivery(
        key=ExecutionKey.of(workspace, "orders", f"webhook.{mark}"), trigger="webhook", kind="webhook", version=3,
        arrived_at=now, outcome=STARTED, forget_at=now + 30 * DAY, source="192.0.2.7", dedupe_key="evt_1",
        body=b'{"value":1}', body_digest="d1",
    )
    return replace(made, **changes)


def _header(delivery, digest="i1"):
    return Header(
        key=delivery.key, workflow=delivery.workflow, version=delivery.version, definition_digest="def",
        input_digest=digest, kind="STANDARD", status=RUNNING, started_at=delivery.arrived_at,
        due_at=delivery.arrived_at + 60,
    )


def _start(backend, delivery, data=b'{"a":1}', digest="i1"):
    header = _header(delivery, digest)
    return backend.deliveries.start(delivery, header, data, row_of(header))


def test_a_start_writes_the_execution_and_its_delivery(backend, deliveries, workspace):
    delivery = _delivery(backend, workspace)
    assert _start(backend, delivery) is None
    assert deliveries.get(delivery.key) == delivery
    assert backend.journal.header(delivery.key).status == RUNNING
    assert backend.journal.execution_input(delivery.key) == b'{"a":1}'


def test_a_long_input_and_a_long_body_come_back(backend, deliveries, workspace):
    long = b'"' + b"x" * 400_000 + b'"'
    delivery = _delivery(backend, workspace, body=long)
    assert _start(backend, delivery, long) is None
    assert deliveries.get(delivery.key).body == long
    assert backend.journal.execution_input(delivery.key) == long


@pytest.mark.parametrize("digest", ["i1", "i2"])
def test_what_started_once_starts_nothing_again(backend, workspace, digest):
    first = _delivery(backend, workspace)
    _start(backend, first)
    with pytest.raises(AlreadyDelivered) as known:
        _start(backend, replace(first, body=b"2", body_digest="d2"), b'{"a":2}', digest)
    assert known.value.delivery == first
    assert backend.journal.execution_input(first.key) == b'{"a":1}'


def test_the_row_outlives_its_execution(backend, deliveries, workspace):
    first = _delivery(backend, workspace, mark="gone")
    assert deliveries.put(first) is None  # as it is once retention took the execution: a row, and no header
    with pytest.raises(AlreadyDelivered):
        _start(backend, first, b"x" * 5000)
    assert backend.journal.header(first.key) is None
    assert backend.journal.execution_input(first.key) is None


def test_where_the_name_is_taken_nothing_is_written(backend, deliveries, workspace):
    delivery = _delivery(backend, workspace)
    header = replace(_header(delivery), input_digest="other")
    backend.journal.create(header, b"0", row_of(header))
    present = _start(backend, delivery)
    assert present.input_digest == "other"
    assert deliveries.get(delivery.key) is None


@pytest.mark.parametrize("outcome", [NOT_MATCHED, REFUSED])
def test_what_started_nothing_may_start_later_under_the_same_key(backend, deliveries, workspace, outcome):
    first = _delivery(backend, workspace, outcome=outcome, why="the total is 5, not more than 100")
    assert deliveries.put(first) is None
    assert deliveries.get(first.key) == first
    second = _delivery(backend, workspace, body_digest="d2")
    assert _start(backend, second) is None
    assert deliveries.get(first.key) == second


def test_what_started_is_not_written_over(backend, deliveries, workspace):
    first = _delivery(backend, workspace)
    _start(backend, first)
    assert deliveries.put(replace(first, outcome=REFUSED, why="no")) == first
    assert deliveries.get(first.key) == first


def test_a_key_whose_time_is_over_is_free(backend, deliveries, workspace):
    first = _delivery(backend, workspace, mark="old", forget_at=backend.clock.now() + 10)
    assert deliveries.put(first) is None
    backend.clock.sleep(11)
    again = replace(_delivery(backend, workspace, mark="old"), outcome=REFUSED)
    assert deliveries.put(again) is None
    assert deliveries.get(first.key) == again


def test_repeats_are_counted(backend, deliveries, workspace):
    first = _delivery(backend, workspace)
    _start(backend, first)
    deliveries.repeated(first.key, first.arrived_at + 1, differs=False)
    deliveries.repeated(first.key, first.arrived_at + 2, differs=True)
    found = deliveries.get(first.key)
    assert (found.repeats, found.differed, found.repeated_at) == (2, 1, first.arrived_at + 2)


def test_deliveries_are_listed_newest_first_by_trigger(backend, deliveries, workspace):
    made = [
        _delivery(backend, workspace, mark=f"m{number}", arrived_at=1_700_000_000.5 + number, outcome=NOT_MATCHED)
        for number in range(5)
    ]
    for each in made:
        deliveries.put(each)
    deliveries.put(replace(made[0], key=ExecutionKey.of(workspace, "orders", "other.m1"), trigger="other"))
    query = DeliveryQuery(workspace, "orders", "webhook", limit=2)
    seen = []
    while True:
        page = deliveries.page(query)
        assert all(row.body is None for row in page.deliveries)
        seen += page.deliveries
        if page.next_token is None:
            break
        query = replace(query, next_token=page.next_token)
    assert [row.key for row in seen] == [each.key for each in reversed(made)]
    assert deliveries.page(DeliveryQuery(workspace + "-b", "orders", "webhook")).deliveries == ()


def test_an_alert_that_was_given_up_is_kept_under_a_name_that_no_trigger_has(backend, deliveries, workspace):
    key = ExecutionKey.of(workspace, "orders", "alert:pager.m1")
    kept = _delivery(backend, workspace, key=key, trigger="alert:pager", kind="alert", outcome=REFUSED)
    deliveries.put(kept)
    assert deliveries.get(key) == kept
    assert [row.key for row in deliveries.page(DeliveryQuery(workspace, "orders", "alert:pager")).deliveries] == [key]
    assert deliveries.page(DeliveryQuery(workspace, "orders", "alert")).deliveries == ()


def test_a_token_of_another_list_is_refused(backend, deliveries, workspace):
    for number in range(2):
        deliveries.put(_delivery(backend, workspace, mark=f"m{number}", outcome=NOT_MATCHED))
    token = deliveries.page(DeliveryQuery(workspace, "orders", "webhook", limit=1)).next_token
    with pytest.raises(InvalidDocument, match="next_token"):
        deliveries.page(DeliveryQuery(workspace, "orders", "other", limit=1, next_token=token))


def test_a_delivery_is_no_execution(backend, deliveries, workspace):
    deliveries.put(_delivery(backend, workspace, outcome=REFUSED))
    assert backend.catalog.workflows(workspace) == []
    assert backend.journal.header(_delivery(backend, workspace).key) is None


def test_states_change_only_as_they_were_read(states, workspace):
    first = TriggerState(workspace, "orders", "nightly", looked_at=1_700_000_000.25, since=1.5, spec="s")
    assert states.get(workspace, "orders", "nightly") is None
    assert states.change(first) is True
    assert states.change(first) is False
    stored = states.get(workspace, "orders", "nightly")
    assert stored == replace(first, revision=1)
    paused = replace(stored, paused_at=1_700_000_001.0, paused_by="ada")
    assert states.change(paused) is True
    assert states.change(stored) is False
    assert states.all(workspace) == [replace(paused, revision=2)]


def test_a_state_that_is_forgotten_may_come_anew(states, workspace):
    first = TriggerState(workspace, "orders", "!alert!1", spec="s")
    for _ in range(2):
        assert states.change(first) is True
        states.forget(workspace, "orders", "!alert!1")
        states.forget(workspace, "orders", "!alert!1")
        assert states.all(workspace) == []


def test_states_come_by_workflow_and_trigger(states, workspace):
    for workflow, trigger in (("b", "y"), ("a", "z"), ("b", "x")):
        states.change(TriggerState(workspace, workflow, trigger))
    assert [(state.workflow, state.trigger) for state in states.all(workspace)] == [("a", "z"), ("b", "x"), ("b", "y")]
    assert states.all(workspace + "-b") == []


def test_what_arrived_is_erased_and_still_starts_nothing_again(backend, deliveries, workspace):
    long = b'{"value":"' + b"x1y2" * 200_000 + b'"}'
    for mark, body in (("m1", b'{"value":1}'), ("long", long)):
        delivery = _delivery(backend, workspace, mark, body=body)
        _start(backend, delivery)
        deliveries.erase([delivery.key])
        found = deliveries.get(delivery.key)
        assert (found.body, found.dedupe_key, found.source, found.body_digest) == (None, None, "", "")
        assert (found.outcome, found.arrived_at) == (STARTED, delivery.arrived_at)
        with pytest.raises(AlreadyDelivered):
            _start(backend, replace(delivery, body=b"other"))
    deliveries.erase([ExecutionKey.of(workspace, "orders", "webhook.none")])
