"""What of a fan-out that has begun is different in another version."""

from __future__ import annotations

import pytest

from engine.kernel.forward.check import check
from engine.kernel.snapshot import Fanout, Frame, Phase
from tests.support.redriving import machine, task

RUN = {"map_run": "arn", "kind": "STANDARD", "opened": True}


def fan_out(kind, **more):
    one = machine(One=task("connector:demo:a"))
    inside = {"Branches": [one]} if kind == "Parallel" else {"ItemProcessor": one | (
        {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}} if kind == "distributed" else {})}
    return machine(Out={"Type": "Parallel" if kind == "Parallel" else "Map", **inside, "End": True, **more})


@pytest.mark.parametrize(("kind", "field", "value", "says"), [
    ("Map", "ItemSelector", {"a": 1}, "the items that have begun keep their input"),
    ("Map", "Parameters", {"a": 1}, "the items that have begun keep their input"),
    ("Map", "InputPath", "$.a", "the items that have begun keep their input"),
    ("Map", "ItemsPath", "$.others", "that stays"), ("Map", "MaxConcurrency", 3, "that stays"),
    ("distributed", "ItemSelector", {"a": 1}, "that stays"), ("distributed", "ItemBatcher", {"MaxItemsPerBatch": 1},
                                                              "that stays"),
    ("distributed", "ToleratedFailureCount", 3, "that stays"), ("Parallel", "Parameters", {"a": 1}, "that stays"),
    ("Map", "ResultSelector", {"a": 1}, None), ("Parallel", "ResultPath", "$.out", None), ("Map", "Comment", "!", None),
])
def test_what_is_different_of_a_beginning_that_is_over_is_listed(kind, field, value, says):
    inside = "/States/Out/Branches/0" if kind == "Parallel" else "/States/Out/ItemProcessor"
    items = None if kind == "Parallel" else [{}]
    frames = {"": Frame("", "", "Out", Phase.JOINING, visit=1, input={}, fanout=Fanout(1, 1, items),
                        arguments=RUN if kind == "distributed" else None)}
    if kind != "distributed":
        frames["/0"] = Frame("/0", inside, "One", Phase.BACKOFF, visit=2, attempt=1, epoch=1, input={})
    old, new = fan_out(kind), fan_out(kind, **{field: value})
    found = check(old, new, frames)
    there = [(one.place, one.message) for one in found.changed]
    assert there == ([] if says is None else [
        (f"/States/Out/{field}", f"'Out' has begun with its {field} as it was before: {says}")])
    assert [one.place for one in check(new, old, frames).changed] == ([] if says is None else ["/States/Out"])


def test_a_fan_out_that_begins_anew_has_no_beginning_that_is_over():
    frames = {"": Frame("", "", "Out", Phase.BACKOFF, visit=1, attempt=1, epoch=1, input={})}
    assert check(fan_out("Map"), fan_out("Map", ItemSelector={"a": 1}), frames).changed == ()
