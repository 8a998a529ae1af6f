"""Acts: what the audit log records, declared with the route that does it.

    route (act=Act("workflow.publish", workflow)) ──► handler(call) ──► call.act.done(before, after) ──► entry
                                                          ├──► done(changed=False): no act, no entry
                                                          └──► REFUSALS ──► act.refused

A route that may change something declares its act (`Act`), the acts that it does one by one (`Acts`), or that it
does none and why (`NoAct`): `RouteTable.route` refuses one that declares nothing. A handler that succeeded without
saying what came of its act is a defect: the answer warns, and the log has an error.

The entry follows the act: an entry of something that then failed would be a lie in a log that cannot be corrected. So
between the two a crash, or an audit log that does not serve, may leave an act unrecorded (but a start on one machine,
whose entry is part of its transaction). The act is not undone for
that (others may have built on it, and undoing would need an entry itself): it is logged as an error, and the caller is
told, in the answer's `warnings`. What was started can still be seen: executions and versions name who made them.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from engine.clock import Clock
from engine.errors import Conflict, InvalidDefinition, Refused, StorageError, UserError
from engine.governance.audit.audit import Audit
from engine.governance.audit.entry import EXECUTION, AuditEntry, Subject, Unplaced
from engine.governance.audit.recorder import new_id
from engine.governance.roles import RoleDoesNotExist
from engine.ports.keys import Actor, ExecutionKey
from engine.records import dataclass
from engine.values import json_writer
from functions.app.warnings import warn

Json = Any
Target = Subject | ExecutionKey | None
"""What an act is done to: an ExecutionKey is its execution, in its own workspace; None where there is none yet, and
what is asked for cannot be done."""

_LOG = logging.getLogger(__name__)
_SORTED = json_writer(sort_keys=True)

REFUSALS = (Refused, Conflict, InvalidDefinition, RoleDoesNotExist)
"""What of UserErrors is a refusal: all else is a request that was no act yet (misspelt, unknown, too large)."""

REFUSED = "act.refused"
"""What the entry of an act that was refused is called."""

NOBODY = Actor("anonymous")


@dataclass(frozen=True, slots=True)
class Act:
    """The one act of a route: its name in the audit log, and its subject, made from the Call."""

    name: str
    target: Callable[[Any], Target]

    @property
    def names(self) -> tuple[str, ...]:
        """Of all acts that the route may do."""
        return (self.name,)


@dataclass(frozen=True, slots=True)
class Acts:
    """The acts that a route does one by one, each begun by its handler with `call.doing`."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoAct:
    """The route changes nothing that anybody would be asked about; `why` says so."""

    why: str
    names: tuple[str, ...] = ()


Declared = Act | Acts | NoAct


class Recorder:
    """Writes the entries of acts. The act stands, recorded or not: so nothing is raised, but where act and entry are
    one transaction (`whole`) and the store fails. Then neither is there."""

    def __init__(self, audit: Audit, clock: Clock) -> None:
        self._audit = audit
        self._clock = clock

    def done(
        self, act: str, workspace: str, subject: Subject, actor: Actor, *, before: Json = None, after: Json = None,
        reason: str | None = None, entry_id: str | None = None, details: Mapping[str, Json] | None = None,
        at: float | None = None, kept: bool = False, whole: bool = False,
    ) -> None:
        """`act` was done. `entry_id` is for an act that can be told to be the same one when it is repeated: with the
        same time `at`. `kept`: the journal names it, with who did it (AuditRecorder.record)."""
        entry = AuditEntry(
            entry_id or new_id(), workspace, self._clock.now() if at is None else at, actor, act, subject, before,
            after, reason or None, details or {},
        )
        try:
            self._audit.record([entry], kept=kept)
        except Exception as error:  # noqa: BLE001  the act stands
            _failed(act, subject, actor, error, whole=whole)

    def ready(
        self, act: str, workspace: str, subject: Subject, actor: Actor, *, after: Json, entry_id: str, at: float,
    ) -> Callable[[], None]:
        """As `done`, of an act that is to be one transaction with its entry: what writes it there. All else is done
        here, where nobody waits for it. Both raise StorageError: then neither is there."""
        entry = AuditEntry(entry_id, workspace, at, actor, act, subject, None, after)
        entries: Sequence[AuditEntry | Unplaced] = [entry]
        try:
            entries = self._audit.ready([entry])
        except Exception as error:  # noqa: BLE001  it may fail again where it is recorded
            _failed(act, subject, actor, error, whole=True)

        def record() -> None:
            try:
                self._audit.record(entries)
            except Exception as error:  # noqa: BLE001  the act stands
                _failed(act, subject, actor, error, whole=True)

        return record

    def hidden(self, workspace: str, actor: Actor) -> Actor:
        """`actor` by the pseudonym that the log has for them. Raises StorageError."""
        return self._audit.actors.hidden(workspace, actor)

    def refused(self, act: str, workspace: str, subject: Subject, actor: Actor, error: UserError) -> None:
        """`act` was refused with `error`."""
        self.done(
            REFUSED, workspace, subject, actor, reason=error.message, details={"act": act, "code": error.code}
        )


