"""Patterns that are told without being compiled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.schema import patterns
from engine.language.schema.patterns import BadPattern, check_pattern, compile_pattern

PIECES = st.sampled_from([
    "^", "$", "a", "-", "/", ":", "\\d", "\\.", "[a-z]", "[A-Z0-9-]", "[^/]", "[", "]", "(", ")", "|", "+", "*", "?",
    "{3}", "{1,40}", "{0,9}", "{5,2}", "{2,", "{1,0}", "\\", "[z-a]", "[a-", "\u0661", "{999}", ".",
])


@given(st.lists(PIECES, max_size=8).map("".join))
def test_what_is_plain_compiles(source):
    if patterns._PLAIN.fullmatch(source):
        compile_pattern(source)


@pytest.mark.parametrize("source", [
    "^[A-Za-z0-9-]{1,40}$", "^http://127\\.0\\.0\\.1:[0-9]{1,5}/samples$", "^ORD-\\d{4}$", "[a-f0-9]{32}", "", "\\w+@x",
])
def test_a_usual_pattern_is_not_compiled(monkeypatch, source):
    monkeypatch.setattr(patterns, "compile_pattern", lambda _: pytest.fail("it was compiled"))
    check_pattern(source)


@pytest.mark.parametrize("source", [
    "(", "a{5,2}", "[z-a]", "a**", "*", "[]", "{1}{2}", "a{1}{2}{3}", "(?x)a", "a{1000000}", "a{999}" * 30, "a" * 101,
])
def test_what_is_not_plain_is_compiled(source):
    assert not patterns._PLAIN.fullmatch(source)


def test_a_bad_pattern_is_refused():
    with pytest.raises(BadPattern):
        check_pattern("(a")
