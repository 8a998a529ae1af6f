"""How values are read: nothing is dropped, and nothing comes in that no store can hold."""

from __future__ import annotations

import json

import pytest

from engine.errors import InvalidDocument
from functions.app.strict_json import read_json


@pytest.mark.parametrize("text", [
    "null", "[]", '{"a": {"b": [1, -2.5e3, true, "\\ud83d\\ude00", "\U0001f600", "\\\\ud800"]}}', '{"": 1, "a/b~": 2}',
])
def test_a_value_is_what_the_standard_library_reads(text):
    assert read_json(text) == read_json(text.encode()) == json.loads(text)


@pytest.mark.parametrize(("text", "place", "told"), [
    ('"\\ud83d"', "/", "a string holds half of a surrogate pair"),
    ('{"a": [1, {"b~/": "x\\uDE00"}]}', "/a/1/b~0~1", "a string holds half of a surrogate pair"),
    ('{"a": {"\\ud800": 1}}', "/a", "a key of this object holds half"),
    ('{"a": "\ud800"}', "/a", "a string holds half"),
    ('{"a": {"k": 1, "k": 1}}', "/a/k", 'the key "k" stands twice'),
    ('[{"k": 1}, {"k": 1, "l": {}, "k": 2}]', "/1/k", "stands twice"),
    ('{"\\u006b": 1, "k": "\\ud800"}', "/k", "stands twice"),
    ('{"a": [1, {"b": NaN}]}', "/a/1/b", "NaN is not JSON"), ("-Infinity", "/", "-Infinity is not JSON"),
    ('[{"a/b": 1e999}]', "/0/a~1b", "1e999 is too large a number"), ("[0, -" + "9" * 5000 + "]", "/1", "too long"),
    ('{"a": 1, "b": NaN, "a": 1}', "/a", "stands twice"), ('{"b": [NaN], "c": {"a": 1, "a": 2}}', "/b/0", "NaN is"),
])
def test_what_no_value_may_hold_is_refused_with_its_place(text, place, told):
    with pytest.raises(InvalidDocument, match=told) as caught:
        read_json(text)
    assert (caught.value.where, caught.value.advice is None) == (place, False)


@pytest.mark.parametrize(("text", "advice"), [
    (b'"\xff"', "Send it as UTF-8."), ("[" * 100_000, "Nest it less deeply, or give its inner part as text."),
])
def test_what_is_no_text_or_too_deep_has_advice(text, advice):
    with pytest.raises(InvalidDocument) as caught:
        read_json(text)
    assert caught.value.advice == advice


@pytest.mark.parametrize(("text", "told"), [
    (b'"\xed\xa0\x80"', "not UTF-8"), ("{}".encode("utf-16"), "not UTF-8"), ("{}".encode("utf-16-le"), "not JSON"),
    ('{"a": 1, "a": }', "expecting value"), ("9" * 5000, "too long"),
    ('{"a": 1, "a": 2, "b": ' + "[" * 100_000, "nested too deeply"), ('{"a": NaN, "b": }', "expecting value"),
])
def test_other_faults_are_told_too(text, told):
    with pytest.raises(InvalidDocument, match=told):
        read_json(text)
