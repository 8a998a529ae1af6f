"""The copilot with a real language model behind a real server: a small one, from which no good draft is expected.

What it writes is as odd as a model's text can be. Whatever comes, a turn ends in a draft that holds, a question, words,
or a message that says what went wrong and what to do.
"""

from __future__ import annotations

import json
import sys
from collections import Counter

import pytest

from engine.clock import SystemClock
from engine.copilot.conversation.prompt import ANSWER_SCHEMA
from engine.copilot.conversation.tools import TOOLS
from engine.copilot.conversation.turns import written
from engine.language.schema.library import validators
from engine.ports.language_model import Asked, Request
from tests.support import patience
from tests.support.copilot_desk import KEY, Desk
from tests.support.copilot_drafts import DEFINITION
from tests.support.local_server import LocalServer
from tests.support.patience import wait_until
from tests.support.real_model import Heard, Held, real_model
from tools import model_server

pytestmark = pytest.mark.full

SECONDS = 30.0
"""For a turn. On a busy machine more turns end by this limit, which is one of their ends."""
LONG = 4 * patience.SECONDS
"""For a turn that must not end by the limit."""
CHANGED = {"name": "orders", "definition": DEFINITION}
FRUIT = {"type": "object", "additionalProperties": False, "required": ["fruit", "colour"], "properties": {
    "fruit": {"enum": ["apple", "pear", "plum"]}, "colour": {"enum": ["red", "green", "yellow"]}}}


def of(**properties):
    """The schema of an object that has all of these, and no others."""
    return {"type": "object", "additionalProperties": False, "required": [*properties], "properties": properties}


def some(item, most):
    return {"type": "array", "minItems": 1, "maxItems": most, "items": item}


def draft_of(**step):
    """The schema of an answer that proposes a draft of one step."""
    return of(propose=of(
        reply=TEXT, clauses=some(of(number={"enum": [1, 2, 3]}, done_in=some({"const": "Note"}, 1)), 3),
        document=of(definition=of(StartAt={"const": "Note"}, States=of(Note=of(**step, End={"const": True})))),
        cases=some(of(name={"const": "all"}, input={"const": {}}, expect=of(status={"const": "SUCCEEDED"})), 1),
    ))


TEXT = {"type": "string", "maxLength": 60}
DRAFTS, ASKS = of(propose=ANSWER_SCHEMA["properties"]["propose"]), of(ask=of(question=TEXT, choices=some(TEXT, 3)))
TALKS = of(say={"type": "string", "minLength": 400})
HOLDS = draft_of(Type={"const": "Pass"}, Comment=TEXT)
INVENTS = draft_of(Type={"const": "Task"}, Resource=TEXT)
"""Drafts of which the first holds, and the second calls an action that the model makes up."""

