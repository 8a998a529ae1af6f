"""What the API's routes work with. The deployable hands in a provider: AWS's makes it at the first request, the local
server's has it already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.registry import Registry
from engine.governance.audit import Audit
from engine.ports.keys import Actor
from engine.ports.secrets import SecretBackend
from engine.runtime.sync_start import SyncStarts
from engine.settings import Settings
from functions.api.audited import AuditedCatalog, AuditedExecutions, AuditedSecrets
from functions.api.audited_activities import AuditedActivities
from functions.api.audited_operations import AuditedPausing


@dataclass(frozen=True, slots=True)
class Services:
    """One workspace's services. Safe to share between threads.

    `secret_backends` are asked in order; `writable_secrets` is where new values go. `actor_of` tells from a request's
    context (API Gateway's ``requestContext``) who asks, and from where. Whatever changes anything is audited.
    """

    catalog: AuditedCatalog
    executions: AuditedExecutions
    connectors: Registry
    settings: Settings
    secret_backends: Sequence[SecretBackend]
    writable_secrets: AuditedSecrets
    actor_of: Callable[[Mapping[str, Any]], Actor]
    audit: Audit
    pausing: AuditedPausing
    activities: AuditedActivities
    sync_starts: SyncStarts
