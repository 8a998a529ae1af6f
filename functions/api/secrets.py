"""Routes of secrets: names go out, values only come in."""

from __future__ import annotations

from engine.ports.secrets import SecretInfo
from engine.runtime.executions import iso_time
from functions.api import models
from functions.api.routing import Answer, Call, RouteTable

table = RouteTable("Secrets")
route = table.add


@route("GET", "/secrets", models.Nothing, answers=models.SecretList)
def list_secrets(call: Call[models.Nothing]) -> Answer:
    """List the secrets by name; values are never shown."""
    found = [_shown(info) for backend in call.services.secret_backends for info in backend.list(call.workspace)]
    return Answer(models.SecretList(secrets=found))


@route("PUT", "/secrets/{key}", models.SecretRequest, answers=models.Secret, example={"value": "…"})
def put_secret(call: Call[models.SecretRequest]) -> Answer:
    """Create or rotate a secret."""
    info = call.services.writable_secrets.set(
        call.workspace, call.path["key"], call.given.value, actor=call.actor
    )
    return Answer(_shown(info))


def _shown(info: SecretInfo) -> models.Secret:
    return models.Secret(
        key=info.key, backend=info.backend, updated_at=iso_time(info.updated_at), updated_by=info.updated_by
    )
