"""Texts read with positions: JSON and YAML."""

from __future__ import annotations

import builtins
import json

import pytest

from engine.errors import InvalidDocument
from engine.language.asl.source import parse_text
from engine.language.asl.source_json import DEEPEST

DEFINITION = """{
  "StartAt": "Charge",
  "States": {
    "Charge": {"Type": "Choice",
      "Choices": [
        {"Variable": "$.a", "Next": "a/b"}, 7
      ]},
    "a/b": {"Type": "Succeed"}
  }
}
"""


def refusal(text, name="flow.json"):
    with pytest.raises(InvalidDocument) as caught:
        parse_text(text, name=name)
    return caught.value


def test_values_are_those_of_json():
    text = r'{"a": [1, -2.5e3, true, false, null, "\u00e9\n\ud83d\ude00", {}, []], "": {"b~/c": 0}}'
    assert parse_text(text, name="x").value == json.loads(text)
    assert isinstance(parse_text("[1]", name="x").value[0], int)
    assert isinstance(parse_text("[1.0]", name="x").value[0], float)


def test_positions_are_of_keys_and_items():
    source = parse_text(DEFINITION, name="flow.json")
    assert source.positions["/"] == (1, 1)
    assert source.positions["/States/Charge"] == (4, 5)
    assert source.positions["/States/Charge/Choices/0"] == (6, 9)
    assert source.positions["/States/Charge/Choices/1"] == (6, 45)
    assert source.positions["/States/a~1b/Type"] == (8, 13)


@pytest.mark.parametrize(("location", "position"), [
    ("/States/Charge/Choices[0]/Next", (6, 29)), ("/States/Charge/Choices/0/Next", (6, 29)),
    ("/States/a/b/Type", (8, 13)), ("/States/Charge/Default", (4, 5)), ("/States/Charge/Choices[9]/Next", (5, 7)),
    ("/Nope", (1, 1)), ("/", (1, 1)), ("", (1, 1)), ("odd", (1, 1)),
])
def test_a_location_is_found_or_what_is_around_it(location, position):
    assert parse_text(DEFINITION, name="flow.json").position(location) == position


def test_a_place_is_what_editors_understand():
    assert parse_text(DEFINITION, name="flow.json").place("/States/Charge/Type") == "flow.json:4:16"


@pytest.mark.parametrize(("text", "where", "words"), [
    ("", "line 1, column 1", "it is empty"),
    (" \n ", "line 2, column 2", "it is empty"),
    ("{", "line 1, column 2", "expected a key in double quotes, found the end of the text"),
    ('{"a": 1', "line 1, column 8", "expected ',' or '}' (opened at line 1, column 1), found the end of the text"),
    ('{"a": 1\n "b": 2}', "line 2, column 2", "expected ',' or '}' (opened at line 1, column 1), found '\"'"),
    ('{"a": 1,}', "line 1, column 9", "expected a key in double quotes, found '}'"),
    ("[1, 2,]", "line 1, column 7", "expected a value, found ']'"),
    ("[1 2]", "line 1, column 4", "expected ',' or ']' (opened at line 1, column 1), found '2'"),
    ('{"a" 1}', "line 1, column 6", "expected ':' after the key \"a\", found '1'"),
    ("{a: 1}", "line 1, column 2", "expected a key in double quotes, found 'a'"),
    ("{'a': 1}", "line 1, column 2", "expected a key in double quotes, found ''a''"),
    ('{"a": }', "line 1, column 7", "expected a value, found '}'"),
    ("[01]", "line 1, column 2", "expected a value, found '01'"),
    ("[1.]", "line 1, column 2", "expected a value, found '1.'"),
    ("[+1]", "line 1, column 2", "expected a value, found '+1'"),
    ("[1e999]", "line 1, column 2", "the number 1e999 is too large"),
    ("[" + "9" * 5_000 + "]", "line 1, column 2", "a number has more than 4000 digits"),
    ('{"a": "x', "line 1, column 7", "unterminated string"),
    ('["\\x"]', "line 1, column 3", "invalid \\escape"),
    ('["a\tb"]', "line 1, column 4", "invalid control character"),
    ('["\\ud800"]', "line 1, column 2", "half of a surrogate pair"),
    ("{} {}", "line 1, column 4", "there is more after the end of the document: '{'"),
    ('{"a": 1,\n "b": {"c": 1, "c": 2}}', "line 2, column 16",
     'the key "c" stands twice in one object, first at line 2, column 8'),
])
def test_malformed_json_says_what_and_where(text, where, words):
    error = refusal(text)
    assert error.where == where
    assert error.message.startswith("flow.json is not valid JSON: ")
    assert words in error.message


