from __future__ import annotations

from itertools import pairwise

import pytest

from engine.adapters.aws import recent
from engine.adapters.aws.recent import BUSY, SECONDS, Recent
from engine.catalog.published import CatalogPublished
from engine.clock import SkipClock
from engine.durable.lifecycle.starts import Starts, WorkflowPaused
from engine.ports.catalog_store import DraftRecord, VersionRecord
from engine.ports.pauses import Pause
from engine.settings import Settings

DOCUMENT = b'{"definition": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}}'


@pytest.fixture
def clock():
    return SkipClock()


@pytest.fixture
def reads():
    return []


@pytest.fixture
def seen(clock, reads):
    def read(key):
        reads.append(clock.now())
        return f"{key}{len(reads)}"

    return Recent(read, clock)


def test_a_process_with_time_reads_each_time(seen, clock, reads):
    for number in range(20):
        assert seen.get("k") == f"k{number + 1}"
        clock.sleep(SECONDS / (BUSY - 1))
    assert len(reads) == 20


def test_a_busy_one_reads_once_a_second(seen, clock, reads):
    for _ in range(1000):
        seen.get("k")
        clock.sleep(0.01)
    assert len(reads) == BUSY + 9, "until it is busy, and in each of ten seconds"
    assert max(later - earlier for earlier, later in pairwise(reads)) < SECONDS + 0.02


def test_each_key_is_busy_by_itself(seen, reads):
    for _ in range(BUSY):
        seen.get("k")
    assert seen.get("other") == f"other{BUSY + 1}"
    assert seen.get("k") == f"k{BUSY}"


def test_a_clock_that_goes_back_ends_what_is_known(seen, clock, reads):
    for _ in range(BUSY + 2):
        seen.get("k")
    assert len(reads) == BUSY
    clock.set(clock.now() - 3600)
    seen.get("k")
    assert len(reads) == BUSY + 1


def test_names_that_callers_make_up_take_no_memory(seen, monkeypatch):
    monkeypatch.setattr(recent, "_KEPT", 10)
    for number in range(100):
        seen.get(number)
    assert len(seen._asked) <= 10
    assert len(seen._known) <= 10


# --- in a start


@pytest.fixture
def starts(aws_stores, aws_clock):
    aws_clock.sleep(10)  # what the test before asked for is long past
    return Starts(
        journal=aws_stores.journal, queue=aws_stores.queue, published=CatalogPublished(aws_stores.started_catalog),
        clock=aws_clock, settings=Settings(), pauses=aws_stores.started_pauses,
    )


def publish(stores, workspace, number):
    if number == 1:
        stores.catalog.put_draft(
            DraftRecord(workspace, "orders", DOCUMENT, "1", 0.0, "ada"), expect_etag=None, description=""
        )
    stores.catalog.put_version(
        VersionRecord(workspace, "orders", number, DOCUMENT, f"{number}", f"{number}", "", 0.0, "ada")
    )


def pause(workspace, starts):
    return Pause(workspace, "orders", starts, "finish", 0.0, "ada")


def test_a_start_of_a_process_with_time_sees_what_was_published_and_paused_just_now(aws_stores, starts):
    publish(aws_stores, "idle", 1)
    assert starts.start("idle", "orders", {}).version == 1
    publish(aws_stores, "idle", 2)
    assert starts.start("idle", "orders", {}).version == 2
    aws_stores.pauses.put(pause("idle", "refuse"))
    with pytest.raises(WorkflowPaused):
        starts.start("idle", "orders", {})


def test_a_busy_one_sees_it_a_second_later(aws_stores, starts, aws_clock, calls):
    publish(aws_stores, "busy", 1)
    for _ in range(BUSY):
        starts.start("busy", "orders", {})
    calls.clear()
    for _ in range(20):
        starts.start("busy", "orders", {})
    assert {name for name, _ in calls} == {"PutItem"}, "nothing is read of the partition that all starts read"
    publish(aws_stores, "busy", 2)
    aws_stores.pauses.put(pause("busy", "refuse"))
    assert starts.start("busy", "orders", {}).version == 1
    aws_clock.sleep(SECONDS)
    with pytest.raises(WorkflowPaused):
        starts.start("busy", "orders", {})


def test_a_busy_one_sees_at_once_that_a_workflow_goes_on(aws_stores, starts):
    """A start that waits for the resume looks again once it is written, for nobody else would wake it."""
    publish(aws_stores, "waits", 1)
    for _ in range(BUSY + 1):
        starts.start("waits", "orders", {})
    aws_stores.pauses.put(pause("waits", "queue"))
    reader = aws_stores.started_pauses
    reader._recent._known.clear()
    for _ in range(BUSY + 1):
        assert len(reader.pauses("waits")) == 1
    aws_stores.pauses.delete("waits", "orders")
    assert reader.pauses("waits") == []
