"""Which executions a worker owns, and what became of those that it owns no longer.

owned ──► finished: parked or closed, its wake may be acknowledged
└───► left: fenced, or the store failed, or a defect; its wake comes again, and who is to blame gets a strike
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import ParamSpec

from engine.durable.poison import Poison, counts
from engine.durable.worker.admission import Admission
from engine.durable.worker.owned import Owned
from engine.errors import AutomateError, Fenced
from engine.ports.keys import ExecutionKey

_LOG = logging.getLogger(__name__)

Outcome = Exception | None
"""None: acknowledge the wake. An exception: leave it, it comes again."""

_Given = ParamSpec("_Given")


class Ownership:
    """`owned` are the executions at hand; others read it, and change it by the methods only."""

    def __init__(self, admission: Admission, poison: Poison) -> None:
        self.owned: dict[ExecutionKey, Owned] = {}
        self._admission = admission
        self._poison = poison
        self._outcomes: dict[ExecutionKey, Outcome] = {}

    def own(self, owned: Owned) -> None:
        """It was loaded."""
        self.owned[owned.activation.key] = owned

    def finish(self, key: ExecutionKey) -> None:
        """There is nothing to do now for `key`, be it that it was never owned."""
        self.owned.pop(key, None)
        self._admission.forget_charge(key)
        self._outcomes[key] = None

    def finish_all(self, keys: Iterable[ExecutionKey]) -> None:
        """Other wakes were sent for them."""
        self._outcomes.update(dict.fromkeys(keys))

    def outcome(self, key: ExecutionKey) -> Outcome:
        """What became of it."""
        return self._outcomes.get(key)

    def take_outcomes(self) -> dict[ExecutionKey, Outcome]:
        """What came since the last call."""
        outcomes, self._outcomes = self._outcomes, {}
        return outcomes

    def forget(self) -> None:
        """The invocation is over."""
        self.owned.clear()
        self._admission.forget_charges()
        self._outcomes.clear()

    def guard(
        self, key: ExecutionKey, act: Callable[_Given, None], *given: _Given.args, **more: _Given.kwargs
    ) -> bool:
        """One bad execution never costs its neighbours: whatever `act` raises is that execution's outcome alone."""
        try:
            act(*given, **more)
        except Exception as error:  # noqa: BLE001  (a defect in one execution must not stop the loop)
            self.leave(key, error)
            return False
        return True

    def leave(self, key: ExecutionKey, error: Exception) -> None:
        """Do not acknowledge: whoever is fenced or cannot write leaves the execution to the next wake."""
        owned = self.owned.pop(key, None)
        self._admission.left(key, None if owned is None else owned.activation.nonce)
        self._outcomes[key] = None if self._blame(key, owned, error) else error
        if isinstance(error, Fenced):
            _LOG.info("fenced: %s", error, extra={"execution": key.id})
        elif isinstance(error, AutomateError):
            _LOG.warning("left for the next wake: %s", error, extra={"execution": key.id})
        else:
            _LOG.error("left for the next wake", exc_info=error, extra={"execution": key.id})

    def _blame(self, key: ExecutionKey, owned: Owned | None, error: Exception) -> bool:
        """Count `error` where the execution is to blame for it, forgive where it was charged and is not; True when it
        need not come again."""
        charged = self._admission.forget_charge(key)
        try:
            if counts(error):
                return self._poison.failed(key, error, charged=charged is not None)
            if owned is None and charged is not None:  # it could not be opened here: a newer release's, or no store
                self._poison.forgive(charged, charged.seq)
            elif owned is not None and not isinstance(error, Fenced) and (charged or owned.activation.in_flight):
                self._poison.forgive(owned.activation.header, owned.activation.seq)
        except Exception as second:  # noqa: BLE001  the first error is what counts
            _LOG.warning("no strike could be written: %s", second, extra={"execution": key.id})
        return False
