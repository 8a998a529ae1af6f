"""``check``: whether a stopped execution can go on by another version of its workflow.

    frames ── Standing ──► can each stand there?      if so:
    frames, innermost first ── Machines ──► what the remaining states get, and what their expressions may not find

Pure: two definitions, the frames that the execution keeps, and what its history tells.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from engine.kernel.children.child_ids import HUNDRED, RUNS, SUCCEEDED
from engine.kernel.forward.changed import different
from engine.kernel.forward.dataflow import Machines, TooManyWays
from engine.kernel.forward.definitions import machines_of, pointer_to, processor_field
from engine.kernel.forward.frames import Standing, dropped
from engine.kernel.forward.ran import Ran
from engine.kernel.forward.shapes import BLUR, IS_BLUR, IS_FRESH, Alts, bounded, one_of, shape_of
from engine.kernel.forward.verdict import Finding, Verdict
from engine.kernel.forward.ways import Entry
from engine.kernel.snapshot import Frame, Phase
from engine.language.asl.assigned import assigned_by
from engine.records import dataclass

Json = Any

MOST_KEPT = 1000
"""Items of a Map Run whose results are looked at one by one."""

_TOLERATED = ("tolerated_count", "tolerated_percentage")
_ELSEWHERE = ("writer", "writer_config", *_TOLERATED)
"""What of a Map Run makes its result another than the outputs of all items in order."""


@dataclass(frozen=True, slots=True)
class At:
    """Go on at `state` of the top level, entered anew; `given` holds its input, where that is a new one."""

    state: str
    given: tuple[Json] | None = None


def check(
    old: Json, new: Json, frames: Mapping[str, Frame], *, machine: str = "", at: At | None = None,
    ran: Ran = Ran(),  # noqa: B008 - it is frozen
    execution_input: tuple[Json] | None = None, once: Collection[str] = (), sure: bool = True,
) -> Verdict:
    """What stands against going on by the definition `new`, of an execution that ran by `old` and keeps `frames`.

    `machine` is the pointer of what it walks: an ItemProcessor, of an item of a Map Run. `ran` is what it
    did, `execution_input` holds its input, `once` names the Tasks that the new version calls at most once an attempt.
    `sure`: what fails of it fails all that is around it, too. The definitions are valid ones.
    """
    if machine:
        frames = {path: _within(machine, frame) for path, frame in frames.items()}
    changed = different(old, new, ran, frames)
    if not frames:
        return Verdict((Finding("", "it keeps nothing to go on with"),))
    if at is not None:
        if at.state not in new["States"]:
            message = f"the new version has no state {at.state!r} at its top level"
            return Verdict((Finding("/States", message),), changed=changed)
        stands = dropped(old, ran, frames, at.state)
        root = frames[""]
        frames = {"": Frame(
            "", "", at.state, Phase.READY, input=root.input if at.given is None else at.given[0],
            variables=root.variables,
        )}
    else:
        stands = Standing(old, new, ran, once).check(frames)
    stands = Verdict(stands.refusals, stands.doubts, stands.notes, (*changed, *stands.changed))
    return stands.joined(_reads(new, frames, execution_input, sure=sure)) if stands.fits else stands


def _within(machine: str, frame: Frame) -> Frame:
    """An item's own machine has the pointer "" for itself: the definition has it at `machine`."""
    return replace(frame, machine=machine) if frame.machine == "" else frame


def fails_with_an_item(new: Json, frames: Mapping[str, Frame], run: str) -> bool:
    """Whether an item of the Map Run at the path `run` that fails fails the execution by the definition `new`: the run
    does not put up with it, and no Retrier or Catcher around it takes it."""
    if any(frames[run].arguments.get(name) for name in _TOLERATED):
        return False
    machines = dict(machines_of(new))
    around = [run[:end] for end in range(len(run) + 1) if end in (0, len(run)) or run[end] == "/"]
    states = (machines.get(frames[path].machine, {"States": {}})["States"].get(frames[path].state) for path in around)
    return not any(state is not None and (state.get("Catch") or state.get("Retry")) for state in states)


def _reads(
    new: Json, frames: Mapping[str, Frame], execution_input: tuple[Json] | None, *, sure: bool
) -> Verdict:
    walk = _Walk(new, frames, execution_input)
    try:
        walk.output("", sure=sure)
    except TooManyWays:
        return Verdict(doubts=(Finding("", "the new version has too many ways to tell what its states will find"),))
    refusals: list[Finding] = []
    doubts: list[Finding] = []
    assigned = dict(_assigned(new))
    for one in walk.machines.unfound.values():
        why = "nothing that this execution did wrote it" if one.certain else (
            "it may not be there when the execution comes to it"
        )
        name = one.missing.split(".")[0].split("[")[0].removeprefix("$")
        if one.missing.startswith("$") and name in assigned and assigned[name] != one.pointer:
            why += f" (the new version assigns ${name} in {assigned[name]})"
        finding = Finding(one.pointer, f"{one.state!r} reads {one.missing}: {why}")
        (refusals if one.certain else doubts).append(finding)
    return Verdict(tuple(refusals), tuple(doubts))


