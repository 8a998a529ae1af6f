"""Each keyword by which a form's value may not fit, in words without the validator's own."""

import pytest

from engine.language.schema.validation import errors
from engine.triggers.form_faults import in_words


@pytest.mark.parametrize(("schema", "value", "says"), [
    ({"type": "integer"}, "x", "This has to be a whole number."),
    ({"type": ["string", "null"]}, 5, "This has to be text or nothing (null)."),
    ({"minLength": 3}, "ab", "At least 3 characters: here are 2."),
    ({"maxLength": 1}, "ab", "At most 1 character: here are 2."),
    ({"minItems": 2}, [1], "At least 2 entries: here is 1."), ({"maxItems": 1}, [1, 2], "At most 1 entry: here are 2."),
    ({"uniqueItems": True}, [1, 1], "Each entry only once."),
    ({"minimum": 18}, 5, "18 or more."), ({"maximum": 1.5}, 5, "1.5 or less."),
    ({"exclusiveMinimum": 0}, 0, "More than 0."), ({"exclusiveMaximum": 10}, 10, "Less than 10."),
    ({"multipleOf": 5}, 7, "A multiple of 5."),
    ({"pattern": "^[A-Z]$"}, "a", "This is not written as it is wanted (the pattern ^[A-Z]$)."),
    ({"enum": ["a", 1]}, "b", "Only one of these: a, 1."), ({"const": True}, False, "Only true."),
    ({"required": ["zip", "city"]}, {"zip": 1}, "city is missing."),
    ({"required": ["zip", "city"]}, {}, "zip, city are missing."),
    ({"properties": {}, "additionalProperties": False}, {"x": 1}, "There is something here that is not asked for."),
    ({"anyOf": [{"type": "string"}]}, 5, "This does not fit what is asked for."),
])
def test_each_keyword_has_a_sentence(schema, value, says):
    error = errors(schema, value)[0]
    assert in_words(str(error.validator), error.validator_value, error.instance) == says
