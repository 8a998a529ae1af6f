"""Amazon Bedrock, by its ConverseStream operation: one shape for the models of all vendors there.

Credentials and region are the surroundings' own (the Lambda's role, the profile of the settings); no key is kept. An
answer by a schema is asked for by a tool that the model has to call.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from threading import Lock
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.eventstream import ParserError
from botocore.exceptions import BotoCoreError, ClientError, EventStreamError
from botocore.parsers import ResponseParserError

from engine.adapters.models.anthropic import answered_by_tool
from engine.adapters.models.turning import ANSWER, arguments_of, in_turns, lacks_tools
from engine.ports.language_model import Hear, ModelUnavailable, Reply, Request, ToolCall

Json = Any

_CONNECT_SECONDS = 3
_PASSING = frozenset({
    "ThrottlingException", "ServiceUnavailableException", "InternalServerException", "ModelTimeoutException",
    "ModelNotReadyException", "ModelErrorException", "ModelStreamErrorException", "throttlingException",
    "serviceUnavailableException", "internalServerException", "modelStreamErrorException",
})
_ADVICE = {
    "AccessDeniedException": "allow bedrock:InvokeModelWithResponseStream for this model, and ask for access to it",
    "ResourceNotFoundException": "there is no such model in this region (AUTOMATE_COPILOT_MODEL)",
    "ValidationException": "AUTOMATE_COPILOT_MODEL is a model's or an inference profile's id or ARN",
}
_CUT = frozenset({"max_tokens", "model_context_window_exceeded"})


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

    def reply(self, request: Request, *, seconds: float, hear: Hear) -> Reply:
        """Answer, streaming."""
        deadline = time.monotonic() + seconds
        stream: Any = None
        try:
            answer = self._client(max(1, round(seconds))).converse_stream(**self._body(request))
            stream = answer["stream"]
            reply = _read(stream, hear, deadline, seconds)
        except ClientError as fault:  # EventStreamError is one
            raise _refusal(fault) from None
        except BotoCoreError as fault:
            # Its text names an endpoint or a profile, no credentials.
            raise ModelUnavailable(f"Bedrock was not reached: {fault}", passing=_may_pass(fault)) from None
        except (ResponseParserError, ParserError, AttributeError, LookupError, TypeError):  # the last for another shape
            raise ModelUnavailable("the answer is not one of ConverseStream", passing=False) from None
        finally:
            if stream is not None and hasattr(stream, "close"):
                stream.close()
        return answered_by_tool(reply) if request.schema is not None and not request.tools else reply

    def _body(self, request: Request) -> dict[str, Json]:
        body: dict[str, Json] = {
            "modelId": self._model, "system": [{"text": request.system}],
            "messages": in_turns(
                request.messages, lambda text: {"text": text},
                lambda call: {"toolUse": {"toolUseId": call.id, "name": call.name, "input": arguments_of(call)}},
                lambda result: {"toolResult": {
                    "toolUseId": result.call, "content": [{"text": result.text or "-"}],
                    **({"status": "error"} if result.failed else {}),
                }},
            ),
            "inferenceConfig": {"maxTokens": request.max_tokens, "temperature": 0.0},
        }
        if request.tools:
            body["toolConfig"] = {"tools": [
                _tool(tool.name, tool.description, tool.parameters) for tool in request.tools
            ]}
        elif request.schema is not None:
            body["toolConfig"] = {
                "tools": [_tool(ANSWER, "The answer.", request.schema)], "toolChoice": {"tool": {"name": ANSWER}},
            }
        return body

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


def _tool(name: str, description: str, schema: Mapping[str, Json]) -> dict[str, Json]:
    return {"toolSpec": {"name": name, "description": description, "inputSchema": {"json": dict(schema)}}}


def _read(stream: Any, hear: Hear, deadline: float, seconds: float) -> Reply:
    """The reply of a stream; reasoning and other blocks are left out."""
    read = _Read()
    for event in stream:
        if time.monotonic() > deadline:
            raise ModelUnavailable(f"Bedrock did not answer within {seconds:.0f} s", passing=True)
        read.take(event, hear)
    return read.reply()


class _Read:
    """What of an answer has arrived."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._calls: dict[int, list[str]] = {}
        self._reason: str | None = None
        self._usage: Mapping[str, Json] = {}

    def take(self, event: Mapping[str, Json], hear: Hear) -> None:
        """Take one event of the stream."""
        if "contentBlockStart" in event:
            used = event["contentBlockStart"]["start"].get("toolUse")
            if used is not None:
                index = event["contentBlockStart"]["contentBlockIndex"]
                self._calls[index] = [used["toolUseId"], used["name"], ""]
        elif "contentBlockDelta" in event:
            self._take_delta(event["contentBlockDelta"], hear)
        elif "messageStop" in event:
            self._reason = event["messageStop"]["stopReason"]
        elif "metadata" in event:
            self._usage = event["metadata"].get("usage") or {}

    def _take_delta(self, block: Mapping[str, Json], hear: Hear) -> None:
        delta = block["delta"]
        if "text" in delta:
            self._text.append(delta["text"])
            hear(delta["text"])
        elif "toolUse" in delta:
            self._calls[block["contentBlockIndex"]][2] += delta["toolUse"]["input"]
            hear("")

    def reply(self) -> Reply:
        """The whole answer. Raises ModelUnavailable where the stream had no end."""
        if self._reason is None:
            raise ModelUnavailable("Bedrock broke its answer off", passing=True)
        calls = tuple(
            ToolCall(call_id, name, given or "{}") for _, (call_id, name, given) in sorted(self._calls.items())
        )
        given, gave = self._usage.get("inputTokens"), self._usage.get("outputTokens")
        return Reply("".join(self._text), calls, self._reason not in _CUT, int(given or 0), int(gave or 0))


def _may_pass(fault: BotoCoreError) -> bool:
    """Connections and time-outs may pass; a missing profile, region or key does not."""
    return "Timeout" in type(fault).__name__ or "Connection" in type(fault).__name__


def _refusal(fault: ClientError | EventStreamError) -> ModelUnavailable:
    error = fault.response.get("Error", {})
    code, message = str(error.get("Code", "")), " ".join(str(error.get("Message", "")).split())[:300]
    status = fault.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    lacks = lacks_tools(message)
    hint = f": {_ADVICE[code]}" if code in _ADVICE and not lacks else ""
    return ModelUnavailable(
        f"Bedrock answered {code}{hint}{f' ({message})' if message else ''}",
        passing=not lacks and (code in _PASSING or status == 429 or status >= 500), no_tools=lacks,
    )
