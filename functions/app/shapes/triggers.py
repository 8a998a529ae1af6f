"""What the routes of triggers take and give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from engine.triggers import forms
from functions.app.shapes.base import Given, Json, Paged, Taken, Time


class Trigger(Given):
    """A trigger of an active version. `next_at` is when a schedule comes next."""

    workflow: str
    name: str
    type: str
    version: int
    listens: bool = Field(
        description="False: it is switched off in the document, paused, or a schedule whose last time is done."
    )
    over: bool = Field(
        False, description="A schedule comes no more; the links of a public form are closed, who is signed in opens it."
    )
    enabled: bool
    says: str = Field(description="What it listens to, in words.")
    address: str | None = Field(None, description="Where a webhook is called: a path below this API's address.")
    url: str | None = Field(None, description="The whole of it, where AUTOMATE_PUBLIC_URL says what it begins with.")
    next_at: Time = None
    looked_at: Time = Field(None, description="Up to when a schedule's times are done.")
    paused_at: Time = None
    paused_by: str | None = None


class TriggerList(Given):
    """By workflow and name."""

    triggers: list[Trigger]


class FormLink(Given):
    """A link that opens a form."""

    path: str = Field(description="Behind this API's address. It is shown this once.")
    url: str | None = Field(None, description="The whole of it, where AUTOMATE_PUBLIC_URL says what it begins with.")
    expires_at: Time
    most: int = Field(description="How often it may be submitted.")


class FormField(Given):
    """One field of a form. `name` is the property's, "" for the whole input."""

    name: str
    title: str
    description: str
    required: bool
    kind: Literal["line", "lines", "choice", "list", "json"] = Field(description="A list has one element a line.")
    type: str = Field(description="The JSON type of the value, or of a list's elements.")
    look: str = Field(description="The type of an HTML input for a line.")
    choices: list[str] = Field(description="The texts of a choice.")
    default: str = Field(description="What it begins with.")


def form_fields(fields: Sequence[forms.Field]) -> list[FormField]:
    """The fields of a form as they are shown."""
    return [
        FormField.of(field, type=field.of, choices=[said for said, _ in field.choices]) for field in fields
    ]


class Form(Given):
    """A form, made from the input schema of the active version."""

    workflow: str
    trigger: str
    version: int
    title: str
    description: str
    fields: list[FormField]


class FormTyped(Taken):
    """What was typed into a form."""

    typed: dict[str, str] = Field(description="Text by the field's name.", max_length=1000)
    submission: str = Field(
        description="Names this submission: what comes again under it starts nothing.", min_length=1, max_length=64
    )


class FormTaken(Given):
    """What came of it. With `faults` nothing was sent."""

    faults: dict[str, str] = Field(description="What will not do, by the field's name; \"\": about the whole.")
    delivery: str | None
    outcome: Literal["STARTED", "NOT_MATCHED", "REFUSED"] | None
    why: str | None = Field(description="Why it started nothing.")
    execution: str | None


class Delivery(Given):
    """What arrived once, and what came of it. `id` is also that of the execution, where one was started."""

    id: str
    workflow: str
    trigger: str
    type: str
    version: int = Field(description="The workflow's version that decided.")
    arrived_at: Time
    outcome: Literal["STARTED", "NOT_MATCHED", "REFUSED"]
    why: str | None = Field(description="Why it started nothing.")
    execution: str | None = Field(description="The execution that it started; it may be gone by now.")
    source: str = Field(description="Where it came from.")
    dedupe_key: str | None
    repeats: int = Field(description="How often it arrived again under the same key.")
    differed: int = Field(description="How often of these with another body: the first one counts.")
    repeated_at: Time
    replay_of: str | None = Field(description="The delivery that this one repeats.")
    forget_at: Time = Field(description="When its key is free again.")


class DeliveryWhole(Delivery):
    """A delivery with what arrived. `arrived` is null where it is not kept any more."""

    arrived: Json = None
    facts: Json = None
    hidden: bool = Field(False, description="Whether what arrived is hidden: the workflow has sensitive fields.")


class DeliveryList(Given):
    """Newest first. `next_token` is null on the last page."""

    deliveries: list[Delivery]
    next_token: str | None


class DeliveriesQuery(Paged):
    """A page of a trigger's deliveries."""


class Delivered(Given):
    """What came of what arrived. `repeated`: it had arrived before, and started nothing again."""

    delivery: str
    outcome: Literal["STARTED", "NOT_MATCHED", "REFUSED"]
    execution: str | None
    why: str | None = None
    repeated: bool = False


class TestRequest(Taken):
    """What would arrive. `facts` are names of the context's Trigger: Headers, Query …"""

    value: Json = None
    facts: dict[str, Json] = Field(default_factory=dict)
    dedupe_key: str | None = Field(None, description="The source's own id.")


class TestedDelivery(Given):
    """What a trigger would make of it; nothing was written."""

    matched: bool
    why: str | None = Field(description="Why not, or why it could start nothing.")
    refused: bool = Field(description="It matches or might, and could start nothing.")
    input: Json = None
    execution: str | None = Field(description="The name of the execution; null where each arrival has another.")


class PutRequest(Taken):
    """What arrives: `events`, or `messages` with their `queue`."""

    events: list[dict[str, Json]] = Field(
        default_factory=list, max_length=100, description="Events of EventBridge's shape; id and time are made where "
        "they are missing.",
    )
    bus: str = Field("default", description="The bus of the events.")
    queue: str | None = Field(None, description="The queue of the messages, as the trigger names it.")
    messages: list[Json] = Field(default_factory=list, max_length=100, description="Bodies of messages.")
    message_ids: list[str] | None = Field(None, description="Their ids; by default each is another.")


class PutResult(Given):
    """What each of them came to."""

    results: list[PutOne]


class PutOne(Given):
    """What one of them came to: nothing where no trigger listens to it."""

    id: str = Field(description="The event's or message's.")
    deliveries: list[Delivered]


class AlertMessage(Given):
    """What an alert says, as the body of its webhook: an execution failed, is PAUSED, or is late; and how many `more`
    of the same workflow, status and error."""

    alert: str = Field(description="The name of the alert in the workflow's document.")
    text: str = Field(description="All of it in a sentence.")
    workflow: str
    execution: str = Field(description="The execution's id.")
    status: Literal["FAILED", "TIMED_OUT", "ABORTED", "PAUSED", "LATE"] = Field(
        description="LATE: it is RUNNING for longer than it should."
    )
    error: str | None
    cause: str | None = Field(
        description="The message alone, without a stack trace; null where the workflow marks sensitive fields."
    )
    link: str = Field(description="The execution's page in the Studio.")
    started_at: str = Field(description="ISO 8601 in UTC.")
    ended_at: str | None = Field(description="Null where it has not ended.")
    more: int = Field(description="How many others there were of which nothing was told.")
    more_since: str | None = Field(description="Since when, where there were any.")


PutResult.model_rebuild()
