"""The counted table, counted.json: the units of each act, and of whole shapes. ``make cost-count`` makes it.

An act's units are those beside its invocations; its `lambda_requests` says how many invocations it has. A batch shares
an invocation, so an act costs ``units + invocations * invocation / batch``.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from engine.cost.units import NONE, Units, total
from engine.records import dataclass

Json = Any

PATH = Path(__file__).with_name("counted.json")

MOST_RECEIVED = 10
"""SQS hands over at most ten messages at once, however large the batch that Lambda gathers of them."""

SHORT_INPUT_KB = 0.4
"""An input of this size is part of the header, and is written with it."""

_WITH_PAYLOAD = ("start", "task", "pure")


@dataclass(frozen=True, slots=True)
class Counted:
    """`acts` by name, and in `deletion` what each takes to delete once its term is over; `payloads` by KB, ascending,
    beginning with none; `shapes` as they were counted; `sealing` an entry of the audit log and `noting` an end, by how
    many executions share an invocation: a busier stage seals and notes more at once."""

    date: str
    invocation: Units
    acts: Mapping[str, Units]
    deletion: Mapping[str, Units]
    payloads: tuple[Mapping[str, float], ...]
    shapes: Mapping[str, Json]
    sealing: Mapping[int, Units]
    noting: Mapping[int, Units]

    def sealed(self, batch: int) -> Units:
        """What sealing one entry takes in a stage whose worker is handed so many executions at once."""
        return _in_batches(self.sealing, batch)

    def noted(self, batch: int) -> Units:
        """What noting one end takes there."""
        return _in_batches(self.noting, batch)

    def act(self, name: str, *, batch: int, payload_kb: float = 0.0) -> Units:
        """One act in batches of so many executions. `payload_kb` counts for starts, tasks and pure states."""
        units = self.acts[name]
        times = units.lambda_requests
        shared = replace(
            self.invocation * (1 / batch), sqs_requests=self.invocation.sqs_requests / min(batch, MOST_RECEIVED)
        )
        whole = replace(units, lambda_requests=0.0) + shared * times
        nothing = SHORT_INPUT_KB if name == "start" else 0.0
        return whole + self._payload(name, payload_kb) if name in _WITH_PAYLOAD and payload_kb > nothing else whole

    def deleted(self, name: str, *, batch: int, payload_kb: float = 0.0) -> Units:
        """What one act takes when its execution is deleted, with so many executions to an invocation of the
        sweeper."""
        units = shared(self.deletion.get(name, NONE), batch)
        nothing = SHORT_INPUT_KB if name == "start" else 0.0
        if name not in _WITH_PAYLOAD or payload_kb <= nothing:
            return units
        return units + Units(write_units=self._between(f"{name}_deletion_units", payload_kb))

    def _payload(self, kind: str, kilobytes: float) -> Units:
        return Units(
            write_units=self._between(f"{kind}_write_units", kilobytes),
            s3_puts=self._between(f"{kind}_s3_puts", kilobytes),
        )

    def _between(self, figure: str, kilobytes: float) -> float:
        """Between two counted sizes along the line; beyond the last one along the last line."""
        sizes = [found["kb"] for found in self.payloads]
        place = min(max(bisect_left(sizes, kilobytes), 1), len(sizes) - 1)
        low, high = self.payloads[place - 1], self.payloads[place]
        part = (kilobytes - low["kb"]) / (high["kb"] - low["kb"])
        return max(0.0, low[figure] + (high[figure] - low[figure]) * part)


def shared(units: Units, batch: int) -> Units:
    """`units`, counted in an invocation of their own, where so many share it."""
    return replace(units, lambda_requests=units.lambda_requests / batch, log_bytes=units.log_bytes / batch)


def _in_batches(counted: Mapping[int, Units], batch: int) -> Units:
    return counted[max(size for size in counted if size <= max(batch, 1))]


def total_of(acts: Mapping[str, Units], parts: Mapping[str, float]) -> Units:
    """So many of each act, as they stand in `acts`."""
    return total(acts[name] * times for name, times in parts.items())


@cache
def table() -> Counted:
    """The committed table."""
    read = json.loads(PATH.read_text(encoding="utf-8"))
    acts, deletion = (
        {name: Units.of(shape) for name, shape in read[table].items()} for table in ("acts", "deletion")
    )
    return Counted(
        read["date"], Units.of(read["invocation"]), acts, deletion, tuple(read["payloads"]), read["shapes"],
        *({int(batch): Units.of(shape) for batch, shape in read[name].items()} for name in ("sealing", "noting")),
    )