WITH_TOOLS = "with tools"
REQUESTS = (
    ("When an order comes in, charge the card and tell the team on Slack", None, None),
    ("Every morning at seven, fetch the weather and mail it to me", None, DRAFTS),
    ("Si el pago falla, avisa al equipo por Slack y abre una incidencia", None, HOLDS),
    ("Ask a manager before an invoice above 500 euros is paid", None, ASKS),
    ("After charging, also tell Slack", CHANGED, None),
    ("After charging, also tell Slack", CHANGED, HOLDS),
    ("Why is finance asked in this workflow?", CHANGED, WITH_TOOLS),
    ("Copy new files to the archive, and try three times if that fails", None, INVENTS),
    ("Wait two days, then remind the customer", None, WITH_TOOLS),
    ("Do the usual thing with the numbers", None, None),
)
"""What is asked, the draft on the canvas, and how the answer is held."""
ENDS = {"draft", "question", "words", "failed"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    try:
        model_server.prepare()
    except model_server.NotToBeHad as why:
        pytest.skip(str(why))
    with real_model(tmp_path_factory.mktemp("model")) as made:
        yield made


def desk_of(model, way, seconds=SECONDS):
    """A desk in real time with small limits, whose model's answers are held in that way."""
    desk = Desk(answers=6, tokens=60_000, seconds=seconds)
    desk.clock, desk.model = SystemClock(), model if way == WITH_TOOLS else Held(model, way)
    return desk


def end_of(turn, validated):
    """What a turn came to, which is one of four things; `validated(document)` are the product's findings about one."""
    if turn["status"] == "FAILED":
        assert turn["problem"]["message"]
        assert turn["problem"]["advice"]
        assert turn["proposal"] is None
        return "failed"
    assert (turn["status"], turn["problem"]) == ("DONE", None)
    if turn["proposal"] is not None:
        found = validated(turn["proposal"]["document"])
        assert {each["code"] for each in found if each["severity"] == "ERROR"} <= {"UNKNOWN_RESOURCE"}, found
        return "draft"
    if turn["question"] is not None:
        assert turn["question"]["text"]
        assert turn["question"]["choices"]
        return "question"
    assert turn["text"].strip()
    return "words"


def end_at(desk, text, draft=None):
    """What a whole turn at the desk comes to."""
    desk.begin(text, draft)
    desk.run()
    turn = {name: getattr(desk.last, name) for name in ("status", "problem", "proposal", "question", "text")}
    return end_of(turn, lambda document: desk.api(
        "POST", "/definitions/validate", {"document": document}).json["diagnostics"])


def test_text_comes_in_pieces_over_the_wire(served):
    heard = []
    asked = Request("You are helpful.", [Asked("Name three fruits.")])
    reply = served.adapter().reply(asked, seconds=patience.SECONDS, hear=heard.append)
    assert len(heard) > 2
    assert ("".join(heard), reply.calls, reply.complete) == (reply.text, (), True)
    assert (reply.input_tokens, reply.output_tokens) == (0, 0), "this server counts none in a stream"


def test_an_answer_is_held_by_a_schema_that_the_server_refuses_at_first(served):
    """It answers 500 to a response_format by JSON schema, and takes the schema as that of a JSON object."""
    adapter, before = served.adapter(), served.refused()
    for question in ("Name a fruit and its colour.", "And another one."):
        asked = Request("Answer in JSON.", [Asked(question)], schema=FRUIT)
        reply = adapter.reply(asked, seconds=patience.SECONDS, hear=lambda _text: None)
        validators.Draft202012Validator(FRUIT).validate(json.loads(reply.text))
    assert served.refused() == before + 1, "it is remembered"


def test_a_server_that_leaves_tools_out_answers_in_words(served):
    asked = Request("Be brief.", [Asked("Say hello.")], TOOLS)
    reply = served.adapter().reply(asked, seconds=patience.SECONDS, hear=lambda _text: None)
    assert reply.calls == ()
    assert reply.text.strip()


@pytest.mark.parametrize("way", [TALKS, WITH_TOOLS], ids=["by a schema", WITH_TOOLS])
def test_a_turn_that_is_stopped_while_the_model_speaks_hangs_up(served, way):
    def stop_at_first(number):
        if number == 1:
            desk.store.append(KEY, desk.store.read(KEY).end, [written(desk.clock.now(), "stop")], desk.clock.now())

    before = served.hung_up()
    desk = desk_of(Heard(served.adapter(), stop_at_first), way, LONG)
    desk.begin("Tell me all that a workflow can do for a shop, in as many words as you can")
    desk.run()
    assert desk.last.status == "STOPPED"
    wait_until(lambda: served.hung_up() > before, "the server to see that nobody listens any more")


def test_every_turn_ends_in_something_that_a_person_can_use(served):
    adapter, ends = served.adapter(), Counter()
    for text, draft, way in REQUESTS:
        ends[end_at(desk_of(adapter, way), text, draft)] += 1
    sys.stdout.write(f"What came of {len(REQUESTS)} requests: {dict(ends)}\n")
    assert ends.total() == len(REQUESTS) >= 8
    assert ends.keys() <= ENDS


def test_a_draft_in_the_models_words_is_proposed(served):
    desk = desk_of(served.adapter(), HOLDS, LONG)
    assert end_at(desk, "Write a note") == "draft"
    assert "Comment" in desk.last.proposal["document"]["definition"]["States"]["Note"]


def test_a_product_that_is_served_talks_with_it(served, tmp_path):
    product, path = LocalServer(
        tmp_path, AUTOMATE_COPILOT_PROVIDER="openai", AUTOMATE_COPILOT_URL=served.base,
        AUTOMATE_COPILOT_MODEL=model_server.MODEL_NAME, AUTOMATE_COPILOT_SECONDS=str(SECONDS),
    ), "/workflows/orders/conversation"
    try:
        product.publish("orders", {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
        product.json("POST", path, {"text": "Avisa al equipo cuando llegue un pedido"})
        wait_until(lambda: not product.json("GET", path)["running"], "the end of the turn")
        (turn,) = product.json("GET", path)["turns"]
        assert end_of(turn, lambda document: product.json(
            "POST", "/definitions/validate", {"document": document})["diagnostics"]) in ENDS
        product.json("POST", path, {"text": "And tell the customer too"})
        product.json("POST", f"{path}/stop", {})
        assert [turn["status"] for turn in product.json("GET", path)["turns"]][1:] == ["STOPPED"]
    finally:
        product.stop()
