"""The connector ``llm``: an answer of a language model over OpenAI's chat completions, which many services speak.

With a schema the answer is asked for as JSON and held against it here, whatever the service promised. An answer that
was cut off, filtered or refused is a failure, so no half answer goes on as a whole one. The key goes to the address
that the step gives and nowhere else: a redirect of a POST is not followed.
"""

from __future__ import annotations

import json
from typing import Any

from connectors.builtin.http_calls import EXCERPT, HttpCalls, body_of, fits, retry_after, url_of
from connectors.builtin.http_connections import Answer
from connectors.checking import json_answer
from connectors.egress import in_force
from connectors.egress.urls import Url
from connectors.errors import ConnectorError
from connectors.sdk import ActionSpec, ConnectorAdapter
from engine.governance.masking import Scrubber
from engine.language.schema.validation import Unchecked, errors, meta_errors

Json = Any

OPENAI = "https://api.openai.com/v1"
_SPENT = frozenset({
    "insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "credit_balance_exhausted",
    "organization_spend_limit_exceeded", "organization_usage_limit_exceeded", "project_spend_limit_exceeded",
})
"""Names, as type or as code, of a 429 that no waiting mends."""

_OURS = ("model", "messages", "response_format", "stream", "n")

_CHAT = ActionSpec(
    title="Ask a model",
    description="Ask a language model, and give its answer; with a schema as JSON that fits it.",
    kind="write",
    id_field="id",
    one_of=[["prompt", "messages"]],
    inputs={
        "model": {"type": "string", "required": True, "minLength": 1, "description": "Such as gpt-5-mini or llama3.3."},
        "prompt": {"type": "string", "minLength": 1, "description": "What is asked; or messages."},
        "system": {"type": "string", "description": "What the model is to be and to heed."},
        "messages": {
            "type": "array", "items": {"type": "object"},
            "description": "A whole conversation instead of prompt: role and content each.",
        },
        "schema": {"type": "object", "description": "JSON Schema that the answer must fit."},
        "schema_name": {"type": "string", "default": "answer", "maxLength": 64, "description": "What it is called."},
        "strict": {
            "type": "boolean", "default": False,
            "description": "Whether the service holds the model to the schema; OpenAI then wants every member required "
            "and additionalProperties false.",
        },
        "max_tokens": {"type": "integer", "minimum": 1, "description": "The longest answer, in tokens."},
        "temperature": {"type": "number", "minimum": 0, "maximum": 2, "description": "0 is the least varied."},
        "options": {"type": "object", "description": "Further members of the request, such as reasoning_effort."},
        "base_url": {
            "type": "string", "default": OPENAI,
            "description": "What stands before /chat/completions, such as http://localhost:11434/v1 for Ollama.",
        },
        "api_key": {"type": "string", "secret": True, "description": "The service's key; none on one's own machine."},
    },
    outputs={
        "text": {"type": "string", "description": "The answer."},
        "json": {"description": "The answer as JSON, with a schema."},
        "finish_reason": {"type": "string", "description": "stop, or length where max_tokens cut a text off."},
        "model": {"type": "string", "description": "Which model answered."},
        "id": {"type": "string", "description": "The service's id of the answer."},
        "usage": {"type": "object", "description": "prompt_tokens, completion_tokens, total_tokens."},
    },
)


