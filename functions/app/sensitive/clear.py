"""What hides nothing: the veil of most executions, which has no need of what the others read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.durable.execution import Execution

if TYPE_CHECKING:
    from engine.durable.views.step_facts import Step, Steps
    from engine.kernel.history import HistoryEvent
    from functions.app.sensitive.veil import Veil

Json = Any


class Clear:
    """In the place of a Veil."""

    def __bool__(self) -> bool:
        """Whether anything may be hidden."""
        return False

    def execution(self, execution: Execution) -> Execution:
        """As it is."""
        return execution

    def output(self, value: Json) -> Json:
        """As it is."""
        return value

    def steps(self, steps: Steps) -> Steps:
        """As they are."""
        return steps

    def step(self, step: Step) -> Step:
        """As it is."""
        return step

    def arguments(self, state: str, value: Json) -> Json:
        """As they are."""
        del state
        return value

    def result(self, state: str, value: Json) -> Json:
        """As it is."""
        del state
        return value

    def events(self, events: Sequence[HistoryEvent], steps: Steps) -> list[HistoryEvent]:
        """As they are."""
        del steps
        return list(events)

    def text(self, text: str | None) -> str | None:
        """As it is."""
        return text


CLEAR = Clear()

if TYPE_CHECKING:
    Hides = Veil | Clear
