"""Files of the machine as a distributed Map names them: its resources, and the grammar of a Path.

    file:read     ItemReader      {"Path": "orders/2026.csv"}     a file
    file:write    ResultWriter    {"Path": "results"}             a folder, in which each Map Run makes its own

A relative Path starts at the first folder of AUTOMATE_FILE_ROOTS; an absolute one lies below any of them. Only text is
looked at here: `engine.adapters.local.file_roots` opens what it names.
"""

from __future__ import annotations

from typing import Any

from engine.surrogates import HALF

Json = Any

FILE_READ = "file:read"
FILE_WRITE = "file:write"
LONGEST_PATH = 4_096


def path_problem(path: Json) -> str | None:
    """What is wrong with a Path, whatever lies there: a half-sentence about it. None: nothing."""
    if not isinstance(path, str):
        return "is no text"
    return next((problem for found, problem in (
        (not path.strip(), "is empty"),
        (len(path) > LONGEST_PATH, f"has more than {LONGEST_PATH:,} characters"),
        ("\0" in path, "holds the character NUL, which no file's name has"),
        (HALF.search(path), "holds half a surrogate pair, which no file's name has"),
        (".." in path.split("/"), "goes up by '..': write where it leads instead"),
    ) if found), None)


def path_parts(path: str) -> list[str]:
    """The names on the way, without empty ones and '.'."""
    return [part for part in path.split("/") if part not in ("", ".")]
