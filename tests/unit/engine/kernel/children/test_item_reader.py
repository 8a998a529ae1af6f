"""Objects to items, by ReaderConfig."""

from __future__ import annotations

import pytest

from engine.errors import StateFailure
from engine.kernel.children.item_reader import read_items


@pytest.mark.parametrize(("body", "config", "items"), [
    ("[1,2]", {}, [1, 2]),
    ('{"a":{"b/c":[1]}}', {"InputType": "JSON", "ItemsPointer": "/a/b~1c"}, [1]),
    ('{"a":1}\n\n[2]\n', {"InputType": "JSONL"}, [{"a": 1}, [2]]),
    ("h,i\n1,2\n3\n\n4,5,6\n", {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
     [{"h": "1", "i": "2"}, {"h": "3", "i": ""}, {"h": "4", "i": "5"}]),
    ('a|"b|c"\n', {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["x", "y"], "CSVDelimiter": "PIPE"},
     [{"x": "a", "y": "b|c"}]),
    ("", {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}, []),
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
