"""Flame graphs of one workload at several commits, under one another and on one scale: the time of a task step.

    py-spy record --nonblocking -Fr 250 -f raw -o now.txt -- .venv/bin/python -m benchmarks.run --child W4 --repeats 25
    python -m benchmarks.flames W4 --into docs/images 0.2.0=then.txt:26000 now=now.txt:26000

Each argument is a title, the file of stacks that py-spy wrote, and how many task steps were made meanwhile, with those
of the warm-up. It writes W4-flames-light.svg and W4-flames-dark.svg. A thread that waits for another is left out; one
that waits for the disk is not. A sampler that stops the process (without --nonblocking) makes it many times slower.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from benchmarks.dynamo_limits.picture import THEMES

RATE = 250
"""Samples a second, as py-spy is asked for."""

WAITING = ("CallPool._work ", "CallPool.submit ", "Bell._wait ", "Database.write ", "_worker ", "Condition.wait ")
"""A thread whose innermost function begins so waits: for work, for a lock or for another's answer."""

ROUND = ("one_round", "Bench.start_at_once.<locals>.<lambda> ")
"""Only what runs below one of these belongs to the workload."""

PARTS = {
    "SQLite and its stores": ("engine/adapters/local",),
    "the step": ("engine/kernel", "engine/language", "engine/asl", "engine/runtime/step", "engine/runtime/builder"),
    "JSON of what happened": ("engine/durable/codec", "engine/durable/body_json", "engine/runtime/codec", "json/"),
    "the audit log": ("engine/governance", "functions/engine_audit"),
    "the API's route": ("functions/",),
    "the call": ("connectors/", "connector.py"),
}
COLOURS = ("#bf5b17", "#2f6fb0", "#8a63b8", "#a8567a", "#3a8a5f", "#9a7b1f")
REST = "#7a7f86"

_WIDTH, _ROW, _LEFT, _TOP, _LEAST = 1100, 17, 12, 64, 1.2
_LETTER = 6.1
"""The width of a letter, about."""


@dataclass(slots=True)
class Frame:
    """A function below its callers, and the samples of it with all that it called."""

    name: str
    samples: int = 0
    within: dict[str, Frame] = field(default_factory=dict)

    def depth(self, least: float) -> int:
        """The rows that it takes, of functions with so many samples at least."""
        return 1 + max((frame.depth(least) for frame in self.within.values() if frame.samples >= least), default=0)


@dataclass(frozen=True, slots=True)
class Flames:
    """What was recorded of one commit."""

    title: str
    root: Frame
    steps: int

    @property
    def microseconds(self) -> float:
        """The time of a task step."""
        return self.root.samples * 1e6 / RATE / self.steps


def main() -> None:
    """Write the two pictures."""
    parser = argparse.ArgumentParser(description="Draw flame graphs of stacks that py-spy recorded.")
    parser.add_argument("workload")
    parser.add_argument("recorded", nargs="+", metavar="TITLE=FILE:STEPS")
    parser.add_argument("--into", type=Path, required=True, metavar="FOLDER")
    arguments = parser.parse_args()
    flames = [_read(text) for text in arguments.recorded]
    for theme in THEMES:
        file = arguments.into / f"{arguments.workload}-flames-{theme}.svg"
        file.write_text(draw(arguments.workload, flames, theme), encoding="utf-8")
        print(f"{file}: {', '.join(f'{one.title} {one.microseconds:.0f} µs' for one in flames)}")


def _read(text: str) -> Flames:
    title, _, rest = text.partition("=")
    file, _, steps = rest.rpartition(":")
    return Flames(title, tree(Path(file).read_text(encoding="utf-8").splitlines()), int(steps))


def tree(stacks: list[str]) -> Frame:
    """The lines that py-spy writes (`outermost;…;innermost COUNT`), put together."""
    root = Frame("")
    for line in stacks:
        names, _, count = line.rpartition(" ")
        frames = _of_the_workload(names.split(";"))
        if not frames or frames[-1].startswith(WAITING):
            continue
        at = root
        at.samples += int(count)
        for name in frames:
            at = at.within.setdefault(name, Frame(name))
            at.samples += int(count)
    return root


def _of_the_workload(frames: list[str]) -> list[str]:
    """Those below where a round begins."""
    begin = [at for at, name in enumerate(frames) if any(part in name for part in ROUND)]
    return frames[begin[-1] + 1:] if begin else []


def draw(workload: str, flames: list[Flames], theme: str) -> str:
    """The picture."""
    colours = THEMES[theme]
    scale = (_WIDTH - 2 * _LEFT) / max(one.microseconds for one in flames)
    parts, top = list[str](), _TOP
    for one in flames:
        parts.append(f'<text x="{_LEFT}" y="{top + 12}" font-weight="600">{escape(one.title)}: '
                     f"{one.microseconds:.0f} µs a task step</text>")
        wide = scale * one.microseconds / max(one.root.samples, 1)
        parts += _rows(one.root, _LEFT, top + 20, wide, colours["paper"])
        top += 20 + _ROW * one.root.depth(_LEAST / wide)
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top}" width="{_WIDTH}" height="{top}" '
            f'font-family="system-ui, sans-serif" font-size="13" fill="{colours["ink"]}">')
    return "\n".join([
        head, f'<rect width="{_WIDTH}" height="{top}" fill="{colours["paper"]}"/>',
        f'<text x="{_LEFT}" y="24" font-weight="600" font-size="15">{escape(workload)}: where the time goes</text>',
        *_legend(), *parts, "</svg>\n",
    ])


def _rows(frame: Frame, left: float, top: float, wide: float, paper: str) -> Iterator[str]:
    """The callees of a function side by side, each with its own below it; what is too narrow to be seen is left out."""
    for inner in frame.within.values():
        width = inner.samples * wide
        if width >= _LEAST:
            name, room = inner.name.partition(" ")[0], int((width - 6) / _LETTER)
            yield (f'<g><title>{escape(inner.name)}</title>'
                   f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{_ROW - 1}" '
                   f'fill="{_colour(inner.name)}" stroke="{paper}" stroke-width="0.5"/>')
            if room >= 4:
                shown = name if len(name) <= room else f"{name[:room - 1]}…"
                yield f'<text x="{left + 3:.1f}" y="{top + 12}" font-size="11" fill="#ffffff">{escape(shown)}</text>'
            yield "</g>"
            yield from _rows(inner, left, top + _ROW, wide, paper)
        left += width


def _colour(name: str) -> str:
    place = name.partition(" (")[2]
    return next((
        colour for colour, beginnings in zip(COLOURS, PARTS.values(), strict=True) if place.startswith(beginnings)
    ), REST)


def _legend() -> Iterator[str]:
    left = float(_LEFT)
    for text, colour in (*zip(PARTS, COLOURS, strict=True), ("the loop, and the rest", REST)):
        yield f'<rect x="{left:.0f}" y="36" width="12" height="12" fill="{colour}"/>'
        yield f'<text x="{left + 17:.0f}" y="47" font-size="12">{escape(text)}</text>'
        left += 17 + _LETTER * len(text) + 24


if __name__ == "__main__":
    main()
