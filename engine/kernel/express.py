"""EXPRESS executions: a header, then one closing segment, and nothing in between.

    STANDARD   every step is durable: intent, call, result; a task's call is repeated with its key, or not at all
    EXPRESS    run from the beginning to the end in one worker's memory; if that one dies, from the beginning again

At least once, whatever the actions say; at most MOST_SECONDS a run, then TIMED_OUT. Its history is in the one segment,
so there is none before it is closed. Task tokens, `.sync` and activities have nobody to come back to: publishing
refuses them.

A synchronous start (EXPRESS_SYNC) is run by the process that answers it, for at most SYNC_SECONDS, and never again: a
worker that finds one open, because that process died, ends it as TIMED_OUT without a call.
"""

from __future__ import annotations

EXPRESS = "EXPRESS"
EXPRESS_SYNC = "EXPRESS_SYNC"

MOST_SECONDS = 300.0
"""The longest run (AWS: five minutes)."""

SYNC_SECONDS = 25.0
"""The longest synchronous one: API Gateway gives up after 29."""

FIRST_LOOK_SECONDS = {EXPRESS: MOST_SECONDS + 30.0, EXPRESS_SYNC: SYNC_SECONDS + 35.0}
"""When a sweep looks at one that has not ended: after that its runner is gone. Earlier would run it twice."""

_MOST = {EXPRESS: MOST_SECONDS, EXPRESS_SYNC: SYNC_SECONDS}


def is_express(kind: str) -> bool:
    """Whether an execution of this kind is run in one go."""
    return kind in _MOST


def most_seconds(kind: str) -> float | None:
    """How long one run may take; None for no limit."""
    return _MOST.get(kind)
