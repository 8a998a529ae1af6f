"""What must hold of every history, whatever the definition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Event = dict[str, Any]

TERMINAL = ("ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted")
_INNER_FAILED = ("Failed", "Aborted")


def check_history(events: Sequence[Event]) -> None:
    """Ids without a gap; links that lead back; one beginning, one end; every state entered is accounted for."""
    kinds = [event["type"] for event in events]
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert all(0 <= event["previousEventId"] < event["id"] for event in events)
    assert kinds[0] == "ExecutionStarted"
    assert [kind for kind in kinds if kind in TERMINAL] == [kinds[-1]]
    assert kinds.count("ExecutionStarted") == 1
    times = [event["timestamp"] for event in events]
    assert times == sorted(times)
    _check_states(events, succeeded=kinds[-1] == "ExecutionSucceeded")


def _check_states(events: Sequence[Event], *, succeeded: bool) -> None:
    """Each Exited closes one Entered of its state, the latest that is open and that its links lead back to.

    The links of an EvaluationFailed lead past its state's Entered event (recorded so); then it is the latest of all.

    What stays open was failed, aborted or ended with the execution: where nothing failed inside and the execution
    succeeded, nothing may.
    """
    by_id = {event["id"]: event for event in events}
    open_states: dict[int, str] = {}
    for event in events:
        if event["type"].endswith("StateEntered"):
            open_states[event["id"]] = event["stateEnteredEventDetails"]["name"]
        elif event["type"].endswith("StateExited"):
            name = event["stateExitedEventDetails"]["name"]
            entered = _entered(event, by_id, open_states, name)
            assert entered is not None, f"{name} is left (event {event['id']}) and was not entered"
            assert by_id[entered]["type"][:-len("Entered")] == event["type"][:-len("Exited")]
            del open_states[entered]
    failed = any(kind in event["type"] for event in events for kind in _INNER_FAILED)
    if succeeded and not failed:
        assert open_states == {}


def _entered(event: Event, by_id: dict[int, Event], open_states: dict[int, str], name: str) -> int | None:
    """The open Entered event of `name` on the way back from `event`."""
    at, passed = event["previousEventId"], False
    while at:
        if open_states.get(at) == name:
            return at
        passed = passed or by_id[at]["type"] == "EvaluationFailed"
        at = by_id[at]["previousEventId"]
    return max((known for known, state in open_states.items() if state == name), default=None) if passed else None


def entered_by_machine(events: Sequence[Event], homes: dict[str, str]) -> dict[str, list[str]]:
    """Machine pointer → the states entered there, in order; `homes` says where each state (by its name) stands."""
    found: dict[str, list[str]] = {}
    for event in events:
        if event["type"].endswith("StateEntered"):
            name = event["stateEnteredEventDetails"]["name"]
            found.setdefault(homes[name], []).append(name)
    return found


def homes_of(machine: dict[str, Any], pointer: str = "") -> dict[str, str]:
    """State name → pointer of the machine it stands in."""
    homes = {}
    for name, state in machine["States"].items():
        homes[name] = pointer
        for index, branch in enumerate(state.get("Branches", [])):
            homes |= homes_of(branch, f"{pointer}/States/{name}/Branches/{index}")
        if "ItemProcessor" in state:
            homes |= homes_of(state["ItemProcessor"], f"{pointer}/States/{name}/ItemProcessor")
    return homes
