"""The connector ``approval``: asks people, and waits for what they decide.

    ask ── row, messages ──► the Task waits ── reminders ──► answered, timed out, stopped ──► row closed, message said

Each arrow behind the first is a call of its own that the engine makes (connectors.sdk.HandedOver), so none is lost with
a process. The task token is in no message and in no row. Answers come by the API (functions.app.approvals).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from connectors.asking import Asking, Terms, terms_of
from connectors.errors import ConnectorError
from connectors.sdk import ActionSpec, ConnectorAdapter, HandedOver
from engine.errors import StorageError
from engine.language.asl.times import iso_timestamp
from engine.ports.people.approvals import APPROVED, OVER, REFUSED, Approval, approval_id

if TYPE_CHECKING:
    from connectors.registry import Registry

Json = Any

LEAST_REMIND_SECONDS = 60.0
MOST_DETAILS = 2_500
"""Characters of the details that a message shows."""

APPROVE, REFUSE = "automate_approve", "automate_refuse"
"""The action ids of the buttons in Slack. Their value is the approval's id, which lets nobody in."""

COMMENT = "automate_comment"
"""The ids of the field beside them, and of its block: what stands in it comes with a press."""

_MOST_FIELD = 3_000
"""Characters of a plain_text_input (Slack, "Plain-text input element")."""

_LOG = logging.getLogger(__name__)
_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}

_ASK = ActionSpec(
    title="Ask for approval",
    description="Ask people for a decision, and wait until it is there.",
    kind="write",
    means="ask",
    waits=True,
    inputs={
        "question": {**_TEXT, "required": True, "maxLength": 2000, "description": "What is to be decided."},
        "details": {"description": "What they need to know: any JSON."},
        "form": {"type": "object", "description": "JSON Schema of what who approves fills in."},
        "approvers": {
            "type": "array", "items": {"type": "string"},
            "description": "Who may decide: names, as ada@example.com, or role:publisher. By default whoever may answer"
            " tasks.",
        },
        "needed": {
            "type": ("string", "integer"), "default": "any",
            "description": "How many must approve: any (one), all of those named, or a number. One refusal refuses.",
        },
        "remind_after": {
            "type": "number", "minimum": LEAST_REMIND_SECONDS,
            "description": "After so many seconds without a decision the messages come again, and after as many again.",
        },
        "slack_channel": {**_TEXT, "description": "Also ask in this channel, with buttons."},
        "slack_token": {"type": "string", "secret": True, "description": "The bot's token, with the scope chat:write."},
        "email": {
            "type": "object", "description": "Also ask by mail: host, from, to and further inputs of email:send.",
            "properties": {
                "host": {**_TEXT, "description": "The mail server."},
                "password": {"type": "string", "secret": True, "description": "The user's password there."},
            },
        },
    },
    outputs={
        "decision": {"type": "string", "enum": ("approved", "refused"), "description": "What was decided."},
        "approved": {"type": "boolean", "description": "Whether it was approved."},
        "by": {"type": "string", "description": "Who decided; of several the last."},
        "at": {"type": "string", "format": "date-time", "description": "When."},
        "comment": {"type": "string", "description": "What they wrote."},
        "values": {"type": "object", "description": "What they filled into the form."},
        "answers": {"type": "array", "description": "Each answer: decision, by, as, at, comment, values."},
    },
)


