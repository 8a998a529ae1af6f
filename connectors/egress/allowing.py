"""AUTOMATE_EGRESS_ALLOW: what may be called although it is not public. Each entry is a host and a port.

    erp.internal:443      that name                       10.0.7.4:5432        that address, whatever the name
    *.internal:443        every name that ends so         10.0.0.0/8:443       that network, whatever the name
                                                          [fd00:7::/48]:443    the same for IPv6

A name admits private and loopback addresses alone: who answers for the name must not lead to the machine's credentials.
What else is not public is admitted by an address or a network, metadata services by their own address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_network

from connectors.egress.hosts import Address, BadHost, Host, parse_host
from connectors.egress.ranges import BY_ADDRESS, BY_NAME, Network, Range
from engine.errors import InvalidDocument
from engine.records import dataclass

SETTING = "AUTOMATE_EGRESS_ALLOW"

_ENTRY = re.compile(r"(?P<host>.+):(?P<port>[0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: a name or, with `wild`, all names below it; or a network."""

    port: int
    name: str = ""
    wild: bool = False
    network: Network | None = None

    def admits(self, host: Host, port: int, address: Address, found: Range) -> bool:
        """Whether `address`, which `host` leads to and which lies in the range `found`, may be called at `port`."""
        if port != self.port:
            return False
        if self.network is None:
            named = host.text.endswith(f".{self.name}") if self.wild else host.text == self.name
            return named and host.address is None and found.admitted == BY_NAME
        if found.admitted == BY_ADDRESS and self.network.num_addresses > 1:
            return False
        return address.version == self.network.version and address in self.network


def read_entries(texts: Iterable[str]) -> tuple[Entry, ...]:
    """The entries. Raises InvalidDocument naming the one that is none."""
    return tuple(_entry(text) for text in texts)


def _entry(text: str) -> Entry:
    match = _ENTRY.fullmatch(text)
    if match is None or not 0 < int(match["port"]) < 65536:
        raise _refused(text, "has no port")
    host, port = match["host"], int(match["port"])
    if "/" in host:
        try:
            return Entry(port, network=ip_network(host.removeprefix("[").removesuffix("]")))
        except ValueError as error:
            raise _refused(text, f"names no network: {error}") from None
    wild = host.startswith("*.")
    try:
        parsed = parse_host(host.removeprefix("*."))
    except BadHost as error:
        raise _refused(text, str(error)) from None
    if parsed.address is None:
        return Entry(port, name=parsed.text, wild=wild)
    if wild:
        raise _refused(text, "has a wildcard before an address")
    return Entry(port, network=ip_network(parsed.text))


def _refused(text: str, why: str) -> InvalidDocument:
    return InvalidDocument(
        f"{text!r} {why}", where=SETTING,
        advice="Write host:port, separated by commas: erp.internal:443, *.internal:443, 10.0.7.4:5432, 10.0.0.0/8:443 "
        "or [fd00:7::/48]:443.",
    )
