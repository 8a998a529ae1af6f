"""Golden histories: what an older release stored of the samples' cases, to be read and stepped by this one.

``python -m tests.support.golden_histories`` records every case once as it comes and once with a worker that
dies amid it (its later segments deltas). Where the newest recording differs it adds ``workflows/<name>/golden/
<case>.<number>.history.json``, and its digest to ``workflows/golden.sha256``. It never changes or deletes one: what was
stored under a release that somebody runs may be in somebody's table for ever.

    {"schema", "definition", "executions": [
        {"id", "machine", "begin": snapshot, "segments": [{"body": base64, "snapshot": after it}]}]}

`body` is the segment's very bytes: marker, compression, stimuli, events, whole snapshot or delta.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from engine.durable import codec
from engine.durable.opening import facts_of
from engine.kernel import snapshot_codec
from engine.kernel.snapshot import SCHEMA, Snapshot
from engine.kernel.step import step
from engine.language.asl.compile import compile_definition
from engine.language.asl.model import Plan
from engine.ports.journal import BILLED
from engine.ports.tasks import ConnectorPin, TaskCall, TaskFailed, TaskOutcome, TaskPolicy, TaskSucceeded
from engine.testing.stubs import Stubs, failed
from tests.support.durable import Product
from tests.support.memory.journal import MemoryJournal
from tests.support.sample_cases import WORKFLOWS, SampleCase, sample_cases

Json = Any

MANIFEST = WORKFLOWS / "golden.sha256"
DIES_AT_CALL = 2
KEEPS_REMAINS = 3
"""The first schema whose snapshots keep what a redrive needs: from an older one's stimuli it is kept now, too."""
MOST_POLLS = 100_000
"""Three days without an answer are some thousand sweeps."""


class Died(BaseException):
    """The worker is gone."""


class _StubbedWorld:
    """Answers from a case's stubs, each call once under its idempotency key; task tokens are answered at once."""

    def __init__(self, stubs: Mapping[str, Sequence[Json]], dies_at: int) -> None:
        self.product: Product
        self._stubs = Stubs(stubs)
        self._dies_at = dies_at
        self.calls = 0

    def policy(self, resource: str, _pin: ConnectorPin | None = None) -> TaskPolicy:
        del resource
        return TaskPolicy()

    def call(self, call: TaskCall) -> TaskOutcome:
        self.calls += 1
        if self.calls == self._dies_at:
            raise Died
        stub = self._stubs.take(call.resource, call.state, call.arguments)
        if stub is None:
            raise AssertionError(f"no stub is left for {call.state}")
        answer: Json = TaskSucceeded(stub.get("output"))
        if failed(stub):
            answer = TaskFailed(stub.get("error", ""), stub.get("cause"))
        if call.task_token is None or isinstance(answer, TaskFailed):
            return answer
        if not stub.get("timed_out"):
            self.product.executions.answers.send_task_success(call.task_token, answer.output)
        return TaskSucceeded(None)


def record(sample: SampleCase, *, dies: bool) -> Json:
    """What the stores hold once the case has run; None where no worker dies though it should."""
    stubs = {
        resource: [stub.model_dump(exclude_unset=True) for stub in answers]
        for resource, answers in sample.case.stubs.items()
    }
    world = _StubbedWorld(stubs, DIES_AT_CALL if dies else 0)
    document = sample.document
    product = world.product = Product(
        document.definition, tasks=world, workflow=document.name, kind=document.kind,  # type: ignore[arg-type]
    )
    sizes = replace(BILLED, small_snapshot=0) if dies else BILLED
    with mock.patch.object(MemoryJournal, "sizes", sizes):
        product.start(sample.case.input, name=sample.case.name, workflow=document.name)
        with suppress(Died):
            product.drain(MOST_POLLS)
        if dies and world.calls < DIES_AT_CALL:
            return None
        product.drain(MOST_POLLS)
    journal = product.stores.journal
    headers = sorted(journal._headers.values(), key=lambda header: header.key.id)
    return {
        "schema": SCHEMA, "definition": document.definition,
        "executions": [_recorded(journal, header) for header in headers],
    }


