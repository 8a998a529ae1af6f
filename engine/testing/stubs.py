"""Recorded answers in place of the world: what `simulate` takes as `stubs`.

    {"arn:aws:states:::lambda:invoke": [{"state": "Charge", "output": {…}}, {"error": "Exception", "cause": "…"}], …}

The answers of a resource are consumed in order; one with a `state` answers only that state, and among those that fit,
one whose `input` equals the call's arguments goes first (branches and iterations may run in any order).

    output                    the result
    error, cause              the failure (an entry with `failed_at` failed, even without either)
    submitted                 what a .sync or .waitForTaskToken call handed over before `output` or `error`
    timed_out: true           never answers: the state's TimeoutSeconds or HeartbeatSeconds end it
    worker                    the name an activity's worker gives
    region, timeoutInSeconds, heartbeatInSeconds, taskCredentials
                              what a history says of the call besides: a recording may keep it, and it does nothing
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.errors import InvalidDocument
from engine.language.asl.resources import plain_resource
from engine.ports.tasks import TaskFailed, TaskSucceeded
from engine.values import kind_of

Json = Any

Stub = Mapping[str, Json]


_TEXT, _TRUTH, _ANY = (str,), (bool,), (object,)
_KEYS: Mapping[str, tuple[type, ...]] = {
    "state": _TEXT, "input": _ANY, "output": _ANY, "error": (str, type(None)), "cause": _ANY, "failed_at": _ANY,
    "submitted": _ANY, "timed_out": _TRUTH, "worker": (str, type(None)),
}
"""What an answer may hold. A cause is text; recordings keep JSON text parsed."""

_OF_THE_CALL = frozenset({"region", "timeoutInSeconds", "heartbeatInSeconds", "taskCredentials"})

_TIMEOUT = "States.Timeout"
"""The error that an answer which never came may name."""

_KINDS = {_TEXT: "a string", _TRUTH: "true or false", (str, type(None)): "a string"}
_ADVICE = 'Write {"<resource>": [{"output": …} or {"error": "…", "cause": "…"}]}.'


def checked_stubs(value: Json) -> dict[str, list[Stub]]:
    """`value` as stubs. Raises InvalidDocument that lists every answer that is none, by its JSON pointer: a misspelt
    key would otherwise be an answer of null."""
    problems = list(_problems(value))
    if problems:
        raise InvalidDocument.listing(problems, advice=_ADVICE)
    return dict(value)


def _problems(value: Json) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if not isinstance(value, dict):
        yield (), f"stubs are an object of resources, not {kind_of(value)}"
        return
    for resource, answers in value.items():
        if not isinstance(answers, list):
            yield (resource,), f"a resource has an array of answers, not {kind_of(answers)}"
            continue
        for number, answer in enumerate(answers):
            for path, message in _problems_of(answer):
                yield (resource, number, *path), message


def _problems_of(answer: Json) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is wrong with one answer."""
    if not isinstance(answer, dict):
        yield (), f"an answer is an object, not {kind_of(answer)}"
        return
    unknown = [key for key in answer if key not in _KEYS and key not in _OF_THE_CALL]
    for key in unknown:
        yield (key,), f"unknown key {key!r}; an answer has {', '.join(_KEYS)}"
    for key, kinds in _KEYS.items():
        if key in answer and not isinstance(answer[key], kinds):
            yield (key,), f"{key!r} must be {_KINDS[kinds]}, not {kind_of(answer[key])}"
    if unknown:  # one of them may be the misspelt answer
        return
    if failed(answer) and "output" in answer:
        yield (), "it has both 'output' and an error: which is the answer?"
    elif answer.get("timed_out") and ("output" in answer or answer.get("error", _TIMEOUT) != _TIMEOUT):
        yield (), "it has 'timed_out' and an answer: which is it?"
    elif not failed(answer) and "cause" in answer:
        yield ("cause",), "a cause belongs to an error, and there is no 'error'"
    elif not failed(answer) and "output" not in answer and not answer.get("timed_out"):
        yield (), "it has neither 'output' nor 'error'"


class Stubs:
    """What is left of the recorded answers of one simulation."""

    def __init__(self, stubs: Mapping[str, Sequence[Stub]] | None) -> None:
        self._left: dict[str, list[Stub]] = {}
        for name, answers in (stubs or {}).items():
            self._left.setdefault(plain_resource(name), []).extend(answers)

    def __contains__(self, resource: object) -> bool:
        return resource in self._left

    @property
    def known(self) -> str:
        """The resources that have stubs, as a sentence for whoever misspelt one; "" where none has."""
        return f" There are stubs for: {', '.join(self._left)}." if any(self._left) else ""

    def answers(self, resource: str, state: str) -> bool:  # noqa: ARG002 - others answer by state
        """Whether calls of `resource` from `state` are answered here, be it that none is left."""
        return resource in self._left

    def take(self, resource: str, state: str, arguments: Json) -> Stub | None:
        """The next answer for a call from `state`; None when none is left that fits."""
        left = self._left.get(resource, [])
        fitting = [stub for stub in left if stub.get("state", state) == state]
        if not fitting:
            return None
        chosen = next((stub for stub in fitting if "input" in stub and stub["input"] == arguments), fitting[0])
        del left[next(index for index, stub in enumerate(left) if stub is chosen)]
        return chosen


def outcome_of(stub: Stub) -> TaskSucceeded | TaskFailed:
    """What the call comes to that `stub` answers. A cause is text; recordings keep JSON text parsed."""
    if stub.get("timed_out"):
        return TaskFailed("States.Timeout", "The stub never answers.")
    if not failed(stub):
        return TaskSucceeded(stub.get("output"))
    error: Json = stub.get("error")  # an entry with failed_at may have none
    cause = stub.get("cause")
    text = cause if cause is None or isinstance(cause, str) else json.dumps(cause)
    return TaskFailed(error, text, retryable=not _is_final(text))


def _is_final(cause: str | None) -> bool:
    """Whether a connector's cause says that a repetition is of no use (connectors.tasks)."""
    try:
        shape = json.loads(cause or "null")
    except ValueError:
        return False
    return isinstance(shape, dict) and "errorType" in shape and shape.get("retryable") is False


def failed(stub: Stub) -> bool:
    """Whether `stub` records a failure."""
    return "failed_at" in stub or "error" in stub
