"""engine.ports.journal.Journal, the same for every family."""

from __future__ import annotations

import pytest

from engine.ports.journal import BEGINNING_BYTES, Due, HeaderChange, Loaded, Parent
from engine.ports.keys import ExecutionKey
from tests.support.records import a_header, a_segment, an_item


@pytest.fixture
def journal(backend):
    return backend.journal


@pytest.fixture
def started(journal, key):
    journal.create(a_header(key), b"{}")
    return key


# --- create


def test_an_execution_that_has_ended_is_added_whole(journal, key):
    ended = a_header(key, status="FAILED", seq=1, due_at=None, ended_at=1_700_000_050.0)
    segments = [a_segment(key, 0, checkpoint=True), a_segment(key, 1, checkpoint=True)]
    journal.add_ended(ended, b'{"a":1}', None, segments)
    assert journal.load(key) == Loaded(ended, tuple(segments[1:]))
    assert list(journal.segments(key)) == segments
    assert journal.execution_input(key) == b'{"a":1}'
    assert journal.due(float("inf")) == []


def a_fork_of(journal, key, *, again=False, status="FAILED"):
    fork = ExecutionKey(key.workspace, f"{key.id}~at3.00ff")
    ended = a_header(fork, status=status, seq=1, due_at=None, ended_at=1_700_000_050.0)
    segments = [a_segment(fork, 0, checkpoint=True), a_segment(fork, 1, body=status.encode(), checkpoint=True)]
    return fork, journal.add_ended(ended, b"x" * 2_000, None, segments, again=again)


def test_a_fork_is_added_and_ended_otherwise_while_its_original_is_there(journal, started):
    fork, added = a_fork_of(journal, started)
    assert added
    assert a_fork_of(journal, started, again=True, status="SUCCEEDED") == (fork, True)
    assert journal.header(fork).status == "SUCCEEDED"
    assert [segment.body for segment in journal.segments(fork)][1] == b"SUCCEEDED"
    assert journal.execution_input(fork) == b"x" * 2_000


def test_nothing_is_added_of_a_fork_without_its_original_nor_again_without_itself(journal, key):
    fork, added = a_fork_of(journal, key)
    assert not added
    journal.create(a_header(key), b"{}")
    assert a_fork_of(journal, key, again=True) == (fork, False)
    assert journal.header(fork) is None
    assert list(journal.segments(fork)) == []
    assert journal.execution_input(fork) is None


def test_create_keeps_header_and_input(journal, key):
    assert journal.create(a_header(key), b'{"a":1}') is None
    assert journal.header(key) == a_header(key)
    assert journal.execution_input(key) == b'{"a":1}'


def test_a_header_says_who_started_it(journal, key):
    parent = Parent("orders:run-0", "/0/12", 7, 1, 99, machine="/States/Each/ItemProcessor")
    child = ExecutionKey(key.workspace, f"{key.id}~7.1~99")
    journal.create(a_header(child, parent=parent), b"{}")
    journal.update_headers([HeaderChange(child, 0, "RUNNING", 5.0)])
    assert journal.header(child).parent == journal.load(child).header.parent == parent
    assert journal.header(child).is_item


def test_create_again_answers_with_what_is_there(journal, key):
    journal.create(a_header(key), b"{}")
    later = a_header(key, started_at=1_700_000_009.0)
    assert journal.create(later, b"{}") == a_header(key)
    assert journal.execution_input(key) == b"{}"


def test_create_with_another_input_changes_nothing(journal, key):
    journal.create(a_header(key), b"first")
    assert journal.create(a_header(key, input_digest="2" * 64), b"second") == a_header(key)
    assert journal.header(key) == a_header(key)
    assert journal.execution_input(key) == b"first"


def test_create_of_a_closed_execution_answers_its_closed_header(journal, started):
    journal.update_headers([HeaderChange(started, 4, "FAILED", None, ended_at=1_700_000_100.5)])
    present = journal.create(a_header(started), b"{}")
    assert present == a_header(started, seq=4, status="FAILED", due_at=None, ended_at=1_700_000_100.5)


def test_the_same_name_in_another_workspace_is_another_execution(journal, started):
    elsewhere = ExecutionKey(started.workspace + "-b", started.id)
    assert journal.header(elsewhere) is None
    assert journal.create(a_header(elsewhere), b"other") is None
    assert journal.execution_input(started) == b"{}"


def test_a_large_input_comes_back(journal, key):
    text = b"x" * 1_500_000
    journal.create(a_header(key), text)
    assert journal.execution_input(key) == text