@pytest.mark.parametrize(("text", "advice"), [
    ("[NaN]", "NaN"), ("[-Infinity]", "Infinity"), ("[// no]", "comments"), ("['a']", "double quotes"),
    ("[True]", "true, false and null"), ('{"a": 1,}', "comma"),
])
def test_common_mistakes_get_advice(text, advice):
    assert advice in refusal(text).advice


def test_a_byte_order_mark_is_no_mistake():
    source = parse_text('\ufeff{"a": 1}', name="x.json")
    assert source.value == {"a": 1}


@pytest.mark.parametrize("name", ["flow.json", "flow.yaml"])
def test_depth_has_a_limit(name):
    assert parse_text("[" * DEEPEST + "]" * DEEPEST, name=name).value
    assert "levels deep" in refusal("[" * 100_000, "flow.json").message
    assert "levels deep" in refusal("[" * (DEEPEST + 2) + "]" * (DEEPEST + 2), name).message


YAML = """\
StartAt: Charge      # a comment
States:
  Charge:
    Type: Wait
    Timestamp: 2024-01-01T00:00:00Z
    Seconds: 0x10
    Comment: on
    200: [~, true, 1.5, "1", 'no', 1e3, -7, .5]
    Text: |
      two
      lines
  a/b: {Type: Succeed, Nothing: }
"""


def test_yaml_is_the_core_schema():
    value = parse_text(YAML, name="flow.YML").value
    charge = value["States"]["Charge"]
    assert charge == {
        "Type": "Wait", "Timestamp": "2024-01-01T00:00:00Z", "Seconds": 16, "Comment": "on", "Text": "two\nlines\n",
        "200": [None, True, 1.5, "1", "no", 1000.0, -7, 0.5],
    }
    assert value["States"]["a/b"] == {"Type": "Succeed", "Nothing": None}


def test_yaml_keeps_positions():
    source = parse_text(YAML, name="flow.yaml")
    assert source.positions["/States/Charge/Type"] == (4, 5)
    assert source.position("/States/Charge/200[2]") == (8, 20)
    assert source.place("/States/a/b/Type") == "flow.yaml:12:9"


def test_yaml_aliases_are_copies():
    value = parse_text("a: &x {b: 1}\nc: *x\n", name="f.yaml").value
    assert value == {"a": {"b": 1}, "c": {"b": 1}}
    assert value["a"] is not value["c"]


def test_an_empty_yaml_text_is_null():
    assert parse_text("# nothing\n", name="f.yaml").value is None


@pytest.mark.parametrize(("text", "where", "words"), [
    ("a: [1", "line 1, column 6", "expected ',' or ']'"),
    ("a: 1\na: 2\n", "line 2, column 1", 'the key "a" stands twice in one mapping, first at line 1, column 1'),
    ("a: .inf", "line 1, column 4", "JSON has no .inf"),
    ("a: .NaN", "line 1, column 4", "JSON has no .NaN"),
    ("a: 1e999", "line 1, column 4", "the number 1e999 is too large"),
    ("a: " + "9" * 5_000, "line 1, column 4", "is no number that can be read"),
    ("a: 0x" + "f" * 60_000, "line 1, column 4", "a number has more than 4000 digits"),
    ("a: !Sub x", "line 1, column 4", "the tag !Sub is not known here"),
    ("a: !!map [1]", "line 1, column 4", "the tag !!map is not known here"),
    ("? [a]\n: 1\n", "line 1, column 3", "a key must be text"),
    ("a: &x [*x]", "line 1, column 4", "an alias contains itself"),
    ("a: 1\n---\nb: 2\n", "line 2, column 1", "flow.yaml holds more than one document"),
    ("a:\n\tb: 1\n", "line 2, column 1", "flow.yaml is not valid YAML: a tab stands there"),
    ("a: \x00", "line 1, column 4", "special characters are not allowed"),
])
def test_malformed_yaml_says_what_and_where(text, where, words):
    error = refusal(text, "flow.yaml")
    assert (error.where, words in error.message) == (where, True), error.message


@pytest.mark.parametrize(("text", "filename", "advice"), [
    ("a:\n\tb: 1\n", "flow.yaml", "Indent with spaces."), ("a: 1\n---\nb: 2\n", "flow.yaml", "a file of its own"),
    ("{'a': 1}", "flow.json", "double quotes"), ('{"a": 1,}', "flow.json", "No comma"),
])
def test_what_is_written_wrong_most_often_says_what_to_do(text, filename, advice):
    assert advice in str(refusal(text, filename).advice)


def test_aliases_do_not_grow_without_measure():
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "through aliases" in refusal("\n".join(lines), "flow.yaml").message


def test_yaml_without_pyyaml_is_explained(monkeypatch):
    real_import = builtins.__import__

    def importing(name, *args, **kwargs):
        if name == "yaml":
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", importing)
    error = refusal("a: 1", "flow.yaml")
    assert "PyYAML" in error.message
    assert "JSON" in error.advice
