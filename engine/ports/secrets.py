"""Where SecretRefs are looked up. Values leave a backend only through `get`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from engine.records import dataclass

Json = Any


ANY = "*"


@dataclass(frozen=True, slots=True)
class SecretGrant:
    """That `workflow` may hand a secret to `connector`, for calls to `host`. ANY stands for each of the three.

    `connector` is what engine.governance.secret_grants.user_of says; `host` a name, ``*.`` before one for all names
    below it, or an address.
    """

    workflow: str
    connector: str = ANY
    host: str = ANY

    def __str__(self) -> str:
        """As settings and tags have it: WORKFLOW/CONNECTOR@HOST."""
        return f"{self.workflow}/{self.connector}@{self.host}"


Grants = tuple[SecretGrant, ...] | None
"""Who may use a secret; None: everybody, as before secrets named who may."""


@dataclass(frozen=True, slots=True)
class SecretInfo:
    """What may be shown of a secret: never its value. `previous_until`: until then the value of before is kept; None
    where there is none, or until another one follows."""

    key: str
    backend: str
    updated_at: float | None = None
    updated_by: str | None = None
    grants: Grants = None
    previous_until: float | None = None


class SecretBackend(Protocol):
    """One place that holds secrets. `name` is how messages call it: "environment", "local store", …"""

    name: str

    def get(self, workspace: str, key: str, *, fresh: bool = False) -> str | None:
        """The value; None when this backend does not hold it. `fresh` bypasses any cache."""
        ...

    def grants(self, workspace: str, key: str, *, fresh: bool = False) -> Grants:
        """Who may use the value that `get` gives; nobody where there is none. `fresh` as for `get`."""
        ...

    def list(self, workspace: str) -> list[SecretInfo]:
        """What it holds, by key."""
        ...


class WritableSecrets(SecretBackend, Protocol):
    """A backend that can be written to."""

    def set(self, workspace: str, key: str, value: str, *, by: str) -> SecretInfo:
        """Create or rotate the value of `key`. Nobody may use a new one; a rotated one keeps its grants. The value of
        before is kept as the previous one."""
        ...

    def stage(self, workspace: str, key: str, value: str) -> bool:
        """Keep `value` as the pending one of `key`, which nobody gets, in the place of a pending one that is there.
        False where there is no such secret."""
        ...

    def promote(self, workspace: str, key: str, *, by: str) -> SecretInfo | None:
        """Make the pending value the current one, in one step, and keep the value of before as the previous one. None
        where none is pending."""
        ...

    def go_back(self, workspace: str, key: str, *, by: str) -> SecretInfo | None:
        """Make the previous value the current one again; the current one is then the previous. None where none is
        kept."""
        ...

    def renew(self, workspace: str, key: str, value: str) -> bool:
        """Give `key` another value and change nothing else of it, not who set it either. It is durable once this
        returns, and in one step: nobody reads neither value. False, and nothing is written, where there is no such
        secret."""
        ...

    def grant(self, workspace: str, key: str, grant: SecretGrant) -> bool:
        """Let `grant` use `key`, beside those that may; one that everybody could use is then for this one alone. False
        where there is no such secret."""
        ...

    def revoke(self, workspace: str, key: str, grant: SecretGrant | None) -> bool:
        """Take `grant`, or all with None, from `key`; False where there is no such secret. Of one that everybody could
        use, all of it is taken."""
        ...

    def delete(self, workspace: str, key: str) -> bool:
        """False when there was none."""
        ...

    def rename(self, workspace: str, was: str, now: str) -> None:
        """Put `now` in the place of who changed a secret last, where that is `was`."""
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
