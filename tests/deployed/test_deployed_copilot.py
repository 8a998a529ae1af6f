"""Turns of the copilot on a deployed stage: each runs in an invocation of its own, longer than a request may take."""

import json

import pytest

from tests.support.copilot_drafts import REQUEST, calling, draft, proposing
from tests.support.model_server import KEY, ModelServer, Say

pytestmark = pytest.mark.full
PATH = "/workflows/orders/conversation"
GATEWAY_SECONDS = 29
"""The longest that API Gateway waits for an answer: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"""


@pytest.fixture(scope="module")
def model(stage):
    stage.answer("PUT", "/secrets/MODEL_KEY", {"value": KEY})
    served = ModelServer([Say(["Nothing is scripted."])], stage.model_port)
    served.start()
    yield served
    served.stop()


def ask(stage, text):
    return stage.answer("POST", PATH, {"text": text, "document": {"name": "orders", "definition": {}}})


def last(stage):
    return stage.answer("GET", PATH)["turns"][-1]


def ended(stage):
    return stage.seen(lambda: last(stage), lambda turn: turn["status"] != "RUNNING")


def test_a_turn_takes_longer_than_a_request_may(stage, model):
    pieces = ["and ", "so "] * 35
    model.script[:] = [
        calling("search_actions", {"words": "slack approval"}),
        Say(pieces, [("c2", "list_workflows", ["{}"])], slowly=0.5),
        proposing(draft()),
    ]
    ask(stage, REQUEST)
    assert stage.seen(lambda: last(stage)["text"], lambda text: "and so and so" in text).count("and") < len(pieces) / 2
    turn = ended(stage)
    assert turn["status"] == "DONE", turn["problem"]
    assert turn["usage"]["seconds"] > GATEWAY_SECONDS
    assert [case["passed"] for case in turn["proposal"]["cases"]] == [True] * 4
    assert [asked.headers["authorization"] for asked in model.asked] == [f"Bearer {KEY}"] * 3
    said = json.dumps(stage.answer("GET", PATH)) + stage.emulator.log.read_text()
    assert KEY not in said


def test_a_turn_is_stopped_and_the_conversation_deleted(stage, model):
    model.script[:] = [Say(["on ", "and "] * 300, slowly=0.2)]
    ask(stage, "why is there a wait?")
    stage.seen(lambda: last(stage)["text"], lambda text: "on and" in text)
    stage.answer("POST", f"{PATH}/stop")
    assert ended(stage)["status"] == "STOPPED"
    stage.answer("DELETE", PATH)
    assert stage.answer("GET", PATH)["turns"] == []
