"""Which parts of workflows name a secret, by the SecretRefs that stand in them, and whether it is granted to them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from connectors.connections import CONNECTION
from engine.catalog.catalog import Catalog
from engine.catalog.document import WorkflowDocument
from engine.catalog.states import states_of
from engine.catalog.triggers import WebhookTrigger
from engine.errors import Conflict, Diagnostic, json_pointer, location
from engine.governance.connections import key_of, name_of, parse
from engine.governance.resolving import granted
from engine.governance.secret_grants import WEBHOOK, admits, hosts_for, how_to_grant, user_of
from engine.governance.secret_refs import references_in
from engine.language.asl.resources import plain_resource
from engine.ports.secrets import ANY, Grants, SecretBackend, SecretGrant
from engine.ports.tasks import TaskPolicy, Tasks
from engine.records import dataclass

if TYPE_CHECKING:
    from functions.app.shapes import secrets as shapes

Json = Any
Kind = Literal["state", "trigger", "alert"]

_ALERTS = "http"
"""The connector that calls the webhooks of alerts."""


@dataclass(frozen=True, slots=True)
class Use:
    """A place that names the secret `key`: a state, a trigger or an alert, by its name. `grant` is what lets it; its
    host is ANY where no address is written out. `resource` is the state's."""

    key: str
    kind: Kind
    name: str
    place: str
    grant: SecretGrant
    resource: str | None = None

    def may(self, grants: Grants) -> bool:
        """Whether `grants` let it. An address that an expression makes is known when it is called, and asked then."""
        hosts = hosts_for(grants, self.grant.workflow, self.grant.connector)
        return bool(hosts) and (self.grant.host == ANY or admits(hosts, self.grant.host))


def uses_in(workflow: str, document: Json) -> Iterator[Use]:
    """Each place of a document, as it is written, that names a secret; each key once a place."""
    for state in states_of(document.get("definition")):
        called = state.own.get("Arguments", state.own.get("Parameters"))
        grant = SecretGrant(workflow, user_of(str(state.own.get("Resource", ANY))), _host_in(called))
        resource = state.own.get("Resource")
        yield from _uses(
            "state", state.name, state.place, state.own, grant, resource if isinstance(resource, str) else None
        )
    for index, trigger in enumerate(document.get("triggers") or ()):
        name = str(trigger.get("path", trigger.get("name", trigger.get("type"))))
        grant = SecretGrant(workflow, WEBHOOK)
        yield from _uses("trigger", name, f"/triggers/{index}/auth", trigger.get("auth"), grant)
    for index, alert in enumerate(document.get("alerts") or ()):
        hook = alert.get("webhook")
        grant = SecretGrant(workflow, _ALERTS, _host_in(hook))
        yield from _uses("alert", str(alert.get("name", "alert")), f"/alerts/{index}/webhook", hook, grant)


def ungranted(document: WorkflowDocument, backends: Sequence[SecretBackend], workspace: str) -> list[Diagnostic]:
    """A problem for each secret that is there and not granted to the place that names it. Raises StorageError."""
    return [
        Diagnostic(
            "SECRET_NOT_GRANTED",
            f"the {use.kind} {use.name!r}: the secret {use.key} is not granted to {_who(use.grant)}. "
            f"{how_to_grant(backend, use.key, use.grant)}", use.place,
        )
        for use, backend in needed(document, backends, workspace)
    ]


def secrets_not_there(
    document: WorkflowDocument, backends: Sequence[SecretBackend], workspace: str, tasks: Tasks
) -> Iterator[Diagnostic]:
    """A warning for each secret of a Task, a webhook or an alert that is not there. Raises StorageError."""
    for place, what, key, so in (*_of_tasks(document, tasks), *_of_webhooks_and_alerts(document)):
        if granted(backends, workspace, key) is None:
            yield Diagnostic(
                "SECRET_NOT_THERE",
                f"{what}: there is no secret {key} (automate secrets set {key}), and until there is one, {so}", place,
                "WARNING",
            )


def _of_tasks(document: WorkflowDocument, tasks: Tasks) -> Iterator[tuple[str, str, str, str]]:
    """As _of_webhooks_and_alerts. Of a connection that is missing `connection_problems` tells."""
    for use in uses_in(document.name, document.as_written):
        if use.kind == "state" and not (_at_connection(use) and _policy(use, tasks).connections):
            yield use.place, f"state {use.name!r}", use.key, "its call fails"


def _of_webhooks_and_alerts(document: WorkflowDocument) -> Iterator[tuple[str, str, str, str]]:
    """Where a secret is named, by what, its key, and what comes of it when it is missing."""
    for index, trigger in enumerate(document.triggers):
        auth = trigger.auth if isinstance(trigger, WebhookTrigger) and trigger.enabled else None
        for number, each in enumerate(auth.secrets if auth is not None else ()):
            place = json_pointer(("triggers", index, "auth", "secrets", number))
            yield place, str(trigger), each.secret, "each call is answered 503"
    for index, alert in enumerate(document.alerts or ()):
        token = None if alert.webhook is None else alert.webhook.bearer_token
        if token is not None:
            place = json_pointer(("alerts", index, "webhook", "bearer_token"))
            yield place, f"the alert {alert.name!r}", token.secret, "its webhook is not called"


