"""The table of routes: all that the application can do, whichever door it is asked through."""

from __future__ import annotations

from functions.app import http
from functions.app.failures import failure
from functions.app.routes import (
    activities,
    alarms,
    audit,
    conversion,
    copilot,
    definitions,
    executions,
    figures,
    map_runs,
    me,
    openapi,
    operations,
    redrives,
    rules,
    secrets,
    steps,
    tasks,
    testing,
    uploads,
    versions,
    workflow_list,
    workflows,
)
from functions.app.routing import Route, RouteTable

_TABLES = (
    workflow_list.table, workflows.table, versions.table, conversion.table, executions.table, steps.table,
    map_runs.table, operations.table, redrives.table, tasks.table, activities.table, definitions.table, rules.table,
    testing.table, copilot.table, secrets.table, audit.table, alarms.table, figures.table, uploads.table, me.table,
)
_DESCRIBED = [route for table in _TABLES for route in table.routes]
TABLES: tuple[RouteTable, ...] = (*_TABLES, openapi.describing(_DESCRIBED))

ROUTES: tuple[Route, ...] = tuple(route for table in TABLES for route in table.routes)
"""Every route, in the order in which they are shown."""

_BY_PATH: dict[str, dict[str, Route]] = {}
for _route in ROUTES:
    _BY_PATH.setdefault(_route.path, {})[_route.method] = _route
_PATTERNS = sorted((tuple(path.strip("/").split("/")), path) for path in _BY_PATH)
"""Literal segments sort before parameters: "{" is the last printable character but three."""


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | http.Response:
    """The route of a decoded path and its parameters, or the answer where there is none: 404, or 405.

    Matching is API Gateway's: a literal segment before a parameter, a trailing slash makes no difference.
    """
    parts = tuple(path.strip("/").split("/"))
    for pattern, resource in _PATTERNS:
        captured = _captured(pattern, parts) if len(pattern) == len(parts) else None
        if captured is not None:
            by_method = _BY_PATH[resource]
            if method in by_method:
                return by_method[method], captured
            return failure(
                405, {"code": "MethodNotAllowed", "message": f"Unsupported method: {method}"},
                {"Allow": ", ".join(sorted(by_method))},
            )
    return not_found(f"there is nothing at {path}")


def not_found(why: str) -> http.Response:
    """The answer where no route is."""
    return failure(404, {"code": "NotFound", "message": why, "advice": "See /docs."})


def _captured(pattern: tuple[str, ...], parts: tuple[str, ...]) -> dict[str, str] | None:
    captured: dict[str, str] = {}
    for wanted, part in zip(pattern, parts, strict=True):
        if wanted.startswith("{"):
            if not part:
                return None
            captured[wanted[1:-1]] = part
        elif wanted != part:
            return None
    return captured
