"""Where SecretRefs are looked up. Values leave a backend only through `get`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class SecretInfo:
    """What may be shown of a secret: never its value."""

    key: str
    backend: str
    updated_at: float | None = None
    updated_by: str | None = None


class SecretBackend(Protocol):
    """One place that holds secrets. `name` is how messages call it: "environment", "local store", …"""

    name: str

    def get(self, workspace: str, key: str, *, fresh: bool = False) -> str | None:
        """The value; None when this backend does not hold it. `fresh` bypasses any cache."""
        ...

    def list(self, workspace: str) -> list[SecretInfo]:
        """What it holds, by key."""
        ...


class WritableSecrets(SecretBackend, Protocol):
    """A backend that can be written to."""

    def set(self, workspace: str, key: str, value: str, *, by: str) -> SecretInfo:
        """Create or rotate the value of `key`."""
        ...

    def delete(self, workspace: str, key: str) -> bool:
        """False when there was none."""
        ...


class Scrubs(Protocol):
    """Removes the values of certain secrets, in whatever form they are written down."""

    def text(self, text: str) -> str:
        """`text` without the values."""
        ...

    def json(self, value: Json) -> Json:
        """`value` without them, names of members included."""
        ...


class SecretMasks(Protocol):
    """What tells the values behind KEYs apart from everything else."""

    def scrubber(self, workspace: str, keys: Iterable[str]) -> Scrubs:
        """What removes the values of `keys`; one that is not there is passed by. Raises StorageError."""
        ...
