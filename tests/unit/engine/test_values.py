from engine.values import levels, mapped, nests_deeper, walk

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
