"""Masking what is a secret or has the shape of one."""

from __future__ import annotations

import pytest

from engine.copilot.scrubbing import Scrub, scrubbed
from engine.governance.masking import MASK, Scrubber

KNOWN = "a-stored-value-of-some-length"


def shaped(*parts):
    """A text with a secret's shape, put together here so that no scanner takes this file for a leak."""
    return "".join(parts)


@pytest.mark.parametrize("secret", [
    shaped("AKIA", "ABCDEFGHIJKLMNOP"), shaped("sk_", "live_", "abcdefghijklmnop1234"),
    shaped("xoxb-", "1234567890-ab"),
    shaped("ghp_", "abcdefghijklmnopqrstuvwx"), shaped("glpat-", "abcdefghijklmnopqrst"),
    shaped("eyJ", "hbGciOiJI", ".eyJzdWIiOiIx.", "c2ln"),
    shaped("-----BEGIN RSA ", "PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----"),
])
def test_a_text_with_the_shape_of_a_secret_is_masked(secret):
    text = scrubbed(f"use {secret} for it")
    assert secret not in text
    assert text == f"use {MASK} for it"
    assert Scrub(Scrubber([])).values({"a": [f"use {secret}"]}) == {"a": [f"use {MASK}"]}


@pytest.mark.parametrize(("text", "clean"), [
    ("the password is hunter22 today", f"the password is {MASK} today"), ("api_key=abcdef123", f"api_key={MASK}"),
    ("https://ada:pw12345@db.example/x", f"https://{MASK}@db.example/x"),
    ("the token is expired", "the token is expired"), ("token: SLACK_TOKEN", "token: SLACK_TOKEN"),
    ("store the API key: STRIPE_KEY", "store the API key: STRIPE_KEY"),
    ("skip-list-of-many-words", "skip-list-of-many-words"),
])
def test_texts_in_words(text, clean):
    assert scrubbed(text) == clean


def test_members_with_the_name_of_a_secret():
    assert scrubbed({"password": "x", "slack_token": {"$secret": "K"}, "token": "{% $t %}", "api_key": ""}) == {
        "password": MASK, "slack_token": {"$secret": "K"}, "token": "{% $t %}", "api_key": "",
    }


def test_a_stored_secret_is_masked_wherever_it_stands_and_that_is_noticed():
    scrub = Scrub(Scrubber([KNOWN]))
    assert scrub("nothing") == "nothing"
    assert scrub.masked is False
    assert KNOWN not in str(scrub({"a": [f"x{KNOWN}y"], KNOWN: 1}))
    assert scrub.masked is True


def test_in_cases_the_name_of_a_member_masks_nothing():
    assert Scrub(Scrubber([KNOWN])).values({"password": "x", "b": KNOWN}) == {"password": "x", "b": MASK}
