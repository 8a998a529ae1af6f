"""Memory, the API's throttle, and what is reserved for nothing. Rules of stage_rules."""

from __future__ import annotations

from functions.cli.tuning.figures import PERIOD_SECONDS, Found, Note, Proposal, Stage, most
from functions.cli.tuning.readings import keeps_up, most_concurrent
from functions.tunables import Tunables

MEMORY_HIGH, MEMORY_LOW, MEMORY_AIM = 0.8, 0.4, 0.6
ONE_CPU_MB = 1769
"""docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html: so much memory brings one whole vCPU. A second one
serves a Python process little."""

MEMORY_RUNGS = (256, 512, 768, 1024, 1536, ONE_CPU_MB, 2048, 3072, 4096, 6144, 8192, 10240)
API_BUSY = 0.6
MANY_FAILED = 0.05


def worker_memory(stage: Stage, now: Tunables) -> Found:
    """The worker's memory is nearly used up, or more than one process can use."""
    used = stage.worker_memory_used
    if used is None:
        return
    yield from _memory("worker", "worker_memory_mb", used, now.worker_memory_mb)
    if now.worker_memory_mb > ONE_CPU_MB and used <= ONE_CPU_MB * MEMORY_LOW:
        yield Proposal(
            "worker-memory", {"worker_memory_mb": ONE_CPU_MB},
            f"{ONE_CPU_MB} MB bring one whole CPU, and a Python process makes little of a second one; nor is the "
            "memory used.", {"most_memory_used_mb": used},
        )


def api_memory(stage: Stage, now: Tunables) -> Found:
    """The same of the API function."""
    if stage.api_memory_used is not None:
        yield from _memory("api", "api_memory_mb", stage.api_memory_used, now.api_memory_mb)


def _memory(function: str, name: str, used: float, now: int) -> Found:
    if used < MEMORY_HIGH * now:
        return
    figures = {"most_memory_used_mb": used}
    wanted = next((rung for rung in MEMORY_RUNGS if rung > now and rung * MEMORY_AIM >= used), most(name))
    if wanted > now:
        yield Proposal(
            f"{function}-memory", {name: wanted},
            f"The function {function} used nearly all of its {now} MB; beyond them Lambda kills it.", figures,
        )
    else:
        yield Note(
            f"The function {function} used nearly all of the {now} MB that Lambda can give. Smaller batches, or large "
            "values by reference, need less.", figures,
        )


def api_throttle(stage: Stage, now: Tunables) -> Found:
    """Requests come near the throttle, as a mean of five minutes: their bursts are over it."""
    busiest = max((period.api_requests for period in stage.periods), default=0.0) / PERIOD_SECONDS
    rate = now.api_requests_per_second
    wanted = min(rate * 2, most("api_requests_per_second"))
    if busiest < API_BUSY * rate or wanted <= rate:
        return
    yield Proposal(
        "api-throttle",
        {"api_requests_per_second": wanted, "api_burst": min(max(now.api_burst, wanted), most("api_burst"))},
        f"Five minutes came with {busiest:.0f} requests a second on average; what is over {rate} is answered with 429.",
        {"requests_per_second": busiest},
    )


def idle_reservation(stage: Stage, now: Tunables) -> Found:
    """Concurrency that is reserved and cannot be used."""
    if now.reserved_concurrency <= now.max_concurrency or not keeps_up(stage):
        return
    yield Proposal(
        "idle-reservation", {"reserved_concurrency": now.max_concurrency},
        f"The queue never uses more than max_concurrency ({now.max_concurrency}): what is reserved beyond it is taken "
        "from the account's other functions.", {"most_concurrent": most_concurrent(stage.periods)},
    )


def failed_wakes(stage: Stage, now: Tunables) -> Found:
    """Messages that come again and again: no setting mends that."""
    del now
    received, failed = stage.counts.get("WakesReceived", 0.0), stage.counts.get("WakesFailed", 0.0)
    if received and failed / received >= MANY_FAILED:
        yield Note(
            "Many wakes had to come again: a store that throttles, or executions that cost their worker. See `automate "
            "doctor` and docs/runbooks.md.", {"wakes_received": received, "wakes_failed": failed},
        )