def connection_problems(
    document: WorkflowDocument, backends: Sequence[SecretBackend], workspace: str, tasks: Tasks
) -> Iterator[Diagnostic]:
    """A problem for each connection that is named and is not there, or does not fit what it is named for. Raises
    StorageError."""
    for use in uses_in(document.name, document.as_written):
        at_input, name = _at_connection(use), name_of(use.key)
        if name is None and not at_input:
            continue
        place, resource, policy = f"the {use.kind} {use.name!r}", use.resource, _policy(use, tasks)
        if at_input and not policy.connections:
            continue  # an input of that name, of a connector that takes no connections
        value = next(filter(None, (backend.get(workspace, use.key) for backend in backends)), None)
        kept = None if value is None else parse(value)
        if kept is None and at_input:
            known = f"{use.key!r} is no connection" if value or name is None else f"there is no connection {name!r}"
            yield Diagnostic(
                "CONNECTION_NOT_FOUND", f"{place}: {known}. Add one with: automate connections add "
                f"{name or 'NAME'} --kind {next(iter(policy.connections))}, and name it as "
                f'{{"$secret": "{key_of(name or "NAME")}"}}', use.place,
            )
        elif kept is not None and not at_input:
            yield Diagnostic(
                "CONNECTION_DOES_NOT_FIT", f"{place}: {name!r} is a connection, and stands in the input "
                f"{CONNECTION!r} of a Task alone, whose connector takes one", use.place,
            )
        elif kept is not None and kept.sent_as not in policy.connections:
            yield Diagnostic(
                "CONNECTION_DOES_NOT_FIT", f"{place}: the connection {name!r} is of the kind {kept.kind}; "
                f"{resource} takes {' or '.join(policy.connections)}", use.place,
            )
        elif kept is not None and "{at}" in policy.connections[kept.sent_as] and not kept.name:
            yield Diagnostic(
                "CONNECTION_DOES_NOT_FIT", f"{place}: the connection {name!r} does not say where {resource} sends its "
                "key: add it again with --header NAME or --query NAME", use.place,
            )


def _at_connection(use: Use) -> bool:
    return use.kind == "state" and use.place.rpartition("/")[2] == CONNECTION


def _policy(use: Use, tasks: Tasks) -> TaskPolicy:
    return TaskPolicy() if use.resource is None else tasks.policy(plain_resource(use.resource))


def needed(
    document: WorkflowDocument, backends: Sequence[SecretBackend], workspace: str
) -> Iterator[tuple[Use, str]]:
    """The places that name a secret which is not granted to them, and the backend that has it."""
    known: dict[str, tuple[str, Grants] | None] = {}
    for use in uses_in(document.name, document.as_written):
        if use.key not in known:
            known[use.key] = granted(backends, workspace, use.key)
        held = known[use.key]
        if held is not None and not use.may(held[1]):
            yield use, held[0]


def every_use(catalog: Catalog, workspace: str) -> Iterator[tuple[int | Literal["draft"], Use]]:
    """Each use of a secret in the active versions and in the drafts. Archived workflows count too: what of them runs
    still needs it."""
    for row in catalog.workflows(workspace):
        if row.active_version:
            active = catalog.version(workspace, row.workflow, row.active_version)
            for use in uses_in(row.workflow, json.loads(active.document)):
                yield row.active_version, use
        for use in uses_in(row.workflow, catalog.draft(workspace, row.workflow).document.as_written):
            yield "draft", use


def check_unused(catalog: Catalog, workspace: str, key: str) -> None:
    """Raises Conflict where a workflow names the secret `key`."""
    uses = secret_uses(every_use(catalog, workspace)).get(key, [])
    if uses:
        names = ", ".join(dict.fromkeys(use.workflow for use in uses))
        raise Conflict(
            f"the secret {key!r} is used by {names}", where="key",
            advice="Take it out of these workflows first, or delete it with force=true.",
            details={"used_by": [use.model_dump() for use in uses]},
        )


def secret_uses(uses: Iterable[tuple[int | Literal["draft"], Use]]) -> dict[str, list[shapes.SecretUse]]:
    """By key, the versions that name it, each with its states, webhooks and alerts."""
    from functions.app.shapes import secrets as shapes  # noqa: PLC0415  a check of a document shows no use

    found: dict[str, dict[tuple[str, int | Literal["draft"]], dict[Kind, list[str]]]] = {}
    for version, use in uses:
        whose = found.setdefault(use.key, {}).setdefault((use.grant.workflow, version), {})
        whose.setdefault(use.kind, []).append(use.name)
    return {
        key: [
            shapes.SecretUse(
                workflow=workflow, version=version, states=names.get("state", []), webhooks=names.get("trigger", []),
                alerts=names.get("alert", []),
            )
            for (workflow, version), names in whose.items()
        ]
        for key, whose in found.items()
    }


def _uses(
    kind: Kind, name: str, place: str, value: Json, grant: SecretGrant, resource: str | None = None
) -> Iterator[Use]:
    found = {key: path for path, key in reversed(list(references_in(value)))}  # of each key the first
    for key in dict.fromkeys(key for _, key in references_in(value)):
        yield Use(key, kind, name, f"{place}{location(found[key])}", grant, resource)


def _host_in(arguments: Json) -> str:
    """The host of the `url` that is written out in `arguments`; ANY where none is."""
    url = arguments.get("url") if isinstance(arguments, dict) else None
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        return ANY
    try:
        return (urlsplit(url).hostname or ANY).removesuffix(".")
    except ValueError:
        return ANY


def _who(grant: SecretGrant) -> str:
    host = "" if grant.host == ANY else f" for {grant.host}"
    return f"{grant.connector} in the workflow {grant.workflow}{host}"
