"""The audit log of a stage that an earlier release has written: heads beside their records, in one partition.

They are read, followed on and verified; a chain never forks, whichever release writes next; and a return to that
release finds a head that it knows.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.adapters.aws.audit_log import DynamoAuditLog, _item_of, _records_of
from engine.adapters.aws.dynamo import ABSENT, Expression, Put
from engine.governance.audit.audit import Audit
from engine.governance.audit.entry import sealed
from engine.ports.audit_log import CHAINS, AuditHead
from tests.support.records import a_record, an_entry


class EarlierLog(DynamoAuditLog):
    """The log as the release before writes it."""

    def heads(self, workspace, chains):
        keys = {(f"A#{workspace}#{chain:02}", "H"): chain for chain in chains}
        found = self._table.get_many(list(keys))
        return {keys[key]: _head(item) for key, item in found.items()}

    def _append(self, run, since):
        first, last = run[0], run[-1]
        partition = f"A#{first.workspace}#{first.chain:02}"
        end = {"number": last.number, "digest": last.digest, "recorded_at": last.recorded_at}
        head = {"pk": partition, "sk": "H", **end}
        follows = ABSENT if first.number == 1 else Expression(
            "#n = :before", {":before": first.number - 1}, {"#n": "number"}
        )
        writes = [Put(head, follows)]
        for record in run:
            body = {"id": record.id, "recorded_at": record.recorded_at, "digest": record.digest, "body": record.body}
            writes += [
                Put({"pk": partition, "sk": f"N#{record.number:012}", **body}, ABSENT),
                Put({"pk": partition, "sk": f"I#{record.id}", "number": record.number}, ABSENT),
            ]
        return self._table.holds(*writes)


def _head(item):
    return AuditHead(int(item["number"]), item["digest"], item["recorded_at"])


@pytest.fixture
def table(aws_stores):
    return aws_stores.audit._table


@pytest.fixture
def logs(table):
    """The earlier release's log and this one's, over the same table."""
    return EarlierLog(table), DynamoAuditLog(table)


@pytest.fixture
def workspace(request):
    return request.node.name[:40]


def test_what_the_earlier_release_wrote_is_read_and_followed_on(logs, workspace):
    earlier, now = logs
    earlier.append([a_record(workspace, 1), a_record(workspace, 2)])
    assert now.heads(workspace, [3])[3].number == 2
    assert now.append([a_record(workspace, 3)]) == frozenset()
    assert [record.number for record in now.oldest(workspace, 3, after=0, limit=9)] == [1, 2, 3]
    assert now.append([a_record(workspace, 3, id="another")]) == {3}


def test_writers_of_both_releases_take_turns_and_never_fork_a_chain(logs, workspace):
    earlier, now = logs
    earlier.append([a_record(workspace, 1)])
    for number in range(2, 12):
        writer, rival = (now, earlier) if number % 3 else (earlier, now)
        assert {log.heads(workspace, [3])[3].number for log in logs} == {number - 1}
        assert writer.append([a_record(workspace, number)]) == frozenset()
        assert rival.append([a_record(workspace, number, id=f"rival-{number}")]) == {3}
    assert [record.id for record in now.oldest(workspace, 3, after=0, limit=99)] == [f"id-{n}" for n in range(1, 12)]


def test_a_log_of_both_releases_verifies_and_its_cut_end_shows(logs, table, workspace, aws_clock):
    earlier, now = (Audit(log, aws_clock) for log in logs)
    for writer in (earlier, now, now, earlier, now):
        writer.record([an_entry(workspace, "workflow/orders")])
    assert now.verify(workspace, against=[]).ok
    assert earlier.verify(workspace, against=[]).ok
    chain = an_entry(workspace, "workflow/orders").subject.chain
    table.delete([(f"A#{workspace}#{chain:02}", f"N#{5:012}")])
    assert [finding.problem for finding in now.verify(workspace, against=[]).findings] == ["cut"]


def test_a_stage_of_this_release_alone_writes_one_head(logs, table, workspace):
    _, now = logs
    now.append([a_record(workspace, 1)])
    now.append([a_record(workspace, 2)])
    assert table.get((f"A#{workspace}#03", "H")) is None
    assert table.get((f"AH#{workspace}#03", "H"))["number"] == 2


def test_records_and_heads_have_partition_keys_that_a_policy_can_tell_apart(logs, table, workspace, calls):
    """IAM's dynamodb:LeadingKeys sees the partition key alone."""
    logs[1].append([a_record(workspace, 1)])
    calls.clear()
    logs[1].append([a_record(workspace, 2)])
    items = [parameters["Item"] for name, parameters in calls if name == "PutItem"]
    heads = [item["pk"]["S"] for item in items if item["sk"]["S"] == "H"]
    others = {item["pk"]["S"] for item in items if item["sk"]["S"] != "H"}
    assert (heads, others) == ([f"AH#{workspace}#03"], {f"A#{workspace}#03"})


