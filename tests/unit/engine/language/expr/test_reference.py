"""Reference Paths: where a value is put, what stays shared, what is refused."""

from __future__ import annotations

import pytest

from engine.errors import InvalidExpression, StateFailure
from engine.language.expr.reference import compile_reference


@pytest.mark.parametrize(
    ("path", "document", "made"),
    [
        ("$", {"a": 1}, "new"),
        ("$.a", {"a": 1, "b": 2}, {"a": "new", "b": 2}),
        ("$.c", {"a": 1}, {"a": 1, "c": "new"}),
        ("$.x.y.z", {}, {"x": {"y": {"z": "new"}}}),
        ("$['x y'].z", {"x y": {"k": 1}}, {"x y": {"k": 1, "z": "new"}}),
        ("$.list[1]", {"list": [1, 2, 3]}, {"list": [1, "new", 3]}),
        ("$.list[0].a", {"list": [{"b": 1}]}, {"list": [{"b": 1, "a": "new"}]}),
        ("$[0]", [1], ["new"]),
    ],
)
def test_put(path, document, made):
    assert compile_reference(path).put(document, "new") == made


@pytest.mark.parametrize(
    ("path", "document"),
    [("$.a.b", {"a": 1}), ("$.a.b", {"a": None}), ("$.a", [1]), ("$.a", "text"), ("$.a", None),
     ("$.list[3]", {"list": [1]}),
     ("$.list[0]", {"list": {}}), ("$.none[0]", {})],
)
def test_a_place_that_cannot_exist(path, document):
    with pytest.raises(StateFailure) as failure:
        compile_reference(path).put(document, 1)
    assert failure.value.error == "States.ResultPathMatchFailure"
    assert failure.value.cause.startswith(f"Unable to apply ReferencePath {path} to input ")


@pytest.mark.parametrize("path", ["$.a[*]", "$..a", "$.a[1:]", "$.a[0,1]", "$['a','b']", "$.a[?(@.x)]", "$.a[-1]",
                                  "$.a.length()", "$$.Execution", "$variable", "a"])
def test_paths_of_several_places_are_refused(path):
    with pytest.raises(InvalidExpression):
        compile_reference(path)
