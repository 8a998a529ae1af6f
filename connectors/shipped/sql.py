"""What the connectors ``postgres`` and ``mysql`` share: statements with parameters, each call one transaction.

    query        read only, by the server's word ── rows ── ended
    execute      one statement ────────────────┐
    transaction  several, all or none ─────────┴── commit

What is known of a failed call follows from where it stopped. Before the commit is on its way the server undoes what was
done, so a failure is definite, unless a statement ended the transaction itself or, in MySQL, the connection broke:
there some statements commit by themselves. Once the commit is on its way, only the server's answer tells. A database
knows no idempotency key, so a write is made at most once.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
import ssl
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from decimal import Decimal
from typing import Any, ClassVar, Protocol
from uuid import UUID

from connectors.egress import in_force
from connectors.egress.dialling import Dialler
from connectors.errors import ConnectorError
from connectors.sdk import ActionSpec, ConnectorAdapter, Sent
from engine.errors import InvalidDocument
from engine.governance.masking import Scrubber
from engine.records import dataclass

Json = Any
Parameters = list[Json] | dict[str, Json]

MOST_BYTES = 8 * 1024 * 1024
"""Of JSON that one call gives."""

DEFAULT_ROWS, MOST_ROWS = 1_000, 100_000
EXCERPT = 1_000

_STATEMENT: dict[str, Any] = {"type": "string", "required": True, "minLength": 1}
_PARAMETERS: dict[str, Any] = {
    "type": ("array", "object"),
    "description": "What %s stands for in turn, or %(name)s by name. A % itself is written %%.",
}
_MOST: dict[str, Any] = {
    "type": "integer", "default": DEFAULT_ROWS, "minimum": 1, "maximum": MOST_ROWS,
    "description": "The most rows that are given.",
}
_RESULT: dict[str, dict[str, Any]] = {
    "rows": {"type": "array", "description": "Rows as objects, by the names of their columns."},
    "affected": {"type": "integer", "description": "How many rows the statement touched."},
    "truncated": {"type": "boolean", "description": "Whether there were more than max_rows."},
}


_CONNECTIONS: dict[Sent, dict[str, str]] = {"basic": {"user": "user", "password": "secret"}}


def actions(port: int) -> dict[str, ActionSpec]:
    """The actions of a database that listens at `port`."""
    where: dict[str, dict[str, Any]] = {
        "host": {"type": "string", "required": True, "description": "The server, such as db.example.com."},
        "port": {"type": "integer", "default": port, "minimum": 1, "maximum": 65535},
        "database": {"type": "string", "required": True, "description": "The database's name."},
        "user": {"type": "string", "required": True, "description": "Who signs in."},
        "password": {"type": "string", "secret": True, "description": "The user's password."},
        "tls": {
            "type": "string", "enum": ("verify", "none"), "default": "verify",
            "description": "verify: encrypted, to the server that the certificate names; none: not encrypted.",
        },
        "ca": {"type": "string", "description": "Certificates (PEM) to check the server's by; else the system's."},
    }
    return {
        "query": ActionSpec(
            title="Read rows", description="Run one statement in a transaction that can only read.", kind="read",
            connections=_CONNECTIONS, outputs=_RESULT,
            inputs={"statement": _STATEMENT, "parameters": _PARAMETERS, "max_rows": _MOST, **where},
        ),
        "execute": ActionSpec(
            title="Write", description="Run one statement, and commit it. It is never made a second time.",
            kind="write", at_most_once=True, connections=_CONNECTIONS,
            inputs={"statement": _STATEMENT, "parameters": _PARAMETERS, "max_rows": _MOST, **where}, outputs=_RESULT,
        ),
        "transaction": ActionSpec(
            title="Write in a transaction", kind="write", at_most_once=True, connections=_CONNECTIONS,
            description="Run statements in order, and commit them all or none. They are never made a second time.",
            inputs={
                "statements": {
                    "type": "array", "required": True, "description": "Each with its statement and parameters.",
                    "items": {"type": "object", "properties": {"statement": _STATEMENT, "parameters": _PARAMETERS}},
                },
                "max_rows": _MOST, **where,
            },
            outputs={"results": {"type": "array", "description": "rows, affected and truncated of each statement."}},
        ),
    }


@dataclass(frozen=True, slots=True)
class Told:
    """What a driver's error says. `lost`: the connection is gone, and with it the server's word. `unavailable`: the
    server as a whole does not serve now."""

    message: str
    code: str | None = None
    retryable: bool = False
    authentication: bool = False
    lost: bool = False
    unavailable: bool = False


def told_by_socket(error: OSError) -> Told:
    """What a connection that was not made, or broke, says. A certificate that is not trusted stays so."""
    passes = not isinstance(error, ssl.SSLCertVerificationError)
    return Told(str(error), retryable=passes, lost=True, unavailable=passes)


@dataclass(frozen=True, slots=True)
class Rows:
    """What a statement gave. `rows` are the driver's values."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    affected: int


class Session(Protocol):
    """A connection in a transaction."""

    def run(self, statement: str, parameters: Parameters, most_rows: int) -> Rows:
        """Run a statement; `most_rows` and one more of its rows at the most."""

    def is_open(self) -> bool:
        """Whether the transaction goes on: a statement may have ended it."""

    def commit(self) -> None:
        """Commit."""


