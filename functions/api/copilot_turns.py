"""Turns of the copilot on a stage: the API's function invokes itself, asynchronously, and that invocation runs the
turn.

    POST …/conversation ──► Invoke (InvocationType Event) {"copilotTurn": [workspace, owner, workflow]} ──► the same
    function

Lambda repeats an asynchronous invocation that failed, twice: the turn goes on from its last entry. A request of API
Gateway has no such member at its top, and its caller cannot write one there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import StoreUnavailable
from engine.ports.people.conversations import ConversationKey
from functions.app.copilot.turns import Turns
from functions.app.services import Services

if TYPE_CHECKING:
    from engine.adapters.aws.clients import Clients

TURN = "copilotTurn"
NAME = "AWS_LAMBDA_FUNCTION_NAME"


class HandOver:
    """Hands a turn over to another invocation of this function."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def __call__(self, key: ConversationKey) -> None:
        """Invoke. Raises StoreUnavailable where Lambda does not take it: the turn is begun again by the next look."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  few requests begin a turn

        try:
            self._clients.function_calls.invoke(
                FunctionName=os.environ[NAME], InvocationType="Event", Payload=json.dumps({TURN: list(key)})
            )
        except (BotoCoreError, ClientError) as fault:
            raise StoreUnavailable(f"Lambda did not take the turn ({type(fault).__name__})") from None


def turn_in(event: Mapping[str, Any]) -> ConversationKey | None:
    """The conversation whose turn an event is to run; None for a request."""
    found = event.get(TURN)
    return ConversationKey(*found) if isinstance(found, list) and "requestContext" not in event else None


def run_turn(services: Services, key: ConversationKey) -> dict[str, str]:
    """Run the turn to its end."""
    Turns(services).run(key)
    return {"ran": key.workflow}
