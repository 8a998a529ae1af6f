"""The timetable of a step's attempts: which Retrier took each failure, how long it waits, what comes next. Pure.

The rules are the kernel's own (`engine.kernel.retry`). Counts begin anew with a redrive, as they do there. What is past
is told by what was recorded, so a jittered delay is the one that was waited.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.durable.views.step_facts import Step
from engine.kernel.retry import delay_seconds, find_catcher, matches
from engine.language.asl.model import Fallible, Retrier
from engine.records import dataclass

FAILED = ("FAILED", "TIMED_OUT")


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt, numbered from 1. `rule` is the Retrier (from 0) that took its failure, `use` which of its attempts
    it then gave; `delay` is the planned wait in seconds (the longest, with jitter), `waited` the recorded one."""

    number: int
    started_at: float
    ended_at: float | None
    status: str
    error: str | None
    rule: int | None = None
    use: int | None = None
    delay: float | None = None
    waited: float | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One Retrier, how often it was used since the step or its redrive began, and the waits that are left of it."""

    errors: tuple[str, ...]
    max_attempts: int
    used: int
    left: tuple[float, ...]
    jitter: bool


@dataclass(frozen=True, slots=True)
class Timetable:
    """`coming` says in a sentence what comes next, or came. `next_at` is when the next attempt is due."""

    tried: tuple[Tried, ...]
    rules: tuple[Rule, ...]
    coming: str
    next_at: float | None = None


def timetable(step: Step, state: Fallible, rests: Sequence[tuple[float, float]], due_at: float | None) -> Timetable:
    """The timetable of `step`, a visit of `state`. `rests` are when the execution had ended; `due_at` is its timer."""
    used = [0] * len(state.retry)
    tried: list[Tried] = []
    for at, attempt in enumerate(step.attempts):
        following = step.attempts[at + 1] if at + 1 < len(step.attempts) else None
        again = _redriven(attempt.started_at, following.started_at if following else None, rests)
        rule = _taker(state.retry, attempt.error) if attempt.status in FAILED else None
        left = rule is not None and used[rule] < state.retry[rule].max_attempts
        goes_on = (following is not None and not again) or (following is None and step.status == "RETRYING")
        if rule is not None and left and goes_on:
            delay = delay_seconds(state.retry[rule], used[rule], 1.0)
            used[rule] += 1
            waited = following.started_at - attempt.ended_at if following and attempt.ended_at is not None else None
            tried.append(Tried(
                attempt.number, attempt.started_at, attempt.ended_at, str(attempt.status), attempt.error, rule,
                used[rule], delay, waited,
            ))
        else:
            tried.append(Tried(
                attempt.number, attempt.started_at, attempt.ended_at, str(attempt.status), attempt.error, rule,
            ))
        if again:
            used = [0] * len(state.retry)
    return Timetable(
        tuple(tried), tuple(_rule(each, count) for each, count in zip(state.retry, used, strict=True)),
        _coming(step, state, tried, used), due_at if step.status == "RETRYING" else None,
    )


_NOT_OVER = {
    "RUNNING": "has no answer yet.", "WAITING": "has no answer yet.", "ABORTED": "was stopped; it had not failed.",
}


def _taker(retriers: Sequence[Retrier], error: str | None) -> int | None:
    """The first Retrier that names the error, whether it has an attempt left or not."""
    return next((at for at, retrier in enumerate(retriers) if matches(retrier.errors, error)), None)


def _redriven(began: float, following: float | None, rests: Sequence[tuple[float, float]]) -> bool:
    """Whether the execution ended behind this attempt, and was redriven before the next."""
    return following is not None and any(began <= ended and again <= following for ended, again in rests)


def _rule(retrier: Retrier, used: int) -> Rule:
    left = tuple(delay_seconds(retrier, each, 1.0) for each in range(used, min(retrier.max_attempts, used + 20)))
    return Rule(retrier.errors, retrier.max_attempts, used, left, retrier.jitter)


def _coming(step: Step, state: Fallible, tried: Sequence[Tried], used: Sequence[int]) -> str:
    last = tried[-1] if tried else None
    if last is None:
        return "It made no attempt yet."
    if step.status == "RETRYING":
        return f"Attempt {last.number + 1} comes next."
    if last.status in _NOT_OVER:
        return f"Attempt {last.number} {_NOT_OVER[last.status]}"
    if last.status not in FAILED:
        return "Nothing failed at last." if len(tried) > 1 else "Nothing failed."
    because = _because(state, last, used)
    catcher = find_catcher(state.catch, last.error)
    if step.caught is not None and catcher is not None:
        return f"{because} A Catcher takes it, to {catcher.next}."
    return f"{because} No Catcher takes it: the state fails." if catcher is None else because


def _because(state: Fallible, last: Tried, used: Sequence[int]) -> str:
    if last.rule is None:
        none = "There is no Retrier." if not state.retry else f"No Retrier names {last.error or 'a nameless error'}."
        return f"Attempt {last.number} was the last. {none}"
    if used[last.rule] >= state.retry[last.rule].max_attempts:
        return f"Attempt {last.number} was the last. Retrier {last.rule + 1} has no attempt left."
    return f"Attempt {last.number} was the last. Its failure says that a repetition is of no use."
