"""Records of one chain that follow on each other, without what is read off the others: what a store holds that is
billed by the kilobyte. `packed` makes a row of each:

    a text                       the first digits of the record's digest, and its body without what is left out
    [body, digest, id, time]     one whose body does not make its digest, id and time: whole

Left out of a body is the digest of the record before it in the run, and the keyed digest of what is kept beside it. No
compression shortens either. Where what was kept is erased, the keyed digest stands in its place. The chain proves what
it did: the first record of a run names the digest before it, and what follows the last one, or the head, names its own.
The digits say which record was changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from engine.governance.audit.entry import canonical, digest_of, digest_of_kept, erased_id, in_place, parse_time
from engine.ports.audit_log import AuditRecord
from engine.records import dataclass

Json = Any

_CHECKED = 8
"""Digits of a digest that are kept."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run begins, and until when it is kept."""

    workspace: str
    chain: int
    number: int
    kept_until: float | None = None


def packed(run: Sequence[AuditRecord]) -> list[Json]:
    """What a store holds of `run`, beside what it keeps of each record."""
    previous = [None, *(record.digest for record in run)]
    return [_packed(record, before) for record, before in zip(run, previous, strict=False)]


def _packed(record: AuditRecord, previous: str | None) -> Json:
    try:
        shape = json.loads(record.body)
        if shape["previous"] == previous:
            shape["previous"] = None
        if record.kept:
            shape |= dict.fromkeys(in_place(""))
        short = record.digest[:_CHECKED] + canonical(shape)
        if _unpacked(short, record.kept, previous, Place(record.workspace, record.chain, record.number)) == record:
            return short
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    return [record.body, record.digest, erased_id(record) if record.kept else record.id, record.recorded_at]


def unpacked(rows: Sequence[Json], kept: Sequence[str], place: Place) -> Iterator[AuditRecord]:
    """The records that `packed` made `rows` of; `kept` is what is beside each of them, or stands in its place. Raises
    ValueError, KeyError, TypeError or AttributeError where there are none."""
    previous: str | None = None
    for number, (row, own) in enumerate(zip(rows, kept, strict=True), start=place.number):
        record = _unpacked(row, own, previous, Place(place.workspace, place.chain, number, place.kept_until))
        yield record
        previous = record.digest


def _unpacked(row: Json, own: str, previous: str | None, place: Place) -> AuditRecord:
    kept = own if own.startswith("{") else ""
    if not isinstance(row, str):
        body, digest, record_id, recorded_at = row
    else:
        digest, shape = row[:_CHECKED], json.loads(row[_CHECKED:])
        if shape["previous"] is None:
            shape["previous"] = previous
        if shape["details"] is None:
            shape |= in_place(digest_of_kept(kept) if kept else own)
        body, record_id, recorded_at = canonical(shape), shape["id"], parse_time(shape["recorded_at"])
        whole = digest_of(body)
        digest = whole if whole.startswith(digest) else digest
    record_id = json.loads(kept)["id"] if kept else record_id
    where = place.workspace, place.chain, place.number
    return AuditRecord(*where, record_id, recorded_at, digest, body, kept, place.kept_until)


def in_place_of(kept: str) -> str:
    """What stands in the place of what is kept, once that is erased."""
    return digest_of_kept(kept) if kept.startswith("{") else kept