@pytest.mark.parametrize("change", [
    {"body": "{}"}, {"digest": "0" * 64}, {"id": "another"}, {"recorded_at": 1.0}, None,
], ids=lambda change: "garbage" if change is None else next(iter(change)))
def test_a_record_that_was_put_over_another_is_found(logs, table, workspace, aws_clock, change):
    """IAM cannot deny it: a put that adds a record and one that replaces it are the same action."""
    audit = Audit(logs[1], aws_clock)
    audit.record([an_entry(workspace, "workflow/orders") for _ in range(3)])
    chain = an_entry(workspace, "workflow/orders").subject.chain
    item = table.get((f"A#{workspace}#{chain:02}", f"N#{1:012}"))
    records = _records_of(workspace, chain, item)
    if change is not None:
        records[1] = replace(records[1], **change)
    table.write(Put({**item, "run": b"garbage" if change is None else _item_of(records)["run"]}))
    [finding] = audit.verify(workspace, against=[]).findings
    assert (finding.chain, finding.problem in ("changed", "broken")) == (chain, True)


def test_a_whole_record_that_follows_on_its_neighbour_is_found_as_well(logs, table, workspace, aws_clock):
    """With a digest that is right for what it says: the record after it then does not follow."""
    log = logs[1]
    audit = Audit(log, aws_clock)
    for _ in range(3):
        audit.record([an_entry(workspace, "workflow/orders")])
    chain = an_entry(workspace, "workflow/orders").subject.chain
    before, second, _ = log.oldest(workspace, chain, after=0, limit=3)
    forged = sealed(
        an_entry(workspace, "workflow/orders", act="execution.stop"), number=2, previous=before.digest,
        recorded_at=second.recorded_at,
    )
    table.write(Put({
        "pk": f"A#{workspace}#{chain:02}", "sk": f"N#{2:012}", "id": forged.id, "recorded_at": forged.recorded_at,
        "digest": forged.digest, "body": forged.body,
    }))
    assert [finding.problem for finding in audit.verify(workspace, against=[]).findings] == ["broken"]


def test_a_slow_writer_puts_no_head_back(aws_stores, aws_clock, monkeypatch):
    """Another one has gone on between its records and its head."""
    slow, late = DynamoAuditLog(aws_stores.stored), []
    put_heads = slow._put_heads
    Audit(slow, aws_clock).record([an_entry("slow", "workflow/w")])
    monkeypatch.setattr(slow, "_put_heads", lambda *given: late.append(given))
    audits = [Audit(log, aws_clock) for log in (slow, DynamoAuditLog(aws_stores.stored))]
    for audit in audits:
        audit.record([an_entry("slow", "workflow/w")])
    for given in late:
        put_heads(*given)
    [head] = audits[1].log.heads("slow", range(CHAINS)).values()
    assert head.number == 3
    assert audits[1].verify("slow").ok
