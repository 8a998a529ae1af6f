"""Which addresses are not hosts of the public Internet, and what they are.

From IANA's special-purpose registries (RFC 6890 and its successors, as of 2025) and its IPv6 address space, of which
2000::/3 alone is handed out. Ranges that those call globally reachable and that are services of the network itself
(AS112, AMT, ORCHID) are refused too. Beside them stand the addresses at which clouds hand out credentials; some of them
lie in public space.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_network

from connectors.egress.hosts import Address
from engine.records import dataclass

Network = IPv4Network | IPv6Network

BY_NAME = "private"
"""What a name on the allow-list may lead to: this machine and the networks of its owner."""
BY_NETWORK = "other"
"""What only an address or a network on the allow-list admits."""
BY_ADDRESS = "metadata"
"""What only that very address on the allow-list admits."""


@dataclass(frozen=True, slots=True)
class Range:
    """A refused range. `what` says what it is, to stand behind "is"; `admitted` what kind of entry admits it."""

    network: Network
    what: str
    admitted: str


_METADATA = {
    "169.254.169.254": "the metadata service of most clouds", "fd00:ec2::254": "AWS's metadata service",
    "fd20:ce::254": "Google Cloud's metadata service", "fe80::a9fe:a9fe": "OpenStack's metadata service",
    "100.100.100.200": "Alibaba Cloud's metadata service", "168.63.129.16": "Azure's platform service",
    "192.0.0.192": "Oracle Cloud's metadata service", "169.254.170.2": "the credentials service of AWS's containers",
    "169.254.170.23": "the credentials service of EKS", "fd00:ec2::23": "the credentials service of EKS",
    "169.254.0.23": "Tencent Cloud's metadata service", "fd00:a9fe:a9fe::1": "Linode's metadata service",
    "169.254.42.42": "Scaleway's metadata service", "fd00:42::42": "Scaleway's metadata service",
}

_RANGES = (
    ("127.0.0.0/8", "a loopback address", BY_NAME), ("::1/128", "the loopback address", BY_NAME),
    ("10.0.0.0/8", "a private address", BY_NAME), ("172.16.0.0/12", "a private address", BY_NAME),
    ("192.168.0.0/16", "a private address", BY_NAME), ("fc00::/7", "a unique local address", BY_NAME),
    ("100.64.0.0/10", "an address shared by a provider's customers", BY_NAME),
    ("0.0.0.0/32", "the unspecified address", BY_ADDRESS), ("::/128", "the unspecified address", BY_ADDRESS),
    ("0.0.0.0/8", 'an address of "this network"', BY_NETWORK), ("169.254.0.0/16", "a link-local address", BY_NETWORK),
    ("192.0.0.0/24", "an address of the IETF's protocols", BY_NETWORK),
    ("192.0.2.0/24", "a documentation address", BY_NETWORK),
    ("192.31.196.0/24", "an AS112 address", BY_NETWORK), ("192.52.193.0/24", "an AMT address", BY_NETWORK),
    ("192.88.99.0/24", "a 6to4 relay's address", BY_NETWORK), ("192.175.48.0/24", "an AS112 address", BY_NETWORK),
    ("198.18.0.0/15", "a benchmarking address", BY_NETWORK), ("198.51.100.0/24", "a documentation address", BY_NETWORK),
    ("203.0.113.0/24", "a documentation address", BY_NETWORK), ("224.0.0.0/4", "a multicast address", BY_NETWORK),
    ("255.255.255.255/32", "the broadcast address", BY_NETWORK), ("240.0.0.0/4", "a reserved address", BY_NETWORK),
    ("::ffff:0:0/96", "an IPv4-mapped address", BY_NETWORK), ("::/96", "an IPv4-compatible address", BY_NETWORK),
    ("64:ff9b::/96", "a NAT64 address", BY_NETWORK), ("64:ff9b:1::/48", "a NAT64 address", BY_NETWORK),
    ("100::/64", "a discarded address", BY_NETWORK), ("2001::/32", "a Teredo address", BY_NETWORK),
    ("2001:2::/48", "a benchmarking address", BY_NETWORK), ("2001:10::/28", "an ORCHID address", BY_NETWORK),
    ("2001:db8::/32", "a documentation address", BY_NETWORK),
    ("2001::/23", "an address of the IETF's protocols", BY_NETWORK),
    ("2002::/16", "a 6to4 address", BY_NETWORK), ("3fff::/20", "a documentation address", BY_NETWORK),
    ("fe80::/10", "a link-local address", BY_NETWORK), ("fec0::/10", "a site-local address", BY_NETWORK),
    ("ff00::/8", "a multicast address", BY_NETWORK),
)
"""The narrower before the wider."""

_PUBLIC_6 = IPv6Network("2000::/3")


_LAST_FOUR = tuple(map(IPv6Network, ("::ffff:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48")))
"""Whose addresses carry an IPv4 one in their last four octets."""


def special(address: Address) -> Range | None:
    """The range that makes `address` no public host; None for a public one.

    Where it carries an IPv4 address that has to be admitted by itself, so has it: a network would let the metadata
    service in by its other name.
    """
    found = _range_of(address)
    within = carried(address)
    inner = None if within is None else _range_of(within)
    if found is not None and inner is not None and inner.admitted == BY_ADDRESS:
        return Range(found.network, f"{found.what} that carries {within}, {inner.what}", BY_ADDRESS)
    return found


def carried(address: Address) -> IPv4Address | None:
    """The IPv4 address within an IPv6 one, to which some router or this machine may send it on."""
    if address.version == 4:
        return None
    if any(address in network for network in _LAST_FOUR) or _is_isatap(address):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour or (address.teredo[1] if address.teredo else None)


def _is_isatap(address: Address) -> bool:
    """RFC 5214, 6.1: 0000:5efe or 0200:5efe before the IPv4 address, in whatever network."""
    return address.version == 6 and (int(address) >> 32) & 0xFDFFFFFF == 0x5EFE


def _range_of(address: Address) -> Range | None:
    for item in _table():
        if address.version == item.network.version and address in item.network:
            return item
    if _is_isatap(address):
        return Range(IPv6Network((int(address) >> 32 << 32, 96)), "an ISATAP address", BY_NETWORK)
    if address.version == 6 and address not in _PUBLIC_6:
        return Range(_PUBLIC_6, "an address outside the public space", BY_NETWORK)
    return None


@lru_cache(maxsize=1)
def _table() -> tuple[Range, ...]:
    """The ranges, made when the first call is: not every process makes one."""
    return (
        *(Range(ip_network(address), what, BY_ADDRESS) for address, what in _METADATA.items()),
        *(Range(ip_network(network), what, admitted) for network, what, admitted in _RANGES),
    )
