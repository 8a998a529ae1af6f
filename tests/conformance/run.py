"""How close the engine comes to recorded answers of AWS Step Functions: a table by category.

    python -m tests.conformance.run [--json] [--failures] [--category NAME] [--id TEXT]

Reads the cases and compare.py from the folder in CONFORMANCE_DIR (default ../shared/conformance); where it is absent,
says so and succeeds. Levels: L1 status, L2 and output or error, L2c the cause's words, L3 the whole history, prev the
links between events, "prev now" the same without the recordings of a service that is no more: the MapStateExited of a
distributed Map linked to MapRunSucceeded in every recording up to 2024-06-19, and links to MapRunStarted in every one
since 2024-11-14. Nothing in the definitions or the runs tells the two kinds apart but the day, so the engine does as
the service does now. doubtful.json names the cases that are not given, each with its reason.
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

MEASURES = ("L1", "L2", "L2c", "L3", "prev", "prev now")
LINK_CHANGED = "2024-11-14"
"""The first day of which there is a recording with today's link."""


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
    from tests.conformance.driver import answer  # noqa: PLC0415  the driver needs the path set above

    asked = {key: value for key, value in case.items() if key != "expected"}
    try:
        given = answer(asked)
        verdict: dict[str, Any] = compare.compare_any(case, given)
        if not given:  # no answer agrees with nothing, not even with a missing cause
            verdict = {**verdict, **{name: False for name in MEASURES if verdict.get(name) is not None}}
    except Exception as error:  # noqa: BLE001  one bad case must not hide the others
        return {**dict.fromkeys(MEASURES, False), "level": 0, "max": 3, "why": f"{type(error).__name__}: {error}"}
    verdict["prev now"] = None if has_older_link(case) else verdict.get("prev")
    if verdict["prev now"] is None and verdict.get("prev") is False:  # then that link must be all that differs
        verdict["L3"] = verdict["L3"] and compare.compare_any(with_todays_link(case), given)["prev"]
    if not verdict["why"] and given.get("create_error") and case["kind"] == "execution":
        verdict["why"] = f"refused: {given['create_error']}"
    return verdict


def has_older_link(case: dict[str, Any]) -> bool:
    """Whether it was recorded before LINK_CHANGED, with the link of then."""
    return case.get("recorded", LINK_CHANGED) < LINK_CHANGED and with_todays_link(case) != case


def with_todays_link(case: dict[str, Any]) -> dict[str, Any]:
    """The case with each MapStateExited that follows MapRunSucceeded linked to the MapRunStarted before."""
    expected = case["expected"]
    by_id = {str(event["id"]): event for event in expected.get("events") or ()}

    def todays(event: dict[str, Any]) -> dict[str, Any]:
        before = by_id.get(str(event["previousEventId"]))
        if event["type"] != "MapStateExited" or before is None or before["type"] != "MapRunSucceeded":
            return event
        return {**event, "previousEventId": before["previousEventId"]}

    if not by_id:
        return case
    return {**case, "expected": {**expected, "events": [todays(event) for event in expected["events"]]}}


def agrees(verdict: dict[str, Any]) -> bool:
    """Whether the answer is the recorded one in every measure."""
    return verdict["level"] == verdict["max"] and verdict.get("L2c") is not False and (
        verdict.get("prev now") is not False)


def doubtful() -> dict[str, str]:
    """The cases whose recording is doubtful or has lost something, each with the reason."""
    return _listed("doubtful")


def unanswerable() -> dict[str, str]:
    """The cases that ask something outside whose answer nobody recorded."""
    return _listed("unanswerable")


def _listed(which: str) -> dict[str, str]:
    listed: dict[str, str] = json.loads((HERE / "doubtful.json").read_text(encoding="utf-8"))[which]
    return listed


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
        known = doubtful() | unanswerable()
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
