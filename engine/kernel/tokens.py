"""How a call is named to the world: its idempotency key, and the task token of one that waits for an answer.

A task token is unguessable, and enough to find the execution it belongs to. Nothing secret is in one.

    <base64url(workspace NUL execution id)>.<frame>.<visit>.<attempt>.<32 hexadecimal digits from the stimulus's seed>

A frame's path ``/0/12`` is written ``0-12``; the root's is ``-``. A token is valid only while the frame holds the very
same text, so a changed digit leads nowhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from engine.kernel.open_frame import OpenFrame
from engine.kernel.snapshot import Facts, Frame
from engine.records import dataclass


def idempotency_key(facts: Facts, frame: Frame | OpenFrame) -> str:
    """``execution:path:visit:epoch``: the same over takeovers and unknown outcomes, new after a definite failure."""
    return f"{facts.execution_id}:{frame.path or '/'}:{frame.visit}:{frame.epoch}"


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """Where a token points: one attempt of one visit in one frame of an execution."""

    workspace: str
    execution_id: str
    frame: str
    visit: int
    attempt: int

    @property
    def of_frame(self) -> tuple[str, int, int]:
        """The frame, its visit and its attempt."""
        return self.frame, self.visit, self.attempt


def make_token(place: TokenPlace, seed: int) -> str:
    """The token of `place`; `seed` is the random number of the stimulus that scheduled the task."""
    whose = base64.urlsafe_b64encode(f"{place.workspace}\0{place.execution_id}".encode()).decode().rstrip("=")
    frame = place.frame[1:].replace("/", "-") or "-"
    where = f"{whose}.{frame}.{place.visit}.{place.attempt}"
    random = hashlib.sha256(f"task token|{seed}|{where}".encode()).hexdigest()[:32]
    return f"{where}.{random}"


def parse_token(token: str) -> TokenPlace | None:
    """Where `token` points, or None for a text that is no token. Says nothing about whether it is valid."""
    parts = token.split(".")
    if len(parts) != 5:
        return None
    whose, frame, visit, attempt, _random = parts
    try:
        padded = whose + "=" * (-len(whose) % 4)
        workspace, _, execution_id = base64.urlsafe_b64decode(padded.encode("ascii")).decode().partition("\0")
        path = "" if frame == "-" else "/" + frame.replace("-", "/")
        return TokenPlace(workspace, execution_id, path, int(visit), int(attempt))
    except (ValueError, binascii.Error):
        return None
