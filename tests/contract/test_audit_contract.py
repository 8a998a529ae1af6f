"""engine.ports.audit_log.AuditLog and the log above it, the same for every family."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from engine.adapters.local.audit_witness import AuditWitness
from engine.clock import SkipClock, SystemClock
from engine.errors import InvalidDocument, StoreUnavailable
from engine.governance.audit import Audit
from engine.governance.audit_beside import Beside
from engine.governance.audit_entry import Subject
from engine.governance.audit_query import AuditQuery
from engine.governance.audit_verify import exported as lines_of
from engine.ports import paging
from engine.ports.audit_log import CHAINS, MOST_APPENDED, AuditHead
from engine.ports.executions_index import ExecutionRow
from engine.ports.journal import HeaderChange
from engine.ports.keys import Actor, ExecutionKey
from tests.support import patience, queries
from tests.support.backends import open_local
from tests.support.records import ADA, ENGINE, START, a_header, a_record, a_segment, an_entry

ROOT = Path(__file__).parents[2]


def export(log, workspace):
    """Every entry of the log as a line."""
    return [line for chain in range(CHAINS) for line in lines_of(log, workspace, chain)]


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


@pytest.fixture
def audit(backend):
    return Audit(backend.audit, backend.clock)


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


_WRITER = """
import sys
from engine.adapters.local.stores import LocalStores
from engine.clock import SystemClock
from engine.governance import audit_query
from engine.governance.audit import Audit
from engine.governance.audit_entry import AuditEntry, Subject
from engine.ports.keys import Actor
from engine.settings import Settings
stores = LocalStores.open(sys.argv[1], Settings(), SystemClock(), command="a writer")
audit = Audit(stores.audit, SystemClock())
print("ready", flush=True)
sys.stdin.readline()
for n in range(40):
    audit.record([
        AuditEntry(f"{sys.argv[2]}-{n}", "default", 1.0, Actor("ada"), "x", Subject("execution", "w:1")),
        AuditEntry(f"shared-{n}", "default", 1.0, Actor("ada"), "x", Subject("execution", "w:1")),
    ])
"""


def test_two_processes_never_fork_a_chain(tmp_path):
    folder = tmp_path / "data"
    open_local(folder, SkipClock()).close()
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(folder), who], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
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


# --- what was changed behind the log's back


class Tamper:
    """Changes one family's store as its administrator could."""

    def __init__(self, backend, workspace):
        self.family, self.workspace, self.stores = backend.family, workspace, backend.stores

    def _sql(self, statement, *values):
        def work(connection):
            triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute(statement, values)
            for _, sql in triggers:
                connection.execute(sql)

        self.stores._database.write(work)

    def record(self, chain, number, **changes):
        """Set parts of a record."""
        if self.family == "memory":
            chain_of = self.stores.audit._chains[self.workspace, chain]
            at = next(n for n, record in enumerate(chain_of) if record.number == number)
            chain_of[at] = dataclasses.replace(chain_of[at], **changes)
        elif self.family == "sqlite":
            for name, value in changes.items():
                self._sql(
                    f"UPDATE audit SET {name} = ? WHERE workspace = ? AND chain = ? AND number = ?",  # noqa: S608 - ours
                    value, self.workspace, chain, number,
                )
        else:
            table = self.stores.audit._table
            pk, sk = f"A#{self.workspace}#{chain:02}", f"N#{number:012}"
            from engine.adapters.aws.audit_log import _item_of, _records_of  # noqa: PLC0415 - botocore where asked for
            from engine.adapters.aws.dynamo import Put  # noqa: PLC0415

            (found,) = _records_of(self.workspace, chain, table.get((pk, sk)))
            changed = _item_of([dataclasses.replace(found, **changes)])
            table.write(Put({**changed, "pk": pk, "sk": sk}))

    def drop(self, chain, number):
        """Delete a record."""
        if self.family == "memory":
            chain_of = self.stores.audit._chains[self.workspace, chain]
            chain_of[:] = [record for record in chain_of if record.number != number]
        elif self.family == "sqlite":
            self._sql(
                "DELETE FROM audit WHERE workspace = ? AND chain = ? AND number = ?", self.workspace, chain, number
            )
        else:
            self.stores.audit._table.delete([(f"A#{self.workspace}#{chain:02}", f"N#{number:012}")])

    def witness(self):
        """Delete what is kept apart from records and heads."""
        if self.family == "sqlite":
            for file in self.stores.audit._witness._folder.glob("audit-*.heads"):
                file.unlink()

    def head(self, chain, head):
        """Set or, by None, delete a head."""
        if self.family == "memory":
            self.stores.audit._heads.pop((self.workspace, chain))
            if head is not None:
                self.stores.audit._heads[self.workspace, chain] = head
        elif self.family == "sqlite":
            self._sql("DELETE FROM audit_head WHERE workspace = ? AND chain = ?", self.workspace, chain)
            if head is not None:
                self._sql(
                    "INSERT INTO audit_head VALUES (?, ?, ?, ?, ?)", self.workspace, chain, head.number, head.digest,
                    head.recorded_at,
                )
        else:
            from engine.adapters.aws.dynamo import Put  # noqa: PLC0415

            table, key = self.stores.audit._table, (f"AH#{self.workspace}#{chain:02}", "H")
            table.delete([key])
            if head is not None:
                table.write(Put({"pk": key[0], "sk": key[1], **dataclasses.asdict(head)}))


