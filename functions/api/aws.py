"""The API's services on AWS, made from the environment at the first request and kept for the life of the process."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from engine.adapters.local.environment_secrets import EnvironmentSecrets
from engine.catalog.heard import Heard
from engine.catalog.published import CatalogPublished
from engine.catalog.startable import Startable
from engine.clock import SystemClock
from engine.durable.lifecycle.budgets import Budgets
from engine.durable.lifecycle.call_limits import CallLimits
from engine.durable.parents import hides_cause
from engine.durable.worker.worker import Worker
from engine.errors import UserError
from engine.governance.access_tokens import AccessTokens
from engine.governance.role_grants import RoleGrants
from engine.governance.roles import parse_role
from engine.language.expr import limits
from engine.ports.logs import ExecutionLogs
from engine.settings import Settings
from functions.api.app_clients import APP_CLIENT, STUDIO_CLIENT_PARAMETER, AppClients
from functions.api.callers import Callers
from functions.api.copilot_turns import HandOver
from functions.api.metrics import METERING
from functions.app.acts import Recorder
from functions.app.console_links import ConsoleLinks
from functions.app.identity import PROOF, ROLE_WITHOUT_GROUP
from functions.app.machines.roles import OWN_ACCOUNT, RoleCallers
from functions.app.machines.tokens import TOKEN_ROOT, TokenCallers
from functions.app.services import NoLogs, Place, Services
from functions.app.wiring import audit_over, services_over
from functions.engine_audit import EngineRecorder
from functions.task_chain import asking_over, aws_tasks_of_a_stage, task_chain

if TYPE_CHECKING:
    from engine.adapters.aws.clients import Clients
    from engine.adapters.aws.stores import AwsStores

LOG_GROUP = "AUTOMATE_WORKER_LOG_GROUP"
"""The environment variable that names the worker's log group."""

TRACED = "AUTOMATE_TRACED"
"""The environment variable that is 1 where X-Ray traces the worker."""

HEARS = "AUTOMATE_HEARS"
"""The environment variable that lists what triggers hear on this stage (engine.catalog.heard)."""

READ_THREADS = 8
"""So many workflows of a list are read side by side: each takes three requests to DynamoDB."""

LONGEST_POLL_SECONDS = 25.0
"""API Gateway answers for a function after 29 s."""


class Misconfigured(UserError):
    """The deployment is at fault, not the request."""

    code = "Misconfigured"
    status = 500


def services() -> Services:
    """The services that the environment describes. Raises Misconfigured, naming the variable."""
    try:
        return _services()
    except UserError as error:
        raise Misconfigured(error.message, where=error.where, advice=error.advice) from error


