"""What the API's routes work with. The deployable hands in a provider: AWS's makes it at the first request, the local
server's has it already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.registry import Registry
from engine.catalog.catalog import Catalog
from engine.ports.keys import Actor
from engine.ports.secrets import SecretBackend, WritableSecrets
from engine.runtime.executions import Executions
from engine.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """One workspace's services. Safe to share between threads.

    `secret_backends` are asked in order; `writable_secrets` is where new values go. `actor_of` tells from a request's
    context (API Gateway's ``requestContext``) who asks.
    """

    catalog: Catalog
    executions: Executions
    connectors: Registry
    settings: Settings
    secret_backends: Sequence[SecretBackend]
    writable_secrets: WritableSecrets
    actor_of: Callable[[Mapping[str, Any]], Actor]
