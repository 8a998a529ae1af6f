"""The connector llm against OpenAI on loopback: tests/support/vendors/openai_server.py names its sources."""

import json

import pytest

from connectors.shipped.llm import OPENAI, LlmConnector, _request
from connectors.testing import CallFailed, call
from tests.support.vendors.openai_server import KEY, MODEL, REASONING, OpenAIServer, failing

SCHEMA = {"type": "object", "properties": {"mood": {"enum": ["good", "bad"]}}, "required": ["mood"],
          "additionalProperties": False}


@pytest.fixture
def openai(use_dialler):
    """OpenAI on loopback, with `ask` and `failure`."""
    server, made = OpenAIServer(), []
    use_dialler(server.address)

    class Closing(LlmConnector):
        def __init__(self):
            super().__init__()
            made.append(self)

    def ask(*, secret=KEY, **params):
        defaults = {"model": MODEL, "prompt": "How are you?", "base_url": f"http://{server.address}/v1/",
                    "api_key": {"$secret": "KEY"}}
        given = {name: value for name, value in {**defaults, **params}.items() if value is not None}
        return call(Closing, "chat", given, secrets={"KEY": secret})

    def failure(**params):
        with pytest.raises(CallFailed) as caught:
            ask(**params)
        assert params.get("secret", KEY) not in caught.value.cause
        return caught.value, json.loads(caught.value.cause).get("code")

    server.ask, server.failure = ask, failure
    yield server
    for connector in made:
        connector._calls.close()
    server.close()


def test_a_question_is_answered(openai):
    openai.said = "Fine, danke €"
    found = openai.ask(system="Be brief.", temperature=0, options={"seed": 7})
    assert (found["text"], found["finish_reason"], found["usage"]["total_tokens"]) == ("Fine, danke €", "stop", 29)
    assert openai.asked == {"model": MODEL, "temperature": 0, "seed": 7, "messages": [
        {"role": "system", "content": "Be brief."}, {"role": "user", "content": "How are you?"}]}
    conversation = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"},
                    {"role": "user", "content": "Bye"}]
    openai.ask(prompt=None, messages=conversation)
    assert openai.asked["messages"] == conversation


def test_an_answer_is_json_that_fits_the_schema(openai):
    openai.said = '{"mood": "good"}'
    assert openai.ask(schema=SCHEMA, strict=True, schema_name="mood")["json"] == {"mood": "good"}
    assert openai.asked["response_format"] == {
        "type": "json_schema", "json_schema": {"name": "mood", "schema": SCHEMA, "strict": True},
    }
    failed, _ = openai.failure(schema={"type": "object", "properties": {"a": {}}}, strict=True)
    assert "additionalProperties" in failed.cause


def test_what_is_no_schema_is_told_before_the_question(openai):
    for schema, place in (({"type": "nope"}, "/type"), ({"type": "object", "properties": 5}, "/properties")):
        failed, named = openai.failure(schema=schema)
        assert (failed.definite, failed.retryable, named, place in failed.cause) == (True, False, "InvalidSchema", True)
    assert openai.seen == []


@pytest.mark.parametrize(("said", "code", "retryable"), [
    ('{"mood": "so so"}', "SchemaMismatch", True), ('{"mood": "good", "x": 1}', "SchemaMismatch", True),
    ('Sure! {"mood"', "NoJson", True), ("NaN", "NoJson", True), ("[" * 100_000, "NoJson", True),
    ({"content": '{"mood', "finish_reason": "length"}, "CutOff", False),
    ({"refusal": "I cannot."}, "Refused", False),
    ({"content": "", "finish_reason": "content_filter"}, "ContentFiltered", False),
])
def test_what_is_no_whole_answer_is_a_failure(openai, said, code, retryable):
    openai.said = said
    failed, named = openai.failure(schema=SCHEMA)
    assert (failed.error, named, failed.definite, failed.retryable) == ("llm.ConnectorError", code, True, retryable)


def test_a_text_that_is_cut_off_says_so(openai):
    openai.said = {"content": "Once upon", "finish_reason": "length"}
    assert openai.ask(max_tokens=2)["finish_reason"] == "length"
    assert openai.asked["max_tokens"] == 2


def test_openai_itself_is_told_the_limit_by_its_newer_name():
    body = _request({"model": REASONING, "prompt": "x", "max_tokens": 2, "base_url": OPENAI})
    assert (body["max_completion_tokens"], "max_tokens" in body) == (2, False)


@pytest.mark.parametrize(("params", "code"), [
    ({"model": "gpt-0"}, "model_not_found"), ({"secret": "sk-proj-another-key-than-that"}, "invalid_api_key"),
    ({"options": {"colour": "red"}}, "invalid_request_error"), ({"messages": []}, None), ({"prompt": None}, None),
    ({"options": {"stream": True}}, None), ({"model": REASONING, "max_tokens": 5}, "unsupported_parameter"),
])
def test_what_is_refused_is_definite_and_named(openai, params, code):
    failed, named = openai.failure(**params)
    assert (named, failed.definite, failed.retryable) == (code, True, False)


@pytest.mark.parametrize(("answer", "code", "definite", "retryable"), [
    (failing(429, "Rate limit reached", "requests", "rate_limit_exceeded", Retry_After="20"), "rate_limit_exceeded",
     True, True),
    (failing(429, "You exceeded your current quota", "insufficient_quota", "insufficient_quota"), "insufficient_quota",
     True, False),
    (failing(429, "The project has spent what it may", "insufficient_quota", "project_spend_limit_exceeded"),
     "project_spend_limit_exceeded", True, False),
    (failing(500, "The server had an error", "server_error", None), "server_error", False, True),
    (failing(503, "The engine is currently overloaded", "service_unavailable_error", "server_is_overloaded"),
     "server_is_overloaded", True, True),
    ((502, {}, b"<html>"), "502", False, True), ((400, {}, b'{"error": "no such model"}'), "400", True, False),
    (None, None, False, True), ((200, {"Content-Type": "text/html"}, b"<html>"), "MalformedAnswer", False, False),
    ((200, {"Content-Type": "application/json"}, b'{"choices": []}'), "MalformedAnswer", False, False),
])
def test_what_is_known_of_outages_and_limits(openai, answer, code, definite, retryable):
    openai.next = [answer]
    failed, named = openai.failure()
    assert (named, failed.definite, failed.retryable) == (code, definite, retryable)
    assert failed.retry_after == (20.0 if code == "rate_limit_exceeded" else 0.0)


def test_without_a_key_none_is_sent(openai):
    assert openai.failure(api_key=None)[1] == "invalid_api_key"
    assert "authorization" not in openai.seen[-1].headers
