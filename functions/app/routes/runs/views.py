"""Routes of saved views: filters of the list of executions that a name leads to, for everybody who may look."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from engine.errors import Conflict, InvalidDocument, NotFound
from engine.governance.audit.entry import VIEW, Subject, parse_time
from engine.governance.masking import MASK
from engine.governance.roles import Right
from functions.app.acts import Act
from functions.app.routing import Call, RouteTable
from functions.app.shapes import base
from functions.app.shapes.runs import views as shapes

table = RouteTable("Executions")

Json = Any

MOST_VIEWS = 100
_NAME = re.compile(r"[^\s/](?:[^\x00-\x1f/]{0,62}[^\s/])?")
_TRIES = 5
_ABOUT_SOMEBODY = frozenset({"business_key", "name", "text"})


def _subject(call: Call[Any]) -> Subject:
    return Subject(VIEW, call.path["view"])


@table.route("GET", "/views", right=Right.LOOK)
def list_views(call: Call[base.Nothing]) -> shapes.ViewList:
    """List the saved views of executions, by name."""
    found = _views(call.services.open_views().read(call.workspace).text)
    return shapes.ViewList(views=[shapes.View(name=name, **found[name]) for name in sorted(found)])


@table.route(
    "PUT", "/views/{view}", right=Right.RUN, act=Act("view.save", _subject),
    example={"filters": {"workflow": "order_flow", "status": "FAILED", "last": "24h"}},
)
def save_view(call: Call[shapes.ViewRequest]) -> shapes.View:
    """Save filters under a name, over what was saved under it: everybody sees them.

    A name has up to 64 characters, and no slash. There may be 100 views."""
    name = call.path["view"]
    if not _NAME.fullmatch(name):
        raise InvalidDocument(
            f"{name!r} is no name of a view", where="view",
            advice="Take up to 64 characters, no slash, no space at its ends.",
        )
    filters = call.given.filters
    for at in ("started_after", "started_before"):
        if getattr(filters, at) is not None:
            parse_time(getattr(filters, at), where=f"/filters/{at}")
    said = filters.model_dump(exclude_defaults=True)
    kept: dict[str, Json] = {"filters": said, "saved_at": call.services.clock.now()}

    def with_it(views: dict[str, Json]) -> dict[str, Json]:
        if name not in views and len(views) >= MOST_VIEWS:
            raise Conflict(f"there are {MOST_VIEWS} views", where="view", advice="Delete one that nobody needs.")
        return {**views, name: kept}

    before = _change(call, with_it).get(name)
    call.act.done(before=before and _recorded(before["filters"]), after=_recorded(said))
    return shapes.View(name=name, **kept)


@table.route("DELETE", "/views/{view}", right=Right.RUN, act=Act("view.delete", _subject))
def delete_view(call: Call[base.Nothing]) -> base.Done:
    """Delete a saved view, for everybody."""
    name = call.path["view"]

    def without_it(views: dict[str, Json]) -> dict[str, Json]:
        if name not in views:
            raise NotFound(f"no view is called {name!r}", where="view", advice="automate executions views lists them.")
        return {other: kept for other, kept in views.items() if other != name}

    call.act.done(before=_recorded(_change(call, without_it)[name]["filters"]))
    return base.Done()


def _recorded(filters: dict[str, Json]) -> dict[str, Json]:
    """As the audit log keeps them: what names somebody is left out, for nothing erases it there."""
    return {name: MASK if name in _ABOUT_SOMEBODY else value for name, value in filters.items()}


def _change(call: Call[Any], change: Callable[[dict[str, Json]], dict[str, Json]]) -> dict[str, Json]:
    """Change the views; those of before. Raises Conflict where others keep changing them."""
    store = call.services.open_views()
    for _ in range(_TRIES):
        saved = store.read(call.workspace)
        before = _views(saved.text)
        if store.write(call.workspace, json.dumps(change(before)), saved.revision):
            return before
    raise Conflict("the views are being changed by others", where="view", advice="Try again.")


def _views(text: str) -> dict[str, Json]:
    found: dict[str, Json] = json.loads(text) if text else {}
    return found
