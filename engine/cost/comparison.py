"""Beside Step Functions: the shapes of the counted table, as they were counted in batches of ten, or alone.

Step Functions Standard is billed by transition (states entered and retries); Express by request and by time, in steps
of 100 ms and 64 MB. Ours is what was counted, with the CPU and the waiting that `Pricing` adds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.cost.counted import shared
from engine.cost.pricing import Part, Pricing
from engine.cost.units import Units
from engine.records import dataclass

Json = Any

MILLION = 1_000_000
BATCH = 10
TARGETS = {"task": 0.80, "pure": 0.25}
"""Dollars a million of each step in a running execution, to be met without waiting for tasks."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One shape; dollars a million executions. `deleted` is what their deletion takes, once their term is over.
    `express` None: an Express workflow cannot do it."""

    title: str
    transitions: int
    automate: float
    deleted: float
    standard: float
    express: float | None

    @property
    def times(self) -> float:
        """How much dearer Standard is, which deletes for nothing."""
        return self.standard / (self.automate + self.deleted)


@dataclass(frozen=True, slots=True)
class Step:
    """One more step in a running execution; dollars a million. `lines` by what they are for, `target` the aim."""

    title: str
    automate: float
    deleted: float
    lines: dict[str, float]
    standard: float
    target: float

    @property
    def times(self) -> float:
        """As `Compared.times`."""
        return self.standard / (self.automate + self.deleted)


def compared(pricing: Pricing, *, batch: int = BATCH) -> list[Compared]:
    """Every shape with a title. It was counted in a `batch` of 1 and of 10."""
    pricing = counted_in(pricing, batch)
    return [_one(shape, pricing) for shape in pricing.counted.shapes.values() if shape["title"]]


def steps(pricing: Pricing, *, batch: int = BATCH) -> list[Step]:
    """What one more step costs, beside the targets."""
    pricing, found = counted_in(pricing, batch), []
    for act, title in (("task", "One more task"), ("pure", "One more pure transition")):
        part = [Part(act, 1)]
        lines = {name: dollars * MILLION for name, dollars in pricing.bill(pricing.units(part)).items()}
        standard = pricing.prices.standard(1) * MILLION
        found.append(Step(title, sum(lines.values()), pricing.deletion(part) * MILLION, lines, standard, TARGETS[act]))
    return found


def markdown(pricing: Pricing) -> str:
    """Both tables, as README.md shows them."""
    prices = pricing.prices
    lines = [
        "| a million of | Automate | deleted after the term | Step Functions Standard | |",
        "| --- | --- | --- | --- | --- |",
        *(f"| {step.title.lower()} | ${money(step.automate)} | ${money(step.deleted)} | ${money(step.standard)} | "
          f"{_times(step.times)} |" for step in steps(pricing)),
        "", "| a million executions of | transitions | Automate | deleted after the term | Standard | | Express |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(f"| {row.title} | {row.transitions:,} | ${money(row.automate)} | ${money(row.deleted)} | "
          f"${money(row.standard)} | {_times(row.times)} | {express_money(row)} |" for row in compared(pricing)),
    ]
    dates = (
        f"Prices of {prices.region}, {prices.date}; units counted {pricing.counted.date}, CPU measured "
        f"{pricing.cpu.date}."
    )
    return "\n".join([*lines, "", dates, ""])


def express_money(row: Compared) -> str:
    """What Express takes, in words where it cannot."""
    return "cannot" if row.express is None else f"${money(row.express)}"


def money(dollars: float) -> str:
    """Digits that tell something: ``250``, ``13.4``, ``1.10``, ``0.804``, ``0.0084``."""
    if dollars >= 100:
        return f"{dollars:,.0f}"
    if dollars >= 10:
        return f"{dollars:.1f}"
    if dollars >= 0.1:
        return f"{dollars:.2f}" if dollars >= 1 else f"{dollars:.3f}"
    return f"{dollars:.2g}"


def _times(number: float) -> str:
    """How many times as much: ``31 times``."""
    return f"{number:,.0f} times" if number >= 10 else f"{number:.1f} times"


def counted_in(pricing: Pricing, batch: int = BATCH) -> Pricing:
    """With what the shapes were counted with: batches of this size, results of a few bytes."""
    return replace(pricing, assumptions=replace(pricing.assumptions, batch=batch, payload_kb=0.0))


def _one(shape: Json, pricing: Pricing) -> Compared:
    found = shape["batches"][str(pricing.assumptions.batch)]
    parts = [Part(act, times) for act, times in shape["acts"].items()]
    units = pricing.measured(Units.of(found["start"]) + Units.of(found["run"]), parts)
    ours = sum(pricing.bill(units).values())
    deleted = pricing.swept(shared(Units.of(shape["deleted"]), pricing.assumptions.batch))
    calls = sum(shape["acts"].get(act, 0) for act in ("task", "express_task"))
    seconds = shape["seconds"] + calls * pricing.assumptions.task_ms / 1000
    express = pricing.prices.express(seconds) if shape["express"] else None
    return Compared(
        shape["title"], shape["transitions"], ours * MILLION, deleted * MILLION,
        pricing.prices.standard(shape["transitions"]) * MILLION, None if express is None else express * MILLION,
    )
