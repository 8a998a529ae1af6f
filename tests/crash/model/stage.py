"""The real code, one port call at a time: a walk of a model is replayed, and both are compared after each step.

Each actor runs the product's own code on a thread of its own, and stands still before each port call that is a move of
the model, until it is its turn. Nobody else runs meanwhile. The queue is the stage's: messages are only hints.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from engine.ports.queue import Wake
from tests.support.durable import Product
from tests.support.flows import Died

TICK = 300.0


class Actor:
    """`at` is the call that it stands before; empty when it is not there."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.at = ""
        self.dies = False
        self.failed: BaseException | None = None
        self.go = threading.Semaphore(0)
        self.there = threading.Semaphore(0)

    def begin(self, act: Callable[[], None]) -> None:
        """Run `act` up to its first call."""
        def run() -> None:
            _local.actor = self
            try:
                act()
            except Died:
                pass
            except BaseException as error:  # noqa: BLE001  it is told where it is waited for
                self.failed = error
            finally:
                self.at = ""
                self.there.release()

        self.dies = False
        threading.Thread(target=run, name=self.name, daemon=True).start()
        self._arrive()

    def proceed(self) -> None:
        """Make the call, and go on to the next one."""
        self.go.release()
        self._arrive()

    def _arrive(self) -> None:
        assert self.there.acquire(timeout=60), f"{self.name} is stuck"
        if self.failed is not None:
            raise self.failed

    def stand(self, name: str) -> None:
        """Wait for the turn."""
        self.at = name
        self.there.release()
        self.go.acquire()
        if self.dies:
            raise Died


_local = threading.local()


class Gated:
    """A port whose calls wait for their turn. `moves(method, args)`: whether this one is a move of the model."""

    def __init__(self, port: Any, moves: Callable[..., bool]) -> None:
        self._port, self._moves = port, moves

    def __getattr__(self, name: str) -> Any:
        act = getattr(self._port, name)
        if not callable(act):
            return act

        def call(*args: Any, **kwargs: Any) -> Any:
            actor = getattr(_local, "actor", None)
            if actor is not None and not getattr(_local, "whole", False) and self._moves(actor.name, name, args):
                actor.stand(name)
            return act(*args, **kwargs)

        return call


class Whole:
    """Stores whose transaction is one move, called a commit: nobody stands still within it."""

    def __init__(self, stores: Any, moves: Callable[..., bool]) -> None:
        self._stores = stores
        self._moves = moves
        self.together = None if stores.together is None else self._together

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stores, name)

    def _together(self, act: Callable[[], Any]) -> Any:
        actor = getattr(_local, "actor", None)
        if actor is None:
            return self._stores.together(act)
        if self._moves(actor.name, "commit", ()):
            actor.stand("commit")
        _local.whole = True
        try:
            return self._stores.together(act)
        finally:
            _local.whole = False


class Queue:
    """Messages by the execution and the time at which they are shown; who takes one takes all that are shown."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self.shown_at: set[tuple[Any, float]] = set()

    def send(self, wakes: list[Wake]) -> None:
        self.shown_at |= {(wake.key, self._clock.now() + wake.delay) for wake in wakes}

    def take(self, key: Any) -> None:
        self.shown_at -= {(of, at) for of, at in self.shown_at if of == key and at <= self._clock.now()}


class Stage:
    """A product whose actors are moved by hand. `moves` names the port calls that are moves."""

    def __init__(self, definition: dict[str, Any], tasks: Any, backend: Any, moves: Callable[..., bool]) -> None:
        self.product = Product(definition, tasks, backend=backend, workspace=backend.workspace)
        self.product.stores = Whole(backend, moves)
        self.clock = self.product.clock
        self.queue = Queue(self.clock)
        self.product.wrap = lambda name, port: Gated(self.queue if name == "queue" else port, moves)
        self.actors: dict[str, Actor] = {}

    def actor(self, name: str) -> Actor:
        return self.actors.setdefault(name, Actor(name))

    def work(self, key: Any) -> Callable[[], None]:
        """One invocation for one message. Its message is shown again where it does not finish."""
        def run() -> None:
            self.queue.take(key)
            done = False
            try:
                done = self.product.run(key) is None
            finally:
                if not done:
                    self.queue.shown_at.add((key, self.clock.now() + TICK))

        return run

    def step(self, who: str, what: str, begin: Callable[[], None] | None) -> None:
        """One move. `begin`: what `who` does, where it is not there yet."""
        if who == "time":
            self.clock.sleep(TICK)
            return
        actor = self.actor(who)
        if what == "dies":
            actor.dies = True
            actor.proceed()
            return
        if not actor.at:
            assert begin is not None, f"{who} has nothing to do, and was to call {what}"
            actor.begin(begin)
        assert actor.at == what, f"{who} is at {actor.at or 'its end'}, not at {what}"
        actor.proceed()

    def close(self) -> None:
        """End the actors that are still there."""
        for actor in self.actors.values():
            while actor.at:
                actor.dies = True
                actor.proceed()
