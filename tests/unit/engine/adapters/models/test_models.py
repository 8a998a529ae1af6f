"""engine.ports.language_model.LanguageModel over the wire: chat completions, Anthropic's Messages, Bedrock's stream."""

from __future__ import annotations

import json

import pytest

from engine.adapters.models import http_stream
from engine.ports.language_model import Answered, Asked, ModelUnavailable, Reply, Request, Result, Tool, ToolCall
from tests.support import patience
from tests.support.model_server import KEY, Raw, Say, Silence, Status, model_at

SEARCH = Tool("search", "Find things.", {"type": "object", "properties": {"words": {"type": "string"}}})
SCHEMA = {"type": "object", "properties": {"say": {"type": "string"}}}


def test_text_comes_in_pieces_and_whole(serve):
    asking = serve(Say(["Grüße", ", ", "世界 🙂"], bytewise=True))
    assert asking.ask() == Reply("Grüße, 世界 🙂", (), True, 11, 7)
    assert asking.heard == ["Grüße", ", ", "世界 🙂"]
    assert asking.model.provider in asking.model.__class__.__name__.lower()


def test_calls_are_put_together_from_their_pieces(serve):
    asking = serve(Say(["Let me look."], [("a", "search", ['{"wor', 'ds": "sl', 'ack"}']), ("b", "list", ["{", "}"])]))
    reply = asking.ask(tools=(SEARCH,))
    assert reply.text == "Let me look."
    assert reply.calls == (ToolCall("a", "search", '{"words": "slack"}'), ToolCall("b", "list", "{}"))
    assert SEARCH.name in json.dumps(asking.server.asked[0].body)


def test_a_call_without_arguments_has_an_empty_object(serve):
    assert serve(Say(calls=[("a", "list", [])])).ask(tools=(SEARCH,)).calls == (ToolCall("a", "list", "{}"),)


def test_messages_and_results_go_out_in_the_providers_shape(serve, provider):
    asking = serve(Say(["Done."]))
    asking.ask(
        Asked("One"), Answered("Looking.", (ToolCall("a", "search", '{"words": "x"}'), ToolCall("b", "list", "{}"))),
        Result("a", "found"), Result("b", "no such tool", failed=True), Asked("Go on"), Answered("", ()), Asked("Now"),
        tools=(SEARCH,),
    )
    messages = asking.server.asked[0].body["messages"]
    if provider == "openai":
        assert [each["role"] for each in messages] == [
            "system", "user", "assistant", "tool", "tool", "user", "assistant", "user"]
        assert messages[2]["tool_calls"][0]["function"] == {"name": "search", "arguments": '{"words": "x"}'}
        assert messages[3] == {"role": "tool", "tool_call_id": "a", "content": "found"}
        return
    assert [each["role"] for each in messages] == ["user", "assistant", "user"]
    assert [len(each["content"]) for each in messages] == [1, 3, 4]
    text = json.dumps(messages)
    assert ('"is_error": true' in text) or ('"status": "error"' in text)
    assert '"text": ""' not in text


def test_a_schema_holds_the_answer_of_a_model_without_tools(serve, provider):
    answer = '{"say": "hi"}'
    said = Say([answer]) if provider == "openai" else Say(calls=[("a", "answer", [answer[:4], answer[4:]])])
    asking = serve(said)
    reply = asking.ask(schema=SCHEMA)
    assert (json.loads(reply.text), reply.calls) == ({"say": "hi"}, ())
    assert '"say"' in json.dumps(asking.server.asked[0].body)


def test_the_limit_of_tokens_is_told(serve):
    assert serve(Say(["half"], cut=True)).ask().complete is False


def test_who_hears_may_stop_and_the_connection_is_closed(serve):
    class Enough(Exception):
        pass

    def hear(text):
        raise Enough(text)

    asking = serve(Say(["word "] * 400, slowly=0.02))
    with pytest.raises(Enough, match="word"):
        asking.ask(hear=hear)
    assert asking.server.left.wait(patience.SECONDS)


@pytest.mark.parametrize(("entry", "words", "passing"), [
    (Say(["half"], breaks=True), "broke", True),
    (Say(["half"], fault="overloaded"), "overloaded", True),
    (Status(500, "oops", "InternalServerException"), "500|InternalServer", True),
    (Status(429, "slow down"), "slow down", True),
    (Status(403, "not yours", "AccessDeniedException"), "not yours", False),
    (Status(404, "which model", "ResourceNotFoundException"), "no such model", False),
    (Silence(), "did not answer within|was not reached", True),
], ids=["broken off", "error event", "500", "429", "403", "404", "silence"])
def test_what_goes_wrong_is_told_without_the_key(serve, entry, words, passing):
    asking = serve(entry)
    with pytest.raises(ModelUnavailable, match=words) as fault:
        asking.ask(seconds=2 if isinstance(entry, Silence) else 20)
    assert fault.value.passing is passing
    assert KEY not in str(fault.value)
    assert not fault.value.no_tools


