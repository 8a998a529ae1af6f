"""The route of settings: how this folder or stage is set, what workflows say for themselves, and how each is changed.

A setting is changed where its process gets its environment, and a workflow's own in its document: the API changes none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields
from typing import Any
from urllib.parse import urlsplit

from connectors.egress.proxy import without_password
from engine.governance.roles import Right
from engine.ports.catalog_store import WorkflowRecord
from engine.settings import Settings
from functions.app.routing import Call, RouteTable
from functions.app.services import Services
from functions.app.shapes import base
from functions.app.shapes.overview import settings as shapes

table = RouteTable("Operations")

LOCAL = "local"

SHOWN: Mapping[str, shapes.Group] = {
    "retention_days": "retention", "redrive_days": "retention", "audit_days": "retention",
    "delivery_days": "retention", "disk_reserve_mb": "retention", "alert_workflow": "alerts",
    "alert_webhook": "alerts", "alert_topic": "alerts", "alert_topics": "alerts", "alert_command": "alerts",
    "alert_commands": "alerts", "egress_allow": "reach", "egress_proxy": "reach", "file_roots": "reach",
    "aws_profile": "reach", "aws_region": "reach",
    "four_eyes": "publishing", "copilot_provider": "copilot", "copilot_model": "copilot",
    "batch_size": "work", "task_threads": "work", "max_input_bytes": "work",
}
"""The settings that are shown, each with its group: the rest is for whoever runs the processes (docs/settings.md)."""

_OF_ONE_MACHINE = frozenset({
    "delivery_days", "disk_reserve_mb", "alert_command", "alert_commands", "file_roots", "aws_profile", "aws_region",
    "max_input_bytes",
})
"""A stage has no choice of these."""


@table.route("GET", "/settings", right=Right.LOOK)
def get_settings(call: Call[base.Nothing]) -> shapes.Settings:
    """How this folder or stage is set, what workflows say for themselves, and how each setting is changed."""
    services = call.services
    heard = services.heard
    rows = [row for row in services.catalog.workflows(call.workspace) if row.active_version and not row.archived]
    own = services.each(lambda row: _own(services, call.workspace, row), rows)
    return shapes.Settings(
        settings=list(_settings(services)), workflows=[found for found in own if found is not None],
        heard=None if heard is None else shapes.Heard(
            buses=list(heard.buses), queues=list(heard.queues), buckets=list(heard.buckets), ends=heard.ends
        ),
    )


def _settings(services: Services) -> Iterator[shapes.Setting]:
    stage = services.place.stage
    for item in fields(Settings):
        group = SHOWN.get(item.name)
        if group is None or (stage != LOCAL and item.name in _OF_ONE_MACHINE):
            continue
        value = getattr(services.settings, item.name)
        yield shapes.Setting(
            group=group, name=item.metadata["env"], value=_text(item.name, value), is_default=value == item.default,
            says=item.metadata["doc"], change=_change(item, stage),
        )


def _text(name: str, value: Any) -> str:
    """As the environment would have it. An address that is called may have a secret in its path or query."""
    if name == "alert_webhook" and value:
        found = urlsplit(value)
        return f"{found.scheme}://{found.hostname}/…"
    if name == "egress_proxy":
        return without_password(value)
    if isinstance(value, tuple):
        return ",".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _change(item: Field[Any], stage: str) -> str:
    if stage == LOCAL:
        return f"Start `automate up` anew with {item.metadata['env']}=… in its environment."
    return f"Deploy anew: cdk deploy --all -c stage={stage} -c {item.name}=… beside the stage's other choices."


def _own(services: Services, workspace: str, row: WorkflowRecord) -> shapes.WorkflowSettings | None:
    """None where the settings hold for all of it."""
    said = json.loads(services.catalog.version(workspace, row.workflow, row.active_version).document)
    days, budgets, alerts = said.get("retention_days"), said.get("budgets"), said.get("alerts")
    if days is None and budgets is None and alerts is None:
        return None
    return shapes.WorkflowSettings(
        workflow=row.workflow, version=row.active_version, retention_days=days, budgets=budgets,
        alerts=None if alerts is None else [alert.get("name", "alert") for alert in alerts],
    )
