"""The copilot with a real language model behind a real server: a small model, from which no draft is expected.

What it writes is as odd as a model's text can be. Whatever comes, a turn ends in a draft that holds, a question, words,
or a message that says what went wrong.
"""

from __future__ import annotations

import json
from collections import Counter

import pytest

from engine.clock import SystemClock
from engine.copilot.conversation.prompt import ANSWER_SCHEMA, prompt_without_tools, request_prompt
from engine.copilot.conversation.tools import TOOLS
from engine.copilot.conversation.turns import written
from engine.language.schema.library import validators
from engine.ports.language_model import Asked, ModelUnavailable, Request
from tests.support import patience
from tests.support.copilot_desk import KEY, Desk
from tests.support.copilot_drafts import DEFINITION, REQUEST
from tests.support.local_server import LocalServer
from tests.support.patience import wait_until
from tests.support.real_model import real_model
from tools import model_server

pytestmark = pytest.mark.full

SECONDS = 30.0
"""For a turn. On a busy machine a turn ends by this limit, which is one of its ends."""
FRUIT = {"type": "object", "additionalProperties": False, "required": ["fruit", "colour"], "properties": {
    "fruit": {"type": "string"}, "colour": {"enum": ["red", "green", "yellow"]}}}
DRAFT = {"name": "orders", "definition": DEFINITION}
REQUESTS = (
    ("When an order comes in, charge the card and tell the team on Slack", None),
    ("Every morning at seven, fetch the weather and mail it to me", None),
    ("Si el pago falla, avisa al equipo por Slack y abre una incidencia", None),
    ("Ask a manager before an invoice above 500 euros is paid", None),
    ("After charging, also tell Slack", DRAFT),
    ("Why is finance asked in this workflow?", DRAFT),
    ("Wait two days, then remind the customer", None),
    ("Copy new files to the archive, and try three times if that fails", None),
    ("Do the usual thing with the numbers", None),
)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    try:
        model_server.prepared()
    except model_server.NotToBeHad as why:
        pytest.skip(str(why))
    with real_model(tmp_path_factory.mktemp("model")) as made:
        yield made


class Toolless:
    """The model behind a server that refuses tools, as Ollama does for a model without them."""

    provider = "openai"

    def __init__(self, adapter):
        self.adapter = adapter

    def reply(self, request, *, seconds, hear):
        if request.tools:
            raise ModelUnavailable("smollm2 does not support tools", passing=False, no_tools=True)
        return self.adapter.reply(request, seconds=seconds, hear=hear)


def desk_of(model, seconds=SECONDS):
    """A desk in real time, with small limits."""
    desk = Desk(answers=6, tokens=60_000, seconds=seconds)
    desk.clock, desk.model = SystemClock(), model
    return desk


def test_text_comes_in_pieces_over_the_wire(served):
    heard = []
    asked = Request("You are helpful.", [Asked("Name three fruits.")])
    reply = served.adapter().reply(asked, seconds=patience.SECONDS, hear=heard.append)
    assert len(heard) > 2
    assert ("".join(heard), reply.calls, reply.complete) == (reply.text, (), True)
    assert (reply.input_tokens, reply.output_tokens) == (0, 0), "this server counts none in a stream"


def test_an_answer_is_held_by_a_schema_that_the_server_first_refuses(served):
    """It answers 500 to a response_format by JSON schema, and takes the schema as that of a JSON object."""
    adapter = served.adapter()
    for question in ("Name a fruit and its colour.", "And another one."):
        asked = Request("Answer in JSON.", [Asked(question)], schema=FRUIT)
        reply = adapter.reply(asked, seconds=patience.SECONDS, hear=lambda _text: None)
        validators.Draft202012Validator(FRUIT).validate(json.loads(reply.text))
    assert served.log.read_text().count("500 Internal Server Error") == 1, "it is remembered"


def test_the_answer_of_a_turn_is_held_by_its_schema(served):
    desk = Desk()
    asked = Request(
        prompt_without_tools(desk.sources.catalogue, REQUEST), [Asked(request_prompt(REQUEST, [REQUEST], {}, None))],
        schema=ANSWER_SCHEMA,
    )
    print(served.tokens(asked.system))
    reply = served.adapter().reply(asked, seconds=patience.SECONDS, hear=lambda _text: None)
    print(reply)
    if reply.complete:
        validators.Draft202012Validator(ANSWER_SCHEMA).validate(json.loads(reply.text))


def test_a_server_that_leaves_tools_out_answers_in_words(served):
    reply = served.adapter().reply(
        Request("Be brief.", [Asked("Which actions are there for Slack?")], TOOLS), seconds=patience.SECONDS,
        hear=lambda _text: None,
    )
    assert reply.calls == ()
    assert reply.text.strip()


@pytest.mark.parametrize("way", [Toolless, lambda adapter: adapter], ids=["by a schema", "with tools"])
def test_every_turn_ends_in_something_that_a_person_can_use(served, way):
    ends, model = Counter(), way(served.adapter())
    import time
    for text, draft in REQUESTS if way is Toolless else REQUESTS[:3]:
        t = time.time()
        desk = desk_of(model)
        desk.begin(text, draft)
        desk.run()
        turn = desk.last
        ends[end_of(turn, desk)] += 1
        print("%5.1f" % (time.time() - t), end_of(turn, desk), turn.answers, turn.refused, turn.problem, repr(turn.text[:150]), turn.question)
    print(ends)


def end_of(turn, desk):
    """What the turn came to."""
    if turn.status == "FAILED":
        assert turn.problem["message"]
        assert turn.problem["advice"]
        assert turn.proposal is None
        return "failed"
    assert (turn.status, turn.problem) == ("DONE", None)
    if turn.proposal is not None:
        found = desk.api("POST", "/definitions/validate", {"document": turn.proposal["document"]}).json
        assert {each["code"] for each in found["diagnostics"] if each["severity"] == "ERROR"} <= {"UNKNOWN_RESOURCE"}
        return "draft"
    if turn.question is not None:
        assert turn.question["text"]
        assert turn.question["choices"]
        return "question"
    assert turn.text.strip()
    return "words"
