"""Calls of AWS made at the same time: each waits some milliseconds for the network, and no call for another one.

A worker makes its calls in order, as its rules name them. A list that lies in many partitions, and a sweep, make theirs
at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor, wait
from typing import Protocol, TypeVar

Thing = TypeVar("Thing")
Answer = TypeVar("Answer")


class AtOnce(Protocol):
    """How calls that do not need each other's answers are made."""

    def each(self, call: Callable[[Thing], Answer], things: Iterable[Thing]) -> list[Answer]:
        """`call` of each thing, the answers in their order. Raises what the first one raised that failed. Calls that
        had begun have ended then, others may not have been made. `call` makes none at once itself."""
        ...


class InOrder:
    """One after the other, in the caller's thread."""

    def each(self, call: Callable[[Thing], Answer], things: Iterable[Thing]) -> list[Answer]:
        """As AtOnce says."""
        return [call(thing) for thing in things]


class InThreads:
    """Up to `threads` at the same time. The threads are made when they are first needed, and kept."""

    def __init__(self, threads: int) -> None:
        self._pool: Executor = ThreadPoolExecutor(threads, "aws")

    def each(self, call: Callable[[Thing], Answer], things: Iterable[Thing]) -> list[Answer]:
        """As AtOnce says."""
        futures = [self._pool.submit(call, thing) for thing in things]
        try:
            return [future.result() for future in futures]
        finally:
            for future in futures:
                future.cancel()
            wait(futures)
