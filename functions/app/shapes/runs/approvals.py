"""What the routes of approvals take and give."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from functions.app.shapes.base import Given, Json, Taken, Time
from functions.app.shapes.triggers import FormField


class ApprovalsQuery(Taken):
    """A page of what waits."""

    limit: int = Field(25, ge=1, le=100)
    next_token: str | None = None


class ApprovalAnswer(Given):
    """What somebody has answered."""

    decision: Literal["approved", "refused"]
    by: str
    via: str = Field(alias="as", description="What they came as: user, token, role or slack.")
    at: Time
    comment: str
    values: Json = None


class Approval(Given):
    """What is asked, and what was answered so far."""

    id: str
    execution: str
    workflow: str
    version: int
    state: str
    question: str
    since: Time
    until: Time = Field(description="When the Task times out; null where it never does.")
    approvers: list[str] = Field(description="Who may answer: names, and role:NAME. Empty: whoever may answer tasks.")
    needed: int = Field(description="How many must approve. One refusal refuses.")
    answers: list[ApprovalAnswer]
    may_answer: bool = Field(description="Whether who asks may answer, and has not yet.")
    why_not: str | None


class ApprovalList(Given):
    """What waits, oldest first. `next_token` is null on the last page."""

    approvals: list[Approval]
    next_token: str | None


class ApprovalWhole(Approval):
    """With what they need to know."""

    details: Json = None
    fields: list[FormField] = Field(description="What who approves fills in; empty where there is no form.")
    form: Json = Field(None, description="The JSON Schema that the fields are made of.")
    hidden: bool = Field(False, description="Whether something is hidden: the workflow has sensitive fields.")


class AnswerRequest(Taken):
    """What is answered. With a form either `values`, or `typed`: the texts of its fields."""

    decision: Literal["approved", "refused"]
    comment: str = ""
    values: Json = None
    typed: dict[str, str] | None = Field(None, description="What was typed, by field's name.")


class AnswerTaken(Given):
    """What came of an answer. With `faults` it was not taken."""

    faults: dict[str, str] = Field(description="What will not do, by field's name; \"\" is the whole form.")
    decision: Literal["approved", "refused"] | None = Field(description="What was decided; null while more are needed.")
    left: int = Field(description="How many more must approve.")
