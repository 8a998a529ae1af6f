"""Links of forms: 128 bits that open one form, for a while and for so many submissions. Only their digests are kept."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import replace
from typing import Any

from engine.clock import Clock
from engine.errors import Conflict, NotFound, StorageError, StoreBusy
from engine.language.asl.times import parse_timestamp
from engine.ports.deliveries import TriggerState, TriggerStates
from engine.records import dataclass
from engine.triggers.listener import Listener

Json = Any

LINKS = "!links"
"""In place of a workflow's name, which has no such character."""

OWN_SECONDS = 3600.0
"""A link to a form that is not public is for whoever asked for it: for an hour, and one submission."""

_TRIES = 10


class NoSuchForm(NotFound):
    """No form has this link, or none any more."""

    code = "NoSuchForm"


class FormClosed(Conflict):
    """Its time is over, or it has had all its submissions."""

    code = "FormClosed"
    status = 410


@dataclass(frozen=True, slots=True)
class FormLink:
    """What a link opens. `made_by` asked for it; `most` submissions until `expires_at` (epoch seconds)."""

    digest: str
    workflow: str
    trigger: str
    made_by: str
    expires_at: float
    most: int
    used: int
    state: TriggerState

    @property
    def is_public(self) -> bool:
        """Whether it was made of a public form; other links are for an hour and one submission."""
        lasts = self.expires_at - (self.state.since or 0.0)
        return self.most > 1 or abs(lasts - OWN_SECONDS) > 1.0


class FormLinks:
    """One workspace's. Safe to share between threads. Methods raise StorageError."""

    def __init__(self, states: TriggerStates, clock: Clock, workspace: str) -> None:
        self._states = states
        self._clock = clock
        self._workspace = workspace

    def make(self, form: Listener, *, made_by: str) -> tuple[str, FormLink]:
        """A new link to `form`: its text, which is kept nowhere, and what it opens. Raises FormClosed where the form's
        time is over."""
        now, public = self._clock.now(), form.spec.get("public") or None
        expires_at = now + OWN_SECONDS if public is None else parse_timestamp(str(public["expires"])) or now
        if expires_at <= now:
            raise FormClosed(f"the form {form.label} was open until {public['expires'] if public else ''}",
                             advice="Publish a version whose `public` expires later.")
        token = secrets.token_urlsafe(16)
        most = 1 if public is None else int(public["most"])
        state = TriggerState(
            self._workspace, LINKS, _digest(token), since=now, looked_at=expires_at,
            spec=json.dumps([form.workflow, form.name, made_by, most, 0]),
        )
        if not self._states.change(state):
            raise StorageError("a link of this digest is there already")
        return token, _link(state)

    def find(self, token: str, *, used_up: bool = False) -> FormLink:
        """What a link opens; `used_up`: also one that has had all its submissions. Raises NoSuchForm, FormClosed."""
        state = self._states.get(self._workspace, LINKS, _digest(token))
        if state is None:
            raise NoSuchForm("there is no form here")
        found = _link(state)
        if self._clock.now() >= found.expires_at or (found.used >= found.most and not used_up):
            raise FormClosed("this form is closed")
        return found

    def is_closed(self, link: FormLink, form: Listener) -> bool:
        """Whether the form as it is published now closes a link that was made of a public one: it is public no more, or
        its time is over."""
        public = form.spec.get("public") or None
        if not link.is_public:
            return False
        return public is None or self._clock.now() >= (parse_timestamp(str(public["expires"])) or 0.0)

    def take(self, token: str) -> None:
        """Count one submission. Raises FormClosed where there is none left."""
        self._count(token, 1)

    def give_back(self, token: str) -> None:
        """What was counted was none: it had come before, or started nothing."""
        self._count(token, -1)

    def sweep(self) -> int:
        """Forget those whose time is over; answers how many."""
        over = [
            state for state in self._states.all(self._workspace)
            if state.workflow == LINKS and (state.looked_at or 0.0) < self._clock.now()
        ]
        for state in over:
            self._states.forget(self._workspace, LINKS, state.trigger)
        return len(over)

    def _count(self, token: str, by: int) -> None:
        for _ in range(_TRIES):
            state = self._states.get(self._workspace, LINKS, _digest(token))
            if state is None:
                raise NoSuchForm("there is no form here")
            found = _link(state)
            if by > 0 and found.used >= found.most:
                raise FormClosed("this form is closed")
            spec = json.dumps([found.workflow, found.trigger, found.made_by, found.most, found.used + by])
            if self._states.change(replace(state, spec=spec)):
                return
        raise StoreBusy("too many submit this form at once")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _link(state: TriggerState) -> FormLink:
    workflow, trigger, made_by, most, used = json.loads(state.spec)
    return FormLink(state.trigger, workflow, trigger, made_by, state.looked_at or 0.0, most, used, state)
