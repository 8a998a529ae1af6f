"""Bringing workflows into a deployment, over its API."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from engine.catalog.document import parse_document
from engine.errors import Diagnostic
from functions.cli.remote.client import Api, ApiError, part
from functions.cli.step_functions.into import Document, refuse_over_edits

Json = Any


class IntoDeployment:
    """`functions.cli.step_functions.into.Into` of a deployed stage."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def draft(self, name: str) -> Document | None:
        """GET …/export: the draft's file."""
        data = _or_none(lambda: self._api.file(f"/workflows/{part(name)}/export"))
        return None if data is None else json.loads(data)

    def check(self, document: Document) -> None:
        """GET …/draft."""
        draft = _or_none(lambda: self._api.get(f"/workflows/{part(document['name'])}/draft"))
        if draft is not None and draft.get("edited"):
            refuse_over_edits(parse_document(draft["document"]), document, draft["updated_by"], draft["etag"])

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
