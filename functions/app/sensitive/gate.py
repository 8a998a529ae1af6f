"""Whether anything may be hidden at all: most workflows mark nothing, and what they would need is then neither imported
nor read, but the version and the row that names the active one.

    version, active version, parent, starts of others ──► nothing of it marks ──► CLEAR
                                                     └──► engine.language.sensitive follows it: .hiding
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine.durable.execution import Execution
from engine.durable.outline import left_out
from engine.errors import NotFound, StoreCorrupt
from engine.kernel.history import HistoryEvent
from engine.language.asl.resources import START_EXECUTION
from engine.ports.keys import ExecutionKey
from engine.ports.published import PublishedVersion
from functions.app.sensitive.clear import CLEAR
from functions.app.sensitive.reveals import Reveals

if TYPE_CHECKING:
    from engine.catalog.published import CatalogPublished
    from engine.durable.lifecycle.executions import Executions
    from engine.testing.trial import Tried
    from functions.app.sensitive.clear import Hides
    from functions.app.sensitive.hiding import Hiding

Json = Any


class Gate:
    """What the routes ask; `reveals` records what is revealed. Safe to share between threads."""

    def __init__(self, published: CatalogPublished, executions: Executions, reveals: Reveals) -> None:
        self.reveals = reveals
        self._published = published
        self._executions = executions
        self._known: dict[tuple[str, str, int], tuple[bool, bool]] = {}

    @cached_property
    def _hiding(self) -> Hiding:
        from functions.app.sensitive.hiding import Hiding  # noqa: PLC0415  see the module

        return Hiding(self._published, self._executions)

    def veil(self, key: ExecutionKey, execution: Execution | None = None, *, is_active: bool = False) -> Hides:
        """What hides the sensitive values of the execution; `execution` where it was read already, all of it or
        without what is large. `is_active`: its version is known to be the active one. Raises NotFound."""
        found = self._executions.header(key) if execution is None else execution
        if found.parent is None:
            try:
                marks, starts = self._marks(key.workspace, found.workflow, found.version, is_active=is_active)
            except (NotFound, StoreCorrupt):
                marks = starts = True
            if not marks and not starts:
                return CLEAR
        read = execution is None or not (left_out(execution.input) or left_out(execution.output))
        return self._hiding.veil(key, execution if read else None)

    def veil_of_test(self, document: dict[str, Json], workspace: str, tried: Tried) -> Hides:
        """What hides the sensitive values of a test of `document`."""
        return self._hiding.veil_of_test(document, workspace, tried)

    def shown_events(
        self, veil: Hides, key: ExecutionKey, events: list[HistoryEvent], *, after: int
    ) -> list[HistoryEvent]:
        """Events of a history, as they may be shown; those before them say what they belong to."""
        if not veil or not events:
            return events
        from engine.durable.views.steps import steps_of  # noqa: PLC0415  see the module

        before = self._executions.events(key, most=after) if after else []
        return veil.events(events, steps_of([*before, *events]))

    def key_is_hidden(self, workspace: str, workflow: str, version: int) -> bool:
        """Whether the business keys of a version are made of what is marked, by now."""
        try:
            marks, _ = self._marks(workspace, workflow, version)
        except NotFound:
            return False
        return marks and self._hiding.key_is_hidden(workspace, workflow, version)

    def error_is_hidden(self, workspace: str, workflow: str, version: int) -> bool:
        """Whether a Fail state of a version names its error by what is marked, by now."""
        try:
            marks, _ = self._marks(workspace, workflow, version)
        except (NotFound, StoreCorrupt):
            return False
        return marks and self._hiding.error_is_hidden(workspace, workflow, version)

    def marks(self, workspace: str, workflow: str, version: int) -> bool:
        """Whether a version or the active one marks anything; one that is not there may have."""
        try:
            return self._marks(workspace, workflow, version)[0]
        except (NotFound, StoreCorrupt):
            return True

    def check_start(self, started: PublishedVersion, value: Json, name: str | None) -> None:
        """Raises InvalidDocument for a start with what was hidden, or under a name that shows it."""
        if self._of(started)[0]:
            self._hiding.check_start(started, value, name)

    def check_rerun(self, was: Execution, version: int | None) -> None:
        """Raises WouldReveal where the version that is to run with the same input shows what is hidden."""
        if self._marks(was.key.workspace, was.workflow, was.version)[0]:
            self._hiding.check_rerun(was, version)

    def check_onto(self, was: Execution, version: int) -> None:
        """Raises WouldReveal where the version by which it is to go on would show what is hidden."""
        if self._marks(was.key.workspace, was.workflow, was.version)[0]:
            self._hiding.check_onto(was, version)

    def _marks(self, workspace: str, workflow: str, number: int, *, is_active: bool = False) -> tuple[bool, bool]:
        """Whether a version, or the active one, marks anything; and whether the first starts executions."""
        marks, starts = self._of(self._published.numbered(workspace, workflow, number))
        active = None if is_active else self._published.active(workspace, workflow)
        return marks or (active is not None and self._of(active)[0]), starts

    def _of(self, version: PublishedVersion) -> tuple[bool, bool]:
        key = (version.workspace, version.workflow, version.number)
        if key not in self._known:
            self._known[key] = (version.marks_fields, START_EXECUTION in json.dumps(version.definition))
        return self._known[key]
