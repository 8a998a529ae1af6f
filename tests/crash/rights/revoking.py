"""Revocation in the campaign: a right ends while a request with it is under way, and whoever ends it dies, too.

The runs are those of `campaign`, over RIGHTS: a program starts an execution by the API's own route, through the door of
its token or of its IAM role. An admin ends the right: at any port call of the request (`news`), or after it. Then the
program asks again. Each asks until it is answered. What must hold:

    I27   once it was answered that a right has ended, no request that begins is let in, and each is told why
    I28   a request is let in or not: what was started is there with its entry, in the program's name; who was never let
          in started nothing
    I29   who asks again to end a right is answered, and it has ended once; the refusal of whoever had it is in the log
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from engine.durable.lifecycle.budgets import Budgets
from engine.errors import NotFound, StoreUnavailable
from engine.governance.access_tokens import AccessTokens
from engine.governance.audit.actors import Actors
from engine.governance.audit.audit import Audit
from engine.governance.audit.query import MOST_IN_PAGE, AuditQuery, page
from engine.governance.resolving import AnswerMasks
from engine.governance.role_grants import RoleGrants
from engine.governance.roles import Caller, Role
from functions.app.acts import Recorder
from functions.app.http import Request, Response
from functions.app.machines.roles import RoleCallers
from functions.app.machines.tokens import TokenCallers
from functions.app.routing import answer
from functions.app.services import NoLogs, Place
from functions.app.table import find
from functions.app.wiring import services_over
from functions.task_chain import TaskChain
from tests.crash.clients import Client
from tests.crash.invariants import _check_execution, _check_rest
from tests.crash.ruled import RuledCampaign
from tests.crash.scenarios import INPUT, Workflow
from tests.crash.world import NAME, World
from tests.support.api import MemorySecrets
from tests.support.flows import flow, task
from tests.support.memory.access_tokens import MemoryTokenRoot, MemoryTokenStore
from tests.support.memory.role_grants import MemoryRoleGrants

ACCOUNT, ROLE_NAME, PROGRAM = "111122223333", "starter", "ci"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE_NAME}/session"
REFUSED = (401, 403)


@dataclass(frozen=True)
class Right:
    """What a program has, and how it ends: `code` is what whoever had it is told, `recorded` the act of its refusal."""

    ends: Callable[[RightsWorld], None]
    code: str
    recorded: str = "request.refused"
    by_role: bool = False


def _rotate(world: RightsWorld) -> None:
    """Whose reply was lost looks whether there is another secret by now."""
    if world.tokens.find(world.workspace, PROGRAM).generation == 1:
        world.tokens.rotate(world.workspace, PROGRAM, at_once=True)


RIGHTS: dict[str, Right] = {
    "revoked": Right(lambda world: world.tokens.revoke(world.workspace, PROGRAM, by="ada"), "TokenRevoked"),
    "rotated": Right(_rotate, "TokenRotated"),
    "ungranted": Right(
        lambda world: world.grants.remove(world.workspace, ROLE_NAME), "NotAllowed", "act.refused", by_role=True,
    ),
}
"""By name. On one machine there are no grants to IAM roles."""


class RightsWorld(World):
    """A world with a program outside. `let_in` counts the requests that passed the door."""

    def __init__(self, right: Right, *given: Any, **more: Any) -> None:
        super().__init__(Workflow(flow({"Work": task(End=True)})), *given, **more)
        self.right = right
        self.let_in = 0
        self.kept = _kept(self)
        self.settings = replace(self.settings, workspace=self.workspace)
        with self.quietly():
            self.text = self.tokens.add(self.workspace, PROGRAM, Role.OPERATOR, by="ada").text
            arn = f"arn:aws:iam::{ACCOUNT}:role/{ROLE_NAME}"
            self.grants.add(self.workspace, arn, Role.OPERATOR, by="ada")
        self._clients = [
            Client("start", lambda _world: True, lambda _world: self._ask_for("POST", "/workflows/flow/executions")),
            Client("end", lambda world: world.ledger.asked("start"), lambda _world: self._end()),
            Client("again", lambda world: {"start", "end"} <= set(world.ledger.accepted), lambda _world: self._ask_for(
                "GET", f"/executions/{self.key.id}")),
        ]

    def _goes_wrong_before(self, mode: str) -> None:
        """Whoever asks with the right: at that very moment it ends."""
        super()._goes_wrong_before(mode)
        end = self._clients[1]
        if mode == "news" and self.asking and self._wants(end):
            with self.quietly():
                self._ask(end)

    # ---------------------------------------------------------------- processes, each of them fresh

    @property
    def tokens(self) -> AccessTokens:
        return AccessTokens(self.wrap("tokens", self.kept.tokens), self.clock, self.kept.root, digests=False)

    @property
    def grants(self) -> RoleGrants:
        return RoleGrants(self.wrap("grants", self.kept.grants), self.clock, ACCOUNT)

    @property
    def audit(self) -> Audit:
        notes = getattr(self.stores.stores, "audit_notes", None)
        return Audit(self.wrap("audit", self.stores.audit), self.clock, notes=notes)

    def _services(self) -> Any:
        audit = self.audit
        ports = SimpleNamespace(**{
            name: self.wrap(name, getattr(self.stores, name))
            for name in (
                "journal", "index", "queue", "catalog", "pauses", "deliveries", "trigger_states", "activities",
                "approvals", "erasure", "views", "conversations",
            )
        }, audit=audit.log, is_alive=bool, together=None if self.stores.together is None else self.together)
        services = services_over(
            ports, self.settings, self.clock, TaskChain(self.tasks, AnswerMasks(()), None), audit,
            budgets=Budgets(ports.trigger_states, ports.index, self.clock), new_worker=self.worker, secret_backends=(),
            secret_store=MemorySecrets(), erases_at_once=self.stores.family != "aws",
            caller_of=lambda _context, _headers: self._caller(audit), logs=NoLogs(), place=Place("test"),
            startable=lambda _version: None, published=self.published,  # type: ignore[arg-type]
        )
        return replace(services, executions=self.executions)

    def _caller(self, audit: Audit) -> Caller:
        recorder = Recorder(audit, self.clock)
        if self.right.by_role:
            identity = {"userArn": SESSION, "accountId": ACCOUNT}
            caller = RoleCallers(self.grants, recorder, self.clock, self.workspace).of_identity(identity, "192.0.2.7")
            self.let_in += bool(caller.grants)
        else:
            callers = TokenCallers(self.tokens, recorder, self.clock, self.workspace)
            caller = callers.of_header(f"Bearer {self.text}", "192.0.2.7")
            self.let_in += 1
        return caller

    # ---------------------------------------------------------------- who asks what

    def _ask_for(self, method: str, path: str) -> None:
        """One request of the program's. Raises StoreUnavailable for one that has to be sent again."""
        has_ended = "end" in self.ledger.accepted
        answered = self.request(method, path)
        if answered.status == 503:
            raise StoreUnavailable(answered.body)
        is_refused = answered.status in REFUSED
        if not is_refused and answered.status not in (200, 201, 404):
            self.watched.broken.append(f"I28: {method} was answered {answered.status} {answered.body}")
        if has_ended and not is_refused:
            self.watched.broken.append(f"I27: {method} was answered {answered.status} after the right had ended")
        if is_refused and json.loads(answered.body)["error"]["code"] != self.right.code:
            self.watched.broken.append(f"I27: the program was told {answered.body}")
        if answered.status == 201:
            self.ledger.accept("started", self.clock.now())

    def request(self, method: str, path: str) -> Response:
        """The API's answer to the program."""
        route, parameters = find(method, path)  # type: ignore[misc]  there is one
        body = json.dumps({"name": NAME, "input": INPUT}).encode() if method == "POST" else b""
        return answer(route, Request(method, path, parameters, {}, {}, body, {}), self._services)

    def _end(self) -> None:
        with suppress(NotFound):  # who asks again is told that it is gone
            self.right.ends(self)


