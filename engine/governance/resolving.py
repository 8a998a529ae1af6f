"""SecretResolving: the last step before a connector, and the first after it.

    TaskCall with references ──► look up each KEY ──► inner Tasks, values in `secrets` ──► scrub ──► TaskOutcome
                                   └─ granted?          with the hosts that its grants name

A value exists from the look-up to the scrubbed outcome and nowhere else: not in the arguments, the journal, the
history, a message or a log. Backends are asked in order; the first that holds the key answers.

A secret that was rotated a moment ago may still be cached. So when the system did not accept the credentials, and it is
certain that nothing was done, the secrets are read once more past every cache; if one changed, the call is made again.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterable, Iterator, Sequence

from engine.clock import Clock
from engine.errors import ConnectionFailed, StorageError, UserError
from engine.governance.connections import parse
from engine.governance.log_masking import KNOWN, KnownSecrets
from engine.governance.masking import Scrubber, SecretValues
from engine.governance.secret_grants import hosts_for, how_to_grant, user_of
from engine.governance.secret_refs import check_key
from engine.ports.secrets import ANY, Grants, SecretBackend, SecretGrant
from engine.ports.tasks import TaskCall, TaskFailed, TaskGoesOn, TaskOutcome, Tasks, TasksDecorator, TaskSucceeded

_LOG = logging.getLogger(__name__)

NOT_FOUND = "Automate.SecretNotFound"
NOT_GRANTED = "Automate.SecretNotGranted"
UNAVAILABLE = "Automate.SecretsUnavailable"
NOT_CONNECTED = "Automate.ConnectionFailed"

Hosts = tuple[tuple[str, ...], ...]

LEAST_SECONDS = 1.0
"""A second call needs at least this much of the first one's budget."""


class SecretResolving(TasksDecorator):
    """A Tasks that resolves SecretRefs for `tasks`. `known` is what the log's masking is told of."""

    def __init__(
        self, tasks: Tasks, backends: Sequence[SecretBackend], clock: Clock, *, known: KnownSecrets = KNOWN
    ) -> None:
        super().__init__(tasks)
        self._backends = tuple(backends)
        self._clock = clock
        self._known = known

    def call(self, call: TaskCall) -> TaskOutcome:
        """Resolve, call, scrub.

        Fails with Automate.SecretNotFound or Automate.SecretNotGranted (definite, no Retrier helps), where a connection
        gives no access with Automate.ConnectionFailed or, when a backend did not serve, Automate.SecretsUnavailable
        (definite; a Retrier may help). All before anything was called.
        """
        if not call.secret_refs:
            return self._tasks.call(call)
        began = self._clock.now()
        found = self._look_up(call, fresh=False)
        if isinstance(found, TaskFailed):
            return found
        if self._clock.now() - began >= call.budget_seconds:
            return TaskFailed(UNAVAILABLE, "looking up the secrets took all of the call's time: nothing was called")
        secrets, hosts = found
        call = dataclasses.replace(call, hosts=hosts)
        outcome = self._call(call, secrets, began)
        if not (isinstance(outcome, TaskFailed) and outcome.authentication and outcome.definite):
            return outcome
        again = self._look_up(call, fresh=True)
        spent = self._clock.now() - began
        if isinstance(again, TaskFailed) or again[0] == secrets or call.budget_seconds - spent < LEAST_SECONDS:
            return outcome
        return self._call(dataclasses.replace(call, hosts=again[1]), again[0], began, older=secrets)

    def _call(
        self, call: TaskCall, secrets: SecretValues, began: float, *, older: SecretValues | None = None
    ) -> TaskOutcome:
        """One call of the inner Tasks with what is left of the budget, its outcome scrubbed."""
        scrubber = Scrubber([*secrets.values(), *(older or {}).values()])
        left = max(call.budget_seconds - (self._clock.now() - began), LEAST_SECONDS)
        try:
            outcome = self._tasks.call(dataclasses.replace(call, secrets=secrets, budget_seconds=left))
        except Exception as error:  # noqa: BLE001 - what it raised may quote a value, so it must not travel on
            _LOG.exception("the task port failed", extra={"execution": call.execution_id, "state": call.state})
            return TaskFailed("Automate.TaskError", f"{type(error).__name__} in the task port", definite=False)
        if isinstance(outcome, TaskSucceeded):
            return dataclasses.replace(outcome, output=scrubber.json(outcome.output))
        if isinstance(outcome, TaskGoesOn):
            return outcome
        cause = None if outcome.cause is None else scrubber.text(outcome.cause)
        return dataclasses.replace(outcome, error=scrubber.text(outcome.error), cause=cause)

    def _look_up(self, call: TaskCall, *, fresh: bool) -> tuple[SecretValues, Hosts] | TaskFailed:
        """The values of all keys that `call` refers to, and what their grants let it reach; or the failure that names
        every key without a value, else every one that is not granted."""
        found, hosts = SecretValues(), []
        missing: list[str] = []
        refused: list[str] = []
        connector = user_of(call.resource)
        for key in dict.fromkeys(key for _, key in call.secret_refs):
            try:
                backend, value, answers = _ask(self._backends, call.workspace, key, fresh=fresh)
                if backend is None or value is None:
                    missing.append(
                        f'secret "{key}" was not found; asked in this order: {"; ".join(answers) or "nobody"}'
                    )
                    continue
                admitted = hosts_for(backend.grants(call.workspace, key, fresh=fresh), call.workflow, connector)
            except StorageError as error:
                return TaskFailed(UNAVAILABLE, f'secret "{key}": {error}')
            except ConnectionFailed as error:
                cause = f'secret "{key}": {error.message}' + (f". {error.advice}" if error.advice else "")
                return TaskFailed(NOT_CONNECTED, cause, retryable=error.retryable, retry_after=error.retry_after or 0.0)
            if not admitted:
                advice = how_to_grant(backend.name, key, SecretGrant(call.workflow, connector))
                refused.append(f'secret "{key}" is not granted to {connector} in workflow {call.workflow}. {advice}')
            elif ANY not in admitted:
                hosts.append(admitted)
            found[key] = value
        self._known.add(found.values())
        if missing:
            keys = [key for _, key in call.secret_refs if key not in found]
            advice = f"Set it with: automate secrets set {keys[0]}"
            return TaskFailed(NOT_FOUND, ". ".join([*missing, advice]), retryable=False)
        if refused:
            return TaskFailed(NOT_GRANTED, ". ".join(refused), retryable=False)
        return found, tuple(hosts)


