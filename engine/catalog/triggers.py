"""What starts a workflow besides a person: the shapes of a workflow document's `triggers`.

They are stored with the document and checked here. What they mean is in engine.triggers, which is imported for a
document that has some.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

if TYPE_CHECKING:
    from engine.triggers.schedule import Schedule
    from engine.triggers.signatures import Verdict

_HEADER = r"^[A-Za-z0-9-]{1,64}$"
_OF_HMAC = frozenset({"header", "prefix", "algorithm", "encoding", "timestamp_header"})


class _Trigger(BaseModel):
    """What every trigger has. Expressions see what arrived as their input, and how it came in the context's Trigger."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    enabled: bool = Field(True, description="False keeps the trigger in the document and switches it off.")
    name: str | None = Field(
        None, pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$", description="What it is called; by default as its type.",
    )
    when: str | dict[str, Any] | None = Field(
        None, description="It starts the workflow only if this holds: JSONata in {% %}, or a rule of a Choice state.",
    )
    dedupe_key: str | None = Field(
        None, min_length=1, max_length=2000,
        description="What arrives twice under one key starts one execution: JSONata in {% %}, or a JSONPath. By "
        "default the source's own id.",
    )
    input: Any = Field(None, description="The execution's input, a template; by default what arrived.")

    @model_validator(mode="after")
    def _has_expressions(self, info: ValidationInfo) -> Self:
        if not _is_stored(info) and (self.when, self.dedupe_key, self.input) != (None, None, None):
            from engine.triggers.faults import TriggerFault  # noqa: PLC0415 - see the module
            from engine.triggers.listener import expression_faults  # noqa: PLC0415 - likewise

            faults = expression_faults({"when": self.when, "dedupe_key": self.dedupe_key, "input": self.input})
            if faults:
                raise TriggerFault(faults)
        return self


class ScheduleTrigger(_Trigger):
    """At fixed times."""

    type: Literal["schedule"]
    expression: str = Field(
        description="rate(5 minutes), cron(0 6 * * ? *) or at(2027-01-31T06:00:00), as EventBridge Scheduler has them."
    )
    timezone: str = Field("UTC", description="An IANA time zone; cron() and at() are read in it.", min_length=1)
    start: str | None = Field(
        None, description="It does not come before: ISO 8601, in the time zone if it has no offset."
    )
    end: str | None = Field(None, description="It does not come after: as start.")
    window_minutes: int = Field(
        0, ge=0, le=1440, description="It starts at some second of so many minutes from its time on; 0 is at its time."
    )
    missed: Literal["skip", "one", "all"] = Field(
        "one", description="What is started of times that were missed: none, the last, or the last most_missed."
    )
    most_missed: int = Field(10, ge=1, le=1000, description="For missed: all.")

    def schedule(self) -> Schedule:
        """When it comes. Raises TriggerFault."""
        from engine.triggers.schedule import parse_schedule  # noqa: PLC0415 - see the module

        return parse_schedule(self.expression, self.timezone, start=self.start, end=self.end)

    @field_validator("expression")
    @classmethod
    def _is_schedule(cls, value: str, info: ValidationInfo) -> str:
        if not _is_stored(info):
            from engine.triggers.schedule import parse_expression  # noqa: PLC0415 - see the module

            parse_expression(value)
        return value

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str, info: ValidationInfo) -> str:
        if value and not _is_stored(info):
            from engine.triggers.zones import zone_of  # noqa: PLC0415 - see the module

            zone_of(value)
        return value

    @model_validator(mode="after")
    def _comes(self, info: ValidationInfo) -> Self:
        if not _is_stored(info):
            self.schedule()
        return self

    def __str__(self) -> str:
        return f"the schedule {self.expression}"


