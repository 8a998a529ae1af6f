"""The one dialler: a connected socket for a host, a port and a deadline.

    host ──► parsed ──► resolved once ──► every address checked ──► connected to a checked one, in order
                                                                    a public host, where a proxy is set: through it

Nothing resolves the name a second time, so an answer that changes between check and connection (DNS rebinding) changes
nothing. One address that may not be called refuses the name as a whole: a public host has no private addresses beside
its own, and which of them answers would be left to the network.
"""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, ip_address
from typing import Any

from connectors.egress.allowing import SETTING, Entry
from connectors.egress.granted import not_granted
from connectors.egress.hosts import Address, BadHost, Host, parse_host
from connectors.egress.proxy import Proxy, tunnel
from connectors.egress.ranges import BY_ADDRESS, BY_NAME, Range, carried, special
from connectors.egress.sockets import TimedSocket, left
from connectors.errors import ConnectorError
from engine.clock import Clock

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a name, for a port. Raises OSError."""

Connect = Callable[[socket.socket, Any], None]

CONNECT_SECONDS = 10.0
"""How long one address may take to accept: others may follow."""

PROXIED_RESOLVE_SECONDS = 2.0
"""How long a name may take to resolve where a proxy resolves it anyway."""

REFUSED = "EgressRefused"
"""The `code` of refusals."""


def system_resolver(host: str, port: int) -> Sequence[str]:
    """What the machine's resolver answers, each address once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(item[4][0]) for item in found))


