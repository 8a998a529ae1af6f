import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values import json_writer, levels, mapped, nests_deeper, walk

VALUE = {"a": [1, {"b": "text"}], "c": None}


def test_a_walk_goes_from_the_outside_to_the_inside():
    assert [path for path, _ in walk(VALUE)] == [(), ("a",), ("a", 0), ("a", 1), ("a", 1, "b"), ("c",)]
    assert dict(walk(VALUE))["a", 1, "b"] == "text"
    assert list(walk("alone", ("at", 3))) == [(("at", 3), "alone")]


def test_a_mapped_value_is_a_copy():
    assert mapped(VALUE, str) == {"a": ["1", {"b": "text"}], "c": "None"}
    assert mapped(VALUE, lambda item: item) == VALUE
    assert mapped(VALUE, lambda item: item)["a"] is not VALUE["a"]


def test_levels_are_of_arrays_and_objects_alone():
    assert list(levels(VALUE)) == [[VALUE], [VALUE["a"]], [{"b": "text"}]]
    assert list(levels("text")) == []


def test_how_deep_a_value_nests():
    assert not nests_deeper(VALUE, 3)
    assert nests_deeper(VALUE, 2)
    assert not nests_deeper("text", 0)


OPTIONS = [
    dict(zip(("ensure_ascii", "sort_keys", "allow_nan"), chosen, strict=True))
    for chosen in itertools.product((False, True), repeat=3)
]
WRITERS = [json_writer(**options) for options in OPTIONS]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10,
)


@given(VALUES)
def test_a_json_writer_writes_what_the_library_writes(value):
    for options, write in zip(OPTIONS, WRITERS, strict=True):
        assert write(value) == json.dumps(value, separators=(",", ":"), **options)


def test_a_json_writer_refuses_what_the_library_refuses():
    assert json_writer()(float("inf")) == "Infinity"
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_writer(allow_nan=False)([float("nan")])
    with pytest.raises(TypeError, match="not JSON serializable"):
        json_writer()({"a": object()})


@pytest.mark.parametrize("takes_others", [False, True])
def test_a_python_whose_writer_is_another_has_the_librarys(monkeypatch, takes_others):
    known = json.encoder.c_make_encoder
    monkeypatch.setattr(json.encoder, "c_make_encoder", object if takes_others else None)
    write = json_writer(sort_keys=True)
    monkeypatch.setattr(json.encoder, "c_make_encoder", known)
    assert write({"b": [1.5], "a": "\xe4"}) == '{"a":"\\u00e4","b":[1.5]}'
