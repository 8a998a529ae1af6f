"""Retry and Catch: which Retrier takes an error, how long it waits, which Catcher takes it.

Sources: the ASL specification, "Errors", and AWS's "Handling errors in Step Functions workflows".
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.language.asl.model import Catcher, Retrier
from engine.language.expr.bounds import DATA_LIMIT

RUNTIME = "States.Runtime"
TIMEOUT = "States.Timeout"
HEARTBEAT_TIMEOUT = "States.HeartbeatTimeout"

_NOT_ALL = frozenset({RUNTIME})
"""What States.ALL does not mean. (States.DataLimitExceeded it does mean, unlike AWS's documentation says: recorded.)"""

_NOT_TASK_FAILED = frozenset({RUNTIME, DATA_LIMIT, TIMEOUT, HEARTBEAT_TIMEOUT})
"""What States.TaskFailed does not mean."""


def matches(errors: Sequence[str], error: str | None) -> bool:
    """Whether an ErrorEquals list takes `error` (None: a failure without a name, which only wildcards take).

    A missed heartbeat (States.HeartbeatTimeout) is a States.Timeout too.
    """
    if error == HEARTBEAT_TIMEOUT and TIMEOUT in errors:
        return True
    if error is not None and error in errors:
        return error != RUNTIME
    if "States.ALL" in errors:
        return error not in _NOT_ALL
    return "States.TaskFailed" in errors and error not in _NOT_TASK_FAILED


def find_retrier(retriers: Sequence[Retrier], retries: Sequence[int], error: str | None) -> int | None:
    """The index of the Retrier that takes `error`, None where none does or it has no attempt left.

    `retries` counts how often each Retrier was used in this visit. Only the first that matches counts.
    """
    for index, retrier in enumerate(retriers):
        if matches(retrier.errors, error):
            used = retries[index] if index < len(retries) else 0
            return index if used < retrier.max_attempts else None
    return None


def counted(retries: Sequence[int], index: int, width: int) -> tuple[int, ...]:
    """`retries` with one more use of the Retrier at `index`."""
    counts = [*retries, *([0] * (width - len(retries)))]
    counts[index] += 1
    return tuple(counts)


def delay_seconds(retrier: Retrier, used: int, fraction: float) -> float:
    """How long to wait before the attempt after `used` earlier uses; `fraction` (0 to 1) is the jitter's throw."""
    try:
        delay = retrier.interval * retrier.rate**used
    except OverflowError:
        delay = float("inf")
    if retrier.max_delay is not None:
        delay = min(delay, retrier.max_delay)
    delay = min(delay, LONGEST_DELAY_SECONDS)
    return delay * fraction if retrier.jitter else delay


def asked_seconds(retrier: Retrier, retry_after: float) -> float:
    """How long to wait as a called system asked to: no longer than the author's MaxDelaySeconds, or a day."""
    longest = LONGEST_ASKED_SECONDS if retrier.max_delay is None else retrier.max_delay
    return min(retry_after, longest)


LONGEST_ASKED_SECONDS = 86_400.0
"""What a system asks for beyond that is no wish to be called again."""

LONGEST_DELAY_SECONDS = 31_622_400.0
"""AWS lets no interval exceed this (366 days)."""


def find_catcher(catchers: Sequence[Catcher], error: str | None) -> Catcher | None:
    """The first Catcher that takes `error`."""
    return next((catcher for catcher in catchers if matches(catcher.errors, error)), None)
