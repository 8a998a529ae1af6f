"""Finding what people are asked, and taking their answers.

    answer ── does the Task wait? ── may they? ── does it fit the form? ──► decides nothing yet: into the row
                                                                       └──► decides: into the execution's inbox

The inbox takes one answer of an attempt, so of two that decide at once one counts. Either write is durable before the
answer is acknowledged. The row is closed by the connector's own last call, once the Task has gone on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from functools import partial
from typing import Any

from connectors.asking import APPROVED, MOST_COMMENT, MOST_VALUES_BYTES, REFUSED, Terms, terms_of
from engine.clock import Clock
from engine.durable import codec, inbox
from engine.durable.lifecycle.errors import TaskTimedOut
from engine.durable.lifecycle.executions import Executions
from engine.errors import Conflict, InvalidDocument, NotFound, StorageError
from engine.governance.roles import RIGHTS, Caller, NotAllowed, Right, Role
from engine.kernel.snapshot import Facts, Phase, Snapshot
from engine.language.asl.times import iso_timestamp
from engine.language.schema.validation import Unchecked, errors
from engine.ports.journal import Journal
from engine.ports.keys import ExecutionKey
from engine.ports.people import approvals as rows
from engine.ports.people.approvals import Approval, ApprovalPage, ApprovalQuery, Approvals
from engine.records import dataclass

Json = Any

Each = Callable[[Callable[[Approval], "Asked | None"], Sequence[Approval]], "list[Asked | None]"]
"""Applies a function to all of a list."""

NOT_SHOWN = "this does not fit; what does is not shown, for the workflow has sensitive fields"

_TRIES = 10
_FRESH_SECONDS = 300.0
"""A row is written before its Task's hand-over is: so long it is not taken for one that waits no more."""


class ApprovalDoesNotExist(NotFound):
    """There is no such approval, or none any more."""

    code = "ApprovalDoesNotExist"


class ApprovalOver(Conflict):
    """It can be answered no longer."""

    code = "ApprovalOver"


class AlreadyAnswered(Conflict):
    """Whoever answers has answered before."""

    code = "AlreadyAnswered"


@dataclass(frozen=True, slots=True)
class Asked:
    """An approval whose Task waits. `state` is the Task's, `until` when it times out (epoch seconds)."""

    row: Approval
    terms: Terms
    facts: Facts
    state: str
    until: float | None
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """`is_decided`: the answer that decides waits for its execution."""

    row: Approval
    is_decided: bool


@dataclass(frozen=True, slots=True)
class Who:
    """Who answers: `name`, of which one answer counts, and `via` what: user, token, role, slack or link."""

    name: str
    via: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answers: `decision` is approved or refused."""

    decision: str
    comment: str = ""
    values: Json = None


@dataclass(frozen=True, slots=True)
class Taken:
    """An answer that was taken. `decided` is what the approval came to by it, None while more are needed, `left` how
    many."""

    entry: Mapping[str, Json]
    decided: str | None
    left: int


class Answering:
    """One workspace's. Safe to share between threads. Methods raise StorageError."""

    def __init__(
        self, store: Approvals, journal: Journal, executions: Executions, clock: Clock, workspace: str
    ) -> None:
        self._store = store
        self._journal = journal
        self._executions = executions
        self._clock = clock
        self._workspace = workspace

    def page(
        self, limit: int, next_token: str | None, each: Each
    ) -> tuple[list[Asked], str | None]:
        """Some of what waits, oldest first. Raises InvalidDocument."""
        page: ApprovalPage = self._store.page(ApprovalQuery(self._workspace, limit, next_token))
        found = each(self._listed, page.approvals)
        return [one for one in found if one is not None], page.next_token

    def find(self, approval: str) -> Asked:
        """What is asked there. Raises ApprovalDoesNotExist, ApprovalOver."""
        row = self._row(approval)
        snapshot = self._snapshot(row)
        asked = None if row.status != rows.OPEN else _asked(row, snapshot)
        if asked is None or self._is_decided(row):
            raise self._over(row, snapshot)
        return asked

    def standing(self, approval: str) -> Standing:
        """How it stands, by its row and the answer that decides. Raises ApprovalDoesNotExist."""
        row = self._row(approval)
        return Standing(row, self._is_decided(row))

    def _row(self, approval: str) -> Approval:
        row = self._store.get(self._workspace, approval) if rows.is_id(approval) else None
        if row is None:
            raise ApprovalDoesNotExist(
                f"there is no approval {approval!r}, or none any more", where="approval",
                advice="See what waits: automate approvals list. What became of an older one its execution tells.",
            )
        return row

    def execution_of(self, approval: str) -> ExecutionKey | None:
        """The execution that asks; None where there is no such approval."""
        row = self._store.get(self._workspace, approval) if rows.is_id(approval) else None
        return None if row is None else row.key

    def answer(
        self, approval: str, who: Who, answer: Answer, may: Callable[[Terms], None],
        quotes: Callable[[ExecutionKey], bool] = lambda _: True,
    ) -> Taken:
        """Take an answer; `may` raises where they may not, `quotes` says whether they are shown what the form has.
        Raises ApprovalDoesNotExist, ApprovalOver, AlreadyAnswered, InvalidDocument."""
        for _ in range(_TRIES):
            asked = self.find(approval)
            may(asked.terms)
            before = next((one for one in asked.row.answers if one["by"] == who.name), None)
            if before is not None:
                raise AlreadyAnswered(
                    f"{who.name} has answered at {before['at']}: {before['decision']}", where="approval",
                    advice="One answer of each counts.",
                )
            entry = {
                "decision": answer.decision, "by": who.name, "as": who.via, "at": iso_timestamp(self._clock.now()),
                "comment": answer.comment,
                "values": _checked(asked.terms, answer, partial(quotes, asked.row.key)),
            }
            answers = [*asked.row.answers, entry]
            decided = asked.terms.decision(answers)
            if decided is None:
                if self._store.answer(asked.row, answers):
                    return Taken(entry, None, asked.terms.needed - len(answers))
                continue  # somebody else answered at the same time
            try:
                self._executions.answers.send_task_success(asked.token, _result(decided, answers))
            except (TaskTimedOut, NotFound):
                raise self._over(asked.row, self._snapshot(asked.row)) from None
            return Taken(entry, decided, 0)
        raise StorageError("too many answer this approval at once: try again")

    def _listed(self, row: Approval) -> Asked | None:
        """None for what waits no longer, whose row is then closed: its connector's last call may have failed."""
        asked = _asked(row, self._snapshot(row))
        if asked is None and row.since < self._clock.now() - _FRESH_SECONDS:
            self._store.close(row, rows.OVER, self._clock.now())
        return None if asked is None or self._is_decided(row) else asked

    def _is_decided(self, row: Approval) -> bool:
        """Whether the answer that decides lies in the execution's inbox."""
        return any(inbox.is_answer(item, row.place) for item in self._journal.inbox(row.key))

    def _snapshot(self, row: Approval) -> Snapshot | None:
        return codec.stored_snapshot(self._journal.load(row.key))

    def _over(self, row: Approval, snapshot: Snapshot | None) -> ApprovalOver:
        """Why it can be answered no longer."""
        closed = self._store.get(row.workspace, row.id) or row
        if closed.status in (rows.APPROVED, rows.REFUSED):
            why = f"it was {closed.status.lower()} at {iso_timestamp(closed.closed_at or 0.0)}"
        elif self._is_decided(row):
            why = "it was decided just now"
        elif snapshot is None:
            why = "its execution is not kept any more"
        elif snapshot.closed:
            why = f"its execution has ended: {snapshot.status.value}"
        else:
            why = "its Task waits no longer: it was decided, or timed out"
        return ApprovalOver(
            f"this can be answered no longer: {why}", where="approval",
            advice=f"See its execution: automate show {row.execution_id}", details={"execution": row.execution_id},
        )


