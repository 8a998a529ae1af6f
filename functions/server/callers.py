"""Who asks a data folder, and what they may do.

    the owner's token, the owner's session, a command without a token    the folder's owner: admin in every workspace
    a named token, a session that was made with one                      the token, with its role (named_callers)
    nothing                                                              nobody, who has no role

Named tokens are imported when somebody shows one: a command of the owner needs none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.governance.roles import EVERY_WORKSPACE, Caller, Grant, Role
from engine.ports.keys import Actor
from functions.app import http
from functions.app.acts import NOBODY
from functions.app.identity import COMMAND_LINE, GRANTING_HERE

if TYPE_CHECKING:
    from functions.server.named_callers import NamedCallers

CALLER, ANEW, TOKEN = "caller", "finds_anew", "token"
"""Names in a request's context: who asks, as the guard found it; how it finds that anew; a named token's text, from a
command in process."""


class Callers:
    """The callers of one data folder; `owner` is whose it is, `named` gives those with named tokens."""

    def __init__(self, owner: Actor, named: Callable[[], NamedCallers]) -> None:
        self._owner = owner
        self._named = named

    @property
    def named(self) -> NamedCallers:
        """Those with named tokens."""
        return self._named()

    def owner(self, origin: str) -> Caller:
        """Whose folder it is, asking from `origin`."""
        owner = self._owner
        actor = Actor(owner.name, owner.kind, origin, owner.id)
        return Caller(actor, (Grant(f"user/{actor.name}", EVERY_WORKSPACE, Role.ADMIN),), GRANTING_HERE)

    def of_request(self, context: Mapping[str, Any], headers: Mapping[str, str]) -> Caller:
        """Who asks, by a request's context; anew where that says so. Raises TokenRefused, and SignInEnded."""
        del headers  # the guard has looked at them
        if http.ANEW in context and context.get(ANEW) is not None:
            again: Caller = context[ANEW]()
            return again
        found, origin = context.get(CALLER), str(context["identity"]["sourceIp"])
        if isinstance(found, Caller):
            return found
        if context.get(TOKEN):
            return self.named.of_command(str(context[TOKEN]), origin)
        return self.owner(origin) if origin == COMMAND_LINE else Caller(replace(NOBODY, origin=origin))