@pytest.mark.parametrize("message", [
    "registry.ollama.ai/library/x does not support tools", "This model doesn't support tool use.",
    "tools is not supported by this model",
])
def test_a_model_without_tools_says_so(serve, message):
    with pytest.raises(ModelUnavailable) as fault:
        serve(Status(400, message, "ValidationException")).ask(tools=(SEARCH,))
    assert (fault.value.no_tools, fault.value.passing) == (True, False)


def test_a_trickle_is_cut_off_at_the_deadline(serve):
    asking = serve(Say(["word "] * 100, slowly=0.1))
    with pytest.raises(ModelUnavailable, match="did not answer within"):
        asking.ask(seconds=1)


def test_another_answer_is_no_models(serve, provider):
    kind = "text/html" if provider != "bedrock" else "application/vnd.amazon.eventstream"
    with pytest.raises(ModelUnavailable):
        serve(Raw(b"<html>hello</html>\n\n", kind)).ask()


def test_nobody_there(provider):
    model = model_at(provider, "http://127.0.0.1:9")
    with pytest.raises(ModelUnavailable) as fault:
        model.reply(Request("", [Asked("x")]), seconds=5, hear=lambda _: None)
    assert KEY not in str(fault.value)


# ---------------------------------------------------------------- what HTTP endpoints share


@pytest.mark.parametrize("provider", ["openai", "anthropic"], indirect=True)
class TestHttp:
    def test_the_key_goes_to_the_configured_host_alone(self, serve, provider):
        asking = serve(Status(302, "elsewhere", headers={"location": "http://127.0.0.1:9/x"}))
        with pytest.raises(ModelUnavailable, match="302"):
            asking.ask()
        headers = asking.server.asked[0].headers
        assert headers["authorization" if provider == "openai" else "x-api-key"].endswith(KEY)

    def test_an_echo_of_the_key_is_masked(self, serve):
        for entry in (Status(401, f"bad key {KEY}"), Say(fault=f"no {KEY}")):
            with pytest.raises(ModelUnavailable, match=r"\*{8}") as fault:
                serve(entry).ask()
            assert KEY not in str(fault.value)

    def test_too_much_is_refused(self, serve, monkeypatch):
        monkeypatch.setattr(http_stream, "MOST_BYTES", 1_000)
        with pytest.raises(ModelUnavailable, match="more than 1000 bytes"):
            serve(Say(["word " * 100] * 10)).ask()

    def test_retry_after_is_told(self, serve):
        with pytest.raises(ModelUnavailable) as fault:
            serve(Status(429, headers={"retry-after": "7"})).ask()
        assert fault.value.retry_after == 7.0


class TestServersThatDiffer:
    """Of chat completions alone: what other servers than OpenAI's answer."""

    @pytest.fixture
    def provider(self):
        return "openai"

    def test_an_answer_that_comes_whole(self, serve):
        body = {"choices": [{"finish_reason": "tool_calls", "message": {"content": None, "tool_calls": [
            {"function": {"name": "search", "arguments": {"words": "x"}}}]}}], "usage": {"prompt_tokens": 3}}
        reply = serve(Raw(json.dumps(body).encode(), "application/json")).ask(tools=(SEARCH,))
        assert reply.calls == (ToolCall("call_0", "search", '{"words": "x"}'),)
        assert (reply.input_tokens, reply.output_tokens) == (3, 0)

    def test_calls_without_an_index(self, serve):
        event = {"choices": [{"delta": {"tool_calls": [
            {"id": "a", "function": {"name": "search", "arguments": "{}"}},
            {"id": "b", "function": {"name": "list", "arguments": ""}}]}, "finish_reason": "tool_calls"}]}
        reply = serve(Raw(b"data: " + json.dumps(event).encode() + b"\n\ndata: [DONE]\n\n")).ask(tools=(SEARCH,))
        assert [call.name for call in reply.calls] == ["search", "list"]

    def test_a_field_that_the_server_does_not_know_is_left_out_and_stays_so(self, serve):
        asking = serve(
            Status(400, "unknown field stream_options"), Status(422, "response_format.type: json_schema"), Say(["{}"]),
        )
        assert asking.ask(schema=SCHEMA).text == "{}"
        assert asking.ask(schema=SCHEMA).text == "{}"
        bodies = [each.body for each in asking.server.asked]
        assert ["stream_options" in body for body in bodies] == [True, False, False, False]
        assert [body["response_format"]["type"] for body in bodies] == [
            "json_schema", "json_schema", "json_object", "json_object"]

    def test_other_refusals_are_not_repeated(self, serve):
        asking = serve(Status(400, "too long"), Say(["never"]))
        with pytest.raises(ModelUnavailable, match="too long"):
            asking.ask(schema=SCHEMA)
        assert len(asking.server.asked) == 1

    @pytest.mark.parametrize("body", [b"data: nonsense\n\n", b"data: []\n\n", b"data: [DONE]\n\n", b"\n", b"{}"])
    def test_streams_of_another_shape(self, serve, body):
        with pytest.raises(ModelUnavailable):
            serve(Raw(body)).ask()
