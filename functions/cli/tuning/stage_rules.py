"""How the settings of a deployed stage are chosen from its figures. Pure: figures and settings in, proposals out.

    figures, settings ──► rule by rule, in the order of RULES ──► proposals and notes

A rule is given the settings as the rules before it would have them, and what they have changed is left alone: all
proposals together are settings that functions.tunables takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from engine.records import dataclass
from functions.cli.tuning import size_rules, throughput_rules
from functions.cli.tuning.figures import Found, Note, Proposal, Stage, Tuning
from functions.cli.tuning.readings import invocations
from functions.tunables import Tunables

LEAST_INVOCATIONS = 100
"""Of the worker, in the window: fewer say nothing about the rest."""


@dataclass(frozen=True, slots=True)
class StageRule:
    """A row of the table. `sees` and `proposes` are what the documentation says of `decide`."""

    name: str
    decide: Callable[[Stage, Tunables], Found]
    sees: str
    proposes: str


RULES = (
    StageRule(
        "throttled", throughput_rules.throttled,
        "throttles of the worker in 15 minutes or more",
        "`reserved_concurrency` at `max_concurrency`; a smaller `max_concurrency` where the account has too little",
    ),
    StageRule(
        "lagging", throughput_rules.lagging,
        "for 15 minutes or more the oldest wake is over 60 s old, others wait, and 90% of `max_concurrency` are busy",
        "the next larger `batch_size` where batches come full (80%) and half of the invocations take under 5 s; else "
        "half as much again of `max_concurrency`",
    ),
    StageRule(
        "short-work", throughput_rules.short_work,
        "no lag, full batches (80%), half of the invocations within 5 s, 1000 of them an hour",
        "the next larger `batch_size`, up to 100, with the window that it needs: cheaper",
    ),
    StageRule(
        "slow-work", throughput_rules.slow_work,
        "no lag, half of the invocations over 30 s with 2 messages or more, and `max_concurrency` has room for more",
        "`batch_size` 5, no window",
    ),
    StageRule(
        "useless-window", throughput_rules.useless_window, "a window, and fewer than 2 messages in a batch",
        "no window",
    ),
    StageRule(
        "threads", throughput_rules.threads, "`batch_size` over `task_threads`, and batches that need 80% of these",
        "`task_threads` at `batch_size`",
    ),
    StageRule(
        "worker-memory", size_rules.worker_memory,
        "80% of the worker's memory used; or more given than brings a whole CPU (1769 MB), and little used",
        "`worker_memory_mb` of which 60% would be used; or 1769",
    ),
    StageRule(
        "api-memory", size_rules.api_memory, "80% of the API function's memory used",
        "`api_memory_mb` of which 60% would be used",
    ),
    StageRule(
        "api-throttle", size_rules.api_throttle,
        "five minutes with requests at 60% of `api_requests_per_second` on average",
        "twice `api_requests_per_second`, and `api_burst` not below it",
    ),
    StageRule(
        "idle-reservation", size_rules.idle_reservation, "`reserved_concurrency` over `max_concurrency`, no lag",
        "`reserved_concurrency` at `max_concurrency`",
    ),
    StageRule("failed-wakes", size_rules.failed_wakes, "5% of the wakes had to come again", "nothing: where to look"),
)
"""In the order in which they are asked."""

TUNED = (
    "batch_size", "batch_window_seconds", "max_concurrency", "reserved_concurrency", "task_threads", "worker_memory_mb",
    "api_memory_mb", "api_requests_per_second", "api_burst",
)
"""The settings that some rule may change."""


def tune(stage: Stage, current: Tunables) -> Tuning:
    """What the figures say about the settings. Without enough of them: nothing, and a note that says so."""
    invoked = int(invocations(stage.periods))
    unread = [Note(text) for text in stage.unread]
    if invoked < LEAST_INVOCATIONS:
        return Tuning(enough=False, notes=(_too_little(stage.hours, invoked), *unread))
    settings, changed = current, set[str]()
    proposals, notes = list[Proposal](), list[Note]()
    for rule in RULES:
        for found in rule.decide(stage, settings):
            if isinstance(found, Note):
                notes.append(found)
            elif changed.isdisjoint(found.changes):
                proposals.append(found)
                changed.update(found.changes)
                values: dict[str, Any] = dict(found.changes)
                settings = replace(settings, **values)
    return Tuning(enough=True, proposals=tuple(proposals), notes=(*notes, *unread))


def _too_little(hours: float, invoked: int) -> Note:
    return Note(
        f"{'Too little' if invoked else 'No'} data: the worker was invoked {invoked} times in {hours:g} h, and fewer "
        f"than {LEAST_INVOCATIONS} say nothing. Nothing is proposed.", {"invocations": invoked},
    )
