"""The audit log over a store in memory: its canonical form, its rounds of trying, what it cuts and masks."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import subprocess
import sys

import pytest

from engine.clock import SkipClock
from engine.errors import InvalidDocument, StoreCorrupt, StoreUnavailable, Throttled
from engine.governance.audit.audit import Audit
from engine.governance.audit.entry import (
    MOST_CHARACTERS,
    AuditEntry,
    Subject,
    opened,
    parse_time,
    sealed,
    written_time,
)
from engine.governance.audit.export import exported
from engine.governance.audit.query import AuditQuery
from engine.governance.audit.recorder import ATTEMPTS
from engine.governance.log_masking import KnownSecrets
from engine.ports.audit_log import CHAINS
from engine.ports.keys import Actor
from tests.support.memory.audit_log import MemoryAuditLog


def an_entry(number=0, subject="execution/w:1", **more):
    return AuditEntry(
        f"id-{number}", "default", 1_700_000_000.25 + number, Actor("ada", "user", "192.0.2.7"), "x",
        Subject.parse(subject), **more,
    )


@pytest.mark.parametrize("subject", ["execution/w:1", "workflow/w"])
@pytest.mark.parametrize("more", [
    {}, {"before": {"ä": [1.5, None, "\ud800"]}, "after": 1, "reason": 'a "b"', "details": {"previous": "x"}},
])
def test_a_record_is_the_canonical_text_of_its_members(subject, more):
    """The text is put together from parts that are made before the entry's place is known."""
    record = sealed(an_entry(3, subject, **more), number=7, previous="ab" * 32, recorded_at=1_700_000_009.5)
    found = json.loads(record.body)
    assert record.body == json.dumps(found, sort_keys=True, separators=(",", ":"))
    assert (found["number"], found["previous"], found["recorded_at"]) == (7, "ab" * 32, "2023-11-14T22:13:29.500000Z")
    assert record.digest == hashlib.sha256(record.body.encode()).hexdigest()
    entry = opened(record).entry
    assert (entry.id, entry.reason, entry.details) == ("id-3", more.get("reason"), more.get("details", {}))


@pytest.fixture
def log():
    return MemoryAuditLog()


@pytest.fixture
def audit(log):
    return Audit(log, SkipClock(), known=KnownSecrets())


def entries(audit, **filters):
    return [item.entry for item in audit.page(AuditQuery("default", **filters)).entries]


def test_the_canonical_form_is_what_the_documentation_says(audit, log):
    """A release that writes another form could not verify what this one wrote."""
    audit.record([an_entry(subject="workflow/w", after={"b": 1, "a": "ä"}, reason="because")])
    (record,) = log.oldest("default", Subject("workflow", "w").chain, after=0, limit=1)
    ((row,), shape) = log.actors("default"), json.loads(record.body)
    assert row.pseudonym == shape["actor"] == "~" + hmac.new(
        bytes.fromhex(row.key), b"default\0user\0ada", hashlib.sha256
    ).hexdigest()[:24]
    assert record.body.replace(f'"chain":{record.chain},', '"chain":CHAIN,').replace(shape["origin"], "ORIGIN") == (
        f'{{"act":"x","actor":"{row.pseudonym}","actor_kind":"user","after":{{"a":"\\u00e4","b":1}},'
        '"at":"2023-11-14T22:13:20.250000Z","before":null,"chain":CHAIN,"details":{},"id":"id-0","number":1,'
        '"origin":"ORIGIN","previous":"","reason":"because","recorded_at":"2023-11-14T22:13:20.250000Z",'
        '"subject":"workflow/w","workspace":"default"}'
    )
    assert record.digest == hashlib.sha256(record.body.encode()).hexdigest()


def test_an_entry_about_an_execution_names_it_beside_the_chain(audit, log):
    """Anybody can check the keyed digest, who has the part with its key."""
    audit.record([an_entry(after={"b": 1, "a": "ä"}, reason="because")])
    (record,) = log.oldest("default", Subject("execution", "w:1").chain, after=0, limit=1)
    kept = json.loads(record.kept)
    key = bytes.fromhex(kept.pop("key"))
    assert kept == {
        "after": {"a": "ä", "b": 1}, "before": None, "details": {}, "id": "id-0", "reason": "because",
        "subject": "execution/w:1",
    }
    text = json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()
    digest = hmac.new(key, text, hashlib.sha256).hexdigest()
    body = json.loads(record.body)
    assert {name: body[name] for name in kept} == {
        "after": None, "before": None, "details": {"sealed": digest}, "id": f"~{digest[:32]}", "reason": None,
        "subject": f"execution/~{digest[:32]}",
    }
    assert len(key) == 16
    assert record.id == "id-0"


_CHECK = """
import hashlib, json, sys
last = {}
for line in sys.stdin:
    entry = json.loads(line)
    digest, kept = entry.pop("digest"), entry.pop("kept", None)
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == digest, entry
    assert (entry["number"] - 1, entry["previous"]) == last.get(entry["chain"], (0, "")), entry
    last[entry["chain"]] = (entry["number"], digest)
print(sum(number for number, _ in last.values()))
"""


