"""The services that the sample workflows call, so that these run offline: a payment service and a stock service.

They keep nothing: an answer is derived from the request, so equal requests get equal answers. Any bearer token will do.
docs/workflow-document.md shows both.

    POST /samples/payments/charge   {"orderId", "amount"}   200 {"chargeId", "status"}, 401 without a bearer token
    POST /samples/stock/reserve     {"sku", "quantity"}     200 {"reserved", "reservation"}
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from engine.errors import InvalidDocument, UserError
from functions.app.failures import error_body
from functions.app.strict_json import read_json
from functions.server.wsgi import Environ, StartResponse, peer_is_loopback, respond

Json = Any


class NoPaymentKey(UserError):
    """A charge without a bearer token."""

    code = "Unauthorized"
    status = 401


def samples(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request to a sample service. Only over loopback: they ask for no owner's token."""
    service = _SERVICES.get(environ["PATH_INFO"])
    if service is None or not peer_is_loopback(environ):
        shape = {"code": "NotFound", "message": f"no sample service is at {environ['PATH_INFO']}"}
        return respond(start_response, 404, error_body(shape))
    if environ["REQUEST_METHOD"] != "POST":
        shape = {"code": "MethodNotAllowed", "message": "send a POST"}
        return respond(start_response, 405, error_body(shape), {"Allow": "POST"})
    try:
        body = json.dumps(service(environ, _given(environ)))
    except UserError as error:
        return respond(start_response, type(error).status, error_body(error.as_dict()))
    return respond(start_response, 200, body)


class _Unfit(InvalidDocument):
    """A request that the service does not understand."""

    status = 400


def _given(environ: Environ) -> dict[str, Json]:
    body = environ["wsgi.input"].read() if environ.get("CONTENT_LENGTH") else b"null"
    try:
        given = read_json(body)
    except UserError as error:
        raise _Unfit(error.message, where=error.where) from None
    if not isinstance(given, dict):
        raise _Unfit("send a JSON object", where="/")
    return given


def _charge(environ: Environ, given: dict[str, Json]) -> Json:
    if not str(environ.get("HTTP_AUTHORIZATION", "")).startswith("Bearer "):
        raise NoPaymentKey("no payment key was sent", where="Authorization")
    order, amount = given.get("orderId"), given.get("amount")
    if not isinstance(order, str):
        raise _Unfit("orderId must be text", where="/orderId")
    if not isinstance(amount, int | float) or isinstance(amount, bool) or amount < 0:
        raise _Unfit("amount must be a number from 0", where="/amount")
    return {"chargeId": "ch_" + _mark(order, amount), "status": "captured"}


def _reserve(environ: Environ, given: dict[str, Json]) -> Json:
    del environ
    sku, quantity = given.get("sku"), given.get("quantity")
    if not isinstance(sku, str):
        raise _Unfit("sku must be text", where="/sku")
    if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 1:
        raise _Unfit("quantity must be a whole number from 1", where="/quantity")
    return {"reserved": True, "reservation": "rs_" + _mark(sku, quantity)}


def _mark(*parts: Json) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:10]


_SERVICES: dict[str, Callable[[Environ, dict[str, Json]], Json]] = {
    "/samples/payments/charge": _charge,
    "/samples/stock/reserve": _reserve,
}