class _Walk:
    """From the frames on, the innermost first."""

    def __init__(self, new: Json, frames: Mapping[str, Frame], execution_input: tuple[Json] | None) -> None:
        given = IS_FRESH if execution_input is None else frozenset({shape_of(execution_input[0])})
        self.machines = Machines(new, given)
        self._frames = frames
        self._children: dict[str, list[str]] = {}
        for path in frames:
            if path:
                self._children.setdefault(path.rpartition("/")[0], []).append(path)

    def output(self, path: str, *, sure: bool = True) -> Alts:
        """What the machine of the frame at `path` will give. `sure`: nothing around it takes what fails
        there: a Catcher goes on elsewhere, and a Retrier enters it anew, with other answers."""
        frame = self._frames[path]
        if frame.phase is Phase.DONE:
            return frozenset({shape_of(frame.output)})
        entry = Entry(frozenset({shape_of(frame.input)}), self._variables(path))
        if frame.phase is not Phase.JOINING:
            return self.machines.noting(frame.machine, {frame.state: entry}, start=frame.state if sure else None)
        ways = self.machines.left(frame.machine, frame.state, entry, self._joined(frame, entry, sure=sure))
        entries: dict[str, Entry] = {}
        start = None
        ended: set[Any] = set()
        for way in ways:
            if way.to is None:
                ended |= way.entry.input
                continue
            entries[way.to] = way.entry.joined(entries[way.to]) if way.to in entries else way.entry
            start = start if way.caught else way.to
        given = self.machines.noting(frame.machine, entries, start=start if sure else None) if entries else frozenset()
        return bounded(ended | given)

    def _joined(self, frame: Frame, entry: Entry, *, sure: bool) -> Alts:
        """The result of a fan-out that keeps its children."""
        if frame.arguments is not None:
            return self._run_of(frame)
        state = self.machines.state(frame.machine, frame.state)
        sure = sure and not (state.get("Catch") or state.get("Retry"))
        outputs = [self.output(child, sure=sure) for child in sorted(self._children.get(frame.path, ()), key=_index)]
        width = len(outputs) if frame.fanout is None else frame.fanout.width
        items = None if frame.fanout is None else frame.fanout.items
        if items is not None and len(outputs) < width:
            given = self.machines.iterations(frame.machine, frame.state, entry, items[len(outputs):])
            rest = self._processed(frame, given, entry.variables, sure=sure)
            outputs += [rest] * (width - len(outputs))
        return frozenset({("array", tuple(map(one_of, outputs)))})

    def _run_of(self, frame: Frame) -> Alts:
        """A Map Run: its items are executions of their own, which see no variable of its parent. What those that
        succeeded gave is kept; where some may fail, or files are written, nobody can tell what stands where."""
        inputs = None if frame.fanout is None else frame.fanout.items
        if not inputs:
            return IS_BLUR
        known, kept = self._items_of(frame)
        given = bounded(shape_of(one) for index, one in enumerate(inputs) if known.get(index, RUNS) == RUNS)
        if given:  # of each that was there before a plan of its own is made
            with self.machines.item_of_its_own(given):
                self._processed(frame, given, {}, sure=False)
        run = frame.arguments
        if any(run.get(name) for name in _ELSEWHERE) or len(inputs) > MOST_KEPT:
            return IS_BLUR
        rest = one_of(self.machines.anywhere(self._processor(frame)))
        return frozenset({("array", tuple(
            shape_of(kept[index]) if index in kept else BLUR if known.get(index) == SUCCEEDED else rest
            for index in range(len(inputs))
        ))})

    def _items_of(self, run: Frame) -> tuple[dict[int, str], dict[int, Json]]:
        """What is known of each item of a Map Run by its index, and the outputs that are not too large to be here."""
        known: dict[int, str] = {}
        kept: dict[int, Json] = {}
        for path in self._children.get(run.path, ()):
            first, hundred = HUNDRED * _index(path), self._frames[path].output
            known |= {first + at: code for at, code in enumerate(hundred["fates"])}
            kept |= {first + int(at): output for at, output in hundred["outputs"].items()}
        return known, kept

    def _processed(self, frame: Frame, given: Alts, variables: Mapping[str, Alts], *, sure: bool = True) -> Alts:
        pointer = self._processor(frame)
        start = self.machines.start_at(pointer)
        return self.machines.noting(pointer, {start: Entry(given, variables)}, start=start if sure else None)

    def _processor(self, frame: Frame) -> str:
        state = self.machines.state(frame.machine, frame.state)
        return pointer_to(frame.machine, frame.state, processor_field(state))

    def _variables(self, path: str) -> dict[str, Alts]:
        """What the frame sees: those around it, and its own."""
        around = self._variables(path.rpartition("/")[0]) if path else {}
        own = {name: frozenset({shape_of(value)}) for name, value in self._frames[path].variables.items()}
        return {**around, **own}


def _index(path: str) -> int:
    return int(path.rpartition("/")[2])


def _assigned(definition: Json) -> list[tuple[str, str]]:
    """Each variable that the definition assigns, with the state that does."""
    return [
        (name, pointer_to(pointer, state_name))
        for pointer, machine in machines_of(definition) for state_name, state in machine["States"].items()
        for name in assigned_by(state)
    ]
