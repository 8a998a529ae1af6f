"""One parser of hosts: what it reads is what is checked, dialled, shown and named to the other side.

It reads numbers as the URL Standard (WHATWG, "host parsing") and every resolver do, ``127.1``, ``0x7f000001``,
``017700000001`` and ``2130706433`` among them, so that none of these reaches a resolver as a name; and it refuses what
two programs might read differently. Letters beyond ASCII become Punycode after compatibility mapping (NFKC), which
turns circled and fullwidth digits into digits.
"""

from __future__ import annotations

import re
import unicodedata
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from engine.records import dataclass

Address = IPv4Address | IPv6Address

MOST_CHARACTERS = 253
"""Of a name (RFC 1035, 2.3.4); longer ones are not read at all."""

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
_DOTS = str.maketrans({"\u3002": ".", "\uff0e": ".", "\uff61": "."})


class BadHost(ValueError):
    """It is no host; the text says why, to stand behind the host."""


@dataclass(frozen=True, slots=True)
class Host:
    """A host. `text` is its one spelling, lower case, without a dot at the end; `address` where it is an address."""

    text: str
    address: Address | None = None

    def __str__(self) -> str:
        """As it stands in a URL: an IPv6 address in brackets."""
        return f"[{self.text}]" if isinstance(self.address, IPv6Address) else self.text


def parse_host(text: str) -> Host:
    """The host that `text` names: a name, an IPv4 address in any notation, an IPv6 address with or without brackets.

    Raises BadHost.
    """
    if len(text) > MOST_CHARACTERS + 2:
        raise BadHost(f"is longer than {MOST_CHARACTERS} characters")
    if text.startswith("[") or text.count(":") > 1:
        return _ipv6(text)
    name = text if text.isascii() else _in_ascii(text)
    labels = name.lower().removesuffix(".").split(".")
    if _NUMBER.fullmatch(labels[-1]):
        address = _ipv4(labels)
        return Host(str(address), address)
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise BadHost("is no host's name")
    return Host(".".join(labels))


def _ipv6(text: str) -> Host:
    inner = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if "%" in inner:
        raise BadHost("names a zone of this machine, which a call to elsewhere has not")
    try:
        address = IPv6Address(inner)
    except AddressValueError:
        raise BadHost("is no IPv6 address") from None
    return Host(str(address), address)


def _ipv4(labels: list[str]) -> IPv4Address:
    """The address of one to four numbers, the last of which fills what is left (inet_aton's rules)."""
    if len(labels) > 4 or not all(_NUMBER.fullmatch(label) for label in labels):
        raise BadHost("ends in a number and is no IPv4 address")
    try:
        *first, last = (_number(label) for label in labels)
    except ValueError:
        raise BadHost("is no IPv4 address") from None
    if any(number > 255 for number in first) or last >= 256 ** (4 - len(first)):
        raise BadHost("is no IPv4 address: a number is too large")
    return IPv4Address(sum(number << (24 - 8 * place) for place, number in enumerate(first)) + last)


def _number(label: str) -> int:
    if label.startswith("0x"):
        return int(label[2:] or "0", 16)
    return int(label, 8 if label.startswith("0") else 10)


def _in_ascii(text: str) -> str:
    """`text` by compatibility mapping, what is still beyond ASCII as Punycode (UTS 46, non-transitional)."""
    mapped = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.translate(_DOTS)).lower())
    labels = []
    for label in mapped.translate(_DOTS).split("."):
        if label.isascii():
            labels.append(label)
        elif all(character == "-" or unicodedata.category(character)[0] in "LMN" for character in label):
            labels.append(f"xn--{label.encode('punycode').decode('ascii')}")
        else:
            raise BadHost("holds a character that no host's name may")
    return ".".join(labels)
