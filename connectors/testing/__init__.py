"""Testing a connector: one call with the same checks, secrets and scrubbing as in production, without an engine.

    from connectors.testing import CallFailed, call

    def test_an_order_is_created():
        output = call(LegacyERPAdapter, "create_order", {"customer_id": "c-1", "items": []}, secrets={"API_KEY": "k"})
        assert output == {"order_id": "4711"}

docs/connectors.md shows more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from connectors.registry import Registry
from connectors.tasks import ConnectorTasks
from engine.clock import SystemClock
from engine.governance.resolving import SecretResolving
from engine.governance.secret_refs import escape, references_in
from engine.ports.secrets import Grants, SecretInfo
from engine.ports.tasks import TaskCall, TaskFailed, TaskGoesOn

if TYPE_CHECKING:
    from connectors.sdk import ConnectorAdapter

Json = Any


class CallFailed(Exception):
    """The call's failure as a Retrier and a Catcher would see it."""

    def __init__(self, failure: TaskFailed) -> None:
        super().__init__(f"{failure.error}: {failure.cause}")
        self.error = failure.error
        self.cause = failure.cause
        self.definite = failure.definite
        self.retryable = failure.retryable
        self.retry_after = failure.retry_after
        self.unavailable = failure.unavailable


def call(
    adapter: type[ConnectorAdapter], action: str, params: Json, *, secrets: Mapping[str, str] | None = None,
    idempotency_key: str = "test:root:1:0", attempt: int = 0, timeout_seconds: float = 60.0,
    task_token: str | None = None,
) -> Json:
    """The output of `action`. Raises CallFailed.

    Each ``{"$secret": KEY}`` in `params` resolves, as if it stood in a published definition. All of `secrets` are in
    ``context['secrets']``: a step would name them by SecretRefs that the action declares no input for.
    """
    registry = Registry(builtin=(), installed=tuple, shipped=())
    registry.register(adapter)
    values = dict(secrets or {})
    refs = {"".join(f"/{escape(str(part))}" for part in path): key for path, key in references_in(params)}
    if isinstance(params, dict):
        loose = {f"secret {key}": {"$secret": key} for key in values if key not in refs.values()}
        refs |= {f"/{name}": ref["$secret"] for name, ref in loose.items()}
        params = {**params, **loose}
    outcome = SecretResolving(ConnectorTasks(registry), [_Given(values)], SystemClock()).call(
        TaskCall(
            resource=f"connector:{adapter.code}:{action}", arguments=params, workspace="default",
            execution_id="test:test", workflow="test", version=1, state="Test", attempt=attempt,
            idempotency_key=idempotency_key, budget_seconds=timeout_seconds, secret_refs=tuple(refs.items()),
            task_token=task_token,
        )
    )
    if isinstance(outcome, TaskFailed):
        raise CallFailed(outcome)
    if isinstance(outcome, TaskGoesOn):
        raise AssertionError("no job was asked about")  # noqa: TRY004  the connectors' own promise is broken
    return outcome.output


class _Given:
    """The secrets that a test hands in."""

    name = "the test's secrets"

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def get(self, workspace: str, key: str, *, fresh: bool = False) -> str | None:  # noqa: ARG002 - the port's shape
        return self._values.get(key)

    def grants(self, workspace: str, key: str, *, fresh: bool = False) -> Grants:  # noqa: ARG002 - the port's shape
        return None

    def list(self, workspace: str) -> list[SecretInfo]:  # noqa: ARG002 - the port's shape
        return [SecretInfo(key, self.name) for key in sorted(self._values)]
