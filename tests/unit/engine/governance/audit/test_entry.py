"""The canonical form of an entry, and its times: as Python's own JSON and datetime write them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st

from engine.governance.audit import entry as entries
from engine.governance.audit.entry import EXECUTION, AuditEntry, Subject, as_written, canonical, sealed, written_time
from engine.ports.keys import Actor

TEXTS = st.text(st.characters(codec=None), max_size=20)
VALUES = st.none() | TEXTS | st.integers() | st.dictionaries(TEXTS, TEXTS | st.integers() | st.none(), max_size=3)
ENTRIES = st.builds(
    AuditEntry, TEXTS, TEXTS, st.floats(0, 4e9), st.builds(Actor, TEXTS, TEXTS, TEXTS), TEXTS,
    st.builds(Subject, st.sampled_from([EXECUTION, "workflow"]), TEXTS), VALUES, VALUES, st.none() | TEXTS,
    st.dictionaries(TEXTS, VALUES, max_size=3),
)
WHOLE = {name for name in AuditEntry.__slots__ if name != "actor"} | {
    "actor", "actor_kind", "origin", "chain", "number", "previous", "recorded_at",
}


@given(ENTRIES, st.sampled_from(["", "ab" * 32]))
def test_a_record_is_the_canonical_form_of_its_entry(entry, previous):
    record = sealed(entry, number=3, previous=previous, recorded_at=5e9 / 3, new_key=lambda: "0f" * 16)
    shape = json.loads(record.body)
    assert record.body == canonical(shape)
    assert shape.keys() == WHOLE
    assert (shape["number"], shape["previous"], shape["recorded_at"]) == (3, previous, written_time(5e9 / 3))
    told = {
        "after": entry.after, "before": entry.before, "details": entry.details, "id": entry.id,
        "reason": entry.reason, "subject": str(entry.subject),
    }
    if entry.subject.kind == EXECUTION:
        assert record.kept == canonical({"key": "0f" * 16}).rstrip("}") + "," + canonical(told)[1:]
        digest = shape["details"]["sealed"]
        assert entries.digest_of_kept(record.kept) == digest == entries.sealed_digest(shape)
        told = entries.in_place(digest)
    assert {name: shape[name] for name in told} == told
    assert [shape[name] for name in ("act", "actor", "actor_kind", "origin", "workspace", "at", "chain")] == [
        entry.act, entry.actor.name, entry.actor.kind, entry.actor.origin, entry.workspace, written_time(entry.at),
        entry.subject.chain,
    ]


@given(st.floats(-1e10, 1e11) | st.integers(-10**10, 10**11))
@example(1_700_000_000.9999999)
@example(1_700_000_000.0000005)
@example(1_700_000_000.0000015)
@example(-0.0000004)
@example(-1.25)
def test_times_are_rounded_as_datetime_does_it(at):
    moment = datetime.fromtimestamp(at, UTC)
    assert written_time(at) == f"{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
    assert as_written(at) == moment.timestamp()