@pytest.fixture
def written(audit, workspace):
    """Five entries in the chain of one execution, two in another's; the first chain's number and records."""
    subject = Subject("execution", "orders:1")
    other = next(s for n in range(99) if (s := Subject("secret", f"K{n}")).chain != subject.chain)
    for number in range(1, 6):
        audit.record([an_entry(workspace, str(subject), after={"n": number})])
    audit.record([an_entry(workspace, str(other)), an_entry(workspace, str(other))])
    assert audit.verify(workspace).entries == 7
    return subject.chain, audit.log.oldest(workspace, subject.chain, after=0, limit=9)


@pytest.fixture
def tamper(backend, workspace):
    return Tamper(backend, workspace)


def finding(audit, workspace, chain):
    """The one finding: (number, problem). Its chain is `chain`, and the other one holds."""
    found = audit.verify(workspace)
    assert not found.ok
    assert [item.chain for item in found.findings] == [chain]
    return found.findings[0].number, found.findings[0].problem


def test_a_changed_entry_is_found(audit, workspace, written, tamper):
    chain, records = written
    tamper.record(chain, 3, body=records[2].body.replace('"n":3', '"n":9'))
    assert finding(audit, workspace, chain) == (3, "changed")


@pytest.mark.parametrize("changes", [{"body": "no JSON"}, {"body": "ä"}, {"id": "another"}, {"recorded_at": 1.0}])
def test_any_part_that_was_changed_is_found(audit, workspace, written, tamper, changes):
    tamper.record(written[0], 2, **changes)
    assert finding(audit, workspace, written[0]) == (2, "changed")


def test_an_entry_replaced_with_its_digest_is_found(audit, workspace, written, tamper):
    from engine.governance.audit_entry import digest_of  # noqa: PLC0415

    chain, records = written
    body = records[2].body.replace('"n":3', '"n":9')
    tamper.record(chain, 3, body=body, digest=digest_of(body))
    assert finding(audit, workspace, chain) == (4, "broken")


@pytest.mark.parametrize("number", [1, 3])
def test_a_dropped_entry_is_found(audit, workspace, written, tamper, number):
    tamper.drop(written[0], number)
    assert finding(audit, workspace, written[0]) == (number, "missing")


def test_entries_in_another_order_are_found(audit, workspace, written, tamper):
    chain, records = written
    tamper.record(chain, 3, id="for a moment")  # SQLite holds an id once
    for number, record in ((2, records[2]), (3, records[1])):
        tamper.record(
            chain, number, id=record.id, recorded_at=record.recorded_at, digest=record.digest, body=record.body
        )
    assert finding(audit, workspace, chain) == (2, "moved")


@pytest.mark.parametrize("left", [3, 0])
def test_a_cut_tail_is_found(audit, workspace, written, tamper, left):
    for number in range(left + 1, 6):
        tamper.drop(written[0], number)
    assert finding(audit, workspace, written[0]) == (left + 1, "cut")


