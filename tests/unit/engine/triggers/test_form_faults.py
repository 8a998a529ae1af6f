"""Each keyword by which a form's value may not fit, in words without the validator's own."""

import pytest

from engine.language.schema.validation import errors
from engine.triggers.form_faults import _FORMATS, format_fault, in_words


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


@pytest.mark.parametrize(("name", "good", "bad"), [
    ("date", ["2027-01-31", "2028-02-29"], ["31.1.2027", "2027-02-29", "20270131", "2027-W04-7", "٢٠٢٧-01-31"]),
    ("date-time", ["2027-01-31T06:00:00Z", "2027-01-31T06:00:00.5+01:00"], ["2027-01-31", "2027-01-31T06:00:00", ""]),
    ("time", ["06:30", "23:59:60Z", "06:30:00.123+01:00"], ["24:00", "6:30", "06:60", "half past six"]),
    ("email", ["jane@example.com", "é@exämple.com"], ["jane", "@example.com", "a b@example.com", "a@b@c"]),
    ("uri", ["https://example.com/a?b#c", "mailto:a@b", "urn:x:y"], ["example.com", "https://a b", "://x"]),
    ("uuid", ["123e4567-e89b-12d3-a456-426614174000"], ["123e4567e89b12d3a456426614174000", "x"]),
])
def test_each_format_has_a_sentence_for_what_it_is_not(name, good, bad):
    assert [format_fault(name, text) for text in good] == [None] * len(good)
    assert [format_fault(name, text) for text in bad] == [_FORMATS[name][1]] * len(bad)
    assert good[0] in _FORMATS[name][1] or name == "uri"


def test_a_format_that_is_not_known_holds_for_any_text():
    assert format_fault("hostname", "a b") is format_fault("", "") is None
