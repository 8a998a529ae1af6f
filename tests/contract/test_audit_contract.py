"""engine.ports.audit_log.AuditLog and the log above it, the same for every family."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from engine.clock import SkipClock, SystemClock
from engine.errors import InvalidDocument
from engine.governance.audit.audit import Audit
from engine.governance.audit.query import AuditQuery
from engine.ports import paging
from engine.ports.audit_log import CHAINS, MOST_APPENDED, AuditHead
from engine.ports.keys import Actor
from tests.support import patience, queries
from tests.support.audit_writer import WRITER
from tests.support.backends import open_local
from tests.support.records import ADA, ENGINE, START, a_record, an_entry

ROOT = Path(__file__).parents[2]


def told(page):
    return [(item.entry.act, str(item.entry.subject)) for item in page.entries]


# --- the store


def test_an_empty_chain_has_no_head_and_no_records(backend, workspace):
    log = backend.audit
    assert log.heads(workspace, range(CHAINS)) == {}
    assert log.oldest(workspace, 3, after=0, limit=5) == []
    assert log.newest(workspace, 3, before=None, limit=5) == []
    assert log.known(workspace, 3, ["id-1"]) == set()


def test_records_come_back_in_order_from_either_end(backend, workspace):
    log = backend.audit
    records = [a_record(workspace, number) for number in range(1, 6)]
    assert log.append(records[:2]) == frozenset()
    assert log.append(records[2:]) == frozenset()
    assert log.oldest(workspace, 3, after=0, limit=9) == records
    assert log.oldest(workspace, 3, after=2, limit=2) == records[2:4]
    assert log.newest(workspace, 3, before=None, limit=2) == [records[4], records[3]]
    assert log.newest(workspace, 3, before=3, limit=9) == [records[1], records[0]]
    assert log.newest(workspace, 3, before=1, limit=9) == []
    assert log.heads(workspace, [3, 4]) == {3: AuditHead(5, records[4].digest, records[4].recorded_at)}
    assert log.known(workspace, 3, ["id-5", "id-6"]) == {"id-5"}


@pytest.mark.parametrize(
    ("number", "id_"), [(1, "new"), (3, "new"), (4, "new"), (0, "new"), (2, "id-1")],
    ids=["taken", "gap", "wider gap", "before the first", "known id"],
)
def test_what_does_not_follow_on_the_head_is_not_written(backend, workspace, number, id_):
    log = backend.audit
    log.append([a_record(workspace, 1)])
    assert log.append([a_record(workspace, number, id=id_)]) == {3}
    assert log.oldest(workspace, 3, after=0, limit=9) == [a_record(workspace, 1)]
    assert log.heads(workspace, [3])[3].number == 1


def test_a_chain_is_written_whole_or_not_at_all_and_the_others_are(backend, workspace):
    log = backend.audit
    log.append([a_record(workspace, 1)])
    bad = [a_record(workspace, 2, id="fresh"), a_record(workspace, 3, id="id-1")]
    good = [a_record(workspace, 1, chain=4), a_record(workspace, 2, chain=4)]
    assert log.append([bad[0], good[0], bad[1], good[1]]) == {3}
    assert log.oldest(workspace, 3, after=0, limit=9) == [a_record(workspace, 1)]
    assert log.oldest(workspace, 4, after=0, limit=9) == good


def test_the_largest_run_fits(backend, workspace):
    run = [a_record(workspace, number, body="x" * 3000) for number in range(1, MOST_APPENDED + 1)]
    assert backend.audit.append(run) == frozenset()
    assert backend.audit.heads(workspace, [3])[3].number == MOST_APPENDED


def test_what_is_recorded_survives_a_restart(backend, workspace):
    backend.audit.append([a_record(workspace, 1)])
    backend.restart()
    assert backend.audit.append([a_record(workspace, 2)]) == frozenset()


# --- the log above it


def test_an_entry_comes_back_as_it_was_recorded(audit, workspace):
    entry = an_entry(
        workspace, before={"etag": "a"}, after={"n": [1, 2.5, None, True, "ä\ud800"]}, reason="because",
        details={"state": "Pay"},
    )
    audit.record([entry])
    (found,) = audit.page(AuditQuery(workspace)).entries
    assert found.entry == entry
    assert (found.number, found.previous, found.chain) == (1, "", entry.subject.chain)


def test_an_entry_is_recorded_once_however_often_it_is_told(audit, backend, workspace):
    entry, other = an_entry(workspace, id="orders:1#7"), an_entry(workspace, id="orders:1#8")
    audit.record([entry, entry])
    audit.record([entry, other])
    Audit(backend.audit, backend.clock).record([other, entry])
    assert [item.entry.id for item in audit.page(AuditQuery(workspace)).entries] == ["orders:1#8", "orders:1#7"]
    assert audit.verify(workspace).ok


def test_a_batch_longer_than_a_transaction_is_recorded_in_order(audit, workspace):
    entries = [an_entry(workspace, id=f"{n}") for n in range(2 * MOST_APPENDED + 5)]
    audit.record(entries)
    found = audit.page(AuditQuery(workspace, limit=1000)).entries
    assert [item.entry.id for item in reversed(found)] == [entry.id for entry in entries]


def test_recorded_times_never_fall_whatever_the_clock_says(audit, backend, workspace):
    backend.clock.set(START + 100)
    audit.record([an_entry(workspace, id="a", at=START + 100)])
    backend.clock.set(START + 40)
    audit.record([an_entry(workspace, id="b", at=START + 40)])
    later, earlier = audit.page(AuditQuery(workspace)).entries
    assert (later.entry.at, later.recorded_at, earlier.recorded_at) == (START + 40, START + 100, START + 100)


@pytest.fixture(scope="module")
def history(shared_backend):
    """Two workflows' acts, a minute apart, the oldest first."""
    audit, clock = Audit(shared_backend.audit, shared_backend.clock), shared_backend.clock
    acts = [
        ("workflow/orders", "workflow.publish", ADA), ("execution/orders:1", "execution.start", ADA),
        ("execution/orders:1", "engine.step_failed", ENGINE), ("workflow/bills", "workflow.publish", Actor("bob")),
        ("execution/orders:2", "execution.start", ADA), ("secret/KEY", "secret.set", ADA),
        ("execution/orders:1", "act.refused", ADA), ("execution/bills:1", "execution.start", Actor("bob")),
    ]
    for minute, (subject, act, actor) in enumerate(acts):
        clock.set(START + 60 * minute)
        audit.record([an_entry("audit-history", subject, act, START + 60 * minute, actor)])
    return [(act, subject) for subject, act, _ in acts]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [7, 6, 5, 4, 3, 2, 1, 0]),
        ({"workflow": "orders"}, [6, 4, 2, 1, 0]),
        ({"execution": "orders:1"}, [6, 2, 1]),
        ({"execution": "orders:9"}, []),
        ({"actor": "bob"}, [7, 3]),
        ({"actor": "engine"}, [2]),
        ({"act": "workflow.publish"}, [3, 0]),
        ({"act": "execution.*"}, [7, 4, 1]),
        ({"act": "execution."}, []),
        ({"since": START + 120}, [7, 6, 5, 4, 3, 2]),
        ({"until": START + 120}, [1, 0]),
        ({"since": START + 60, "until": START + 300, "actor": "ada"}, [4, 1]),
        ({"execution": "orders:1", "workflow": "bills"}, []),
    ],
)
def test_filters_combine_and_the_newest_comes_first(audit, history, filters, expected):
    assert told(audit.page(AuditQuery("audit-history", **filters))) == [history[number] for number in expected]


