"""The connector ``postgres``: PostgreSQL by psycopg. See `sql`.

libpq connects by itself, so the dialler checks the name's addresses and libpq gets them as ``hostaddr``; the
name stays what the certificate is checked for. Where a proxy leads to the host, libpq gets a relay of this machine to
the dialler's socket. No password file is read. The server binds the parameters: no text is put into a statement. A
connection that is silent is shut at the call's end.
"""

from __future__ import annotations

import os
import re
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any

from connectors.egress.dialling import Dialler
from connectors.egress.relay import HOST, relayed
from connectors.egress.sockets import left
from connectors.shipped.sql import Parameters, Rows, SqlConnector, Told, actions, not_installed

try:
    import psycopg
    from psycopg import pq
    from psycopg.types import datetime as times
    from psycopg.types.json import Jsonb
except ImportError:
    raise not_installed("postgres", "psycopg[binary]") from None

_NO_FILE = f"{os.devnull}/none"
"""Of passwords: one that is there and no file, libpq tells of on stderr."""

_PASSING = ("40", "53", "55P03", "57P01", "57P02", "57P03", "57014", "08")
"""SQLSTATEs, or the classes of them, that a retry may mend: conflicts, resources, locks, a server that starts or stops.
(PostgreSQL's documentation, appendix A.)"""

_LOST = ("08", "40003", "57P01", "57P02")
"""Those after which only a commit's own answer would tell: connections, statement_completion_unknown, shutdowns."""

_UNAVAILABLE = ("08", "53", "57P01", "57P02", "57P03")
"""Those of a server that does not serve now."""

_STARTING = re.compile(
    r"too many (?:clients|connections)|connection slots are reserved|(?:starting up|shutting down|recovery mode)"
)
"""Of a refusal to connect, which libpq gives without its SQLSTATE: one that passes."""

_UNTRUSTED = re.compile(r"certificate|does not support SSL")


def _or_text(base: type[Any]) -> type[Any]:
    """A loader of psycopg's that gives what Python has no value for as PostgreSQL writes it: ``infinity``, years before
    1 and after 9999, ``24:00:00``."""

    class Loader(base):  # type: ignore[misc]  # a base that is a value
        def load(self, data: Any) -> Any:
            try:
                return super().load(data)
            except (psycopg.DataError, OverflowError):
                return bytes(data).decode()

    return Loader


_TIMES = {
    "date": _or_text(times.DateLoader), "time": _or_text(times.TimeLoader), "timetz": _or_text(times.TimetzLoader),
    "timestamp": _or_text(times.TimestampLoader), "timestamptz": _or_text(times.TimestamptzLoader),
    "interval": _or_text(times.IntervalLoader),
}


class PostgresConnector(SqlConnector):
    """Three actions: `query`, `execute`, `transaction`."""

    code = "postgres"
    name = "PostgreSQL"
    description = "Reads and writes rows of PostgreSQL."
    icon = "M5 6c0-3 14-3 14 0v12c0 3-14 3-14 0zM5 6c0 3 14 3 14 0M5 12c0 3 14 3 14 0"
    actions = actions(5432)
    failures = (psycopg.Error, OSError)
    undone = True

    @contextmanager
    def connected(
        self, params: Mapping[str, Any], dialler: Dialler, deadline: float, *, reads: bool
    ) -> Iterator[_Session]:
        """A session in a transaction that is begun."""
        with _authorities(params) as authorities, _reached(params, dialler, deadline) as (addresses, port):
            seconds = left(deadline, dialler.clock)
            connection = psycopg.connect(
                host=",".join([params["host"]] * len(addresses)), hostaddr=",".join(addresses), port=port,
                dbname=params["database"], user=params["user"], password=params.get("password", ""), passfile=_NO_FILE,
                sslmode="verify-full" if params["tls"] == "verify" else "disable", sslrootcert=authorities,
                gssencmode="disable", connect_timeout=max(2, int(min(seconds, 10))), client_encoding="utf8",
                application_name="automate", options=f"-c statement_timeout={max(1, int(seconds * 1000))}",
            )
            connection.read_only = reads
            for name, loader in _TIMES.items():
                connection.adapters.register_loader(name, loader)
            with _shut_in(left(deadline, dialler.clock), connection):
                yield _Session(connection, reads=reads)

    def told(self, error: Exception) -> Told:
        """By the SQLSTATE; without one the server said nothing."""
        assert isinstance(error, psycopg.Error)  # noqa: S101  it is one of `failures`
        state = error.sqlstate
        told = error.diag.message_primary or str(error).strip()
        if state is None and "stream()" in told:
            told = "the statement gives no rows, and query only reads: use execute"
        if error.diag.message_detail:
            told += f" ({error.diag.message_detail})"
        if state is None and isinstance(error, psycopg.OperationalError):
            passes = bool(_STARTING.search(told)) if "FATAL" in told else not _UNTRUSTED.search(told)
            return Told(
                told, retryable=passes, authentication=error.pgconn is not None and error.pgconn.used_password,
                lost=True, unavailable=passes,
            )
        named = state or ""
        return Told(
            told, code=state, retryable=named.startswith(_PASSING), lost=named.startswith(_LOST),
            unavailable=named.startswith(_UNAVAILABLE),
        )


