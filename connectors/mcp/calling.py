"""A call of a tool: it is still the one that was accepted, its arguments fit, it is called once, its result fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.builtin.http_calls import EXCERPT
from connectors.declared.answers import MALFORMED
from connectors.declared.form import Action, Errors
from connectors.errors import ConnectorError
from connectors.mcp.client import Server
from connectors.mcp.tools import BadTool, definition_of, digest_of, headers_of, plain

Json = Any

CHANGED = "ToolChanged"
"""The `code` of a call of a tool that is another one than the owner accepted, or is gone."""

FAILED = "ToolError"
"""The `code` of a call that the tool itself says failed."""

INVALID = "InvalidArguments"
"""The `code` of arguments that do not fit the tool's inputSchema."""

_MOST_FAULTS = 10


def result_of(
    server: Server, definition: Mapping[str, Json], arguments: Json, *, digest: str, action: Action, errors: Errors
) -> Json:
    """What a tool gave: its structured content where it promises some (outputSchema), else ``content``, the ``text`` in
    it, and ``structured`` where there is some. Raises ConnectorError."""
    name = definition["name"]
    faults = faults_of(definition.get("inputSchema", True), arguments)
    if faults:
        raise ConnectorError(
            f"the arguments of the tool {plain(name)} do not fit: {faults}", definite=True, code=INVALID
        )
    try:
        headers = headers_of(definition, arguments)
    except BadTool as problem:
        raise ConnectorError(f"the tool {plain(name)} {problem}", definite=True, code=INVALID) from None
    _check_unchanged(server, name, digest)
    result = server.call(name, arguments, headers, action=action, errors=errors)
    content = result.get("content", [])
    if not isinstance(content, list) or not all(
        isinstance(part, dict) and isinstance(part.get("type"), str) for part in content
    ):
        raise _malformed(name, "gave a result whose content is no list of parts", action)
    text = "\n".join(part["text"] for part in content if part["type"] == "text" and isinstance(part.get("text"), str))
    if result.get("isError") is True:
        raise ConnectorError(
            f"the tool {plain(name)} says that it failed" + (f": {plain(text)[:EXCERPT]}" if text else ""),
            retryable=FAILED in errors.retryable_codes, definite=action.reads or FAILED not in errors.unknown_codes,
            code=FAILED,
        )
    if "outputSchema" not in definition:
        structured = {"structured": result["structuredContent"]} if "structuredContent" in result else {}
        return {"content": content, "text": text, **structured}
    if "structuredContent" not in result:
        raise _malformed(name, "promises a structured result and gave none", action)
    faults = faults_of(definition["outputSchema"], result["structuredContent"])
    if faults:
        raise _malformed(name, f"gave a result that is not what it promises: {faults}", action)
    return result["structuredContent"]


def faults_of(schema: Json, value: Json) -> str:
    """How `value` does not fit `schema`, by place; "" where it does."""
    from engine.language.schema.validation import Unchecked, errors  # noqa: PLC0415  who calls no tool pays nothing

    try:
        found = errors(schema, value)
    except Unchecked as problem:
        return f"checking them {problem}"
    return "; ".join(
        f"/{'/'.join(map(str, error.absolute_path))}: {plain(error.message)[:200]}" for error in found[:_MOST_FAULTS]
    )


def _check_unchanged(server: Server, name: str, digest: str) -> None:
    """Raises ConnectorError unless the server lists the tool as it was accepted."""
    known = next((tool for tool in server.tools() if tool["name"] == name), None)
    if known is None:
        raise ConnectorError(
            f"the server has no tool {plain(name)} any more: import the connector again", definite=True, code=CHANGED
        )
    if digest_of(definition_of(known)) != digest:
        raise ConnectorError(
            f"the tool {plain(name)} is not as it was accepted: its name, description or schema changed on the server. "
            "See how, and accept it: automate connectors import mcp URL --name CODE, then the same with --accept; then "
            "publish the workflow again",
            definite=True, code=CHANGED,
        )


def _malformed(name: str, what: str, action: Action) -> ConnectorError:
    return ConnectorError(f"the tool {plain(name)} {what}", definite=action.reads, code=MALFORMED)