class AnswerMasks:
    """engine.ports.secrets.SecretMasks over `backends`: for what somebody outside answers to a step that waits, who was
    handed the step's secrets by its call."""

    def __init__(self, backends: Sequence[SecretBackend]) -> None:
        self._backends = tuple(backends)

    def scrubber(self, workspace: str, keys: Iterable[str]) -> Scrubber:
        """Removes the values of `keys`: those at hand and, where one was rotated a moment ago, the new ones too.

        Raises StorageError: what may hold a secret that nobody can look up is not stored.
        """
        asked = {
            _ask(self._backends, workspace, key, fresh=fresh)[1] for key in set(keys) for fresh in (False, True)
        }
        return Scrubber(text for value in asked if value for text in _masked(value))


def _masked(value: str) -> Iterator[str]:
    """What of a secret's value is masked: of a connection its secrets, and not its addresses."""
    connection = parse(value)
    yield from (value,) if connection is None else connection.secrets()


def granted(backends: Sequence[SecretBackend], workspace: str, key: str) -> tuple[str, Grants] | None:
    """The name of the backend that answers for `key`, and who may use what it gives; None where none has it. Raises
    StorageError."""
    backend = _ask(backends, workspace, key, fresh=False)[0]
    return None if backend is None else (backend.name, backend.grants(workspace, key))


def _ask(
    backends: Sequence[SecretBackend], workspace: str, key: str, *, fresh: bool
) -> tuple[SecretBackend, str, list[str]] | tuple[None, None, list[str]]:
    """The first backend that has a value, with it; else None, and what each backend answered. Raises StorageError."""
    answers: list[str] = []
    try:
        check_key(key)
    except UserError as error:
        return None, None, [f"nobody, as {error.message}"]
    for backend in backends:
        try:
            value = backend.get(workspace, key, fresh=fresh)
        except ConnectionFailed:
            raise
        except UserError as error:
            answers.append(f"{backend.name} ({error.message})")
            continue
        if value:
            return backend, value, answers
        answers.append(backend.name)
    return None, None, answers
