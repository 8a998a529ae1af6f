"""The copilot: proposals from a sentence, and help with a document. Nothing is stored or published here."""

from __future__ import annotations

from engine.copilot.copilot import Copilot
from engine.governance.roles import Right
from functions.app.acts import NoAct
from functions.app.copilot.providers import copilot_of
from functions.app.routing import Call, RouteTable
from functions.app.shapes import copilot as shapes

table = RouteTable("Copilot")

_NO_ACT = NoAct("a proposal is not stored")
_DOCUMENT = {"name": "hello", "definition": {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": True}}}}


@table.route(
    "POST", "/copilot/draft", right=Right.EDIT, act=_NO_ACT,
    example={"sentence": "When a high value order comes in, ask finance on Slack and charge the card"},
)
def draft_from_sentence(call: Call[shapes.DraftRequest]) -> shapes.Proposal:
    """Draft a workflow from a sentence: a document, a plan, and to-dos where something was guessed.

    By the model that the settings name (AUTOMATE_COPILOT_PROVIDER); by a grammar where none is."""
    return shapes.Proposal.of(_copilot(call).draft(call.given.sentence, call.given.document))


@table.route("POST", "/copilot/explain", right=Right.EDIT, act=_NO_ACT, example={"document": _DOCUMENT})
def explain_document(call: Call[shapes.ExplainRequest]) -> shapes.Explanation:
    """Explain a document, or one of its states, in words."""
    found = _copilot(call).explain(call.given.document, call.given.state)
    steps = [shapes.ExplainedStep(state=name, text=text) for name, text in found.steps]
    return shapes.Explanation(text=found.text, steps=steps)


@table.route("POST", "/copilot/fix", right=Right.EDIT, act=_NO_ACT, example={
    "document": {"name": "hello", "definition": {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass"}}}},
    "diagnostic": {
        "code": "SCHEMA_VALIDATION_FAILED", "location": "/States/Greet",
        "message": "These fields are required: [Next or End]",
    },
})
def fix_problem(call: Call[shapes.FixRequest]) -> shapes.Proposal:
    """Propose a fix for one finding of the linter; 403 where no safe one is known."""
    return shapes.Proposal.of(_copilot(call).fix(call.given.document, call.given.diagnostic))


@table.route("POST", "/copilot/error-handling", right=Right.EDIT, act=_NO_ACT, example={"document": {
    "name": "pay", "definition": {"StartAt": "Charge", "States": {"Charge": {
        "Type": "Task", "Resource": "connector:http:request", "Parameters": {"url": "https://example.com"}, "End": True,
    }}},
}})
def propose_error_handling(call: Call[shapes.ErrorHandlingRequest]) -> shapes.Proposal:
    """Propose a Retry and a Catch for these states, or for all that can fail and have none."""
    return shapes.Proposal.of(_copilot(call).error_handling(call.given.document, call.given.states))


def _copilot(call: Call[shapes.DraftRequest] | Call[shapes.ExplainRequest] | Call[shapes.FixRequest]
             | Call[shapes.ErrorHandlingRequest]) -> Copilot:
    services = call.services
    return copilot_of(services.settings, services.connectors, services.secret_backends, services.clock)
