"""Whether the alerts of a document would be told, where it is published. Each problem has its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from engine.catalog.alerts import Alert, AlertTargets
from engine.catalog.heard import Heard
from engine.errors import Diagnostic, json_pointer
from engine.ports.tasks import Tasks
from engine.triggers.alerts import PUBLISH

_WITH_USER = re.compile(r"https?://[^/?#]*@")


def alert_problems(
    alerts: Sequence[Alert], workflow: str, *, heard: Heard | None, targets: AlertTargets | None, tasks: Tasks | None
) -> Iterator[Diagnostic]:
    """Two of one name would be one group; one that starts its own workflow could go on for ever. A stage tells them
    where it hears ends, and whom `targets` name."""
    seen: set[str] = set()
    for index, alert in enumerate(alerts):
        if alert.name in seen:
            yield Diagnostic(
                "ALERT_NAME", f"two alerts are called {alert.name!r}: give each a name of its own",
                json_pointer(("alerts", index, "name")),
            )
        seen.add(alert.name)
        if heard is not None and not heard.ends:
            yield Diagnostic(
                "NOT_HEARD", f"the alert {alert.name!r} would tell nobody: the stage hears no ends of executions. "
                "Deploy it with ends in its setting hears", json_pointer(("alerts", index, "name")),
            )
        if alert.workflow == workflow:
            yield Diagnostic(
                "ALERT_OWN_WORKFLOW", f"the alert {alert.name!r} starts the workflow whose failure it tells of: name "
                "another one", json_pointer(("alerts", index, "workflow")),
            )
        if alert.webhook is not None and _WITH_USER.match(alert.webhook.url):
            yield Diagnostic(
                "ALERT_URL_PASSWORD", f"the alert {alert.name!r} has a user or a password in its URL, where everybody "
                'reads it who sees the workflow: leave it out, and name a secret, as "bearer_token": {"$secret": '
                '"PAGER_TOKEN"}', json_pointer(("alerts", index, "webhook", "url")),
            )
        if targets is not None:
            yield from _target_problems(alert, index, targets, tasks)


def _target_problems(alert: Alert, index: int, targets: AlertTargets, tasks: Tasks | None) -> Iterator[Diagnostic]:
    refusal = None if alert.webhook is None else targets.refusal_of(alert.webhook.url)
    if refusal is not None:
        yield Diagnostic(
            "ALERT_URL_REFUSED", f"the alert {alert.name!r} would not be told: {refusal}",
            json_pointer(("alerts", index, "webhook", "url")), "WARNING",
        )
    if alert.command is not None and alert.command not in targets.commands:
        why = "a stage runs no command. Start a workflow, or publish to a topic" if targets.on_stage else (
            "AUTOMATE_ALERT_COMMANDS " + (
                f"names {', '.join(targets.commands)} alone" if targets.commands else "names no program"
            ) + ". Who runs the server adds it there"
        )
        yield Diagnostic(
            "COMMAND_NOT_ALLOWED", f"the alert {alert.name!r} would not run {alert.command}: {why}",
            json_pointer(("alerts", index, "command")),
        )
    if alert.sns is None:
        return
    problem: str | None = None
    if targets.topics is not None and alert.sns not in targets.topics:
        named = f"publishes to {', '.join(targets.topics)} alone" if targets.topics else "publishes to no topic"
        problem = f"the stage {named}. Deploy it with this topic in its setting alert_topics"
    elif targets.topics is None and tasks is not None:
        problem = tasks.policy(PUBLISH).problem
    if problem is not None:
        yield Diagnostic(
            "TOPIC_NOT_ALLOWED", f"the alert {alert.name!r} would not be published to {alert.sns}: {problem}",
            json_pointer(("alerts", index, "sns")),
        )
