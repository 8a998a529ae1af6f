"""Erasing a business key in the campaign: the saved views that name it go, whoever dies, and no copy brings one back.

An admin erases the key by the API's own route, and asks again until that is answered. Somebody saves another view: at
any port call of the erasure (`news`), or after it. What must hold:

    I39   no view that names the key is gone before the key is on the list beside the data
    I40   once it was answered, no view names the key; every other view is there, and so is what was saved meanwhile
    I41   a copy of before brings none of them back for longer than until its start; what was saved since stays
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.errors import StoreUnavailable
from engine.governance.roles import Caller, Grant, Role
from functions.app.http import Request
from functions.app.routing import answer
from functions.app.table import find
from tests.crash.clients import Client
from tests.crash.rights.forgetting import ADMIN
from tests.crash.rights.revoking import RIGHTS, RightsWorld, check_run
from tests.crash.ruled import RuledCampaign
from tests.crash.world import World, _start

KEY = "customer-4711"
HERS = {"hers": KEY, "hers and more": f"{KEY}*"}
OTHERS = {"his": "customer-9", "longer": f"{KEY}1"}

KEYS = "forgotten-keys"
"""What its runs are called: they are of one kind."""


class KeysWorld(RightsWorld):
    """A world with saved views, an admin who erases a key, and somebody who saves another view."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(RIGHTS["revoked"], *given, **more)
        self.copy = json.dumps({
            name: {"filters": {"business_key": key}, "saved_at": self.clock.now() - 1.0}
            for name, key in (HERS | OTHERS).items()
        })
        with self.quietly():
            self.stores.views.write(self.workspace, self.copy, 0)
        self._clients = [
            Client("start", lambda _world: True, _start),
            Client("erase", lambda world: world.ledger.asked("start"), lambda _world: self._asks(
                "POST", "/erasures", {"business_key": KEY})),
            Client("save", lambda world: "erase" in world.ledger.accepted, lambda _world: self._asks(
                "PUT", "/views/late", {"filters": {"workflow": "flow"}})),
        ]

    def _goes_wrong_before(self, mode: str) -> None:
        """Whoever erases: at that very moment somebody saves a view."""
        super(RightsWorld, self)._goes_wrong_before(mode)
        save = self._clients[2]
        if mode == "news" and "erase" in self.asking and "save" not in self.ledger.accepted:
            with self.quietly():
                self._ask(save)

    def _asks(self, method: str, path: str, given: Any) -> None:
        route, parameters = find(method, path)  # type: ignore[misc]  there is one
        admin = Caller(ADMIN, (Grant(f"user/{ADMIN.name}", self.workspace, Role.ADMIN),))
        services = replace(self._services(), caller_of=lambda _context, _headers: admin)
        body = json.dumps(given).encode()
        answered = answer(route, Request(method, path, parameters, {}, {}, body, {}), lambda: services)
        if answered.status >= 500:
            raise StoreUnavailable(answered.body)
        if answered.status != 200:
            self.watched.broken.append(f"I40: {path} was answered {answered.status} {answered.body}")

    def _performed(self, name: str, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        answer = super()._performed(name, act, *args, **kwargs)
        if not self._quiet and self.asking:
            with self.quietly():
                if HERS.keys() - self.named() and not self.is_listed():
                    self.watched.broken.append("I39: a view is gone, and its key is not on the list")
        return answer

    def named(self) -> dict[str, Any]:
        """The saved views."""
        found: dict[str, Any] = json.loads(self.stores.views.read(self.workspace).text)
        return found

    def is_listed(self) -> bool:
        """Whether the key is on the list beside the data."""
        self.lose_what_is_known()
        return bool(self.stores.erasure.erased_keys(self.workspace, [KEY]))

    def lose_what_is_known(self) -> None:
        """As a database of before has it: the list is ahead of it."""
        if self.stores.family == "sqlite":
            self.stores.stores._database.write(lambda connection: connection.execute("DELETE FROM erased"))


def check(world: KeysWorld) -> list[str]:
    """What is broken, once the run has come to rest."""
    broken = check_run(world)
    found = world.named()
    if {*found} != {*OTHERS, "late"}:
        broken.append(f"I40: the views are {sorted(found)}")
    world.clock.sleep(1.0)
    saved, since = world.stores.views.read(world.workspace), {"filters": {"business_key": KEY}}
    restored = json.loads(world.copy) | {"since": {**since, "saved_at": world.clock.now()}}
    world.stores.views.write(world.workspace, json.dumps(restored), saved.revision)
    world.lose_what_is_known()
    world._services().open_erasing().catch_up(world.workspace, ADMIN)
    if {*world.named()} != {*OTHERS, "since"}:
        broken.append(f"I41: after a copy came back the views are {sorted(world.named())}")
    return broken


def keys_campaign(folder: Path) -> RuledCampaign:
    """A campaign over the one."""

    def make(spec: Any, stores: Any) -> World:
        return KeysWorld(spec.faults, stores)

    return RuledCampaign(folder, make, check)
