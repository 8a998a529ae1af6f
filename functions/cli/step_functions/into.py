"""Where workflows are brought: the catalog of a data folder here, a deployment in `functions.cli.remote.into`."""

from __future__ import annotations

import json
from typing import Any, Protocol

from engine.catalog.catalog import Catalog, over_edits
from engine.catalog.diff import unified
from engine.catalog.document import WorkflowDocument, canonical, parse_document
from engine.errors import Diagnostic, NotFound
from engine.ports.keys import Actor

Json = Any
Document = dict[str, Json]


class Into(Protocol):
    """Raises what the catalog raises, or the API's error with the same code."""

    def draft(self, name: str) -> Document | None:
        """The draft's document; None for no such workflow."""
        ...

    def check(self, document: Document) -> None:
        """Raise the Conflict that saving `document` unforced would raise over edits. Nothing is written."""
        ...

    def versions(self, name: str) -> list[tuple[int, Document]]:
        """Number and document of every version, oldest first; none for no such workflow."""
        ...

    def active(self, name: str) -> int | None:
        """The active version; None for none."""
        ...

    def problems(self, document: Document) -> list[Diagnostic]:
        """What publishing it would find."""
        ...

    def save(self, document: Document, *, force: bool) -> None:
        """Make it the draft. Refused over edits that no import made, unless forced."""
        ...

    def publish(self, name: str, note: str) -> int:
        """Make the draft the new active version; its number."""
        ...

    def activate(self, name: str, number: int) -> None:
        """Make this version the active one."""
        ...


def refuse_over_edits(draft: WorkflowDocument, document: Document, editor: str, etag: str) -> None:
    """Raise Conflict where `document` is another than the `draft` that `editor` edited."""
    coming = parse_document(document)
    if canonical(draft) != canonical(coming):
        raise over_edits(draft.name, editor, unified(draft, coming, "draft", "file"), etag)


class IntoCatalog:
    """A data folder's."""

    def __init__(self, catalog: Catalog, workspace: str, actor: Actor) -> None:
        self._catalog = catalog
        self._workspace = workspace
        self._actor = actor

    def draft(self, name: str) -> Document | None:
        """Catalog.draft."""
        try:
            return self._catalog.draft(self._workspace, name).document.as_written
        except NotFound:
            return None

    def check(self, document: Document) -> None:
        """Of the draft as it is."""
        try:
            draft = self._catalog.draft(self._workspace, document["name"])
        except NotFound:
            return
        if draft.edited:
            refuse_over_edits(draft.document, document, draft.updated_by, draft.etag)

    def versions(self, name: str) -> list[tuple[int, Document]]:
        """Catalog.versions."""
        try:
            found = self._catalog.versions(self._workspace, name)
        except NotFound:
            return []
        return [(item.number, json.loads(item.document)) for item in reversed(found)]

    def active(self, name: str) -> int | None:
        """Of the workflow's row."""
        try:
            return self._catalog.workflow(self._workspace, name).active_version or None
        except NotFound:
            return None

    def problems(self, document: Document) -> list[Diagnostic]:
        """Catalog.problems."""
        return self._catalog.problems(parse_document(document))

    def save(self, document: Document, *, force: bool) -> None:
        """Catalog.import_document."""
        self._catalog.import_document(self._workspace, parse_document(document), actor=self._actor, force=force)

    def publish(self, name: str, note: str) -> int:
        """Catalog.publish."""
        return self._catalog.publish(self._workspace, name, note=note, actor=self._actor).number

    def activate(self, name: str, number: int) -> None:
        """Catalog.rollback."""
        self._catalog.rollback(self._workspace, name, number, actor=self._actor)
