"""Routes of secrets: names go out, values only come in."""

from __future__ import annotations

from typing import Any

from engine.errors import Conflict, NotFound
from engine.governance.audit_entry import SECRET, Subject
from engine.governance.log_masking import KNOWN
from engine.governance.masking import MINIMUM_ENCODED
from engine.governance.roles import Right
from engine.governance.secret_refs import check_key, check_length, check_value
from engine.governance.shadowing import shadowed_by
from engine.ports.secrets import SecretInfo
from functions.app.acts import Act
from functions.app.routing import Call, RouteTable
from functions.app.secret_uses import secret_uses
from functions.app.shapes import base
from functions.app.shapes import secrets as shapes

table = RouteTable("Secrets")


def _secret(call: Call[Any]) -> Subject:
    return Subject(SECRET, call.path["key"])


@table.route("GET", "/secrets", right=Right.EDIT)
def list_secrets(call: Call[base.Nothing]) -> shapes.SecretList:
    """List the secrets by name, with the workflows that name them; values are never shown.

    `missing` are those that are named and nowhere: publishing warns of them, and running fails."""
    services = call.services
    uses = secret_uses(services.catalog, call.workspace)
    writable = services.secret_store.name
    found = [
        shapes.SecretWithUse.of(
            info, shadowed_by=_shadowed_by(call, info), writable=info.backend == writable,
            used_by=uses.get(info.key, []),
        )
        for backend in services.secret_backends for info in backend.list(call.workspace)
    ]
    known = {item.key for item in found}
    missing = [shapes.SecretNeeded(key=key, used_by=used) for key, used in sorted(uses.items()) if key not in known]
    return shapes.SecretList(secrets=found, missing=missing)


@table.route("PUT", "/secrets/{key}", right=Right.SECRETS, act=Act("secret.set", _secret), example={"value": "…"})
def put_secret(call: Call[shapes.SecretRequest]) -> shapes.Secret:
    """Create or rotate a secret.

    A value of fewer than 8 characters is refused unless `allow_short` says so: masking cannot find it safely."""
    key, value = check_key(call.path["key"]), check_value(call.given.value)
    return _write(call, key, value, _writable(call, key))


@table.route(
    "POST", "/secrets/{key}/rotate", right=Right.SECRETS,
    act=Act("secret.rotate", _secret), example={"value": "…"},
)
def rotate_secret(call: Call[shapes.SecretRequest]) -> shapes.Secret:
    """Give a secret a new value; its key stays, so no workflow changes.

    404 when there is none that can be written here. What runs uses the new value from its next call on."""
    key = check_key(call.path["key"])
    value = check_value(call.given.value)
    before = _writable(call, key)
    if before is None:
        raise NotFound(
            f"no secret {key!r} can be rotated here", where="key",
            advice="Set it first (automate secrets set KEY, PUT /secrets/KEY); one of the environment is changed "
            "there.",
        )
    return _write(call, key, value, before)


@table.route("DELETE", "/secrets/{key}", right=Right.SECRETS, act=Act("secret.delete", _secret), example="force=true")
def delete_secret(call: Call[shapes.DeleteSecretQuery]) -> base.Done:
    """Delete a secret. 409 while a workflow names it, unless forced."""
    services, key = call.services, check_key(call.path["key"])
    before = _writable(call, key)
    if before is None:
        raise _nothing_to_delete(key)
    uses = secret_uses(services.catalog, call.workspace).get(key, [])
    if uses and not call.given.force:
        names = ", ".join(dict.fromkeys(use.workflow for use in uses))
        raise Conflict(
            f"the secret {key!r} is used by {names}", where="key",
            advice="Take it out of these workflows first, or delete it with force=true.",
            details={"used_by": [use.model_dump() for use in uses]},
        )
    if not services.secret_store.delete(call.workspace, key):
        raise _nothing_to_delete(key)  # somebody was faster
    call.act.done(before=_recorded(before))
    return base.Done()


def _writable(call: Call[Any], key: str) -> SecretInfo | None:
    """What there is of `key` where secrets are written to."""
    return next((info for info in call.services.secret_store.list(call.workspace) if info.key == key), None)


def _write(call: Call[shapes.SecretRequest], key: str, value: str, before: SecretInfo | None) -> shapes.Secret:
    """Write the value. An entry has that there was one and that there is: never a value, nor a digest of one, which
    could be guessed from."""
    check_length(value, allow_short=call.given.allow_short)
    if len(value) >= MINIMUM_ENCODED:  # a shorter one would mask ordinary words
        KNOWN.add([value])  # in this process's log and entries, from now on
    info = call.services.secret_store.set(call.workspace, key, value, by=call.actor.name)
    call.act.done(before=None if before is None else _recorded(before), after=_recorded(info))
    return _shown(call, info)


def _recorded(info: SecretInfo) -> base.Json:
    return {"backend": info.backend, "updated_at": info.updated_at, "updated_by": info.updated_by}


def _nothing_to_delete(key: str) -> NotFound:
    return NotFound(
        f"no secret {key!r} can be deleted here", where="key",
        advice="automate secrets list, or GET /secrets, shows them; one of the environment is deleted there.",
    )


def _shown(call: Call[Any], info: SecretInfo) -> shapes.Secret:
    return shapes.Secret.of(info, shadowed_by=_shadowed_by(call, info))


def _shadowed_by(call: Call[Any], info: SecretInfo) -> str | None:
    return shadowed_by(call.services.secret_backends, call.workspace, info.key, info.backend)
