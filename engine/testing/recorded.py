"""A case made of an execution: its input, the answers that its calls got, and what came out.

The history has it all: each answer leads back, event by event, to its call, and that to the entry into its state.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import InvalidDocument

Json = Any
Event = Mapping[str, Json]

_ANSWER = re.compile(r"(Task|LambdaFunction|Activity)(Succeeded|Failed|TimedOut)")
_CALL = re.compile(r"(Task|LambdaFunction|Activity)Scheduled")
_FRAME = re.compile(r'(File (\\+)")[^"]*?[/\\]([^"/\\]+\2", line \d)')
"""A frame of Python's stack traces in JSON text: in a cause, in data that has it as text, however often encoded."""


def case_of(execution: Mapping[str, Json], events: Sequence[Event]) -> dict[str, Json]:
    """A case in the shape of engine.catalog.cases.Case, of an execution as the API shows it and its whole history, as
    GetExecutionHistory gives it. Raises InvalidDocument for one that no case can tell."""
    _check(execution, events)
    known = {event["id"]: event for event in events}
    found: dict[int, tuple[str, dict[str, Json]]] = {}
    for event in events:
        kind = _ANSWER.fullmatch(event["type"])
        call = _back(event, known, _CALL) if kind else None
        if kind is None or call is None:
            continue
        details = _details(call)
        entered = _back(call, known, re.compile(r"\w+StateEntered"))
        arguments = details.get("parameters", details.get("input"))
        answer: dict[str, Json] = {} if entered is None else {"state": _details(entered)["name"]}
        answer["input"] = None if arguments is None else json.loads(arguments)
        found[call["id"]] = _resource(details), answer | _answered(kind[2], _details(event))
    stubs: dict[str, list[Json]] = {}
    for _, (resource, stub) in sorted(found.items()):
        stubs.setdefault(resource, []).append(stub)
    expect: dict[str, Json] = {"status": execution["status"]}
    if execution["status"] == "SUCCEEDED":
        expect["output"] = execution["output"]
    elif execution["error"] is not None:
        expect["error"] = execution["error"]
    name = re.sub(r"[^A-Za-z0-9_-]", "-", execution["name"])[:80]
    return _portable({"name": name, "input": execution["input"], "stubs": stubs, "expect": expect})


def _portable(case: dict[str, Json]) -> dict[str, Json]:
    """The case without the folders of the machine where it ran: the files of stack traces have their bare names, alike
    in what a call answered and in what was made of it."""
    text = _FRAME.sub(r"\1\3", json.dumps(case, ensure_ascii=False))
    return json.loads(text)  # type: ignore[no-any-return]


def _check(execution: Mapping[str, Json], events: Sequence[Event]) -> None:
    types = {event["type"] for event in events}
    fork = execution.get("fork")
    why = None
    if execution["ended_at"] is None:
        why = "it has not ended"
    elif execution["status"] == "ABORTED":
        why = "it was stopped, or a fork that a refused call ended: a case ends by itself"
    elif fork is not None and (fork["given"] or "ExecutionRedriven" in types) and fork["event"] > 1:
        what = "with another input" if fork["given"] else "by another version"
        why = f"it is a fork {what} amid the run, and a case begins at the start: fork its original at event 1"
    elif "MapRunStarted" in types:
        why = "it ran a distributed Map, whose calls are in executions of their own"
    elif "ExecutionRedriven" in types:
        why = "it was redriven, and a case runs once"
    elif execution.get("hidden"):
        why = "its sensitive fields are hidden from you, and a case would hold ******** in their place"
    if why is not None:
        raise InvalidDocument(f"no case is made of {execution['id']}: {why}", where="--from")


def _back(event: Event, known: Mapping[int, Event], wanted: re.Pattern[str]) -> Event | None:
    """The nearest event before it of a type that is `wanted`."""
    before = known.get(event["previousEventId"])
    while before is not None and not wanted.fullmatch(before["type"]):
        before = known.get(before["previousEventId"])
    return before


def _details(event: Event) -> dict[str, Json]:
    return next((value for name, value in event.items() if name.endswith("EventDetails")), {})


def _resource(details: Mapping[str, Json]) -> str:
    """As a definition names it."""
    service = details.get("resourceType")
    if service is None:
        return str(details["resource"])
    prefix = "" if service.startswith("connector:") else "arn:aws:states:::"
    return f"{prefix}{service}:{details['resource']}"


def _answered(how: str, details: Mapping[str, Json]) -> dict[str, Json]:
    if how == "TimedOut":
        return {"timed_out": True}
    if how == "Succeeded":
        return {"output": json.loads(details.get("output", "null"))}
    cause = details.get("cause")
    return {"error": details.get("error") or "", **({} if cause is None else {"cause": cause})}
