"""Which calls of AWS may answer with a secret: every service's model is gone through, and every find is decided on.

    botocore's models ──► finds: members of answers that are named like a secret, or that a model marks as sensitive
                            ├─ kept back   connectors.aws.secret_calls: refused, or withheld from the answer
                            ├─ cleared     tools/aws_secrets.toml says why it is no secret
                            └─ undecided   printed here; a test fails

    python -m tools.aws_secrets            what is undecided; nothing when all is decided
    python -m tools.aws_secrets SERVICE    every find of one service, with what was decided

A find is a text or bytes anywhere within an answer. AWS marks much as sensitive that is no secret (names, places, what
people wrote): such members are cleared by name, one list for all services. What is named like a secret is cleared for a
service's operations one by one, so that a new operation is looked at even where its member is an old one's.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from botocore.session import Session

from connectors.aws.refusals import refused_call, withheld
from connectors.aws.secret_calls import REFUSED_WITH

Json = Any

DECISIONS = Path(__file__).with_suffix(".toml")

SECRET = re.compile(
    r"password|passphrase|passcode|secret|token|credential|private_?key|plain_?text|access_?key|api_?key|auth_?key"
    r"|connection_?string|shared_?key|key_?material|stream_?key|activation_?(code|key)|auth_?code|bearer|jwt"
    r"|seed$|qr_?code"
    r"|pin$|otp$|(device|user)_?code$|session_?key|key_?pair|authorization(data)?$|pre_?signed"
    r"|(signed|authorized|streaming|embed|login|log_?in|sign_?in|session|dashboard|download|upload)_?url",
    re.IGNORECASE,
)
"""What a secret, or an address that is one, is called."""

_TEXTS = ("string", "blob")


class Find(NamedTuple):
    """A member that may be a secret, and why."""

    service: str
    operation: str
    member: str
    shape: str
    named: bool


def finds(service: str | None = None) -> Iterator[Find]:
    """All of them, of `service` (botocore's name) or of every service."""
    session = Session()
    loader = session.get_component("data_loader")
    for name in session.get_available_services() if service is None else [service]:
        model = loader.load_service_model(name, "service-2")
        for operation, described in model["operations"].items():
            if "output" in described:
                for member, shape, named in sorted(members(model["shapes"], described["output"]["shape"])):
                    yield Find(name, operation, member, shape, named)


def undecided(found: Iterable[Find]) -> list[Find]:
    """Those that are neither kept back nor cleared."""
    cleared = Cleared.read()
    return [find for find in found if kept_back(find) is None and cleared.why(find) is None]


def kept_back(find: Find) -> str | None:
    """How the secret is kept out of what a workflow is told; None when it is not."""
    if refused_call(find.service, find.operation) is not None:
        return "refused"
    if find.member in withheld(find.service, find.operation):
        return "withheld"
    argument = REFUSED_WITH.get(find.service, {}).get(find.operation)
    return None if argument is None else f"refused with {argument}"


class Cleared:
    """What tools/aws_secrets.toml says is no secret."""

    def __init__(self, document: Json) -> None:
        self._patterns = [(re.compile(text, re.IGNORECASE), why) for text, why in document["patterns"].items()]
        self._ordinary = {
            name: why for why, names in document["ordinary"].items() for name in names.split()
        }
        self.members: dict[tuple[str, str, str], str] = {
            (service, operation, member): item["why"]
            for service, items in document["operations"].items() for item in items
            for member in item["members"].split() for operation in item["operations"].split()
        }

    @classmethod
    def read(cls) -> Cleared:
        """From the file."""
        return cls(tomllib.loads(DECISIONS.read_text(encoding="utf-8")))

    def why(self, find: Find) -> str | None:
        """Why `find` is no secret; None when nobody has said so."""
        known = self.members.get((find.service, find.operation, find.member))
        if known is not None:
            return known
        if not find.named:
            return self._ordinary.get(find.member)
        return next((why for pattern, why in self._patterns if pattern.search(find.member)), None)


def members(shapes: Json, root: str) -> set[tuple[str, str, bool]]:
    """Member, shape and whether it is named like a secret, of what may be one within `root`."""
    found: set[tuple[str, str, bool]] = set()
    seen: set[tuple[str, str]] = set()
    waiting = [("", root)]
    while waiting:
        name, shape_name = waiting.pop()
        if (name, shape_name) in seen:
            continue
        seen.add((name, shape_name))
        shape = shapes[shape_name]
        kind = shape["type"]
        if kind == "structure":
            for member, reference in shape["members"].items():
                if reference.get("sensitive"):
                    found.add((member, reference["shape"], SECRET.search(member) is not None))
                waiting.append((member, reference["shape"]))
        elif kind in ("list", "map"):
            waiting.append((name, shape["member" if kind == "list" else "value"]["shape"]))
        named = kind in _TEXTS and (SECRET.search(name) or SECRET.search(shape_name)) is not None
        if name and (named or shape.get("sensitive")):
            found.add((name, shape_name, named or SECRET.search(name) is not None))
    return found


def main(arguments: list[str]) -> int:
    """Print what is undecided, or the finds of one service."""
    if not arguments:
        left = undecided(finds())
        for find in left:
            print(f"{find.service}:{find.operation} {find.member} ({find.shape})")
        return 1 if left else 0
    cleared = Cleared.read()
    for find in finds(arguments[0]):
        said = kept_back(find) or cleared.why(find) or "UNDECIDED"
        print(f"{find.operation} {find.member} ({find.shape}): {said}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
