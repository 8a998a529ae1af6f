"""Who may use a secret: a grant says which workflow may hand it to which connector, for calls to which host.

    STRIPE_KEY ◄── orders/http@api.stripe.com        workflow, connector, host; * stands for each

Asked where a secret is resolved (engine.governance.resolving), and said before that, where a workflow is published. The
host is what the dialler asks, of redirects too (connectors.egress).
"""

from __future__ import annotations

import re
import shlex

from engine.ports.secrets import ANY, Grants, SecretGrant

SETTING = "AUTOMATE_SECRET_GRANTS"
ENVIRONMENT = "environment"
"""The backend whose grants are that setting."""

WEBHOOK = "trigger:webhook"
"""The connector of a grant by which a webhook's senders are proved."""

_GRANT = re.compile(r"([A-Za-z0-9_-]{1,80}|\*)/([A-Za-z0-9_.:*-]+)@([A-Za-z0-9_.:*-]+)")
_CONNECTOR = re.compile(r"connector:([^:.]+):")
_SERVICE = re.compile(r"arn:[^:]+:states:[^:]*:[^:]*:(?:aws-sdk:)?([^:.]+)|arn:[^:]+:([^:]+):")


def parse_grant(text: str) -> SecretGrant | None:
    """The grant that is written WORKFLOW/CONNECTOR@HOST; None for what is none."""
    found = _GRANT.fullmatch(text)
    return None if found is None else SecretGrant(found[1], found[2], found[3])


def user_of(resource: str) -> str:
    """Whom a grant names for a Task's Resource: a connector's code, ``aws:SERVICE``, or the Resource's first word."""
    if found := _CONNECTOR.match(resource):
        return found[1]
    if found := _SERVICE.match(resource):
        return f"aws:{found[1] or found[2]}"
    return resource.partition(":")[0] or ANY


def hosts_for(grants: Grants, workflow: str, connector: str) -> tuple[str, ...]:
    """The hosts that `connector` may call with the secret for `workflow`: none, where it may not use it at all; ANY is
    every host."""
    if grants is None:
        return (ANY,)
    return tuple(dict.fromkeys(
        grant.host for grant in grants if grant.workflow in (ANY, workflow) and grant.connector in (ANY, connector)
    ))


def admits(hosts: tuple[str, ...], host: str) -> bool:
    """Whether `host` is one of `hosts`."""
    return any(one in (ANY, host) or (one.startswith("*.") and host.endswith(one[1:])) for one in hosts)


def command_of(key: str, grant: SecretGrant) -> str:
    """The command that gives `grant`."""
    words = ["automate", "secrets", "grant", key, "--workflow", grant.workflow]
    for option, value in (("--connector", grant.connector), ("--host", grant.host)):
        words += [] if value == ANY else [option, value]
    return shlex.join(words)


def how_to_grant(backend: str, key: str, grant: SecretGrant) -> str:
    """What to do so that `grant` holds, where the backend of that name has the secret."""
    if backend == ENVIRONMENT:
        return f"It stands in the environment: add {key}={grant} to {SETTING}"
    return f"Grant it with: {command_of(key, grant)}"
