"""An input against `input_schema` at a start: what is said of one that does not fit."""

import pytest

from engine.durable.lifecycle.start_checks import check_input
from engine.errors import InvalidDocument

ORDER = {
    "type": "object", "required": ["orderId"],
    "properties": {"orderId": {"type": "string"}, "lines": {"items": {"properties": {"quantity": {"minimum": 1}}}}},
}


def test_an_input_that_fits():
    assert check_input(ORDER, {"orderId": "o-1", "lines": [{"quantity": 1}]}) is None


def test_every_problem_has_its_pointer():
    with pytest.raises(InvalidDocument) as raised:
        check_input(ORDER, {"orderId": 7, "lines": [{"quantity": 0}, {"quantity": 1}, {"quantity": -1}]})
    places = [item["where"] for item in raised.value.details]
    assert places == ["/lines/0/quantity", "/lines/2/quantity", "/orderId"]
    assert "(and 2 more)" in raised.value.message


def test_long_values_are_cut_and_problems_counted_out():
    with pytest.raises(InvalidDocument) as raised:
        check_input({"items": {"type": "integer"}}, ["x" * 10_000] * 30)
    assert len(raised.value.details) == 20
    assert max(len(item["message"]) for item in raised.value.details) <= 301
