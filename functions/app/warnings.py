"""What a caller should know beside the answer: `warnings` of the API's answers, a line of the command line's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_WARNINGS: ContextVar[list[str] | None] = ContextVar("automate_warnings", default=None)


@contextmanager
def collected_warnings() -> Iterator[list[str]]:
    """What is warned of within, in words for the caller."""
    found: list[str] = []
    token = _WARNINGS.set(found)
    try:
        yield found
    finally:
        _WARNINGS.reset(token)


def warn(text: str) -> None:
    """Add to the answer that is being made; nothing where nobody waits for one."""
    warnings = _WARNINGS.get()
    if warnings is not None:
        warnings.append(text)
