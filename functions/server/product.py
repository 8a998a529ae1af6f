"""The whole product over one data folder, in one process: what the command line and the local server are made of.

What not every command needs (the worker, the sweeper) is imported where it is used.
"""

from __future__ import annotations

import getpass
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from engine.adapters.local.environment_secrets import EnvironmentSecrets
from engine.adapters.local.erasure.erased_list import ADVICE, ERASED, ErasedList
from engine.adapters.local.log_files import LogFiles
from engine.adapters.local.secret_store import LocalSecretStore
from engine.adapters.local.stores import LocalStores
from engine.catalog.published import CatalogPublished
from engine.catalog.startable import Startable, not_startable
from engine.clock import Clock, SystemClock
from engine.durable.lifecycle.budgets import Budgets
from engine.durable.retention import Retention
from engine.errors import StorageError
from engine.ports.journal import RUNNING
from engine.ports.keys import Actor, ExecutionKey
from engine.records import dataclass
from engine.settings import Settings
from functions.app.identity import COMMAND_LINE
from functions.app.services import Place, Services, Storage
from functions.app.wiring import audit_over, services_over
from functions.server.callers import Callers
from functions.server.folder_model import with_folder_model
from functions.server.logs import LOGS
from functions.server.resources import files_of_this_machine
from functions.server.room import refuse_without_room
from functions.task_chain import asking_over, aws_tasks_of_a_profile, task_chain

if TYPE_CHECKING:
    from engine.durable.lifecycle.call_limits import CallLimits
    from engine.durable.triggering.watching import Watched
    from engine.durable.worker.worker import Worker
    from engine.ports.executions_index import ExecutionRow
    from engine.ports.tasks import TaskCall, TaskFailed
    from functions.app.reads import Reads
    from functions.server.named_callers import NamedCallers

_LOG = logging.getLogger(__name__)

WORKER = "automate worker"
"""How a process that serves the queue calls itself in its lock file: so others know that one is there."""

SWEEP_SECONDS = 60.0

LONGEST_COUNT_SECONDS = 1.0
"""After so long a folder that was not counted yet is counted on at the next round."""

MOST_WAITING_POLLS = 4
"""Half of the threads that answer the local server's requests: workers that poll for activities leave the others to
people."""

MOST_WATCHING = 48
"""Live pages whose requests wait for something new, each on a thread of its own; the others poll."""


MOST_TOLD = 5
"""Workflows that cannot run here, of which each is told when a server or a worker begins."""


