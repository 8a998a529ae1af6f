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
    token = listing.encode_token(query, position)
    assert listing.decode_token(ExecutionQuery("default", name="run-*", limit=7, next_token=token)) == position
    with pytest.raises(InvalidDocument) as caught:
        listing.decode_token(ExecutionQuery("other", name="run-*", next_token=token))
    assert caught.value.where == "next_token"


def test_no_token_is_the_beginning():
    assert listing.decode_token(ExecutionQuery("default")) is None


def test_surrogates_become_question_marks():
    assert listing.storable("a\udc00b") == "a?b"
    assert listing.storable("\U0001f600ä") == "\U0001f600ä"
    assert listing.storable(None) is None
