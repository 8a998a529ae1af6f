"""Saved views that are filtered by a business key that was erased: the key names somebody, so they go with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.errors import StoreBusy
from engine.ports.people.views import Views

Json = Any

Erased = Callable[[Sequence[str]], Mapping[str, float]]
"""When each of these business keys was erased last, in epoch seconds; without those that were not."""

_TRIES = 20


def forget_views(views: Views, workspace: str, erased: Erased) -> list[str]:
    """Delete the views that are filtered by exactly a key that was erased since they were saved; their names, sorted.
    Raises StorageError: done again, it does the rest."""
    for _ in range(_TRIES):
        saved = views.read(workspace)
        kept: dict[str, Json] = json.loads(saved.text) if saved.text else {}
        gone = _filtered(kept, erased)
        if not gone:
            return []
        left = {name: view for name, view in kept.items() if name not in gone}
        if views.write(workspace, json.dumps(left), saved.revision):
            return gone
    raise StoreBusy("the saved views are changed too often at once")


def views_of(views: Views, workspace: str, erased: Erased) -> list[str]:
    """Those that `forget_views` would delete. Raises StorageError."""
    text = views.read(workspace).text
    return _filtered(json.loads(text), erased) if text else []


def _filtered(kept: Mapping[str, Json], erased: Erased) -> list[str]:
    keys = {name: key for name, view in kept.items() if (key := _key(view)) is not None}
    when = erased(sorted({*keys.values()})) if keys else {}
    return sorted(name for name, key in keys.items() if kept[name].get("saved_at", 0.0) < when.get(key, 0.0))


def _key(view: Json) -> str | None:
    """The business key that a view is filtered by: one with a * behind it finds that key too."""
    found = view["filters"].get("business_key")
    return None if found is None else str(found).removesuffix("*")
