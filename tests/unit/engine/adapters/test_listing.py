from __future__ import annotations

import pytest

from engine.adapters import listing
from engine.adapters.listing import Pattern, Position
from engine.errors import InvalidDocument
from engine.ports.executions_index import ExecutionQuery


@pytest.mark.parametrize(
    ("pattern", "value", "meant"),
    [
        ("abc", "abc", True), ("abc", "abcd", False), ("abc*", "abc", True), ("abc*", "abcd", True),
        ("abc*", "ab", False), ("*", "", True), ("*", None, False), ("a*b", "a*b", True), ("a*b", "axb", False),
        ("a**", "a*b", True), ("", "", True), ("", "a", False),
    ],
)
def test_a_pattern_is_exact_or_a_prefix(pattern, value, meant):
    assert Pattern.parse(pattern).matches(value) is meant


def test_no_filter_is_no_pattern():
    assert Pattern.parse(None) is None


def test_a_token_holds_its_position_exactly():
    query = ExecutionQuery("default", name="run-*")
    position = Position(1_700_000_000.1234567, "orders:ä")
    token = listing.token(query, position)
    assert listing.begin(ExecutionQuery("default", name="run-*", limit=7, next_token=token)) == position
    with pytest.raises(InvalidDocument) as caught:
        listing.begin(ExecutionQuery("other", name="run-*", next_token=token))
    assert caught.value.where == "next_token"


@pytest.mark.parametrize("position", [
    Position(1.0, "orders:\ud83d"), Position(float("nan"), "orders:a"), Position(float("inf"), "orders:a"),
    Position(-1.0, "orders:a"), Position(10**400, "orders:a"),
])
def test_a_forged_token_that_no_store_could_compare_is_refused(position):
    query = ExecutionQuery("default")
    with pytest.raises(InvalidDocument, match="next_token"):
        listing.begin(ExecutionQuery("default", next_token=listing.token(query, position)))


def test_no_token_is_the_beginning():
    assert listing.begin(ExecutionQuery("default")) is None


def test_surrogates_become_question_marks():
    assert listing.storable("a\udc00b") == "a?b"
    assert listing.storable("\U0001f600ä") == "\U0001f600ä"
    assert listing.storable(None) is None
