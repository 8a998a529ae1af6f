"""When a state is over: its output, its Exited event, and where its frame goes next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import StateFailure
from engine.kernel import flow
from engine.kernel.builder import Builder, Ended
from engine.kernel.failing import evaluation_failed, failed
from engine.kernel.open_frame import OpenFrame
from engine.kernel.snapshot import Phase, Status
from engine.language.asl.model import Fallible, State
from engine.language.expr.bounds import DATA_LIMIT
from engine.language.expr.java_text import json_text

Json = Any


def completed(builder: Builder, frame: OpenFrame, state: State, result: Json) -> bool:
    """A Task, Parallel or Map has its result. True when the frame goes on at once."""
    frame.before = frame.last_event
    if flow.leaves_plainly(state):
        return exited(builder, frame, state, state.next, result, None)
    try:
        output, assigned = flow.leaving(state, builder.scope(frame, result=result), frame.input, result)
    except StateFailure as failure:
        return evaluation_failed(builder, frame, state, failure)
    return exited(builder, frame, state, state.next, output, assigned)


def exited(
    builder: Builder, frame: OpenFrame, state: State, following: str | None, output: Json,
    assigned: Mapping[str, Json] | None,
) -> bool:
    """Leave `state` for `following`, or end the frame where that is None. True when the frame goes on at once."""
    most = builder.facts.max_payload_bytes
    if most is not None and len(json_text(output).encode("utf-8", "surrogatepass")) > most:
        return failed(builder, frame, state, DATA_LIMIT, (
            f"The state/task '{state.name}' returned a result with a size exceeding the maximum number of bytes "
            "service limit."
        ))
    builder.leave(frame, state, output, assigned)
    if isinstance(state, Fallible):
        frame.forget_visit()
    if following is not None:
        frame.state, frame.input, frame.phase = following, output, Phase.READY
        return True
    if frame.path:
        builder.ended.append((frame, Ended(output)))
    else:
        builder.emit(frame, "ExecutionSucceeded", {"output": output})
        builder.close(Status.SUCCEEDED, output=output)
    return False
