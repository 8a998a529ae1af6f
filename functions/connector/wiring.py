"""The connector function's parts, made from the environment at the first invocation.

It reads secrets and calls connectors: no table, no queue, no bucket, and no AWS service for a workflow. Those a state
machine calls by itself, under its own role.
"""

from __future__ import annotations

import os
from functools import cache

from engine.adapters.aws.clients import Clients
from engine.adapters.aws.secretsmanager import SecretsManager
from engine.adapters.local.environment_secrets import EnvironmentSecrets
from engine.clock import SystemClock
from engine.ports.tasks import Tasks
from engine.records import dataclass
from engine.settings import Settings
from functions.task_chain import task_chain

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
    clock = SystemClock()
    clients = Clients(connections=1)  # Lambda gives a process one invocation at a time
    backends = (EnvironmentSecrets(os.environ), SecretsManager(clients.secretsmanager, settings.stage, clock))
    chain = task_chain(settings, os.environ, backends, clock, aws=None)
    return Parts(chain.tasks, settings.workspace, settings.log_level, settings.task_max_seconds)