class ApprovalConnector(ConnectorAdapter):
    """One action, `ask`."""

    code = "approval"
    name = "Approval"
    description = (
        "Asks people to decide, in the Studio, by mail and in Slack. Nobody has run its messages to Slack against Slack"
        " itself yet."
    )
    icon = "M5 4h14v16H5zM9 12l2 2 4-4"
    actions = {"ask": _ASK}  # noqa: RUF012 - the guide's form

    def execute(self, action: str, params: dict[str, Any], context: dict[str, Any]) -> Any:  # noqa: ARG002
        """Ask; with a job in `context` remind, or end it."""
        asking, job = context.get("asking"), context.get("job")
        if asking is None or (job is None and "task_token" not in context):
            raise ConnectorError(
                "ask waits for people: its Resource is connector:approval:ask.waitForTaskToken, in an execution of this"
                " product", definite=True,
            )
        try:
            terms = terms_of(params)
        except ValueError as error:
            raise ConnectorError(str(error), definite=True, code="InvalidInput") from None
        messages = _Messages(terms, params, context, asking)
        try:
            if job is None:
                return _ask(asking, messages, params, context)
            if context["is_over"]:
                return _end(asking, messages, job, context)
            messages.remind(job)
            return HandedOver(again_in=params.get("remind_after"))
        except StorageError as error:
            raise ConnectorError(f"the store did not serve: {error}", retryable=True, definite=False) from error


def _ask(asking: Asking, messages: _Messages, params: dict[str, Any], context: dict[str, Any]) -> HandedOver:
    row = Approval(
        context["workspace"], approval_id(context["execution_id"], context["task_token"], context["entered_at"]),
        context["execution_id"], context["frame"], context["visit"], context["attempt"], context["entered_at"],
    )
    asking.store.ask(row)  # before anybody hears of it: who is asked may answer at once
    try:
        sent = messages.ask(row.id)
    except ConnectorError as error:
        if error.definite:
            asking.store.close(row, OVER, asking.clock.now())
        raise
    return HandedOver({"approval": row.id, **sent}, params.get("remind_after"))


def _end(asking: Asking, messages: _Messages, job: dict[str, Json], context: dict[str, Any]) -> None:
    answered = context["answered"] if isinstance(context["answered"], dict) else {}
    approved = answered.get("approved")
    status = OVER if not isinstance(approved, bool) else APPROVED if approved else REFUSED
    row = asking.store.get(context["workspace"], job["approval"])
    if row is not None:
        asking.store.close(row, status, asking.clock.now())
    messages.end(job, status, answered)