@dataclass(frozen=True, slots=True)
class Product:
    """Open with `Product.open`, close when done. `settings` has the snapshot schema that the folder was made for, where
    none is set."""

    settings: Settings
    clock: Clock
    stores: LocalStores
    services: Services
    secrets: LocalSecretStore
    actor: Actor
    callers: Callers
    new_worker: Callable[[], Worker]

    @classmethod
    def open(cls, settings: Settings, *, command: str, environment: Mapping[str, str]) -> Product:
        """Open the data folder, creating what is missing. `command` is how other processes' messages call this one.

        Raises StorageError when the folder cannot be used, UserError for a connector module that cannot be loaded.
        """
        settings = with_folder_model(settings, environment)
        clock = SystemClock()
        store = LocalSecretStore(settings.data_dir, clock, busy_timeout=settings.busy_timeout_seconds)
        backends = (EnvironmentSecrets(environment), store)

        def hides(call: TaskCall) -> bool:
            from engine.durable.parents import hides_cause  # noqa: PLC0415  of calls that failed

            return hides_cause(call, stores.journal, CatalogPublished(stores.catalog))

        chain = task_chain(  # before the folder is opened: nothing of it is left open where a module cannot be loaded
            settings, environment, backends, clock, aws=lambda: aws_tasks_of_a_profile(settings),
            files=files_of_this_machine(settings), rows=lambda: stores.trigger_states,
            asking=asking_over(
                lambda: stores.approvals, clock, settings.studio_url or f"http://127.0.0.1:{settings.port}/studio"
            ),
            hides=hides,
        )
        stores = LocalStores.open(settings.data_dir, settings, clock, command=command)
        settings = replace(settings, snapshot_schema=settings.snapshot_schema or stores.confirmed_schema)
        actor = Actor(_user(), origin=COMMAND_LINE)
        audit = audit_over(stores, clock)

        @cache
        def named() -> NamedCallers:
            from engine.adapters.local.access.tokens import LocalTokenRoot, LocalTokenStore  # noqa: PLC0415  as the module says
            from engine.governance.access_tokens import AccessTokens  # noqa: PLC0415
            from functions.app.acts import Recorder  # noqa: PLC0415
            from functions.server.named_callers import NamedCallers  # noqa: PLC0415

            tokens = LocalTokenStore(settings.data_dir, clock, busy_timeout=settings.busy_timeout_seconds)
            return NamedCallers(
                AccessTokens(
                    tokens, clock, LocalTokenRoot(settings.data_dir), taken=frozenset({actor.name})
                ), Recorder(audit, clock), settings.workspace,
            )

        @cache
        def reads() -> Reads:
            from functions.server.reads import LocalReads  # noqa: PLC0415

            return LocalReads(settings.data_dir, clock)

        @cache
        def watched() -> Watched:
            from engine.durable.triggering.watching import Watched  # noqa: PLC0415  only who closes executions asks
            from engine.triggers.alerts import default_alerts  # noqa: PLC0415  likewise

            return Watched(
                stores.catalog, CatalogPublished(stores.catalog), clock, settings.workspace, default_alerts(settings)
            )

        def hears(row: ExecutionRow) -> bool:
            return watched()(row)

        def run_command(command: str, data: bytes, key: str, execution: str) -> TaskFailed | None:
            from functions.server.alert_command import runs  # noqa: PLC0415  few alerts run one

            return runs(settings.alert_commands)(command, data, key, execution)

        stores.journal.hears = hears
        callers = Callers(actor, named)

        budgets = Budgets(stores.trigger_states, stores.index, clock)

        @cache
        def limits() -> CallLimits:
            from engine.durable.lifecycle.call_limits import CallLimits  # noqa: PLC0415  of who works

            return CallLimits(stores.trigger_states, clock)

        def new_worker(*, runs_sync: bool) -> Worker:
            from engine.durable.worker.worker import Worker  # noqa: PLC0415  as the module says
            from functions.engine_audit import EngineRecorder  # noqa: PLC0415

            published = CatalogPublished(stores.catalog)
            recorder = EngineRecorder(
                audit, stores.journal, origin=f"worker {stores.owner}", within=True, published=published
            )
            return Worker(
                journal=stores.journal, queue=stores.queue, published=published,
                tasks=chain.tasks, clock=clock, settings=settings, owner=stores.owner,
                is_alive=stores.is_alive, pauses=stores.pauses, activities=stores.activities, runs_sync=runs_sync,
                masks=chain.masks,
                on_committed=recorder, on_committing=recorder.ready,
                together=stores.together, budgets=budgets, limits=limits(),
            )

        services = replace(
            services_over(
                stores, settings, clock, chain, audit, budgets=budgets, new_worker=partial(new_worker, runs_sync=True),
                secret_backends=backends, secret_store=store, logs=LogFiles(Path(settings.data_dir) / LOGS),
                place=Place("local"), most_waiting=MOST_WAITING_POLLS, most_watching=MOST_WATCHING,
                startable=Startable(chain.tasks),
                room=refuse_without_room(Path(settings.data_dir), settings.disk_reserve_mb),
                caller_of=callers.of_request, forget=partial(_blank_lines, Path(settings.data_dir)),
                run_command=run_command,
            ),
            open_tokens=lambda: named().tokens, open_reads=reads,
            workers=lambda: sum(process.command.startswith(WORKER) for process in stores.processes.others()),
            storage=lambda: _storage(stores, settings, clock),
        )
        product = cls(settings, clock, stores, services, store, actor, callers, partial(new_worker, runs_sync=False))
        product.catch_up()
        return product

    def catch_up(self) -> None:
        """Erase again what an older database in the folder has brought back. Raises StorageError."""
        if (self.folder / ERASED).exists():
            damage = ErasedList(self.folder).damage()
            if damage is not None:
                _LOG.warning("%s. %s", damage, ADVICE)
            again = self.services.open_erasing().catch_up(self.settings.workspace, self.actor)
            if again:
                _LOG.warning("%d executions of an older database were erased again, as %s says", again, ERASED)

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

    def not_startable(self) -> list[str]:
        """The published workflows that cannot run with the connectors of this process, and why: a line each."""
        found = list(not_startable(self.stores.catalog, self.settings.workspace, self.services.tasks))
        lines = [
            f"{workflow} version {number} cannot run here: {problem.message}"
            for workflow, number, problem in found[:MOST_TOLD]
        ]
        return [*lines, f"and {len(found) - MOST_TOLD} more: automate doctor"] if len(found) > MOST_TOLD else lines

    def worker_lives(self) -> bool:
        """Whether another process serves the queue of this folder."""
        return bool(self.services.workers and self.services.workers())

    def runs(self, key: ExecutionKey) -> bool:
        """Whether the execution has still to end, and is not PAUSED."""
        header = self.stores.journal.header(key)
        return header is not None and header.status == RUNNING

    def work(self, stop: Callable[[], bool]) -> None:
        """Serve the queue and sweep, in this thread and one beside it, until `stop` says so."""
        from engine.durable.worker.serving import Serving  # noqa: PLC0415  as the module says

        ended = threading.Event()
        beside = [threading.Thread(target=self._sweep, args=(ended,), name="sweeper", daemon=True),
                  threading.Thread(target=self._age, args=(ended,), name="ageing", daemon=True),
                  threading.Thread(target=self._schedule, args=(ended,), name="schedules", daemon=True),
                  threading.Thread(target=self._tell_ends, args=(ended,), name="ends", daemon=True),
                  threading.Thread(target=self._count, args=(ended,), name="counts", daemon=True)]
        if self.settings.file_roots:
            beside.append(threading.Thread(target=self._watch, args=(ended,), name="folders", daemon=True))
        for thread in beside:
            thread.start()
        try:
            Serving(self.new_worker(), self.stores.queue, self.stores.journal, self.clock, self.settings).run(stop)
        finally:
            ended.set()
            for thread in beside:
                thread.join()

    def _age(self, ended: threading.Event) -> None:
        from engine.governance.audit.expiry import AuditExpiry  # noqa: PLC0415  as the module says
        from functions.server.ageing import TrustedClock, age  # noqa: PLC0415  likewise

        def erasing() -> int:
            return self.services.open_erasing().go_on(self.settings.workspace)

        terms = TrustedClock(self.clock, self.stores.space)
        expiry = AuditExpiry(self.services.audit, terms, self.settings.audit_days)
        age(
            self.folder, self.stores, self.clock, Retention.of(self.settings), ended, erasing,
            lambda: expiry.round(self.settings.workspace), self.settings.copilot_days,
        )

    def _schedule(self, ended: threading.Event) -> None:
        from functions.server.scheduling import start_schedules  # noqa: PLC0415  as the module says

        schedules = self.services.open_triggers().schedules(f"worker {self.stores.owner}")
        start_schedules(self.folder, schedules, ended)

    def _tell_ends(self, ended: threading.Event) -> None:
        from functions.server.scheduling import tell_ends  # noqa: PLC0415  as the module says

        tell = partial(self.services.open_triggers().ended.tell_untold, self.stores.ends)
        tell_ends(self.folder, tell, ended)

    def _count(self, ended: threading.Event) -> None:
        from functions.server.scheduling import count_executions  # noqa: PLC0415  as the module says

        tallying, clock = self.services.tallying, self.clock
        count_executions(self.folder, lambda: tallying.round(clock.now() + LONGEST_COUNT_SECONDS), ended)

    def _watch(self, ended: threading.Event) -> None:
        from engine.adapters.local.file_roots import FileRoots  # noqa: PLC0415  as the module says
        from functions.server.scheduling import watch_folders  # noqa: PLC0415  likewise

        roots = FileRoots.of(self.settings.file_roots, self.settings.data_dir)
        folders = self.services.open_triggers().folders(roots, f"worker {self.stores.owner}", self.settings)
        watch_folders(self.folder, folders.look, ended)

    def _sweep(self, ended: threading.Event) -> None:
        from engine.durable.lifecycle.sweeper import Sweeper  # noqa: PLC0415  as the module says

        sweeper = Sweeper(self.stores.journal, self.stores.queue, self.clock)
        while True:
            try:
                sweeper.sweep()
            except StorageError as error:
                _LOG.warning("the sweep failed and is tried again: %s", error)
            if ended.wait(SWEEP_SECONDS):
                return


