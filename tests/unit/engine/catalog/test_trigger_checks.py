"""What is said of triggers at a time, and when their schedules come next."""

from datetime import UTC, datetime

import pytest

from engine.catalog.document import parse_document
from engine.catalog.trigger_checks import next_times, trigger_problems
from engine.errors import InvalidDocument

NOW = datetime(2026, 11, 27, 18, 0, tzinfo=UTC).timestamp()


def triggers(*given, stored=False):
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    return parse_document({"name": "w", "definition": definition, "triggers": list(given)}, stored=stored).triggers


def schedule(expression, **more):
    return {"type": "schedule", "expression": expression, **more}


def found(*given, stored=False, kind="STANDARD"):
    problems = trigger_problems(triggers(*given, stored=stored), NOW, kind=kind)
    return [(item.code, item.location, item.severity) for item in problems]


def test_what_can_come_and_match_is_nothing_to_speak_of():
    assert found(
        schedule("rate(5 minutes)"), schedule("cron(0 6 * * ? *)", timezone="Europe/Berlin", name="early"),
        {"type": "webhook", "path": "a", "auth": {"style": "none"}}, {"type": "webhook", "path": "b", "name": "off",
        "enabled": False},
        {"type": "event", "pattern": {"source": ["x"], "detail": {"anything": ["y"]}, "$or": [
            {"region": ["a"]}, {"resources": ["b"]},
        ]}},
        {"type": "queue", "queue": "q"},
    ) == []


def test_what_a_stored_draft_may_have_is_an_error_at_its_place():
    assert found(
        schedule("cron(0 6 * * * *)"), schedule("rate(1 day)", timezone="Nowhere", enabled=False, name="b"),
        {"type": "event", "pattern": {"source": "x", "detail": []}}, stored=True,
    ) == [
        ("INVALID_TRIGGER", "/triggers/0/expression", "ERROR"), ("INVALID_TRIGGER", "/triggers/1/timezone", "ERROR"),
        ("INVALID_TRIGGER", "/triggers/2/pattern/source", "ERROR"),
        ("INVALID_TRIGGER", "/triggers/2/pattern/detail", "ERROR"),
    ]


@pytest.mark.parametrize("over", [
    schedule("at(2026-11-27T18:00:00)"), schedule("cron(0 6 * * ? 2020-2025)"),
    schedule("rate(1 day)", start="2026-01-01T00:00:00", end="2026-11-27T17:59:59"),
])
def test_a_schedule_that_is_over_is_warned_of_while_it_is_switched_on(over):
    assert found(over) == [("SCHEDULE_IS_OVER", "/triggers/0", "WARNING")]
    assert found({**over, "enabled": False}) == []


def test_a_public_form_that_is_over_is_warned_of_while_it_is_switched_on():
    over = {"type": "form", "public": {"expires": "2026-11-27T17:59:59Z", "most": 5}}
    assert found(over) == [("FORM_IS_OVER", "/triggers/0/public/expires", "WARNING")]
    assert found({**over, "enabled": False}) == []
    assert found({**over, "public": {"expires": "2030-01-01T00:00:00Z", "most": 5}}) == []


def test_a_rate_in_the_other_number_is_warned_of():
    assert found(schedule("rate(5 minute)")) == [("RATE_UNIT", "/triggers/0/expression", "WARNING")]


@pytest.mark.parametrize(("pattern", "place", "meant"), [
    ({"sorce": ["x"]}, "/triggers/0/pattern/sorce", "'source'?"),
    ({"state": ["x"]}, "/triggers/0/pattern/state", '{"detail": {"state": …}}?'),
    ({"$or": [{"source": ["x"]}, {"$or": [{"id": ["x"]}, {"state": ["x"]}]}]},
     "/triggers/0/pattern/$or/1/$or/1/state", '{"detail": {"state": …}}?'),
])
def test_a_field_that_no_event_has_is_warned_of(pattern, place, meant):
    (problem,) = trigger_problems(triggers({"type": "event", "pattern": pattern}), NOW, kind="STANDARD")
    assert (problem.code, problem.location, problem.severity) == ("EVENT_FIELD_UNKNOWN", place, "WARNING")
    assert problem.message.endswith(f"did you mean {meant}")


@pytest.mark.parametrize(("pattern", "place", "meant"), [
    ({"account": [123456789012]}, "account", 'as ["TEXT"]'), ({"source": [None, True]}, "source", 'as ["TEXT"]'),
    ({"time": [{"numeric": [">", 5]}]}, "time", 'as ["TEXT"]'), ({"id": [{"exists": False}]}, "id", 'as ["TEXT"]'),
    ({"resources": {"arn": ["a"]}}, "resources", '{"resources": ["TEXT"]}'),
    ({"detail": ["x"]}, "detail", '{"detail": {"FIELD": […]}}'),
    ({"detail": [{"exists": True}]}, "detail", '{"detail": {"FIELD": […]}}'),
])
def test_a_pattern_that_no_event_can_match_is_an_error(pattern, place, meant):
    (problem,) = trigger_problems(triggers({"type": "event", "pattern": pattern}), NOW, kind="STANDARD")
    assert (problem.code, problem.location, problem.severity) == (
        "EVENT_NEVER_MATCHES", f"/triggers/0/pattern/{place}", "ERROR"
    )
    assert problem.message.endswith(meant)


@pytest.mark.parametrize("pattern", [
    {"account": [5, "5"]}, {"source": [{"anything-but": 5}]}, {"id": [{"exists": True}]},
    {"resources": [{"exists": False}]}, {"detail": [{"exists": False}]}, {"region": [{"wildcard": "eu-*"}]},
])
def test_a_pattern_that_some_event_can_match_is_none(pattern):
    assert found({"type": "event", "pattern": pattern}) == []


