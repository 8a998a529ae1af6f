"""Which workflows name a secret: their active versions and their drafts, by the SecretRefs that stand in them."""

from __future__ import annotations

import json
from typing import Any

from engine.catalog.catalog import Catalog
from engine.catalog.states import states_of
from engine.governance.secret_refs import references_in
from functions.app.shapes import secrets as shapes

Json = Any


def secret_uses(catalog: Catalog, workspace: str) -> dict[str, list[shapes.SecretUse]]:
    """By key, who names it. Archived workflows count too: what of them runs still needs it."""
    uses: dict[str, list[shapes.SecretUse]] = {}
    for row in catalog.workflows(workspace):
        documents: list[tuple[Any, Json]] = []
        if row.active_version:
            active = catalog.version(workspace, row.workflow, row.active_version)
            documents.append((row.active_version, json.loads(active.document)))
        documents.append(("draft", catalog.draft(workspace, row.workflow).document.as_written))
        for version, document in documents:
            states, webhooks = _states_by_key(document.get("definition")), _webhooks_by_key(document.get("triggers"))
            for key in {**states, **webhooks}:
                uses.setdefault(key, []).append(shapes.SecretUse(
                    workflow=row.workflow, version=version, states=states.get(key, []), webhooks=webhooks.get(key, []),
                ))
    return uses


def _webhooks_by_key(triggers: Json) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for trigger in triggers or ():
        for key in dict.fromkeys(key for _, key in references_in(trigger.get("auth"))):
            found.setdefault(key, []).append(trigger["path"])
    return found


def _states_by_key(definition: Json) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for state in states_of(definition):
        for key in dict.fromkeys(key for _, key in references_in(state.own)):
            found.setdefault(key, []).append(state.name)
    return found
