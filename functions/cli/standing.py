"""Where an execution stands now, for the owner of the data folder: its newest event, and the tasks that wait for a
token.

The tokens come from the snapshot, for the history holds one only where the workflow wrote it into a task's parameters.
A token is a capability: it is shown to whoever can read the folder anyway, and the API gives none.
"""

from __future__ import annotations

from typing import Any

from engine.durable.codec import decode_snapshot
from engine.kernel.snapshot import Phase
from engine.ports.keys import ExecutionKey
from engine.records import dataclass
from functions.server.product import Product

Json = Any


@dataclass(frozen=True, slots=True)
class WaitingTask:
    """A task that was handed over and waits for `automate task`."""

    state: str
    token: str

    def as_dict(self) -> dict[str, Json]:
        """The JSON shape of ``--json show``."""
        return {"state": self.state, "token": self.token}


@dataclass(frozen=True, slots=True)
class Standing:
    """`last_event` is 0 and nothing waits before a worker has begun."""

    last_event: int = 0
    waiting: tuple[WaitingTask, ...] = ()


def standing(product: Product, key: ExecutionKey) -> Standing:
    """Where the execution stands at this moment; one that does not exist stands at the beginning."""
    loaded = product.stores.journal.load(key)
    if loaded is None or not loaded.segments:
        return Standing()
    snapshot = decode_snapshot(segment.body for segment in loaded.segments)
    waiting = () if snapshot.closed else tuple(
        WaitingTask(frame.state, frame.token)
        for frame in snapshot.frames.values()
        if frame.phase is Phase.CALLBACK and frame.token is not None
    )
    return Standing(snapshot.next_event - 1, waiting)
