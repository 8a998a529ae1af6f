"""The API as a Chalice app, for Lambda. Importing it reads no environment and makes no client: the first request does.

Chalice keeps the request of the moment on the app, where a server with threads would mix them up. Here it is kept in a
context variable that `remember_request`, a middleware, sets; nothing reads `app.current_request`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import chalice.app
from chalice.app import Chalice, MultiDict

from functions.api import aws, copilot_turns, doors
from functions.api.access_log import execution_in, log_access
from functions.api.metrics import emit_metrics
from functions.app import http
from functions.app.failures import failure
from functions.app.routing import Provider, Route, answer
from functions.app.table import every_route
from functions.call_logs import named

_REQUEST: ContextVar[chalice.app.Request] = ContextVar("automate_request")


def create_app(provider: Provider) -> Chalice:
    """A Chalice app over the services that `provider` gives at each request."""
    # env={}: Chalice would write AWS_EXECUTION_ENV into the process's environment.
    made = _Api("automate", configure_logs=False, env={})
    made.provider = provider
    made.register_middleware(_remember_request, "http")
    for route in every_route():
        name = f"{route.handler.__module__.rpartition('.')[2]}_{route.handler.__name__}"
        # content_types=[]: the check is the application's, so that its error has the one shape.
        made.route(route.path, methods=[route.method], name=name, content_types=[])(_view(route, provider))
    return made


class _Api(Chalice):
    """A Chalice app behind the doors of functions.api.doors."""

    provider: Provider

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answer one request of API Gateway, or run a turn of the copilot."""
        turn = copilot_turns.turn_in(event)
        if turn is not None:
            return copilot_turns.run_turn(self.provider(), turn)
        found = doors.through(event)
        if isinstance(found, http.Response):
            return _for_chalice(found).to_dict()
        answered: dict[str, Any] = super().__call__(found, context)
        return answered


def _view(route: Route, provider: Provider) -> Callable[..., chalice.app.Response]:
    """The function that Chalice calls, with the path's parameters."""

    def view(**parameters: str) -> chalice.app.Response:
        given = _REQUEST.get()
        raw = given.raw_body
        path, query = doors.decoded(parameters), given.query_params or MultiDict(None)
        with named(**execution_in(path)):
            return _for_chalice(answer(route, http.Request(
                given.method, given.path, path, dict(query),
                {name.lower(): value for name, value in given.headers.items()},
                raw if isinstance(raw, bytes) else raw.encode(), given.context,
                tuple(name for name in query if len(query.getlist(name)) > 1),
            ), provider))

    return view


def _remember_request(
    request: chalice.app.Request, get_response: Callable[[chalice.app.Request], chalice.app.Response],
) -> chalice.app.Response:
    """Hold the request for this call alone, and give Chalice's own errors the one shape."""
    token = _REQUEST.set(request)
    try:
        response = get_response(request)
    finally:
        _REQUEST.reset(token)
    if isinstance(response.body, dict) and "Code" in response.body:
        code = str(response.body["Code"]).removesuffix("Error")
        shape = {"code": code, "message": str(response.body.get("Message", code))}
        kept = {name: str(value) for name, value in response.headers.items() if name.lower() != "content-type"}
        return _for_chalice(failure(response.status_code, shape, kept))
    return response


def _for_chalice(response: http.Response) -> chalice.app.Response:
    return chalice.app.Response(response.body, headers=dict(response.headers), status_code=response.status)


app = create_app(aws.services)
app.register_middleware(log_access, "http")
app.register_middleware(emit_metrics, "http")
