"""How many executions a worker takes at once, and how many workers there are. Rules of stage_rules.

At most one rung a time: what a change does is seen in the next day's figures, not calculated.
"""

from __future__ import annotations

from math import ceil

from functions.cli.tuning.figures import Found, Note, Number, Proposal, Stage, least, most
from functions.cli.tuning.readings import (
    BAD_PERIODS,
    fill,
    invocations,
    keeps_up,
    lagging_periods,
    median_seconds,
    most_concurrent,
    throttled_periods,
)
from functions.tunables import MOST_WITHOUT_WINDOW, Tunables

FULL = 0.9
WELL_FILLED, HARDLY_FILLED = 0.8, 2.0
"""Of the batch size; messages."""

SHORT_SECONDS, SLOW_SECONDS = 5.0, 30.0
BUSY_INVOCATIONS_AN_HOUR = 1000.0
LARGEST_FOR_COST, SMALL_BATCH = 100, 5
BATCH_RUNGS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)

KEPT_UNRESERVED = 100
"""Lambda leaves at least so much of an account's concurrency unreserved."""

QUOTA = "ask AWS for more (Service Quotas, Lambda, Concurrent executions)"


def throttled(stage: Stage, now: Tunables) -> Found:
    """The worker was refused concurrency: its own reservation is too small, or the account's is used up."""
    bad = throttled_periods(stage)
    if len(bad) < BAD_PERIODS:
        return
    figures: dict[str, Number] = {
        "throttles": sum(period.throttles for period in bad), "periods_with_throttles": len(bad),
    }
    wanted, reserved, free = now.max_concurrency, now.reserved_concurrency, stage.unreserved
    if free is not None:
        figures["account_unreserved_concurrency"] = free
    if reserved >= wanted:
        yield Note(
            f"The worker was throttled though {reserved} are reserved for it: something besides its queue invokes it, "
            "or the reservation was changed since.", figures,
        )
    elif free is not None and free - (wanted - reserved) >= KEPT_UNRESERVED:
        yield Proposal(
            "throttled", {"reserved_concurrency": wanted},
            "The worker was throttled, and the account has concurrency to spare: reserve what max_concurrency may use, "
            "so that no other function takes it.", figures,
        )
    elif free is not None and reserved + free < wanted:
        less = max(least("max_concurrency"), (reserved + free) // 2)
        yield Proposal(
            "throttled", {"max_concurrency": less} | ({"reserved_concurrency": 0} if reserved else {}),
            f"The worker was throttled: max_concurrency ({wanted}) is more than the account has. Half of it leaves the "
            f"API and others theirs. For more, {QUOTA}.", figures,
        )
    else:
        yield Note(
            "The worker was throttled: other functions use the account's concurrency, and reserving some would leave "
            f"them too little. {QUOTA.capitalize()}.", figures,
        )


def lagging(stage: Stage, now: Tunables) -> Found:
    """Wakes wait for a worker, a quarter of an hour and longer."""
    bad = lagging_periods(stage)
    if len(bad) < BAD_PERIODS or len(throttled_periods(stage)) >= BAD_PERIODS:
        return
    peak, filled, median = most_concurrent(bad), fill(bad), median_seconds(bad)
    figures: dict[str, Number] = {
        "periods_lagging": len(bad), "oldest_wake_seconds": max(period.queue_age for period in bad),
        "most_waiting": max(period.visible for period in bad), "most_concurrent": peak,
        "messages_per_invocation": filled, "p50_seconds": median,
    }
    larger = _larger_batch(now)
    if peak < FULL * now.max_concurrency:
        yield Note(
            "Wakes waited though workers were free: bursts that were over before SQS had its pollers up, or executions "
            "that wait for their calls. `automate executions --status RUNNING` says whose they are.", figures,
        )
    elif median < SHORT_SECONDS and filled >= WELL_FILLED * now.batch_size and larger is not None:
        yield Proposal(
            "lagging", _batch(larger, now),
            f"Wakes waited while all {now.max_concurrency} workers were busy with full batches of short work: each "
            "does more with a larger one.", figures,
        )
    else:
        yield from _more_workers(stage, now, figures)


def _more_workers(stage: Stage, now: Tunables, figures: dict[str, Number]) -> Found:
    wanted, reserved = min(ceil(now.max_concurrency * 1.5), most("max_concurrency")), now.reserved_concurrency
    if stage.unreserved is not None:
        room = reserved + max(0, stage.unreserved - KEPT_UNRESERVED) if reserved else stage.unreserved
        wanted, figures = min(wanted, room), {**figures, "account_unreserved_concurrency": stage.unreserved}
    if wanted <= now.max_concurrency:
        yield Note(f"Wakes waited, every worker was busy, and there are no more to have: {QUOTA}.", figures)
        return
    yield Proposal(
        "lagging",
        {"max_concurrency": wanted} | ({"reserved_concurrency": max(wanted, reserved)} if reserved else {}),
        f"Wakes waited, none was throttled, and all {now.max_concurrency} workers were busy. More of them call the "
        "systems behind your connectors more at once: where these bear no more, leave it.", figures,
    )


def short_work(stage: Stage, now: Tunables) -> Found:
    """Full batches of short work, all day: the same in fewer invocations costs less."""
    filled, median = fill(stage.periods), median_seconds(stage.periods)
    hourly = invocations(stage.periods) / stage.hours
    larger = _larger_batch(now)
    if (
        larger is None or larger > LARGEST_FOR_COST or not keeps_up(stage) or hourly < BUSY_INVOCATIONS_AN_HOUR
        or filled < WELL_FILLED * now.batch_size or median > SHORT_SECONDS
    ):
        return
    waits = ", for up to a second more before the first step" if larger > MOST_WITHOUT_WINDOW else ""
    yield Proposal(
        "short-work", _batch(larger, now),
        f"Batches of {now.batch_size} came full and were soon done: larger ones cost fewer invocations{waits}.",
        {"messages_per_invocation": filled, "p50_seconds": median, "invocations_per_hour": hourly},
    )


def slow_work(stage: Stage, now: Tunables) -> Found:
    """Invocations that are long because one of their executions is."""
    filled, median, peak = fill(stage.periods), median_seconds(stage.periods), most_concurrent(stage.periods)
    if now.batch_size <= SMALL_BATCH or not keeps_up(stage) or median < SLOW_SECONDS or filled < HARDLY_FILLED:
        return
    if peak * filled / min(filled, SMALL_BATCH) > now.max_concurrency:
        return  # it would lag then
    yield Proposal(
        "slow-work", {"batch_size": SMALL_BATCH, "batch_window_seconds": 0},
        "Invocations take long, and each lasts as long as the slowest call in it: in a smaller batch fewer executions "
        "share one, and fewer are lost with a worker.",
        {"messages_per_invocation": filled, "p50_seconds": median, "most_concurrent": peak},
    )


def useless_window(stage: Stage, now: Tunables) -> Found:
    """A window that gathers nothing only delays."""
    filled = fill(stage.periods)
    if now.batch_window_seconds < 1 or filled >= HARDLY_FILLED or not keeps_up(stage):
        return
    yield Proposal(
        "useless-window",
        {"batch_size": min(now.batch_size, MOST_WITHOUT_WINDOW), "batch_window_seconds": 0},
        f"The window of {now.batch_window_seconds} s gathers next to nothing: without it the first step comes at once.",
        {"messages_per_invocation": filled},
    )


def threads(stage: Stage, now: Tunables) -> Found:
    """Calls of one batch that wait for a thread."""
    fullest = max((fill([period]) for period in stage.periods), default=0.0)
    if now.batch_size <= now.task_threads or fullest < WELL_FILLED * now.task_threads:
        return
    yield Proposal(
        "threads", {"task_threads": min(now.batch_size, most("task_threads"))},
        f"The executions of a batch of {now.batch_size} may all call at once, and there are {now.task_threads} threads "
        "to do it.", {"most_messages_per_invocation": fullest},
    )


def _batch(size: int, now: Tunables) -> dict[str, int]:
    """`size` with the window that it needs."""
    if size > MOST_WITHOUT_WINDOW and now.batch_window_seconds < 1:
        return {"batch_size": size, "batch_window_seconds": 1}
    return {"batch_size": size}


def _larger_batch(now: Tunables) -> int | None:
    return next((rung for rung in BATCH_RUNGS if rung > now.batch_size), None)