class _Messages:
    """What is said in Slack and by mail, by the connectors for it."""

    def __init__(self, terms: Terms, params: dict[str, Any], context: dict[str, Any], asking: Asking) -> None:
        self._terms, self._params, self._context, self._asking = terms, params, dict(context), asking
        if ("slack_channel" in params) != ("slack_token" in params):
            raise ConnectorError("slack_channel and slack_token go together: give both or neither", definite=True)

    def ask(self, approval: str) -> dict[str, Json]:
        """Ask; what has to be known to say more."""
        sent: dict[str, Json] = {}
        if "email" in self._params:
            self._mail(approval, self._terms.question)
        if "slack_channel" in self._params:
            posted = self._slack("post_message", {
                "channel": self._params["slack_channel"], "text": escaped(self._terms.question),
                "blocks": [*self._asked(), _COMMENT, self._buttons(approval)],
            })
            sent["slack"] = {"channel": posted["channel"], "ts": posted["ts"]}
        return sent

    def remind(self, job: dict[str, Json]) -> None:
        """Say once more that it waits."""
        text = f"Still waiting: {self._terms.question}"
        if "slack" in job:
            self._slack("post_message", {
                "channel": job["slack"]["channel"], "thread": job["slack"]["ts"], "reply_broadcast": True,
                "text": escaped(text),
            })
        if "email" in self._params:  # another mail, and no second one of the same Message-ID
            self._context["idempotency_key"] += f":{int(self._asking.clock.now())}"
            self._mail(job["approval"], text)

    def end(self, job: dict[str, Json], status: str, answered: dict[str, Json]) -> None:
        """Take the buttons off the message, and say what became of it."""
        if "slack" not in job:
            return
        says = {APPROVED: "Approved", REFUSED: "Refused"}.get(status, "No longer asked: nobody decided in time, or the"
                                                              " execution went on without")
        by, comment = answered.get("by"), answered.get("comment")
        text = says + (f" by {by}" if isinstance(by, str) and status != OVER else "")
        text += f": {comment}" if isinstance(comment, str) and comment else ""
        self._slack("update_message", {
            "channel": job["slack"]["channel"], "ts": job["slack"]["ts"],
            "text": escaped(f"{self._terms.question} {text}"), "blocks": [*self._asked(), _section(text)],
        })

    def _asked(self) -> list[Json]:
        """What is asked, as blocks of Block Kit."""
        said = [_section(self._terms.question)]
        if self._terms.details is not None:
            said.append(_section(f"```{_shown(self._terms.details)}```"))
        where = f"{self._context['execution_id']}, {self._context['state']}"
        until = self._context["deadline"]
        text = escaped(where if until is None else f"{where}, until {iso_timestamp(until)}")
        return [*said, {"type": "context", "elements": [{"type": "mrkdwn", "text": text[:2_900]}]}]

    def _buttons(self, approval: str) -> Json:
        """A form is filled in in the Studio; a refusal needs none."""
        approve = _button("Approve", APPROVE, value=approval, style="primary")
        address = self._asking.address(approval)
        opens = [] if address is None else [_button("Open", "automate_open", url=address)]
        own = [approve] if self._terms.form is None else []
        return {"type": "actions", "elements": [
            *own, _button("Refuse", REFUSE, value=approval, style="danger"), *opens
        ]}

    def _slack(self, action: str, params: dict[str, Json]) -> dict[str, Json]:
        return self._call("slack", action, {"token": self._params["slack_token"], **params})

    def _mail(self, approval: str, subject: str) -> None:
        address = self._asking.address(approval)
        if address is None:
            raise ConnectorError(
                "a mail needs the Studio's address: set AUTOMATE_STUDIO_URL", definite=True, code="NoAddress"
            )
        details = "" if self._terms.details is None else f"\n\n{_shown(self._terms.details)}"
        self._call("email", "send", {
            **self._params["email"], "subject": " ".join(subject.split())[:200],
            "body": f"{self._terms.question}{details}\n\nAnswer here, signed in: {address}\n",
        })

    def _call(self, code: str, action: str, params: dict[str, Json]) -> dict[str, Json]:
        """A call of another connector, with this call's secrets and time. Raises ConnectorError."""
        registry = _registry()
        adapter = registry.get(code)
        if adapter is None or action not in adapter.actions:
            raise ConnectorError(f"there is no connector {code} with the action {action}", definite=True)
        from connectors.checking import check_inputs  # noqa: PLC0415  only who sends messages

        checked, problems = check_inputs(adapter.actions[action], params)
        if problems:
            raise ConnectorError(f"{code}: {'; '.join(map(str, problems))}", definite=True, code="InvalidInput")
        found: dict[str, Json] = adapter.execute(action, checked, self._context)
        return found


def _registry() -> Registry:
    from connectors.registry import default_registry  # noqa: PLC0415  which leads here

    return default_registry


def escaped(text: str) -> str:
    """Text as Slack has it: ``&``, ``<`` and ``>`` are its markup ("Formatting text for app surfaces")."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": escaped(text)[:2_900]}}


_COMMENT: Json = {
    "type": "input", "block_id": COMMENT, "optional": True, "label": {"type": "plain_text", "text": "Comment"},
    "element": {"type": "plain_text_input", "action_id": COMMENT, "multiline": True, "max_length": _MOST_FIELD},
}


def _button(says: str, action: str, **more: str) -> Json:
    return {"type": "button", "action_id": action, "text": {"type": "plain_text", "text": says}, **more}


def _shown(details: Json) -> str:
    import json  # noqa: PLC0415  only where there is something to show

    text = details if isinstance(details, str) else json.dumps(details, indent=2, ensure_ascii=False)
    return text if len(text) <= MOST_DETAILS else f"{text[:MOST_DETAILS]} …"
