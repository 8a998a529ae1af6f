"""Routes of the audit log: look, and check that nothing was changed."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from engine.errors import NotFound
from engine.governance.audit.entry import parse_time
from engine.governance.audit.export import exported
from engine.governance.audit.query import AuditQuery
from engine.governance.roles import Right
from engine.ports.audit_log import CHAINS
from functions.app.acts import NoAct
from functions.app.reads import ReadsQuery
from functions.app.routing import Call, RouteTable
from functions.app.shapes import audit as shapes
from functions.app.shapes import base
from functions.app.warnings import warn

table = RouteTable("Audit")

KNOWN_ACTS = (
    "act.refused",
    "activity.create", "activity.delete",
    "actor.erase",
    "approval.answer",
    "audit.erase", "audit.expire", "audit.heads",
    "connection.connect", "connection.delete", "connection.set",
    "engine.aborted", "engine.failed", "engine.started", "engine.step_failed", "engine.timed_out",
    "execution.erase", "execution.fork", "execution.redrive", "execution.rerun", "execution.resume",
    "execution.reveal", "execution.start", "execution.stop",
    "grant.add", "grant.remove",
    "map_run.update",
    "request.refused",
    "secret.delete", "secret.grant", "secret.revoke", "secret.rotate", "secret.set",
    "task.answer",
    "token.add", "token.retire", "token.revoke", "token.rotate",
    "trigger.link", "trigger.pause", "trigger.replay", "trigger.resume",
    "view.delete", "view.save",
    "workflow.archive", "workflow.duplicate", "workflow.import", "workflow.pause", "workflow.publish",
    "workflow.resume", "workflow.reveal", "workflow.rollback", "workflow.save_draft", "workflow.test",
    "workflow.unarchive",
)
"""The acts that the log may name: a filter for any other is told of. Tests hold them to docs/audit.md."""


@table.route("GET", "/audit", right=Right.AUDIT, example="workflow=order_flow&act=workflow.*")
def list_audit(call: Call[shapes.AuditQuery]) -> shapes.AuditList:
    """List entries of the audit log, newest first.

    A page with a rare filter may come back short, or empty, and still have a next_token: ask on."""
    given = call.given
    since, until = given.since or given.from_, given.until or given.to
    act = given.act or given.action
    page = call.services.audit.page(AuditQuery(
        call.workspace, workflow=given.workflow, execution=given.execution, actor=given.actor,
        act=act, state=given.state,
        since=None if since is None else parse_time(since, where="since"),
        until=None if until is None else parse_time(until, where="until"),
        limit=given.limit, next_token=given.next_token,
    ))
    entries = [shapes.AuditEntry(**entry.as_dict()) for entry in page.entries]
    unknown = _unknown(act) if act is not None and not entries else None
    if unknown is not None:
        warn(unknown)
    return shapes.AuditList(entries=entries, next_token=page.next_token)


def _unknown(asked: str) -> str | None:
    """What is wrong with a filter that no act can meet; None where one can. With * at its end it is a prefix."""
    if asked in KNOWN_ACTS or (asked.endswith("*") and any(act.startswith(asked[:-1]) for act in KNOWN_ACTS)):
        return None
    close = difflib.get_close_matches(asked.rstrip("*"), KNOWN_ACTS, n=1)
    advice = f"did you mean {close[0]}?" if close else "docs/audit.md lists the acts"
    return f"no act is called {asked!r}: {advice}"


@table.route("GET", "/audit/reads", right=Right.AUDIT, example="execution=order_flow:order-1")
def list_reads(call: Call[shapes.ReadsQuery]) -> shapes.ReadList:
    """Who read inputs, outputs, histories and logs of executions, newest first: of one machine.

    What the same caller reads again within a minute is one line. On AWS the access log has them: 404 says where."""
    given = call.given
    if call.services.open_reads is None:
        raise NotFound(
            "a stage keeps who read what in its access log", advice="docs/audit.md has the query for CloudWatch Logs "
            "Insights: Who read what.",
        )
    found = call.services.open_reads().find(ReadsQuery(
        given.actor, given.execution, given.workflow, _time(given.since, "since"), _time(given.until, "until"),
        given.limit,
    ))
    return shapes.ReadList(reads=[shapes.Read.of(read) for read in found])


def _time(text: str | None, where: str) -> float | None:
    return None if text is None else parse_time(text, where=where)


@table.route("GET", "/audit/verify", right=Right.AUDIT)
def verify_audit(call: Call[base.Nothing]) -> shapes.AuditVerification:
    """Walk every chain of the audit log and name the first entry of each that is not what was written.

    Of a long log, `automate audit verify` is the better way: an API's answer has to come within seconds."""
    return _verified(call, ())


@table.route("POST", "/audit/verify", right=Right.AUDIT, act=NoAct("the log is only read"), example={"against": []})
def verify_audit_against(call: Call[shapes.VerifyRequest]) -> shapes.AuditVerification:
    """The same, also against an earlier export that was kept elsewhere: what it holds must still be there."""
    return _verified(call, call.given.against)


@table.route("GET", "/audit/export", right=Right.AUDIT, example="chain=3&after=500")
def export_audit(call: Call[shapes.ExportQuery]) -> shapes.AuditExport:
    """The entries of one chain as lines for keeping elsewhere, the oldest first: each the canonical JSON with its
    digest, as POST /audit/verify takes them."""
    given, audit = call.given, call.services.audit
    lines = list(exported(audit.log, call.workspace, given.chain, audit.actors, after=given.after, limit=given.limit))
    return shapes.AuditExport(lines=lines, chains=CHAINS)


def _verified(call: Call[Any], against: Sequence[str]) -> shapes.AuditVerification:
    found = call.services.audit.verify(call.workspace, against=against)
    heads = [shapes.AuditHead.of(head, chain=chain) for chain, head in sorted(found.heads.items())]
    return shapes.AuditVerification.of(found, heads=heads)
