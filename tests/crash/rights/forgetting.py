"""Erasing an actor in the campaign: who erases dies and freezes at every port call, and asks again until it is over.

The runs are those of `revoking`: a program starts an execution under its token's name, and an admin revokes the token.
Then another one erases the program's name by the API's own route. What must hold:

    I34   once it was answered that a name is erased, it is nowhere: in no entry and no row of the audit log, nor beside
          it; a start that is there is told of once, under the pseudonym
    I35   at every death the chains verify, and again in the end: a name that is gone untold would be a finding
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.durable.lifecycle.erasing import ASKED_SECONDS
from engine.errors import StoreUnavailable
from engine.governance.audit.actors import PSEUDONYM
from engine.governance.roles import Caller, Grant, Role
from engine.ports.catalog_store import DraftRecord
from engine.ports.keys import Actor
from functions.app.http import Request
from functions.app.routing import answer
from functions.app.table import find
from tests.crash.clients import Client
from tests.crash.rights.revoking import PROGRAM, RIGHTS, RightsWorld, _entries, check_run
from tests.crash.ruled import RuledCampaign

ADMIN = Actor("grace", "user", "192.0.2.9", "sub-9")
ERASE = "/erasures/actors"

FORGOTTEN = "forgotten"
"""What its runs are called: they are of one kind."""


class ForgettingWorld(RightsWorld):
    """A world with an admin who erases the program's name."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(RIGHTS["revoked"], *given, **more)
        with self.quietly():
            self.stores.catalog.put_draft(
                DraftRecord(self.workspace, "drafted", b"{}", "e", self.clock.now(), PROGRAM), expect_etag=None,
                description="",
            )
        start, end, _ = self._clients
        self._clients = [start, end, Client(
            "erase", lambda world: {"start", "end"} <= set(world.ledger.accepted), lambda _world: self._erase(),
        )]

    def _erase(self) -> None:
        """Ask once. Raises StoreUnavailable where it has to be asked again."""
        body = json.dumps({"actor": PROGRAM}).encode()
        route, parameters = find("POST", ERASE)  # type: ignore[misc]  there is one
        admin = Caller(ADMIN, (Grant(f"user/{ADMIN.name}", self.workspace, Role.ADMIN),))
        services = replace(
            self._services(), caller_of=lambda _context, _headers: admin, open_tokens=lambda: self.tokens,
        )
        answered = answer(route, Request("POST", ERASE, parameters, {}, {}, body, {}), lambda: services)
        if answered.status >= 500:
            raise StoreUnavailable(answered.body)
        if answered.status != 200:
            self.watched.broken.append(f"I34: erasing was answered {answered.status} {answered.body}")

    def _dies(self) -> None:
        with self.quietly():
            self.watched.broken += self.unverified()
        super()._dies()

    def unverified(self) -> list[str]:
        """What `verify` finds."""
        return [f"I35: {found}" for found in self.audit.verify(self.workspace).findings]


def check(world: ForgettingWorld) -> list[str]:
    """What is broken, once the run has come to rest."""
    world.clock.sleep(ASKED_SECONDS + 1)
    world._services().open_erasing().go_on(world.workspace)
    return [*check_run(world), *_check_forgotten(world), *world.unverified()]


def _check_forgotten(world: ForgettingWorld) -> Iterator[str]:
    entries = _entries(world)
    if world.audit.actors.found(world.workspace, PROGRAM):
        yield "I34: the log has the name"
    named = [entry.id for entry in entries if PROGRAM in (entry.actor.name, entry.subject.name)]
    if named:
        yield f"I34: the name is in {named}"
    draft = world.stores.catalog.draft(world.workspace, "drafted")
    [record] = world.kept.tokens.read()
    if PROGRAM in (draft.updated_by, record.name):
        yield "I34: the name is beside the log"
    if world.stores.erasure.pending(world.workspace):
        yield "I34: an erasure is named that is over"
    there = world.stores.journal.header(world.key) is not None
    started = [entry.actor.name for entry in entries if entry.id == f"{world.key.id}#start"]
    if world.stores.family != "memory" and [*map(bool, map(PSEUDONYM.fullmatch, started))] != [True] * there:
        yield f"I34: the start was told of by {started}"


def forgetting_campaign(folder: Path) -> RuledCampaign:
    """A campaign over the one."""
    return RuledCampaign(folder, lambda spec, stores: ForgettingWorld(spec.faults, stores), check)
