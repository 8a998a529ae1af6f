"""Patterns against events: AWS's own examples, a naive oracle, the index, and the reasons."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.triggers.events.index import PatternIndex
from engine.triggers.events.matching import matches
from engine.triggers.events.pattern import compile_pattern
from engine.triggers.events.reasons import reasons
from engine.triggers.faults import TriggerFault
from tests.support import event_oracle
from tests.support.draws import drawn
from tests.support.event_strategies import EVENTS, PATTERNS

EC2 = {
    "version": "0", "id": "ddddd4-aaaa-7777-4444-345dd43cc333", "source": "aws.ec2", "account": "012345679012",
    "detail-type": "EC2 Instance State-change Notification", "time": "2017-10-02T16:24:49Z", "region": "us-east-1",
    "resources": ["arn:aws:ec2:us-east-1:123456789012:instance/i-000000aaaaaa00000"],
    "detail": {
        "c-count": 5, "d-count": 3, "x-limit": 301.8, "source-ip": "10.0.0.33", "instance-id": "i-000000aaaaaa00000",
        "state": "running",
    },
}
EMPLOYEES = {"employees": [
    {"firstName": "John", "lastName": "Doe"}, {"firstName": "Anna", "lastName": "Smith"},
    {"firstName": "Peter", "lastName": "Jones"},
]}


def matched(pattern, event):
    """What the matcher says; the index, the reasons and the oracle have to say the same."""
    compiled = compile_pattern(pattern)
    found = matches(compiled, event)
    assert PatternIndex([compiled]).matching(event) == [0] * found
    assert (reasons(compiled, event) == []) == found
    assert event_oracle.matches(pattern, event) == found
    return found


@pytest.mark.parametrize("pattern", [
    {"detail-type": ["EC2 Instance State-change Notification"],
     "resources": ["arn:aws:ec2:us-east-1:123456789012:instance/i-000000aaaaaa00000"],
     "detail": {"state": ["initializing", "running"]}},
    {"time": [{"prefix": "2017-10-02"}]},
    {"source": [{"suffix": "ec2"}]},
    {"source": [{"equals-ignore-case": "AWS.EC2"}]},
    {"source": [{"wildcard": "aws.*2"}]},
    {"source": [{"prefix": {"equals-ignore-case": "AWS."}}]},
    {"source": [{"suffix": {"equals-ignore-case": "EC2"}}]},
    {"detail": {"state": [{"anything-but": "initializing"}]}},
    {"detail": {"x-limit": [{"anything-but": 123}]}},
    {"detail": {"state": [{"anything-but": ["stopped", "overloaded"]}]}},
    {"detail": {"x-limit": [{"anything-but": [100, 200, 300]}]}},
    {"detail": {"state": [{"anything-but": {"prefix": "init"}}]}},
    {"detail": {"state": [{"anything-but": {"suffix": [".png", ".jpg"]}}]}},
    {"detail": {"state": [{"anything-but": {"equals-ignore-case": ["Initializing", "STOPPED"]}}]}},
    {"detail": {"state": [{"anything-but": {"wildcard": "*/lib/*"}}]}},
    {"detail": {"c-count": [{"numeric": [">", 0, "<=", 5]}], "d-count": [{"numeric": ["<", 10]}],
                "x-limit": [{"numeric": ["=", 3.018e2]}]}},
    {"detail": {"source-ip": [{"cidr": "10.0.0.0/24"}]}},
    {"detail": {"c-count": [{"exists": True}]}},
    {"detail": {"b-count": [{"exists": False}]}},
    {"nothing": {"of": {"this": [{"exists": False}]}}},
    {"time": [{"prefix": "2017-10-02"}], "detail": {
        "state": [{"anything-but": "initializing"}], "c-count": [{"numeric": [">", 0, "<=", 5]}],
        "d-count": [{"numeric": ["<", 10]}], "x-limit": [{"anything-but": [100, 200, 300]}],
        "source-ip": [{"cidr": "10.0.0.0/8"}]}},
    {"source": ["aws.ec2"], "$or": [
        {"detail": {"state": ["stopped"]}}, {"detail": {"c-count": [{"numeric": [">", 4]}]}},
    ]},
    {"$or": [{"region": ["eu-west-1"]}, {"account": ["012345679012"]}],
     "detail": {"$or": [{"state": ["running"]}, {"state": ["stopped"]}]}},
    {"$or": [{"region": ["x"]}, {"source": ["aws.ec2"], "$or": [{"id": ["x"]}, {"version": ["0"]}]}]},
])
def test_the_examples_of_aws_match(pattern):
    assert matched(pattern, EC2)


@pytest.mark.parametrize("pattern", [
    {"detail": {"state": ["Running"]}}, {"detail": {"c-count": ["5"]}}, {"detail": {"b-count": [{"exists": True}]}},
    {"detail": {"state": [{"exists": False}]}}, {"detail": [{"exists": True}]}, {"source": [{"prefix": "ec2"}]},
    {"detail": {"c-count": [{"prefix": "5"}]}}, {"detail": {"state": [{"numeric": [">", 0]}]}},
    {"detail": {"b-count": [{"anything-but": 5}]}}, {"detail": {"source-ip": [{"cidr": "10.0.1.0/24"}]}},
    {"source": ["aws.ec2"], "region": ["eu-west-1"]}, {"detail": {"state": {"name": ["running"]}}},
    {"$or": [{"region": ["eu-west-1"]}, {"source": ["aws.s3"]}]}, {"source": [{"wildcard": "aws*"}], "id": [None]},
])
def test_what_does_not_match(pattern):
    assert not matched(pattern, EC2)


def test_null_is_not_empty_and_neither_is_missing():
    """"Null values and empty strings" of the user guide."""
    event = {"detail": {"eventVersion": "", "responseElements": None}}
    assert matched({"detail": {"eventVersion": [""]}}, event)
    assert matched({"detail": {"responseElements": [None]}}, event)
    assert matched({"detail": {"responseElements": [{"exists": True}]}}, event)
    assert matched({"detail": {"responseElements": [{"anything-but": "x"}]}}, event)
    assert not matched({"detail": {"responseElements": [""]}}, event)
    assert not matched({"detail": {"missing": [None]}}, event)


def test_numbers_are_compared_as_written_and_in_numeric_by_six_digits():
    """"300, 300.0, and 3.0e2 are not considered equal"; "six digits to the right of the decimal point"."""
    assert matched({"a": [300]}, {"a": 300})
    assert not matched({"a": [300]}, {"a": 300.0})
    assert matched({"a": [{"numeric": ["=", 300]}]}, {"a": 300.0})
    assert not matched({"a": [1]}, {"a": True})
    in_six = compile_pattern({"a": [{"numeric": ["=", 0.1234567]}]})
    assert [matches(in_six, {"a": value}) for value in (0.1234568, 0.123458, 0.123457)] == [True, False, True]
    most = {"a": [{"numeric": [">=", 5e9]}]}
    assert matched(most, {"a": 5e9})
    assert not matched(most, {"a": 5.1e9})


def test_arrays_match_by_any_element_and_fields_only_within_one():
    assert matched({"employees": {"firstName": ["Anna"]}}, EMPLOYEES)
    assert matched({"employees": {"firstName": ["Anna"], "lastName": ["Smith"]}}, EMPLOYEES)
    assert not matched({"employees": {"firstName": ["Anna"], "lastName": ["Jones"]}}, EMPLOYEES)
    by_or = {"employees": {"firstName": ["Anna"]}, "$or": [{"employees": {"lastName": ["Jones"]}}, {"id": ["x"]}]}
    assert not matched(by_or, EMPLOYEES)
    nested = {"employees": [EMPLOYEES["employees"][:2], EMPLOYEES["employees"][2:]]}
    assert matched({"employees": {"firstName": ["Anna"]}}, nested)
    assert matched({"a": ["x"]}, {"a": [["y", ["x"]]]})
    assert matched({"a": [{"anything-but": "x"}]}, {"a": ["x", "y"]})
    assert not matched({"a": [{"anything-but": "x"}]}, {"a": []})
    assert matched({"a": [{"exists": False}]}, {"a": []})
    assert not matched({"employees": {"lastName": [{"exists": False}], "firstName": ["Anna"]}}, {
        "employees": [{"firstName": "Anna"}, {"lastName": "Jones"}],
    })


@pytest.mark.parametrize(("pattern", "value", "found"), [
    ("Simple*Service", "SimpleQueueService", True), ("Simple*Service", "SimpleService", True),
    ("Simple*Service", "Simple", False), ("*/lib/*", "/a/lib/b", True), ("a*a", "a", False), ("*", "", True),
    (r"\*", "*", True), (r"\*", "x", False), (r"a\\*", "a\\b", True), ("ab*ba", "aba", False),
    ("a*b*c", "a-c-b-c", True),
])
def test_wildcards(pattern, value, found):
    assert matched({"a": [{"wildcard": pattern}]}, {"a": value}) == found


def test_a_wildcard_of_many_asterisks_ends():
    """Backtracking would need more steps than there are seconds in the world."""
    many = compile_pattern({"a": [{"wildcard": "*a" * 500 + "*b"}]})
    assert not matches(many, {"a": "a" * 20_000})


@settings(max_examples=drawn(150, of=600), deadline=None)
@given(pattern=PATTERNS, event=EVENTS)
def test_the_oracle_the_index_and_the_reasons_agree(pattern, event):
    before = copy.deepcopy((pattern, event))
    try:
        matched(pattern, event)
    except TriggerFault:  # a field that is to be absent, and to have a value in $or
        assert not event_oracle.matches(pattern, event)
    assert (pattern, event) == before


@settings(max_examples=drawn(40, of=150), deadline=None)
@given(patterns=st.lists(PATTERNS, min_size=5, max_size=30), event=EVENTS)
def test_the_index_finds_what_matching_one_by_one_finds(patterns, event):
    compiled = []
    for pattern in patterns:
        try:
            compiled.append(compile_pattern(pattern))
        except TriggerFault:
            continue
    one_by_one = [number for number, each in enumerate(compiled) if matches(each, event)]
    assert PatternIndex(compiled).matching(event) == one_by_one


@pytest.mark.parametrize(("pattern", "event", "place", "message"), [
    ({"detail": {"state": ["stopped", {"prefix": "init"}]}}, EC2, "/detail/state",
     'detail.state is "running"; wanted is "stopped", or a string that begins with "init"'),
    ({"detail": {"size": [{"numeric": [">", 3]}]}}, EC2, "/detail/size",
     "the event has no detail.size; wanted is a number > 3"),
    ({"data": {"size": {"x": [1]}}}, EC2, "/data/size/x",
     "the event has no data.size.x: there is no data; wanted is 1"),
    ({"source": {"x": [1]}}, EC2, "/source/x",
     'the event has no source.x: source is "aws.ec2", and no object; wanted is 1'),
    ({"detail": ["x"]}, EC2, "/detail",
     "detail is an object, and a pattern's array looks at values alone; wanted is \"x\""),
    ({"detail": {"state": [{"exists": False}]}}, EC2, "/detail/state",
     'detail.state is "running"; wanted is no such field'),
    ({"detail": {"c-count": ["5"]}}, EC2, "/detail/c-count",
     'detail.c-count is 5; wanted is "5" (a string, and the event has a number)'),
    ({"a": [5]}, {"a": "5"}, "/a", 'a is "5"; wanted is 5 (a number, and the event has a string)'),
    ({"a": [300]}, {"a": 300.0}, "/a",
     'a is 300.0; wanted is 300 (numbers are compared as they are written: take {"numeric": ["=", 300]})'),
    ({"a": ["x"]}, {"a": [1, 2, 3, 4]}, "/a", 'a is 1 and 2 and 3 and 1 more; wanted is "x"'),
    ({"$or": [{"a": [1]}, {"b": [2]}]}, {"a": 2}, "/$or",
     "none of the 2 alternatives of $or holds: (1) a is 2; wanted is 1; (2) the event has no b; wanted is 2"),
    ({"employees": {"firstName": ["Anna"], "lastName": ["Jones"]}}, EMPLOYEES, "/employees",
     "each field is matched, but by different elements of the array employees: one element has to match all of them"),
])
def test_the_reason_names_the_field_and_what_was_there(pattern, event, place, message):
    (reason,) = reasons(compile_pattern(pattern), event)
    assert (reason.pattern, reason.message) == (place, message)


def test_every_field_at_fault_is_told():
    found = reasons(compile_pattern({"source": ["x"], "region": ["us-east-1"], "detail": {"state": ["y"]}}), EC2)
    assert [reason.field for reason in found] == ["source", "detail.state"]


@pytest.mark.parametrize("event", [None, 1, "x", [], [EC2]])
def test_an_event_that_is_no_object_matches_nothing(event):
    compiled = compile_pattern({"a": [{"exists": False}]})
    assert not matches(compiled, event)
    assert PatternIndex([compiled]).matching(event) == []
    assert reasons(compiled, event)[0].message == "the event is no JSON object"


def test_an_event_that_is_nested_deep_is_matched():
    deep = "x"
    for _ in range(100_000):
        deep = [deep]
    compiled = compile_pattern({"a": ["x"]})
    assert matches(compiled, {"a": deep})
    assert PatternIndex([compiled]).matching({"a": deep}) == [0]
