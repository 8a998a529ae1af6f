"""Whatever goes wrong at whatever port call: nothing is lost, nothing is doubled. docs/reliability.md tells how to read
a failure.

`make test` runs a slice of every plan, drawn by seed; `make test-full` all of them.
"""

from __future__ import annotations

import pytest

from engine.durable import codec
from engine.kernel.snapshot import SCHEMA, UNCONFIRMED
from tests.crash.faults import DEATHS, MODES, Faults, Spec
from tests.crash.invariants import allowed_seconds, check, seen
from tests.crash.invariants_at_calls import READ_SECONDS
from tests.crash.plans import DEAR, DEAR_IN, PLANS
from tests.crash.releases import release
from tests.crash.scenarios import WORKFLOWS

IN_PROCESS = [
    (plan, workflow) for plan in PLANS if plan != "killed" and not plan.startswith("aws")
    for workflow in PLANS[plan].workflows
]


@pytest.mark.parametrize(
    ("plan", "workflow"), [found for found in IN_PROCESS if found[1] not in DEAR or found in DEAR_IN]
)
def test_nothing_is_lost_or_doubled(campaign, plan, workflow):
    assert campaign.run_all(PLANS[plan].specs(campaign, workflow, False))


@pytest.mark.full
@pytest.mark.parametrize(("plan", "workflow"), IN_PROCESS)
def test_nothing_is_lost_or_doubled_in_full(campaign, plan, workflow):
    assert campaign.run_all(PLANS[plan].specs(campaign, workflow, True))


def test_every_port_call_is_numbered(campaign):
    """Of worker, API, sweeper and dead-letter handler: what a store offers is used, and counted."""
    numbered = {call for workflow in WORKFLOWS for call in campaign.reference(workflow, "memory").calls}
    assert numbered >= {
        "create", "execution_input", "header", "headers", "load", "commit", "update_headers", "put_inbox", "inbox",
        "delete_inbox", "due", "put", "query", "send", "acknowledge", "call", "pauses", "delete",
    }


def test_deltas_are_what_that_plan_is_about(campaign):
    """With whole snapshots in each segment it would prove nothing."""
    spec = Spec("map", "memory", Faults(deltas=True))
    assert campaign.run(spec) == []
    wholes = [segment.checkpoint for segment in campaign.last.stores.segments(campaign.last.key)]
    assert len(wholes) > 3
    assert wholes == [True, *[False] * (len(wholes) - 1)]


@pytest.mark.parametrize(("roll", "written"), [
    ("unconfirmed", {UNCONFIRMED}), ("confirmed", {UNCONFIRMED, SCHEMA + 1}),
])
def test_workers_of_two_releases_share_the_work(campaign, roll, written):
    assert campaign.run(Spec("wait", "memory", Faults(roll=roll))) == []
    segments = campaign.last.stores.segments(campaign.last.key)
    with release(following=True):
        assert {codec.unpack(segment.body)["v"] for segment in segments} == written


@pytest.mark.parametrize("workflow", ["redrive-map", "forward-map"])
def test_a_child_whom_a_stop_of_before_the_redrive_reaches_late_goes_on(campaign, workflow):
    """Its worker dies in its call, and its parent's before the dispatch is committed: the stop waits for the lease."""
    assert campaign.run(Spec.parse(f"{workflow}@memory 7=after 24=before")) == []


def test_a_stop_may_come_too_late_only_where_the_end_is_nearer_than_the_next_look_at_the_inbox(campaign):
    """Its worker froze for longer than its Wait. The stop comes 0.2 s before the answer that ends the execution."""
    spec = Spec.parse("stop@memory 7=paused-before loss=30 double=30 skew=45,-45 seed=515148")
    assert campaign.run(spec) == []
    reference, world = campaign.reference("stop", "memory").seen, campaign.last
    assert seen(world).status == "SUCCEEDED"
    world.ledger.accepted["stop"] -= READ_SECONDS
    assert [found for found in check(world, reference) if found.startswith("I4: ('SUCCEEDED'")]


def test_a_job_of_an_execution_that_a_newer_release_closed_is_stopped(campaign):
    """The worker that alone knows the job's name cannot read how its execution ended."""
    assert campaign.run(Spec.parse("job-stopped@memory 7=paused-before roll=confirmed")) == []


def test_a_worker_claims_for_itself(campaign):
    calls = campaign.reference("callback", "served").calls
    assert calls.count("claim") >= calls.count("acknowledge") > 0


def test_a_bad_neighbour_costs_the_others_nothing(campaign):
    campaign.reference("bad-neighbour", "memory")
    ends = {made.execution_id: made.at for made in campaign.reference("bad-neighbour", "memory").seen.calls}
    began = min(ends.values())
    assert ends["flow:simulation"] - began < 10 > ends["flow:second"] - began
    assert ends["flow:bad"] - began > 60


@pytest.mark.parametrize("line", [
    "callback@memory 17=after 40=lost-wake loss=30 double=30 skew=45,-45 seed=7",
    "tasks@sqlite 3=before sweeps=off inbox_due=off deltas=on", "big@aws", "task@aws 3=repeated lag=70 seed=1",
    "wait@memory deltas=on roll=confirmed",
])
def test_a_run_is_named_by_one_line(line):
    assert str(Spec.parse(line)) == line


@pytest.mark.parametrize("line", ["task 3=never", "task quickly=1", "task 3"])
def test_a_line_that_names_no_run_is_refused(line):
    with pytest.raises(ValueError):
        Spec.parse(line)


def test_bounds_grow_with_what_went_wrong():
    fault_free, death, lossy = Faults(), Faults({3: "before"}), Faults(loss=30)
    assert allowed_seconds(fault_free, 200.0) < 3
    assert allowed_seconds(death, 0.0) == 61
    assert allowed_seconds(death, 200.0) == 230
    assert allowed_seconds(lossy, 200.0) == 400


def test_modes_are_told_apart():
    assert Faults({1: "rival"}).benign
    assert not Faults({1: "rival", 2: "throttled"}).benign
    assert Faults({1: "paused-after"}).pauses
    assert set(DEATHS) < set(MODES)