class SecretRef(BaseModel):
    """The key of a secret."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    secret: str = Field(alias="$secret", description="Its key.", pattern=r"^[A-Za-z0-9_.-]{1,128}$")


class WebhookAuth(BaseModel):
    """How a call proves who sent it: by a signature over its body, in the style of its sender."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    style: Literal["none", "github", "shopify", "slack", "stripe", "standard-webhooks", "hmac"] = Field(
        description="none takes whatever comes; hmac is any other that signs the body with a shared secret."
    )
    secrets: list[SecretRef] = Field(
        default_factory=list, max_length=2, description="One; or two while it is rotated, of which either will do."
    )
    tolerance_seconds: int = Field(
        300, ge=1, le=3600, description="How far the signed time may be from ours, where the style has one."
    )
    header: str | None = Field(None, description="hmac: the header with the signature.", pattern=_HEADER)
    prefix: str = Field("", description="hmac: what stands before the signature in its header.", max_length=64)
    algorithm: Literal["sha256", "sha512", "sha1"] = Field("sha256", description="hmac: of the digest.")
    encoding: Literal["hex", "base64"] = Field("hex", description="hmac: of the signature.")
    timestamp_header: str | None = Field(
        None, pattern=_HEADER, description="hmac: the header with the time in epoch seconds; TIME.body is signed then."
    )

    @model_validator(mode="after")
    def _fits_its_style(self) -> Self:
        from engine.triggers.faults import TriggerFault  # noqa: PLC0415 - see the module

        if self.style == "none" and self.secrets:
            raise TriggerFault.one("the style none has no secrets: take the style of who sends, or leave them out",
                                   ("secrets",))
        if self.style != "none" and not self.secrets:
            raise TriggerFault.one(f'the style {self.style} needs a secret: [{{"$secret": "KEY"}}]', ("secrets",))
        if self.style == "hmac" and self.header is None:
            raise TriggerFault.one("the style hmac needs the header that has the signature", ("header",))
        for name in sorted(_OF_HMAC & self.model_fields_set):
            if self.style != "hmac":
                raise TriggerFault.one(f"{name} belongs to the style hmac; {self.style} has its own", (name,))
        if "tolerance_seconds" in self.model_fields_set and not self.has_timestamp:
            raise TriggerFault.one(f"{self.style} signs no time here, so there is no tolerance", ("tolerance_seconds",))
        return self

    @property
    def has_timestamp(self) -> bool:
        """Whether a time is signed with the body."""
        return self.style in ("slack", "stripe", "standard-webhooks") or self.timestamp_header is not None

    def verify(self, *, body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: float) -> Verdict:
        """What is to be thought of a call. `secrets` are the values of those named here, `now` is in epoch seconds.
        Raises UnusableSecret."""
        from engine.triggers.signatures import Form, Verdict, verify  # noqa: PLC0415 - see the module

        if self.style == "none":
            return Verdict.VALID
        form = None if self.header is None else Form(
            self.header, self.algorithm, self.encoding, self.prefix, self.timestamp_header
        )
        tolerance = self.tolerance_seconds
        return verify(
            self.style, body=body, headers=headers, secrets=secrets, now=now, tolerance=tolerance, form=form
        )


class WebhookTrigger(_Trigger):
    """A POST to this product's own address."""

    type: Literal["webhook"]
    path: str = Field(description="The last part of the address: letters, digits and hyphens.",
                      pattern=r"^[A-Za-z0-9-]{1,80}$")
    auth: WebhookAuth | None = Field(
        None, description='How a call proves who sent it. {"style": "none"}: whoever knows the address may start it.'
    )
    answer: Literal["accepted", "result"] = Field(
        "accepted", description="What the sender gets: that it is accepted, or the result of an EXPRESS workflow."
    )

    def __str__(self) -> str:
        return f"the webhook {self.path!r}"


class QueueTrigger(_Trigger):
    """A message in a queue; its body is what arrived."""

    type: Literal["queue"]
    queue: str = Field(description="The ARN of an SQS queue, or the name of a local one.", min_length=1, max_length=256)

    @field_validator("queue")
    @classmethod
    def _is_no_address(cls, value: str, info: ValidationInfo) -> str:
        if value.startswith(("https://", "http://")) and not _is_stored(info):
            raise ValueError("it is the queue's URL: write its ARN, as arn:aws:sqs:eu-central-1:111122223333:orders")
        return value

    def __str__(self) -> str:
        return f"the queue {self.queue!r}"


