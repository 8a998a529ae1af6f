"""The connector file stripe.yaml on loopback: tests/support/vendors/stripe_server.py names its sources."""

import json

import pytest

from tests.support.vendors.stripe_server import DECLINED, KEY, PROVES, VISA, StripeServer, limited

PAID = {"amount": 1099, "currency": "eur", "payment_method": VISA, "confirm": True}


@pytest.fixture
def stripe(vendor):
    return vendor(StripeServer, "stripe", "/v1", KEY)


def test_a_payment_is_taken_and_given_back(stripe):
    paid = stripe.call("create_payment_intent", **PAID, metadata={"order": "o-1", "lines": 2}, description="Für € 10")
    assert (paid["status"], paid["amount_received"], paid["metadata"]) == (
        "succeeded", 1099, {"order": "o-1", "lines": "2"},
    )
    back = stripe.call("create_refund", payment_intent=paid["id"], amount=99, reason="requested_by_customer")
    assert (back["amount"], back["payment_intent"]) == (99, paid["id"])
    assert stripe.call("create_refund", charge=paid["latest_charge"])["amount"] == 1000
    failed, code = stripe.failure("create_refund", payment_intent=paid["id"])
    assert (code, failed.definite, failed.retryable) == ("charge_already_refunded", True, False)
    assert stripe.call("get_payment_intent", payment_intent=paid["id"])["description"] == "Für € 10"


def test_what_is_held_is_captured_or_let_go(stripe):
    first, second = (
        stripe.call("create_payment_intent", **PAID, capture_method="manual")["id"] for _ in range(2)
    )
    taken = stripe.call("capture_payment_intent", payment_intent=first, amount_to_capture=1000)
    assert taken["amount_received"] == 1000
    assert stripe.call("cancel_payment_intent", payment_intent=second)["status"] == "canceled"
    assert stripe.failure("cancel_payment_intent", payment_intent=first)[1] == (
        "payment_intent_unexpected_state"
    )


@pytest.mark.parametrize(("method", "more", "code"), [
    (DECLINED, {}, "card_declined"), (PROVES, {"off_session": True}, "authentication_required"),
])
def test_a_card_that_is_declined_is_definite(stripe, method, more, code):
    failed, named = stripe.failure("create_payment_intent", **{**PAID, "payment_method": method}, **more)
    assert (failed.error, named, failed.definite, failed.retryable) == ("stripe.ConnectorError", code, True, False)
    assert stripe.call("create_payment_intent", **PAID)["status"] == "succeeded"


def test_nested_values_arrive_as_they_are_given(stripe):
    address = {"line1": "1 [Main] & St=", "postal_code": "10115", "country": "DE"}
    fields = [{"name": "VAT", "value": "1"}, {"name": "PO", "value": "2"}]
    made = stripe.call("create_customer", email="ada@example.com", address=address,
                       invoice_settings={"custom_fields": fields})
    assert (made["address"], made["invoice_settings"]["custom_fields"]) == (address, fields)
    changed = stripe.call("update_customer", customer=made["id"], name="Ada")
    assert (changed["name"], changed["email"]) == ("Ada", "ada@example.com")
    stripe.call("create_payment_intent", **PAID, payment_method_types=["card", "link"], expand=["customer"],
                customer=made["id"], automatic_payment_methods={"enabled": True, "allow_redirects": "never"})
    assert b"payment_method_types%5B0%5D=card&payment_method_types%5B1%5D=link" in stripe.seen[-1].body


def test_a_repetition_charges_once_and_its_key_fits(stripe):
    stripe.next = [None]
    failed, _ = stripe.failure("create_payment_intent", **PAID, idempotency_key="x" * 400)
    assert (failed.definite, failed.retryable) == (False, True)
    again = stripe.call("create_payment_intent", **PAID, idempotency_key="x" * 400)
    assert list(stripe.intents) == [again["id"]]
    assert len({arrived.headers["idempotency-key"] for arrived in stripe.seen}) == 1
    stripe.call("list_payment_intents")
    assert "idempotency-key" not in stripe.seen[-1].headers


def test_a_key_in_use_and_a_key_of_another_call_leave_open_what_was_done(stripe):
    """A definite failure would get a new key, and charge a second time."""
    stripe.call("create_payment_intent", **PAID, idempotency_key="one")
    failed, code = stripe.failure("create_payment_intent", **{**PAID, "amount": 500}, idempotency_key="one")
    assert (code, failed.definite, failed.retryable) == ("idempotency_error", False, False)
    stripe.busy.add(stripe.seen[0].headers["idempotency-key"])
    failed, code = stripe.failure("create_payment_intent", **PAID, idempotency_key="one")
    assert (code, failed.definite, failed.retryable) == ("idempotency_key_in_use", False, True)


@pytest.mark.parametrize(("params", "code"), [
    ({"amount": 1}, "amount_too_small"), ({"customer": "cus_no"}, "resource_missing"), ({"currency": "EUR"},
                                                                                      "invalid_request_error"),
    ({"secret": "sk_test_another_key_than_that"}, "invalid_request_error"),
])
def test_what_stripe_refuses_is_definite_and_named(stripe, params, code):
    failed, named = stripe.failure("create_payment_intent", **{**PAID, **params})
    assert (named, failed.definite, failed.retryable) == (code, True, False)


@pytest.mark.parametrize(("answer", "definite", "retryable"), [
    (limited(), True, True), ((500, {}, b'{"error": {"type": "api_error"}}'), False, True),
    ((503, {}, b""), False, True), ((502, {}, b"<html>"), False, True), ((200, {}, b"<html>"), False, True),
])
def test_what_is_known_of_outages(stripe, answer, definite, retryable):
    stripe.next = [answer]
    failed, _ = stripe.failure("create_payment_intent", **PAID)
    assert (failed.definite, failed.retryable) == (definite, retryable)


def test_lists_go_on_behind_the_last_of_a_page(stripe):
    made = [stripe.call("create_customer", email=f"{number % 2}@x.com")["id"]
            for number in range(5)]
    listed = stripe.call("list_customers", limit=2)
    assert ([one["id"] for one in listed["items"]], listed["pages"], listed["next"]) == (made[::-1], 3, None)
    assert len(stripe.call("list_customers", email="1@x.com")["items"]) == 2
    assert stripe.call("list_customers", limit=2, max_pages=1)["next"] == made[3]
    stripe.call("create_payment_intent", **PAID)
    assert stripe.call("list_payment_intents", created={"gte": 1_800_000_000})["items"] == []
    assert json.loads(stripe.failure("list_customers", starting_after="cus_no")[0].cause)["code"] == "resource_missing"
