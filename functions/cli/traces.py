"""A connector's stack trace for people: its own frames, and in one line those of the libraries that it went through.

A frame is the connector's own where its file lies beside the first frame's, which is the action's, or in the same
installed package; or where it is no library's at all. What --json shows is whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import PurePosixPath

FIRST, LAST = 2, 1
"""So many of many frames of one kind in a row are shown: a recursion has thousands."""

_FILE = re.compile(r'\s*File "(?P<file>[^"]*)"')
_LIBRARY = re.compile(r"(?:.*/)?(?:site-packages|dist-packages|lib/python3\.\d+|opt/python)/|<frozen ")
_OF_THE_SYSTEM = re.compile(r".*/lib/python3\.\d+/(?!site-packages|dist-packages)|<frozen ")


def folded(trace: Sequence[str]) -> Iterator[str]:
    """The lines of `trace`: frames as Python formats them, and texts in between that begin the next exception."""
    home = next((_home(file) for file in map(_file_of, trace) if file is not None), None)
    for kind, found in groupby(trace, lambda frame: _kind(frame, home)):
        frames = list(found)
        if kind == "foreign":
            yield f"  … {_frames(len(frames))} in {', '.join(dict.fromkeys(map(_library, frames)))}; --json shows all"
        elif kind == "own" and len(frames) > FIRST + LAST + 1:
            yield from _lines(frames[:FIRST])
            yield f"  … {_frames(len(frames) - FIRST - LAST)} more; --json shows all"
            yield from _lines(frames[-LAST:])
        else:
            yield from _lines(frames)


def _lines(frames: Sequence[str]) -> Iterator[str]:
    """Line by line, without the marks below the code."""
    for frame in frames:
        yield from (line for line in frame.rstrip("\n").splitlines() if line.strip(" ~^"))


def _kind(frame: str, home: str | None) -> str:
    file = _file_of(frame)
    if file is None or home is None:
        return "text"
    return "own" if file.startswith(home) or _LIBRARY.match(file) is None else "foreign"


def _file_of(frame: str) -> str | None:
    found = _FILE.match(frame)
    return None if found is None else found["file"].replace("\\", "/")


def _home(file: str) -> str:
    """The folder of `file`; of an installed package its topmost one."""
    found = _LIBRARY.match(file)
    if found is None or _OF_THE_SYSTEM.match(file):
        return file[:file.rfind("/") + 1] or file
    return found[0] + file[found.end():].partition("/")[0]


def _library(frame: str) -> str:
    """What a foreign frame's library is called."""
    file = _file_of(frame) or ""
    inside = _LIBRARY.sub("", file, count=1).removeprefix("site-packages/").removeprefix("dist-packages/")
    return PurePosixPath(inside.strip("<>")).parts[0].removesuffix(".py")


def _frames(number: int) -> str:
    return "1 frame" if number == 1 else f"{number:,} frames"
