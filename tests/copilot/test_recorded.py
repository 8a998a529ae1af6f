"""Conversations recorded as scripts: what a strong model called and answered, written by somebody who had read the
prompt alone. Each is taken at once, by itself and over the wire of every provider.

A recording has the request, the draft on the canvas, the model's answers (`calls` and `text`), and how the turn ends.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.catalog.document import parse_document
from engine.copilot.conversation.answers import ASKED_OF_A_PERSON
from tests.support.copilot_desk import Desk
from tests.support.model_server import KEY, ModelServer, Say, model_at
from tests.support.scripted_model import ScriptedModel, calls

RECORDED = {path.stem: json.loads(path.read_text(encoding="utf-8"))
            for path in sorted((Path(__file__).parent / "recorded").glob("*.json"))}
PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
DEPARTMENT = {"type": "object", "required": ["department"], "properties": {"department": {"type": "string"}}}
SECRETS = ("SLACK_TOKEN", "STRIPE_KEY", "GITHUB_TOKEN", "SMTP_PASSWORD", "PG_PASSWORD", "SHEETS_TOKEN", "OKTA_TOKEN")


@pytest.fixture
def desk():
    """The workspace that the recordings speak of."""
    made = Desk()
    made.api.secrets.values.update({name: f"value-of-{name.lower()}-000111" for name in SECRETS})
    made.api.publish("payroll", PASS, description="Pays one department.", input_schema=DEPARTMENT)
    made.api.publish("nightly_import", PASS, description="Imports the night's files.")
    return made


@pytest.fixture(params=["script", "openai", "anthropic", "bedrock"])
def speak(request, monkeypatch):
    """`speak(answers)` is a model that gives these answers: in this process, or over a provider's wire."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    servers = []

    def made(answers):
        if request.param == "script":
            return ScriptedModel(*(calls(*answer.get("calls", []), text=answer.get("text", "")) for answer in answers))
        server = ModelServer([Say(answer.get("text", "").split(), [
            (f"c{number}", name, halves(json.dumps(given)))
            for number, (name, given) in enumerate(answer.get("calls", []))
        ]) for answer in answers])
        server.start()
        servers.append(server)
        return model_at(request.param, server.base)

    yield made
    for server in servers:
        server.stop()


def halves(text):
    return [text[:len(text) // 2], text[len(text) // 2:]]


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_conversation_is_taken_at_once(name, desk, speak):
    told = RECORDED[name]
    desk.model = speak(told["answers"])
    desk.begin(told["request"], told["document"])
    desk.run()
    turn = desk.last
    assert [call for call in turn.calls if call.failed] == []
    assert turn.status == "DONE"
    assert {"proposal": turn.proposal, "question": turn.question, "words": turn.text}[told["ends"]]
    if told["ends"] == "proposal":
        taken = turn.proposal
        assert taken["attempts"] == 1
        made = [case["name"] for case in told["answers"][-1]["calls"][-1][1]["cases"]]
        assert {case["name"]: case["problem"] for case in taken["cases"] if case["name"] in made} == dict.fromkeys(made)
        assert all(clause["states"] or clause["open"] or clause["no_step"] for clause in taken["clauses"])
        problems = desk.sources.problems(parse_document(taken["document"]))
        assert {found.code for found in problems if found.severity == "ERROR"} <= ASKED_OF_A_PERSON


def test_a_conversation_goes_on_over_its_turns(desk, speak):
    """What one turn proposed is the next one's draft; the model is told of the turns before."""
    told = RECORDED["change_check_blocked"]
    desk.model = speak([*told["answers"], {"text": "Because Stripe has the customer's metadata."}])
    desk.begin(told["request"], told["document"])
    desk.run()
    desk.begin("why is Stripe asked first?", desk.last.proposal["document"])
    desk.run()
    assert desk.last.text.replace(" ", "") == "BecauseStripehasthecustomer'smetadata."