def _recorded(journal: Any, header: Any) -> Json:
    begin = Snapshot(
        facts=facts_of(header), input=json.loads(journal.execution_input(header.key)), last_at=header.started_at
    )
    bodies = [segment.body for _, segment in sorted(journal._segments[header.key].items())]
    return {
        "id": header.key.id, "machine": "" if header.parent is None else header.parent.machine,
        "begin": snapshot_codec.encode(begin),
        "segments": [
            {"body": base64.b64encode(body).decode(), "snapshot": snapshot_codec.encode(snapshot)}
            for body, snapshot in zip(bodies, _stored(bodies), strict=True)
        ],
    }


def _stored(bodies: Sequence[bytes]) -> Iterator[Snapshot]:
    """The snapshot after each segment, loaded as a worker loads it: from the newest whole one."""
    since: list[bytes] = []
    for body in bodies:
        since = [body] if "w" in codec.unpack(body) else [*since, body]
        yield codec.decode_snapshot(since)


def replay(history: Json) -> Iterator[str]:
    """How this release disagrees with `history`: in what it loads, in what it steps from there, in the events."""
    for execution in history["executions"]:
        plan = compile_definition(history["definition"])
        if execution["machine"]:
            plan = Plan({**plan.machines, "": plan.machines[execution["machine"]]})
        before = snapshot_codec.decode(execution["begin"])
        bodies = [base64.b64decode(segment["body"]) for segment in execution["segments"]]
        for number, loaded in enumerate(_stored(bodies)):
            where = f"{execution['id']}, segment {number}"
            recorded = snapshot_codec.decode(execution["segments"][number]["snapshot"])
            stepped = step(plan, before, codec.decode_stimuli(bodies[number]))
            if history["schema"] < KEEPS_REMAINS:
                stepped = replace(stepped, snapshot=replace(stepped.snapshot, redrivable={}))
            if snapshot_codec.encode(loaded) != snapshot_codec.encode(recorded):
                yield f"{where}: another snapshot is loaded"
            if snapshot_codec.encode(stepped.snapshot) != snapshot_codec.encode(recorded):
                yield f"{where}: stepping gives another snapshot"
            if list(stepped.events) != codec.decode_events(bodies[number]):
                yield f"{where}: stepping gives other events"
            before = loaded
        if not before.closed:
            yield f"{execution['id']}: it does not end"


# ---------------------------------------------------------------- the files


def histories() -> list[Path]:
    """All of them."""
    return sorted(WORKFLOWS.glob("*/golden/*.history.json"))


def read(path: Path) -> Json:
    """One."""
    return json.loads(path.read_bytes())


def listed() -> dict[str, str]:
    """Path below workflows/ → SHA-256, as the manifest has it."""
    lines = MANIFEST.read_text().splitlines() if MANIFEST.exists() else []
    return {path: digest for digest, path in (line.split("  ", 1) for line in lines)}


def digest(path: Path) -> str:
    """Its SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def unpacked(history: Json) -> Json:
    """It, without the compression: the same bytes are not promised by every zlib."""
    return {**history, "executions": [
        {**execution, "segments": [
            {**segment, "body": codec.unpack(base64.b64decode(segment["body"]))} for segment in execution["segments"]
        ]} for execution in history["executions"]
    ]}


def add(sample: SampleCase, *, dies: bool) -> Path | None:
    """Add today's history of a case, unless the newest holds the same: bodies, and what they are read as, whichever the
    schema of the release that read them."""
    made = record(sample, dies=dies)
    name = f"{sample.case.name}.taken-over" if dies else sample.case.name
    folder, number = sample.golden.parent, 1
    while (path := folder / f"{name}.{number}.history.json").exists():
        number += 1
        newest = read(path)
    if made is None or (number > 1 and _of_any_schema(newest) == _of_any_schema(made)):
        return None
    path.write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    with MANIFEST.open("a") as manifest:
        manifest.write(f"{digest(path)}  {path.relative_to(WORKFLOWS).as_posix()}\n")
    return path


def _of_any_schema(history: Json) -> Json:
    def stripped(value: dict[str, Json]) -> dict[str, Json]:
        return {key: found for key, found in value.items() if key != "schema"}

    return json.loads(json.dumps(unpacked(history)), object_hook=stripped)


if __name__ == "__main__":
    for one in sample_cases():
        for with_death in (False, True):
            added = add(one, dies=with_death)
            if added is not None:
                sys.stdout.write(f"{added.relative_to(WORKFLOWS.parent)}\n")
