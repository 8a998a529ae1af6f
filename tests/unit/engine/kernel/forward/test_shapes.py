"""How much of a shape is looked at, and what is found in it."""

from __future__ import annotations

import pytest

from engine.kernel.forward.shapes import BLUR, EMPTY, MOST_DEPTH, MOST_PARTS, one_of, read, shape_of
from engine.testing import simulate


def test_what_is_made_of_itself_again_and_again_becomes_a_blur():
    shape = EMPTY
    for _ in range(MOST_DEPTH - 1):  # as the outputs of so many Parallels of two branches in a row
        shape = one_of(frozenset({("array", (shape, shape))}))
    assert "blur" in repr(shape)
    assert repr(shape).count("object") <= MOST_PARTS


def test_a_shape_of_ordinary_size_stays_as_it_is():
    shape = ("object", tuple((str(number), EMPTY) for number in range(MOST_PARTS - 1)))
    assert one_of(frozenset({shape})) == shape
    deep = EMPTY
    for _ in range(MOST_DEPTH - 1):
        deep = ("array", (deep,))
    assert one_of(frozenset({deep})) == deep
    assert one_of(frozenset({("array", (deep,))})) == BLUR


@pytest.mark.parametrize(("value", "keys"), [
    ([{"i": []}], "i"), ([{"i": []}, {"i": []}], "i"), ([{"i": []}, {"i": 1}], "i"), ([{"i": []}, {"i": [1]}], "i"),
    ([{"i": [{"j": []}]}], "i.j"), ([{"i": []}], "i.j"), ([[{"i": []}]], "i"), ([[{"i": 1}], {"i": 2}], "i"),
    ([{"o": {"i": []}}], "o.i"), ({"a": [{"i": []}]}, "a.i"), ([{"i": []}, {"k": 1}], "i"), ([{"i": [[]]}], "i"),
    ([{"i": [[]]}, {"i": []}], "i"), ([{"a": [{"i": []}]}, {"b": 1}], "a.i"), ([{"a": {"i": []}}, {"b": 1}], "a.i"),
    ([{"a": [{"i": []}]}, {"a": 2}], "a.i"), ([{"a": [{"i": []}]}, {"a": [{"i": []}]}], "a.i"), ([], "i"), ({}, "i"),
    ([{"a": [{"i": {"j": 1}}]}, {"a": [3]}], "a.i.j"), ([1, 2], "i"), ([{"i": {"j": []}}, {"i": {"j": []}}], "i.j"),
])
def test_a_path_of_jsonata_finds_in_a_shape_what_it_finds_in_its_value(value, keys):
    definition = {"StartAt": "S", "States": {"S": {
        "Type": "Pass", "QueryLanguage": "JSONata", "Output": f"{{% $states.input.{keys} %}}", "End": True,
    }}}
    done = simulate(definition, value)
    found = read(frozenset({shape_of(value)}), keys.split("."), jsonata=True)
    assert found.missing == (done.status != "SUCCEEDED")
    if not found.missing:
        assert found.shapes == {shape_of(done.output)}
