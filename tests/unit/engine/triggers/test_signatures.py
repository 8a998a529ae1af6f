"""Signatures of webhooks: the vendors' own examples where they print one, else what their text says to compute."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.triggers.signatures import MOST_SIGNATURES, Form, UnusableSecret, Verdict, verify

SLACK_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
    b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SECRET, BODY, NOW = "a secret of the sender", b'{"id": 1, "text": "\xc3\xa9"}', 1_700_000_000


def digest(before=b"", body=BODY, secret=SECRET, algorithm=hashlib.sha256):
    return hmac.new(secret.encode(), before + body, algorithm).digest()


# What the vendors print

GITHUB = {
    "body": b"Hello, World!", "secrets": ["It's a Secret to Everybody"],
    "headers": {"X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"},
}
SLACK = {
    "body": SLACK_BODY, "secrets": ["8f742231b10e8888abcd99yyyzzz85a5"], "headers": {
        "X-Slack-Request-Timestamp": "1531420618",
        "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    },
}
STANDARD = {
    "body": b'{"test": 2432232314}', "secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "headers": {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    },
}

SPECIFICATION = {
    "body": b'{"event_type":"ping","data":{"success":true}}', "secrets": ["whsec_plJ3nmyCDGBKInavdOK15jsl"],
    "headers": {
        "webhook-id": "msg_loFOjxBNrRLzqYUf", "webhook-timestamp": "1731705121",
        "webhook-signature": "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
    },
}


@pytest.mark.parametrize(("style", "example", "now"), [
    ("github", GITHUB, 0), ("slack", SLACK, 1531420618 + 299), ("standard-webhooks", STANDARD, 1614265330 - 299),
    ("standard-webhooks", SPECIFICATION, 1731705121),
])
def test_the_examples_that_vendors_print(style, example, now):
    assert verify(style, **example, now=now) == Verdict.VALID
    assert verify(style, **{**example, "body": example["body"] + b" "}, now=now) == Verdict.WRONG
    assert verify(style, **{**example, "secrets": ["whsec_b3RoZXI="]}, now=now) == Verdict.WRONG
    lower = {name.lower(): f" {value} " for name, value in example["headers"].items()}
    assert verify(style, **{**example, "headers": lower}, now=now) == Verdict.VALID


# What the text of each says, computed here once more

def signed(style, secret=SECRET, at=NOW):
    """The headers of each style."""
    stamp = str(at)
    dotted = digest(f"{stamp}.".encode(), secret=secret)
    return {
        "github": {"x-hub-signature-256": f"sha256={digest(secret=secret).hex()}"},
        "shopify": {"x-shopify-hmac-sha256": base64.b64encode(digest(secret=secret)).decode()},
        "slack": {"x-slack-request-timestamp": stamp,
                  "x-slack-signature": f"v0={digest(f'v0:{stamp}:'.encode(), secret=secret).hex()}"},
        "stripe": {"stripe-signature": f"t={stamp}, v1={dotted.hex()}, v0={'6f' * 32}"},
        "hmac": {"x-sig": dotted.hex(), "x-at": stamp},
    }[style]


FORM = Form("X-Sig", timestamp_header="X-At")
STYLES, TIMED = ["github", "shopify", "slack", "stripe", "hmac"], ["slack", "stripe", "hmac"]


def checked(style, headers, *, body=BODY, secrets=(SECRET,), now=NOW, tolerance=300):
    form = FORM if style == "hmac" else None
    return verify(style, body=body, headers=headers, secrets=secrets, now=now, tolerance=tolerance, form=form)


@pytest.mark.parametrize("style", STYLES)
def test_each_style(style):
    headers = signed(style)
    assert checked(style, headers) == Verdict.VALID
    assert checked(style, headers, body=b"") == Verdict.WRONG
    assert checked(style, headers, secrets=["another"]) == Verdict.WRONG
    assert checked(style, {}) == Verdict.MISSING
    for name in headers:
        assert checked(style, {**headers, name: "nothing such"}) == Verdict.MALFORMED
        assert checked(style, {other: value for other, value in headers.items() if other != name}) == Verdict.MISSING


@pytest.mark.parametrize("style", STYLES)
def test_two_secrets_are_current_while_one_is_rotated(style):
    for secret in ("old", "new"):
        assert checked(style, signed(style, secret), secrets=["old", "new"]) == Verdict.VALID
    assert checked(style, signed(style, "older"), secrets=["old", "new"]) == Verdict.WRONG


@pytest.mark.parametrize("style", STYLES)
def test_no_secret_or_an_empty_one_proves_nothing(style):
    assert checked(style, signed(style, ""), secrets=[""]) == Verdict.WRONG
    assert checked(style, signed(style), secrets=[]) == Verdict.WRONG


@pytest.mark.parametrize("style", TIMED)
def test_an_old_or_a_future_timestamp_is_stale_if_the_signature_is_right(style):
    assert [checked(style, signed(style), now=NOW + late) for late in (300, 301, -300, -301)] == [
        Verdict.VALID, Verdict.STALE, Verdict.VALID, Verdict.STALE,
    ]
    assert checked(style, signed(style), now=NOW + 20, tolerance=10) == Verdict.STALE
    assert checked(style, signed(style, "another"), now=NOW + 10**6) == Verdict.WRONG


def test_a_timestamp_is_signed_with_the_body():
    """Nobody can send an old request again with a new time."""
    for style, name in (("slack", "x-slack-request-timestamp"), ("hmac", "x-at")):
        assert checked(style, {**signed(style), name: str(NOW + 1)}) == Verdict.WRONG


def test_stripe_has_several_signatures_while_a_secret_is_rolled():
    one, other = signed("stripe", "one")["stripe-signature"], signed("stripe", "other")["stripe-signature"]
    both = f"{one},{other.partition(',')[2]}"
    assert checked("stripe", {"stripe-signature": both}, secrets=["other"]) == Verdict.VALID
    many = ",".join([f"t={NOW}", *[f"v1={'00' * 32}"] * (MOST_SIGNATURES + 1)])
    assert checked("stripe", {"stripe-signature": many}) == Verdict.MALFORMED
    assert checked("stripe", {"stripe-signature": f"t={NOW},v0={'6f' * 32}"}) == Verdict.MALFORMED
    assert checked("stripe", {"stripe-signature": f"t=1,{one}"}) == Verdict.MALFORMED
    assert checked("stripe", {"stripe-signature": f"{one},v1=no hex"}, secrets=["one"]) == Verdict.VALID


def test_standard_webhooks_has_several_too_and_passes_over_other_versions():
    text = STANDARD["headers"]["webhook-signature"]
    more = {**STANDARD["headers"], "webhook-signature": f"v1a,{'A' * 44} v1,{'A' * 43}= v1,? {text}"}
    assert verify("standard-webhooks", **{**STANDARD, "headers": more}, now=1614265330) == Verdict.VALID
    with pytest.raises(UnusableSecret) as caught:
        verify("standard-webhooks", **{**STANDARD, "secrets": ["not base64!"]}, now=0)
    assert "not base64!" not in str(caught.value)


@pytest.mark.parametrize(("form", "headers"), [
    (Form("X-Sig", algorithm="sha512", encoding="base64", prefix="hmac "),
     {"x-sig": "hmac " + base64.b64encode(digest(algorithm=hashlib.sha512)).decode()}),
    (Form("X-Sig", algorithm="sha1"), {"X-SIG": digest(algorithm=hashlib.sha1).hex().upper()}),
])
def test_a_form_of_your_own(form, headers):
    found = verify("hmac", body=BODY, headers=headers, secrets=[SECRET], now=0, form=form)
    assert found == Verdict.VALID


def test_each_secret_is_compared_with_each_signature_in_constant_time(monkeypatch):
    compared = []

    def compare(one, other):
        compared.append((one, other))
        return one == other

    monkeypatch.setattr(hmac, "compare_digest", compare)
    header = {"stripe-signature": signed("stripe")["stripe-signature"] + f",v1={'00' * 32}"}
    assert checked("stripe", header, secrets=[SECRET, "other"]) == Verdict.VALID
    assert len(compared) == 4


@given(
    style=st.sampled_from([*STYLES, "standard-webhooks"]), body=st.binary(max_size=20),
    headers=st.dictionaries(st.sampled_from([
        "x-hub-signature-256", "x-shopify-hmac-sha256", "x-slack-signature", "x-slack-request-timestamp",
        "stripe-signature", "webhook-id", "webhook-timestamp", "webhook-signature", "x-sig", "x-at",
    ]), st.one_of(st.text(max_size=30), st.sampled_from(["sha256=00", "v0=ab", "t=1,v1=00", "v1,AAAA", "12", "AAAA"]))),
)
def test_what_nobody_signed_is_never_valid(style, body, headers):
    found = checked(style, headers, body=body, secrets=["c2VjcmV0"], now=1)
    assert found in {Verdict.MISSING, Verdict.MALFORMED, Verdict.WRONG}