def test_ten_lines_of_anybody_s_check_an_export(audit, log):
    audit.record([an_entry(n, f"execution/w:{n % 5}", after={"n": n / 3}) for n in range(20)])
    lines = "\n".join(line for chain in range(CHAINS) for line in exported(log, "default", chain, audit.actors))
    done = subprocess.run([sys.executable, "-c", _CHECK], input=lines, capture_output=True, text=True, check=True)
    assert done.stdout == "20\n"


def test_subjects_spread_over_all_chains():
    chains = {Subject("execution", f"w:{n}").chain for n in range(400)}
    assert chains == set(range(16))


@pytest.mark.parametrize(
    ("subject", "workflow"), [("workflow/w", "w"), ("execution/w:1", "w"), ("secret/w", None)]
)
def test_whose_workflow_a_subject_is(subject, workflow):
    assert Subject.parse(subject).workflow == workflow
    assert str(Subject.parse(subject)) == subject


@pytest.mark.parametrize("at", [0.0, 1_700_000_000.1234567, 1_764_000_000.999999, 4_000_000_000.000001])
def test_times_are_read_as_they_are_written(at):
    written = written_time(at)
    assert written_time(parse_time(written)) == written
    assert abs(parse_time(written) - at) < 1e-6


@pytest.mark.parametrize(
    ("text", "at"),
    [("1970-01-02", 86400.0), ("1970-01-01T01:00:00Z", 3600.0), ("1970-01-01T01:00:00+01:00", 0.0),
     ("1970-01-01T00:00:01.5", 1.5)],
)
def test_a_day_and_a_time_without_a_zone_are_utc(text, at):
    assert parse_time(text) == at


def test_what_is_no_time_is_refused():
    with pytest.raises(InvalidDocument, match="yesterday") as refused:
        parse_time("yesterday", where="--since")
    assert refused.value.where == "--since"


def test_long_texts_are_cut_and_secrets_are_masked(log):
    known = KnownSecrets()
    known.add(["hunter2hunter2"])
    audit = Audit(log, SkipClock(), known=known)
    audit.record([an_entry(
        after={"diff": "x" * (MOST_CHARACTERS + 7)}, reason="it was hunter2hunter2",
        details={"cause": ["aHVudGVyMmh1bnRlcjI=", "hunter2hunter2"]},
    )])
    (entry,) = entries(audit)
    assert entry.after["diff"] == "x" * MOST_CHARACTERS + "… (7 more characters)"
    assert entry.reason == "it was ********"
    assert "hunter2" not in json.dumps(dict(entry.details))
    assert "aHVudGVy" not in json.dumps(dict(entry.details))


def test_a_rival_between_head_and_append_costs_a_try_and_nothing_else(log):
    audit, rival = Audit(log, SkipClock()), Audit(log, SkipClock())
    append, raced = log.append, []

    def late(records, **more):
        if not raced:
            raced.append(True)
            rival.record([an_entry(1)])
        return append(records, **more)

    log.append = late
    audit.record([an_entry(2)])
    assert [entry.id for entry in entries(audit)] == ["id-2", "id-1"]
    assert audit.verify("default").ok


def test_a_reply_that_was_lost_doubles_nothing(audit, log):
    append = log.append

    def lost(records, **more):
        append(records, **more)
        log.append = append
        raise Throttled("no reply")

    log.append = lost
    audit.record([an_entry()])
    assert len(entries(audit)) == 1


def test_a_store_that_refuses_for_ever_is_reported(audit, log):
    tries = []
    log.append = lambda records, **_: tries.append(records) or frozenset(record.chain for record in records)
    with pytest.raises(Throttled, match="1 entries are not recorded"):
        audit.record([an_entry()])
    assert len(tries) == ATTEMPTS


def test_a_store_that_is_away_is_not_asked_again(audit, log):
    log.append = lambda *_, **__: (_ for _ in ()).throw(StoreUnavailable("away"))
    with pytest.raises(StoreUnavailable):
        audit.record([an_entry()])


def test_nothing_to_record_asks_nothing():
    Audit(None, SkipClock()).record([])


def test_a_page_with_a_rare_filter_comes_back_short_and_goes_on(audit, monkeypatch):
    monkeypatch.setattr("engine.governance.audit.query.MOST_LOOKED_AT", 10)
    audit.record([an_entry(n, f"execution/w:{n}") for n in range(35)])
    query, found, pages = AuditQuery("default", execution=None, workflow="w", actor="eve"), [], 0
    while True:
        page = audit.page(query)
        found += page.entries
        pages += 1
        if page.next_token is None:
            break
        query = dataclasses.replace(query, next_token=page.next_token)
    assert (found, pages) == ([], 4)


def test_an_entry_that_cannot_be_read_says_what_to_do(audit, log):
    audit.record([an_entry()])
    (record,) = log.oldest("default", Subject("execution", "w:1").chain, after=0, limit=1)
    with pytest.raises(StoreCorrupt, match="automate audit verify"):
        opened(dataclasses.replace(record, body="{}"))
