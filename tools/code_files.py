"""Which files are the project's code, and which of them are modules; for `tools.house` and `tools.lines`.

Code is Python, TypeScript, CSS and JavaScript. Tests, what only tests use, and files that a command makes are not
counted. A made file says so in its first line: "Made by …".
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

SUFFIXES = frozenset({".py", ".ts", ".tsx", ".css", ".js"})
MODULES = frozenset({".py", ".ts", ".tsx"})
"""CSS belongs to the modules beside it."""

_TEST = re.compile(r"(^|/)tests/|\.(test|testdata)\.tsx?$")
_MADE = re.compile(r"\W*Made by ")


def is_code(path: str) -> bool:
    """Whether the file counts as code by its path, which is relative to the project's folder."""
    return PurePosixPath(path).suffix in SUFFIXES and _TEST.search(path) is None


def is_made(text: str) -> bool:
    """Whether a command made the file with this text."""
    return _MADE.match(text) is not None


def is_module(path: str) -> bool:
    """Whether a reader of the folder has to take the file in. A package's own `__init__` does not count."""
    name = PurePosixPath(path)
    return is_code(path) and name.suffix in MODULES and name.stem != "__init__"
