"""A mutant as a change of the source: one place of one module reads otherwise.

    python -m tests.crash.editing NAME [pytest's arguments]      pytest with that edit in place

The edited module is compiled anew and the function around the place is given its new code, so that everybody who holds
the function has it. A constant of a module is replaced where it stands.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_OPTIMIZED = inspect.CO_OPTIMIZED


@dataclass(frozen=True)
class Edit:
    """`old` stands in the source of `module` once, and becomes `new`; in its `constant`, where that is named."""

    module: str
    old: str
    new: str
    constant: str = ""

    def source(self) -> str:
        """Of the module, as it is."""
        path = importlib.import_module(self.module).__file__
        assert path is not None
        return Path(path).read_text(encoding="utf-8")

    def lines(self) -> range:
        """The lines that it changes."""
        source = self.source()
        assert source.count(self.old) == 1, f"{self.module} has {self.old!r} {source.count(self.old)} times"
        first = source[: source.index(self.old)].count("\n") + 1
        return range(first, first + self.old.rstrip("\n").count("\n") + 1)

    def apply(self, patch: pytest.MonkeyPatch) -> None:
        """Make it, until `patch` is undone."""
        module = importlib.import_module(self.module)
        if self.constant:
            value = getattr(module, self.constant)
            assert value.count(self.old) == 1, f"{self.constant} has {self.old!r} {value.count(self.old)} times"
            patch.setattr(module, self.constant, value.replace(self.old, self.new))
            return
        line = self.lines().start
        path = str(module.__file__)
        edited = compile(self.source().replace(self.old, self.new), path, "exec", dont_inherit=True)
        code = _around(edited, line)
        patch.setattr(_function(module, code.co_qualname), "__code__", code)


def _around(code: types.CodeType, line: int) -> types.CodeType:
    """The function that `line` is in: in classes, but not in functions."""
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType) and line in lines_of(inner):
            return inner if inner.co_flags & _OPTIMIZED else _around(inner, line)
    raise AssertionError(f"line {line} is in no function")


def lines_of(code: types.CodeType) -> range:
    """From the definition to the last line, with what is defined in it."""
    found = {line for _, _, line in code.co_lines() if line}
    found.update(*(lines_of(inner) for inner in code.co_consts if isinstance(inner, types.CodeType)))
    return range(code.co_firstlineno, max(found) + 1)


def _function(module: Any, qualname: str) -> Any:
    owner = module
    *outer, name = qualname.split(".")
    for part in outer:
        owner = getattr(owner, part)
    return plain(vars(owner)[name])


def plain(found: Any) -> Any:
    """The function beneath a property, a static method, a cache or a context manager."""
    if isinstance(found, property):
        found = found.fget
    found = getattr(found, "__func__", found)
    return inspect.unwrap(found)


def main() -> int:
    """Run pytest with one edit."""
    from tests.crash.arriving_edits import ARRIVING_EDITS  # noqa: PLC0415
    from tests.crash.edits import EDITS  # noqa: PLC0415
    from tests.crash.ending_edits import ENDING_EDITS  # noqa: PLC0415
    from tests.crash.large_value_edits import LARGE_VALUE_EDITS  # noqa: PLC0415
    from tests.crash.slips import SLIPS  # noqa: PLC0415
    from tests.crash.telling_edits import TELLING_EDITS  # noqa: PLC0415

    name, *arguments = sys.argv[1:]
    with pytest.MonkeyPatch.context() as patch:
        edits = EDITS | LARGE_VALUE_EDITS | ENDING_EDITS | ARRIVING_EDITS | TELLING_EDITS | SLIPS
        edits[name].edit.apply(patch)
        return int(pytest.main(arguments))


if __name__ == "__main__":
    sys.exit(main())
