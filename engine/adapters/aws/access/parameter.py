"""A text that a later stack of the stage has written: a parameter of Systems Manager, which may not be there yet."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from engine.adapters.aws.failures import code_of, storage_errors
from engine.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_AGE_SECONDS = 60.0
"""A process asks for it so often: what a deployment changes counts within that time."""


class StageParameter:
    """The parameter `name`. Safe to share between threads."""

    def __init__(self, client: Callable[[], Any], name: str, clock: Clock) -> None:
        self._client = client
        self._name = name
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: tuple[float, str] | None = None

    def get(self) -> str:
        """Its text; empty where there is none. A call of Systems Manager is made once in MAX_AGE_SECONDS. Raises
        StorageError."""
        now = self._clock.now()
        with self._lock:
            if self._kept is None or not 0 <= now - self._kept[0] < MAX_AGE_SECONDS:
                with storage_errors():
                    self._kept = (now, self._asked())
            return self._kept[1]

    def _asked(self) -> str:
        try:
            return str(self._client().get_parameter(Name=self._name)["Parameter"]["Value"])
        except ClientError as error:
            if code_of(error) != "ParameterNotFound":
                raise
            return ""
