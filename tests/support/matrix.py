"""The matrix of rights as users expect it, written by hand: the least role that may call a route. Tests compare it with
what the routes declare, with what each transport answers, and with the page."""

from __future__ import annotations

ROLES = ("viewer", "operator", "editor", "publisher", "admin")

NOBODY, ANYBODY = "not signed in", "no role"

TABLE = {
    NOBODY: """
        GET /health
        POST /hooks/{workflow}/{path}
        POST /hooks/slack.com/approvals
        GET /forms
        POST /forms
    """,
    ANYBODY: """
        GET /me
        GET /openapi.json
        GET /docs
    """,
    "viewer": """
        GET /workflows
        GET /workflows/{name}
        GET /workflows/{name}/draft
        GET /workflows/{name}/export
        GET /workflows/{name}/versions
        GET /workflows/{name}/versions/{number}
        GET /workflows/{name}/diff
        GET /workflows/{name}/inputs
        GET /sample-workflows
        GET /templates
        POST /workflows/convert
        GET /executions
        GET /executions/{id}
        GET /executions/{id}/history
        GET /executions/{id}/definition
        GET /executions/{id}/steps
        GET /executions/{id}/waiting
        GET /executions/{id}/steps/{step}
        GET /executions/{id}/logs
        GET /executions/{id}/payload
        GET /executions/{id}/effects
        GET /changes
        GET /executions/{id}/explanation
        GET /executions/{id}/cost
        GET /executions/{id}/map-runs
        GET /executions/{id}/map-runs/{run}
        GET /executions/{id}/map-runs/{run}/executions
        GET /pauses
        GET /activities
        GET /activities/{activity}
        POST /definitions/validate
        GET /connectors
        POST /connectors/convert
        GET /connectors/limits
        POST /rules/test
        POST /rules/test-many
        POST /rules/expression
        GET /alarms
        GET /figures
        GET /storage
        GET /settings
        GET /dashboard
        GET /executions/count
        GET /triggers
        GET /triggers/{workflow}/{trigger}
        GET /triggers/{workflow}/{trigger}/deliveries
        GET /deliveries/{delivery}
        POST /triggers/{workflow}/{trigger}/test
        GET /erasures
        GET /views
        GET /approvals
        GET /approvals/{approval}
        POST /approvals/{approval}/answer
    """,
    "operator": """
        POST /workflows/{name}/executions
        POST /executions/{id}/stop
        PUT /views/{view}
        DELETE /views/{view}
        POST /executions/{id}/resume
        POST /executions/{id}/rerun
        POST /executions/{id}/fork
        POST /executions/{id}/redrive
        POST /workflows/{name}/redrive
        POST /executions/{id}/redrive/plan
        POST /workflows/{name}/redrive/plan
        POST /workflows/{name}/stop
        PUT /executions/{id}/map-runs/{run}
        POST /workflows/{name}/pause
        POST /workflows/{name}/resume
        POST /pause
        POST /resume
        POST /tasks/success
        POST /tasks/failure
        POST /tasks/heartbeat
        POST /activities/{activity}/task
        POST /uploads
        POST /deliveries/{delivery}/replay
        POST /triggers/{workflow}/{trigger}/pause
        POST /triggers/{workflow}/{trigger}/resume
        GET /forms/{workflow}/{trigger}
        POST /forms/{workflow}/{trigger}
        POST /triggers/{workflow}/{trigger}/links
        POST /events
    """,
    "editor": """
        POST /workflows/import
        PUT /workflows/{name}/draft
        POST /workflows/{name}/duplicate
        GET /workflows/{name}/publish
        POST /test/run
        POST /cases/run
        GET /workflows/{name}/conversation
        POST /workflows/{name}/conversation
        POST /workflows/{name}/conversation/stop
        DELETE /workflows/{name}/conversation
        POST /copilot/outline
        POST /copilot/explain
        POST /copilot/fix
        POST /copilot/error-handling
        GET /secrets
        GET /secrets/{key}/usage
        GET /connections
    """,
    "publisher": """
        POST /workflows/{name}/publish
        POST /workflows/{name}/rollback
        POST /workflows/{name}/archive
        POST /workflows/{name}/unarchive
        POST /activities
        DELETE /activities/{activity}
    """,
    "admin": """
        PUT /secrets/{key}
        POST /secrets/{key}/rotate
        DELETE /secrets/{key}
        POST /secrets/{key}/grants
        DELETE /secrets/{key}/grants
        PUT /connections/{name}
        POST /connections/{name}/test
        DELETE /connections/{name}
        POST /connections/{name}/connect
        POST /connections/answers
        GET /audit
        GET /audit/verify
        POST /audit/verify
        GET /audit/export
        GET /tokens
        POST /tokens
        POST /tokens/{token}/rotate
        DELETE /tokens/{token}/older
        DELETE /tokens/{token}
        GET /grants
        POST /grants
        DELETE /grants/{grant}
        GET /audit/reads
        DELETE /executions/{id}
        POST /erasures
        POST /erasures/actors
    """,
}

LEAST = {line.strip(): role for role, lines in TABLE.items() for line in lines.strip().splitlines()}
"""By route, such as ``GET /me``."""

MORE = {
    "POST /workflows/import": ({"publish": True}, "publisher"),
    "POST /test/run": ({"use_reads": True}, "publisher"),
    "POST /test/run ": ({"allow": ["connector:log:write"]}, "publisher"),
}
"""What a body asks for besides, and the least role that may: import and publish at once, tests with real calls."""


BY_IAM = [
    "POST /workflows/{name}/executions", "GET /executions/{id}", "POST /executions/{id}/stop", "POST /tasks/success",
    "POST /tasks/failure", "POST /tasks/heartbeat",
]
"""What sessions of IAM roles may call, and nothing else: start, read, stop, answer."""

REVEALS = [
    "GET /executions/{id}", "GET /executions/{id}/history", "GET /executions/{id}/steps",
    "GET /executions/{id}/steps/{step}", "GET /executions/{id}/logs", "GET /executions/{id}/payload",
    "GET /executions/{id}/effects", "GET /executions/{id}/explanation",
    "GET /approvals/{approval}", "GET /deliveries/{delivery}", "POST /test/run",
]
"""Routes that show what is hidden, with a reason, to an admin alone."""


def may(role: str | None, least: str) -> bool:
    """Whether `role` (None: signed in, without one) may call a route whose least role is `least`."""
    if least in (NOBODY, ANYBODY):
        return True
    return role is not None and ROLES.index(role) >= ROLES.index(least)
