"""The ActionSpecs of common connectors that nothing here has: payment, and what slack has no action for.

They are what a connector of that code is expected to offer, so that a draft made today fits the connector that is
installed tomorrow. The connector's own ActionSpecs win as soon as they are there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.sdk import ActionSpec
from engine.records import dataclass

WAITING = ".waitForTaskToken"


@dataclass(frozen=True, slots=True)
class KnownConnector:
    """One connector as it would be. `package_hint` says what to do to have it."""

    code: str
    name: str
    description: str
    actions: Mapping[str, ActionSpec]

    @property
    def package_hint(self) -> str:
        """How its code gets here."""
        return (
            f"Not part of the product: register a connector with the code {self.code!r} in a module of "
            f"AUTOMATE_CONNECTORS, or install a package whose entry point in the group automate.connectors is "
            f"{self.code!r} (docs/connectors.md)."
        )

    def resource(self, action: str) -> str:
        """How a Task names `action`: with .waitForTaskToken where it waits for an answer."""
        return resource_of(self.code, action, self.actions[action])


def resource_of(code: str, action: str, spec: ActionSpec) -> str:
    """How a Task names an action: with .waitForTaskToken where it waits for an answer."""
    return f"connector:{code}:{action}{WAITING if spec.waits else ''}"


_TEXT: dict[str, Any] = {"type": "string", "required": True}
_CURRENCY: dict[str, Any] = {
    "type": "string", "default": "EUR", "minLength": 3, "maxLength": 3, "description": "ISO 4217, such as EUR.",
}
_DECISION: dict[str, dict[str, Any]] = {
    "approved": {"type": "boolean", "description": "Whether it was approved."},
    "by": {"type": "string", "description": "Who decided."},
    "comment": {"type": "string", "description": "What they wrote."},
}

_SLACK = KnownConnector(
    code="slack", name="Slack", description="Asks people in channels.",
    actions={
        "send_approval": ActionSpec(
            description="Ask in a channel and wait until somebody approves or rejects.", kind="write", waits=True,
            inputs={
                "channel": {**_TEXT, "description": "The channel, such as #finance, or a user's id."},
                "text": {**_TEXT, "description": "The question."},
                "approvers": {
                    "type": "array", "items": {"type": "string"}, "description": "Who may decide; by default anyone.",
                },
                "token": {"type": "string", "secret": True, "description": "The bot's token."},
            },
            outputs=_DECISION,
        ),
    },
)

_CHARGE: dict[str, dict[str, Any]] = {
    "id": {"type": "string", "description": "The charge's id."},
    "status": {"type": "string", "enum": ("succeeded", "pending", "failed"), "description": "How it stands."},
    "amount": {"type": "number", "description": "What was charged, in the currency's main unit."},
    "currency": {"type": "string", "description": "ISO 4217."},
}

_API_KEY: dict[str, Any] = {"type": "string", "secret": True, "description": "The payment provider's key."}

_PAYMENT = KnownConnector(
    code="payment", name="Payment", description="Charges cards and gives money back.",
    actions={
        "charge": ActionSpec(
            description="Charge a card.", kind="write",
            inputs={
                "amount": {
                    "type": "number", "required": True, "minimum": 0,
                    "description": "In the currency's main unit: 12.50 is twelve and a half.",
                },
                "currency": _CURRENCY,
                "customer": {"type": "string", "description": "The customer's id."},
                "source": {"type": "string", "description": "The card's or payment method's id."},
                "description": {"type": "string", "description": "What the customer reads on the statement."},
                "api_key": _API_KEY,
            },
            outputs=_CHARGE,
        ),
        "refund": ActionSpec(
            description="Give back a charge, all of it or a part.", kind="write",
            inputs={
                "charge": {**_TEXT, "description": "The charge's id."},
                "amount": {"type": "number", "minimum": 0, "description": "By default all of it."},
                "reason": {"type": "string", "description": "Why."},
                "api_key": _API_KEY,
            },
            outputs={
                "id": {"type": "string", "description": "The refund's id."},
                "charge": {"type": "string", "description": "The charge's id."},
                "amount": {"type": "number", "description": "What was given back."},
            },
        ),
        "get": ActionSpec(
            description="Look a charge up.", kind="read",
            inputs={"charge": {**_TEXT, "description": "The charge's id."}, "api_key": _API_KEY},
            outputs=_CHARGE,
        ),
    },
)

KNOWN: tuple[KnownConnector, ...] = (_PAYMENT, _SLACK)
"""By code."""
