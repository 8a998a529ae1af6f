"""Where turns of the copilot run: in threads of this process, or handed over to another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from threading import BoundedSemaphore, Lock

from engine.ports.people.conversations import ConversationKey
from engine.records import dataclass

MOST_RUNNING = 8
"""Turns that run in one process at once, each on a thread."""


@dataclass(frozen=True, slots=True)
class TurnPlace:
    """`process` names this process in a turn's claim, and `is_alive` says whether the process of a name still runs.
    `hand_over` begins a turn elsewhere; None: in a thread of this process. `room` bounds the threads, `running` are the
    conversations whose turns run here, under `lock`."""

    process: str
    is_alive: Callable[[str], bool]
    hand_over: Callable[[ConversationKey], None] | None = None
    room: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MOST_RUNNING))
    running: set[ConversationKey] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)
