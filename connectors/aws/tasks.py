"""AwsTasks: the engine's Tasks port over AWS.

    arn:aws:lambda:…:function:NAME                    a function's own event and answer
    arn:aws:states:::SERVICE:ACTION                   the optimised integrations
    arn:aws:states:::aws-sdk:SERVICE:ACTION           every operation of every API that botocore knows
    arn:aws:states:::apigateway:invoke                an API's stage
    arn:aws:states:::SERVICE:ACTION.sync              a job: started, asked about, stopped (connectors.aws.jobs)
      … with .waitForTaskToken: the call hands the token over, the answer comes another way

**Off until somebody says whose identity calls are made with.** On one machine that is a profile (`clients`); on AWS
the role that an admin assigned to the workflow (`credentials_for`). Without either nothing is called, and `policy` says
what to set. The worker's own role is no one's deputy.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from connectors.aws.api_gateway import Connect, call_api, https
from connectors.aws.clients import Clients
from connectors.aws.effect_ids import id_field
from connectors.aws.failures import client_failure, refused
from connectors.aws.jobs import ask, stop
from connectors.aws.operations import call_function, call_operation
from connectors.aws.resources import Api, Function, Operation, StartedJob, Target, find_target
from connectors.tasks import CAUSE_LIMIT, NOT_AVAILABLE
from engine.clock import Clock, SystemClock
from engine.errors import UserError
from engine.governance.masking import Scrubber
from engine.ports.tasks import ConnectorPin, TaskCall, TaskFailed, TaskOutcome, TaskPolicy

Json = Any

CredentialsFor = Callable[[str, Json], Clients | None]
"""(workflow, the state's Credentials or None) → the identity to call with; None where none is assigned. Raises
UserError for Credentials that the workflow may not use."""

LOCAL_ADVICE = (
    "AWS is off. Set AUTOMATE_AWS_PROFILE to a profile of your AWS configuration; or AUTOMATE_AWS_REGION, "
    "with credentials in the environment."
)
ROLE_ADVICE = "No role is assigned to the workflow {workflow}. An admin assigns one; the worker's own role is not used."

_KEPT_TARGETS = 4096


class AwsTasks:
    """Calls AWS with `clients`, or with what `credentials_for` gives for the workflow at hand."""

    def __init__(
        self, clients: Clients | None, *, credentials_for: CredentialsFor | None = None, clock: Clock | None = None,
        connect: Connect = https,
    ) -> None:
        self._clients = clients
        self._credentials_for = credentials_for
        self._clock = clock or SystemClock()
        self._connect = connect

    def policy(self, resource: str, pin: ConnectorPin | None = None) -> TaskPolicy:  # noqa: ARG002 - connectors alone are pinned
        """The problem: no such service or action (with the nearest names), a pattern that is not there, AWS is off."""
        found = _find(resource)
        if isinstance(found, str):
            return TaskPolicy(problem=found)
        off = self._clients is None and self._credentials_for is None
        operation = found.start if isinstance(found, StartedJob) else found
        known = id_field(operation.service, operation.operation) if isinstance(operation, Operation) else None
        return TaskPolicy(problem=f"{resource}: {LOCAL_ADVICE}" if off else None, id_field=known)

    def call(self, call: TaskCall) -> TaskOutcome:
        """Make the call under the identity it may use."""
        problem = self.policy(call.resource).problem
        if problem is not None:
            return TaskFailed(NOT_AVAILABLE, problem, retryable=False)
        try:
            clients = self._identity(call)
        except UserError as error:
            return refused(" ".join(part for part in (error.message, error.advice) if part))
        except Exception as error:  # noqa: BLE001  a role that cannot be assumed: nothing was called
            return dataclasses.replace(client_failure(error, "States"), definite=True)
        if clients is None:
            return refused(ROLE_ADVICE.format(workflow=call.workflow))
        found = _find(call.resource)
        assert not isinstance(found, str)  # noqa: S101  policy looked at it
        return _shown(self._perform(found, call, clients), call)

    def _identity(self, call: TaskCall) -> Clients | None:
        if self._credentials_for is not None:
            return self._credentials_for(call.workflow, call.credentials)
        if call.credentials is not None:
            return None
        return self._clients

    def _perform(self, target: Target, call: TaskCall, clients: Clients) -> TaskOutcome:
        match target:
            case Function():
                return call_function(target, call, clients, self._clock)
            case Operation():
                return call_operation(target, call, clients, self._clock)
            case StartedJob(start, job) if call.stops_job:
                return stop(job, start.service, call, clients)
            case StartedJob(start, job) if call.job is not None:
                return ask(job, start.service, call, clients, start.dialect)
            case StartedJob(start, _):
                return call_operation(start, call, clients, self._clock)
            case Api():
                return call_api(call, clients, self._clock, self._connect)


@lru_cache(maxsize=_KEPT_TARGETS)
def _find(resource: str) -> Target | str:
    return find_target(resource)


def _shown(outcome: TaskOutcome, call: TaskCall) -> TaskOutcome:
    """A cause within AWS's limit. It is scrubbed before it is cut: half a secret would not be found."""
    if not isinstance(outcome, TaskFailed) or outcome.cause is None or len(outcome.cause) <= CAUSE_LIMIT:
        return outcome
    return dataclasses.replace(outcome, cause=Scrubber(call.secrets.values()).text(outcome.cause)[:CAUSE_LIMIT])
