"""Routes of secrets: names go out, values only come in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.connections.tokens import check_url
from connectors.egress.hosts import BadHost, parse_host
from engine.errors import Conflict, InvalidDocument, NotFound
from engine.governance.audit.entry import SECRET, Subject
from engine.governance.connections import API_KEY, BASIC, BEARER, HEADERS, QUERY, Connection, name_of
from engine.governance.log_masking import KNOWN
from engine.governance.masking import MINIMUM_ENCODED
from engine.governance.resolving import granted
from engine.governance.roles import Right
from engine.governance.secret_grants import parse_grant
from engine.governance.secret_refs import check_key, check_length, check_value
from engine.governance.shadowing import shadowed_by
from engine.ports.secrets import ANY, Grants, SecretGrant, SecretInfo
from functions.app.acts import Act
from functions.app.routing import Call, RouteTable
from functions.app.secret_uses import check_unused, every_use, secret_uses
from functions.app.shapes import base
from functions.app.shapes import secrets as shapes

table = RouteTable("Secrets")

SLACK_SIGNING = "AUTOMATE_SLACK_SIGNING_SECRET"
"""The setting that names a secret of the product's own."""


def _secret(call: Call[Any]) -> Subject:
    return Subject(SECRET, call.path["key"])


@table.route("GET", "/secrets", right=Right.EDIT)
def list_secrets(call: Call[base.Nothing]) -> shapes.SecretList:
    """List the secrets by name, with the workflows that name them; values are never shown.

    `missing` are those that are named and nowhere: publishing warns of them, and running fails."""
    services = call.services
    uses = secret_uses(every_use(services.catalog, call.workspace))
    writable = services.secret_store.name
    found = [
        shapes.SecretWithUse.of(
            info, shadowed_by=_shadowed_by(call, info),
            writable=info.backend == writable and name_of(info.key) is None,  # a connection is changed as one
            used_by=uses.get(info.key, []), grants=_grants(info.grants), setting=_setting(call, info.key),
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
    key, value = _plain(call.path["key"]), check_value(call.given.value)
    return _write(call, key, value, _writable(call, key))


@table.route(
    "POST", "/secrets/{key}/rotate", right=Right.SECRETS,
    act=Act("secret.rotate", _secret), example={"value": "…"},
)
def rotate_secret(call: Call[shapes.RotateRequest]) -> shapes.Secret:
    """Give a secret a new value; its key stays, so no workflow changes.

    The value of before is kept: `step: back` makes it the current one again. 404 when there is none that can be written
    here, 422 where the test fails. What runs uses the new value from its next call on."""
    key, given, store = _plain(call.path["key"]), call.given, call.services.secret_store
    before = _writable(call, key)
    if before is None:
        raise NotFound(
            f"no secret {key!r} can be rotated here", where="key",
            advice="Set it first (automate secrets set KEY, PUT /secrets/KEY); one of the environment is changed "
            "there.",
        )
    kept: SecretInfo | None
    if given.step == "back":
        kept = store.go_back(call.workspace, key, by=call.actor.name)
    else:
        if given.step != "current":
            _stage(call, key)
        kept = before if given.step == "pending" else store.promote(call.workspace, key, by=call.actor.name)
    if kept is None:
        raise Conflict(
            f"no value of {key!r} is {'kept from before' if given.step == 'back' else 'pending'}", where="step",
            advice=f"automate secrets rotate {key} gives it one.",
        )
    call.act.done(before=_recorded(before), after={**_recorded(kept), "step": given.step})
    return _shown(call, kept)


def _stage(call: Call[shapes.RotateRequest], key: str) -> None:
    """Test the value that is given, where it is said how, and keep it as the pending one."""
    given = call.given
    value = check_length(check_value(given.value), allow_short=given.allow_short)
    if len(value) >= MINIMUM_ENCODED:
        KNOWN.add([value])
    if given.test_url:
        check_url("test_url", given.test_url)
        how, _, name = given.test_as.partition(":")
        call.services.connections.calls.check(Connection(
            how if how in (BEARER, BASIC) else API_KEY, secret=value, user=name, name=name,
            place=QUERY if how == "query" else HEADERS, test_url=given.test_url,
        ), "")
    if not call.services.secret_store.stage(call.workspace, key, value):
        raise NotFound(f"no secret {key!r} can be rotated here", where="key")  # somebody deleted it


@table.route("DELETE", "/secrets/{key}", right=Right.SECRETS, act=Act("secret.delete", _secret), example="force=true")
def delete_secret(call: Call[shapes.DeleteSecretQuery]) -> base.Done:
    """Delete a secret. 409 while a workflow or a setting names it, unless forced."""
    services, key = call.services, check_key(call.path["key"])
    before = _writable(call, key)
    if before is None:
        raise _nothing_to_delete(key)
    if not call.given.force:
        check_unused(services.catalog, call.workspace, key)
        if (setting := _setting(call, key)) is not None:
            raise Conflict(
                f"the secret {key!r} is used by the setting {setting}", where="key",
                advice="Take it out of the setting first, or delete it with force=true.",
            )
    if not services.secret_store.delete(call.workspace, key):
        raise _nothing_to_delete(key)  # somebody was faster
    call.act.done(before=_recorded(before))
    return base.Done()


@table.route("GET", "/secrets/{key}/usage", right=Right.EDIT)
def get_secret_usage(call: Call[base.Nothing]) -> shapes.SecretUsage:
    """Say which states, webhooks and alerts of active versions and drafts name a secret, and whether it is granted."""
    services, key = call.services, check_key(call.path["key"])
    held = granted(services.secret_backends, call.workspace, key)
    backend, grants = (None, ()) if held is None else held
    uses = [
        shapes.SecretUsed.of(use.grant, version=version, kind=use.kind, name=use.name, granted=use.may(grants))
        for version, use in every_use(services.catalog, call.workspace) if use.key == key
    ]
    if backend is None and not uses:
        raise NotFound(
            f"there is no secret {key!r}, and nothing names one", where="key",
            advice="automate secrets list shows what there is.",
        )
    return shapes.SecretUsage(key=key, backend=backend, grants=_grants(grants), uses=uses)


@table.route(
    "POST", "/secrets/{key}/grants", right=Right.SECRETS, act=Act("secret.grant", _secret),
    example={"workflow": "order_flow", "connector": "http", "host": "api.example.org"},
)
def grant_secret(call: Call[shapes.GrantRequest]) -> shapes.Secret:
    """Let a workflow use a secret, with a connector and for a host, or with any.

    It adds to what is granted; of a secret that everybody could use, it becomes the only grant."""
    given = call.given
    grant = SecretGrant(given.workflow, given.connector, _host(given.host))
    if parse_grant(str(grant)) is None:
        raise InvalidDocument(
            f"{str(grant)!r} is no grant", where="workflow" if "/" in given.workflow else "connector",
            advice="A workflow's name, a connector's code (aws:SERVICE, trigger:webhook) and a host; * is any of them.",
        )
    return _regranted(call, lambda key: call.services.secret_store.grant(call.workspace, key, grant))


@table.route(
    "DELETE", "/secrets/{key}/grants", right=Right.SECRETS, act=Act("secret.revoke", _secret),
    example="workflow=order_flow&connector=http&host=api.example.org",
)
def revoke_secret(call: Call[shapes.RevokeQuery]) -> shapes.Secret:
    """Take a grant from a secret, or all of them.

    On AWS a worker that used the secret within the last minute may go on for the rest of it."""
    given = call.given
    grant = None if given.all else SecretGrant(given.workflow, given.connector, _host(given.host))
    before = _writable(call, check_key(call.path["key"]))
    if before is not None and grant is not None and grant not in (before.grants or ()):
        raise NotFound(
            f"{grant} is not granted", where="workflow",
            advice="automate secrets usage KEY shows what is; --all takes every grant.",
        )
    return _regranted(call, lambda key: call.services.secret_store.revoke(call.workspace, key, grant))


def _regranted(call: Call[Any], change: Callable[[str], bool]) -> shapes.Secret:
    """Change the grants of the secret that the address names, and show it."""
    key = check_key(call.path["key"])
    before = _writable(call, key)
    if before is None or not change(key):
        raise NotFound(
            f"no secret {key!r} is kept here", where="key",
            advice="Set it first: automate secrets set KEY. One of the environment is granted in the setting "
            "AUTOMATE_SECRET_GRANTS.",
        )
    after = _writable(call, key) or before
    call.act.done(before=_recorded(before), after=_recorded(after), changed=before.grants != after.grants)
    return _shown(call, after)


def _host(text: str) -> str:
    """A host as the dialler has it. Raises InvalidDocument."""
    if text == ANY:
        return text
    wild = "*." if text.startswith("*.") else ""
    try:
        return wild + parse_host(text.removeprefix("*.")).text
    except BadHost as error:
        raise InvalidDocument(
            f"{text!r} {error}", where="host", advice="A host's name or address, without scheme, port and path."
        ) from None


def _plain(key: str) -> str:
    """`key`, where it is no connection's. Raises InvalidDocument."""
    name = name_of(check_key(key))
    if name is not None:
        raise InvalidDocument(
            f"{key!r} is the key of a connection", where="key",
            advice=f"automate connections add {name} makes it, or gives it another value.",
        )
    return key


def _grants(grants: Grants) -> list[shapes.SecretGrant] | None:
    return None if grants is None else [shapes.SecretGrant.of(grant) for grant in grants]


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
    grants = None if info.grants is None else [str(grant) for grant in info.grants]
    return {"backend": info.backend, "updated_at": info.updated_at, "updated_by": info.updated_by, "grants": grants}


def _nothing_to_delete(key: str) -> NotFound:
    return NotFound(
        f"no secret {key!r} can be deleted here", where="key",
        advice="automate secrets list, or GET /secrets, shows them; one of the environment is deleted there.",
    )


def _shown(call: Call[Any], info: SecretInfo) -> shapes.Secret:
    return shapes.Secret.of(
        info, shadowed_by=_shadowed_by(call, info), grants=_grants(info.grants), setting=_setting(call, info.key)
    )


def _setting(call: Call[Any], key: str) -> str | None:
    """The setting that names the secret `key`."""
    return SLACK_SIGNING if key == call.services.settings.slack_signing_secret else None


def _shadowed_by(call: Call[Any], info: SecretInfo) -> str | None:
    return shadowed_by(call.services.secret_backends, call.workspace, info.key, info.backend)
