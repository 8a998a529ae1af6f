"""A redrive takes up what an execution kept (engine.kernel.redrivable)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.kernel import changeover
from engine.kernel.builder import Builder
from engine.kernel.snapshot import Phase
from engine.kernel.stimulus import CallOver


def take_up(builder: Builder, *, count: int, settled: bool, onto: Any = None) -> list[Any]:
    """The frames of `builder` are there again: the timers of those that begin again are due, the READY ones queue up.
    `onto`: by another version from here on. Answers the fan-outs that wait for their children, the innermost first."""
    count = count or builder.redrives + 1
    builder.emit_beside(builder.next_event - 1, "ExecutionRedriven", {"redriveCount": count})
    if onto is not None:
        event = builder.emit_beside(builder.next_event - 1, changeover.EVENT, changeover.details(onto))
        builder.facts = replace(builder.facts, version=onto["version"])
        builder.changeovers = (*builder.changeovers, changeover.record(onto, event, builder.at))
    fanouts = []
    for frame in builder.restore(redrives=count, settled=settled):
        if frame.phase is Phase.BACKOFF:
            frame.due_at = max(builder.at, frame.lease_until)
        elif frame.phase is Phase.READY:
            builder.ready.append(frame)
        elif frame.phase is Phase.JOINING and frame.arguments is None:
            fanouts.append(frame)
        elif frame.phase is Phase.JOINING:
            builder.emit(frame, "MapRunRedriven", {
                "mapRunArn": frame.arguments["map_run"], "redriveCount": builder.redrives,
            })
    return fanouts[::-1]


def call_over(builder: Builder, stimulus: CallOver) -> bool:
    """The call that a redriven Task waits for was answered: the Task is due. What came of the call is nobody's; after a
    definite failure the next has a key of its own. False where no frame waits for just this call."""
    waiting = builder.peek(stimulus.frame)
    if (
        waiting is None or waiting.phase is not Phase.BACKOFF or waiting.visit != stimulus.visit
        or not 0.0 < waiting.lease_until == stimulus.lease_until
    ):
        return False
    frame = builder.frame(stimulus.frame)
    if frame is None:
        return False
    frame.due_at, frame.lease_until = builder.at, 0.0
    frame.epoch += stimulus.definite
    return True
