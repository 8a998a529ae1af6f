"""System calls that a process dies at, before one is made or after it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from tests.support.flows import Died


@dataclass
class Death:
    """Whether it has come."""

    came: bool = False


@contextmanager
def dying_at(names: tuple[str, ...], at: int) -> Iterator[Death]:
    """Calls of `os` by `names` die at the moment `at`: each has one before it and one after it. Below 0: none does."""
    death, left = Death(), [at]

    def moment() -> None:
        left[0] -= 1
        if left[0] == -1 and at >= 0:
            death.came = True
            raise Died

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            moment()
            answer = real(*args, **more)
            moment()
            return answer

        return call

    with mock.patch.multiple(os, **{name: dying(getattr(os, name)) for name in names}):
        yield death
