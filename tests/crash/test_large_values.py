"""A large value that is written once, at every port call: what a later segment refers to is there, whoever died."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.durable import codec
from engine.kernel.snapshot import SCHEMA
from tests.crash.campaign import Campaign, by_chance, slice_of
from tests.crash.faults import Faults, Spec
from tests.crash.scenarios import WORKFLOWS, Workflow
from tests.crash.world import World
from tests.support.flows import flow, task

BIG = WORKFLOWS["big"].input["text"]
"""Longer than what an item of DynamoDB holds."""

LARGE = Workflow(
    flow({
        "Get": task(Parameters={"order.$": "$.order"}, ResultPath="$.found", Next="Keep"),
        "Keep": {"Type": "Pass", "Next": "Rest"},
        "Rest": {"Type": "Wait", "Seconds": 90, "Next": "Send"},
        "Send": task(Parameters={"of.$": "$.found"}, ResultPath="$.sent", End=True),
    }),
    lambda _world, call: {"body": {"text": BIG + "."}} if call.state == "Get" else {"seen": len(str(call.arguments))},
    waits={"Rest": 90},
)
SLICES = {"memory": 30, "sqlite": 8, "aws": 6}


class Confirmed(Campaign):
    """Its stage has confirmed the newest schema."""

    def _world(self, spec):
        world = World(LARGE, spec.faults, self.stores(spec.family))
        world.settings = replace(world.settings, snapshot_schema=SCHEMA)
        return world


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    with Confirmed(tmp_path_factory.mktemp("large")) as made:
        yield made


def each_call(large, family):
    return large.reference("big", family, deltas=True).specs("big", family, ("before", "after"), deltas=True)


@pytest.mark.parametrize("family", SLICES)
def test_what_a_segment_refers_to_is_there_whoever_died(large, family):
    assert large.run_all(slice_of(each_call(large, family), SLICES[family], "large"))


@pytest.mark.full
@pytest.mark.parametrize("family", SLICES)
def test_what_a_segment_refers_to_is_there_whoever_died_in_full(large, family):
    assert large.run_all(each_call(large, family))


@pytest.mark.full
@pytest.mark.parametrize(("family", "count"), [("memory", 150), ("sqlite", 30), ("aws", 8)])
def test_what_a_segment_refers_to_is_there_by_chance(large, family, count):
    assert large.run_all(by_chance(large, "big", family, count, "large"))


@pytest.mark.parametrize("family", SLICES)
def test_the_value_is_in_one_segment_and_others_refer_to_it(large, family):
    """Else the runs would prove nothing."""
    assert large.run(Spec("big", family, Faults(deltas=True))) == []
    segments = large.last.stores.segments(large.last.key)
    held = [
        seq for seq, segment in enumerate(segments)
        if any(len(value) > len(BIG) for value in codec.held_by(segment.body).values())
    ]
    tables = [
        codec.stored_json(segment.body)["o"]["t"] for segment in segments if codec.has_outline(segment.body)
    ]
    assert len(held) == 1
    assert len([table for table in tables if held[0] in [seq for _, _, seq in table]]) > 2
