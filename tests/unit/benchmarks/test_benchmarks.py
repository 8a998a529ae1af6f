"""The workloads give right answers at a small size. Nothing here asks how long they took."""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import ageing, durability, interpreter, over_http, run, workloads
from benchmarks import peer_environments as peers
from engine.testing import simulate, validate_definition
from tests.support import patience
from tests.support.cold import COLD

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.mark.parametrize(("build", "size"), [("counter_loop", 7), ("counter_loop_jsonata", 7), ("inline_map", 5)])
def test_the_pure_workloads_come_to_their_answer_in_as_many_states_as_they_say(build: str, size: int) -> None:
    workload = getattr(workloads, build)(size)
    entered = [e for e in interpreter.stepped(interpreter.compile_definition(workload.definition), workload)
               if e.type.endswith("StateEntered")]
    assert len(entered) == workload.transitions
    assert interpreter.simulated(workload) > 2 * len(entered)


def test_a_wrong_answer_is_no_figure() -> None:
    workload = replace(workloads.counter_loop(3), output={"i": 4})
    with pytest.raises(interpreter.WrongAnswer, match="W1"):
        interpreter.simulated(workload)
    with pytest.raises(interpreter.WrongAnswer, match="W1"):
        interpreter.stepped(interpreter.compile_definition(workload.definition), workload)


def test_the_order_flow_has_twenty_states_and_enters_as_many_as_it_says() -> None:
    workload = workloads.order_flow()
    assert _states(workload.definition) == 20
    result = simulate(workload.definition, workload.input, stubs=workload.stubs)
    assert result.output == workload.output
    assert sum(event["type"].endswith("StateEntered") for event in result.events) == workload.transitions


def test_the_large_definition_has_fifty_states_of_all_types_and_is_valid() -> None:
    definition = workloads.large_definition()
    assert _states(definition) == 50
    assert _types(definition) == {"Pass", "Task", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"}
    assert validate_definition(definition) == []


def test_every_figure_of_the_interpreter_can_be_printed() -> None:
    small = workloads.counter_loop(3)
    figures = [
        interpreter.by_step(small, 1), interpreter.by_simulate(small, 1), interpreter.compiling(1, 1, 1),
        interpreter.order_flow(1, 1), interpreter.streamed(1, 20), interpreter.large_payload(1, 2000, 4, 1),
    ]
    for figure in figures:
        line = json.loads(figure.line())
        assert line["least"] <= line["median"] <= line["most"]
        assert run._row(line).split()[0] == "automate"


@pytest.mark.skipif(COLD, reason="cold mode is copying")
def test_a_large_payload_is_handed_on_without_a_copy() -> None:
    workload = workloads.large_payload(200_000, 20)
    plan = interpreter.compile_definition(workload.definition)
    assert all(event.details["output"] is workload.input for event in interpreter.stepped(plan, workload)
               if event.type == "PassStateExited")


def test_the_durable_workloads_come_to_their_answer(tmp_path: Path) -> None:
    assert durability.sequential(1, str(tmp_path), executions=2, tasks=3).count == 6
    assert durability.parallel(1, str(tmp_path), executions=2).count == 20
    assert durability.latency(1, executions=2, folder=str(tmp_path)).count == 2
    assert durability.queued_latency(1, executions=2, folder=str(tmp_path)).count == 2
    assert durability.served(1, 2, str(tmp_path), executions=2).count == 20
    assert durability.parallel_drained(1, 1, str(tmp_path), executions=2).count == 20
    assert over_http.parallel(1, str(tmp_path), executions=2).count == 20
    assert durability.sequences_drained(1, 2, str(tmp_path), executions=2, tasks=3).count == 6


def test_executions_that_are_started_at_once_are_started_side_by_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = threading.Barrier(2, timeout=patience.SECONDS)
    start = durability.Bench.start

    def together(flow: durability.Bench, *given: Any) -> str:
        both.wait()
        return start(flow, *given)

    monkeypatch.setattr(durability.Bench, "start", together)
    assert durability.parallel(1, str(tmp_path), executions=2).count == 20


def test_a_wrong_durable_answer_is_no_figure(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="came to SUCCEEDED"):
        durability.throughput("W3", workloads.sequence(durability.TASK, 1), 54, executions=1, tasks=1, repeats=1,
                           folder=str(tmp_path))


def test_a_peer_that_needs_a_newer_python_or_fails_is_told_with_its_reason(tmp_path: Path) -> None:
    peer = peers.Peer("new", "new", (), "none.py", ("W1",), least_python=(9, 0))
    with pytest.raises(peers.Unavailable, match=r"Python 9\.0"):
        peers.install(peer, tmp_path)
    with pytest.raises(peers.Unavailable, match=r"none\.py"):
        peers.run(peer, Path(sys.executable), "W1", 1, tmp_path)


def test_peers_that_are_named_are_timed_alone_in_turns_with_us(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(peers, "install", lambda peer, _folder: Path(peer.environment))
    monkeypatch.setattr(peers, "run", lambda peer, *_rest: [json.dumps({"system": peer.name})])
    monkeypatch.setattr(run, "_ours", lambda workload, _repeats: iter([{"system": f"ours, {workload}"}]))

    def systems(*arguments: str) -> list[str]:
        monkeypatch.setattr(sys, "argv", ["run", *arguments])
        return [str(line["system"]) for line in run._figures(run._arguments(), tmp_path)]

    assert systems("--only", "W4") == ["ours, W4"]
    assert systems("--only", "W4", "W4", "--peers", "dbos") == ["ours, W4", "DBOS"] * 2
    assert len(systems("--only", "W4", "--peers")) == 1 + sum("W4" in peer.workloads for peer in peers.PEERS)


def test_an_environment_that_holds_the_requirements_is_used_as_it_is(tmp_path: Path) -> None:
    mark = tmp_path / "venvs" / "some" / "installed"
    mark.parent.mkdir(parents=True)
    mark.write_text("a==1\nb==2")
    peer = peers.Peer("some", "some", ("a==1", "b==2"), "some.py", ())
    assert peers.install(peer, tmp_path) == mark.parent / "bin" / "python"


def test_every_peer_has_its_script() -> None:
    for peer in peers.PEERS:
        assert (BENCHMARKS / "peers" / peer.script).is_file()


def _machines(machine: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [m for state in machine["States"].values()
             for m in [*state.get("Branches", ()), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]]
    return [machine, *[found for each in inner for found in _machines(each)]]


def _states(machine: dict[str, Any]) -> int:
    return sum(len(each["States"]) for each in _machines(machine))


def _types(machine: dict[str, Any]) -> set[str]:
    return {state["Type"] for each in _machines(machine) for state in each["States"].values()}


def test_executions_are_aged_beside_the_durable_workload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ageing, "AT_ONCE", 2)
    alone = ageing.on_a_folder(str(tmp_path), lambda flow: ageing.taken(flow, 300))
    assert (alone["taken"], alone["bytes_after"] <= alone["bytes_before"]) == (300, True)
    found = ageing.on_a_folder(str(tmp_path), lambda flow: ageing.measured(flow, 300, 1))
    assert found["executions"] == 300
    assert found["rounds_beside"] >= 1
    beside = found["rounds_beside"] * 2 * 40 * 2048  # what ran beside it stays: 40 steps each, under 2 KB a step
    assert found["bytes_after"] <= found["bytes_before"] + beside
