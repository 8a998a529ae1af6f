"""Where workflows are brought: the application that the command works with."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from connectors.aws.tasks import LOCAL_ADVICE
from engine.catalog.catalog import over_edits
from engine.catalog.diff import unified
from engine.catalog.document import canonical, parse_document
from engine.errors import Diagnostic, UserError
from engine.settings import Settings
from functions.cli.client.client import Client, part
from functions.cli.files import finding_of

Json = Any
Document = dict[str, Json]


class Into:
    """Raises what the application refuses."""

    def __init__(self, api: Client) -> None:
        self._api = api

    def draft(self, name: str) -> Document | None:
        """The draft's document; None for no such workflow."""
        data = _or_none(lambda: self._api.file(f"/workflows/{part(name)}/export"))
        return None if data is None else json.loads(data)

    def check(self, document: Document) -> None:
        """Raise the Conflict that saving `document` unforced would raise over edits. Nothing is written."""
        draft = _or_none(lambda: self._api.get(f"/workflows/{part(document['name'])}/draft"))
        if draft is None or not draft["edited"]:
            return
        here, coming = parse_document(draft["document"]), parse_document(document)
        if canonical(here) != canonical(coming):
            raise over_edits(here.name, draft["updated_by"], unified(here, coming, "draft", "file"), draft["etag"])

    def versions(self, name: str) -> list[tuple[int, Document]]:
        """Number and document of every version, oldest first; none for no such workflow."""
        at = f"/workflows/{part(name)}/versions"
        listed = _or_none(lambda: self._api.get(at)) or {"versions": []}
        numbers = sorted(item["version"] for item in listed["versions"])
        return [(number, self._api.get(f"{at}/{number}")["document"]) for number in numbers]

    def active(self, name: str) -> int | None:
        """The active version; None for none."""
        row = _or_none(lambda: self._api.get(f"/workflows/{part(name)}")) or {}
        return row.get("active_version") or None

    def problems(self, document: Document) -> list[Diagnostic]:
        """What publishing it would find."""
        found = self._api.post("/definitions/validate", {"document": document})["diagnostics"]
        return [finding_of(item) for item in found]

    def save(self, document: Document, *, force: bool) -> None:
        """Make it the draft. Refused over edits that no import made, unless forced."""
        self._api.post("/workflows/import", {"document": document, "force": force})

    def publish(self, name: str, note: str) -> int:
        """Make the draft the new active version; its number."""
        return int(self._api.post(f"/workflows/{part(name)}/publish", {"note": note})["version"])

    def activate(self, name: str, number: int) -> None:
        """Make this version the active one."""
        self._api.post(f"/workflows/{part(name)}/rollback", {"version": number})

    def advice(self, settings: Settings) -> str:
        """What workflows need here that call AWS."""
        stage = self._api.get("/me")["stage"]
        if stage != "local":
            return (
                f"Some call AWS: each runs under the role automate-{stage}-task-WORKFLOW, which an admin makes "
                "(docs/deployment.md)."
            )
        profile = settings.aws_profile or settings.aws_region
        return (
            f"Workflows here call AWS with {profile!r} (AUTOMATE_AWS_PROFILE, AUTOMATE_AWS_REGION)." if profile
            else f"Some call AWS, and {LOCAL_ADVICE} Then repeat the import."
        )


def _or_none(ask: Callable[[], Json]) -> Json:
    """The answer; None where there is no such workflow."""
    try:
        return ask()
    except UserError as error:
        if error.as_dict().get("code") != "NotFound":
            raise
        return None
