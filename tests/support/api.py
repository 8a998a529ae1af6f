"""The API over memory stores, called through the WSGI gateway as a client calls it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote_to_bytes

from connectors.asking import Asking
from connectors.connections.kept import ConnectionSecrets
from connectors.registry import default_registry
from connectors.tasks import ConnectorTasks
from engine.catalog.published import CatalogPublished
from engine.catalog.startable import Startable
from engine.clock import SkipClock
from engine.durable.lifecycle.budgets import Budgets
from engine.durable.worker.worker import Worker
from engine.governance.access_tokens import AccessTokens
from engine.governance.audit.audit import Audit
from engine.governance.resolving import AnswerMasks, SecretResolving
from engine.governance.role_grants import RoleGrants
from engine.governance.roles import EVERY_WORKSPACE, Caller, Grant, Role
from engine.ports.keys import Actor
from engine.ports.logs import LogLine, LogLines, LogQuery
from engine.ports.secrets import Grants, SecretGrant, SecretInfo
from engine.settings import Settings
from functions.app.services import Place, Services
from functions.app.wiring import services_over
from functions.server.gateway import Gateway
from functions.task_chain import TaskChain
from tests.support.memory.access_tokens import MemoryTokenRoot, MemoryTokenStore
from tests.support.memory.role_grants import MemoryRoleGrants


class MemorySecrets:
    """A writable secret backend in memory."""

    name = "memory"

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.granted: dict[str, Grants] = {}
        self.others: dict[tuple[str, str], str] = {}

    def get(self, workspace: str, key: str, *, fresh: bool = False) -> str | None:
        return self.values.get(key)

    def list(self, workspace: str) -> list[SecretInfo]:
        return [SecretInfo(key, self.name, 0.0, "ada", self.granted.get(key)) for key in sorted(self.values)]

    def grants(self, workspace: str, key: str, *, fresh: bool = False) -> Grants:
        return self.granted.get(key)

    def set(self, workspace: str, key: str, value: str, *, by: str) -> SecretInfo:
        if key in self.values:
            self.others[key, "previous"] = self.values[key]
        else:
            self.granted[key] = ()
        self.values[key] = value
        return SecretInfo(key, self.name, 0.0, by, self.granted.get(key))

    def stage(self, workspace: str, key: str, value: str) -> bool:
        return key in self.values and self.others.update({(key, "pending"): value}) is None

    def promote(self, workspace: str, key: str, *, by: str) -> SecretInfo | None:
        return self._turn(key, "pending", by)

    def go_back(self, workspace: str, key: str, *, by: str) -> SecretInfo | None:
        return self._turn(key, "previous", by)

    def _turn(self, key: str, which: str, by: str) -> SecretInfo | None:
        value = self.others.pop((key, which), None)
        if value is None:
            return None
        return self.set("default", key, value, by=by)

    def renew(self, workspace: str, key: str, value: str) -> bool:
        return key in self.values and self.values.update({key: value}) is None

    def grant(self, workspace: str, key: str, grant: SecretGrant) -> bool:
        held = self.granted.get(key) or ()
        self.granted[key] = (*(one for one in held if one != grant), grant)
        return key in self.values

    def revoke(self, workspace: str, key: str, grant: SecretGrant | None) -> bool:
        held = self.granted.get(key) or ()
        self.granted[key] = tuple(one for one in held if grant not in (None, one))
        return key in self.values

    def delete(self, workspace: str, key: str) -> bool:
        self.granted.pop(key, None)
        return self.values.pop(key, None) is not None

    def rename(self, workspace: str, was: str, now: str) -> None:
        """It keeps nobody's name."""


class MemoryLogs:
    """Log lines in memory: pairs of an execution's id and a line."""

    def __init__(self) -> None:
        self.written: list[tuple[str, LogLine]] = []

    def lines(self, query: LogQuery) -> LogLines:
        return LogLines([line for execution_id, line in self.written if query.matches(line, execution_id)])


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> dict[str, Any]:
        assert set(self.json) == {"error"}
        return self.json["error"]


