"""Flame graphs show what belongs to the workload, to scale."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from benchmarks import flames

SVG = "{http://www.w3.org/2000/svg}"
ROUND = "throughput.<locals>.one_round (durability.py:1);Serving.run (engine/durable/worker/serving.py:1)"
CLIENT = "Bench.start_at_once.<locals>.<lambda> (durability.py:1);Bench.start (durability.py:1)"
STACKS = [
    f"{ROUND};step (engine/kernel/step.py:1) 300",
    f"{ROUND} 100",
    "main (run.py:1);opening (product.py:1) 5000",
    "Thread.run (threading.py:1);CallPool._work (engine/durable/worker/calls.py:1) 7000",
    f"{CLIENT};Database.write (engine/adapters/local/database.py:1) 900",
]


def test_what_waits_and_what_is_before_a_round_are_left_out() -> None:
    root = flames.tree(STACKS)
    (run,) = root.within.values()
    assert (root.samples, run.name.partition(" ")[0], run.samples) == (400, "Serving.run", 400)
    assert [(frame.samples, frame.depth(1)) for frame in run.within.values()] == [(300, 1)]
    assert (root.depth(1), root.depth(301)) == (3, 2)


def test_a_step_of_half_the_time_is_half_as_wide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "stacks.txt").write_text("\n".join(STACKS), encoding="utf-8")
    recorded = [f"{title}={tmp_path}/stacks.txt:{steps}" for title, steps in (("before", 1000), ("<now>", 2000))]
    monkeypatch.setattr(sys, "argv", ["flames", "W4", *recorded, "--into", str(tmp_path)])
    flames.main()
    assert "before 1600 µs, <now> 800 µs" in capsys.readouterr().out
    for theme in ("light", "dark"):
        picture = ET.parse(tmp_path / f"W4-flames-{theme}.svg")  # noqa: S314  our own
        groups = [(str(group[0].text), float(group[1].attrib["width"])) for group in picture.iter(f"{SVG}g")]
        assert {name.partition(" ")[0] for name, _ in groups} == {"Serving.run", "step"}
        runs = [width for name, width in groups if name.startswith("Serving.run")]
        assert runs[0] == pytest.approx(2 * runs[1], abs=0.2)
