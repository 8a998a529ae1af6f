"""The whole campaign, counted: `make crash`. Exits with 1 if a run breaks something or a mutant goes unnoticed.

    python -m tests.crash.report                   every plan in full, then every mutant
    python -m tests.crash.report --slice           what `make test` runs of it
    python -m tests.crash.report --run 'tasks@sqlite 17=after'      one run, call by call
    python -m tests.crash.report --plan pairs --workflow callback   a part of it
    python -m tests.crash.report --json FILE       the counts, for machines, beside the tables
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.crash.campaign import Campaign
from tests.crash.faults import Spec
from tests.crash.killed import kill_all
from tests.crash.mutants import MUTANTS
from tests.crash.noticed import run_mutant
from tests.crash.plans import PLANS

Row = tuple[str, str, str, str]
"""Plan, store, sort of faults, workflow."""


@dataclass
class Tally:
    """What was run, by Row, and what broke, by the line that names the run."""

    runs: Counter[Row] = field(default_factory=Counter)
    calls: Counter[Row] = field(default_factory=Counter)
    failed: Counter[Row] = field(default_factory=Counter)
    broken: dict[str, list[str]] = field(default_factory=dict)
    cpu_seconds: float = 0.0

    def count(self, row: Row, runs: int, calls: int, broken: dict[str, list[str]]) -> None:
        """Add `runs` of one row."""
        self.runs[row] += runs
        self.calls[row] += calls
        self.failed[row] += len(broken)
        self.broken.update(broken)

    def add(self, other: Tally) -> None:
        """Add all of another's."""
        self.runs.update(other.runs)
        self.calls.update(other.calls)
        self.failed.update(other.failed)
        self.broken.update(other.broken)
        self.cpu_seconds += other.cpu_seconds

    def by(self, part: Callable[[Row], str]) -> Iterator[tuple[str, int, int, int]]:
        """(part, runs, calls, failures), summed up."""
        for name in dict.fromkeys(map(part, self.runs)):
            rows = [row for row in self.runs if part(row) == name]
            yield name, *(sum(kept[row] for row in rows) for kept in (self.runs, self.calls, self.failed))


# ---------------------------------------------------------------- running


def _cpu_seconds() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def run_plan(wanted: tuple[str, str], *, full: bool) -> Tally:
    """One plan over one workflow."""
    logging.disable(logging.CRITICAL)
    title, workflow = wanted
    tally, began = Tally(), _cpu_seconds()
    with tempfile.TemporaryDirectory() as folder, Campaign(Path(folder)) as campaign:
        specs = PLANS[title].specs(campaign, workflow, full)
        if title == "killed":
            _killed(tally, list(specs), Path(folder) / "killed")
        else:
            for spec in specs:
                broken = campaign.run(spec)
                tally.count(
                    (title, spec.family, spec.faults.kind, workflow), 1, len(campaign.last.calls),
                    {str(spec): broken} if broken else {},
                )
    tally.cpu_seconds = _cpu_seconds() - began
    return tally


def _killed(tally: Tally, specs: list[Spec], folder: Path) -> None:
    for kind in dict.fromkeys(spec.faults.kind for spec in specs):
        chosen = [spec for spec in specs if spec.faults.kind == kind]
        told = kill_all(chosen, folder / kind)
        row = ("killed", "sqlite", f"exit {kind}", chosen[0].workflow)
        tally.count(row, len(chosen), told["calls"], told["broken"])


def try_mutant(name: str, *, until_killed: bool) -> dict[str, Any]:
    """One mutant; whether its first failing run says what it should, and holds with the protection on."""
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder, Campaign(Path(folder)) as campaign:
        verdict = run_mutant(campaign, MUTANTS[name], until_killed=until_killed)
        held = (verdict.first is not None and verdict.said.startswith(MUTANTS[name].says)
                and campaign.run(verdict.first) == [])
    return {
        "mutant": name, "protection": MUTANTS[name].protection, "runs": verdict.runs, "failures": verdict.failures,
        "first": str(verdict.first or ""), "said": verdict.said, "noticed": held,
    }


# ---------------------------------------------------------------- telling


def _say(text: str = "") -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _progress(text: str) -> None:
    """For who waits: the tables come at the end."""
    sys.stderr.write(text + "\n")


