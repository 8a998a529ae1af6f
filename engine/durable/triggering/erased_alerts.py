"""What groups of alerts keep of executions that are erased."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from engine.errors import StoreBusy
from engine.ports.deliveries import TriggerState, TriggerStates
from engine.ports.keys import ExecutionKey
from engine.triggers.alerts import Group, is_group

_TRIES = 20


def forget_alerts(states: TriggerStates, keys: Sequence[ExecutionKey]) -> None:
    """Blank what is to be told of these executions. Others that were counted with them are told of in their time.
    Raises StorageError: done again, it does the rest."""
    ids, workflows = {key.id for key in keys}, {(key.workspace, key.workflow) for key in keys}
    for workspace in {key.workspace for key in keys}:
        for state in states.all(workspace):
            if (workspace, state.workflow) in workflows and is_group(state.trigger):
                _forget(states, state, ids)


def _forget(states: TriggerStates, state: TriggerState, ids: Collection[str]) -> None:
    for _ in range(_TRIES):
        group = Group.of(state.spec)
        left = group.without(ids)
        if left == group or states.change(replace(state, spec=left.text())):
            return
        changed = states.get(state.workspace, state.workflow, state.trigger)
        if changed is None:
            return
        state = changed
    raise StoreBusy(f"the alerts of {state.workflow!r} change too often at once")
