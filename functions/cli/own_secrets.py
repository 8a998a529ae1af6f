"""A secret's value, for whoever owns the data folder: a command's own process reads it, no API gives one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from engine.errors import Refused
from functions.cli.session import session

if TYPE_CHECKING:
    from engine.ports.secrets import SecretBackend


def own_secret(key: str, *, option: str) -> tuple[SecretBackend, str] | None:
    """What a worker of the folder would get, and of whom: of the environment, or of the folder's own store; None where
    neither has `key`. Raises Refused with --endpoint and with a named token: `option` is what asks for it."""
    from engine.adapters.local.environment_secrets import EnvironmentSecrets
    from engine.adapters.local.secret_store import LocalSecretStore

    if session().endpoint is not None:
        raise Refused(
            "the API gives nobody a secret's value", where=option,
            advice="On the machine of a data folder, leave --endpoint out; on AWS, look in Secrets Manager.",
        )
    if session().token_file is not None:
        raise Refused(
            "a named token reveals no secret", where=option,
            advice="The owner of the data folder leaves --token-file out.",
        )
    settings = session().settings
    store = LocalSecretStore(settings.data_dir, session().screen.clock, busy_timeout=settings.busy_timeout_seconds)
    for backend in (EnvironmentSecrets(os.environ), store):
        value = backend.get(settings.workspace, key)
        if value is not None:
            return backend, value
    return None