def admits(terms: Terms, caller: Caller, workspace: str) -> bool:
    """Whether `caller` may answer."""
    if not terms.people and not terms.roles:
        return caller.may(Right.RUN, workspace)
    held = set(caller.rights_in(workspace))
    return bool({caller.actor.name, caller.subject} & set(terms.people)) or any(
        RIGHTS[Role(role)] <= held for role in terms.roles
    )


def check_may(terms: Terms, caller: Caller, workspace: str) -> None:
    """Raises NotAllowed unless `caller` may answer."""
    if not admits(terms, caller, workspace):
        raise NotAllowed(
            f"{caller.actor.name} may not answer this approval", where="approvers",
            advice=f"It is for {terms.says_who}.",
        )


def who_of(caller: Caller) -> Who:
    """Who asks, as an answer names them."""
    return Who(caller.actor.name, caller.actor.kind)


def _asked(row: Approval, snapshot: Snapshot | None) -> Asked | None:
    """None where its Task does not wait."""
    frame = None if snapshot is None or snapshot.closed else snapshot.frames.get(row.frame)
    if (
        snapshot is None or frame is None or frame.place != row.place or frame.token is None
        or frame.phase not in (Phase.SCHEDULED, Phase.RUNNING, Phase.CALLBACK)
        or row.id != rows.approval_id(row.execution_id, frame.token, row.since)
    ):
        return None
    try:
        terms = terms_of(frame.arguments)
    except ValueError:
        return None
    return Asked(row, terms, snapshot.facts, frame.state, frame.deadline, frame.token)


def _checked(terms: Terms, answer: Answer, quotes: Callable[[], bool]) -> Json:
    """The values of the form. Raises InvalidDocument for what does not fit; it quotes the form where `quotes`."""
    if len(answer.comment) > MOST_COMMENT:
        raise InvalidDocument(f"a comment has at most {MOST_COMMENT:,} characters", where="/comment")
    if answer.decision == REFUSED or terms.form is None:
        if answer.values not in (None, {}):
            raise InvalidDocument(
                "there is nothing to fill in" if terms.form is None else "a refusal fills nothing in", where="/values",
                advice="Leave values out.",
            )
        return None
    values = {} if answer.values is None else answer.values
    if len(json.dumps(values)) > MOST_VALUES_BYTES:
        raise InvalidDocument(f"the values have at most {MOST_VALUES_BYTES:,} bytes as JSON", where="/values")
    try:
        found = errors(terms.form, values)
    except Unchecked as unchecked:
        raise InvalidDocument(f"the values cannot be checked: {unchecked}", where="/values") from None
    if found:
        shown = quotes()
        raise InvalidDocument.listing(
            [(("values", *error.absolute_path), error.message if shown else NOT_SHOWN) for error in found],
            advice="The form says what fits: automate approvals show.",
        )
    return values


def _result(decided: str, answers: list[dict[str, Json]]) -> Json:
    """The Task's result."""
    last = answers[-1]
    return {
        "decision": decided, "approved": decided == APPROVED, "by": last["by"], "at": last["at"],
        "comment": last["comment"], "values": last["values"], "answers": answers,
    }
