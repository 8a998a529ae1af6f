"""The connector ``mysql``: MySQL and MariaDB by PyMySQL, over a socket of the dialler's. See `sql`.

PyMySQL writes the parameters into the statement, escaped as the server's mode wants it. Several statements in one text
are refused by the server, and no file of this machine is ever handed to one.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from connectors.egress.dialling import Dialler
from connectors.egress.sockets import TimedSocket, TimedTlsSocket, tls, under_tls
from connectors.errors import ConnectorError
from connectors.shipped.sql import Parameters, Rows, SqlConnector, Told, actions, not_installed
from engine.clock import Clock

try:
    import pymysql
    from pymysql.constants import CR, ER, SERVER_STATUS
except ImportError:
    raise not_installed("mysql", "pymysql") from None

_UNAVAILABLE = frozenset({
    ER.CON_COUNT_ERROR, ER.SERVER_SHUTDOWN, ER.NORMAL_SHUTDOWN, ER.TOO_MANY_USER_CONNECTIONS, 3168,
})
"""Too many connections, a server that goes down or is not available. (MySQL's error reference.)"""

_PASSING = _UNAVAILABLE | {
    ER.LOCK_DEADLOCK, ER.LOCK_WAIT_TIMEOUT, 1317, 1637, 1969, 3024, 3572,
}
"""Deadlocks and locks; a statement that was interrupted or took too long (1969 is MariaDB's)."""

_SIGN_IN = frozenset({ER.ACCESS_DENIED_ERROR, ER.DBACCESS_DENIED_ERROR, 1698})
_LOST = frozenset({CR.CR_SERVER_GONE_ERROR, CR.CR_SERVER_LOST, CR.CR_CONN_HOST_ERROR, 0})
_ENDED = frozenset({ER.SERVER_SHUTDOWN, ER.ERROR_DURING_COMMIT, 1927, 4031})
"""Those after which only a commit's own answer would tell: the connection was ended (1927 is MariaDB's)."""


class MysqlConnector(SqlConnector):
    """Three actions: `query`, `execute`, `transaction`."""

    code = "mysql"
    name = "MySQL"
    description = "Reads and writes rows of MySQL and MariaDB. Nobody has run it against MySQL itself yet."
    icon = "M5 6c0-3 14-3 14 0v12c0 3-14 3-14 0zM5 6c0 3 14 3 14 0M5 12c0 3 14 3 14 0"
    actions = actions(3306)
    failures = (pymysql.Error, OSError)
    undone = False

    @contextmanager
    def connected(
        self, params: Mapping[str, Any], dialler: Dialler, deadline: float, *, reads: bool
    ) -> Iterator[_Session]:
        """A session in a transaction that is begun."""
        sock = dialler.dial(params["host"], params["port"], deadline)
        try:
            connection = pymysql.connect(
                host=params["host"], port=params["port"], user=params["user"], password=params.get("password", ""),
                database=params["database"], charset="utf8mb4", defer_connect=True, autocommit=None,
                program_name="automate", ssl=None if params["tls"] == "none" else _context(params),
                ssl_disabled=params["tls"] == "none",
            )
            if params["tls"] == "verify":
                connection.ctx = _Deadline(  # type: ignore[attr-defined]  # the stubs leave it out
                    _context(params), deadline, dialler.clock
                )
            connection.connect(sock)
        except BaseException:
            sock.close()
            raise
        try:
            with connection.cursor() as cursor:
                if reads:  # a procedure may commit, and begin another transaction
                    cursor.execute("SET SESSION TRANSACTION READ ONLY")
                cursor.execute(f"START TRANSACTION READ {'ONLY' if reads else 'WRITE'}")
            yield _Session(connection)
        finally:
            with suppress(pymysql.Error, OSError):
                connection.close()  # what is not committed is undone

    def told(self, error: Exception) -> Told:
        """By the number of the error."""
        number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        message = str(error.args[1]) if len(error.args) > 1 else str(error)
        if number in _LOST and isinstance(error, pymysql.OperationalError | pymysql.InterfaceError):
            cause = getattr(error, "original_exception", None)  # of a connection that was not made
            passes = not isinstance(cause, ssl.SSLCertVerificationError)
            return Told(
                message, code=str(number) if number else None, retryable=passes, lost=True, unavailable=passes
            )
        return Told(
            message, code=str(number) if number else None, retryable=number in _PASSING,
            authentication=number in _SIGN_IN, lost=number in _ENDED, unavailable=number in _UNAVAILABLE,
        )


class _Session:
    def __init__(self, connection: pymysql.Connection[Any]) -> None:
        self._connection = connection

    def run(self, statement: str, parameters: Parameters, most_rows: int) -> Rows:
        given: Any = (
            {name: _adapted(value) for name, value in parameters.items()} if isinstance(parameters, dict)
            else tuple(_adapted(value) for value in parameters)
        )
        with self._connection.cursor() as cursor:
            cursor.execute(f"SET SESSION sql_select_limit = {most_rows + 1}")
            affected = cursor.execute(statement, given)
            if cursor.description is None:
                return Rows((), (), affected)
            return Rows([column[0] for column in cursor.description], cursor.fetchall(), affected)

    def is_open(self) -> bool:
        status: int = self._connection.server_status  # type: ignore[attr-defined]  # likewise
        return bool(status & SERVER_STATUS.SERVER_STATUS_IN_TRANS)

    def commit(self) -> None:
        self._connection.commit()


class _Deadline:
    """The context of a connection, as far as PyMySQL uses it: its sockets keep the call's deadline."""

    def __init__(self, context: ssl.SSLContext, deadline: float, clock: Clock) -> None:
        self._context, self._deadline, self._clock = context, deadline, clock

    def wrap_socket(self, sock: TimedSocket, server_hostname: str) -> TimedTlsSocket:
        """`sock` under TLS."""
        return under_tls(sock, server_hostname, self._deadline, self._clock, self._context)


def _context(params: Mapping[str, Any]) -> ssl.SSLContext:
    """How the server's certificate is checked. Raises ConnectorError for a `ca` that is none."""
    if "ca" not in params:
        return tls()
    try:
        context = ssl.create_default_context(cadata=params["ca"])
    except ssl.SSLError as error:
        raise ConnectorError(f"ca holds no certificates in PEM: {error}", definite=True) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = TimedTlsSocket
    return context


def _adapted(value: Any) -> Any:
    """Objects and lists are JSON, as MySQL has no lists."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
