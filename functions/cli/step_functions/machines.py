"""The state machines of an AWS account, read whole: the current definition, the versions, the aliases.

    list_state_machines ─► of each machine: describe_state_machine
                           list_state_machine_versions ─► describe_state_machine
                           list_state_machine_aliases ─► describe_state_machine_alias

The first is the current definition, the others are asked for each version and each alias.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from engine.errors import InvalidDocument
from engine.records import dataclass
from functions.cli.tuning.account import in_plain_words

Json = Any


@dataclass(frozen=True, slots=True)
class Revision:
    """A definition: a version by its number, or the current one (None)."""

    number: int | None
    definition: dict[str, Json]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Alias:
    """A name for one version, or for two with their weights in percent: the heavier first, of equals the newer."""

    name: str
    routes: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list tells of a state machine."""

    name: str
    arn: str


@dataclass(frozen=True, slots=True)
class Machine:
    """A state machine. `kind` is STANDARD or EXPRESS and holds for all its versions, which come oldest first."""

    name: str
    arn: str
    kind: str
    current: Revision
    versions: tuple[Revision, ...]
    aliases: tuple[Alias, ...]


class Machines:
    """Those of `client`'s account and region. Raises AccountRefused and NotFound in plain words."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def listed(self) -> list[Listed]:
        """All of them, by name."""
        found = self._pages("the state machines", "list_state_machines", "stateMachines")
        return sorted((Listed(item["name"], item["stateMachineArn"]) for item in found), key=lambda item: item.name)

    def read(self, listed: Listed) -> Machine:
        """All of one."""
        described = self._describe(listed.arn)
        versions = [item["stateMachineVersionArn"] for item in self._pages(
            f"the versions of {listed.name}", "list_state_machine_versions", "stateMachineVersions",
            stateMachineArn=listed.arn,
        )]
        aliases = [item["stateMachineAliasArn"] for item in self._pages(
            f"the aliases of {listed.name}", "list_state_machine_aliases", "stateMachineAliases",
            stateMachineArn=listed.arn,
        )]
        return Machine(
            listed.name, listed.arn, described["type"], _revision(described, None),
            tuple(_revision(self._describe(arn), _number(arn)) for arn in sorted(versions, key=_number)),
            tuple(self._alias(arn) for arn in sorted(aliases)),
        )

    def _alias(self, arn: str) -> Alias:
        with in_plain_words(f"the alias {arn}"):
            found = self._client.describe_state_machine_alias(stateMachineAliasArn=arn)
        routes = [(_number(item["stateMachineVersionArn"]), item["weight"]) for item in found["routingConfiguration"]]
        routes.sort(key=lambda route: (route[1], route[0]), reverse=True)
        return Alias(arn.rpartition(":")[2], tuple(routes))

    def _describe(self, arn: str) -> dict[str, Json]:
        with in_plain_words(f"the state machine {arn}"):
            found: dict[str, Json] = self._client.describe_state_machine(stateMachineArn=arn)
        return found

    def _pages(self, what: str, operation: str, field: str, **request: str) -> Iterator[dict[str, Json]]:
        token: dict[str, str] = {}
        while True:
            with in_plain_words(what):
                page = getattr(self._client, operation)(**request, **token)
            yield from page[field]
            if not page.get("nextToken"):
                return
            token = {"nextToken": page["nextToken"]}


def _number(version_arn: str) -> int:
    return int(version_arn.rpartition(":")[2])


def _revision(described: dict[str, Json], number: int | None) -> Revision:
    try:
        definition = json.loads(described["definition"])
    except (KeyError, ValueError):
        definition = None
    if not isinstance(definition, dict):
        raise InvalidDocument(
            f"the definition of {described['stateMachineArn']} cannot be read", where=described["stateMachineArn"],
            advice="Is it encrypted with a key that the caller may not use?",
        )
    return Revision(number, definition, described.get("description") or "")