def test_of_a_long_input_the_size_alone_is_read(journal, key):
    text = bytes(range(256)) * 6000
    journal.create(a_header(key), text)
    assert journal.input_or_size(key, len(text)) == text
    assert journal.input_or_size(key, 300_000) == len(text)
    assert journal.input_or_size(ExecutionKey(key.workspace, "orders:nobody"), 10) is None


@pytest.mark.parametrize("size", [10, BEGINNING_BYTES, BEGINNING_BYTES + 1, 1_500_000])
def test_the_beginning_of_a_body_is_read_alone_where_it_is_enough(journal, started, size):
    body = (bytes(range(256)) * (size // 256 + 1))[:size]
    segments = [a_segment(started, 0, body=body, first_event=1, last_event=4), a_segment(started, 1, checkpoint=False)]
    journal.commit(segments)
    asked = []

    def enough(beginning):
        asked.append(beginning)
        return True

    def too_little(_beginning):
        return False

    for read in (
        lambda enough: list(journal.load(started, enough=enough).segments),
        lambda enough: list(journal.segments(started, enough=enough)),
        lambda enough: [*journal.history(started, enough=enough), segments[1]],
    ):
        assert read(too_little) == segments
        [long, short] = read(enough)
        assert short == segments[1]
        assert long.seq == 0
        assert long.body in (body, body[:BEGINNING_BYTES])  # a store may have read all of it anyway
    assert all(body.startswith(each) or each == segments[1].body for each in asked)


def test_an_unknown_execution_is_none(journal, key):
    assert journal.header(key) is None
    assert journal.execution_input(key) is None
    assert journal.load(key) is None
    assert list(journal.history(key)) == []
    assert list(journal.segments(key)) == []
    assert journal.inbox(key) == []


# --- commit


def test_a_segment_comes_back_as_it_was_written(journal, started):
    segment = a_segment(started, 0, body=bytes(range(256)), first_event=1, last_event=4)
    assert journal.commit([segment]) == [True]
    loaded = journal.load(started)
    assert loaded.header == a_header(started)
    assert loaded.segments == (segment,)


def test_a_rival_is_fenced(journal, started):
    winner = a_segment(started, 0, nonce="a")
    journal.commit([winner])
    assert journal.commit([a_segment(started, 0, nonce="b", body=b"late")]) == [False]
    assert journal.load(started).segments == (winner,)


def test_a_retry_after_a_lost_reply_is_harmless(journal, started):
    segment = a_segment(started, 0)
    assert journal.commit([segment]) == [True]
    assert journal.commit([segment]) == [True]
    assert journal.load(started).segments == (segment,)


def test_a_fenced_segment_takes_its_header_change_along(journal, started):
    journal.commit([a_segment(started, 0, nonce="a")])
    change = HeaderChange(started, 0, "SUCCEEDED", None, ended_at=1_700_000_009.0)
    assert journal.commit([a_segment(started, 0, nonce="b")], [change]) == [False]
    assert journal.header(started) == a_header(started)


def test_a_commit_of_many_answers_for_each(journal, workspace):
    keys = [ExecutionKey.of(workspace, "orders", f"run-{n}") for n in range(3)]
    for key in keys:
        journal.create(a_header(key), b"{}")
    journal.commit([a_segment(keys[1], 0, nonce="rival")])
    changes = [HeaderChange(key, 0, "RUNNING", 1_700_000_500.0) for key in keys]
    assert journal.commit([a_segment(key, 0) for key in keys], changes) == [True, False, True]
    assert [journal.header(key).seq for key in keys] == [0, -1, 0]
    assert [journal.header(key).due_at for key in keys] == [1_700_000_500.0, 1_700_000_060.5, 1_700_000_500.0]


def test_after_a_fenced_segment_nothing_more_of_it_is_written(journal, started):
    journal.commit([a_segment(started, 0, nonce="rival")])
    assert journal.commit([a_segment(started, 0), a_segment(started, 1)]) == [False, False]
    assert [segment.seq for segment in journal.load(started).segments] == [0]


def test_a_large_segment_comes_back(journal, started):
    segment = a_segment(started, 0, body=b"\x01" + bytes(700_000))
    assert journal.commit([segment]) == [True]
    assert journal.load(started).segments == (segment,)
    assert journal.commit([a_segment(started, 0, nonce="b", body=bytes(500_000))]) == [False]
    assert journal.load(started).segments == (segment,)


# --- headers


def test_many_headers_are_read_together(journal, workspace):
    keys = [ExecutionKey.of(workspace, "orders", f"run-{n:03}") for n in range(120)]
    for key in keys[:-1]:
        journal.create(a_header(key), b"{}")
    assert journal.headers([*keys, keys[0]]) == {key: a_header(key) for key in keys[:-1]}
    assert journal.headers([]) == {}


def test_a_header_change_is_applied(journal, started):
    assert journal.update_headers([HeaderChange(started, 2, "PAUSED", 1_700_000_099.5)]) == [True]
    assert journal.header(started) == a_header(started, seq=2, status="PAUSED", due_at=1_700_000_099.5)


def test_a_closed_header_is_never_reopened(journal, started):
    journal.update_headers([HeaderChange(started, 5, "SUCCEEDED", None, ended_at=1_700_000_099.5)])
    closed = journal.header(started)
    assert journal.update_headers([HeaderChange(started, 6, "RUNNING", 1_700_000_200.0)]) == [False]
    assert journal.update_headers([HeaderChange(started, 6, "FAILED", None, ended_at=2.0)]) == [False]
    assert journal.header(started) == closed


def test_a_change_from_an_older_seq_is_ignored(journal, started):
    journal.update_headers([HeaderChange(started, 5, "RUNNING", 1_700_000_300.0)])
    assert journal.update_headers([HeaderChange(started, 4, "RUNNING", 1.0)]) == [False]
    assert journal.update_headers([HeaderChange(started, 5, "RUNNING", 2.0)]) == [True]
    assert journal.header(started) == a_header(started, seq=5, due_at=2.0)


def test_each_change_has_its_own_answer(journal, started):
    unknown = ExecutionKey(started.workspace, "orders:nobody")
    changes = [HeaderChange(unknown, 1, "RUNNING", 1.0), HeaderChange(started, 1, "RUNNING", 1.0)]
    assert journal.update_headers(changes) == [False, True]
    assert journal.header(unknown) is None


def test_an_old_change_does_not_fence_its_segment(journal, started):
    journal.update_headers([HeaderChange(started, 9, "RUNNING", 1.0)])
    assert journal.commit([a_segment(started, 0)], [HeaderChange(started, 0, "RUNNING", 2.0)]) == [True]
    assert journal.header(started).seq == 9


# --- load and history


def test_load_begins_at_the_newest_whole_snapshot(journal, started):
    wholes = {0, 4}
    segments = [a_segment(started, seq, checkpoint=seq in wholes) for seq in range(7)]
    assert journal.commit(segments) == [True] * 7
    assert journal.load(started).segments == tuple(segments[4:])


def test_load_reaches_a_whole_snapshot_far_back(journal, started):
    segments = [a_segment(started, seq, checkpoint=seq == 1, body=bytes(40_000)) for seq in range(40)]
    journal.commit(segments)
    assert journal.load(started).segments == tuple(segments[1:])


def test_load_of_an_execution_without_segments(journal, started):
    loaded = journal.load(started)
    assert loaded.header == a_header(started)
    assert loaded.segments == ()
    loaded = journal.load(started, enough=lambda _beginning: True)
    assert (loaded.header.status, loaded.segments) == (journal.header(started).status, ())


def test_written_is_the_newest_number_and_the_status(journal, started):
    assert journal.written(started) == (-1, "RUNNING")
    journal.commit([a_segment(started, seq, checkpoint=seq == 0) for seq in range(12)])
    assert journal.written(started) == (11, "RUNNING")
    assert journal.written(ExecutionKey(started.workspace, "nobody:x")) is None


@pytest.mark.parametrize("size", [1_000, 90_000, 400_000])
def test_history_is_whole_whatever_its_bodies_weigh(journal, started, size):
    segments = [
        a_segment(started, seq, body=bytes(size if seq % 2 else 10), first_event=seq + 1, last_event=seq + 1)
        for seq in range(15)
    ]
    journal.commit(segments)
    assert list(journal.history(started)) == segments
    assert list(journal.history(started, 6)) == segments[6:]
    assert list(journal.segments(started, 3)) == segments[3:]


def test_segments_are_ordered_by_number_not_by_text(journal, started):
    segments = [a_segment(started, seq, checkpoint=seq == 0) for seq in range(12)]
    journal.commit(list(reversed(segments)))
    assert journal.load(started).segments == tuple(segments)


@pytest.fixture(scope="module")
def long_history(shared_backend):
    """300 segments: three events each, every fifth none."""
    key = ExecutionKey.of("long-history", "orders", "long")
    shared_backend.journal.create(a_header(key), b"{}")
    segments, event = [], 0
    for seq in range(300):
        first, last = (0, 0) if seq % 5 == 4 else (event + 1, event + 3)
        event = max(event, last)
        segments.append(a_segment(key, seq, first_event=first, last_event=last))
    shared_backend.journal.commit(segments)
    return key, segments


@pytest.mark.parametrize("after", [0, 1, 3, 4, 350, 600, 717, 719])
def test_history_begins_after_an_event(journal, long_history, after):
    key, segments = long_history
    expected = [segment for segment in segments if segment.last_event > after]
    assert list(journal.history(key, after)) == expected


@pytest.mark.parametrize("after", [720, 5000, 10**30, 10**2000])
def test_history_after_the_last_event_is_empty(journal, long_history, after):
    assert list(journal.history(long_history[0], after)) == []


@pytest.mark.parametrize("first", [0, 1, 4, 250, 299, 300, 10**11])
def test_segments_are_read_from_a_number_on_with_those_that_hold_no_event(journal, long_history, first):
    key, segments = long_history
    assert list(journal.segments(key, first)) == segments[first:]


# --- inbox


def test_the_first_item_with_an_id_wins(journal, started):
    first = an_item(started, "answer#/0#1#0", b"first")
    assert journal.put_inbox(first) is True
    assert journal.put_inbox(an_item(started, "answer#/0#1#0", b"second", due_at=1.0)) is False
    assert journal.put_inbox(first) is False
    assert journal.inbox(started) == [first]


def test_the_inbox_is_read_in_order_of_id(journal, started):
    items = [an_item(started, item_id) for item_id in ("stop", "answer#b", "answer#a", "beat#ä")]
    for item in items:
        journal.put_inbox(item)
    assert [item.id for item in journal.inbox(started)] == ["answer#a", "answer#b", "beat#ä", "stop"]


def test_consumed_items_are_deleted(journal, started):
    for item_id in ("a", "b", "c"):
        journal.put_inbox(an_item(started, item_id))
    journal.delete_inbox(started, ["a", "c", "unknown"])
    journal.delete_inbox(started, [])
    assert [item.id for item in journal.inbox(started)] == ["b"]


def test_many_items_are_deleted(journal, started):
    for number in range(60):
        journal.put_inbox(an_item(started, f"notice#{number:04}"))
    journal.delete_inbox(started, [f"notice#{number:04}" for number in range(55)])
    assert [item.id for item in journal.inbox(started)] == [f"notice#{number:04}" for number in range(55, 60)]


def test_a_large_answer_comes_back(journal, started):
    item = an_item(started, "answer", b"y" * 600_000)
    assert journal.put_inbox(item) is True
    assert journal.put_inbox(an_item(started, "answer", b"z" * 600_000)) is False
    assert journal.inbox(started) == [item]


def test_inboxes_do_not_mix(journal, workspace):
    one, ten = ExecutionKey(workspace, "orders:run-1"), ExecutionKey(workspace, "orders:run-10")
    journal.put_inbox(an_item(one, "stop"))
    journal.put_inbox(an_item(ten, "stop"))
    assert [item.key for item in journal.inbox(one)] == [one]


# --- due


def due_of(journal, workspaces, before, limit=1000):
    """What is due of these workspaces; the backend is shared with other tests."""
    return [due for due in journal.due(before, limit) if due.key.workspace in workspaces]


def test_due_covers_headers_and_inbox_items_of_all_workspaces(journal, workspace):
    spaces = [f"{workspace}-{letter}" for letter in "abcd"]
    keys = [ExecutionKey.of(space, "orders", "run") for space in spaces]
    for key, due_at in zip(keys, (100.5, 50.25, None, 300.0), strict=True):
        journal.create(a_header(key, due_at=due_at), b"{}")
    journal.put_inbox(an_item(keys[2], "stop", due_at=75.0))
    assert due_of(journal, spaces, 200.0) == [Due(keys[1], 50.25), Due(keys[2], 75.0), Due(keys[0], 100.5)]


def test_due_names_an_execution_once(journal, key):
    journal.create(a_header(key, due_at=40.0), b"{}")
    journal.put_inbox(an_item(key, "stop", due_at=30.0))
    journal.put_inbox(an_item(key, "answer", due_at=35.0))
    assert due_of(journal, [key.workspace], 100.0) == [Due(key, 30.0)]


def test_due_is_strictly_before(journal, key):
    journal.create(a_header(key, due_at=20.0), b"{}")
    assert due_of(journal, [key.workspace], 20.0) == []
    assert due_of(journal, [key.workspace], 20.001) == [Due(key, 20.0)]


def test_due_follows_the_header(journal, key):
    journal.create(a_header(key, due_at=20.0), b"{}")
    journal.update_headers([HeaderChange(key, 0, "RUNNING", 5_000.0)])
    assert due_of(journal, [key.workspace], 4_000.0) == []
    journal.update_headers([HeaderChange(key, 1, "SUCCEEDED", None, ended_at=1.0)])
    assert due_of(journal, [key.workspace], 6_000.0) == []


def test_due_forgets_consumed_items(journal, key):
    journal.create(a_header(key, due_at=None), b"{}")
    journal.put_inbox(an_item(key, "stop", due_at=10.0))
    journal.delete_inbox(key, ["stop"])
    assert due_of(journal, [key.workspace], 20.0) == []


def test_due_gives_the_most_overdue_when_there_are_more(journal, workspace):
    keys = [ExecutionKey.of(workspace, "orders", f"run-{number:02}") for number in range(30)]
    for number, key in enumerate(keys):
        journal.create(a_header(key, due_at=-1000.0 - number), b"{}")
    found = journal.due(before=-900.0, limit=7)
    assert found == [Due(keys[number], -1000.0 - number) for number in range(29, 22, -1)]


# --- strikes and cause


def test_strikes_are_kept_until_a_change_names_them_and_a_cause_until_the_next_change(journal, started):
    journal.update_headers([HeaderChange(started, 0, "RUNNING", 1_700_000_060.5, strikes=2, cause="a defect")])
    assert journal.header(started) == a_header(started, seq=0, strikes=2, cause="a defect")
    journal.update_headers([HeaderChange(started, 1, "RUNNING", 1_700_000_090.0)])
    assert journal.header(started) == a_header(started, seq=1, strikes=2, due_at=1_700_000_090.0)
    journal.update_headers([HeaderChange(started, 1, "RUNNING", 1_700_000_090.0, strikes=0)])
    assert journal.load(started).header == a_header(started, seq=1, due_at=1_700_000_090.0)


def test_a_paused_execution_is_open_and_not_due(journal, started):
    journal.update_headers([HeaderChange(started, 0, "PAUSED", None, strikes=6, cause="why")])
    assert started not in [due.key for due in journal.due(float("inf"))]
    stale = HeaderChange(started, 3, "RUNNING", 1_700_000_060.5)  # a sweep or an owner that read it before
    assert journal.update_headers([stale]) == [False]
    assert journal.header(started).status == "PAUSED"
    resumed = HeaderChange(started, 0, "RUNNING", 1_700_000_060.5, strikes=0, resumes=True)
    assert journal.update_headers([resumed]) == [True]
    assert journal.header(started) == a_header(started, seq=0)


def test_a_header_with_strikes_can_be_created(journal, key):
    header = a_header(key, strikes=1, cause="imported")
    journal.create(header, b"{}")
    assert journal.header(key) == header


def test_a_closed_execution_is_reopened_by_its_very_status(journal, started):
    closed = HeaderChange(started, 3, "FAILED", None, ended_at=1_700_000_050.0, cause="why")
    assert journal.update_headers([closed]) == [True]
    for stale in (
        HeaderChange(started, 4, "RUNNING", 1_700_000_060.5, reopens="ABORTED"),
        HeaderChange(started, 2, "RUNNING", 1_700_000_060.5, reopens="FAILED"),
        HeaderChange(started, 4, "RUNNING", 1_700_000_060.5, resumes=True),
    ):
        assert journal.update_headers([stale]) == [False]
        assert journal.header(started).status == "FAILED"
    reopened = HeaderChange(started, 4, "RUNNING", 1_700_000_060.5, strikes=0, reopens="FAILED")
    assert journal.update_headers([reopened]) == [True]
    assert journal.header(started) == a_header(started, seq=4)
    assert started in [due.key for due in journal.due(float("inf"))]
    assert journal.update_headers([reopened]) == [False], "it is open"
    assert journal.update_headers([closed]) == [False], "who closed it before is behind"


def test_a_header_follows_a_change_of_version(journal, started):
    was = journal.header(started)
    journal.update_headers([HeaderChange(started, 3, "FAILED", None, ended_at=1_700_000_050.0)])
    onto = HeaderChange(
        started, 4, "RUNNING", 1_700_000_060.5, reopens="FAILED", version=8, definition_digest="another",
    )
    assert journal.update_headers([onto]) == [True]
    assert (journal.header(started).version, journal.header(started).definition_digest) == (8, "another")
    assert (was.version, was.definition_digest) != (8, "another")
    assert journal.load(started).header.version == 8
    assert journal.update_headers([onto]) == [False], "it is open"
    assert journal.update_headers([HeaderChange(started, 5, "RUNNING", 1_700_000_070.5)]) == [True]
    assert journal.header(started).definition_digest == "another", "who names no version leaves it"
