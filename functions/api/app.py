"""The API as a Chalice app. Importing it reads no environment and makes no client: the first request does.

`app` is what Lambda calls (and what the infrastructure reads its routes from); the local server makes its own by
`create_app` with services that it has already.
"""

from __future__ import annotations

from chalice.app import Chalice

from functions.api import (
    activities,
    alarms,
    audit,
    aws,
    conversion,
    copilot,
    definitions,
    executions,
    map_runs,
    me,
    openapi,
    operations,
    publish_preview,
    redrives,
    rules,
    secrets,
    steps,
    tasks,
    testing,
    uploads,
    workflow_list,
    workflows,
)
from functions.api.access_log import log_access
from functions.api.routing import Provider, Route, RouteTable, blueprint, remember_request

_TABLES = (
    workflow_list.table, workflows.table, publish_preview.table, conversion.table, executions.table, steps.table,
    map_runs.table, operations.table, redrives.table, tasks.table, activities.table, definitions.table, rules.table,
    testing.table, copilot.table, secrets.table, audit.table, alarms.table, uploads.table, me.table,
)
_DESCRIBED = [route for table in _TABLES for route in table.routes]
TABLES: tuple[RouteTable, ...] = (*_TABLES, openapi.describing(_DESCRIBED))

ROUTES: tuple[Route, ...] = tuple(route for table in TABLES for route in table.routes)
"""Every route, in the order in which they are shown."""


def create_app(provider: Provider) -> Chalice:
    """A Chalice app over the services that `provider` gives at each request."""
    # env={}: Chalice would write AWS_EXECUTION_ENV into the process's environment.
    made = Chalice("automate", configure_logs=False, env={})
    made.register_middleware(remember_request, "http")
    for table in TABLES:
        made.register_blueprint(blueprint(table, provider))
    return made


app = create_app(aws.services)
app.register_middleware(log_access, "http")
