"""Amazon Bedrock, by its Converse operation: one shape for the models of all vendors there.

Credentials and region are the surroundings' own (the Lambda's role, the profile of the settings); no key is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from engine.ports.language_model import ModelReply, ModelUnavailable, Said

Json = Any

MOST_TOKENS = 8_192
"""Of an answer; a draft of 50 states has about 5,000."""

_CONNECT_SECONDS = 3
_PASSING = frozenset({
    "ThrottlingException", "ServiceUnavailableException", "InternalServerException", "ModelTimeoutException",
    "ModelNotReadyException", "ModelErrorException",
})
_ADVICE = {
    "AccessDeniedException": "allow bedrock:InvokeModel for this model, and ask for access to it in Bedrock",
    "ResourceNotFoundException": "there is no such model in this region (AUTOMATE_COPILOT_MODEL)",
    "ValidationException": "AUTOMATE_COPILOT_MODEL is a model's or an inference profile's id or ARN",
}


class BedrockModel:
    """engine.ports.language_model.LanguageModel. `endpoint` is a VPC endpoint's address; None for the region's own."""

    provider = "bedrock"

    def __init__(
        self, model: str, *, profile: str | None = None, region: str | None = None, endpoint: str | None = None,
    ) -> None:
        self._model = model
        self._profile = profile
        self._region = region
        self._endpoint = endpoint
        self._lock = Lock()
        self._session: botocore.session.Session | None = None
        self._clients: dict[int, Any] = {}

    def reply(self, system: str, said: Sequence[Said], *, seconds: float) -> ModelReply:
        """Ask once."""
        try:
            answer = self._client(max(1, round(seconds))).converse(
                modelId=self._model,
                system=[{"text": system}],
                messages=[{"role": turn.role, "content": [{"text": turn.text}]} for turn in said],
                inferenceConfig={"maxTokens": MOST_TOKENS, "temperature": 0.0},
            )
        except ClientError as fault:
            raise _refusal(fault) from None
        except BotoCoreError as fault:
            # Its text names an endpoint or a profile, no credentials.
            raise ModelUnavailable(f"Bedrock was not reached: {fault}", passing=_may_pass(fault)) from None
        except (ResponseParserError, AttributeError, TypeError):  # the last two for JSON that is no object
            raise ModelUnavailable("the answer is not one of Converse", passing=False) from None
        return _reply(answer)

    def _client(self, seconds: int) -> Any:
        """A time-out belongs to a client. Making one is not thread-safe, using one is."""
        with self._lock:
            if seconds not in self._clients:
                if self._session is None:
                    self._session = botocore.session.Session(profile=self._profile)
                self._clients[seconds] = self._session.create_client(
                    "bedrock-runtime", region_name=self._region, endpoint_url=self._endpoint,
                    config=Config(connect_timeout=_CONNECT_SECONDS, read_timeout=seconds,
                                  retries={"mode": "standard", "total_max_attempts": 1}),
                )
            return self._clients[seconds]


def _may_pass(fault: BotoCoreError) -> bool:
    """Connections and time-outs may pass; a missing profile, region or key does not."""
    return "Timeout" in type(fault).__name__ or "Connection" in type(fault).__name__


def _refusal(fault: ClientError) -> ModelUnavailable:
    error = fault.response.get("Error", {})
    code, message = str(error.get("Code", "")), " ".join(str(error.get("Message", "")).split())[:300]
    status = fault.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    hint = f": {_ADVICE[code]}" if code in _ADVICE else ""
    return ModelUnavailable(
        f"Bedrock answered {code}{hint}{f' ({message})' if message else ''}",
        passing=code in _PASSING or status == 429 or status >= 500,
    )


def _reply(answer: Json) -> ModelReply:
    """The texts of the answer's message, joined; reasoning and other blocks are left out."""
    try:
        blocks = answer["output"]["message"]["content"]
        text = "".join(block["text"] for block in blocks if "text" in block)
    except (LookupError, TypeError):
        raise ModelUnavailable("the answer is not one of Converse", passing=False) from None
    return ModelReply(text, complete=answer.get("stopReason") not in ("max_tokens", "model_context_window_exceeded"))
