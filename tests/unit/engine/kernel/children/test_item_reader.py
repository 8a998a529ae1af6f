"""Objects to items, by ReaderConfig."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import StateFailure
from engine.kernel.children.item_reader import read_items, source_of


@pytest.mark.parametrize(("body", "config", "items"), [
    ("[1,2]", {}, [1, 2]),
    ('{"a":{"b/c":[1]}}', {"InputType": "JSON", "ItemsPointer": "/a/b~1c"}, [1]),
    ('{"a":1}\n\n[2]\n', {"InputType": "JSONL"}, [{"a": 1}, [2]]),
    ("h,i\n1,2\n3\n\n4,5,6\n", {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
     [{"h": "1", "i": "2"}, {"h": "3", "i": ""}, {"h": "4", "i": "5"}]),
    ('a|"b|c"\n', {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["x", "y"], "CSVDelimiter": "PIPE"},
     [{"x": "a", "y": "b|c"}]),
    ("", {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}, []),
    ("h,i\r1,2\r\n3,4\n", {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
     [{"h": "1", "i": "2"}, {"h": "3", "i": "4"}]),
    ('h,i\n"a\nb\r\nc",2', {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}, [{"h": "a\nb\r\nc", "i": "2"}]),
    ('{"a":"x\u2028y\x85z"}\r\n2', {"InputType": "JSONL"}, [{"a": "x\u2028y\x85z"}, 2]),
])
def test_the_forms_of_an_object(body, config, items):
    assert read_items(body, config) == items


@pytest.mark.parametrize(("limit", "count"), [(None, 3), (0, 3), (2, 2), (9, 3), (10**12, 3)])
def test_max_items(limit, count):
    assert len(read_items("[1,2,3]", {}, limit)) == count


@pytest.mark.parametrize(("body", "config", "limit"), [
    ("{}", {}, None), ("{", {}, None), ("[]", {}, -1), ("[]", {"ItemsPointer": "/0"}, None),
    ("[]", {"InputType": "PARQUET"}, None),
])
def test_what_cannot_be_read_fails_the_reader(body, config, limit):
    with pytest.raises(StateFailure) as failure:
        read_items(body, config, limit)
    assert failure.value.error == "States.ItemReaderFailed"


FIRST_ROW = {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}


@pytest.mark.parametrize(("body", "config", "cause"), [
    ("h\n" + "x" * 131_073, FIRST_ROW, "Line 2 of the object is not valid CSV: field larger than field limit (131072)"),
    ('1\n{"a":}', {"InputType": "JSONL"}, "Line 2 of the object is not valid JSON: Expecting value"),
    ("[NaN]", {}, "The object is not valid JSON: NaN is not JSON"),
    ("[" * 100_000, {}, "The object is JSON that is nested too deeply."),
    ("[" * 100_000, {"InputType": "JSONL"}, "Line 1 of the object is JSON that is nested too deeply."),
])
def test_a_hard_text_fails_the_reader_and_says_where(body, config, cause):
    with pytest.raises(StateFailure) as failure:
        read_items(body, config)
    assert failure.value.error == "States.ItemReaderFailed"
    assert failure.value.cause.startswith(cause)


CELLS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=6), st.sampled_from("\n\r") | st.just("\r\n"))
def test_what_a_csv_writer_writes_is_read_back(rows, ending):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=ending, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *rows])
    assert read_items(text.getvalue(), FIRST_ROW) == [{"a": one, "b": two} for one, two in rows]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | CELLS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(CELLS, inner, max_size=3), max_leaves=6,
)


@given(st.lists(VALUES, max_size=5), st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_json_lines_and_arrays_are_read_back(items, escaped, ending):
    lines = ending.join(json.dumps(item, ensure_ascii=escaped) for item in items)
    assert read_items(lines, {"InputType": "JSONL"}) == items
    assert read_items(json.dumps({"a": items}), {"ItemsPointer": "/a"}) == items


@pytest.mark.parametrize(("reader", "source"), [
    (None, "STATE_DATA"),
    ({"resource": "arn:aws:states:::s3:getObject", "arguments": {"Bucket": "b", "Key": "f/k.csv"}}, "S3://b/f/k.csv"),
    ({"resource": "arn:aws:states:::s3:listObjectsV2", "arguments": {"Bucket": "b", "Prefix": "f/"}}, "S3://b"),
    ({"resource": "file:read", "arguments": {"Path": "orders/2026.csv"}}, "orders/2026.csv"),
])
def test_where_items_come_from(reader, source):
    """Developer guide, "Accessing execution data from the Context object"; the file is ours."""
    assert source_of(reader) == source
