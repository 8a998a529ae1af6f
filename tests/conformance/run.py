#!/usr/bin/env python3
"""How close the engine comes to recorded answers of AWS Step Functions: a table by category.

    run.py [--json] [--failures] [--category NAME] [--id TEXT]

Reads the cases and compare.py from the folder in CONFORMANCE_DIR (default ../shared/conformance); where it is absent,
says so and succeeds. Levels: L1 status, L2 and output or error, L2c the cause's words, L3 the whole history, prev the
links between events.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
from collections import defaultdict
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parents[1]))

MEASURES = ("L1", "L2", "L2c", "L3", "prev")


def folder() -> Path | None:
    """The folder with the cases, None where it is absent."""
    found = Path(os.environ.get("CONFORMANCE_DIR", HERE.parents[1] / ".." / "shared" / "conformance")).resolve()
    return found if (found / "compare.py").is_file() else None


def load_compare(where: Path) -> ModuleType:
    """The comparer that lies beside the cases."""
    spec = importlib.util.spec_from_file_location("conformance_compare", where / "compare.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"{where} holds no compare.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cases(where: Path) -> list[dict[str, Any]]:
    """Every case, by file and line."""
    found = []
    for path in sorted((where / "cases").glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            found += [json.loads(line) for line in lines]
    return found


def measure(case: dict[str, Any], compare: ModuleType) -> dict[str, Any]:
    """The comparer's verdict on the engine's answer; an engine that raises has answered nothing."""
    from driver import answer  # noqa: PLC0415  the driver needs the path set above

    asked = {key: value for key, value in case.items() if key != "expected"}
    try:
        given = answer(asked)
        verdict: dict[str, Any] = compare.compare_any(case, given)
        if not given:  # no answer agrees with nothing, not even with a missing cause
            verdict = {**verdict, **{name: False for name in MEASURES if verdict.get(name) is not None}}
    except Exception as error:  # noqa: BLE001  one bad case must not hide the others
        return {**dict.fromkeys(MEASURES, False), "level": 0, "max": 3, "why": f"{type(error).__name__}: {error}"}
    if not verdict["why"] and given.get("create_error") and case["kind"] == "execution":
        verdict["why"] = f"refused: {given['create_error']}"
    return verdict


def agrees(verdict: dict[str, Any]) -> bool:
    """Whether the answer is the recorded one in every measure."""
    return verdict["level"] == verdict["max"] and verdict.get("L2c") is not False and verdict.get("prev") is not False


def doubtful() -> dict[str, str]:
    """The cases that are not given, each with its reason."""
    listed = json.loads((HERE / "doubtful.json").read_text(encoding="utf-8"))
    return {**listed["cases"], **dict.fromkeys(listed["links"]["cases"], listed["links"]["reason"])}


def older_links() -> list[str]:
    """Of those, the ones in which only previousEventId differs."""
    links: list[str] = json.loads((HERE / "doubtful.json").read_text(encoding="utf-8"))["links"]["cases"]
    return links


def tally(verdicts: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """Measure → (reached, counted); what a case does not record is not counted."""
    return {
        name: (
            sum(bool(verdict.get(name)) for verdict in verdicts),
            sum(verdict.get(name) is not None for verdict in verdicts),
        )
        for name in MEASURES
    }


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 0 unless the arguments are wrong."""
    parser = argparse.ArgumentParser(description="Conformance with recorded answers of AWS Step Functions")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--failures", action="store_true", help="list every case that differs, and why")
    parser.add_argument("--category", help="only this category")
    parser.add_argument("--id", help="only cases whose id contains this text")
    options = parser.parse_args(arguments)
    where = folder()
    if where is None:
        print("No recorded cases here (CONFORMANCE_DIR): skipped.")
        return 0
    compare = load_compare(where)
    by_category: dict[str, list[dict[str, Any]]] = defaultdict(list)
    failures = []
    for case in cases(where):
        if options.category not in (None, case["category"]) or (options.id and options.id not in case["id"]):
            continue
        verdict = measure(case, compare)
        by_category[case["category"]].append(verdict)
        if not agrees(verdict):
            failures.append((case, verdict))
    if options.failures:
        for case, verdict in failures:
            shown = " ".join(f"{name}={verdict.get(name)}" for name in MEASURES)
            print(f"{case['category']}  {case['id']}  [{shown}]\n    {verdict['why']}")
    report(by_category, as_json=options.json)
    if not options.json:
        known = doubtful()
        unknown = [case["id"] for case, _ in failures if case["id"] not in known]
        print(f"{len(failures) - len(unknown)} differ for a known reason (doubtful.json), {len(unknown)} for none")
    return 0


def report(by_category: dict[str, list[dict[str, Any]]], *, as_json: bool) -> None:
    """The table, or the same as JSON."""
    rows = {name: {"cases": len(found), **tally(found)} for name, found in sorted(by_category.items())}
    everything = [verdict for found in by_category.values() for verdict in found]
    rows["all"] = {"cases": len(everything), **tally(everything)}
    if as_json:
        print(json.dumps(rows, indent=1))
        return
    print(f"{'category':22}{'cases':>6}" + "".join(f"{name:>12}" for name in MEASURES))
    for name, row in rows.items():
        shown = "".join(f"{'-' if row[m][1] == 0 else f'{row[m][0]}/{row[m][1]}':>12}" for m in MEASURES)
        print(f"{name:22}{row['cases']:>6}{shown}")


if __name__ == "__main__":
    sys.exit(main())
