"""Routes of the audit log: look, and check that nothing was changed."""

from __future__ import annotations

from engine.governance.audit_entry import parse_time
from engine.governance.audit_query import AuditQuery
from functions.app.routing import Answer, Call, RouteTable
from functions.app.shapes import models, models_audit

table = RouteTable("Audit")
route = table.add


@route(
    "GET", "/audit", models_audit.AuditQuery, answers=models_audit.AuditList,
    example="workflow=order_flow&act=workflow.*",
)
def list_audit(call: Call[models_audit.AuditQuery]) -> Answer:
    """List entries of the audit log, newest first.

    A page with a rare filter may come back short, or empty, and still have a next_token: ask on."""
    given = call.given
    since, until = given.since or given.from_, given.until or given.to
    page = call.services.audit.page(AuditQuery(
        call.workspace, workflow=given.workflow, execution=given.execution, actor=given.actor,
        act=given.act or given.action, state=given.state,
        since=None if since is None else parse_time(since, where="since"),
        until=None if until is None else parse_time(until, where="until"),
        limit=given.limit, next_token=given.next_token,
    ))
    entries = [models_audit.AuditEntry(**entry.as_dict()) for entry in page.entries]
    return Answer(models_audit.AuditList(entries=entries, next_token=page.next_token))


@route("GET", "/audit/verify", models.Nothing, answers=models_audit.AuditVerification)
def verify_audit(call: Call[models.Nothing]) -> Answer:
    """Walk every chain of the audit log and name the first entry of each that is not what was written.

    Of a long log, `automate audit verify` is the better way: an API's answer has to come within seconds."""
    return Answer(models_audit.AuditVerification(**call.services.audit.verify(call.workspace).as_dict()))
