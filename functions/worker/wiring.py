"""The worker's parts, made from the environment at the first invocation and kept for the life of the process.

What costs start-up time comes late: clients with the first invocation, pydantic (in the connectors' ActionSpecs) with
the first call of a connector, the AWS tasks with the first resource that is an ARN. boto3 and its resource layer are
not loaded at all: the clients are botocore's own.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from connectors.egress import in_force
from connectors.registry import default_registry, load_modules
from connectors.routing import LateTasks, RoutedTasks
from connectors.tasks import ConnectorTasks
from engine.adapters.aws.secretsmanager import SecretsManager
from engine.adapters.aws.stores import AwsStores
from engine.adapters.local.environment_secrets import EnvironmentSecrets
from engine.catalog.published import CatalogPublished
from engine.clock import Clock, SystemClock
from engine.durable.worker.worker import Worker
from engine.governance.audit_recorder import AuditRecorder
from engine.governance.resolving import AnswerMasks, SecretResolving
from engine.language.expr import limits
from engine.ports.tasks import Tasks
from engine.records import dataclass
from engine.settings import Settings
from functions.call_logs import InCall
from functions.engine_audit import EngineRecorder
from functions.worker.metering import Metering

STORE_THREADS = 10
"""Executions whose stores are read and written at once; the clients' pools are as large."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the handler uses."""

    worker: Worker
    clock: Clock
    log_level: str
    metering: Metering
    stage: str


@cache
def parts() -> Parts:
    """The parts that the environment describes. Raises UserError for a setting or a connector module at fault."""
    settings = Settings.from_environment(os.environ)
    limits.apply(settings)
    clock = SystemClock()
    load_modules(settings.connectors)
    in_force.apply(settings, os.environ)
    stores = AwsStores.from_settings(settings, clock)
    secrets = SecretsManager(stores.clients.secretsmanager, settings.stage, clock)
    callable_tasks = RoutedTasks(ConnectorTasks(default_registry), LateTasks(lambda: _aws_tasks(settings)))
    backends = (EnvironmentSecrets(os.environ), secrets)
    tasks = InCall(SecretResolving(callable_tasks, backends, clock))
    metering = Metering()
    worker = Worker(
        journal=stores.journal, queue=stores.queue, published=CatalogPublished(stores.catalog),
        tasks=tasks, clock=clock, settings=settings, parallel=ThreadPoolExecutor(STORE_THREADS, "store"),
        pauses=stores.pauses, activities=stores.activities, masks=AnswerMasks(backends),
        on_paused=metering.paused,
        on_committed=EngineRecorder(
            AuditRecorder(stores.audit, clock), stores.journal, observe=metering,
            origin=os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "worker"),
        ),
    )
    return Parts(worker, clock, settings.log_level, metering, settings.stage)


def _aws_tasks(settings: Settings) -> Tasks:
    from connectors.aws.roles import AssignedRoles  # noqa: PLC0415  see the module
    from connectors.aws.tasks import AwsTasks  # noqa: PLC0415

    return AwsTasks(None, credentials_for=AssignedRoles(settings.stage, connections=settings.task_threads))
