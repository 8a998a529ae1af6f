"""Grants to IAM roles in DynamoDB: an item each, in the partition of who has access."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from urllib.parse import quote

from engine.adapters.aws.access.tokens import PARTITION
from engine.adapters.aws.dynamo import Expression, Item, Key, Put, Table, Update
from engine.ports.role_grants import RoleGrant


class DynamoRoleGrants:
    """engine.ports.role_grants.RoleGrantStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def grants(self, workspace: str) -> Sequence[RoleGrant]:
        """See RoleGrantStore."""
        return [_grant_of(item) for item in self._items(workspace) if "arn" in item]

    def _items(self, workspace: str) -> Iterator[Item]:
        pk, prefix = _key(workspace, "")
        return self._table.query(Expression("pk = :pk AND begins_with(sk, :prefix)", {":pk": pk, ":prefix": prefix}))

    def find(self, workspace: str, name: str) -> RoleGrant | None:
        """See RoleGrantStore."""
        found = self._table.get(_key(workspace, name))
        return None if found is None or "arn" not in found else _grant_of(found)

    def put(self, grant: RoleGrant) -> None:
        """See RoleGrantStore."""
        pk, sk = _key(grant.workspace, grant.name)
        self._table.write(Put({"pk": pk, "sk": sk, **asdict(grant)}))

    def delete(self, workspace: str, name: str) -> bool:
        """See RoleGrantStore. Emptied first: an update tells whether there was one, a batch delete does not."""
        key = _key(workspace, name)
        if not self._table.holds(Update(key, "REMOVE arn", Expression("attribute_exists(arn)"))):
            return False
        self._table.delete([key])
        return True

    def rename(self, workspace: str, was: str, now: str) -> None:
        """See RoleGrantStore."""
        self._table.rename(self._items(workspace), "created_by", was, now)


def _grant_of(item: Item) -> RoleGrant:
    """What this release knows of an item."""
    return RoleGrant(**{field.name: item[field.name] for field in fields(RoleGrant)})


def _key(workspace: str, name: str) -> Key:
    return PARTITION, f"G#{quote(workspace, safe='')}#{name}"
