"""Places: pointers, what lies at and under them, and hiding."""

from __future__ import annotations

import pytest

from engine.errors import InvalidDocument
from engine.language.sensitive import places
from engine.language.sensitive.places import LONGEST, MOST, NONE, WHOLE, at, bounded, hide, marked, parse_pointer, under

X = "XX"


def of(*pointers):
    return frozenset(map(parse_pointer, pointers))


def hidden(value, *pointers):
    return hide(value, of(*pointers), lambda _: X)


@pytest.mark.parametrize(("value", "pointers", "shown"), [
    ({"a": 1, "b": 2}, ["/a"], {"a": X, "b": 2}),
    ({"a": {"b": True, "c": ""}}, ["/a/b", "/a/c"], {"a": {"b": X, "c": X}}),
    ([{"s": 1}, {"s": None}], ["/*/s"], [{"s": X}, {"s": X}]),
    ([1, 2], ["/1"], [1, X]),
    ({"a": 1}, [""], X),
    ({"a~/": 1}, ["/a~0~1"], {"a~/": X}),
    ({"a": 1}, ["/nothing/here"], {"a": 1}),
    ({"card": '{"number": 1}'}, ["/card/number"], {"card": X}),  # written out as a text
    ({"card": 5}, ["/card/number"], {"card": 5}),
])
def test_marked_places_are_hidden(value, pointers, shown):
    assert hidden(value, *pointers) == shown


def test_at_any_depth():
    deep = frozenset({("**", "s")})
    assert hide({"s": 1, "a": [{"s": 2, "t": 3}]}, deep, lambda _: X) == {"s": X, "a": [{"s": X, "t": 3}]}
    assert list(marked({"s": 1, "a": [{"s": 2}]}, deep)) == [1, 2]


def test_what_stands_in_marked_places():
    assert list(marked({"a": [{"b": 1}, {"b": [2]}], "c": 3}, of("/a/*/b"))) == [1, [2]]


@pytest.mark.parametrize("text", ["a", "a/b", "/a/**/b"])
def test_what_is_no_pointer(text):
    with pytest.raises(InvalidDocument, match=r"no JSON pointer|stands for nothing"):
        parse_pointer(text)


def test_sets_of_places_stay_small_and_never_hide_less():
    long = tuple("abcdefghijklmnopqrstuvwxyz")
    [cut] = bounded({long})
    assert len(cut) == LONGEST
    value = 1
    for part in reversed(long):
        value = {part: value}
    assert list(marked(value, frozenset({cut}))) == [1]
    assert bounded({(str(n),) for n in range(MOST + 1)}) == WHOLE
    assert bounded({("a",), ("a", "b")}) == of("/a")


def test_at_and_under():
    assert at(of("/a/b", "/*/c"), "a") == of("/b", "/c")
    assert at(of("/a/b"), None) == of("/b")
    assert at(WHOLE, "a") == WHOLE
    assert at(NONE, "a") == NONE
    assert under(of("/b"), "a") == of("/a/b")
    assert places.names(of("/a/b", "/c/*", "/d/0")) == {"b", "c", "d"}


@pytest.mark.parametrize("value", [
    {"k": 5}, [{"k": 5}], [1, [{"k": 5}]], {"a": [[{"k": 5}]]},
])
@pytest.mark.parametrize("place", ["/0/k", "/*/k", "/*/2/k"])
def test_an_item_that_went_anywhere_may_stand_elsewhere_or_alone(value, place):
    shown = hide(value, places.anywhere(of(place)), lambda _: "hidden")
    assert "5" not in str(shown)
    assert "hidden" in str(shown)
