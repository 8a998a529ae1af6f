"""Which lines of the protocol no mutant touches: ``python -m tests.crash.touched [--write]``.

A mutant touches the functions that it puts others in the place of or around (mutants.py, direct.py), all of their
lines; an edit touches the lines that it changes (edits.py). What is counted are the lines of functions that hold code.
Printed is a table by module; `--write` writes untouched.md, the functions of which no line is touched. There a
protection may be missing and nobody would see it: so the list is where to look for the next mutants.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crash.direct import DIRECT
from tests.crash.editing import lines_of, plain
from tests.crash.edits import EDITS
from tests.crash.ending_edits import ENDING_EDITS
from tests.crash.large_value_edits import LARGE_VALUE_EDITS
from tests.crash.mutants import MUTANTS
from tests.crash.slips import SLIPS

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).with_name("untouched.md")

FOLDERS = ("engine/durable", "engine/durable/worker", "engine/durable/lifecycle")
ADAPTERS = tuple(
    f"engine/adapters/{name}.py" for name in (
        "aws/dynamo", "aws/items", "aws/journal", "aws/queue", "local/journal", "local/queue",
    )
)

HEAD = """# Functions of the protocol that no mutant touches

Made by `python -m tests.crash.touched --write`, which prints the share of lines by module, too.
"""

Lines = dict[Path, set[int]]


class _Recording(pytest.MonkeyPatch):  # type: ignore[misc]
    """Notes what is replaced."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Lines = {}

    def setattr(self, target: Any, name: Any, *value: Any, **how: Any) -> None:
        owner, attribute = (target, name) if value else _named(target)
        self._note(owner, attribute)
        super().setattr(target, name, *value, **how)

    def _note(self, owner: Any, attribute: str) -> None:
        held = plain(vars(owner).get(attribute, getattr(owner, attribute)))
        code = getattr(held, "__code__", None)
        if code is not None:
            self.found.setdefault(Path(code.co_filename), set()).update(lines_of(code))


def _named(target: str) -> tuple[Any, str]:
    module, _, attribute = target.rpartition(".")
    return importlib.import_module(module), attribute


def protocol() -> list[Path]:
    """The modules that are looked at."""
    found = [path for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.py")) if path.stat().st_size]
    return found + [ROOT / name for name in ADAPTERS]


def functions(path: Path) -> Iterator[tuple[str, set[int]]]:
    """Name and lines of each function of a module: those of its body, with what is defined in it."""
    yield from _functions(compile(path.read_text(encoding="utf-8"), str(path), "exec", dont_inherit=True))


def _functions(code: types.CodeType) -> Iterator[tuple[str, set[int]]]:
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType) and not inner.co_name.startswith("<"):
            if inner.co_flags & 1:  # CO_OPTIMIZED: a function, not a class
                yield inner.co_qualname, _body(inner) - {inner.co_firstlineno}
            else:
                yield from _functions(inner)


def _body(code: types.CodeType) -> set[int]:
    found = {line for _, _, line in code.co_lines() if line}
    return found.union(*(_body(inner) for inner in code.co_consts if isinstance(inner, types.CodeType)))


def touched() -> Lines:
    """The lines that mutants touch."""
    patch = _Recording()
    for mutant in (*MUTANTS.values(), *DIRECT.values()):
        mutant.off(patch)
        patch.undo()
    for edited in (EDITS | LARGE_VALUE_EDITS | ENDING_EDITS | SLIPS).values():
        path = Path(importlib.import_module(edited.edit.module).__file__ or "")
        patch.found.setdefault(path, set()).update(edited.edit.lines())
    return patch.found


def report() -> tuple[list[tuple[str, int, int]], dict[str, list[str]]]:
    """(module, lines, touched), and the untouched functions of each module."""
    found, rows, left = touched(), [], {}
    for path in protocol():
        name, hit = path.relative_to(ROOT).as_posix(), found.get(path, set())
        known = dict(functions(path))
        lines = set().union(*known.values())
        if not lines:
            continue
        rows.append((name, len(lines), len(lines & hit)))
        left[name] = sorted(function for function, own in known.items() if own and not own & hit)
    return rows, left


def text(left: dict[str, list[str]]) -> str:
    """The file."""
    parts = [HEAD]
    parts += [f"\n## {name}\n\n" + "".join(f"- `{function}`\n" for function in names)
              for name, names in left.items() if names]
    return "".join(parts)


def main() -> int:
    """Print the table."""
    rows, left = report()
    for name, lines, hit in (*rows, ("all", sum(row[1] for row in rows), sum(row[2] for row in rows))):
        sys.stdout.write(f"{name:50} {lines:5} {hit:5} {100 * hit / lines:4.0f} %\n")
    if "--write" in sys.argv[1:]:
        FILE.write_text(text(left), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
