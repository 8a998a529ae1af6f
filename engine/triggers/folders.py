"""Files of a watched folder: which of them a trigger hears, and when one is whole.

    seen ──► the same size and time at a later look, SETTLE_SECONDS on ──► not open for writing ──► delivered, once

A file is the same as long as its path, its size and its time are. What lay there when the trigger began is not heard.
"""

from __future__ import annotations

import re
from typing import Any

from engine.records import dataclass

Json = Any

FOLDER = "folder"
"""The trigger's type."""

SETTLE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A regular file of a folder. `size` is in bytes, `modified_ns` its time; `came_at` (epoch seconds) is when it was
    written, renamed or moved to where it lies."""

    name: str
    size: int
    modified_ns: int
    came_at: float

    @property
    def signature(self) -> tuple[int, int]:
        """What is another once it was written to."""
        return self.size, self.modified_ns


def is_heard(pattern: str, name: str) -> bool:
    """Whether a file called `name` is meant: ``*`` stands for any characters, ``?`` for one. Hidden files are not."""
    if name.startswith("."):
        return False
    shape = "".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in pattern)
    return re.fullmatch(shape, name, re.DOTALL) is not None


def key_of(path: str, seen: FileSeen) -> str:
    """The dedupe key."""
    return f"{path}#{seen.size}#{seen.modified_ns}"
