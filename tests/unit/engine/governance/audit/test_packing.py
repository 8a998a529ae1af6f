"""Records of a run without what is read off the others: they come back as they were, and a changed one is told."""

from __future__ import annotations

import dataclasses
import json

import pytest

from engine.governance.audit.entry import AuditEntry, Subject, sealed
from engine.governance.audit.packing import Place, in_place_of, packed, unpacked
from engine.ports.keys import Actor
from tests.support.records import START, a_record

ADA = Actor("ada", "user", "192.0.2.7")
PLACE = Place("default", 3, 7)


def a_run(*subjects, first=7):
    previous, run = "ab" * 32, []
    for number, subject in enumerate(subjects, start=first):
        entry = AuditEntry(
            f"{subject}#{number}", "default", START + number, ADA, "execution.start", Subject.parse(subject),
            after={"previous": "x", "ä": [1.5, None, "\ud800"]}, details={"previous": "y"},
        )
        record = sealed(entry, number=number, previous=previous, recorded_at=START + 99.000001)
        run.append(dataclasses.replace(record, chain=PLACE.chain))
        previous = record.digest
    return run


def through(run, kept=None):
    """What comes back of a run that went through a store's text."""
    rows = json.loads(json.dumps(packed(run)))
    return list(unpacked(rows, [record.kept for record in run] if kept is None else kept, PLACE))


RUNS = {
    "executions": ("execution/w:1", "execution/w:2", "execution/w:1"),
    "others": ("workflow/w", "secret/K", "erasure/e"),
    "both": ("execution/w:1", "workflow/w", "execution/w:2"),
}


@pytest.mark.parametrize("subjects", RUNS.values(), ids=RUNS)
def test_what_is_packed_comes_back_as_it_was(subjects):
    run = a_run(*subjects)
    assert through(run) == run
    assert all(isinstance(row, str) for row in packed(run)), "none is kept whole"


def test_neither_digest_is_written():
    run = a_run("execution/w:1", "execution/w:2")
    text = "".join(packed(run))
    digests = [run[0].digest, *(json.loads(record.body)["details"]["sealed"] for record in run)]
    assert not any(digest[8:] in text for digest in digests)
    assert json.loads(run[0].body)["previous"] in text, "the first one's binds the run to what is before it"


@pytest.mark.parametrize(
    "changes", [{"body": "{}"}, {"body": "no JSON"}, {"body": "[1]"}, {"digest": "0" * 64}, {"id": "another"},
                {"recorded_at": 1.0}],
    ids=lambda changes: " ".join(f"{name} {value}"[:16] for name, value in changes.items()),
)
def test_a_record_whose_text_does_not_make_it_is_kept_whole(changes):
    run = a_run("execution/w:1", "workflow/w", "execution/w:3")
    run[1] = dataclasses.replace(run[1], **changes)
    assert through(run) == run


def test_any_text_may_be_a_record_s():
    run = [a_record("default", number) for number in (7, 8)]
    assert through(run) == run


def test_once_erased_the_digest_stands_in_the_place_and_the_rest_is_as_it_was():
    run = a_run("execution/w:1", "execution/w:2", "workflow/w")
    kept = [record.kept for record in run]
    kept[1] = in_place_of(kept[1])
    assert "w:2" not in kept[1]
    erased = dataclasses.replace(run[1], kept="", id=json.loads(run[1].body)["id"])
    assert through(run, kept) == [run[0], erased, run[2]]
    assert [in_place_of(kept[1]), in_place_of("")] == [kept[1], ""], "erased again nothing changes"


def test_a_changed_text_or_part_does_not_make_its_digest():
    run = a_run("execution/w:1", "execution/w:2", "execution/w:3")
    rows, kept = packed(run), [record.kept for record in run]
    for changed in (
        unpacked([rows[0], rows[1].replace("ada", "eve"), rows[2]], kept, PLACE),
        unpacked(rows, [kept[0], kept[1].replace("w:2", "w:9"), kept[2]], PLACE),
        unpacked(rows, [kept[0], "", kept[2]], PLACE),
    ):
        first, second, _ = changed
        assert first == run[0]
        assert (len(second.digest), second.digest) == (8, run[1].digest[:8])


def test_a_run_as_the_release_before_wrote_it_is_read():
    run = a_run("execution/w:1", "workflow/w")
    rows = [[record.body, record.digest, json.loads(record.body)["id"], record.recorded_at] for record in run]
    assert list(unpacked(rows, [record.kept for record in run], PLACE)) == run
    (first, _) = unpacked(rows, [in_place_of(run[0].kept), ""], PLACE)
    assert (first.kept, first.id) == ("", rows[0][2])