@pytest.mark.parametrize("limit", [1, 2, 3, 8])
@pytest.mark.parametrize("filters", [{}, {"workflow": "orders"}, {"execution": "orders:1"}])
def test_pages_join_to_the_whole_list_while_more_is_recorded(audit, history, backend, filters, limit):
    query = AuditQuery("audit-history", **filters)
    whole, found = told(audit.page(query)), []
    query = dataclasses.replace(query, limit=limit)
    backend.clock.set(START + 7 * 60)
    while True:
        page = audit.page(query)
        found += told(page)
        if page.next_token is None:
            break
        query = dataclasses.replace(query, next_token=page.next_token)
    assert found == whole


@pytest.mark.parametrize("token", ["", "nonsense", "!!!", "e30=", "WzEsMiwzXQ==", "ä"])
def test_a_token_that_is_not_its_own_is_refused(audit, workspace, token):
    with pytest.raises(InvalidDocument, match="next_token"):
        audit.page(AuditQuery(workspace, next_token=token))


@pytest.mark.parametrize("place", [-1, 2**63, float("inf")])
def test_a_forged_token_that_no_store_could_compare_is_refused(audit, workspace, place):
    query = AuditQuery(workspace)
    token = paging.token(query, [place] * 16)
    with pytest.raises(InvalidDocument, match="next_token"):
        audit.page(dataclasses.replace(query, next_token=token))


