"""What DynamoDB's limits do to a stage: ``python -m benchmarks.dynamo_limits.run`` simulates it and prints it.

--write    also figures.json, the tables of docs/benchmarks.md and the pictures in docs/images
--only     rates of starts a second to run
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks.dynamo_limits import picture
from benchmarks.dynamo_limits.load import Load, by_list, drive, quantile
from benchmarks.dynamo_limits.timers import Swept, sweep
from engine.adapters.aws.stores import THREADS

RATES, SECONDS, TIMERS = (100, 1000, 5000), 10.0, 10_000
FIGURES = Path(__file__).with_name("figures.json")
DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "benchmarks.md"

Json = Any


def figures_of(load: Load) -> Json:
    """A run's figures, as they are kept."""
    return {
        "rate": load.rate, "seconds": load.seconds, "spread": load.spread, "started": load.started,
        "refused": load.refused, "closed": load.closed, "left": load.left, "api_processes": load.api_processes,
        "start_ms": _quantiles(load.start_ms), "close_ms": _quantiles(load.close_ms),
        "throttles": dict(by_list(load.throttles)),
        "most_units": dict(list(load.most_units.items())[:8]),
    }


def figures_of_sweep(swept: Swept) -> Json:
    """Likewise."""
    return {
        "timers": swept.timers, "overdue": swept.overdue, "threads": swept.threads,
        "seconds": round(swept.seconds, 1), "woken": swept.woken, "late": round(swept.late, 1), "calls": swept.calls,
    }


def show(load: Load) -> None:
    """Print a run, and of its partitions those that were throttled most and that took most in a second."""
    figures = figures_of(load)
    print(load_table({"loads": [figures]}))
    print("throttled:", json.dumps(dict(list(load.throttles.items())[:8])))
    print("most units in a second:", json.dumps(figures["most_units"]), flush=True)


def show_sweep(swept: Swept) -> None:
    """Print a sweep."""
    print(sweep_table({"sweeps": [figures_of_sweep(swept)]}), flush=True)


def load_table(figures: Json) -> str:
    """Starts, in Markdown."""
    lines = [
        ("| starts a second | lists | accepted | refused | a start, p50, p99 | to the close, p50, p99 "
        "| throttled requests, by index |"),
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for run in figures["loads"]:
        throttles = ", ".join(f"`{_index(name)}` {count:,}" for name, count in run["throttles"].items())
        lines.append(
            f"| {run['rate']:,} | {'spread' if run['spread'] else 'unspread'} | {run['started']:,} "
            f"| {run['refused']:,} | {_both(run['start_ms'])} | {_both(run['close_ms'])} | {throttles or 'none'} |"
        )
    return "\n".join(lines)


def sweep_table(figures: Json) -> str:
    """Timers, in Markdown."""
    lines = [
        ("| timers of one minute | calls at the same time | the sweep takes | the last wake comes after its time by "
        "| requests |"),
        "| --- | --- | --- | --- | --- |",
    ]
    for run in figures["sweeps"]:
        calls = ", ".join(f"{count:,} {name}" for name, count in sorted(run["calls"].items()))
        when = "that passed already" if run["overdue"] else "ahead"
        lines.append(
            f"| {run['timers']:,}, {when} | {run['threads']} | {run['seconds']} s | {run['late']} s | {calls} |"
        )
    return "\n".join(lines)


TABLES: dict[str, Callable[[Json], str]] = {"starts": load_table, "timers": sweep_table}


def with_tables(text: str, figures: Json) -> str:
    """The page with its tables made anew."""
    for name, table in TABLES.items():
        begin, end = f"<!-- python -m benchmarks.dynamo_limits.run: {name} -->\n", "\n<!-- end -->"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        text, found = pattern.subn(lambda _, table=table, begin=begin, end=end: begin + table(figures) + end, text)
        if found != 1:
            raise SystemExit(f"{PAGE}: {begin.strip()} stands there {found} times")
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only", nargs="*", type=int, default=list(RATES), metavar="RATE")
    options = parser.parse_args()
    figures: Json = {"loads": list(_loads(options.only)), "sweeps": []}
    for overdue, threads in ((False, THREADS), (True, THREADS), (False, 1)):
        swept = sweep(TIMERS, overdue=overdue, threads=threads)
        show_sweep(swept)
        figures["sweeps"].append(figures_of_sweep(swept))
    if options.write:
        write(figures)


def write(figures: Json) -> None:
    """Everything that is kept."""
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), figures), encoding="utf-8")
    for theme in picture.THEMES:
        picture.path(DOCS, theme).write_text(picture.draw(figures, theme), encoding="utf-8")


def _loads(rates: Iterable[int]) -> Iterable[Json]:
    for rate in rates:
        for spread in (True, False):
            load = drive(rate, SECONDS, spread=spread)
            show(load)
            yield figures_of(load)


def _quantiles(values: list[float]) -> list[float]:
    return [round(quantile(values, share), 1) for share in (0.5, 0.99)]


def _both(milliseconds: list[float]) -> str:
    return ", ".join(f"{value:,.0f} ms" for value in milliseconds)


def _index(name: str) -> str:
    """`write status` is the index's own name; reads are of the table alone."""
    return name.removeprefix("write ")


if __name__ == "__main__":
    main()
