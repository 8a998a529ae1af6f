"""Who asks a stage, by the door that they came through (functions.api.doors)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import Refused
from engine.governance.access_tokens import TokenUnknown
from engine.governance.roles import Caller, Role
from functions.api.app_clients import AppClients
from functions.api.doors import BY_IAM, BY_TOKEN, DOOR, SUBJECT
from functions.app.identity import address_of, caller_of_gateway
from functions.app.machines.roles import RoleCallers
from functions.app.machines.tokens import TokenCallers


class Callers:
    """The callers of one stage. `proof` is what the distribution adds to its requests; `without_group` is the role of
    people who are in no group; `tokens` and `roles` are None where the function was not told of their root and its
    account, `clients` where it was not told of the stage's app client."""

    def __init__(
        self, stage: str, workspace: str, *, proof: str, without_group: Role | None, tokens: TokenCallers | None,
        roles: RoleCallers | None, clients: AppClients | None = None,
    ) -> None:
        self._stage = stage
        self._workspace = workspace
        self._proof = proof
        self._without_group = without_group
        self._tokens = tokens
        self._roles = roles
        self._clients = clients

    def of_request(self, context: Mapping[str, Any], headers: Mapping[str, str]) -> Caller:
        """Who asks, by a request's context and headers. Raises TokenRefused, ForeignAccount, ForeignClient,
        Refused."""
        door = context.get(DOOR)
        if door == BY_TOKEN:
            caller = self._with_token(context, headers)
        elif door == BY_IAM:
            caller = self._with_role(context, headers)
        else:
            caller = caller_of_gateway(
                context, headers, stage=self._stage, workspace=self._workspace, proof=self._proof,
                without_group=self._without_group,
            )
            if self._clients is not None:
                self._clients.check(context, caller)
            return caller
        if isinstance(context, dict):
            context[SUBJECT] = caller.subject
        return caller

    def _with_token(self, context: Mapping[str, Any], headers: Mapping[str, str]) -> Caller:
        if self._tokens is None:
            raise TokenUnknown("this stage has no named tokens: its API knows no root for them")
        return self._tokens.of_header(
            headers.get("authorization") or "", address_of(context, headers, self._proof)
        )

    def _with_role(self, context: Mapping[str, Any], headers: Mapping[str, str]) -> Caller:
        if self._roles is None:
            raise Refused("this stage lets nobody in by IAM: its API does not know its account")
        return self._roles.of_identity(context.get("identity") or {}, address_of(context, headers, self._proof))
