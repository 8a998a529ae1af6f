"""Whether a call's cause may quote what is marked: in its execution, or in one that started it."""

from __future__ import annotations

import pytest

from engine.durable.parents import hides_cause
from engine.errors import NotFound, StoreUnavailable
from engine.ports.journal import Header, Parent
from engine.ports.published import PublishedVersion
from engine.ports.tasks import TaskCall

CALL = TaskCall(
    resource="connector:bank:book", arguments={}, workspace="default", execution_id="plain:one", workflow="plain",
    version=1, state="Book", attempt=1, idempotency_key="k", budget_seconds=1.0,
)


class Journal:
    """Headers alone: of an execution, and of who started it."""

    def __init__(self, *, parent=None):
        self._of = {"plain:one": parent, "marked:up": None}

    def header(self, key):
        if key.id not in self._of:
            return None
        parent = self._of[key.id] and Parent(self._of[key.id], "", 1, 1)
        return Header(key, key.id.partition(":")[0], 1, "", "", "STANDARD", "RUNNING", 0.0, parent=parent)


class Versions:
    """`marked` marks a field, no other does."""

    def numbered(self, workspace, workflow, number):
        if workflow == "gone":
            raise NotFound("gone")
        marks = {"input": ["/pin"]} if workflow == "marked" else None
        return PublishedVersion(workspace, workflow, number, {}, "", sensitive=marks)


@pytest.mark.parametrize(("parent", "hides"), [(None, False), ("marked:up", True), ("lost:up", True)])
def test_a_cause_is_hidden_by_who_started_the_execution_too(parent, hides):
    assert hides_cause(CALL, Journal(parent=parent), Versions()) is hides


def test_who_cannot_be_asked_may_mark_something():
    class Broken(Journal):
        def header(self, key):
            raise StoreUnavailable("gone")

    assert hides_cause(CALL, Broken(), Versions())