def _kept(world: World) -> SimpleNamespace:
    """Where rights are kept."""
    root, stores = MemoryTokenRoot(), world.stores
    if stores.family == "aws":
        from engine.adapters.aws.access.grants import DynamoRoleGrants  # noqa: PLC0415  boto3 only where it is asked for
        from engine.adapters.aws.access.tokens import DynamoTokenStore  # noqa: PLC0415

        table = stores.stores.stored
        return SimpleNamespace(
            root=root, tokens=DynamoTokenStore(table, world.clock), grants=DynamoRoleGrants(table)
        )
    if stores.family == "sqlite":
        from engine.adapters.local.access.tokens import LocalTokenStore  # noqa: PLC0415

        return SimpleNamespace(root=root, tokens=LocalTokenStore(stores.folder, world.clock), grants=MemoryRoleGrants())
    return SimpleNamespace(root=root, tokens=MemoryTokenStore(), grants=MemoryRoleGrants())


# ---------------------------------------------------------------- what must hold


def check(world: RightsWorld) -> list[str]:
    """What is broken, once the run has come to rest."""
    return [*check_run(world), *_check_started(world), *_check_ended(world)]


def check_run(world: RightsWorld) -> list[str]:
    """What is broken of the run itself."""
    broken = [*dict.fromkeys(world.watched.broken)]
    for header in world.stores.headers():
        broken += _check_execution(world, header, world.stores.segments(header.key))
    return [*broken, *_check_rest(world)]


