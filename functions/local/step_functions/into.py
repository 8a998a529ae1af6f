"""Where workflows are brought: the catalog of a data folder, or a deployment over its API."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol

from engine.catalog.catalog import Catalog
from engine.catalog.document import parse_document
from engine.errors import Diagnostic, NotFound
from engine.ports.keys import Actor
from functions.local.remote.client import Api, ApiError, part

Json = Any
Document = dict[str, Json]


class Into(Protocol):
    """Raises what the catalog raises, or the API's error with the same code."""

    def draft(self, name: str) -> Document | None:
        """The draft's document; None for no such workflow."""
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


class IntoDeployment:
    """A deployed stage's."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def draft(self, name: str) -> Document | None:
        """GET …/export: the draft's file."""
        data = _or_none(lambda: self._api.file(f"/workflows/{part(name)}/export"))
        return None if data is None else json.loads(data)

    def versions(self, name: str) -> list[tuple[int, Document]]:
        """GET …/versions and each of them."""
        at = f"/workflows/{part(name)}/versions"
        listed = _or_none(lambda: self._api.get(at)) or {"versions": []}
        numbers = sorted(item["version"] for item in listed["versions"])
        return [(number, self._api.get(f"{at}/{number}")["document"]) for number in numbers]

    def active(self, name: str) -> int | None:
        """Of the workflow's row."""
        row = _or_none(lambda: self._api.get(f"/workflows/{part(name)}")) or {}
        return row.get("active_version") or None

    def problems(self, document: Document) -> list[Diagnostic]:
        """POST /definitions/validate."""
        found = self._api.post("/definitions/validate", {"document": document})["diagnostics"]
        return [Diagnostic(i["code"], i["message"], i.get("location") or "", i["severity"]) for i in found]

    def save(self, document: Document, *, force: bool) -> None:
        """POST /workflows/import."""
        self._api.post("/workflows/import", {"document": document, "force": force})

    def publish(self, name: str, note: str) -> int:
        """POST …/publish."""
        return int(self._api.post(f"/workflows/{part(name)}/publish", {"note": note})["version"])

    def activate(self, name: str, number: int) -> None:
        """POST …/rollback."""
        self._api.post(f"/workflows/{part(name)}/rollback", {"version": number})


def _or_none(ask: Callable[[], Json]) -> Json:
    """The answer; None where there is no such workflow."""
    try:
        return ask()
    except ApiError as error:
        if error.as_dict().get("code") != "NotFound":
            raise
        return None
