"""An actor's name that is erased: what is kept of workflows and people beside the audit log gets the pseudonym.

    drafts (who edited last) · versions (who published) · pauses, of workflows and of triggers · links to forms (who
    made them) · answers of approvals that are open · secrets and connections (who changed them last)

Tokens and grants to IAM roles have their own (AccessTokens.nameless, RoleGrantStore.rename). What an execution has in
its journal, its input and its output goes with the execution.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.errors import StoreBusy
from engine.governance.audit.actors import Actors
from engine.ports.catalog_store import CatalogStore
from engine.ports.deliveries import TriggerState, TriggerStates
from engine.ports.pauses import Pauses
from engine.ports.people.approvals import MOST_ROWS, ApprovalQuery, Approvals
from engine.ports.secrets import WritableSecrets
from engine.records import dataclass

Json = Any

_TRIES = 20


@dataclass(frozen=True, slots=True)
class Places:
    """Where names stand; without `secrets` not there."""

    catalog: CatalogStore
    pauses: Pauses
    states: TriggerStates
    approvals: Approvals
    secrets: WritableSecrets | None

    def forget(self, actors: Actors, workspace: str, pseudonyms: Sequence[str]) -> None:
        """Put these pseudonyms in the place of the names behind them, then destroy the names. Raises as `rename`."""
        names = {name: one for one in pseudonyms for name in actors.names(workspace, [one])}
        self.rename(workspace, names)
        actors.forget(workspace, pseudonyms)

    def rename(self, workspace: str, names: Mapping[str, str]) -> None:
        """Put pseudonyms in the place of these names. Raises StorageError: done again, it does the rest."""
        for was, now in names.items():
            self.catalog.rename(workspace, was, now)
            self.pauses.rename(workspace, was, now)
            if self.secrets is not None:
                self.secrets.rename(workspace, was, now)
        if names:
            self._of_triggers(workspace, names)
            self._of_approvals(workspace, names)

    def _of_triggers(self, workspace: str, names: Mapping[str, str]) -> None:
        for _ in range(_TRIES):
            changed = [(state, _renamed(state, names)) for state in self.states.all(workspace)]
            if all(self.states.change(after) for before, after in changed if after != before):
                return
        raise StoreBusy("triggers change too often at once")

    def _of_approvals(self, workspace: str, names: Mapping[str, str]) -> None:
        query = ApprovalQuery(workspace, limit=MOST_ROWS)
        while True:
            page = self.approvals.page(query)
            for found in page.approvals:
                self._of_approval(workspace, found.id, names)
            if page.next_token is None:
                return
            query = replace(query, next_token=page.next_token)

    def _of_approval(self, workspace: str, approval: str, names: Mapping[str, str]) -> None:
        for _ in range(_TRIES):
            row = self.approvals.get(workspace, approval)
            if row is None or row.closed_at is not None:
                return  # what is closed keeps no answers
            answers = [{**answer, "by": names.get(answer["by"], answer["by"])} for answer in row.answers]
            if answers == [*row.answers] or self.approvals.answer(row, answers):
                return
        raise StoreBusy(f"the approval {approval} is answered too often at once")


def _renamed(state: TriggerState, names: Mapping[str, str]) -> TriggerState:
    """Who paused it; and of a link, whose `spec` is a list of JSON, who made it."""
    kept: Json = json.loads(state.spec) if state.spec.startswith("[") else []
    if any(isinstance(item, str) and item in names for item in kept[2:3]):
        state = replace(state, spec=json.dumps([*kept[:2], names[kept[2]], *kept[3:]]))
    return replace(state, paused_by=names.get(state.paused_by, state.paused_by))
