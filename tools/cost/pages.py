"""The tables of docs/costs.md that no command prints.

``python -m tools.cost.pages`` puts them into the page:

    situations    the samples of `automate cost --compare`, one execution at a time and with tasks of 100 ms
    idle          a month in which nothing runs (tools.cost.idle)
    break-even    from how many executions a month a stage is cheaper than Standard, from which duration than Express
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.cost.comparison import MILLION, compared, money, steps
from engine.cost.prices import EXPRESS_CHUNK_GB
from engine.cost.pricing import Assumptions, Part, Pricing
from tools.cost import idle

PAGE = Path(__file__).parents[2] / "docs" / "costs.md"
TASK_MS = 100.0
SITUATIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("ten at once", {}), ("one at a time", {"batch": 1}), ("ten at once, tasks of 100 ms", {"task_ms": TASK_MS}),
    ("one at a time, tasks of 100 ms", {"batch": 1, "task_ms": TASK_MS}),
)


def situations() -> str:
    """Dollars a million in each situation, beside Standard."""
    priced = [Pricing(Assumptions(**assumed)) for _, assumed in SITUATIONS]
    heads = [title for title, _ in SITUATIONS]
    rows = [["a million of", *heads, "Standard"], ["---"] * (len(heads) + 2)]
    for priced_rows in (
        zip(*(steps(pricing, batch=pricing.assumptions.batch) for pricing in priced), strict=True),
        zip(*(compared(pricing, batch=pricing.assumptions.batch) for pricing in priced), strict=True),
    ):
        for same in priced_rows:
            ours = [f"${money(found.automate)}" for found in same]
            rows.append([same[0].title, *ours, f"${money(same[0].standard)}"])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def idle_month() -> str:
    """The bill of a month in which nothing runs."""
    found = [line for line in idle.bill(idle.table(), Pricing()) if line.dollars]
    lines = ["| a month | | $ |", "| --- | --- | --- |"]
    lines += [f"| {line.title} | {line.number} | {line.dollars:.2f} |" for line in found]
    return "\n".join([*lines, f"| **in all** | | **{idle_dollars():.2f}** |"])


def idle_dollars() -> float:
    """What a stage costs a month that does nothing."""
    return sum(line.dollars for line in idle.bill(idle.table(), Pricing()))


def break_even() -> str:
    """For each sample, its deletion included: executions a month from which a stage costs less than Standard, its idle
    month included; seconds from which an Express execution costs more than one here with a Wait more."""
    pricing = Pricing()
    one = [Part("wait", 1)]
    wait = pricing.dollars(one) + pricing.deletion(one)
    lines = ["| sample | cheaper than Standard from | cheaper than Express from |", "| --- | --- | --- |"]
    for row in compared(pricing):
        ours = (row.automate + row.deleted) / MILLION
        saved = row.standard / MILLION - ours
        executions = f"{_rounded(idle_dollars() / saved):,} a month" if saved > 0 else "never"
        seconds = _express(ours + wait, pricing, row.express)
        lines.append(f"| {row.title} | {executions} | {seconds} |")
    return "\n".join(lines)


def _express(ours: float, pricing: Pricing, express: float | None) -> str:
    """The duration at which an Express execution of 64 MB costs what one here does."""
    if express is None:
        return "Express cannot"
    prices = pricing.prices.prices
    seconds = (ours - prices["express_requests"].of(1)) / prices["express_gb_seconds"].of(EXPRESS_CHUNK_GB)
    return f"{seconds:.0f} s"


def _rounded(number: float) -> int:
    """To two digits, upwards."""
    step: int = 10 ** max(0, math.floor(math.log10(number)) - 1)
    return math.ceil(number / step) * step


BLOCKS: dict[str, Callable[[], str]] = {"situations": situations, "idle": idle_month, "break-even": break_even}


def block(name: str) -> re.Pattern[str]:
    """Where a table stands in the page."""
    return re.compile(rf"(<!-- python -m tools\.cost\.pages: {name} -->\n)(.*?)(\n<!-- end -->)", re.DOTALL)


def main() -> None:
    """Put every table into the page."""
    text = PAGE.read_text(encoding="utf-8")
    for name, made in BLOCKS.items():
        found = block(name).search(text)
        if found is None:
            raise SystemExit(f"{PAGE.name} has no place for {name}")
        text = f"{text[:found.start(2)]}{made()}{text[found.end(2):]}"
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
