"""The connector function's parts, made from the environment at the first invocation.

It reads secrets and calls connectors: no table, no queue, no bucket, and no AWS service for a workflow. Those a state
machine calls by itself, under its own role.
"""

from __future__ import annotations

import os
from functools import cache

from connectors.egress import in_force
from connectors.registry import default_registry, load_modules
from connectors.tasks import ConnectorTasks
from engine.adapters.aws.clients import Clients
from engine.adapters.aws.secretsmanager import SecretsManager
from engine.adapters.local.environment_secrets import EnvironmentSecrets
from engine.clock import SystemClock
from engine.governance.resolving import SecretResolving
from engine.ports.tasks import Tasks
from engine.records import dataclass
from engine.settings import Settings
from functions.call_logs import InCall

MARGIN_SECONDS = 5.0
"""A call ends this long before the function would be cut off: a failure with a name beats a silent end."""

LEAST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What the handler uses."""

    tasks: Tasks
    workspace: str
    log_level: str
    task_max_seconds: float

    def budget_seconds(self, remaining: float) -> float:
        """How long a call may take in an invocation that has `remaining` seconds left."""
        return max(min(self.task_max_seconds, remaining - MARGIN_SECONDS), LEAST_SECONDS)


@cache
def parts() -> Parts:
    """The parts that the environment describes. Raises UserError for a setting or a connector module at fault."""
    settings = Settings.from_environment(os.environ)
    load_modules(settings.connectors)
    in_force.apply(settings, os.environ)
    clock = SystemClock()
    clients = Clients(connections=1)  # Lambda gives a process one invocation at a time
    backends = (EnvironmentSecrets(os.environ), SecretsManager(clients.secretsmanager, settings.stage, clock))
    tasks = InCall(SecretResolving(ConnectorTasks(default_registry), backends, clock))
    return Parts(tasks, settings.workspace, settings.log_level, settings.task_max_seconds)
