"""Secrets from the process's environment: the key ``STRIPE_KEY`` reads ``AUTOMATE_STRIPE_KEY``.

The operator sets them where the process is started, for all its workspaces; rotating means a new variable or a restart.
The environment is handed in, so a composition root can add a demo value to its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import Refused
from engine.governance.secret_refs import check_key, is_key
from engine.ports.secrets import SecretInfo
from engine.settings import Settings

PREFIX = "AUTOMATE_"


class EnvironmentSecrets:
    """Read only. A variable that is one of the product's settings is never read as a secret."""

    name = "environment"

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._settings = Settings.environment_names()

    def get(self, workspace: str, key: str, *, fresh: bool = False) -> str | None:  # noqa: ARG002 - the port's shape
        """The variable's value; None when it is unset or empty. Raises Refused when it is a setting."""
        variable = PREFIX + check_key(key)
        if variable in self._settings:
            raise Refused(
                f"{variable} is a setting, not a secret", where=key,
                advice="Name the secret differently, or keep it in another backend.",
            )
        return self._environment.get(variable) or None

    def list(self, workspace: str) -> list[SecretInfo]:  # noqa: ARG002 - the port's shape
        """Every variable with the prefix that is no setting and whose rest is a key, by key."""
        names = [n for n, value in self._environment.items() if n.startswith(PREFIX) and value]
        keys = [n.removeprefix(PREFIX) for n in names if n not in self._settings]
        return [SecretInfo(key, self.name) for key in sorted(keys) if is_key(key)]
