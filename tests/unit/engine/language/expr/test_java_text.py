"""Values as Java prints them."""

from __future__ import annotations

import pytest

from engine.language.expr.java_text import java_class, java_text, quoted_json


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a b", "a b"), (None, "null"), (True, "true"), (7, "7"), (-3, "-3"),
        (1.0, "1.0"), (0.0, "0.0"), (-0.0, "-0.0"), (1.1, "1.1"), (123456.789, "123456.789"), (0.001, "0.001"),
        (0.0001, "1.0E-4"), (0.00012345, "1.2345E-4"), (9999999.5, "9999999.5"), (10000000.0, "1.0E7"),
        (12345678.9, "1.23456789E7"), (1e20, "1.0E20"), (1.5e300, "1.5E300"), (-2.5e-9, "-2.5E-9"),
        ({"a": 1, "b": [1, "x", None]}, "{a=1, b=[1, x, null]}"), ({}, "{}"), ([], "[]"),
    ],
)
def test_java_text(value, text):
    assert java_text(value) == text


@pytest.mark.parametrize(("value", "name"), [
    (None, "null"), (True, "java.lang.Boolean"), (1, "java.lang.Integer"), (2**40, "java.lang.Long"),
    (1.5, "java.lang.Double"), ("", "java.lang.String"), ([], "java.util.ArrayList"), ({}, "java.util.LinkedHashMap"),
])
def test_java_class(value, name):
    assert java_class(value) == name


def test_quoted_json_is_compact_and_bounded():
    assert quoted_json({"a": ["é", 1.5, None]}) == '{"a":["é",1.5,null]}'
    assert len(quoted_json("x" * 100_000)) < 9_000