class Doing:
    """One act under way. Its handler says what came of it, at once: what it does afterwards may fail."""

    def __init__(self, name: str, target: Target, recorder: Recorder, workspace: str, actor: Actor) -> None:
        self.name = name
        self.target = target
        self._recorder = recorder
        self._workspace = workspace
        self._actor = actor
        self.told = False

    @property
    def actor(self) -> Actor:
        """Who does it, as a journal that names them has it: by a pseudonym. Raises StorageError."""
        return self._recorder.hidden(self._workspace, self._actor)

    def done(
        self, *, before: Json = None, after: Json = None, reason: str | None = None, target: Target = None,
        entry_id: str | None = None, at: float | None = None, changed: bool = True, kept: bool = False,
        whole: bool = False,
    ) -> None:
        """It was done; where it has not `changed` anything, it is no act. `target` is for an act that made what it was
        done to; `entry_id`, `at`, `kept` and `whole`: see Recorder.done."""
        self.told = True
        if not changed:
            return
        workspace, subject = self._at(target or self.target)
        self._recorder.done(
            self.name, workspace, subject, self._actor, before=before, after=after, reason=reason, entry_id=entry_id,
            at=at, kept=kept, whole=whole,
        )

    def ready(self, *, after: Json, target: ExecutionKey, entry_id: str, at: float) -> Callable[[], None]:
        """What says within a transaction that it was done, as Recorder.ready has it."""
        workspace, subject = self._at(target)
        record = self._recorder.ready(
            self.name, workspace, subject, self._actor, after=after, entry_id=entry_id, at=at
        )

        def done() -> None:
            self.told = True
            record()

        return done

    def refused(self, error: UserError) -> None:
        """It was understood and not allowed; what was done before stands."""
        if not self.told:
            self.told = True
            workspace, subject = self._at(self.target)
            self._recorder.refused(self.name, workspace, subject, self._actor, error)

    def ended(self) -> None:
        """Its handler has succeeded: tell of one that did not say what it did."""
        if not self.told:
            why = "its route does not say what it did"
            _missing(self.name, self._at(self.target)[1], self._actor, "by a defect; the log has it", why, trace=False)

    def _at(self, target: Target) -> tuple[str, Subject]:
        if isinstance(target, ExecutionKey):
            return target.workspace, Subject(EXECUTION, target.id)
        return self._workspace, target or Subject("unknown", "")


class CallActs:
    """The acts of one call of a route that has declared `declared`."""

    def __init__(self, declared: Declared | None, recorder: Recorder, workspace: str, actor: Actor) -> None:
        self._names = declared.names if declared is not None else ()
        self._recorder = recorder
        self._workspace = workspace
        self._actor = actor
        self._told = not self._names
        self.single: Doing | None = None
        """The one act of the route, where it has declared one and it is under way."""

    @contextmanager
    def doing_single(self, name: str, target: Target) -> Iterator[None]:
        """As `doing`, of the only act that the route has."""
        with self.doing(name, target) as self.single:
            yield

    @contextmanager
    def doing(self, name: str, target: Target) -> Iterator[Doing]:
        """Do the act `name` within: a refusal is recorded and passed on."""
        if name not in self._names:
            raise RuntimeError(f"the act {name} is not declared with its route")
        self._told = True
        act = Doing(name, target, self._recorder, self._workspace, self._actor)
        try:
            yield act
        except REFUSALS as error:
            act.refused(error)
            raise
        act.ended()

    def unchanged(self) -> None:
        """There was nothing to do."""
        self._told = True

    def ended(self) -> None:
        """The handler has succeeded: tell of one that neither did an act nor said that there was none."""
        if not self._told:
            with self.doing(self._names[0], None):
                pass


def digest(value: Json) -> str:
    """SHA-256 of a JSON value, whatever the order of its keys: the same as the journal's input digest."""
    return hashlib.sha256(_SORTED(value).encode()).hexdigest()


def _failed(act: str, subject: Subject, actor: Actor, error: Exception, *, whole: bool) -> None:
    """The entry of an act could not be made. Raises `error` where the two are one transaction, and its store failed."""
    known = isinstance(error, StorageError)
    if whole and known:
        raise error
    _missing(act, subject, actor, error if known else "by a defect; the log has it", error, trace=not known)


def _missing(act: str, subject: Subject, actor: Actor, shown: object, error: object, *, trace: bool) -> None:
    _LOG.error(
        "NOT IN THE AUDIT LOG: %s of %s by %s from %s: %s", act, subject, actor, actor.origin or "nowhere", error,
        exc_info=error if trace and isinstance(error, BaseException) else None,
    )
    warn(f"{act} of {subject} stands and is not in the audit log: {shown}")
