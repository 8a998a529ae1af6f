"""Catalog, executions and secrets for the commands that work with them beside the table of routes: each act is
recorded here, as its route records it (functions.app.acts).

    act ──► done     ──► entry ──► answer
         └► refused  ──► act.refused ──► the refusal, as it was
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from engine.catalog.catalog import Catalog, Check, Draft, ImportResult, unchecked
from engine.catalog.diff import unified
from engine.catalog.document import WorkflowDocument, document_digest
from engine.catalog.publishing import credentials_written
from engine.catalog.triggers import never_firing
from engine.durable.execution import Execution
from engine.durable.lifecycle.executions import Executions
from engine.errors import NotFound
from engine.governance.audit_entry import EXECUTION, SECRET, WORKFLOW, Subject
from engine.governance.log_masking import KNOWN
from engine.governance.masking import MINIMUM_ENCODED
from engine.governance.secret_refs import check_length
from engine.kernel.tokens import parse_token
from engine.ports.catalog_store import VersionRecord, WorkflowRecord
from engine.ports.keys import Actor, ExecutionKey
from engine.ports.secrets import SecretInfo, WritableSecrets
from engine.ports.tasks import TaskCall
from functions.app import acts
from functions.app.acts import NOBODY
from functions.app.acts import digest as _digest
from functions.app.notices import warn
from functions.app.tested_calls import shape_of_calls

Json = Any


class Recorder(acts.Recorder):
    """Records for the commands that work with the services themselves. A route records its acts by itself."""

    def done(self, act: str, *parts: Any, **more: Any) -> None:
        """acts.Recorder.done."""
        if not acts.is_behind_the_door():
            super().done(act, *parts, **more)

    @contextmanager
    def refusals(self, act: str, workspace: str, subject: Subject, actor: Actor) -> Iterator[None]:
        """Record a refusal of what is tried within, and pass it on."""
        try:
            yield
        except acts.REFUSALS as error:
            self.refused(act, workspace, subject, actor, error)
            raise


class AuditedCatalog(Catalog):
    """A Catalog whose changes are recorded by `recorder`."""

    def __init__(self, *parts: Any, recorder: Recorder, **more: Any) -> None:
        super().__init__(*parts, **more)
        self._recorder = recorder

    def import_document(
        self, workspace: str, document: WorkflowDocument, *, actor: Actor, force: bool = False,
        source_bytes: bytes | None = None,
    ) -> ImportResult:
        """Catalog.import_document; an unchanged document is no act."""
        subject = Subject(WORKFLOW, document.name)
        before = self._draft_before(workspace, document.name)
        with self._recorder.refusals("workflow.import", workspace, subject, actor):
            done = super().import_document(
                workspace, document, actor=actor, force=force, source_bytes=source_bytes
            )
        if done.changed:
            after = {**_draft_after(done.etag, document, before), "forced": force}
            self._recorder.done(
                "workflow.import", workspace, subject, actor, before=_etag(before), after=after
            )
        return done

    def save_draft(
        self, workspace: str, document: WorkflowDocument, *, actor: Actor, expect_etag: str | None
    ) -> Draft:
        """Catalog.save_draft."""
        subject = Subject(WORKFLOW, document.name)
        before = self._draft_before(workspace, document.name)
        with self._recorder.refusals("workflow.save_draft", workspace, subject, actor):
            draft = super().save_draft(workspace, document, actor=actor, expect_etag=expect_etag)
        self._recorder.done(
            "workflow.save_draft", workspace, subject, actor, before=_etag(before),
            after=_draft_after(draft.etag, document, before),
        )
        return draft

    def publish(
        self, workspace: str, name: str, *, note: str = "", actor: Actor, expect_etag: str | None = None,
        check: Check = unchecked,
    ) -> VersionRecord:
        """Catalog.publish; a draft that is the active version already is no act. Warns of triggers that never fire."""
        subject = Subject(WORKFLOW, name)
        before = self._active(workspace, name)
        accepted: list[str] = []

        def remembered(document: WorkflowDocument) -> Sequence[str]:
            accepted.extend(check(document))
            return accepted

        with self._recorder.refusals("workflow.publish", workspace, subject, actor):
            version = super().publish(
                workspace, name, note=note, actor=actor, expect_etag=expect_etag, check=remembered
            )
        document = self._document(workspace, name, version.number)
        if acts.is_behind_the_door():
            return version
        for remark in never_firing(document.triggers):
            warn(remark.message)
        for remark in credentials_written(document):
            warn(f"{remark.location}: {remark.message}")
        if version.number != before:
            after = _version(version) | ({"accepted_failing_cases": accepted} if accepted else {})
            self._recorder.done(
                "workflow.publish", workspace, subject, actor, before={"version": before}, after=after, reason=note,
            )
        return version

    def rollback(
        self, workspace: str, name: str, number: int, *, actor: Actor, expect_etag: str | None = None
    ) -> VersionRecord:
        """Catalog.rollback; to the active version it is no act."""
        subject = Subject(WORKFLOW, name)
        before = self._active(workspace, name)
        with self._recorder.refusals("workflow.rollback", workspace, subject, actor):
            version = super().rollback(workspace, name, number, actor=actor, expect_etag=expect_etag)
        if version.number != before:
            self._recorder.done(
                "workflow.rollback", workspace, subject, actor, before={"version": before}, after=_version(version)
            )
        return version

    def duplicate(self, workspace: str, name: str, copy: str, *, actor: Actor) -> Draft:
        """Catalog.duplicate; recorded of the copy."""
        subject = Subject(WORKFLOW, copy)
        with self._recorder.refusals("workflow.duplicate", workspace, subject, actor):
            draft = super().duplicate(workspace, name, copy, actor=actor)
        after = {**_draft_after(draft.etag, draft.document, None), "of": name}
        self._recorder.done("workflow.duplicate", workspace, subject, actor, after=after)
        return draft

    def set_archived(self, workspace: str, name: str, *, archived: bool, actor: Actor) -> WorkflowRecord:
        """Catalog.set_archived; one that is there already is no act."""
        act = "workflow.archive" if archived else "workflow.unarchive"
        subject = Subject(WORKFLOW, name)
        before = self.workflow(workspace, name).archived
        with self._recorder.refusals(act, workspace, subject, actor):
            row = super().set_archived(workspace, name, archived=archived, actor=actor)
        if before != archived:
            self._recorder.done(
                act, workspace, subject, actor, before={"archived": before}, after={"archived": archived}
            )
        return row

    def tested(self, workspace: str, document: WorkflowDocument, calls: Sequence[TaskCall], *, actor: Actor) -> None:
        """A test of `document` really made `calls`."""
        subject = Subject(WORKFLOW, document.name)
        self._recorder.done("workflow.test", workspace, subject, actor, after=shape_of_calls(document, calls))

    def _draft_before(self, workspace: str, name: str) -> Draft | None:
        try:
            return self.draft(workspace, name)
        except NotFound:
            return None

    def _active(self, workspace: str, name: str) -> int:
        return self.workflow(workspace, name).active_version


_SAME: Json = object()
"""In place of an input: the one it had."""


class AuditedExecutions(Executions):
    """Executions whose starts, stops and answers are recorded by `recorder`. A heartbeat is no act: it says nothing."""

    def __init__(self, *, recorder: Recorder, **parts: Any) -> None:
        super().__init__(**parts)
        self._recorder = recorder

    def start(
        self, workspace: str, workflow: str, execution_input: Json, *, name: str | None = None,
        version: int | None = None, actor: Actor, sync: bool = False,
    ) -> Execution:
        """Executions.start. The same start, repeated, is recorded once, by whoever it was first."""
        tried = Subject(WORKFLOW, workflow) if name is None else _execution(ExecutionKey.of(workspace, workflow, name))
        with self._recorder.refusals("execution.start", workspace, tried, actor):
            started = super().start(
                workspace, workflow, execution_input, name=name, version=version, actor=actor, sync=sync
            )
        self._recorder.done(
            "execution.start", workspace, _execution(started.key), actor, entry_id=f"{started.key.id}#start",
            after={"version": started.version, "kind": started.kind, "input_digest": _digest(execution_input)},
        )
        return started

    def rerun(
        self, key: ExecutionKey, *, version: str, execution_input: Json = _SAME, name: str | None = None, actor: Actor
    ) -> Execution:
        """Start the workflow of `key` again, with its input unless another is given; `version` is "same" or "active".

        Recorded of both: the new one's start, and of the old one that it was run again. Raises as `start` does.
        """
        was = self.describe(key)
        started = self.start(
            key.workspace, was.workflow, was.input if execution_input is _SAME else execution_input, name=name,
            version=was.version if version == "same" else None, actor=actor,
        )
        self._recorder.done(
            "execution.rerun", key.workspace, _execution(key), actor,
            after={"started": started.key.id, "version": started.version, "input": (
                "same" if execution_input is _SAME else "another"
            )},
        )
        return started

    def stop(self, key: ExecutionKey, *, error: str | None = None, cause: str | None = None, actor: Actor) -> Execution:
        """Executions.stop; asking a closed execution to stop is no act."""
        with self._recorder.refusals("execution.stop", key.workspace, _execution(key), actor):
            stopped = super().stop(key, error=error, cause=cause, actor=actor)
        if stopped.ended_at is None:
            self._recorder.done(
                "execution.stop", key.workspace, _execution(key), actor, before={"status": stopped.status},
                after={"stop_requested": True, "error": error}, reason=cause,
            )
        return stopped

    def resume(self, key: ExecutionKey, *, actor: Actor) -> Execution:
        """Executions.resume."""
        with self._recorder.refusals("execution.resume", key.workspace, _execution(key), actor):
            resumed = super().resume(key, actor=actor)
        self._recorder.done(
            "execution.resume", key.workspace, _execution(key), actor, before={"status": "PAUSED"},
            after={"status": resumed.status},
        )
        return resumed

    def redrive(self, key: ExecutionKey, *, actor: Actor) -> Execution:
        """Executions.redrive."""
        with self._recorder.refusals("execution.redrive", key.workspace, _execution(key), actor):
            was = self.describe(key)
            redriven = super().redrive(key, actor=actor)
        self._recorder.done(
            "execution.redrive", key.workspace, _execution(key), actor,
            before={"status": was.status, "error": was.error},
            after={"status": redriven.status, "redrives": redriven.redrives},
        )
        return redriven

    def update_map_run(
        self, key: ExecutionKey, map_run: str, *, max_concurrency: int | None = None,
        tolerated_failure_count: float | None = None, tolerated_failure_percentage: float | None = None, actor: Actor,
    ) -> None:
        """Executions.update_map_run."""
        limits = {
            "max_concurrency": max_concurrency, "tolerated_failure_count": tolerated_failure_count,
            "tolerated_failure_percentage": tolerated_failure_percentage,
        }
        with self._recorder.refusals("map_run.update", key.workspace, _execution(key), actor):
            super().update_map_run(key, map_run, **limits, actor=actor)  # type: ignore[arg-type]
        self._recorder.done(
            "map_run.update", key.workspace, _execution(key), actor, after={"map_run": map_run, **limits}
        )

    def send_task_success(self, token: str, output: Json, *, actor: Actor = NOBODY) -> Json:
        """Executions.send_task_success."""
        with self._answering(token, actor) as answered:
            kept = super().send_task_success(token, output)
            answered({"answer": "success", "output_digest": _digest(kept)}, None)
        return kept

    def send_task_failure(
        self, token: str, error: str | None = None, cause: str | None = None, *, actor: Actor = NOBODY
    ) -> Json:
        """Executions.send_task_failure."""
        with self._answering(token, actor) as answered:
            kept = super().send_task_failure(token, error, cause)
            answered({"answer": "failure", "error": kept["error"]}, kept["cause"])
        return kept

    @contextmanager
    def _answering(self, token: str, actor: Actor) -> Iterator[Callable[[Json, str | None], None]]:
        """Record the answer of a token as it is kept, never the token: it is a capability."""
        place = parse_token(token)
        if place is None:
            yield lambda *_: None  # and NotFound is raised
            return
        subject = Subject(EXECUTION, place.execution_id)

        def answered(after: Json, reason: str | None) -> None:
            self._recorder.done("task.answer", place.workspace, subject, actor, after=after, reason=reason)

        with self._recorder.refusals("task.answer", place.workspace, subject, actor):
            yield answered


class AuditedSecrets:
    """Writable secrets whose changes are recorded by `recorder`: that there was one and that there is, never a value,
    nor a digest of one, which could be guessed from."""

    def __init__(self, secrets: WritableSecrets, recorder: Recorder) -> None:
        self._secrets = secrets
        self._recorder = recorder

    @property
    def name(self) -> str:
        """How messages call where they are written."""
        return self._secrets.name

    def list(self, workspace: str) -> Sequence[SecretInfo]:
        """The names, without values; looking is no act."""
        return self._secrets.list(workspace)

    def set(
        self, workspace: str, key: str, value: str, *, actor: Actor, allow_short: bool = False
    ) -> SecretInfo:
        """Create or rotate `key`. Raises InvalidDocument for a value too short to be masked, unless that is allowed."""
        check_length(value, allow_short=allow_short)
        return self._write("secret.set", workspace, key, value, self._shown(workspace, key), actor)

    def rotate(
        self, workspace: str, key: str, value: str, *, actor: Actor, allow_short: bool = False
    ) -> SecretInfo:
        """Give `key`, which there is, a new value. Raises NotFound, and InvalidDocument as set does."""
        before = self._shown(workspace, key)
        if before is None:
            raise NotFound(
                f"no secret {key!r} can be rotated here", where="key",
                advice="Set it first (automate secrets set KEY, PUT /secrets/KEY); one of the environment is changed "
                "there.",
            )
        check_length(value, allow_short=allow_short)
        return self._write("secret.rotate", workspace, key, value, before, actor)

    def _write(
        self, act: str, workspace: str, key: str, value: str, before: Json, actor: Actor
    ) -> SecretInfo:
        if len(value) >= MINIMUM_ENCODED:  # a shorter one would mask ordinary words
            KNOWN.add([value])  # in this process's log and entries, from now on
        subject = Subject(SECRET, key)
        with self._recorder.refusals(act, workspace, subject, actor):
            info = self._secrets.set(workspace, key, value, by=actor.name)
        self._recorder.done(act, workspace, subject, actor, before=before, after=_info(info))
        return info

    def delete(self, workspace: str, key: str, *, actor: Actor) -> bool:
        """Delete `key`; False when there was none, which is no act."""
        subject = Subject(SECRET, key)
        before = self._shown(workspace, key)
        with self._recorder.refusals("secret.delete", workspace, subject, actor):
            deleted = self._secrets.delete(workspace, key)
        if deleted:
            self._recorder.done("secret.delete", workspace, subject, actor, before=before)
        return deleted

    def _shown(self, workspace: str, key: str) -> Json:
        return next((_info(info) for info in self._secrets.list(workspace) if info.key == key), None)


def _execution(key: ExecutionKey) -> Subject:
    return Subject(EXECUTION, key.id)


def _etag(draft: Draft | None) -> Json:
    return None if draft is None else {"etag": draft.etag, "updated_by": draft.updated_by}


def _draft_after(etag: str, document: WorkflowDocument, before: Draft | None) -> dict[str, Json]:
    """The draft's etag and digest, and what is different; the whole document is the version's to keep."""
    shape: dict[str, Json] = {"etag": etag, "digest": document_digest(document)}
    if before is not None:
        shape["diff"] = unified(before.document, document, "before", "after")
    return shape


def _version(version: VersionRecord) -> Json:
    return {
        "version": version.number, "digest": version.digest, "definition_digest": version.definition_digest,
    }


def _info(info: SecretInfo) -> Json:
    return {"backend": info.backend, "updated_at": info.updated_at, "updated_by": info.updated_by}
