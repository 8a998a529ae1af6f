"""Going on by another version: the plan first, then the redrive.

    plan   load ── what its header says against it ── old and new definition ── engine.kernel.forward.check ── verdict
                                                  └─ and each item of a Map Run that did not succeed, by itself
    go     plan ── it fits, and what is doubtful is accepted ── Redrives.redrive(onto): the number of its segment is the
           lock, so that what was checked is what goes on

Asked once more after a crash in between, it finishes what was begun.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict
from typing import Any

from engine.durable import codec
from engine.durable.lifecycle.redrives import ExecutionNotRedrivable, Onto, Redrives
from engine.durable.loading import Activator
from engine.durable.opening import running_by
from engine.errors import Conflict
from engine.kernel import changeover
from engine.kernel.children.child_ids import AGAIN, HUNDRED, item_id
from engine.kernel.forward.check import check, fails_with_an_item
from engine.kernel.forward.definitions import machines_of
from engine.kernel.forward.ran import Ran, ran
from engine.kernel.forward.verdict import Finding, Verdict
from engine.kernel.snapshot import Frame, Phase, Snapshot, Status
from engine.ports.journal import OPEN_STATUSES, Header, Journal, Loaded
from engine.ports.keys import ExecutionKey
from engine.ports.published import PublishedVersion
from engine.ports.tasks import TaskPolicy

Json = Any


class VersionDoesNotFit(Conflict):
    """The execution cannot go on by that version, or only if what is doubtful is accepted; `details` lists why."""

    code = "VersionDoesNotFit"


class Forwards:
    """Safe to share between threads."""

    def __init__(
        self, journal: Journal, activator: Activator, redrives: Redrives, policy: Callable[[str], TaskPolicy]
    ) -> None:
        self._journal = journal
        self._activator = activator
        self._redrives = redrives
        self._policy = policy

    def plan(self, loaded: Loaded, onto: Onto) -> Verdict:
        """Whether the execution can go on by the version, and nothing is written. Raises StorageError, Conflict
        (ExecutionNotRedrivable)."""
        self._redrives.check(loaded.header)
        snapshot = codec.stored_snapshot(loaded)
        if snapshot is None or not snapshot.closed or snapshot.status is Status.SUCCEEDED:
            raise ExecutionNotRedrivable(
                f"the execution {loaded.header.key.id} cannot go on by another version: it is "
                f"{loaded.header.status if snapshot is None or snapshot.closed else 'going on already'}", where="id",
                advice="Only an execution that FAILED, TIMED_OUT or was ABORTED can.",
            )
        return self._verdict(running_by(loaded.header, snapshot), snapshot, onto)

    def go(self, loaded: Loaded, onto: Onto, *, accept: bool) -> None:
        """Let it go on. Raises StorageError, Conflict (ExecutionNotRedrivable, VersionDoesNotFit)."""
        header = loaded.header
        snapshot = codec.stored_snapshot(loaded)
        begun = snapshot is not None and not snapshot.closed and header.status not in OPEN_STATUSES
        if not begun or changeover.pinned(snapshot) != onto.pinned:
            verdict = self.plan(loaded, onto)
            if not verdict.fits or (verdict.doubts and not accept):
                raise does_not_fit(header, onto, verdict)
        self._redrives.redrive(loaded, onto=onto)

    def _verdict(self, header: Header, snapshot: Snapshot, onto: Onto) -> Verdict:
        was, new = self._activator.version_of(header), onto.version
        if new.kind != header.kind:
            return Verdict((Finding(
                "", f"it is a {header.kind} execution, and version {new.number} is of the kind {new.kind}"
            ),))
        if new.definition_digest == header.definition_digest:
            same = "that" if new.number == header.version else f"the definition of version {new.number}"
            return Verdict((Finding("", f"it runs by {same} already: redrive it without a version"),))
        once = self._once(new)
        found = check(
            was.definition, new.definition, snapshot.redrivable, at=onto.at, ran=self._ran(header.key),
            execution_input=(snapshot.input,), once=once,
        )
        if onto.at is not None:
            return found
        for key, sure in _items(header.key, snapshot, new.definition):
            found = found.joined(self._item(key, new.definition, once, sure=sure), execution=key.id)
        return found

    def _once(self, version: PublishedVersion) -> Collection[str]:
        """The Tasks that are called at most once an attempt: the document says so, or the connector."""
        return {*version.at_most_once, *(
            name for _, machine in machines_of(version.definition) for name, state in machine["States"].items()
            if state["Type"] == "Task" and self._policy(state["Resource"]).at_most_once
        )}

    def _item(self, key: ExecutionKey, new: Json, once: Collection[str], *, sure: bool) -> Verdict:
        loaded = self._journal.load(key)
        snapshot = codec.stored_snapshot(loaded)
        if loaded is None or snapshot is None or loaded.header.parent is None or not snapshot.redrivable:
            return Verdict()
        old = self._activator.version_of(running_by(loaded.header, snapshot)).definition
        return check(
            old, new, snapshot.redrivable, machine=loaded.header.parent.machine, ran=self._ran(key),
            execution_input=(snapshot.input,), once=once, sure=sure,
        )

    def _ran(self, key: ExecutionKey) -> Ran:
        return ran(
            event for segment in self._journal.history(key, enough=codec.has_outline)
            for event in codec.decode_events(segment.body, outlined=True)
        )


def _items(key: ExecutionKey, snapshot: Snapshot, new: Json) -> Iterator[tuple[ExecutionKey, bool]]:
    """The items of its Map Runs that go on, as executions, and whether one that fails fails all that is around it."""
    for path, run in snapshot.redrivable.items():
        if run.phase is not Phase.JOINING or run.arguments is None:
            continue
        sure = fails_with_an_item(new, snapshot.redrivable, path)
        for hundred, frame in _hundreds(snapshot, path):
            for at, code in enumerate(frame.output["fates"]):
                if code == AGAIN:
                    index = hundred * HUNDRED + at
                    yield ExecutionKey(key.workspace, item_id(key.id, run.visit, run.attempt, index)), sure


def _hundreds(snapshot: Snapshot, path: str) -> Iterator[tuple[int, Frame]]:
    for below, frame in snapshot.redrivable.items():
        if frame.phase is Phase.CHILDREN and below.rpartition("/")[0] == path:
            yield int(below.rpartition("/")[2]), frame


def does_not_fit(header: Header, onto: Onto, verdict: Verdict, *, fork: bool = False) -> VersionDoesNotFit:
    """The error that says so; of a fork, which enters no state anew."""
    reasons = verdict.refusals or verdict.doubts
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    may = "cannot" if verdict.refusals else "may not be able to"
    if not verdict.refusals:
        advice = "Look at what is doubtful, and accept it (accept, --accept)."
    elif not reasons[0].place:  # of the whole version: no state of it would do
        advice = "Name another version, or none." if fork else "Name another version, or redrive it without one."
    elif fork:
        advice = "Publish a version that fits, or fork it at an earlier event."
    else:
        advice = "Publish a version that fits, or name a state to enter anew (from_state, --from STATE)."
    return VersionDoesNotFit(
        f"the execution {header.key.id} {may} go on by version {onto.version.number}: {reasons[0].message}{more}",
        where=reasons[0].place or "version", advice=advice, details=[asdict(reason) for reason in reasons],
    )
