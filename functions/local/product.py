"""The whole product over one data folder, in one process: what the command line and the local server are made of."""

from __future__ import annotations

import getpass
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from connectors.registry import default_registry
from engine.adapters.local.environment_secrets import EnvironmentSecrets
from engine.adapters.local.secret_store import LocalSecretStore
from engine.adapters.local.stores import LocalStores
from engine.catalog.published import CatalogPublished
from engine.clock import Clock, SystemClock
from engine.errors import StorageError
from engine.governance.audit import Audit
from engine.governance.resolving import SecretResolving
from engine.ports.journal import OPEN_STATUSES
from engine.ports.keys import Actor, ExecutionKey
from engine.ports.tasks import Tasks
from engine.runtime.serving import Serving
from engine.runtime.sweeper import Sweeper
from engine.runtime.worker import Worker
from engine.settings import Settings
from functions.api.audited import AuditedCatalog, AuditedExecutions, AuditedSecrets, Recorder
from functions.api.services import Services
from functions.local.resources import callable_tasks
from functions.worker.audit import EngineRecorder

_LOG = logging.getLogger(__name__)

WORKER = "automate worker"
"""How a process that serves the queue calls itself in its lock file: so others know that one is there."""

SWEEP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Product:
    """Open with `Product.open`, close when done."""

    settings: Settings
    clock: Clock
    stores: LocalStores
    services: Services
    secrets: LocalSecretStore
    tasks: Tasks
    published: CatalogPublished
    actor: Actor

    @classmethod
    def open(cls, settings: Settings, *, command: str, environment: Mapping[str, str]) -> Product:
        """Open the data folder, creating what is missing. `command` is how other processes' messages call this one.

        Raises StorageError when the folder cannot be used, UserError for a connector module that cannot be loaded.
        """
        clock = SystemClock()
        tasks = callable_tasks(settings)
        stores = LocalStores.open(settings.data_dir, settings, clock, command=command)
        store = LocalSecretStore(settings.data_dir, clock, busy_timeout=settings.busy_timeout_seconds)
        actor = Actor(_user(), origin="command line")
        published = CatalogPublished(stores.catalog)
        audit = Audit(stores.audit, clock)
        recorder = Recorder(audit, clock)
        services = Services(
            catalog=AuditedCatalog(
                stores.catalog, clock, tasks=tasks, task_max_seconds=settings.task_max_seconds, recorder=recorder
            ),
            executions=AuditedExecutions(
                journal=stores.journal, index=stores.index, queue=stores.queue, published=published, clock=clock,
                settings=settings, recorder=recorder,
            ),
            connectors=default_registry, settings=settings,
            secret_backends=(EnvironmentSecrets(environment), store),
            writable_secrets=AuditedSecrets(store, recorder), audit=audit,
            # Who has the token is the folder's owner.
            actor_of=lambda context: replace(actor, origin=str(context["identity"]["sourceIp"])),
        )
        return cls(settings, clock, stores, services, store, tasks, published, actor)

    def close(self) -> None:
        """Close the stores: leases and claims of this process are over."""
        self.stores.close()

    @property
    def folder(self) -> Path:
        """The data folder."""
        return Path(self.settings.data_dir)

    def key(self, execution_id: str) -> ExecutionKey:
        """The key of an execution in the workspace at hand."""
        return ExecutionKey(self.settings.workspace, execution_id)

    def worker_lives(self) -> bool:
        """Whether another process serves the queue of this folder."""
        return any(process.command.startswith(WORKER) for process in self.stores.processes.others())

    def is_open(self, key: ExecutionKey) -> bool:
        """Whether the execution has still to end."""
        header = self.stores.journal.header(key)
        return header is not None and header.status in OPEN_STATUSES

    def work(self, stop: Callable[[], bool]) -> None:
        """Serve the queue and sweep, in this thread and one beside it, until `stop` says so."""
        ended = threading.Event()
        sweeping = threading.Thread(target=self._sweep, args=(ended,), name="sweeper", daemon=True)
        sweeping.start()
        try:
            Serving(self._worker(), self.stores.queue, self.stores.journal, self.clock, self.settings).run(stop)
        finally:
            ended.set()
            sweeping.join()

    def _worker(self) -> Worker:
        tasks = SecretResolving(self.tasks, self.services.secret_backends, self.clock)
        return Worker(
            journal=self.stores.journal, index=self.stores.index, queue=self.stores.queue, published=self.published,
            tasks=tasks, clock=self.clock, settings=self.settings, owner=self.stores.owner,
            is_alive=self.stores.is_alive,
            on_committed=EngineRecorder(
                self.services.audit, self.stores.journal, origin=f"worker {self.stores.owner}"
            ),
        )

    def _sweep(self, ended: threading.Event) -> None:
        sweeper = Sweeper(self.stores.journal, self.stores.queue, self.clock)
        while True:
            try:
                sweeper.sweep()
            except StorageError as error:
                _LOG.warning("the sweep failed and is tried again: %s", error)
            if ended.wait(SWEEP_SECONDS):
                return


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user in the system's list, as in a container
        return "owner"