class _Session:
    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]], *, reads: bool) -> None:
        self._connection, self._reads = connection, reads
        self._prepared = False

    def run(self, statement: str, parameters: Parameters, most_rows: int) -> Rows:
        given: Any = (
            {name: _adapted(value) for name, value in parameters.items()} if isinstance(parameters, dict)
            else [_adapted(value) for value in parameters]
        )
        with self._connection.cursor() as cursor:
            if self._reads:  # row by row: a table may be larger than this process
                rows = list(islice(cursor.stream(statement.encode(), given), most_rows + 1))
            else:  # without parameters psycopg would send it as a text of several statements, unless it is prepared
                self._prepared |= not given
                cursor.execute(statement.encode(), given, prepare=not given)
                rows = [] if cursor.description is None else cursor.fetchmany(most_rows + 1)
            columns = [column.name for column in cursor.description or ()]
            return Rows(columns, rows, len(rows) if self._reads else max(cursor.rowcount, 0))

    def is_open(self) -> bool:
        return self._connection.info.transaction_status is pq.TransactionStatus.INTRANS

    def commit(self) -> None:
        if self._prepared:  # behind a pooler the next user has this connection
            self._connection.execute("DEALLOCATE ALL", prepare=False)
        self._connection.commit()


def _adapted(value: Any) -> Any:
    """An object is jsonb, and so is a list that is no list of texts, of numbers or of truth values."""
    if isinstance(value, list) and {type(one) for one in value} in ({str}, {bool}, {int}, {float}):
        return value
    return Jsonb(value) if isinstance(value, dict | list) else value


@contextmanager
def _reached(params: Mapping[str, Any], dialler: Dialler, deadline: float) -> Iterator[tuple[list[str], int]]:
    """The addresses and the port that libpq connects to: the checked ones, or a relay to what the proxy leads to."""
    addresses = dialler.straight(params["host"], params["port"], deadline)
    if addresses is not None:
        yield [str(address) for address in addresses], params["port"]
        return
    with relayed(dialler.through(params["host"], params["port"], deadline)) as port:
        yield [HOST], port


@contextmanager
def _authorities(params: Mapping[str, Any]) -> Iterator[str]:
    """The file of certificates that the server's is checked by: libpq reads no text."""
    if "ca" not in params:
        paths = ssl.get_default_verify_paths()
        yield paths.cafile or paths.openssl_cafile
        return
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(params["ca"])
        file.flush()
        yield file.name


@contextmanager
def _shut_in(seconds: float, connection: psycopg.Connection[Any]) -> Iterator[None]:
    """End the connection after `seconds`, though somebody waits for it; and close it at the end."""
    with socket.socket(fileno=os.dup(connection.fileno())) as sock:
        ends = threading.Timer(seconds, _shut, [sock])
        ends.daemon = True
        ends.start()
        try:
            yield
        finally:
            ends.cancel()
            ends.join()  # it may be at it
            with suppress(psycopg.Error):
                connection.close()  # what is not committed is undone


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
