"""What a test may really call: reads when they are wanted, writes that are allowed by name, and nothing else.

A write that is neither mocked nor allowed is not made: the test ends there with Automate.WriteNotAllowed, and neither
a Retrier nor a Catcher hears of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection

from engine.clock import Clock
from engine.ports.tasks import TaskCall, TaskOutcome, Tasks, TasksDecorator
from engine.records import dataclass

WRITE_NOT_ALLOWED = "Automate.WriteNotAllowed"
MOCK_MISSING = "Automate.MockMissing"

LEAST_SECONDS = 0.5
_SUFFIXES = (".waitForTaskToken", ".sync:2", ".sync")


class CallRefused(Exception):
    """The test ends at a call that it may not make."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(cause)
        self.error = error
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Touched:
    """A call of a test that was refused."""

    state: str
    resource: str


class GuardedTasks(TasksDecorator):
    """A Tasks for one test. `reads` tells whether a resource changes nothing; `deadline` is when the test is over.

    `made` are the calls, their secrets still references: they stand there before they are made, whatever comes of them.
    """

    def __init__(
        self, tasks: Tasks, *, allow: Collection[str], use_reads: bool, reads: Callable[[str], bool], clock: Clock,
        deadline: float, made: list[TaskCall] | None = None,
    ) -> None:
        super().__init__(tasks)
        self._allow = frozenset(allow)
        self._use_reads = use_reads
        self._reads = reads
        self._clock = clock
        self._deadline = deadline
        self.made: list[TaskCall] = [] if made is None else made
        self.unmocked: list[Touched] = []

    def call(self, call: TaskCall) -> TaskOutcome:
        """The real call, where it may be made, within what is left of the test's time. Raises CallRefused."""
        reads = self._reads(call.resource)
        if self._is_allowed(call.resource) or (reads and self._use_reads):
            self.made.append(call)
            left = max(self._deadline - self._clock.now(), LEAST_SECONDS)
            return self._tasks.call(dataclasses.replace(call, budget_seconds=min(call.budget_seconds, left)))
        what = f"the state {call.state!r} would call {call.resource}, and has no mock. "
        if reads:
            raise CallRefused(MOCK_MISSING, (
                f'{what}Mock it: "mocks": {{"{call.state}": {{"output": …}}}}, or let reads be made: use_reads.'
            ))
        self.unmocked.append(Touched(call.state, call.resource))
        raise CallRefused(WRITE_NOT_ALLOWED, (
            f'{what}It writes: mock it, "mocks": {{"{call.state}": {{"output": …}}}}, or allow it by name, '
            f'"allow": ["{call.resource}"].'
        ))

    def _is_allowed(self, resource: str) -> bool:
        bare = next((resource.removesuffix(end) for end in _SUFFIXES if resource.endswith(end)), resource)
        return resource in self._allow or bare in self._allow
