"""Whether all that a published version calls can be called here.

Publishing looks at it as well. But connectors come and go with the process: another server, an environment without
AUTOMATE_CONNECTORS, a package that was taken out. So it is asked once more before a version is started, before anything
is written, and of all active versions when a server or a worker begins.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.catalog.published import parse_version
from engine.catalog.uncallable import uncallable
from engine.errors import Conflict, Diagnostic
from engine.ports.catalog_store import CatalogStore
from engine.ports.published import PublishedVersion
from engine.ports.tasks import Tasks


class ResourceNotAvailable(Conflict):
    """A version names a connector, or a service, that cannot be called here."""

    code = "ResourceNotAvailable"


class Startable:
    """Asked of each version before it is started, about the resources that begin with `only`. Safe to share between
    threads."""

    def __init__(self, tasks: Tasks, *, only: str = "") -> None:
        self._tasks = tasks
        self._only = only
        self._sound: set[str] = set()  # digests: the connectors of a process do not change

    def __call__(self, version: PublishedVersion) -> None:
        """Raises ResourceNotAvailable, listing each state that could not make its call."""
        if version.definition_digest in self._sound:
            return
        problems = list(uncallable(version.definition, self._tasks, only=self._only, pins=version.pins))
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            raise ResourceNotAvailable(
                f"version {version.number} of {version.workflow!r} cannot run here: {problems[0].message}{more}",
                where=problems[0].location, details=[problem.as_dict() for problem in problems],
                advice="Nothing was started. Install what is missing where this server and its workers run, restart "
                "them, and start it again.",
            )
        self._sound.add(version.definition_digest)


def not_startable(store: CatalogStore, workspace: str, tasks: Tasks) -> Iterator[tuple[str, int, Diagnostic]]:
    """Workflow, version and first problem of each active version that could not be started here."""
    for row in store.workflows(workspace):
        record = None if row.archived else store.version(workspace, row.workflow, row.active_version)
        active = None if record is None else parse_version(record)
        problem = None if active is None else next(uncallable(active.definition, tasks, pins=active.pins), None)
        if problem is not None:
            yield row.workflow, row.active_version, problem
