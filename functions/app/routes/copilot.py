"""The copilot: conversations about drafts, outlines, and help with a document. It stores no draft and publishes
nothing."""

from __future__ import annotations

from typing import Any

from engine.copilot.conversation.turns import Turn
from engine.copilot.error_handling import add_error_handling
from engine.copilot.explaining import explain
from engine.copilot.fixing import fix
from engine.copilot.outline import outline
from engine.copilot.proposal import Proposal
from engine.errors import NotFound
from engine.governance.roles import Right
from engine.ports.keys import ExecutionKey
from engine.ports.people.conversations import ConversationKey, owner_of
from functions.app.acts import NoAct
from functions.app.copilot.catalogue import catalogue_of
from functions.app.copilot.turns import Turns, limits_of
from functions.app.routing import Call, RouteTable
from functions.app.shapes import base
from functions.app.shapes import copilot as shapes

table = RouteTable("Copilot")

_NO_ACT = NoAct("a proposal is not stored")
_OWN = NoAct("a conversation is its owner's alone, and changes no workflow")
_DOCUMENT = {"name": "hello", "definition": {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": True}}}}


@table.route("GET", "/workflows/{name}/conversation", right=Right.EDIT)
def get_conversation(call: Call[shapes.ConversationQuery]) -> shapes.Conversation:
    """The caller's conversation with the copilot about this draft.

    With `after` the answer has the turns that may have changed since; with `wait` it is held until something is new,
    where the server holds requests. A turn whose process is gone is begun again."""
    turns, key, after = Turns(call.services), _key(call), call.given.after
    seen = call.services.watching.until(
        lambda: turns.tag(key, after), after, call.given.wait, still=call.check_still
    )
    found = turns.look(key, after)
    return shapes.Conversation(
        tag=found.tag, held=seen.held, running=bool(found.turns) and found.turns[-1].running, reset=found.whole,
        turns=[_shown(call, turn) for turn in found.turns],
    )


@table.route(
    "POST", "/workflows/{name}/conversation", right=Right.EDIT, act=_OWN, status=202,
    example={"text": "When a high-value order comes in, ask finance in Slack, then charge the card"},
)
def begin_turn(call: Call[shapes.TurnRequest]) -> shapes.TurnBegun:
    """Ask the copilot's model for a draft, a change of the draft, or an answer about it.

    The turn runs on by itself: GET …/conversation shows it. 403 where no model is set, 409 while a turn runs."""
    given, services = call.given, call.services
    document = given.document
    if document is None:
        document = services.catalog.draft(call.workspace, call.path["name"]).document.as_written
    if given.execution is not None:
        services.executions.header(ExecutionKey(call.workspace, given.execution))
        call.reads_of(given.execution)
    number, tag = Turns(services).begin(
        _key(call), given.text, {**document, "name": call.path["name"]}, given.execution
    )
    return shapes.TurnBegun(number=number, tag=tag)


@table.route("POST", "/workflows/{name}/conversation/stop", right=Right.EDIT, act=_OWN)
def stop_turn(call: Call[base.Nothing]) -> base.Done:
    """Stop the turn that runs. 404 where none does."""
    if not Turns(call.services).stop(_key(call)):
        raise NotFound("no turn of this conversation is running", where="name")
    return base.Done()


@table.route("DELETE", "/workflows/{name}/conversation", right=Right.EDIT, act=_OWN)
def delete_conversation(call: Call[base.Nothing]) -> base.Done:
    """Delete the caller's conversation about this draft, for good. A turn that runs ends."""
    Turns(call.services).delete(_key(call))
    return base.Done()


@table.route(
    "POST", "/copilot/outline", right=Right.EDIT, act=_NO_ACT,
    example={"sentence": "When a high-value order comes in, ask finance in Slack, then charge the card"},
)
def outline_request(call: Call[shapes.OutlineRequest]) -> shapes.Proposal:
    """Outline a request without a model: one step to be filled in for each clause, in order. Nothing is guessed."""
    return _proposal(outline(call.given.sentence, call.given.document))


@table.route("POST", "/copilot/explain", right=Right.EDIT, act=_NO_ACT, example={"document": _DOCUMENT})
def explain_document(call: Call[shapes.ExplainRequest]) -> shapes.Explanation:
    """Explain a document, or one of its states, in words."""
    found = explain(call.given.document, catalogue_of(call.services.connectors), call.given.state)
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
    return _proposal(fix(call.given.document, call.given.diagnostic))


@table.route("POST", "/copilot/error-handling", right=Right.EDIT, act=_NO_ACT, example={"document": {
    "name": "pay", "definition": {"StartAt": "Charge", "States": {"Charge": {
        "Type": "Task", "Resource": "connector:http:request", "Parameters": {"url": "https://example.com"}, "End": True,
    }}},
}})
def propose_error_handling(call: Call[shapes.ErrorHandlingRequest]) -> shapes.Proposal:
    """Propose a Retry and a Catch for these states, or for all that can fail and have none."""
    return _proposal(add_error_handling(call.given.document, call.given.states))


def _key(call: Call[Any]) -> ConversationKey:
    return ConversationKey(call.workspace, owner_of(call.actor), call.path["name"])


def _proposal(found: Proposal) -> shapes.Proposal:
    return shapes.Proposal.model_validate(found.as_dict())


def _shown(call: Call[Any], turn: Turn) -> shapes.Turn:
    limits = limits_of(call.services.settings)
    ended = call.services.clock.now() if turn.ended_at is None else turn.ended_at
    return shapes.Turn.of(
        turn, calls=[shapes.TurnCall.of(each) for each in turn.calls],
        usage=shapes.TurnUsage(
            answers=turn.answers, input_tokens=turn.input_tokens, output_tokens=turn.output_tokens,
            seconds=round(ended - turn.at, 1),
        ),
        limits=shapes.TurnLimits(answers=limits.answers, tokens=limits.tokens, seconds=limits.seconds),
    )
