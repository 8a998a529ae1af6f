"""The table of routes: all that the application can do, whichever door it is asked through.

A route's module is imported when one of its routes is asked for. Until then `functions.app.index` knows where each is:
a list of methods, paths and modules, made from the modules themselves (`functions.cli.indexes`), and held by a test.
Who needs the whole table (a stage, the API's description) asks `every_route`, which reads the modules alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from functions.app import http
from functions.app.failures import failure
from functions.app.index import ROUTES
from functions.app.routing import Route, RouteTable

MODULES = (
    "workflow_list", "workflows", "versions", "conversion", "executions", "steps", "runs.effects",
    "runs.changes", "runs.explanation", "runs.cost", "runs.forks", "runs.views", "runs.approvals", "runs.slack",
    "map_runs",
    "operations", "redrives", "tasks", "activities", "triggers.deliveries", "triggers.hooks", "triggers.events",
    "triggers.forms", "definitions", "rules", "testing", "copilot", "secrets", "connections.kept",
    "connections.connecting", "tokens", "grants", "audit", "alarms", "figures", "uploads", "storage",
    "overview.dashboard", "overview.settings", "me",
)
"""The modules of functions.app.routes, in the order in which their routes are shown; what describes them is last."""

DESCRIBING = "openapi"

_BY_PATH: dict[str, dict[str, str]] = {}
for _method, _path, _module in ROUTES:
    _BY_PATH.setdefault(_path, {})[_method] = _module
_Places = tuple[tuple[int, str], ...]
_PATTERNS: dict[tuple[int, str], list[tuple[_Places, _Places, str]]] = {}
"""Literals and parameters of each path, by the number of its segments and the first one, which is always a literal.
Literals sort before parameters: "{" is the last printable character but three."""
for _pattern, _path in sorted((tuple(path.strip("/").split("/")), path) for path in _BY_PATH):
    _PATTERNS.setdefault((len(_pattern), _pattern[0]), []).append((
        tuple((place, text) for place, text in enumerate(_pattern) if not text.startswith("{")),
        tuple((place, text[1:-1]) for place, text in enumerate(_pattern) if text.startswith("{")), _path,
    ))


@cache
def every_route() -> tuple[Route, ...]:
    """Every route, in the order in which they are shown. Imports all modules of routes; raises TypeError for a route
    that may change something and declares no act."""
    return tuple(route for name in (*MODULES, DESCRIBING) for route in _table(name).routes)


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | http.Response:
    """The route of a decoded path and its parameters, or the answer where there is none: 404, or 405.

    Matching is API Gateway's: a literal segment before a parameter, a trailing slash makes no difference.
    """
    parts = tuple(path.strip("/").split("/"))
    for literals, named, resource in _PATTERNS.get((len(parts), parts[0]), ()):
        captured = _captured(literals, named, parts)
        if captured is not None:
            by_method = _BY_PATH[resource]
            if method in by_method:
                return _route(by_method[method], method, resource), captured
            allowed = ", ".join(sorted(by_method))
            message = f"Unsupported method: {method}"
            shape = {"code": "MethodNotAllowed", "message": message, "advice": f"It takes {allowed}."}
            return failure(405, shape, {"Allow": allowed})
    return not_found(f"there is nothing at {path}")


def not_found(why: str) -> http.Response:
    """The answer where no route is."""
    return failure(404, {"code": "NotFound", "message": why, "advice": "See /docs."})


@cache
def _table(module: str) -> RouteTable:
    """The table of a module of routes, imported now."""
    found = import_module(f"functions.app.routes.{module}")
    table: RouteTable = found.describing(every_route) if module == DESCRIBING else found.table
    return table


@cache
def _routes(module: str) -> Mapping[tuple[str, str], Route]:
    return {(route.method, route.path): route for route in _table(module).routes}


def _route(module: str, method: str, path: str) -> Route:
    """Raises RuntimeError for a route that the index has and its module has not."""
    route = _routes(module).get((method, path))
    if route is None:
        raise RuntimeError(f"{method} {path} is not in {module}: make the index again (functions.cli.reference)")
    return route


def _captured(literals: _Places, named: _Places, parts: tuple[str, ...]) -> dict[str, str] | None:
    for place, text in literals:
        if parts[place] != text:
            return None
    captured = {name: parts[place] for place, name in named}
    return captured if all(captured.values()) else None
