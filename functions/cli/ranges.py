"""Types of click's options: numbers in a range, called what they are (click says "integer range", "float range")."""

from __future__ import annotations

import math
from typing import Any

import click


class WholeRange(click.IntRange):
    """A whole number in a range."""

    name = "integer"


class FiniteRange(click.FloatRange):
    """A number in a range. click.FloatRange lets NaN, which no comparison refuses, and infinity through."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; a usage error for one that is none."""
        found: float = super().convert(value, param, ctx)
        if not math.isfinite(found):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return found
