"""Ends of executions: which triggers hear one, and what arrives.

What arrives has the shape of the detail of Step Functions' "Execution Status Change" events.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

Json = Any

WORKFLOW_END = "workflow_end"
"""The trigger's type."""

EVERY = "*"
"""In place of a workflow: every other one."""

STATUSES = ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")
"""Those of an execution that has ended."""

MOST_IN_A_CHAIN = 10
"""Ends that start executions whose ends start executions: so many in a row at the most."""


def hears(spec: Mapping[str, Json], own: str, workflow: str, status: str, error: str | None) -> bool:
    """Whether the trigger `spec` of the workflow `own` hears that an execution of `workflow` ended so. It hears no end
    of its own workflow."""
    if workflow == own or spec["workflow"] not in (workflow, EVERY):
        return False
    if status not in (spec.get("statuses") or STATUSES):
        return False
    errors = spec.get("errors")
    return not errors or (error is not None and any(matches(pattern, error) for pattern in errors))


def matches(pattern: str, error: str) -> bool:
    """Whether an error's name is as `pattern` says, in which ``*`` stands for any characters."""
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), error, re.DOTALL) is not None


def too_long(chain: Sequence[str]) -> str | None:
    """Why an end may start nothing: `chain` are the executions that ended one after the other up to it, each started
    by the end of the one before; None where it may."""
    if len(chain) <= MOST_IN_A_CHAIN:
        return None
    return (
        f"more than {MOST_IN_A_CHAIN} executions were started by each other's ends: the last are "
        + ", ".join(chain[-3:])
    )