def call_wsgi(app: Any, method: str, path: str, body: Any = None, **headers: str) -> Reply:
    """Send one request to a WSGI application; `headers` are written with underscores."""
    raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    place, _, query = path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method, "PATH_INFO": unquote_to_bytes(place).decode("latin-1"), "QUERY_STRING": query,
        "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8400", "wsgi.input": io.BytesIO(raw),
    }
    if raw:
        length = headers.pop("content_length", str(len(raw)))
        environ |= {"CONTENT_LENGTH": length, "CONTENT_TYPE": headers.pop("content_type", "application/json")}
    environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items() if value is not None}
    answered: dict[str, Any] = {}

    def start_response(status: str, given: list[tuple[str, str]]) -> None:
        answered.update(status=int(status[:3]), headers=dict(given))

    chunks: Iterable[bytes] = app({name: value for name, value in environ.items() if value is not None}, start_response)
    return Reply(answered["status"], answered["headers"], b"".join(chunks).decode())


@dataclass
class Api:
    """The API and what is behind it. `work` lets a worker loose on every wake that is due."""

    stores: Any
    clock: SkipClock
    services: Services
    secrets: MemorySecrets
    app: Any = field(init=False)
    actor: Actor = Actor("ada", origin="127.0.0.1")  # noqa: RUF009 - a frozen one
    roles: tuple[Role, ...] = (Role.ADMIN,)
    on_committed: Any = None

    def __post_init__(self) -> None:
        self.app = Gateway(lambda: self.services, principal="ada")

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        return call_wsgi(self.app, method, path, body, **headers)

    def publish(self, name: str, definition: dict[str, Any], **more: Any) -> None:
        document = {"name": name, "definition": definition, **more}
        reply = self("POST", "/workflows/import", {"document": document, "publish": True})
        assert reply.status == 200, reply.text

    def work(self) -> None:
        worker = Worker(
            journal=self.stores.journal, queue=self.stores.queue,
            published=CatalogPublished(self.stores.catalog), tasks=self.services.tasks, clock=self.clock,
            settings=self.services.settings, owner=self.stores.owner, is_alive=self.stores.is_alive, call_threads=0,
            pauses=self.stores.pauses, activities=self.stores.activities,
            budgets=Budgets(self.stores.trigger_states, self.stores.index, self.clock),
            masks=AnswerMasks((self.secrets,)),
            **({} if self.on_committed is None else {"on_committed": self.on_committed}),
        )
        while received := self.stores.queue.claim(10):
            worker.run([item.key for item in received], deadline=self.clock.now() + 60)
            self.stores.queue.acknowledge([item.receipt for item in received])


def api_over(stores: Any, clock: SkipClock) -> Api:
    settings = Settings()
    secrets = MemorySecrets()
    connectors = ConnectorTasks(
        default_registry, lambda: Asking(stores.approvals, clock, "http://127.0.0.1:8400/studio")
    )
    connections = ConnectionSecrets(secrets, clock, lambda: stores.trigger_states)
    chain = TaskChain(
        SecretResolving(connectors, (connections,), clock), AnswerMasks((secrets,)), connections
    )

    def startable(version):
        Startable(made.services.tasks)(version)  # as they are then: a test may put others in their place

    budgets = Budgets(stores.trigger_states, stores.index, clock)

    def new_worker():
        return Worker(
            journal=stores.journal, queue=stores.queue, published=CatalogPublished(stores.catalog),
            tasks=ConnectorTasks(default_registry), clock=clock, settings=settings, call_threads=0, runs_sync=True,
            masks=chain.masks, budgets=budgets,
        )

    services = services_over(
        stores, settings, clock, chain, Audit(stores.audit, clock), budgets=budgets, new_worker=new_worker,
        secret_backends=(secrets,), secret_store=secrets, logs=MemoryLogs(), place=Place("local"), startable=startable,
        caller_of=lambda context, _headers: Caller(
            Actor(context["authorizer"]["principalId"], origin=context["identity"]["sourceIp"]),
            tuple(Grant("user/ada", EVERY_WORKSPACE, role) for role in made.roles),
        ),
    )
    tokens = AccessTokens(MemoryTokenStore(), clock, MemoryTokenRoot())
    grants = RoleGrants(MemoryRoleGrants(), clock, "111122223333")
    services = replace(services, open_tokens=lambda: tokens, open_grants=lambda: grants)
    made = Api(stores, clock, services, secrets)
    return made
