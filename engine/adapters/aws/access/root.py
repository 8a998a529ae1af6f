"""The root of a stage's tokens: a secret of Secrets Manager that the deployment makes, outside `automate/<stage>/`,
where workflows' secrets are. The API's role alone may read it (infra_cdk.data_stack).
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from engine.adapters.aws.failures import storage_errors
from engine.clock import Clock
from engine.errors import StoreCorrupt

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_secretsmanager import SecretsManagerClient

MAX_AGE_MINUTES = 5
MAX_AGE_SECONDS = 60.0 * MAX_AGE_MINUTES
"""A process asks for the root so often: who puts another in its place ends every token within that time."""

LEAST_CHARACTERS = 32


class StageTokenRoot:
    """engine.ports.access_tokens.TokenRoot: the secret `name`. Safe to share between threads."""

    def __init__(self, client: Callable[[], SecretsManagerClient], name: str, clock: Clock) -> None:
        self._client = client
        self._name = name
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: tuple[float, bytes] | None = None

    def get(self) -> bytes:
        """See TokenRoot. A call of Secrets Manager is made once in MAX_AGE_SECONDS."""
        now = self._clock.now()
        with self._lock:
            if self._kept is None or not 0 <= now - self._kept[0] < MAX_AGE_SECONDS:
                with storage_errors():
                    text = self._client().get_secret_value(SecretId=self._name).get("SecretString", "")
                if len(text) < LEAST_CHARACTERS:
                    raise StoreCorrupt(
                        f"the root of this stage's tokens is shorter than {LEAST_CHARACTERS} characters: it was "
                        "changed by hand"
                    )
                self._kept = (now, text.encode())
            return self._kept[1]

    def make(self) -> bytes:
        """See TokenRoot: the deployment has made it."""
        return self.get()