class LlmConnector(ConnectorAdapter):
    """One action, `chat`."""

    code = "llm"
    name = "Language model"
    description = (
        "Asks a language model over OpenAI's chat completions. Nobody has run it against OpenAI itself yet."
    )
    icon = "M4 5h16v11H9l-5 4zM8 9h8M8 12h5"
    actions = {"chat": _CHAT}  # noqa: RUF012 - the guide's form

    def __init__(self) -> None:
        self._calls = HttpCalls()

    def execute(self, action: str, params: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Ask what `params` say."""
        secrets = Scrubber(context["secrets"].values())
        headers = {"user-agent": "automate", "accept": "application/json", "content-type": "application/json",
                   "accept-encoding": "identity"}
        key = params.get("api_key")
        if key is not None:
            if not fits(key):
                raise ConnectorError("api_key holds a character that no header may", definite=True)
            headers["authorization"] = f"Bearer {key}"
        url = url_of(f"{params['base_url'].rstrip('/')}/chat/completions", secrets)
        answer, url = self._calls.send(
            "POST", url, headers, json.dumps(_request(params)).encode(), context["timeout_seconds"], secrets,
            reads=False,
        )
        body = body_of(answer.body, answer.headers.get("content-type", ""))
        if answer.status != 200:
            raise _refused(url, answer, body, secrets)
        return _answer(url, body, params.get("schema"), secrets)


def _request(params: dict[str, Any]) -> dict[str, Json]:
    """The body. Raises ConnectorError for what cannot be one."""
    if ("prompt" in params) == ("messages" in params):
        raise ConnectorError("give either prompt or messages", definite=True)
    options = params.get("options", {})
    taken = [name for name in _OURS if name in options]
    if taken:
        raise ConnectorError(f"options cannot have {', '.join(taken)}: this action sets it", definite=True)
    said = params.get("messages") or [{"role": "user", "content": params.get("prompt")}]
    system = [{"role": "system", "content": params["system"]}] if "system" in params else []
    body = {**options, "model": params["model"], "messages": [*system, *said]}
    if "temperature" in params:
        body["temperature"] = params["temperature"]
    if "max_tokens" in params:  # OpenAI's newer models refuse the old name, others know no new one
        name = "max_completion_tokens" if params["base_url"].startswith(OPENAI) else "max_tokens"
        body[name] = params["max_tokens"]
    if "schema" in params:
        _check_schema(params["schema"])
        body["response_format"] = {"type": "json_schema", "json_schema": {
            "name": params["schema_name"], "schema": params["schema"], "strict": params["strict"],
        }}
    return body


def _check_schema(schema: Json) -> None:
    """Raises ConnectorError for what is no JSON Schema: before the question, which costs."""
    try:
        found = meta_errors(schema)
        place = "".join(f"/{part}" for part in found[0].absolute_path) if found else ""
        wrong = f"{place or 'it'}: {found[0].message}" if found else None
    except Unchecked as unchecked:
        wrong = str(unchecked)
    if wrong is not None:
        raise ConnectorError(f"schema is no JSON Schema: {wrong[:EXCERPT]}", definite=True, code="InvalidSchema")


def _answer(url: Url, body: Json, schema: Json, secrets: Scrubber) -> dict[str, Json]:
    """The output. Raises ConnectorError where there is no whole answer."""
    try:
        choice = body["choices"][0]
        message, reason = choice["message"], choice.get("finish_reason")
        text, refusal = message.get("content"), message.get("refusal")
    except (LookupError, TypeError, AttributeError):
        shown = secrets.text(body if isinstance(body, str) else json.dumps(body))[:EXCERPT]
        raise ConnectorError(
            f"{url} did not answer as chat completions do: {shown}", definite=False, code="MalformedAnswer"
        ) from None
    if refusal:
        raise ConnectorError(
            f"the model refuses: {secrets.text(str(refusal))[:EXCERPT]}", definite=True, code="Refused"
        )
    if reason == "content_filter":
        raise ConnectorError("the answer was held back by the service's filter", definite=True, code="ContentFiltered")
    found = {
        "text": text if isinstance(text, str) else "", "finish_reason": reason, "model": body.get("model"),
        "id": body.get("id"), "usage": body.get("usage"),
    }
    if message.get("tool_calls"):
        found["tool_calls"] = message["tool_calls"]
    if schema is not None:
        found["json"] = _fitting(found["text"], reason, schema, secrets)
    return found


def _fitting(text: str, reason: Json, schema: Json, secrets: Scrubber) -> Json:
    """The answer's JSON. Raises ConnectorError where it is none, or does not fit the schema."""
    if reason == "length":
        raise ConnectorError("the answer was cut off: raise max_tokens", definite=True, code="CutOff")
    try:
        value = json_answer(text)
        faults = errors(schema, value)
    except (ValueError, RecursionError):
        raise ConnectorError(
            f"the answer is no JSON: {secrets.text(text)[:EXCERPT]}", retryable=True, definite=True, code="NoJson"
        ) from None
    except Unchecked as unchecked:
        raise ConnectorError(f"checking the answer {unchecked}", definite=True, code="Unchecked") from None
    if faults:
        place = "".join(f"/{part}" for part in faults[0].absolute_path)
        raise ConnectorError(
            f"the answer does not fit the schema: {place or 'it'}: {secrets.text(faults[0].message)[:EXCERPT]}",
            retryable=True, definite=True, code="SchemaMismatch",
        )
    return value


def _refused(url: Url, answer: Answer, body: Json, secrets: Scrubber) -> ConnectorError:
    """``{"error": {"message", "type", "code"}}``, as OpenAI has it; others send less."""
    status = answer.status
    error = body.get("error") if isinstance(body, dict) else None
    names = [error.get("code"), error.get("type")] if isinstance(error, dict) else []
    named, spent = next(filter(None, names), None), any(name in _SPENT for name in names if isinstance(name, str))
    said = error.get("message") if isinstance(error, dict) else error or body
    code = str(named) if named else str(status)
    text = secrets.text(said if isinstance(said, str) else json.dumps(said))[:EXCERPT]
    return ConnectorError(
        f"{url} answered {status} ({secrets.text(code)}): {text}",
        retryable=(status in (408, 409, 425, 429) or status >= 500) and not spent,
        definite=status // 100 == 4 or status == 503, code=code, authentication=status == 401,
        retry_after=retry_after(answer, in_force.current().clock.now()),
        unavailable=(status == 429 and not spent) or status >= 500,
    )
