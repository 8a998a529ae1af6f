"""A stored secret whose value is not the one that runs: a backend that is asked before it holds the key as well."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import UserError
from engine.ports.secrets import SecretBackend


def shadowed_by(backends: Sequence[SecretBackend], workspace: str, key: str, where: str) -> str | None:
    """The backend that answers for `key` before the one named `where` is asked; None when there is none.

    `backends` are in the order in which they are asked. Raises StorageError.
    """
    for backend in backends:
        if backend.name == where:
            return None
        try:
            if backend.get(workspace, key):
                return backend.name
        except UserError:  # what a backend refuses, as a setting's name, it does not answer for
            continue
    return None
