"""Alerts of a workflow document: who hears that an execution failed, is PAUSED, or is late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.catalog.triggers import SecretRef
from engine.records import dataclass
from engine.settings import Settings


class AlertWebhook(BaseModel):
    """A POST through the http connector, under its egress rules."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    url: str = Field(description="https:// or http://.", pattern=r"^https?://\S+$", max_length=2000)
    bearer_token: SecretRef | None = Field(None, description="Sent as Authorization: Bearer …")


class Alert(BaseModel):
    """What runs when an execution fails, is PAUSED, or is late: another workflow, a webhook, an SNS topic, or a
    command of this machine."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    name: str = Field("alert", pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$", description="What it is called.")
    statuses: list[Literal["FAILED", "TIMED_OUT", "ABORTED", "PAUSED"]] = Field(
        default_factory=list, max_length=4, description="What it tells of; by default FAILED, TIMED_OUT and PAUSED.",
    )
    errors: list[Annotated[str, Field(min_length=1, max_length=256)]] = Field(
        default_factory=list, max_length=20, description="With which error, as Payment*; by default with any, or none.",
    )
    late_after_seconds: int | None = Field(
        None, ge=1, le=31_536_000, description="It also tells of an execution that is RUNNING for so long."
    )
    every_minutes: int = Field(
        60, ge=1, le=10_080, description="Of one workflow and error the first is told at once, the others together, "
        "once in so many minutes.",
    )
    workflow: str | None = Field(
        None, pattern=r"^[A-Za-z0-9_-]{1,80}$", description="The workflow that is started with the alert as its input."
    )
    webhook: AlertWebhook | None = Field(None, description="Where the alert is posted, as JSON.")
    sns: str | None = Field(
        None, pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$",
        description="The ARN of the SNS topic that the alert is published to, as JSON.",
    )
    command: str | None = Field(
        None, pattern=r"^/[^\x00-\x1f,]{1,1000}$",
        description="The program of this machine that is run, its whole path, with the alert as JSON on its standard "
        "input. One of those that AUTOMATE_ALERT_COMMANDS names.",
    )

    @model_validator(mode="after")
    def _tells_somebody(self) -> Self:
        if sum(target is not None for target in (self.workflow, self.webhook, self.sns, self.command)) != 1:
            raise ValueError(
                "an alert has one of workflow, which is started, webhook, which is called, sns, the topic that it is "
                "published to, and command, which is run"
            )
        return self


@dataclass(frozen=True, slots=True)
class AlertTargets:
    """Whom alerts may tell: `topics` are ARNs, None for any, `commands` whole paths. `refusal_of` says why a URL would
    not be called, as far as it is known before it is."""

    topics: tuple[str, ...] | None = None
    commands: tuple[str, ...] = ()
    on_stage: bool = False
    refusal_of: Callable[[str], str | None] = lambda _url: None

    @classmethod
    def here(
        cls, settings: Settings, refusal_of: Callable[[str], str | None] = lambda _url: None
    ) -> AlertTargets:
        """Those of one machine."""
        return cls(None, settings.alert_commands, refusal_of=refusal_of)

    @classmethod
    def of_a_stage(cls, settings: Settings) -> AlertTargets:
        """Those of a stage, which runs no command."""
        return cls((*settings.alert_topics, *filter(None, [settings.alert_topic])), (), on_stage=True)