@pytest.mark.parametrize("name", queries.filters(AuditQuery))
def test_a_token_of_another_filter_is_refused(audit, history, name):
    token = audit.page(AuditQuery("audit-history", limit=2)).next_token
    for value in queries.values(AuditQuery, name):
        with pytest.raises(InvalidDocument, match="next_token"):
            audit.page(AuditQuery("audit-history", **{name: value}, next_token=token))


def test_a_token_of_another_workspace_is_refused(audit, history, workspace):
    token = audit.page(AuditQuery("audit-history", limit=2)).next_token
    with pytest.raises(InvalidDocument, match="next_token"):
        audit.page(AuditQuery(workspace, next_token=token))


@pytest.mark.parametrize("name", queries.filters(AuditQuery))
def test_no_filter_is_passed_over(audit, history, name):
    pages = [audit.page(AuditQuery("audit-history", **{name: value})) for value in queries.values(AuditQuery, name)]
    assert () in [page.entries for page in pages]


@pytest.mark.parametrize("limit", [0, 1001])
def test_a_page_size_out_of_range_is_refused(audit, workspace, limit):
    with pytest.raises(InvalidDocument, match="1 to 1000"):
        audit.page(AuditQuery(workspace, limit=limit))


def test_workspaces_do_not_mix(audit, history, workspace):
    audit.record([an_entry(workspace)])
    assert len(audit.page(AuditQuery(workspace)).entries) == 1
    assert audit.verify(workspace).entries == 1


# --- writers that race


class OneCallAtATime:
    """moto's tables are not safe to share between threads; DynamoDB's calls are one after the other by themselves. What
    lies between two calls of a writer is open to the others all the same."""

    def __init__(self, log):
        self._log, self._lock = log, threading.Lock()

    def __getattr__(self, name):
        def call(*arguments, **more):
            with self._lock:
                return getattr(self._log, name)(*arguments, **more)

        return call


def test_threads_never_fork_a_chain(backend, workspace):
    """All on one chain: the loser reads the head again."""
    log = OneCallAtATime(backend.audit) if backend.family == "aws" else backend.audit
    audits = [Audit(log, SystemClock()) for _ in range(4)]
    failed = []

    def write(audit, who):
        try:
            for n in range(10):
                audit.record([an_entry(workspace, id=f"{who}-{n}"), an_entry(workspace, id=f"shared-{n}")])
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            failed.append(error)

    threads = [threading.Thread(target=write, args=(audit, who)) for who, audit in enumerate(audits)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    found = audits[0].verify(workspace)
    assert (found.findings, found.entries) == ((), 50)
    numbers = [item.number for item in audits[0].page(AuditQuery(workspace, limit=100)).entries]
    assert numbers == list(range(50, 0, -1))


def test_two_processes_never_fork_a_chain(tmp_path):
    folder = tmp_path / "data"
    open_local(folder, SkipClock()).close()
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), who], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )
        for who in ("ada", "bob")
    ]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        _, errors = writer.communicate(timeout=patience.SECONDS)
        assert (writer.returncode, errors) == (0, "")
    stores = open_local(folder, SkipClock())
    found = Audit(stores.audit, SkipClock()).verify("default")
    assert (found.findings, found.entries) == ((), 120)
    stores.close()
