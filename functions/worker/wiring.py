"""The worker's parts, made from the environment at the first invocation and kept for the life of the process.

What costs start-up time comes late: clients with the first invocation, pydantic (in the connectors' ActionSpecs) with
the first call of a connector, the AWS tasks with the first resource that is an ARN. boto3 and its resource layer are
not loaded at all: the clients are botocore's own.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from engine.adapters.aws.secretsmanager import SecretsManager
from engine.adapters.aws.stores import AwsStores
from engine.adapters.local.environment_secrets import EnvironmentSecrets
from engine.catalog.published import CatalogPublished
from engine.clock import Clock, SystemClock
from engine.durable.lifecycle.budgets import Budgets
from engine.durable.lifecycle.call_limits import CallLimits
from engine.durable.parents import hides_cause
from engine.durable.worker.worker import Worker
from engine.governance.audit.recorder import AuditRecorder
from engine.language.expr import limits
from engine.records import dataclass
from engine.settings import Settings
from functions.engine_audit import EngineRecorder
from functions.metering import Metering
from functions.task_chain import asking_over, aws_tasks_of_a_stage, task_chain

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
    stores = AwsStores.from_settings(settings, clock)
    secrets = SecretsManager(stores.clients.secretsmanager, settings.stage, clock)
    published = CatalogPublished(stores.started_catalog)
    chain = task_chain(
        settings, os.environ, (EnvironmentSecrets(os.environ), secrets), clock,
        aws=lambda: aws_tasks_of_a_stage(settings), rows=lambda: stores.trigger_states,
        asking=asking_over(lambda: stores.approvals, clock, settings.studio_url),
        hides=lambda call: hides_cause(call, stores.journal, published),
    )
    metering = Metering()
    worker = Worker(
        journal=stores.journal, queue=stores.queue, published=published,
        tasks=chain.tasks, clock=clock, settings=settings, parallel=ThreadPoolExecutor(STORE_THREADS, "store"),
        pauses=stores.pauses, activities=stores.activities, masks=chain.masks,
        on_paused=metering.paused, budgets=Budgets(stores.trigger_states, stores.index, clock),
        limits=CallLimits(stores.trigger_states, clock),
        on_committed=EngineRecorder(
            AuditRecorder(stores.audit, clock, notes=stores.audit_notes), stores.journal, observe=metering,
            origin=os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "worker"), published=published,
        ),
    )
    return Parts(worker, clock, settings.log_level, metering, settings.stage)
