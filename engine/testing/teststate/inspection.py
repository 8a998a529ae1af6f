"""AWS's inspectionData: which of the values that were seen are shown for which state.

What is shown follows the recordings, which have gaps where they have one: a mocked Parallel shows nothing of what
would have gone into its branches, a Pass with a Result nothing of its input, a Map no result.
"""

from __future__ import annotations

from typing import Any

from engine.language.asl.model import Map, Parallel, Pass, State, Task
from engine.language.expr.java_text import json_text
from engine.testing.teststate.asking import Asked
from engine.testing.teststate.trial import Ended

Json = Any

_COMING_OUT = ("afterResultSelector", "afterResultPath")
_ITERATIONS = ("afterItemsPointer", "afterItemSelector", "afterItemBatcher")
_LIMITS = ("maxConcurrency", "toleratedFailureCount", "toleratedFailurePercentage")
"""Shown as numbers."""


def inspection_data(asked: Asked, state: State, ended: Ended) -> dict[str, Json]:
    """The inspectionData of levels DEBUG and TRACE; all but limits and errorDetails are JSON texts, as in the API."""
    shown = {"input": json_text(asked.input)}
    seen = _seen(asked, state, ended)
    shown |= {name: json_text(seen[name]) for name in _names(state) if name in seen}
    variables = {**(asked.variables or {}), **seen.get("assigned", {})}
    if variables:
        shown["variables"] = json_text(variables)
    if isinstance(state, Map) and ("items" in seen or _is_read(state)):
        # AWS evaluates a Map's limits after its items: without those, none is shown.
        shown |= {name: seen[name] for name in _LIMITS if name in seen}
    details = _error_details(ended)
    return {**shown, "errorDetails": details} if details else shown


def _seen(asked: Asked, state: State, ended: Ended) -> dict[str, Json]:
    seen = dict(ended.seen)
    if isinstance(state, Pass) and state.has_result:
        seen["result"] = state.result
    if isinstance(state, Map) and "items" in seen and not state.jsonata and not _is_read(state):
        seen["afterItemsPath"] = seen["items"]
    if state.TYPE == "Fail" and not state.jsonata:
        seen["afterInputPath"] = asked.input
    if ended.status not in ("SUCCEEDED", "CAUGHT_ERROR"):
        seen.pop("assigned", None)
    return seen


def _names(state: State) -> tuple[str, ...]:
    """The texts that are shown of a state of this kind."""
    if isinstance(state, Map):
        return (*_ITERATIONS, *(() if state.jsonata else ("afterInputPath", "afterItemsPath", *_COMING_OUT)))
    if state.jsonata:
        return ("afterArguments", "result") if isinstance(state, Task) else ()
    if isinstance(state, Parallel):
        return _COMING_OUT
    if isinstance(state, Pass) and state.has_result:
        return ("result", *_COMING_OUT)
    if isinstance(state, Pass | Task):
        return ("afterInputPath", "afterParameters", "result", *_COMING_OUT)
    return ("afterInputPath",)


def _is_read(state: Map) -> bool:
    return state.distributed is not None and state.distributed.reader is not None


def _error_details(ended: Ended) -> dict[str, int]:
    """Which Retrier and Catcher the error met."""
    found = {
        "catchIndex": ended.catch_index, "retryIndex": ended.retry_index,
        "retryBackoffIntervalSeconds": None if ended.backoff is None else int(ended.backoff),
    }
    return {name: value for name, value in found.items() if value is not None}
