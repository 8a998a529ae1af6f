"""An answer is filled from the engine's facts by the names of its fields."""

from __future__ import annotations

from dataclasses import dataclass, fields

import pytest
from pydantic import Field, ValidationError

from engine.ports.executions_index import ExecutionQuery
from functions.app.shapes.base import ExecutionFilters, Given, Paged, Taken, Time


@dataclass(frozen=True)
class Wait:
    since: float
    why: str


@dataclass(frozen=True)
class Step:
    name: str
    entered_at: float
    exited_at: float | None
    waits: tuple[Wait, ...]
    kept_inside: str = "never shown"


class WaitShape(Given):
    since: Time = Field(alias="from")
    why: str


class StepShape(Given):
    name: str
    entered_at: Time
    exited_at: Time
    waits: list[WaitShape]
    resource: str | None = None


STEP = Step("Charge", 0.0, None, (Wait(1.5, "retry"),))


def test_attributes_fill_the_fields_of_their_names_and_no_others_are_shown():
    assert StepShape.of(STEP).model_dump(by_alias=True) == {
        "name": "Charge", "entered_at": "1970-01-01T00:00:00.000Z", "exited_at": None,
        "waits": [{"from": "1970-01-01T00:00:01.500Z", "why": "retry"}], "resource": None,
    }


def test_what_is_given_beside_stands_before_the_attribute():
    shown = StepShape.of(STEP, name="other", resource="connector:http:request", waits=[])
    assert (shown.name, shown.resource, shown.waits) == ("other", "connector:http:request", [])


def test_a_field_that_nothing_fills_is_a_defect():
    with pytest.raises(ValidationError):
        StepShape.of(Wait(1.5, "retry"))


def test_a_time_that_is_written_already_stays():
    assert StepShape.of(STEP, entered_at="2026-01-31T09:30:00.000Z").entered_at == "2026-01-31T09:30:00.000Z"


def test_the_schema_of_a_time_is_that_of_a_text():
    assert StepShape.model_json_schema()["properties"]["exited_at"]["anyOf"] == [{"type": "string"}, {"type": "null"}]


def test_filters_have_the_names_of_the_index_s():
    known = {field.name for field in fields(ExecutionQuery)}
    assert {*ExecutionFilters.model_fields, *Paged.model_fields} <= known


def test_a_misspelt_filter_is_refused():
    class Query(Paged, ExecutionFilters):
        pass

    assert issubclass(Query, Taken)
    with pytest.raises(ValidationError, match="extra"):
        Query.model_validate({"bussiness_key": "1"})
