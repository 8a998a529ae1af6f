"""Calls that take effect when they are made, and answer when the test says so."""

from __future__ import annotations

from typing import Any

from engine.durable.worker.calls import Answer, CallPool, Ticket


class HeldCalls(CallPool):
    """The calls of `states` are not answered before `release`; others at once."""

    def __init__(self, tasks: Any, clock: Any, states: tuple[str, ...]) -> None:
        super().__init__(tasks, clock, 0)
        self._states = states
        self._held: list[Answer] = []

    @property
    def free(self) -> int:
        return 8 - self.in_flight

    def submit(self, ticket: Ticket, call: Any, end: float, *, computes: bool = False) -> None:
        super().submit(ticket, call, end, computes=computes)
        made = [self._answers.get_nowait() for _ in range(self._answers.qsize())]
        for answer in made:
            if answer is not None and answer.ticket == ticket and call.state in self._states:
                self._held.append(answer)
            else:
                self._answers.put(answer)

    def answers(self, timeout: float) -> list[Answer]:
        return super().answers(0.0)

    def release(self) -> None:
        """All that is held is answered."""
        held, self._held = self._held, []
        for answer in held:
            self._answers.put(answer)
