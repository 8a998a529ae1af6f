"""Cold mode is cold: what the journal does not hold is gone before the next step."""

from __future__ import annotations

from engine.kernel import snapshot_codec
from engine.kernel.snapshot import Snapshot
from engine.kernel.step import step
from engine.kernel.stimulus import Started
from engine.language.asl.compile import compile_definition
from engine.language.asl.model import Plan
from tests.support.cold import Cold
from tests.support.stepping import FACTS, machine, task

DEFINITION = machine(("Work", task(Assign={"n": 1}, QueryLanguage="JSONata")))
BEGIN = [Started(at=1_000.0, seed=1)]


def test_a_field_that_the_codec_forgets_is_missed(monkeypatch):
    snapshot = Snapshot(FACTS, {"order": 7})
    cold = Cold(compile_definition, step)
    plan = cold.compile_definition(DEFINITION)
    assert cold.step(plan, snapshot, BEGIN) == step(plan, snapshot, BEGIN)
    encode = snapshot_codec.encode

    def forgetful(value):
        return {**encode(value), "input": None}

    monkeypatch.setattr(snapshot_codec, "encode", forgetful)
    assert cold.step(plan, snapshot, BEGIN).snapshot.input is None


def test_every_step_compiles_the_definition_again():
    compiled = []

    def counting(definition, *, lazy=False):
        compiled.append(lazy)
        return compile_definition(definition, lazy=lazy)

    cold = Cold(counting, step)
    branch = machine(("Inner", {"Type": "Pass"}))
    plan = cold.compile_definition(machine(("Both", {"Type": "Parallel", "Branches": [branch, branch]})))
    assert compiled == [False]
    cold.step(plan, Snapshot(FACTS, {}), BEGIN)
    assert compiled == [False, True, True, True]  # for each machine: one may be another plan's
    inner = Plan({"": plan.machines["/States/Both/Branches/0"]})  # as a Map Run's executions have it
    cold.step(inner, Snapshot(FACTS, {}), BEGIN)
    assert compiled == [False, *[True] * 4]
