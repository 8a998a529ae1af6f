"""How long a test waits for what must come.

A busy machine is slow, not broken. So a test that waits for another process, thread or page waits `SECONDS`: far longer
than it ever takes. Only a test that fails waits so long. No test asserts how long something took.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

SECONDS = 180.0
_PAUSE = 0.02


def wait_until(found: Callable[[], Any], what: str = "") -> Any:
    """The first thing that `found` answers which is true. Raises AssertionError after `SECONDS`, naming `what`."""
    until = time.monotonic() + SECONDS
    while not (value := found()):
        assert time.monotonic() < until, f"waited in vain for {what or found}"
        time.sleep(_PAUSE)
    return value
