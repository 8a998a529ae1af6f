"""How many examples Hypothesis draws: a slice, the same each time, in `make test`; all of them in `make test-full`."""

from __future__ import annotations

import os

ALL = os.environ.get("HYPOTHESIS_PROFILE", "same") == "random"


def drawn(count: int, *, of: int) -> int:
    """`count`; `of` where `make test-full` asks."""
    return of if ALL else count