def test_a_cut_tail_with_an_older_head_is_not_found_from_within_but_by_an_earlier_export(
    audit, workspace, written, tamper
):
    chain, records = written
    exported = export(audit.log, workspace)
    assert len(exported) == 7
    assert audit.verify(workspace, against=exported).ok
    tamper.drop(chain, 5)
    tamper.head(chain, AuditHead(4, records[3].digest, records[3].recorded_at))
    tamper.witness()
    assert audit.verify(workspace).ok, "who can rewrite everything is consistent: docs/audit.md says so"
    (found,) = audit.verify(workspace, against=exported).findings
    assert (found.chain, found.number, found.problem) == (chain, 5, "rewritten")
    audit.record([an_entry(workspace, "execution/orders:1", after={"n": 55})])
    (found,) = audit.verify(workspace, against=exported).findings
    assert (found.chain, found.number, found.problem) == (chain, 5, "rewritten")


def test_a_missing_head_is_found(audit, workspace, written, tamper):
    tamper.head(written[0], None)
    assert finding(audit, workspace, written[0]) == (5, "headless")


def test_a_head_that_is_none_of_the_chain_s_is_found(audit, workspace, written, tamper):
    tamper.head(written[0], AuditHead(5, "0" * 64, START))
    assert finding(audit, workspace, written[0]) == (5, "headless")


def test_an_entry_copied_from_another_workspace_is_found(audit, workspace, written, tamper):
    chain, _ = written
    other = f"{workspace}-other"
    audit.record([an_entry(other, "execution/orders:1")])
    (copied,) = audit.log.oldest(other, chain, after=0, limit=1)
    tamper.record(chain, 1, id=copied.id, recorded_at=copied.recorded_at, digest=copied.digest, body=copied.body)
    assert finding(audit, workspace, chain) == (1, "moved")


def test_an_export_that_was_changed_or_is_another_s_is_refused(audit, workspace, written):
    exported = export(audit.log, workspace)
    exported[1] = exported[1].replace("ada", "eve")
    with pytest.raises(InvalidDocument, match="line 2"):
        audit.verify(workspace, against=exported)
    with pytest.raises(InvalidDocument, match="line 1"):
        audit.verify("another", against=export(audit.log, workspace))


def test_sqlite_refuses_to_change_or_delete_a_record(tmp_path):
    stores = open_local(tmp_path / "data", SkipClock())
    Audit(stores.audit, SkipClock()).record([an_entry("default")])
    for statement in ("UPDATE audit SET body = ''", "DELETE FROM audit"):
        with pytest.raises(StoreUnavailable, match="append-only"):
            stores._database.write(lambda connection, statement=statement: connection.execute(statement))
    stores.close()


# --- what the log should tell of


def an_execution(backend, workspace, name, *, status="SUCCEEDED", began=True):
    """An execution in journal and index; its first segment has the event 1."""
    key = ExecutionKey.of(workspace, "orders", name)
    opened = ExecutionRow(key, "orders", 3, "RUNNING", START)
    backend.journal.create(a_header(key, started_at=START), b"{}", opened)
    if began:
        backend.journal.commit([a_segment(key, 0, first_event=1, last_event=2)])
    if status != "RUNNING":
        row = dataclasses.replace(opened, status=status, ended_at=START + 1)
        backend.journal.update_headers([HeaderChange(key, 0, status, None, ended_at=START + 1, row=row)])
    return key


def started(workspace, key):
    return an_entry(workspace, f"execution/{key.id}", "engine.started", actor=ENGINE, id=f"{key.id}#1")


@pytest.fixture
def beside(backend):
    return Audit(backend.audit, backend.clock, beside=Beside(backend.index, backend.journal, backend.clock))


def test_executions_with_their_entries_read_as_fine_and_say_what_cannot_be_seen(backend, workspace, beside):
    for name in ("one", "two"):
        beside.record([started(workspace, an_execution(backend, workspace, name))])
    found = beside.verify(workspace)
    assert (found.ok, found.entries, found.executions) == (True, 2, 2)
    assert "executions that lack their start: 0 of 2" in found.says
    assert "cannot be seen from here" in found.says
    assert "none dropped" not in found.says


def test_a_log_without_entries_beside_executions_is_not_fine(backend, workspace, beside):
    key = an_execution(backend, workspace, "one")
    found = beside.verify(workspace)
    assert (found.ok, found.entries) == (False, 0)
    (finding,) = found.findings
    assert (finding.problem, finding.number) == ("unrecorded", 1)
    assert finding.message.startswith(f"the execution {key.id} began, and its start is not in the chain")


