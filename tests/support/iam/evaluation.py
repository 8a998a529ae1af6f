"""IAM's decision within one account: may this principal make this call?

Source: the IAM User Guide, "Policy evaluation logic" and "How AWS enforcement code logic evaluates requests to allow or
deny access" (organisations' policies, boundaries and session policies left out: a stage has none), and of "IAM JSON
policy elements" Action, NotAction, Resource, NotResource, Principal and NotPrincipal.

    a Deny that applies, anywhere               ──► EXPLICIT_DENY
    an Allow, of the role or of the resource    ──► ALLOW         a key's and a role's own policy must take part
    else                                        ──► IMPLICIT_DENY

No package does it: moto's own evaluator says that conditions are missing, those of PyPI judge a document's quality or
ask AWS, and the one that simulates is for another language and under the AGPL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from tests.support.iam.conditions import Context, holds, like, substituted

Policy = Mapping[str, Any]
"""A policy document, its intrinsic functions resolved."""

Statement = Mapping[str, Any]

_MUST_TAKE_PART = ("kms", "sts")
"""A key's policy and a role's trust policy are asked always: no Allow elsewhere replaces them."""

_ROOT = re.compile(r"(?:arn:[^:]*:iam::)?(\d{12})(?::root)?")


class Decision(Enum):
    """What IAM says. Only ALLOW lets the call through."""

    ALLOW = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


@dataclass(frozen=True, slots=True)
class Call:
    """`principal` is the ARN of a role of this account, or a service such as ``cloudwatch.amazonaws.com``."""

    principal: str
    action: str
    resource: str
    context: Context = field(default_factory=dict)

    @property
    def is_of_a_service(self) -> bool:
        return not self.principal.startswith("arn:")


def decide(call: Call, identity: Sequence[Policy] = (), resource: Sequence[Policy] = ()) -> Decision:
    """The decision over the policies of the caller (`identity`) and those of what it calls (`resource`)."""
    of_caller = [each for policy in identity for each in statements(policy) if _covers(each, call)]
    of_resource = [
        (each, grip) for policy in resource for each in statements(policy)
        if _covers(each, call) and (grip := _names(each, call.principal))
    ]
    if any(each["Effect"] == "Deny" for each in of_caller) or any(each["Effect"] == "Deny" for each, _ in of_resource):
        return Decision.EXPLICIT_DENY
    grips = {grip for each, grip in of_resource if each["Effect"] == "Allow"}
    caller_may = any(each["Effect"] == "Allow" for each in of_caller) and not call.is_of_a_service
    if call.action.partition(":")[0] in _MUST_TAKE_PART:
        allowed = "itself" in grips or ("account" in grips and caller_may)
    else:
        allowed = "itself" in grips or caller_may
    return Decision.ALLOW if allowed else Decision.IMPLICIT_DENY


def statements(policy: Policy) -> list[Statement]:
    """A document's statements: one alone needs no list."""
    found = policy["Statement"]
    return list(found) if isinstance(found, list) else [found]


def arn_covers(pattern: str, arn: str) -> bool:
    """Whether a Resource element covers `arn`. A wildcard stays within its part, unless it ends it."""
    if pattern == "*":
        return True
    escaped = re.escape(pattern)
    escaped = re.sub(r"\\\*(?=:|$)", ".*", escaped).replace(r"\*", "[^:]*").replace(r"\?", "[^:]")
    return re.fullmatch(escaped, arn, re.DOTALL) is not None


def _covers(statement: Statement, call: Call) -> bool:
    """Action, resource and conditions; a statement of a trust policy has no resource of its own."""
    known = {key.lower(): value if isinstance(value, list | tuple) else [value] for key, value in call.context.items()}

    def acts(patterns: Any) -> bool:
        return any(like(each.lower(), call.action.lower()) for each in _list(patterns))

    def lies_in(patterns: Any) -> bool:
        return any(arn_covers(substituted(each, known), call.resource) for each in _list(patterns))

    action = acts(statement["Action"]) if "Action" in statement else not acts(statement["NotAction"])
    if "NotResource" in statement:
        resource = not lies_in(statement["NotResource"])
    else:
        resource = lies_in(statement.get("Resource", "*"))
    return action and resource and holds(statement.get("Condition", {}), call.context)


def _names(statement: Statement, principal: str) -> str:
    """How a resource's statement means `principal`: as "itself", by its "account", or "" for not at all."""
    if "NotPrincipal" in statement:
        return "" if _means(statement["NotPrincipal"], principal) else "itself"
    return _means(statement["Principal"], principal)


def _means(named: Any, principal: str) -> str:
    if named == "*":
        return "itself"
    kind = "AWS" if principal.startswith("arn:") else "Service"
    values = [*_list(named.get(kind, ())), *(each for each in _list(named.get("AWS", ())) if each == "*")]
    if principal in values or "*" in values:
        return "itself"
    accounts = {found[1] for each in values if (found := _ROOT.fullmatch(each))}
    return "account" if kind == "AWS" and principal.split(":")[4] in accounts else ""


def _list(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else list(value)
