"""Whether each frame of a stopped execution can stand in the new version: its machine, its state, of what type.

READY       the state is entered anew: it may be of any type
BACKOFF     a Task, Parallel or Map that is begun again: the same type
JOINING     a fan-out that keeps its children: the same type, as many branches; a distributed Map stays one
DONE        a child that keeps its output: only the machine around it has to be there
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from engine.kernel.forward.definitions import machines_of, pointer_to, processor_field
from engine.kernel.forward.ran import Ran
from engine.kernel.forward.verdict import Finding, Verdict
from engine.kernel.snapshot import Frame, Phase
from engine.language.asl.model import Pattern
from engine.language.asl.resources import parse_resource

Json = Any

_ANEW = "It fits where a state is entered anew."
_OF_A_CALL = ("Resource", "Arguments", "Parameters", "Credentials", "InputPath")
_OF_ITEMS = ("InputPath", "ItemSelector", "Parameters")
_OF_A_BEGINNING = (
    *_OF_ITEMS, "Arguments", "ItemsPath", "Items", "ItemReader", "ItemBatcher", "ResultWriter",
    "MaxConcurrency", "MaxConcurrencyPath", "ToleratedFailureCount", "ToleratedFailureCountPath",
    "ToleratedFailurePercentage", "ToleratedFailurePercentagePath",
)
"""Fields of a Parallel or Map that are read when it begins."""


class Standing:
    """Where the frames stand, by the definition of before and by the new one."""

    def __init__(self, old: Json, new: Json, ran: Ran, once: Collection[str] = ()) -> None:
        self._ran = ran
        self._once = once
        self._old = dict(machines_of(old))
        self._new = dict(machines_of(new))
        self._refusals: list[Finding] = []
        self._doubts: list[Finding] = []
        self._notes: list[Finding] = []
        self._changed: list[Finding] = []

    def check(self, frames: Mapping[str, Frame]) -> Verdict:
        """What stands for and against it."""
        lost: list[str] = []
        for path in sorted(frames, key=_order):
            frame = frames[path]
            if frame.phase is Phase.CHILDREN or any(path.startswith(f"{above}/") for above in lost):
                continue
            if not self._stands(frame):
                lost.append(path)
        return Verdict(tuple(self._refusals), tuple(self._doubts), tuple(self._notes), tuple(self._changed))

    def _refuse(self, frame: Frame, place: str, message: str) -> bool:
        self._refusals.append(Finding(place, message, frame.path))
        return False

    def _stands(self, frame: Frame) -> bool:  # noqa: PLR0911 - a reason each
        machine = self._new.get(frame.machine)
        if machine is None:
            return self._refuse(
                frame, frame.machine, f"it stands inside {frame.machine}, which the new version has not. {_ANEW}"
            )
        if frame.phase is Phase.DONE:
            return True
        place = pointer_to(frame.machine, frame.state)
        new = machine["States"].get(frame.state)
        if new is None:
            return self._refuse(
                frame, f"{frame.machine}/States",
                f"it stands in the state {frame.state!r}, which the new version has not. {_ANEW}",
            )
        old = self._old[frame.machine]["States"][frame.state]
        if frame.phase is Phase.READY:
            self._entered(frame, place, old, new)
            return True
        if new["Type"] != old["Type"]:
            return self._refuse(
                frame, place,
                f"it has begun the state {frame.state!r}, which is a {old['Type']} and a {new['Type']} in the new "
                f"version. {_ANEW}",
            )
        if frame.phase is Phase.JOINING:
            self._changed += _begun(frame, place, old, new)
            return self._joins(frame, place, new)
        self._begins_again(frame, place, old, new)
        return True

    def _entered(self, frame: Frame, place: str, old: Json, new: Json) -> None:
        if new["Type"] != old["Type"]:
            self._notes.append(Finding(
                place, f"it enters {frame.state!r} anew, as a {new['Type']}: it was a {old['Type']}", frame.path
            ))
        elif new["Type"] == "Fail":
            self._notes.append(Finding(
                place, f"it stands in the Fail {frame.state!r}, and fails there again unless another state is entered "
                "anew", frame.path
            ))
        elif new["Type"] == "Wait":
            self._notes.append(Finding(place, f"the Wait {frame.state!r} begins anew", frame.path))

    def _joins(self, frame: Frame, place: str, new: Json) -> bool:
        name = frame.state
        if new["Type"] == "Parallel":
            there, here = len(new.get("Branches") or ()), 0 if frame.fanout is None else frame.fanout.width
            if there != here:
                return self._refuse(
                    frame, f"{place}/Branches",
                    f"the Parallel {name!r} has begun with {here} branches, and has {there} in the new version. "
                    f"{_ANEW}",
                )
            return True
        config = new[processor_field(new)].get("ProcessorConfig") or {}
        kind = config.get("ExecutionType", "STANDARD") if config.get("Mode") == "DISTRIBUTED" else None
        run = frame.arguments
        began = None if run is None else run.get("kind", "STANDARD")
        if kind != began:
            return self._refuse(
                frame, f"{place}/{processor_field(new)}/ProcessorConfig",
                f"the Map {name!r} has begun as {_sort(began)}, and is {_sort(kind)} in the new version. {_ANEW}",
            )
        self._notes.append(Finding(
            place, f"the Map {name!r} keeps its items and the results of those that succeeded", frame.path
        ))
        return True

    def _begins_again(self, frame: Frame, place: str, old: Json, new: Json) -> None:
        name = frame.state
        if new["Type"] != "Task":
            self._notes.append(Finding(place, f"the {new['Type']} {name!r} begins anew", frame.path))
            return
        pattern = parse_resource(old["Resource"]).pattern
        if pattern is not Pattern.REQUEST_RESPONSE:
            what = {
                Pattern.CALLBACK: "the token that it gave out is void", Pattern.SYNC: "the job that it began is not "
                "waited for", Pattern.ACTIVITY: "the activity's work that it offered is void",
            }[pattern]
            self._notes.append(Finding(place, f"the Task {name!r} begins anew: {what}", frame.path))
        changed = [field for field in _OF_A_CALL if old.get(field) != new.get(field)]
        if not self._ran.unknown_call(frame):
            return
        unknown = f"nobody knows whether the last call of {name!r} had its effect"
        if changed:
            self._doubts.append(Finding(
                f"{place}/{changed[0]}", f"{unknown}, and the new version calls something else under the same key",
                frame.path,
            ))
        elif name in self._once:
            why = "it is declared to be called at most once: its service may do it again"
            self._doubts.append(Finding(place, f"{unknown}, and {why}", frame.path))
        else:
            self._notes.append(Finding(place, f"{unknown}: it is made again, with the same key", frame.path))


def _begun(frame: Frame, place: str, old: Json, new: Json) -> list[Finding]:
    """What is different of a fan-out's beginning, which is over. An inline Map selects the input of each item when that
    begins."""
    is_inline = new["Type"] == "Map" and frame.arguments is None
    found = []
    for field in _OF_A_BEGINNING:
        if old.get(field) != new.get(field):
            what = "the items that have begun keep their input" if is_inline and field in _OF_ITEMS else "that stays"
            found.append(Finding(
                f"{place}/{field}" if field in new else place,
                f"{frame.state!r} has begun with its {field} as it was before: {what}", frame.path,
            ))
    return found


def dropped(old: Json, ran: Ran, frames: Mapping[str, Frame], state: str) -> Verdict:
    """What is lost, and what may happen twice, where the execution goes on at `state` and all that waits is dropped."""
    notes: list[Finding] = []
    doubts: list[Finding] = []
    machines = dict(machines_of(old))
    place = pointer_to("", state)
    for path in sorted(frames, key=_order):
        frame = frames[path]
        is_task = machines[frame.machine]["States"].get(frame.state, {}).get("Type") == "Task"
        if frame.phase is Phase.BACKOFF and is_task and ran.unknown_call(frame):
            doubts.append(Finding(
                place, f"nobody knows whether the last call of {frame.state!r} had its effect, and it is not waited "
                "for", path,
            ))
        elif frame.phase is Phase.DONE:
            notes.append(Finding(place, f"the result of {path} is dropped: {frame.machine} had ended", path))
        elif frame.phase is Phase.JOINING and frame.arguments is not None:
            notes.append(Finding(place, f"the Map Run of {frame.state!r} is dropped, with what its items gave", path))
    return Verdict((), tuple(doubts), tuple(notes))


def _sort(kind: str | None) -> str:
    return "an inline Map" if kind is None else f"a distributed Map of {kind} executions"


def _order(path: str) -> tuple[int, ...]:
    return tuple(int(part) for part in path.split("/")[1:])