@cache
def _services() -> Services:
    # botocore is loaded by the first request: the local server imports this module too, and needs none.
    from aws_lambda_powertools import Logger  # noqa: PLC0415

    from engine.adapters.aws.alarms import CloudWatchAlarms  # noqa: PLC0415
    from engine.adapters.aws.secretsmanager import SecretsManager  # noqa: PLC0415
    from engine.adapters.aws.stores import THREADS, AwsStores  # noqa: PLC0415
    from engine.adapters.aws.transfers import S3Transfers  # noqa: PLC0415
    from functions.lambda_logs import join_logs  # noqa: PLC0415

    settings = Settings.from_environment(os.environ)
    limits.apply(settings)
    clock = SystemClock()
    stores = AwsStores.from_settings(settings, clock, threads=THREADS)
    secrets = SecretsManager(stores.clients.secretsmanager, settings.stage, clock, kms_key=settings.kms_key)
    backends = (EnvironmentSecrets(os.environ), secrets)
    published = CatalogPublished(stores.started_catalog)
    chain = task_chain(
        settings, os.environ, backends, clock, aws=lambda: aws_tasks_of_a_stage(settings),
        rows=lambda: stores.trigger_states,
        asking=asking_over(lambda: stores.approvals, clock, settings.studio_url),
        hides=lambda call: hides_cause(call, stores.journal, published),
    )
    join_logs(Logger(service="api"), settings.log_level)
    audit = audit_over(stores, clock)
    recorded = EngineRecorder(
        audit, stores.journal, observe=METERING, origin=os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "api"),
        published=published,
    )

    without = os.environ.get(ROLE_WITHOUT_GROUP, "")
    tokens, grants = _tokens(stores, clock), _grants(stores, clock)

    budgets = Budgets(stores.trigger_states, stores.index, clock)

    def new_worker() -> Worker:
        return Worker(
            journal=stores.journal, queue=stores.queue, published=published,
            tasks=chain.tasks, clock=clock, settings=settings, on_committed=recorded,
            runs_sync=True, masks=chain.masks, budgets=budgets, limits=CallLimits(stores.trigger_states, clock),
        )

    services = services_over(
        stores, settings, clock, chain, audit, budgets=budgets, new_worker=new_worker, secret_backends=backends,
        secret_store=secrets,
        caller_of=Callers(
            settings.stage, settings.workspace, proof=os.environ.get(PROOF, ""),
            without_group=parse_role(without, where=ROLE_WITHOUT_GROUP) if without else None,
            roles=None if grants is None else RoleCallers(grants, Recorder(audit, clock), clock, settings.workspace),
            tokens=None if tokens is None else TokenCallers(
                tokens, Recorder(audit, clock), clock, settings.workspace
            ),
            clients=_clients(stores, Recorder(audit, clock), clock, settings.workspace),
        ).of_request,
        logs=_logs(stores.clients),
        place=_place(settings), longest_poll=LONGEST_POLL_SECONDS,
        startable=Startable(chain.tasks, only="connector:"),  # AWS's services can be called on every stage
        published=published, starts_pauses=stores.started_pauses, heard=Heard.parse(os.environ.get(HEARS, "")),
        erases_at_once=False,  # the sweeper may delete, and has the time
        hand_over_turn=HandOver(stores.clients),
    )
    return replace(
        services, transfers=S3Transfers(stores.clients, settings.bucket),
        alarms=CloudWatchAlarms(stores.clients, f"automate-{settings.stage}-"),
        readers=ThreadPoolExecutor(READ_THREADS, "read"), open_tokens=None if tokens is None else lambda: tokens,
        open_grants=None if grants is None else lambda: grants,
    )


def _tokens(stores: AwsStores, clock: SystemClock) -> AccessTokens | None:
    """The stage's named tokens; None where no root is named."""
    from engine.adapters.aws.access.root import StageTokenRoot  # noqa: PLC0415 - as above
    from engine.adapters.aws.access.tokens import DynamoTokenStore  # noqa: PLC0415

    name = os.environ.get(TOKEN_ROOT, "")
    if not name:
        return None
    root = StageTokenRoot(lambda: stores.clients.secretsmanager, name, clock)
    return AccessTokens(DynamoTokenStore(stores.stored, clock), clock, root, digests=False)


def _grants(stores: AwsStores, clock: SystemClock) -> RoleGrants | None:
    """What is granted to IAM roles of the stage's account; None where that is not named."""
    from engine.adapters.aws.access.grants import DynamoRoleGrants  # noqa: PLC0415 - as above

    account = os.environ.get(OWN_ACCOUNT, "")
    return RoleGrants(DynamoRoleGrants(stores.stored), clock, account) if account else None


def _clients(stores: AwsStores, recorder: Recorder, clock: SystemClock, workspace: str) -> AppClients | None:
    """The stage's app clients; None where none is named."""
    from botocore.config import Config  # noqa: PLC0415 - as above

    from engine.adapters.aws.access.parameter import StageParameter  # noqa: PLC0415 - as above

    first, name = os.environ.get(APP_CLIENT, ""), os.environ.get(STUDIO_CLIENT_PARAMETER, "")
    other = StageParameter(lambda: stores.clients.made("ssm", Config()), name, clock).get if name else str
    return AppClients(first, other, recorder, clock, workspace) if first else None


def _logs(clients: Clients) -> ExecutionLogs:
    """The worker's log group; nothing where none is named."""
    from engine.adapters.aws.logs import CloudWatchLogs  # noqa: PLC0415 - as above

    group = os.environ.get(LOG_GROUP, "")
    return CloudWatchLogs(lambda: clients.logs, group) if group else NoLogs()


def _place(settings: Settings) -> Place:
    region, group = os.environ.get("AWS_REGION"), os.environ.get(LOG_GROUP, "")
    console = ConsoleLinks(region, group, traced=os.environ.get(TRACED) == "1") if region and group else None
    return Place(settings.stage, region, console=console)
