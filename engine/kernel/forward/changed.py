"""What is different, in another version, of what an execution has done: its effects stand as they were."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from engine.kernel.children.child_ids import SUCCEEDED
from engine.kernel.forward.definitions import inner_machines, machines_of, pointer_to
from engine.kernel.forward.ran import Ran
from engine.kernel.forward.verdict import Finding
from engine.kernel.snapshot import Frame, Phase

Json = Any


def different(old: Json, new: Json, ran: Ran, frames: Mapping[str, Frame]) -> tuple[Finding, ...]:
    """What differs of the states that have run and do not stand, and of how their machines begin."""
    stood = {frame.state for frame in frames.values()}
    return (
        *_beginnings(old, new, ran.left | ran.entered | stood),
        *_states(old, new, ran.left | (ran.entered - stood), frames),
    )


def _beginnings(old: Json, new: Json, had: Collection[str]) -> Iterator[Finding]:
    """What is different of how the machines begin that have states of `had`."""
    there = dict(machines_of(new))
    for pointer, machine in machines_of(old):
        for field in ("StartAt", "QueryLanguage"):
            now: Json = there.get(pointer, machine)
            if machine.get(field) != now.get(field) and not machine["States"].keys().isdisjoint(had):
                yield Finding(
                    f"{pointer}/{field}" if field in now else pointer,
                    f"it has begun with the {field} as it was before: what it did stays",
                )


def _states(old: Json, new: Json, had: Collection[str], frames: Mapping[str, Frame]) -> Iterator[Finding]:
    """What is different of the states `had`, which have run: they were left, or failed and what is around went on. The
    states of items that succeeded are told by no history but the items'."""
    there = dict(machines_of(new))
    inside = tuple(_of_items(old, had, frames))
    for pointer, machine in machines_of(old):
        is_of_items = any(pointer == one or pointer.startswith(f"{one}/") for one in inside)
        for name, state in machine["States"].items():
            if name not in had and not is_of_items:
                continue
            has_run = f"{name!r} may have run in an item" if is_of_items else f"{name!r} has run"
            now = there.get(pointer, {}).get("States", {}).get(name)
            if now is None:
                yield Finding(f"{pointer}/States", f"{has_run}, and is not in the new version")
            elif _of_its_own(now) != _of_its_own(state):
                yield Finding(pointer_to(pointer, name), f"{has_run} as it was before: what it did stays")


def _of_items(old: Json, had: Collection[str], frames: Mapping[str, Frame]) -> Iterator[str]:
    """The pointers of what the items of distributed Maps walk, where items have succeeded."""
    kept = {
        (frame.machine, frame.state) for frame in frames.values()
        if frame.phase is Phase.CHILDREN and SUCCEEDED in frame.output["fates"]
    }
    for pointer, machine in machines_of(old):
        for name, state in machine["States"].items():
            for inner, processor in inner_machines(state):
                is_distributed = (processor.get("ProcessorConfig") or {}).get("Mode") == "DISTRIBUTED"
                if is_distributed and (name in had or (pointer, name) in kept):
                    yield pointer_to(pointer, name, *inner)


def _of_its_own(state: Json) -> Json:
    """A state without the machines inside it, except how many they are."""
    made = {name: value for name, value in state.items() if name not in ("Branches", "ItemProcessor", "Iterator")}
    return {**made, "Branches": len(state.get("Branches") or ())}
