"""Activities whose making and deleting are recorded. A poll is no act: the answer to its token is."""

from __future__ import annotations

from typing import Any

from engine.durable.lifecycle.activities import Activities
from engine.governance.audit_entry import ACTIVITY, Subject
from engine.ports.activities import Activity
from engine.ports.keys import Actor
from functions.app.audited import Recorder


class AuditedActivities(Activities):
    """Activities recorded by `recorder`."""

    def __init__(self, *, recorder: Recorder, **parts: Any) -> None:
        super().__init__(**parts)
        self._recorder = recorder

    def create(self, workspace: str, name: str, *, actor: Actor) -> Activity:
        """Activities.create; one that exists is no act."""
        known = any(activity.name == name for activity in self.list(workspace))
        made = super().create(workspace, name, actor=actor)
        if not known:
            self._recorder.done("activity.create", workspace, Subject(ACTIVITY, name), actor)
        return made

    def delete(self, workspace: str, name: str, *, actor: Actor) -> bool:
        """Activities.delete; of one that is not there it is no act."""
        deleted = super().delete(workspace, name, actor=actor)
        if deleted:
            self._recorder.done("activity.delete", workspace, Subject(ACTIVITY, name), actor)
        return deleted
