"""Routes of approvals: what people are asked, and what they answer, signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.errors import InvalidDocument
from engine.governance.masking import MASK
from engine.governance.roles import Right
from engine.triggers.forms import fields_of, filled
from functions.app.acts import Act
from functions.app.approvals.answering import NOT_SHOWN, Answer, Asked, admits, check_may, who_of
from functions.app.routing import Call, RouteTable
from functions.app.sensitive.revealing import veil_for
from functions.app.shapes import base
from functions.app.shapes.runs import approvals as shapes
from functions.app.shapes.triggers import form_fields

if TYPE_CHECKING:
    from functions.app.sensitive.clear import Hides

table = RouteTable("Approvals")

Json = Any


@table.route("GET", "/approvals", right=Right.LOOK, example="limit=25")
def list_approvals(call: Call[shapes.ApprovalsQuery]) -> shapes.ApprovalList:
    """List what people are asked, oldest first."""
    given = call.given
    found, following = call.services.open_answering().page(given.limit, given.next_token, call.services.each)
    hiding = call.services.hiding
    return shapes.ApprovalList(
        approvals=[shapes.Approval(**_fields(call, asked, hiding.veil(asked.row.key))) for asked in found],
        next_token=following,
    )


@table.route("GET", "/approvals/{approval}", right=Right.LOOK, reads="input", reveals=True)
def get_approval(call: Call[base.Nothing]) -> shapes.ApprovalWhole:
    """One approval, with what they need to know and the fields of its form.

    Looking never answers. 409: it can be answered no longer, and why."""
    asked = call.services.open_answering().find(call.path["approval"])
    terms = asked.terms
    call.reads_of(asked.row.execution_id)
    veil = veil_for(call, asked.row.key)
    shown = _arguments(asked, veil)
    return shapes.ApprovalWhole(
        **_fields(call, asked, veil), details=shown["details"], form=shown["form"], hidden=bool(veil),
        fields=[] if terms.form is None or veil else form_fields(fields_of(terms.form)),
    )


@table.route(
    "POST", "/approvals/{approval}/answer", right=Right.LOOK,
    act=Act("approval.answer", lambda call: call.services.open_answering().execution_of(call.path["approval"])),
    example={"decision": "approved", "comment": "within the budget"},
)
def answer_approval(call: Call[shapes.AnswerRequest]) -> shapes.AnswerTaken:
    """Answer as who is signed in. One answer of each counts, and it is durable when this says so.

    403: it is for others. 409: it was decided meanwhile, its execution has ended, or who asks has answered before."""
    given, answering, hiding = call.given, call.services.open_answering(), call.services.hiding
    values = given.values
    if given.typed is not None:
        if values is not None:
            raise InvalidDocument("give values or typed, not both", where="/typed")
        asked = answering.find(call.path["approval"])
        form = asked.terms.form
        check_may(asked.terms, call.caller, call.workspace)
        if form is not None and given.decision == "approved":
            found = filled(fields_of(form), given.typed, form)
            if found.faults:
                call.act.done(changed=False)
                veil = hiding.veil(asked.row.key)
                faults = dict.fromkeys(found.faults, NOT_SHOWN) if veil else dict(found.faults)
                return shapes.AnswerTaken(faults=faults, decision=None, left=0)
            values = found.value
    taken = answering.answer(
        call.path["approval"], who_of(call.caller), Answer(given.decision, given.comment, values),
        lambda terms: check_may(terms, call.caller, call.workspace), lambda key: not hiding.veil(key),
    )
    call.act.done(
        after={"approval": call.path["approval"], "answer": given.decision, "decided": taken.decided},
        reason=given.comment or None,
    )
    return shapes.AnswerTaken(faults={}, decision=taken.decided, left=taken.left)  # type: ignore[arg-type]


def _arguments(asked: Asked, veil: Hides) -> dict[str, Json]:
    """What is asked, as it may be shown."""
    asks = {"question": asked.terms.question, "details": asked.terms.details, "form": asked.terms.form}
    shown = veil.arguments(asked.state, asks)
    return shown if isinstance(shown, dict) else {"question": MASK, "details": MASK, "form": None}


def _fields(call: Call[Any], asked: Asked, veil: Hides) -> dict[str, Json]:
    """What every answer shows of an approval."""
    row, terms = asked.row, asked.terms
    answered = any(one["by"] == call.actor.name for one in row.answers)
    admitted = admits(terms, call.caller, call.workspace)
    why = None if admitted else f"It is for {terms.says_who}."
    return {
        "id": row.id, "execution": row.execution_id, "workflow": asked.facts.workflow, "version": asked.facts.version,
        "state": asked.state, "question": _arguments(asked, veil)["question"], "since": row.since, "until": asked.until,
        "approvers": [*terms.people, *(f"role:{role}" for role in terms.roles)], "needed": terms.needed,
        "answers": [
            shapes.ApprovalAnswer.model_validate({**one, "values": MASK if veil and one["values"] else one["values"]})
            for one in row.answers
        ],
        "may_answer": admitted and not answered, "why_not": "You have answered." if admitted and answered else why,
    }

