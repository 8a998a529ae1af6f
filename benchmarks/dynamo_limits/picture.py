"""The curves as pictures, light and dark: plain SVG, of figures.json."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

Json = Any

THEMES = {
    "light": {"paper": "#ffffff", "ink": "#1f2328", "faint": "#d0d7de", "good": "#0969da", "bad": "#cf222e"},
    "dark": {"paper": "#0d1117", "ink": "#e6edf3", "faint": "#30363d", "good": "#58a6ff", "bad": "#ff7b72"},
}
_WIDTH, _HEIGHT = 920, 380
_LEFT, _TOP, _WIDE, _HIGH, _BETWEEN = 70, 60, 340, 230, 120


def path(docs: Path, theme: str) -> Path:
    """Where a picture lies."""
    return docs / "images" / f"dynamo-limits-{theme}.svg"


def draw(figures: Json, theme: str) -> str:
    """Two panels over the rate of starts: how long a start takes, and how many requests are throttled."""
    colours = THEMES[theme]
    rates = sorted({run["rate"] for run in figures["loads"]})
    by = {(run["rate"], run["spread"]): run for run in figures["loads"]}
    latency, throttles = _Panel(_LEFT, 10, 20_000, rates), _Panel(_LEFT + _WIDE + _BETWEEN, 1, 100_000, rates)
    parts = [
        (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" font-family="system-ui, sans-serif" font-size="13" fill="{colours["ink"]}">'),
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="{colours["paper"]}"/>',
        *latency.frame("an accepted start, ms (virtual time)", colours),
        *throttles.frame("throttled requests a second, and starts refused", colours),
    ]
    for spread, colour in ((True, colours["good"]), (False, colours["bad"])):
        runs = [by[rate, spread] for rate in rates]
        for place, dashes in ((0, ""), (1, ' stroke-dasharray="6 4"')):
            parts += latency.line([run["start_ms"][place] for run in runs], colour, dashes)
        throttled = [sum(run["throttles"].values()) / run["seconds"] for run in runs]
        parts += throttles.line(throttled, colour, "")
        parts += throttles.notes(throttled, [_refused(run) for run in runs], colour)
    parts += _legend(colours)
    return "\n".join([*parts, "</svg>\n"])


class _Panel:
    """One diagram, its y axis logarithmic from `least` to `most`. Nothing at all lies on its floor."""

    def __init__(self, left: float, least: float, most: float, rates: list[int]) -> None:
        self._left = left
        self._least, self._most = math.log10(least), math.log10(most)
        self._rates = rates

    def frame(self, title: str, colours: dict[str, str]) -> list[str]:
        parts = [f'<text x="{self._left}" y="{_TOP - 22}" font-weight="600">{title}</text>']
        for power in range(math.ceil(self._least), math.floor(self._most) + 1):
            y = self._y(10**power)
            parts += [
                (f'<line x1="{self._left}" x2="{self._left + _WIDE}" y1="{y:.1f}" y2="{y:.1f}" '
                f'stroke="{colours["faint"]}"/>'),
                f'<text x="{self._left - 8}" y="{y + 4:.1f}" text-anchor="end">{_short(power, self._least)}</text>',
            ]
        parts += [
            f'<text x="{self._x(number):.1f}" y="{_TOP + _HIGH + 22}" text-anchor="middle">{rate:,}/s</text>'
            for number, rate in enumerate(self._rates)
        ]
        return parts

    def line(self, values: list[float], colour: str, dashes: str) -> list[str]:
        places = [(self._x(number), self._y(value)) for number, value in enumerate(values)]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        return [
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>',
            *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in places),
        ]

    def notes(self, values: list[float], texts: list[str], colour: str) -> list[str]:
        """A text above each point that has one."""
        return [
            f'<text x="{self._x(number):.1f}" y="{self._y(value) - 12:.1f}" text-anchor="middle" '
            f'fill="{colour}">{text}</text>'
            for number, (value, text) in enumerate(zip(values, texts, strict=True)) if text
        ]

    def _x(self, number: int) -> float:
        return self._left + _WIDE * (number + 0.5) / len(self._rates)

    def _y(self, value: float) -> float:
        height = (math.log10(max(value, 10**self._least)) - self._least) / (self._most - self._least)
        return _TOP + _HIGH * (1 - height)


def _refused(run: Json) -> str:
    """How many starts were refused in the end, where any were."""
    share = run["refused"] / (run["started"] + run["refused"])
    return f"{share:.0%} refused" if share else ""


def _short(power: int, least: float) -> str:
    """The floor of what is counted stands for none."""
    return "0" if power == 0 and least == 0 else f"{10**power:,}"


def _legend(colours: dict[str, str]) -> list[str]:
    y = _TOP + _HIGH + 62
    parts, x = [], _LEFT
    for colour, dashes, text in (
        (colours["good"], "", "lists spread, p50"), (colours["good"], ' stroke-dasharray="6 4"', "p99"),
        (colours["bad"], "", "unspread, p50"), (colours["bad"], ' stroke-dasharray="6 4"', "p99"),
    ):
        parts += [
            f'<line x1="{x}" x2="{x + 34}" y1="{y - 4}" y2="{y - 4}" stroke="{colour}" stroke-width="2"{dashes}/>',
            f'<text x="{x + 42}" y="{y}">{text}</text>',
        ]
        x += 180 if "p50" in text else 110
    return parts
