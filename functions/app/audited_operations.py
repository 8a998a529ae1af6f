"""Pausing and resuming, audited: whose answer it is that nothing moves, and since when."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.durable.lifecycle.pausing import Pausing, Resumed
from engine.governance.audit_entry import WORKFLOW, Subject
from engine.ports.keys import Actor
from engine.ports.pauses import ALL, Pause
from functions.app.audited import Recorder

Json = Any

EVERY = "*"
"""How an entry calls all workflows of a workspace: no workflow is called that."""


class AuditedPausing(Pausing):
    """Pausing whose acts are recorded by `recorder`."""

    def __init__(self, *parts: Any, recorder: Recorder) -> None:
        super().__init__(*parts)
        self._recorder = recorder

    def pause(self, workspace: str, workflow: str, *, starts: str, running: str, actor: Actor) -> Pause:
        """Pausing.pause; one that is paused just so already is no act."""
        before = self._now(workspace, workflow)
        pause = super().pause(workspace, workflow, starts=starts, running=running, actor=actor)
        if before is None or replace(before, paused_at=pause.paused_at, paused_by=pause.paused_by) != pause:
            self._recorder.done(
                "workflow.pause", workspace, _subject(workflow), actor, before=_shape(before), after=_shape(pause)
            )
        return pause

    def resume(self, workspace: str, workflow: str, *, actor: Actor) -> Resumed:
        """Pausing.resume."""
        before = self._now(workspace, workflow)
        with self._recorder.refusals("workflow.resume", workspace, _subject(workflow), actor):
            resumed = super().resume(workspace, workflow, actor=actor)
        self._recorder.done(
            "workflow.resume", workspace, _subject(workflow), actor, before=_shape(before),
            after={"woken": resumed.woken},
        )
        return resumed

    def _now(self, workspace: str, workflow: str) -> Pause | None:
        return next((pause for pause in self.paused(workspace) if pause.workflow == workflow), None)


def _subject(workflow: str) -> Subject:
    return Subject(WORKFLOW, EVERY if workflow == ALL else workflow)


def _shape(pause: Pause | None) -> Json:
    return None if pause is None else {
        "starts": pause.starts, "running": pause.running, "paused_by": pause.paused_by,
    }