def table(heads: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    """Columns of text to the left, of numbers to the right."""
    lines = [heads, *([f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    numbers = {at for at in range(len(heads)) if all(line[at].replace(",", "").isdigit() for line in lines[1:])}
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip() for line in lines
    )


def tell(tally: Tally, wall_seconds: float) -> None:
    """The tables, and what broke."""
    counted = ("runs", "port calls", "failures")
    _say(table(("plan", *counted), ((PLANS[name].title, *rest) for name, *rest in tally.by(lambda row: row[0]))))
    _say("\n" + table(("store, fault", *counted), tally.by(lambda row: f"{row[1]}, {row[2]}")))
    _say("\n" + table(("workflow", *counted), tally.by(lambda row: row[3])))
    for spec, broken in tally.broken.items():
        _say(f"\nFAILED {spec}\n    " + "\n    ".join(broken))
    _say(f"\n{tally.runs.total():,} runs, {tally.calls.total():,} port calls, {tally.failed.total():,} failures; "
         f"{wall_seconds:.0f} s, {tally.cpu_seconds:.0f} s of CPU")


def tell_mutants(verdicts: list[dict[str, Any]]) -> None:
    """The mutants' table."""
    _say("\n" + table(("protection off", "runs", "fail", "noticed", "first said"), (
        (v["mutant"], v["runs"], v["failures"], "yes" if v["noticed"] else "NO", v["said"][:80]) for v in verdicts
    )))


def run_one(line: str) -> int:
    """One run, call by call."""
    spec = Spec.parse(line)
    with tempfile.TemporaryDirectory() as folder, Campaign(Path(folder)) as campaign:
        broken = campaign.run(spec)
        world = campaign.last
        for number, name in enumerate(world.calls):
            _say(f"{number:4} {name} {spec.faults.at.get(number, '')}".rstrip())
        _say("\n".join(broken) or "nothing is broken")
    return 1 if broken else 0


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slice", action="store_true", help="only what `make test` runs")
    parser.add_argument("--plan", action="append", choices=PLANS, help="only this plan; may be repeated")
    parser.add_argument("--workflow", action="append", help="only this workflow; may be repeated")
    parser.add_argument("--no-mutants", action="store_true", help="no mutants")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--run", metavar="LINE", help="one run, as a failure names it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the counts there, too")
    asked = parser.parse_args()
    if asked.run:
        return run_one(asked.run)
    wanted = [
        (title, workflow) for title in asked.plan or PLANS for workflow in PLANS[title].workflows
        if not asked.workflow or workflow in asked.workflow
    ]
    began, tally = time.monotonic(), Tally()
    with ProcessPoolExecutor(asked.processes) as pool:
        parts = pool.map(partial(run_plan, full=not asked.slice), wanted)
        for number, ((plan, workflow), made) in enumerate(zip(wanted, parts, strict=True), 1):
            tally.add(made)
            _progress(f"{number} of {len(wanted)}: {plan} of {workflow}, {made.runs.total():,} runs, "
                      f"{made.failed.total():,} failures")
        tell(tally, time.monotonic() - began)
        verdicts = []
        for verdict in () if asked.no_mutants else pool.map(partial(try_mutant, until_killed=asked.slice), MUTANTS):
            verdicts.append(verdict)
            _progress(f"{len(verdicts)} of {len(MUTANTS)}: {verdict['mutant']}, {verdict['failures']:,} failures")
    if verdicts:
        tell_mutants(verdicts)
    if asked.json:
        asked.json.write_text(json.dumps(_counts(tally, verdicts, time.monotonic() - began), indent=1) + "\n")
    return 1 if tally.broken or not all(verdict["noticed"] for verdict in verdicts) else 0


def _counts(tally: Tally, verdicts: list[dict[str, Any]], seconds: float) -> dict[str, Any]:
    told = asdict(tally)
    for part in ("runs", "calls", "failed"):
        del told[part]
    return {
        **told, "wall_seconds": seconds, "mutants": verdicts,
        "rows": [
            {"plan": row[0], "store": row[1], "fault": row[2], "workflow": row[3], "runs": tally.runs[row],
             "calls": tally.calls[row], "failures": tally.failed[row]} for row in tally.runs
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