class Dialler:
    """Connects to public hosts, and to what `allowed` admits. Safe to share between threads.

    `runtime_api` is AWS_LAMBDA_RUNTIME_API, which is never called. `setting` is the allow-list as it is set, for
    messages. `proxy` is what public hosts are reached through; what `allowed` admits is called without it.
    """

    def __init__(
        self, clock: Clock, allowed: Sequence[Entry] = (), *, setting: Sequence[str] = (), runtime_api: str = "",
        proxy: Proxy | None = None, resolve: Resolve = system_resolver, connect: Connect = socket.socket.connect,
    ) -> None:
        self.clock = clock
        self._allowed = tuple(allowed)
        self._setting = tuple(setting)
        self._runtime = _runtime(runtime_api)
        self._proxy = proxy
        self._resolve = resolve
        self._connect = connect

    def dial(self, host: str, port: int, deadline: float) -> TimedSocket:
        """A socket that is connected to `host` at `port` and keeps `deadline`.

        Raises ConnectorError for what may not be called; OSError for a name that does not resolve and for a host that
        does not accept, TimeoutError among them.
        """
        addresses = self.straight(host, port, deadline)
        if addresses is not None:
            return self._first(addresses, port, deadline)
        return self.through(host, port, deadline)

    def straight(self, host: str, port: int, deadline: float) -> list[Address] | None:
        """The addresses of `host` that are connected to without a proxy, as `checked` has them; None where it is
        reached through the proxy. Raises as `dial` does."""
        if self._proxy is None:
            return self.checked(host, port, deadline)
        try:
            addresses = self.checked(host, port, min(deadline, self.clock.now() + PROXIED_RESOLVE_SECONDS))
        except OSError:
            return None  # the proxy may know the name
        return addresses if any(special(address) is not None for address in addresses) else None

    def through(self, host: str, port: int, deadline: float) -> TimedSocket:
        """A socket to a host for which `straight` was None. Raises as `dial` does."""
        proxy = self._proxy
        assert proxy is not None  # noqa: S101  without one `straight` is never None
        sock = self._first(self._addresses(proxy.host, proxy.port, deadline), proxy.port, deadline)
        try:
            tunnel(sock, proxy, parse_host(host), port)
        except BaseException:
            sock.close()
            raise
        return sock

    def _first(self, addresses: Sequence[Address], port: int, deadline: float) -> TimedSocket:
        """A socket to the first of `addresses` that accepts."""
        for number, address in enumerate(addresses, 1):
            try:
                return self._connected(address, port, deadline)
            except OSError:
                if number == len(addresses) or self.clock.now() >= deadline:
                    raise
        raise OSError("the name has no address")

    def _addresses(self, host: Host, port: int, deadline: float) -> list[Address]:
        if host.address is not None:
            return [host.address]
        texts = _within(left(deadline, self.clock), lambda: self._resolve(host.text, port))
        return [ip_address(text) for text in texts]

    def checked(self, host: str, port: int, deadline: float) -> list[Address]:
        """The addresses of `host`, each of which may be called at `port`. Raises as `dial` does."""
        try:
            parsed = parse_host(host)
        except BadHost as error:
            raise ConnectorError(f"the host {error}", definite=True, code=REFUSED) from None
        self.check_granted(parsed)
        addresses = self._addresses(parsed, port, deadline)
        for address in addresses:
            self._check(parsed, port, address)
        return addresses

    def check_granted(self, host: Host) -> None:
        """Raises ConnectorError where the secrets of the call under way are not granted for `host`: whoever keeps a
        connection asks before each use."""
        why = not_granted(host.text)
        if why is not None:
            raise ConnectorError(f"{host} is refused: {why}", definite=True, code=REFUSED)

    def _check(self, host: Host, port: int, address: Address) -> None:
        if self._is_runtime(host, port, address):
            raise ConnectorError(
                f"{host}:{port} is refused: it is Lambda's runtime API, which no setting allows", definite=True,
                code=REFUSED,
            )
        found = special(address)
        if found is not None and not any(entry.admits(host, port, address, found) for entry in self._allowed):
            raise self._refused(host, port, address, found)

    def _refused(self, host: Host, port: int, address: Address, found: Range) -> ConnectorError:
        it_is = f"it is {found.what}" if host.address is not None else f"it leads to {address}, {found.what}"
        entry = f"{host if found.admitted == BY_NAME else _bracketed(address)}:{port}"
        line = f"{SETTING}={','.join((*self._setting, entry))}"
        may = "call it" if found.admitted != BY_ADDRESS else "have what it hands out"
        return ConnectorError(
            f"{host}:{port} is refused: {it_is} ({found.network}), and connectors call public hosts alone. "
            f"If all workflows may {may}, set {line} (a deployment: -c egress_allow=…).", definite=True, code=REFUSED,
        )

    def _is_runtime(self, host: Host, port: int, address: Address) -> bool:
        """Whether this is the runtime API: by its name, its address, or another of this machine's that leads there."""
        if self._runtime is None or port != self._runtime[1]:
            return False
        runtime = self._runtime[0]
        reached = [address] if (within := carried(address)) is None else [address, within]
        return runtime.text == host.text or any(
            runtime.text == str(each) or each.is_loopback or each.is_unspecified for each in reached
        )

    def _connected(self, address: Address, port: int, deadline: float) -> TimedSocket:
        version4 = isinstance(address, IPv4Address)
        sock = TimedSocket(socket.AF_INET if version4 else socket.AF_INET6, socket.SOCK_STREAM)
        try:
            sock.settimeout(min(left(deadline, self.clock), CONNECT_SECONDS))
            self._connect(sock, (str(address), port) if version4 else (str(address), port, 0, 0))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.keep(deadline, self.clock)
        except BaseException:
            sock.close()
            raise
        return sock


def _within(seconds: float, resolve: Callable[[], Sequence[str]]) -> Sequence[str]:
    """What `resolve` answers within `seconds`: the system's resolver knows no time-out. Raises what it raises, or
    TimeoutError; a resolver that is late ends by itself, on a thread that nobody waits for."""
    answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve())
        except Exception as error:  # noqa: BLE001 - raised again by who asked
            answers.put(error)

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError("the name was not resolved in time") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _runtime(text: str) -> tuple[Host, int] | None:
    host, _, port = text.rpartition(":")
    try:
        return (parse_host(host), int(port)) if host else None
    except ValueError:  # BadHost among them
        return None


def _bracketed(address: Address) -> str:
    return str(address) if isinstance(address, IPv4Address) else f"[{address}]"