class SqlConnector(ConnectorAdapter, ABC):
    """The base. `failures` are what the driver and its sockets raise. `undone` says that a server undoes whatever was
    not committed, however the connection ended."""

    failures: ClassVar[tuple[type[Exception], ...]]
    undone: ClassVar[bool]

    @abstractmethod
    def connected(
        self, params: Mapping[str, Any], dialler: Dialler, deadline: float, *, reads: bool
    ) -> AbstractContextManager[Session]:
        """A session in a transaction that is begun; closed at the end. Raises ConnectorError, `failures`."""

    @abstractmethod
    def told(self, error: Exception) -> Told:
        """What one of `failures` says."""

    def execute(self, action: str, params: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
        """Run what `params` say."""
        dialler, secrets = in_force.current(), Scrubber(context["secrets"].values())
        deadline = dialler.clock.now() + context["timeout_seconds"]
        statements = params["statements"] if action == "transaction" else [params]
        try:
            opened = self.connected(params, dialler, deadline, reads=action == "query")
            session = opened.__enter__()
        except self.failures as error:
            raise self._failed(params, error, secrets, definite=True) from error
        try:
            results = self._run(session, params, statements, secrets, reads=action == "query")
            if action != "query":
                self._commit(session, params, secrets)
        finally:
            with suppress(*self.failures):
                opened.__exit__(None, None, None)
        return {"results": results} if action == "transaction" else results[0]

    def _run(
        self, session: Session, params: Mapping[str, Any], statements: list[dict[str, Any]], secrets: Scrubber, *,
        reads: bool,
    ) -> list[dict[str, Json]]:
        results, size = [], 0
        for number, given in enumerate(statements, 1):
            if "\0" in given["statement"]:  # a driver would send what stands before it
                raise ConnectorError(f"statement {number} holds the character NUL", definite=number == 1 or self.undone)
            try:
                found = session.run(given["statement"], given.get("parameters", []), params["max_rows"])
            except RecursionError:  # the driver reads JSON
                raise _too_deep() from None
            except self.failures as error:
                definite = reads or self.undone or not self._told(error).lost
                raise self._failed(params, error, secrets, definite=definite) from error
            except (TypeError, ValueError, KeyError, IndexError) as error:  # parameters that do not fit the statement
                raise ConnectorError(
                    f"the parameters do not fit the statement: {secrets.text(str(error))[:EXCERPT]}", definite=True,
                    code="Parameters",
                ) from None
            if len(statements) > 1 and not session.is_open():
                raise ConnectorError(
                    f"statement {number} ended the transaction, so what came up to it is committed or undone already; "
                    "leave out what begins or ends one, or commits by itself", definite=False, code="TransactionEnded",
                )
            try:
                results.append(_result(found, params["max_rows"]))
                size += len(json.dumps(results[-1]))
            except RecursionError:
                raise _too_deep() from None
            if size > MOST_BYTES:
                raise ConnectorError(f"more than {MOST_BYTES} bytes of rows, so nothing was done", definite=True)
        return results

    def _commit(self, session: Session, params: Mapping[str, Any], secrets: Scrubber) -> None:
        if not session.is_open():  # MySQL commits some statements, such as CREATE TABLE, by itself
            return
        try:
            session.commit()
        except self.failures as error:
            definite = not self._told(error).lost
            raise self._failed(params, error, secrets, definite=definite) from error

    def _failed(
        self, params: Mapping[str, Any], error: Exception, secrets: Scrubber, *, definite: bool
    ) -> ConnectorError:
        told = self._told(error)
        done = "nothing was done" if definite else "nobody knows whether it was done"
        return ConnectorError(
            f"{params['host']}:{params['port']}: {secrets.text(told.message)[:EXCERPT]}; {done}", code=told.code,
            retryable=told.retryable, definite=definite, authentication=told.authentication,
            unavailable=told.unavailable,
        )

    def _told(self, error: Exception) -> Told:
        return told_by_socket(error) if isinstance(error, OSError) else self.told(error)


def _result(found: Rows, most_rows: int) -> dict[str, Json]:
    if twice := sorted({name for name in found.columns if found.columns.count(name) > 1}):
        raise ConnectorError(
            f"several columns are called {', '.join(twice)}, and a row has one of each name, so nothing was done: name "
            "them by AS", definite=True, code="Columns",
        )
    rows = [dict(zip(found.columns, map(_value, row), strict=True)) for row in found.rows[:most_rows]]
    return {"rows": rows, "affected": found.affected, "truncated": len(found.rows) > most_rows}


def _too_deep() -> ConnectorError:
    """Of a value that Python cannot walk through: what gives rows has not been committed then."""
    return ConnectorError(
        "a value of a row nests too deeply to be given, so nothing was done", definite=True, code="Rows"
    )


def _value(value: Any) -> Json:  # noqa: PLR0911 - one a type
    """A driver's value in JSON: exact numbers, times and ids are texts, bytes are base64."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case bytes() | bytearray() | memoryview():
            return base64.b64encode(value).decode()
        case dict():
            return {str(name): _value(one) for name, one in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_value(one) for one in value]
        case Decimal() | UUID() | dt.timedelta():
            return str(value)
    return str(value)


def not_installed(code: str, package: str) -> InvalidDocument:
    """What is raised where a driver is not there."""
    return InvalidDocument(
        f"the connector {code} needs the package {package}, which is not installed here", where=code,
        advice=f"Install it: pip install '{package}'. For a stage, add it to connectors-requirements.txt.",
    )
