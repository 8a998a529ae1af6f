"""Masked texts of the canvas come back at their places alone; other texts that are secrets are found."""

from __future__ import annotations

import copy

import pytest

from engine.copilot.conversation.written_secrets import with_own_texts, written_secrets
from engine.copilot.scrubbing import Scrub
from engine.governance.masking import MASK, Scrubber

FIRST, SECOND = "first-stored-value-1", "second-stored-value-2"


def call(key, url="https://a.example"):
    return {"Type": "Task", "Resource": "connector:any:call", "Arguments": {"url": url, "headers": {"X-Key": key}}}


CURRENT = {"name": "orders", "definition": {"StartAt": "A", "States": {"A": call(FIRST), "B": call(SECOND)}}}


@pytest.fixture
def sent():
    """The draft on the canvas as the model is sent it."""
    return Scrub(Scrubber([FIRST, SECOND]))(CURRENT)


def handed_in(document):
    scrub = Scrub(Scrubber([FIRST, SECOND]))
    given, own = with_own_texts({"document": document}, CURRENT, scrub)
    return given["document"]["definition"]["States"], list(written_secrets(given, own, scrub))


def test_what_is_handed_back_as_it_came_is_what_stood_there(sent):
    sent["definition"]["States"]["C"] = {"Type": "Succeed"}
    sent["definition"]["States"]["B"]["Next"] = "C"
    states, findings = handed_in(sent)
    assert [states[name]["Arguments"]["headers"]["X-Key"] for name in "AB"] == [FIRST, SECOND]
    assert findings == []


def moved(states):
    states["C"] = copy.deepcopy(states["A"])


def sent_elsewhere(states):
    states["A"]["Arguments"]["url"] = "https://elsewhere.example"


def called_otherwise(states):
    states["B"]["Resource"] = "connector:log:write"


def swapped(states):
    states["A"]["Arguments"]["text"] = MASK


def as_a_name(states):
    states["A"]["Comment"] = {MASK: 1}


@pytest.mark.parametrize(("change", "place"), [
    (moved, "C/Arguments/headers/X-Key"), (sent_elsewhere, "A/Arguments/headers/X-Key"),
    (called_otherwise, "B/Arguments/headers/X-Key"), (swapped, "A/Arguments/text"), (as_a_name, f"A/Comment/{MASK}"),
])
def test_a_masked_text_at_another_place_or_for_another_call_is_a_finding(sent, change, place):
    change(sent["definition"]["States"])
    states, findings = handed_in(sent)
    assert [each for each in findings if each.startswith(f"/document/definition/States/{place}: ")]
    changed = states[place.partition("/")[0]]
    assert (FIRST in str(changed), SECOND in str(changed)) == (change is as_a_name, False)


@pytest.mark.parametrize("text", [
    "{% $states.input.token = 'expired' ? 1 : 2 %}", "UPDATE users SET password = md5(%s) WHERE id = %s",
    "pk-customer-created-at-index", "Reset your password: https://shop.example/reset", "API key: rotated",
    "Token: missing, ask the admin", "{% 'Password: expired since ' & $now() %}",
])
def test_words_are_no_secrets(text):
    scrub = Scrub(Scrubber([FIRST]))
    document = {"a": text, "next_token": "start", "secret": "by donor"}
    assert list(written_secrets({"document": document}, frozenset(), scrub)) == []


@pytest.mark.parametrize("text", ["password: hunter22", "the token is a8f3b2c9", f"x{FIRST}y"])
def test_what_reads_like_a_key_is_found(text):
    scrub = Scrub(Scrubber([FIRST]))
    [finding] = written_secrets({"document": {"a": text}}, frozenset(), scrub)
    assert finding.startswith("/document/a: ")