def _blank_lines(folder: Path, names: Sequence[str]) -> None:
    """What logs and the record of reads say of executions, by their ids, and of actors."""
    from engine.adapters.local.erasure.lines import blank  # noqa: PLC0415  few erase anything
    from functions.server.reads import READS  # noqa: PLC0415  likewise

    files = [path for name in (LOGS, READS) for path in (folder / name).glob("*") if path.is_file()]
    blank(files, names)


def _storage(stores: LocalStores, settings: Settings, clock: Clock) -> Storage:
    from engine.durable.lifecycle.ageing import next_taken  # noqa: PLC0415  as the module says
    from functions.server.ageing import terms_of  # noqa: PLC0415  likewise

    following = next_taken(
        stores.retention, Retention.of(settings), lambda *workflow: terms_of(stores.catalog, *workflow),
        settings.workspace,
    )
    return Storage(stores.space.look(clock.now()), following)


def load_worker() -> None:
    """Import what a worker needs for its first executions, so that these do not wait for it."""
    for name in (
        "connectors.builtin.http", "connectors.builtin.http_connections", "connectors.builtin.log",
        "connectors.egress.dialling", "connectors.sdk", "engine.durable.lifecycle.sweeper",
        "engine.durable.lifecycle.tallying", "engine.durable.worker.serving", "functions.engine_audit",
        "engine.governance.audit.expiry", "functions.server.ageing", "functions.server.scheduling",
        "functions.app.triggers.service", "engine.adapters.local.retention", "engine.adapters.local.space", "urllib3",
    ):
        import_module(name)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user in the system's list, as in a container
        return "owner"
