"""An execution goes on by another version of its workflow, from a redrive on.

    Redriven(onto = what changes) ─► its frames, put so that the new plan can walk them ─► taken up as by any redrive
                                  ─► ExecutionVersionChanged in the history, `record` in the snapshot

Whether the new version fits is asked before (engine.kernel.forward). The snapshot's last record is the truth of which
definition the execution runs by; its header follows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from engine.kernel.snapshot import Frame, Phase, Snapshot
from engine.language.asl.model import Plan

Json = Any

EVENT = "ExecutionVersionChanged"
"""The history event's type: AWS has none, for there an execution never changes its version."""


def onto(
    version: int, digest: str, *, was: int, was_digest: str, by: str, state: str | None = None,
    given: tuple[Json] | None = None,
) -> Json:
    """What a Redriven stimulus carries: from version `was` to `version`, each with its definition's digest, `by` whom.
    `state`: it is entered anew, and all that waits is dropped; `given` holds its input, where that is a new one."""
    made: dict[str, Json] = {"version": version, "digest": digest, "was": was, "was_digest": was_digest, "by": by}
    if state is not None:
        made["state"] = state
    if given is not None:
        made["input"] = given[0]
    return made


def details(change: Json) -> dict[str, Json]:
    """The history event's details."""
    shown: dict[str, Json] = {"fromVersion": change["was"], "toVersion": change["version"], "by": change["by"]}
    if "state" in change:
        shown["fromState"] = change["state"]
    return shown


def record(change: Json, event: int, at: float) -> Json:
    """What the snapshot keeps of a change: versions, digests, by whom, the number of its event, when."""
    return {name: change[name] for name in ("version", "digest", "was", "was_digest", "by")} | {
        "event": event, "at": at,
    }


def pinned(snapshot: Snapshot | None) -> tuple[int, str] | None:
    """The version and the digest of the definition that it runs by, where that changed; None where its header has
    both."""
    if snapshot is None or not snapshot.changeovers:
        return None
    last = snapshot.changeovers[-1]
    return last["version"], last["digest"]


def moved(plan: Plan, frames: Mapping[str, Frame], change: Json) -> Mapping[str, Frame]:
    """The kept `frames` as the new `plan` can walk them. A child that is DONE stands nowhere any more: the state where
    it ended may be gone."""
    if "state" in change and "" in frames:
        root = frames[""]
        entered = Frame(
            "", "", change["state"], Phase.READY, root.visit, input=change.get("input", root.input),
            variables=root.variables, last_event=root.last_event,
        )
        return MappingProxyType({"": entered})
    return MappingProxyType({
        path: replace(frame, state=plan.machines[frame.machine].start_at) if frame.phase is Phase.DONE else frame
        for path, frame in frames.items()
    })
