"""The connector Lambda: one call of a connector's action for a state machine of AWS Step Functions.

    Task ──► {connector, action, arguments, secrets, …} ──► SecretRefs resolved, connector called ──► its output
                                                                       └► failed: raised under the error's own name

`automate export --to step-functions` writes the Tasks that invoke it (engine.conversion.step_functions.invocation). It
holds no state: Step Functions keeps the execution, repeats and waits. **Who may invoke it may use the secrets of its
stage through any connector**: it has no resource policy, so that is whom the account's admin lets,
and the sweeper of a stage that hears ends, for webhooks of alerts.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from engine.ports.tasks import TaskFailed, TaskSucceeded
from functions.connector import wiring
from functions.connector.answering import raised
from functions.connector.reading import read_call
from functions.lambda_logs import join_logs

Json = Any

logger = Logger(service="connector")


@logger.inject_lambda_context
def handler(event: Json, context: LambdaContext) -> Json:
    """The output of the action that `event` asks for. Raises its failure, whose class has the error's name."""
    parts = _parts()
    call = read_call(event, parts.workspace, parts.budget_seconds(context.get_remaining_time_in_millis() / 1000))
    outcome = call if isinstance(call, TaskFailed) else parts.tasks.call(call)
    if isinstance(outcome, TaskSucceeded):
        return outcome.output
    assert isinstance(outcome, TaskFailed)  # noqa: S101  only a job goes on, and connectors have none
    raise raised(outcome)


@cache
def _parts() -> wiring.Parts:
    parts = wiring.parts()
    join_logs(logger, parts.log_level)
    return parts
