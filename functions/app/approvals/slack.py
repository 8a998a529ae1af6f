"""Answers by buttons in Slack: its signature over the raw body says who sends, a setting says who its users are.

    POST, signed ── who is that user? ── may they? ──► the answer is taken ──► the user is told, by the response_url

Sources: Slack, "Handling user interaction" (a form's field `payload`, 200 within three seconds), "block_actions
payload", "Verifying requests from Slack". The message itself is changed by the connector, when its Task has gone on.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any
from urllib.parse import parse_qs

from connectors.asking import APPROVED, REFUSED
from connectors.builtin.http_calls import HttpCalls, url_of
from connectors.errors import ConnectorError
from connectors.shipped.approval import APPROVE, COMMENT, REFUSE
from engine.clock import Clock
from engine.errors import InvalidDocument, UserError
from engine.governance.masking import Scrubber
from engine.governance.roles import Caller, Grant, NotAllowed, parse_role
from engine.governance.secret_grants import WEBHOOK, hosts_for, how_to_grant
from engine.ports.keys import Actor, ExecutionKey
from engine.ports.secrets import SecretBackend, SecretGrant
from engine.records import dataclass
from engine.settings import Settings
from engine.triggers.signatures import Verdict, verify
from engine.values import loads
from functions.app.approvals.answering import Answer, Answering, Taken, Who, check_may
from functions.app.http import Request

Json = Any

USERS, SIGNING = "AUTOMATE_SLACK_USERS", "AUTOMATE_SLACK_SIGNING_SECRET"
ANYBODY = "*"
TELL_SECONDS = 1.5
"""Slack waits three seconds for the answer to a click."""

_DECISIONS = {APPROVE: APPROVED, REFUSE: REFUSED}
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Click:
    """A button that somebody has pressed. `reply` is where they are told of it."""

    user: str
    decision: str
    approval: str
    reply: str = field(repr=False)
    comment: str = field(default="", repr=False)


def clicks_of(body: bytes) -> list[Click]:
    """The clicks on our buttons in what Slack sends; other things are none."""
    found = parse_qs(body.decode("utf-8", "replace"), max_num_fields=20).get("payload", [""])[0]
    try:
        payload = loads(found)
    except (ValueError, RecursionError):
        return []
    if not isinstance(payload, dict) or payload.get("type") != "block_actions":
        return []
    user = payload.get("user")
    actions = payload.get("actions")
    return [
        Click(
            str(user.get("id", "")), _DECISIONS[one["action_id"]], str(one.get("value", "")),
            str(payload.get("response_url", "")), _comment(payload),
        )
        for one in (actions if isinstance(actions, list) else [])
        if isinstance(user, dict) and isinstance(one, dict) and one.get("action_id") in _DECISIONS
    ]


def _comment(payload: Mapping[str, Json]) -> str:
    """What the user has written beside the buttons: Slack sends the state of the message's fields with each press, null
    for an empty one ("A full state on view submission and block actions")."""
    found: Json = payload.get("state")
    for name in ("values", COMMENT, COMMENT, "value"):
        found = found.get(name) if isinstance(found, dict) else None
    return found.strip() if isinstance(found, str) else ""


def people_of(setting: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    """Name and role ("" for none) by Slack user id, of entries USER=NAME or USER=NAME/ROLE. Raises InvalidDocument."""
    people = {}
    for entry in setting:
        user, equals, said = entry.partition("=")
        name, _, role = said.partition("/")
        if not equals or not user.strip() or not name.strip():
            raise InvalidDocument(
                f"{entry!r} does not say who a Slack user is", where=USERS,
                advice="Write U012AB3CD=ada@example.com, or U012AB3CD=ada@example.com/operator.",
            )
        if role:
            parse_role(role, where=USERS)
        people[user.strip()] = (name.strip(), role)
    return people


@dataclass(frozen=True, slots=True)
class SlackAnswers:
    """One workspace's. `record` is told of each answer, and of each that was refused."""

    answering: Answering
    settings: Settings
    secrets: Sequence[SecretBackend]
    clock: Clock

    def is_genuine(self, request: Request) -> bool:
        """Whether Slack sends it, with the app's signing secret."""
        found = self._signing()
        return found is not None and verify(
            "slack", body=request.body, headers=request.headers, secrets=[found[1]], now=self.clock.now()
        ) is Verdict.VALID

    def take(self, click: Click, origin: str, record: Callable[[Actor, ExecutionKey | None, Taken], None]) -> str:
        """Take the answer; what the user is to read. Raises StorageError."""
        try:
            caller = self._caller(click.user, origin)
            key = self.answering.execution_of(click.approval)
            if key is not None:
                self._check_granted(key.workflow)
            taken = self.answering.answer(
                click.approval, Who(caller.actor.name, "slack"), Answer(click.decision, click.comment),
                lambda terms: check_may(terms, caller, self.settings.workspace),
            )
        except UserError as error:
            return f"Your answer was not taken: {error.message}"
        record(caller.actor, key, taken)
        return "Your answer counts." if taken.left == 0 else f"Your approval counts. {taken.left} more must approve."

    def _caller(self, user: str, origin: str) -> Caller:
        """Who a user of Slack is. Raises NotAllowed for one whom the setting does not name."""
        people = people_of(self.settings.slack_users)
        name, role = people.get(user, ("", ""))
        if not name and ANYBODY in people:
            name, role = people[ANYBODY]
            name = f"{name}:{user}"
        if not name or not user:
            raise NotAllowed(f"nobody has said who the Slack user {user} is ({USERS})", where=USERS)
        workspace = self.settings.workspace
        grants = (Grant(f"user/{name}", workspace, parse_role(role)),) if role else ()
        return Caller(Actor(name, origin=origin), grants)

    def _signing(self) -> tuple[SecretBackend, str] | None:
        key = self.settings.slack_signing_secret
        for backend in self.secrets if key else ():
            value = backend.get(self.settings.workspace, key)
            if value is not None:
                return backend, value
        return None

    def _check_granted(self, workflow: str) -> None:
        """Raises NotAllowed unless the signing secret may prove answers to `workflow`."""
        found, key = self._signing(), self.settings.slack_signing_secret
        if found is not None and not hosts_for(found[0].grants(self.settings.workspace, key), workflow, WEBHOOK):
            how = how_to_grant(found[0].name, key, SecretGrant(workflow, WEBHOOK))
            _LOG.warning("an answer in Slack is refused: its signing secret is not granted. %s", how)
            raise NotAllowed(f"this Slack app may not answer for the workflow {workflow}", where=SIGNING)


def tell(calls: HttpCalls, click: Click, text: str) -> None:
    """Tell the user, and nobody else, by the address that Slack gave for it. What fails is logged."""
    body = json.dumps({"response_type": "ephemeral", "replace_original": False, "text": text}).encode()
    try:
        calls.send(
            "POST", url_of(click.reply, Scrubber(())), {"content-type": "application/json; charset=utf-8"}, body,
            TELL_SECONDS, Scrubber(()), reads=False,
        )
    except ConnectorError as error:
        _LOG.warning("a user of Slack was not told what came of an answer: %s", error.code or "no connection")
