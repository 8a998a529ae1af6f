"""Secrets from the process's environment: the key ``STRIPE_KEY`` reads ``AUTOMATE_STRIPE_KEY``.

The operator sets them where the process is started, for all its workspaces; rotating means a new variable or a restart.
Who may use them AUTOMATE_SECRET_GRANTS says; without it, everybody.
The environment is handed in, so a composition root can add a demo value to its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import InvalidDocument, Refused
from engine.governance.secret_grants import ENVIRONMENT, SETTING, parse_grant
from engine.governance.secret_refs import check_key, is_key
from engine.ports.secrets import Grants, SecretGrant, SecretInfo
from engine.settings import WIRING, Settings

PREFIX = "AUTOMATE_"


class EnvironmentSecrets:
    """Read only. A variable that is one of the product's settings, or connects the functions of a deployment, is never
    read as a secret."""

    name = ENVIRONMENT

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._settings = Settings.environment_names() | WIRING
        self._grants = _read_grants(environment.get(SETTING, ""))

    def get(self, workspace: str, key: str, *, fresh: bool = False) -> str | None:  # noqa: ARG002 - the port's shape
        """The variable's value; None when it is unset or empty. Raises Refused when it is a setting."""
        variable = PREFIX + check_key(key)
        if variable in self._settings:
            raise Refused(
                f"{variable} is a setting, not a secret", where=key,
                advice="Name the secret differently, or keep it in another backend.",
            )
        return self._environment.get(variable) or None

    def grants(self, workspace: str, key: str, *, fresh: bool = False) -> Grants:  # noqa: ARG002 - the port's shape
        """See SecretBackend: of every workspace."""
        return None if self._grants is None else self._grants.get(key, ())

    def list(self, workspace: str) -> list[SecretInfo]:  # noqa: ARG002 - the port's shape
        """Every variable with the prefix that is no setting and whose rest is a key, by key."""
        names = [n for n, value in self._environment.items() if n.startswith(PREFIX) and value]
        keys = [n.removeprefix(PREFIX) for n in names if n not in self._settings]
        return [SecretInfo(key, self.name, grants=self.grants("", key)) for key in sorted(keys) if is_key(key)]


def _read_grants(text: str) -> dict[str, tuple[SecretGrant, ...]] | None:
    """The grants of each key; None where the setting is not there. Raises InvalidDocument naming the entry at fault."""
    found: dict[str, tuple[SecretGrant, ...]] = {}
    for entry in filter(None, map(str.strip, text.split(","))):
        key, _, said = entry.partition("=")
        grant = parse_grant(said)
        if grant is None or not is_key(key):
            raise InvalidDocument(
                f"{entry!r} is no grant", where=SETTING,
                advice="Write KEY=WORKFLOW/CONNECTOR@HOST, separated by commas; * stands for any of the three: "
                "STRIPE_KEY=orders/http@api.stripe.com, DEMO_KEY=*/*@*.",
            )
        found[key] = (*found.get(key, ()), grant)
    return found if text.strip() else None
