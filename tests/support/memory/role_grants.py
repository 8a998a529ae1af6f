"""Grants to IAM roles in memory."""

from __future__ import annotations

from dataclasses import replace

from engine.ports.role_grants import RoleGrant


class MemoryRoleGrants:
    """engine.ports.role_grants.RoleGrantStore."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], RoleGrant] = {}

    def grants(self, workspace):
        return [grant for grant in self.kept.values() if grant.workspace == workspace]

    def find(self, workspace, name):
        return self.kept.get((workspace, name))

    def put(self, grant):
        self.kept[grant.workspace, grant.name] = grant

    def delete(self, workspace, name):
        return self.kept.pop((workspace, name), None) is not None

    def rename(self, workspace, was, now):
        for key, grant in self.kept.items():
            if (grant.workspace, grant.created_by) == (workspace, was):
                self.kept[key] = replace(grant, created_by=now)
