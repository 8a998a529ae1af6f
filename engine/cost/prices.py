"""The price table, prices.json: the one file to edit when AWS changes a price, or to copy for another region.

    {"date", "region", "currency", "note", "prices": {name: {"usd", "per", "unit", "page"}}}

The names are those of Units, ``gb_seconds``, and Step Functions' own for the comparison.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from engine.cost.units import Units
from engine.errors import InvalidDocument
from engine.records import dataclass

PATH = Path(__file__).with_name("prices.json")

WHOLE_CPU_MB = 1769
"""Memory at which a Lambda function has one whole CPU; its share grows with memory (AWS, "Lambda memory")."""

EXPRESS_CHUNK_GB, EXPRESS_LEAST_SECONDS = 64 / 1024, 0.1
"""Express workflows are billed by 64 MB and 100 ms, begun."""

_BILLED = (
    "write_units", "read_units", "sqs_requests", "lambda_requests", "s3_puts", "s3_gets", "log_bytes", "api_requests",
)
_NEEDED = (*_BILLED, "gb_seconds", "standard_transitions", "express_requests", "express_gb_seconds")

_MOST = 1e15
"""No price and no unit is as large; what is beyond was mistyped, or is infinity."""


@dataclass(frozen=True, slots=True)
class Price:
    """`usd` for `per` of a unit; `page` is where AWS publishes it."""

    usd: float
    per: float
    unit: str
    page: str

    def of(self, number: float) -> float:
        """Dollars for so many."""
        return number * self.usd / self.per


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of a region on a date."""

    date: str
    region: str
    prices: Mapping[str, Price]

    def bill(self, units: Units, *, memory_mb: int) -> dict[str, float]:
        """Dollars by what they are for; `memory_mb` is the worker function's.

        Computing takes the longer the smaller the function's share of a CPU; waiting takes as long in any.
        """
        share = min(memory_mb / WHOLE_CPU_MB, 1.0)  # Python computes on one CPU, however many there are
        gigabytes = memory_mb / 1024
        lines = {name: self.prices[name].of(getattr(units, name)) for name in _BILLED}
        lines["cpu"] = self.prices["gb_seconds"].of(units.cpu_seconds / share * gigabytes)
        lines["waiting"] = self.prices["gb_seconds"].of(units.wait_seconds * gigabytes)
        return {name: dollars for name, dollars in lines.items() if dollars}

    def standard(self, transitions: float) -> float:
        """What Step Functions takes for them, in a Standard workflow."""
        return self.prices["standard_transitions"].of(transitions)

    def express(self, seconds: float) -> float:
        """What Step Functions takes for one Express execution of so many seconds that needs no more than 64 MB."""
        billed = max(math.ceil(seconds / EXPRESS_LEAST_SECONDS - 1e-9), 1) * EXPRESS_LEAST_SECONDS
        return self.prices["express_requests"].of(1) + self.prices["express_gb_seconds"].of(billed * EXPRESS_CHUNK_GB)


def parse(text: str, *, where: str) -> Prices:
    """A price table. Raises InvalidDocument naming what is missing or no price."""
    try:
        read = json.loads(text)
        prices = {name: Price(**shape) for name, shape in read["prices"].items()}
        found = Prices(str(read["date"]), str(read["region"]), prices)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidDocument(
            f"{where} is no price table: {type(error).__name__}: {error}", where=where,
            advice=f"Copy {PATH.name} of engine/cost and change its prices, date and region.",
        ) from None
    for name in _NEEDED:
        price = prices.get(name)
        fits = price is not None and all(_is_finite(value) for value in (price.usd, price.per))
        if price is None or not fits or price.usd < 0 or price.per <= 0:
            raise InvalidDocument(
                f"{where}: there is no price of {name}", where=f"{where}: prices/{name}",
                advice='Write {"usd": 0.4, "per": 1000000, "unit": "…", "page": "…"}.',
            )
    return found


def _is_finite(value: object) -> bool:
    """Whether it is a number that can be reckoned with: Python's JSON reader makes NaN and infinity too."""
    return isinstance(value, (int, float)) and -_MOST < value < _MOST


@cache
def table() -> Prices:
    """The committed table."""
    return parse(PATH.read_text(encoding="utf-8"), where=PATH.name)
