"""What the outside world knows of a run, whatever became of the processes: the calls that reached it, the acts of the
API that were accepted. In memory, or in a file where the processes really die.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from engine.ports.tasks import TaskCall

DONE, REFUSED, UNANSWERED = "done", "refused", "unanswered"
"""What the world did of a call: it certainly did, it certainly did not, it was not heard of again."""


class Made(NamedTuple):
    """One call that reached the world. `at` is the true time."""

    execution_id: str
    state: str
    attempt: int
    key: str
    token: str | None
    at: float


class Ledger:
    """`calls`, with the `answers` to them; `asks` and `accepted`: at what times which client asked, and was heard;
    `hand`: the token of the activity's task that a person works at."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self.calls: list[Made] = []
        self.answers: list[str] = []
        self.accepted: dict[str, float] = {}
        self.asks: dict[str, list[float]] = {}
        self.hand: str | None = None
        if path is not None and path.exists():
            for line in path.read_text().splitlines():
                self._take(*json.loads(line))

    def made(self, call: TaskCall, at: float) -> Made:
        """Record that `call` was made."""
        made = Made(call.execution_id, call.state, call.attempt, call.idempotency_key, call.task_token, at)
        self._write("call", list(made))
        return made

    def answer(self, call: int, what: str) -> None:
        """Record what the world did of the call of that number."""
        self._write("answer", [call, what])

    def accept(self, client: str, at: float) -> None:
        """Record that a client's act was accepted."""
        self._write("accepted", [client, at])

    def ask(self, client: str, at: float) -> None:
        """Record that a client asks now; the answer may be lost."""
        self._write("asked", [client, at])

    def hand_over(self, token: str | None) -> None:
        """Record that a person took an activity's task, or is done with it."""
        self._write("hand", [token])

    def asked(self, client: str, times: int = 1) -> bool:
        """Whether a client has asked, with or without an answer."""
        return len(self.asks.get(client, ())) >= times

    def _write(self, kind: str, values: list[Any]) -> None:
        self._take(kind, values)
        if self._path is not None:
            with self._path.open("a") as file:
                file.write(json.dumps([kind, values]) + "\n")

    def _take(self, kind: str, values: list[Any]) -> None:
        if kind == "call":
            self.calls.append(Made(*values))
            self.answers.append(UNANSWERED)
        elif kind == "answer":
            self.answers[values[0]] = values[1]
        elif kind == "hand":
            self.hand = values[0]
        elif kind == "accepted":
            self.accepted[values[0]] = values[1]
        else:
            self.asks.setdefault(values[0], []).append(values[1])
