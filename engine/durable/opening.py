"""What a header says of its execution: how it begins, and by which version it runs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.kernel import changeover
from engine.kernel.snapshot import Facts, Snapshot
from engine.language.asl.resources import OWN_ARN
from engine.ports.journal import Header

if TYPE_CHECKING:
    from engine.durable.activation import Activation

START_GRACE_SECONDS = 30.0
"""A started execution that nobody has looked at for this long is overdue: its first wake was lost."""


def opening(header: Header, execution_input: bytes) -> Snapshot:
    """An execution as it begins."""
    return Snapshot(facts=facts_of(header), input=json.loads(execution_input), last_at=header.started_at)


def running_by(header: Header, snapshot: Snapshot | None) -> Header:
    """The header with the version that the execution runs by: where a change of it was committed, and its writer died
    before the header followed, the snapshot has it."""
    pinned = changeover.pinned(snapshot)
    return header if pinned is None else replace(header, version=pinned[0], definition_digest=pinned[1])


def facts_of(header: Header) -> Facts:
    """What the context object ``$$`` says of an execution. The ARNs have AWS's shape, with ``local`` as the account."""
    arn = f"{OWN_ARN}{header.key.workspace}"
    return Facts(
        execution_id=header.key.id, name=header.key.name, workflow=header.workflow, version=header.version,
        started_at=header.started_at, kind=header.kind, workspace=header.key.workspace,
        role_arn=f"arn:aws:iam::{header.key.workspace}:role/automate",
        execution_arn=f"{arn}:execution:{header.workflow}:{header.key.name}",
        state_machine_arn=f"{arn}:stateMachine:{header.workflow}",
    )


def followed(activation: Activation) -> dict[str, Any]:
    """What a header is told of the version, where that changed: its writer may have died before the header followed."""
    if not activation.snapshot.changeovers:
        return {}
    header = activation.header
    return {"version": header.version, "definition_digest": header.definition_digest}
