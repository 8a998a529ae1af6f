"""ConnectionSecrets: the secret store, in which a connection's secret gives what is sent, renewed where it has to be.

    get("connection.sales") ──► no connection: the value
                            ├─► a key, a password: that
                            └─► OAuth2 ──► a token that is good ──────────────────────────────────► that
                                       └─► none ──► the lock ──► read again: somebody was faster ──► that
                                                              └► token endpoint ──► kept ──► the new one

A refresh token may be good once only. So the new one is durable before anybody is handed the access token that came
with it; until then the lock is kept, and this process, which still has it, writes it at the next try.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.clock import Clock
from engine.errors import ConnectionFailed, StorageError
from engine.governance.connections import CODE, Connection, Tokens, handed, key_of, name_of, parse
from engine.governance.log_masking import KNOWN
from engine.ports.secrets import Grants, SecretInfo, WritableSecrets

if TYPE_CHECKING:
    from connectors.connections.locks import Held, Locks, Rows
    from connectors.connections.tokens import TokenCalls

SHARED_SECONDS = 900.0
"""A token of a shorter life is this process's own, unless a new refresh token came with it: a secret that is written
more often than every ten minutes runs out of versions (AWS Secrets Manager, PutSecretValue)."""

REFUSED_SECONDS = 30.0
"""A service that does not accept a token which is younger than this refuses the request, and not the token. And so long
a token endpoint that has refused for good is not asked the same again."""

_READS = 5
_TRIES = 5
_FIRST_PAUSE = 0.2


class ConnectionSecrets:
    """engine.ports.secrets.SecretBackend over `store`. `rows` gives what locks lie in; without them a process keeps
    its tokens to itself, and writes none. Safe to share between threads."""

    def __init__(self, store: WritableSecrets, clock: Clock, rows: Rows = lambda: None) -> None:
        self.name = store.name
        self._store = store
        self._clock = clock
        self._rows = rows
        self._guard = threading.Lock()
        self._made: tuple[TokenCalls, Locks] | None = None
        self._tokens: dict[tuple[str, str], tuple[Connection, Tokens]] = {}
        self._unsaved: set[tuple[str, str]] = set()
        self._refused: dict[tuple[str, str], tuple[float, object, ConnectionFailed]] = {}

    @property
    def calls(self) -> TokenCalls:
        """What asks token endpoints."""
        return self._parts()[0]

    @property
    def locks(self) -> Locks:
        """What keeps others from a connection that is changed."""
        return self._parts()[1]

    def _parts(self) -> tuple[TokenCalls, Locks]:
        """Both are made when they are first needed: few processes change a connection."""
        with self._guard:
            if self._made is None:
                from connectors.connections.locks import Locks  # noqa: PLC0415
                from connectors.connections.tokens import TokenCalls  # noqa: PLC0415

                self._made = TokenCalls(), Locks(self._rows, self._clock)
            return self._made

    def get(self, workspace: str, key: str, *, fresh: bool = False) -> str | None:
        """See SecretBackend; of a connection what a step is handed. `fresh`: the service did not accept what was given.
        Raises StorageError, ConnectionFailed."""
        text = self._store.get(workspace, key, fresh=fresh)
        name = name_of(key)
        connection = None if name is None or text is None else parse(text)
        if name is None or connection is None:
            return text
        KNOWN.add(connection.secrets())
        if not connection.is_oauth:
            return handed(connection)
        tokens = self._newest(workspace, name, connection)
        now = self._clock.now()
        good = tokens is not None and tokens.good_at(now) and not (
            fresh and now - tokens.obtained_at >= REFUSED_SECONDS
        )
        if tokens is None or not good or (workspace, name) in self._unsaved:
            tokens = self._renewed(workspace, name, None if good else tokens)
        return handed(connection, tokens.access)

    def grants(self, workspace: str, key: str, *, fresh: bool = False) -> Grants:
        """See SecretBackend."""
        return self._store.grants(workspace, key, fresh=fresh)

    def list(self, workspace: str) -> list[SecretInfo]:
        """See SecretBackend."""
        return self._store.list(workspace)

    def read(self, workspace: str, name: str) -> Connection | None:
        """The connection as it is kept; None where there is none. Raises StorageError."""
        text = self._store.get(workspace, key_of(name), fresh=True)
        return None if text is None else parse(text)

    def tested(self, connection: Connection) -> Connection:
        """`connection`, tried: with an access token where it gets one. Raises ConnectionFailed."""
        now = self._clock.now()
        KNOWN.add(connection.secrets())
        tokens = self.calls.tokens(connection, now) if connection.is_oauth else None
        self.calls.check(connection, "" if tokens is None else tokens.access)
        return replace(connection, tokens=tokens, tested_at=now)

    def test(self, workspace: str, name: str) -> Connection | None:
        """The connection that is kept, tried as a step would use it; None where there is none. Raises ConnectionFailed,
        StorageError."""
        connection = self.read(workspace, name)
        if connection is None:
            return None
        access = ""
        if connection.is_oauth:
            seen = self._newest(workspace, name, connection)
            self._refused.pop((workspace, name), None)
            access = self._renewed(workspace, name, seen).access
        self.calls.check(connection, access)
        return self.read(workspace, name)

    def save(self, workspace: str, name: str, connection: Connection, *, by: str) -> SecretInfo:
        """Keep `connection` under `name`, in the place of one that is there; its grants stay. Raises StorageError."""
        with self.locks.held(workspace, name) as held:
            numbered = replace(connection, number=held.number + 1)
            info = self._store.set(workspace, key_of(name), numbered.as_text(), by=by)
            held.number = numbered.number
            self._forget(workspace, name)
        return info

    @contextmanager
    def changing(self, workspace: str, name: str) -> Iterator[tuple[Connection, Callable[[Connection], None]]]:
        """A connection that nobody else changes meanwhile, and what keeps another in its place. Raises StorageError,
        ConnectionFailed where there is none."""
        with self.locks.held(workspace, name) as held:
            yield self._current(workspace, name, held), lambda changed: self._keep(workspace, name, changed, held)

    def remove(self, workspace: str, name: str) -> bool:
        """Delete it; False where there is none. Raises StorageError."""
        with self.locks.held(workspace, name):
            self._forget(workspace, name)
            return self._store.delete(workspace, key_of(name))

    def _renewed(self, workspace: str, name: str, seen: Tokens | None) -> Tokens:
        """Tokens that are good, and not those `seen`; what is not durable yet is made so."""
        with self.locks.held(workspace, name) as held:
            connection = self._current(workspace, name, held)
            newest = self._newest(workspace, name, connection)
            if newest is not None and (workspace, name) in self._unsaved:
                self._keep(workspace, name, replace(connection, tokens=newest), held)
            if newest is not None and newest != seen and newest.good_at(self._clock.now()):
                return newest
            if not held.shared and connection.kind == CODE:  # its refresh token may be good once
                raise ConnectionFailed("its access token has ended, and nothing here may renew it: a worker does")
            found = self._asked(workspace, name, replace(connection, tokens=newest))
            KNOWN.add(filter(None, (found.access, found.refresh)))
            self._tokens[workspace, name] = _identity(connection), found
            rotated = found.refresh != (newest.refresh if newest else "")
            life = None if found.expires_at is None else found.expires_at - found.obtained_at
            if held.shared and (rotated or life is None or life >= SHARED_SECONDS):
                self._keep(workspace, name, replace(connection, tokens=found), held)
            return found

    def _asked(self, workspace: str, name: str, connection: Connection) -> Tokens:
        """What the token endpoint gives. What it has refused for good it is not asked again at once: each call that
        needs the token would, one behind the other. Raises ConnectionFailed."""
        now, asked = self._clock.now(), (_identity(connection), connection.tokens)
        until, before, error = self._refused.get((workspace, name), (0.0, None, None))
        if error is not None and before == asked and now < until:
            raise ConnectionFailed(error.message, advice=error.advice)
        try:
            return self.calls.tokens(connection, now)
        except ConnectionFailed as failed:
            if not failed.retryable:
                self._refused[workspace, name] = now + REFUSED_SECONDS, asked, failed
            raise

    def _keep(self, workspace: str, name: str, connection: Connection, held: Held) -> None:
        """Make the tokens durable. Raises StorageError, ConnectionFailed."""
        numbered = replace(connection, number=max(connection.number, held.number) + 1)
        self._unsaved.add((workspace, name))
        held.keeps = True
        pause = _FIRST_PAUSE
        for tries_left in reversed(range(_TRIES)):
            try:
                if not self._store.renew(workspace, key_of(name), numbered.as_text()):
                    self._forget(workspace, name)
                    held.keeps = False
                    raise _removed(name)
            except StorageError:
                if not tries_left:
                    raise
                self._clock.sleep(pause)
                pause *= 2
            else:
                break
        held.number, held.keeps = numbered.number, False
        self._unsaved.discard((workspace, name))

    def _current(self, workspace: str, name: str, held: Held) -> Connection:
        """The newest value, of which the lock knows the number."""
        for reads_left in reversed(range(_READS)):
            connection = self.read(workspace, name)
            if connection is None:
                raise _removed(name)
            if connection.number >= held.number or not reads_left:  # else somebody put an older value back
                return connection
            self._clock.sleep(1.0)
        raise AssertionError("it is read at least once")

    def _newest(self, workspace: str, name: str, connection: Connection) -> Tokens | None:
        """The tokens that are kept, or this process's own where they are newer and of the same connection."""
        own = self._tokens.get((workspace, name))
        if own is None or own[0] != _identity(connection):
            self._unsaved.discard((workspace, name))
            return connection.tokens
        stored = connection.tokens
        if stored is not None and stored.obtained_at > own[1].obtained_at:
            self._unsaved.discard((workspace, name))
            return stored
        return own[1]

    def _forget(self, workspace: str, name: str) -> None:
        self._tokens.pop((workspace, name), None)
        self._unsaved.discard((workspace, name))


def _identity(connection: Connection) -> Connection:
    """What stays of a connection while its tokens are renewed."""
    return replace(connection, tokens=None, number=0, tested_at=None, asked=None)


def _removed(name: str) -> ConnectionFailed:
    advice = "automate connections list shows what there is."
    return ConnectionFailed(f"the connection {name!r} was removed", advice=advice)