class EventTrigger(_Trigger):
    """An event on a bus that matches a pattern."""

    type: Literal["event"]
    pattern: dict[str, Any] = Field(description="An EventBridge event pattern.", min_length=1)
    bus: str = Field("default", description="The event bus.", min_length=1, max_length=256)

    @field_validator("pattern")
    @classmethod
    def _is_pattern(cls, value: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        if value and not _is_stored(info):
            from engine.triggers.events.pattern import compile_pattern  # noqa: PLC0415 - see the module

            compile_pattern(value)
        return value

    def __str__(self) -> str:
        return f"the event pattern of the bus {self.bus!r}"


class WorkflowEndTrigger(_Trigger):
    """The end of another workflow's execution."""

    type: Literal["workflow_end"]
    workflow: str = Field(
        description="The other workflow's name; * is every other one.", pattern=r"^(\*|[A-Za-z0-9_-]{1,80})$"
    )
    statuses: list[Literal["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]] = Field(
        default_factory=list, max_length=4, description="With which status it ended; by default with any."
    )
    errors: list[Annotated[str, Field(min_length=1, max_length=256)]] = Field(
        default_factory=list, max_length=20,
        description="With which error, as States.Timeout or Payment*; by default with any, or none.",
    )

    def __str__(self) -> str:
        return "the end of every workflow" if self.workflow == "*" else f"the end of {self.workflow!r}"


class PublicForm(BaseModel):
    """For how long, and how often, a link opens a form to anybody."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    expires: str = Field(description="Until when, as 2027-01-31T06:00:00Z.")
    most: int = Field(ge=1, le=1_000_000, description="How many submissions each link takes.")

    @field_validator("expires")
    @classmethod
    def _is_time(cls, value: str) -> str:
        from engine.language.asl.times import parse_timestamp  # noqa: PLC0415 - see the module

        if parse_timestamp(value) is None:
            raise ValueError("it is no time with a zone, as 2027-01-31T06:00:00Z")
        return value


class FormTrigger(_Trigger):
    """A page that is made from the input schema."""

    type: Literal["form"]
    title: str | None = Field(None, max_length=200, description="Over the form; by default the schema's.")
    description: str | None = Field(None, max_length=2000, description="Under the title; by default the schema's.")
    public: Literal[False] | PublicForm = Field(
        False, description="False: each link is for who asks for it, once within an hour."
    )

    @field_validator("public", mode="before")
    @classmethod
    def _is_false_or_says_how_long(cls, value: Any) -> Any:
        if value is not False and not isinstance(value, dict | PublicForm):
            raise ValueError('it is false, or {"expires": "2027-01-31T06:00:00Z", "most": 500}')
        return value

    def __str__(self) -> str:
        return "the form"


class FolderTrigger(_Trigger):
    """A file that comes into a folder of the machine."""

    type: Literal["folder"]
    folder: str = Field(
        description="Below a folder of AUTOMATE_FILE_ROOTS: a whole path, or one from the first of them on.",
        min_length=1, max_length=4096,
    )
    pattern: str = Field(
        "*", min_length=1, max_length=255, pattern=r"^[^/\x00]+$",
        description="The names that it hears: * stands for any characters, ? for one.",
    )

    @field_validator("folder")
    @classmethod
    def _is_path(cls, value: str) -> str:
        from engine.language.asl.file_paths import path_problem  # noqa: PLC0415 - see the module

        problem = path_problem(value)
        if problem is not None:
            raise ValueError(f"it {problem}")
        return value

    def __str__(self) -> str:
        return f"the folder {self.folder!r}"


class S3Trigger(_Trigger):
    """An object that is put into a bucket; what arrived is S3's event."""

    type: Literal["s3"]
    bucket: str = Field(description="The bucket's name.", pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    prefix: str = Field("", description="What the object's key begins with.", max_length=1024)
    suffix: str = Field("", description="What the object's key ends with.", max_length=1024)

    def __str__(self) -> str:
        return f"the bucket {self.bucket!r}"


Trigger = Annotated[
    ScheduleTrigger | WebhookTrigger | QueueTrigger | EventTrigger | WorkflowEndTrigger | FormTrigger
    | FolderTrigger | S3Trigger,
    Field(discriminator="type")
]


def _is_stored(info: ValidationInfo) -> bool:
    """Whether the document was taken once, perhaps by a release that looked less closely: publishing looks again
    (engine.catalog.trigger_checks)."""
    return bool(getattr(info.context, "stored", False))
