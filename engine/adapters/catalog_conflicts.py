"""What a catalog store says when its condition did not hold, in the same words over every backend."""

from __future__ import annotations

from engine.errors import Conflict, NotFound


def draft_changed(workflow: str, *, expected: str | None) -> Conflict:
    """The draft is not the one that was read."""
    if expected is None:
        return Conflict(
            f"there is a workflow called {workflow} already", where=workflow, advice="Choose another name, or edit it."
        )
    return Conflict(
        f"the draft of {workflow} was changed meanwhile", where=workflow, advice="Read it again and repeat the change."
    )


def published_meanwhile(workflow: str, number: int) -> Conflict:
    """Version `number` is not the next one."""
    return Conflict(
        f"version {number} of {workflow} is not the next one: somebody published meanwhile", where=workflow,
        advice="Look at the newest version, then publish again.",
    )


def activated_meanwhile(workflow: str) -> Conflict:
    """Another version was published or activated, or it was archived, since the row was read."""
    return Conflict(
        f"the workflow {workflow} was changed meanwhile", where=workflow,
        advice="Look at it again and repeat the change.",
    )


def no_such_version(workflow: str, number: int) -> NotFound:
    """A version that was never published."""
    return NotFound(
        f"{workflow} has no version {number}", where=workflow, advice="`automate versions` lists what there is."
    )
