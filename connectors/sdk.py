"""What a connector is made of: ConnectorAdapter, ActionSpec, Field, HandedOver.

    class Ledger(ConnectorAdapter):
        code = "ledger"
        name = "Ledger"
        description = "The general ledger."
        actions = {"post": ActionSpec(inputs={"amount": {"type": "number", "required": True}})}

        def execute(self, action, params, context): ...

docs/connectors.md is the guide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic import Field as Described

from connectors.connections import CONNECTION
from engine.records import dataclass

JsonType = Literal["string", "number", "integer", "boolean", "object", "array", "null"]


class Field(BaseModel):
    """One input or output, in the words of JSON Schema; `required` stands on the field itself.

    `secret` marks an input that takes a SecretRef: the Studio offers the list of secrets for it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    type: JsonType | tuple[JsonType, ...] | None = Described(None, description="The JSON type or types; else any.")
    required: bool = Described(default=False, description="Whether the call is refused without it.")
    secret: bool = Described(default=False, description="Whether it takes a SecretRef.")
    title: str = Described("", description="The label in the Studio.")
    description: str = Described("", description="What it means, with its unit.")
    default: Any = Described(None, description="What the connector gets where the step gives nothing.")
    enum: tuple[Any, ...] | None = Described(None, description="The values it may have.")
    format: str | None = Described(None, description="A hint for the Studio; not checked.")
    minimum: int | float | None = Described(None, description="The least number.")
    maximum: int | float | None = Described(None, description="The greatest number.")
    minLength: int | None = Described(  # noqa: N815 - JSON Schema's
        None, description="The least length of a string. 0 says that a required one may be written as an empty text."
    )
    maxLength: int | None = Described(None, description="The greatest length of a string.")  # noqa: N815
    items: Field | None = Described(None, description="What every item of an array must be.")
    properties: dict[str, Field] | None = Described(None, description="The members of an object; others may follow.")

    @property
    def has_default(self) -> bool:
        """Whether a default was given, be it null."""
        return "default" in self.model_fields_set

    @property
    def types(self) -> tuple[str, ...]:
        """The JSON types it may have; empty for any."""
        if self.type is None:
            return ()
        return (self.type,) if isinstance(self.type, str) else self.type


class RateLimit(BaseModel):
    """How often a service may be called with one set of secrets, by all workers together."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    requests: int = Described(ge=1, le=100_000)
    per_seconds: float = Described(1.0, gt=0)


Sent = Literal["api_key", "bearer", "basic"]
"""What a service sees of a connection."""


Meaning = Literal["ask", "charge", "log", "mail", "message", "read_file", "refund", "request", "write_file"]
"""What people say for an action."""


class ActionSpec(BaseModel):
    """What one action takes and gives, and what the engine must know before it calls it."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    inputs: dict[str, Field] = Described(default_factory=dict, description="By name. Anything else is refused.")
    outputs: dict[str, Field] = Described(default_factory=dict, description="By name; for the Studio.")
    one_of: tuple[tuple[str, ...], ...] = Described(
        (), description="Groups of inputs: of each group a call gives one or more."
    )
    title: str = Described("", description="What the Studio calls it; by default its name in words.")
    description: str = Described("", description="What the action does.")
    kind: Literal["read", "write"] = Described("write", description="Whether it changes the world.")
    at_most_once: bool = Described(
        default=False,
        description="Never repeat a call whose outcome is unknown; for systems that take no idempotency key.",
    )
    timeout_seconds: float | None = Described(None, gt=0, description="The longest that a call may take.")
    means: Meaning | None = Described(None, description="What people say for it.")
    waits: bool = Described(
        default=False,
        description="Whether its work is over only when somebody answers: a Task calls it with .waitForTaskToken.",
    )
    computes: bool = Described(
        default=False,
        description="Whether it only computes, in a few milliseconds at the most, and waits for nothing: no network,"
        " no disk, no lock. A worker makes such a call without handing it to a thread.",
    )

    rate_limit: RateLimit | None = Described(
        None, description="How often it may be called. Actions of a connector with the same limit share it."
    )

    id_field: str | None = Described(
        None, pattern=r"^[^.]+(\.[^.]+)*$",
        description="Where in the output the service's own id of what was done stands, such as payment.id: the ledger"
        " of effects shows it.",
    )

    connections: dict[Sent, dict[str, Literal["secret", "user"]]] = Described(
        default_factory=dict,
        description="The kinds of connection that the input `connection` takes, and which inputs each fills, with its"
        " secret or its user. A dot leads into an object; {at} is where the connection says that its key goes.",
    )

    if TYPE_CHECKING:  # pydantic takes plain dicts for fields; type checkers are told so here

        def __init__(
            self, *, inputs: Mapping[str, Field | Mapping[str, Any]] = ...,
            outputs: Mapping[str, Field | Mapping[str, Any]] = ..., title: str = ..., description: str = ...,
            kind: Literal["read", "write"] = ..., at_most_once: bool = ..., timeout_seconds: float | None = ...,
            one_of: Sequence[Sequence[str]] = ...,
            means: Meaning | None = ..., waits: bool = ..., computes: bool = ..., id_field: str | None = ...,
            rate_limit: RateLimit | Mapping[str, Any] | None = ...,
            connections: Mapping[Sent, Mapping[str, str]] = ...,
        ) -> None: ...

    @model_validator(mode="after")
    def _defaults_are_not_required(self) -> ActionSpec:
        for name, field in self.inputs.items():
            if field.required and field.has_default:
                raise ValueError(f"input {name!r} is required and has a default; it can only be one of them")
        if self.connections:
            if CONNECTION in self.inputs:
                raise ValueError(f"the input {CONNECTION!r} follows from connections; it cannot be declared")
            self.inputs[CONNECTION] = Field.model_validate({
                "type": "string", "secret": True,
                "description": "A connection, which says who calls: the SecretRef of its key.",
            })
        return self


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What `execute` returns, with .waitForTaskToken, where it wants to see to what it has asked for. `output` is
    recorded, and `execute` is called again with it as ``context['job']``: after `again_in` seconds while the step waits
    (None: not before it is over), and once more when it is over, with ``context['is_over']`` and what was
    ``answered``."""

    output: Any = None
    again_in: float | None = None


class ConnectorAdapter:
    """The base of every connector. One instance serves all threads of a process, made without arguments at first use.

    `code` is how a definition names it: ``connector:<code>:<action>``. `icon` is what the Studio draws for it: the path
    of an SVG of 24 by 24. `one_service`: with one set of secrets all of its calls go to one system, which is left alone
    for a while when it says that it does not serve.
    """

    code: ClassVar[str] = ""
    name: ClassVar[str] = ""
    description: ClassVar[str] = ""
    icon: ClassVar[str] = ""
    one_service: ClassVar[bool] = True
    actions: ClassVar[dict[str, ActionSpec]] = {}

    def execute(self, action: str, params: dict[str, Any], context: dict[str, Any]) -> Any:
        """Perform `action` and return its output, JSON.

        `params` are the checked inputs, defaults filled in; they are this call's own copy. `context` holds ``secrets``
        (KEY to value of every SecretRef of the step), ``idempotency_key``, ``execution_id``, ``workflow``, ``version``,
        ``workspace``, ``state``, ``attempt`` (0 for the first), ``timeout_seconds`` (return within it) and, with
        .waitForTaskToken, ``task_token``. Raise ConnectorError for what went wrong. See HandedOver for what else it may
        return.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how to execute {action}")