@pytest.mark.parametrize("status", ["RUNNING", "FAILED", "SUCCEEDED"])
def test_a_tail_that_was_cut_with_its_head_is_found_by_its_executions(backend, workspace, beside, tamper, status):
    keys = [an_execution(backend, workspace, f"n{number}", status=status) for number in range(40)]
    for key in keys:
        beside.record([started(workspace, key)])
    assert beside.verify(workspace).ok
    chain = Subject("execution", keys[-1].id).chain
    records = beside.log.oldest(workspace, chain, after=0, limit=99)
    last = records[-2] if len(records) > 1 else None
    tamper.drop(chain, records[-1].number)
    tamper.head(chain, last and AuditHead(last.number, last.digest, last.recorded_at))
    found = beside.verify(workspace)
    assert [(item.chain, item.number) for item in found.findings] == [(chain, records[-1].number)]
    assert found.findings[0].problem == ("cut" if tamper.family == "sqlite" else "unrecorded")


def test_an_execution_that_has_not_begun_has_no_entry_yet(backend, workspace, beside):
    an_execution(backend, workspace, "waits", status="RUNNING", began=False)
    found = beside.verify(workspace)
    assert (found.ok, found.executions) == (True, 1)


def test_an_entry_that_follows_a_moment_later_is_waited_for(backend, workspace, beside, monkeypatch):
    key = an_execution(backend, workspace, "one")
    sleep = backend.clock.sleep

    def recorded_meanwhile(seconds):
        beside.record([started(workspace, key)])
        sleep(seconds)

    monkeypatch.setattr(backend.clock, "sleep", recorded_meanwhile)
    assert beside.verify(workspace).ok


def test_an_empty_log_beside_nothing_says_so(workspace, beside):
    found = beside.verify(workspace)
    assert (found.ok, found.says) == (
        True, "the audit log is empty, and there is no execution that it should tell of"
    )


def test_what_is_kept_apart_never_leads(backend, workspace, audit):
    for number in range(1, 4):
        audit.record([an_entry(workspace, after={"n": number})])
        heads = backend.audit.heads(workspace, range(CHAINS))
        for chain, count in backend.audit.witnessed(workspace).items():
            assert count <= heads[chain].number


# --- a lost tail of the write-ahead log


def test_a_lost_write_ahead_log_is_found(tmp_path):
    """The tail of automate.db-wal takes entries, their head and their executions with it: what is left agrees."""
    folder = tmp_path / "data"
    stores = open_local(folder, SkipClock())
    audit = Audit(stores.audit, SkipClock())
    audit.record([an_entry("default")])
    stores._database._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = (folder / "automate.db").read_bytes()
    for number in range(5):
        audit.record([an_entry("default", after={"n": number})])
    stores.close()
    (folder / "automate.db").write_bytes(kept)
    for left in folder.glob("automate.db-*"):
        left.unlink()
    stores = open_local(folder, SkipClock())
    found = Audit(stores.audit, SkipClock()).verify("default")
    assert [(item.number, item.problem) for item in found.findings] == [(2, "cut")]
    assert "had 6 entries" in found.findings[0].message
    assert "write-ahead log" in found.findings[0].message
    (next(folder.glob("audit-*.heads"))).unlink()
    found = Audit(stores.audit, SkipClock()).verify("default")
    assert found.ok, "without that file it cannot be known"
    assert "cannot be seen from here" in found.says
    stores.close()


def test_a_write_ahead_log_that_was_cut_short_is_found(tmp_path):
    folder = tmp_path / "data"
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(folder), "ada"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    ) as writer:
        assert writer.stdout.readline() == "ready\n"
        writer.stdin.write("go\n")
        writer.stdin.flush()
        patience.wait_until(lambda: _witnessed(folder) >= 20)
        writer.kill()
    log = folder / "automate.db-wal"
    with log.open("r+b") as file:
        file.truncate(log.stat().st_size * 3 // 4)
    stores = open_local(folder, SkipClock())
    found = Audit(stores.audit, SkipClock()).verify("default")
    stores.close()
    assert [item.problem for item in found.findings] == ["cut"]


def _witnessed(folder):
    return max(AuditWitness(folder).numbers("default").values(), default=0)


@pytest.mark.parametrize("content", [b"", b"x", b"\xff" * 3, b"\0" * 500])
def test_a_damaged_file_beside_the_database_is_no_finding(tmp_path, content):
    stores = open_local(tmp_path / "data", SkipClock())
    Audit(stores.audit, SkipClock()).record([an_entry("default")])
    next((tmp_path / "data").glob("audit-*.heads")).write_bytes(content)
    assert Audit(stores.audit, SkipClock()).verify("default").ok
    stores.close()