def _check_started(world: RightsWorld) -> Iterator[str]:
    there = world.stores.journal.header(world.key) is not None
    if "started" in world.ledger.accepted and not there:
        yield "I28: it was answered that it was started, and it is not there"
    if there and not world.let_in:
        yield "I28: who was not let in started something"
    if world.stores.family == "memory":
        return  # start and entry are one on SQLite, and sealed from the header on AWS; here a death comes between
    entries = [entry for entry in _entries(world) if entry.id == f"{world.key.id}#start"]
    if len(entries) != int(there):
        yield f"I28: {len(entries)} entries of a start that is {'' if there else 'not '}there"
    if any(entry.actor.name not in (PROGRAM, ROLE_NAME) for entry in entries):
        yield f"I28: the start is {entries[0].actor}'s"


def _check_ended(world: RightsWorld) -> Iterator[str]:
    if not world.right.by_role:
        [record] = world.kept.tokens.read()
        if record.oldest == 1 if world.right.code == "TokenRotated" else record.revoked_at is None:
            yield f"I29: the token is {record}"
    elif world.kept.grants.grants(world.workspace):
        yield "I29: the grant is there"
    if world.request("GET", f"/executions/{world.key.id}").status not in REFUSED:
        yield "I27: at last it is let in"
    found = [entry for entry in _entries(world) if entry.act == world.right.recorded]
    if not found or {entry.actor.name for entry in found} != {ROLE_NAME if world.right.by_role else PROGRAM}:
        yield f"I29: of the refusal the log has {found}"


def _entries(world: RightsWorld) -> list[Any]:
    if world.stores.family == "aws":
        world.stores.seal(world._chance)
    found, asked = [], AuditQuery(world.workspace, limit=MOST_IN_PAGE)
    while True:
        read = page(world.stores.audit, asked, Actors(world.stores.audit, world.clock))
        found += [item.entry for item in read.entries]
        if read.next_token is None:
            return found
        asked = replace(asked, next_token=read.next_token)


# ---------------------------------------------------------------- running


def rights_campaign(folder: Path) -> RuledCampaign:
    """A campaign over RIGHTS."""
    return RuledCampaign(folder, lambda spec, stores: RightsWorld(RIGHTS[spec.workflow], spec.faults, stores), check)