def test_an_alternative_that_no_event_can_match_is_warned_of():
    assert found({"type": "event", "pattern": {"$or": [{"source": ["a"]}, {"account": [1], "region": ["b"]}]}}) == [
        ("EVENT_NEVER_MATCHES", "/triggers/0/pattern/$or/1/account", "WARNING"),
    ]


@pytest.mark.parametrize(("public", "where", "said"), [
    ({"expires": "soon", "most": 5}, "/triggers/0/public/expires", "it is no time with a zone"),
    ({"expires": "2027-01-31T06:00:00Z", "most": 0}, "/triggers/0/public/most", "at least 1"),
    ({"expires": "2027-01-31T06:00:00Z"}, "/triggers/0/public/most", "is missing"),
    (True, "/triggers/0/public", 'it is false, or {"expires"'),
])
def test_what_is_wrong_with_a_public_form_is_told_at_its_place(public, where, said):
    with pytest.raises(InvalidDocument) as caught:
        triggers({"type": "form", "public": public})
    assert (caught.value.where, said in caught.value.message, "more" in caught.value.message
            ) == (where, True, False)


def test_the_next_ten_times_of_each_schedule_that_can_be_read():
    shown = next_times(triggers(
        schedule("cron(0 6 * * ? *)", timezone="Asia/Tokyo", enabled=False), {"type": "queue", "queue": "q"},
        schedule("at(2026-11-27T18:00:01)"), schedule("cron(0 6 * * * *)"), stored=True,
    ), NOW)
    assert [(item.location, len(item.times)) for item in shown] == [("/triggers/0", 10), ("/triggers/2", 1)]
    assert f"{shown[0].times[0].wall:%d %H:%M}" == "28 06:00"


def test_two_triggers_have_two_names():
    assert found(schedule("rate(1 day)"), schedule("rate(2 days)")) == [("TRIGGER_NAME", "/triggers/1", "ERROR")]
    assert found(schedule("rate(1 day)", name="a"), schedule("rate(2 days)", name="a")) == [
        ("TRIGGER_NAME", "/triggers/1", "ERROR")
    ]
    assert found(schedule("rate(1 day)", name="schedule"), schedule("rate(2 days)")) == [
        ("TRIGGER_NAME", "/triggers/1", "ERROR")
    ]
    assert found(schedule("rate(1 day)"), schedule("rate(2 days)", name="other")) == []


def test_a_webhook_says_who_may_call_it():
    assert found({"type": "webhook", "path": "orders"}) == [("WEBHOOK_WITHOUT_AUTH", "/triggers/0", "ERROR")]
    assert found({"type": "webhook", "path": "orders", "auth": {"style": "none"}}) == []


def test_two_webhooks_have_two_paths():
    hook = {"type": "webhook", "path": "orders", "auth": {"style": "none"}}
    assert found(hook, {**hook, "name": "b"}) == [("WEBHOOK_PATH", "/triggers/1/path", "ERROR")]
    assert found(hook, {**hook, "name": "b", "enabled": False}, {**hook, "name": "c", "path": "other"}) == []


def test_a_result_is_for_an_express_workflow():
    given = {"type": "webhook", "path": "sum", "auth": {"style": "none"}, "answer": "result"}
    assert found(given) == [("WEBHOOK_RESULT", "/triggers/0/answer", "ERROR")]
    assert found(given, kind="EXPRESS") == []


@pytest.mark.parametrize(("more", "place"), [
    ({"when": "$.total > 5"}, "/triggers/0/when"), ({"when": "{% $states.input.total > %}"}, "/triggers/0/when"),
    ({"when": {"Variable": "$.total"}}, "/triggers/0/when"), ({"dedupe_key": "id"}, "/triggers/0/dedupe_key"),
    ({"dedupe_key": "$.["}, "/triggers/0/dedupe_key"), ({"input": {"a.$": "$$$"}}, "/triggers/0/input/a.$"),
    ({"input": {"a.$": "$.b", "c": "{% 1 %}"}}, "/triggers/0/input/a.$"),
    ({"input": {"key": {"$secret": "KEY"}}}, "/triggers/0/input/key"),
])
def test_an_expression_that_is_none_is_refused_at_its_place(more, place):
    given = {"type": "queue", "queue": "q", **more}
    with pytest.raises(InvalidDocument) as refused:
        triggers(given)
    assert refused.value.where == place
    assert found(given, stored=True) == [("INVALID_TRIGGER", place, "ERROR")]


@pytest.mark.parametrize(("more", "schema", "place"), [
    ({}, {"type": "object", "required": ["date"]}, "/triggers/0"),
    ({"input": {"date": 5}}, {"properties": {"date": {"type": "string"}}}, "/triggers/0/input"),
    ({"input": {"date.$": "$.missing"}}, None, "/triggers/0"), ({"when": "{% $states.input.missing > 1 %}"}, None,
                                                                "/triggers/0"),
])
def test_a_schedule_whose_input_starts_nothing_is_refused_when_it_is_published(more, schema, place):
    def problems(**given):
        return list(trigger_problems(
            triggers(schedule("rate(1 day)", **given)), NOW, kind="STANDARD", input_schema=schema
        ))

    (problem,) = problems(**more)
    assert (problem.code, problem.location, problem.severity) == ("TRIGGER_STARTS_NOTHING", place, "ERROR")
    assert problems(**more, enabled=False) == []
    assert problems(input={"date": "{% $substringBefore($states.input.scheduled_time, 'T') %}"}) == []
