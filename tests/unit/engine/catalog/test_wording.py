"""What pydantic finds, in words."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.catalog.wording import in_words, named


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")

    whole: Annotated[int, Field(ge=1, le=9)] = 1
    text: Annotated[str, Field(min_length=2, max_length=4)] = "abc"
    yes: Literal[True] = True
    way: Literal["up", "down"] = "up"
    items: list[dict[str, int]] = Field([], max_length=2)
    fields: dict[str, int] = Field({}, min_length=1)
    amount: Annotated[float, Field(gt=0, lt=5)] = 1.0
    path: str = Field("", pattern=r"^[A-Za-z0-9-]{1,80}$")
    name: str = Field("", pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$")
    code: str = Field("", pattern=r"^[A-Za-z][a-z0-9.-]{1,7}[a-z0-9]$")
    host: str = Field("", pattern=r"^https?://")
    status: str = Field("", pattern=r"^(OPEN|TIMED_OUT|OVER)(,(OPEN|TIMED_OUT|OVER))*$")


@pytest.mark.parametrize(("value", "said"), [
    (5, "must be a JSON object, not a number"), ({"whole": 0}, "whole: must be at least 1"),
    ({"whole": 10}, "whole: must be at most 9"), ({"whole": 1.5}, "whole: must be a whole number"),
    ({"whole": "x"}, "whole: must be a whole number"), ({"whole": []}, "whole: must be a whole number, not an array"),
    ({"text": "a"}, "text: must have 2 or more characters"),
    ({"text": "abcde"}, "text: must have 4 characters or fewer"),
    ({"text": None}, "text: must be a string, not null"), ({"yes": False}, "yes: must be true"),
    ({"way": "left"}, "way: must be 'up' or 'down'"), ({"items": {}}, "items: must be an array, not an object"),
    ({"items": ["x"]}, "items[0]: must be a JSON object, not a string"), ({"odd": 1}, "unknown field 'odd'"),
    ({"amount": 0}, "amount: must be more than 0.0"), ({"amount": 5}, "amount: must be less than 5.0"),
    ({"amount": "x"}, "amount: must be a number"), ({"fields": {}}, "fields: must have 1 or more entries"),
    ({"items": [{}, {}, {}]}, "items: must have 2 entries or fewer"),
    ({"path": "a b"}, "path: must have 1 to 80 characters, of letters, digits and -"),
    ({"name": "5"}, "name: must have 1 to 40 characters, of letters, digits, _ and -; the first of letters"),
    ({"code": "B"}, (
        "code: must have 3 to 9 characters, of small letters, digits, . and -; the first of letters; "
        "the last of small letters and digits"
    )),
    ({"status": "OPEN,"}, "status: must be OPEN, TIMED_OUT or OVER, or several with commas between"),
    ({"host": "x"}, "'host' does not match ^https?://"),
])
def test_what_is_expected_and_what_is_there(value, said):
    with pytest.raises(ValidationError) as raised:
        Model.model_validate(value)
    item, = raised.value.errors()
    assert in_words(item, named(item["loc"])).removeprefix(": ") == said


def test_the_value_itself_is_never_repeated():
    with pytest.raises(ValidationError) as raised:
        Model.model_validate({"whole": "hunter2", "text": ["hunter2"], "items": "hunter2", "way": "hunter2"})
    assert "hunter2" not in " ".join(in_words(item, named(item["loc"])) for item in raised.value.errors())
