"""What the route of settings gives."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.catalog.budgets import Budgets
from functions.app.shapes.base import Given

Group = Literal["retention", "alerts", "reach", "publishing", "copilot", "work"]


class Setting(Given):
    """One setting, as it holds for whoever answers."""

    group: Group
    name: str = Field(description="Its name in the environment.")
    value: str = Field(description="As it would be written there; of an address that is called, the host alone.")
    is_default: bool
    says: str
    change: str = Field(description="How it is changed here.")


class WorkflowSettings(Given):
    """What the active version of a workflow says for itself; null where the settings hold."""

    workflow: str
    version: int
    retention_days: int | None
    budgets: Budgets | None
    alerts: list[str] | None = Field(description="The names of its alerts; an empty list: nobody hears.")


class Heard(Given):
    """What of its AWS account a stage hears."""

    buses: list[str]
    queues: list[str]
    buckets: list[str]
    ends: bool = Field(description="Whether it hears how its own executions end: alerts need that.")


class Settings(Given):
    """How this folder or stage is set. `workflows` are those whose document says something else."""

    settings: list[Setting]
    workflows: list[WorkflowSettings]
    heard: Heard | None = Field(description="Null on one machine, where everything is heard that is put there.")
