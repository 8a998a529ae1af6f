"""How alerts leave a stage: a webhook by the connector function, which has the secrets and the egress rules, and a
topic by SNS, under the sweeper's own role. Neither is repeated here: the alert is sent again at a later look."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from engine.adapters.aws.clients import Clients
from engine.durable.triggering.telling import SECONDS
from engine.ports.tasks import ConnectorPin, TaskCall, TaskFailed, TaskOutcome, TaskPolicy, TaskSucceeded
from engine.triggers.alerts import PUBLISH

Json = Any

_LOG = logging.getLogger(__name__)

_ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1}, read_timeout=SECONDS + 5)
_ANY = Config()
_CODE = re.compile(r"\(code (.+)\)$")
_AGAIN = 500
_TOO_MANY = 429


class StageCalls:
    """An engine.ports.tasks.Tasks. `connector` is the connector function's name."""

    def __init__(self, clients: Clients, connector: str) -> None:
        self._clients = clients
        self._connector = connector
        self._regions: dict[str, Config] = {}

    def policy(self, resource: str, pin: ConnectorPin | None = None) -> TaskPolicy:  # noqa: ARG002 - all that alerts call is called
        """No problem is known."""
        return TaskPolicy()

    def call(self, call: TaskCall) -> TaskOutcome:
        """Make the call."""
        try:
            return self._published(call) if call.resource == PUBLISH else self._invoked(call)
        except ClientError as error:
            said, status = error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"]
            again = status >= _AGAIN or status == _TOO_MANY or "Throttl" in said["Code"]
            return TaskFailed(said["Code"], said["Message"], retryable=again)
        except BotoCoreError as error:
            return TaskFailed(type(error).__name__, str(error), definite=False)

    def _published(self, call: TaskCall) -> TaskOutcome:
        region = call.arguments["TopicArn"].split(":")[3]
        if region not in self._regions:  # a client belongs to its configuration
            self._regions[region] = _ONCE.merge(Config(region_name=region))
        self._clients.made("sns", self._regions[region]).publish(**call.arguments)
        return TaskSucceeded(None)

    def _invoked(self, call: TaskCall) -> TaskOutcome:
        """As a state machine of Step Functions invokes it (functions.connector.reading)."""
        _, connector, action = call.resource.split(":")
        reply = self._clients.made("lambda", _ONCE).invoke(FunctionName=self._connector, Payload=json.dumps({
            "connector": connector, "action": action, "arguments": call.arguments, "workflow": call.workflow,
            "execution": call.execution_id, "state": call.state, "entered": call.idempotency_key,
            "secrets": dict(call.secret_refs), "timeout_seconds": call.budget_seconds,
        }).encode())
        answer = json.loads(reply["Payload"].read() or "null")
        if "FunctionError" not in reply:
            return TaskSucceeded(answer)
        cause = str(answer.get("errorMessage", ""))
        code = _CODE.search(cause)
        again = code is None or (code[1].isdigit() and (int(code[1]) >= _AGAIN or int(code[1]) == _TOO_MANY))
        return TaskFailed(str(answer.get("errorType", "Lambda.Unknown")), cause, retryable=again)


def studio_links(clients: Clients, url: str, parameter: str) -> Callable[[str], str]:
    """What gives the address of an execution's page: below `url`, or below what the stage's parameter says, which the
    Studio's stack writes when it knows its own address. Without either it is the path alone."""
    known = [url.rstrip("/")] if url else []

    def link(execution: str) -> str:
        if not known and parameter:
            try:
                found = clients.made("ssm", _ANY).get_parameter(Name=parameter)["Parameter"]["Value"]
                known.append(found.rstrip("/"))
            except (ClientError, BotoCoreError) as error:
                _LOG.warning("the address of the Studio is not known: %s", error)
        return f"{known[0] if known else '/studio'}/executions/{quote(execution)}"

    return link
