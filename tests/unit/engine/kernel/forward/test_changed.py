"""What is different, in another version, of what an execution has done."""

from __future__ import annotations

import pytest

from engine.kernel.forward.check import check
from engine.kernel.forward.ran import Ran
from engine.kernel.snapshot import Frame, Phase
from tests.support.redriving import machine, task

OLD = machine(First=task("connector:demo:a", "Second"), Second=task("connector:demo:b"))


def stands(state="Second", phase=Phase.BACKOFF):
    return {"": Frame("", "", state, phase, visit=2, attempt=1, epoch=1, input={})}


def changed(new, frames=None, old=OLD, **more):
    return [finding.place for finding in check(old, new, frames or stands(), **more).changed]


def test_states_that_have_run_and_are_different_are_listed():
    new = machine(First=task("connector:demo:x", "Second"), Second=task("connector:demo:b"))
    assert changed(new) == []
    assert changed(new, ran=Ran(frozenset({"First"}))) == ["/States/First"]


@pytest.mark.parametrize(("fields", "place"), [
    ({"StartAt": "Second"}, "/StartAt"), ({"QueryLanguage": "JSONata"}, "/QueryLanguage"),
])
def test_another_beginning_of_what_has_begun_is_listed(fields, place):
    for ran, frames in ((Ran(entered=frozenset({"Second"})), stands()), (Ran(), stands("First"))):
        assert changed({**OLD, **fields}, frames, ran=ran) == [place]


def test_another_beginning_of_what_has_not_begun_is_no_matter():
    def old_and(**more):
        inside = {**machine(One=task("connector:demo:a", "Two"), Two=task("connector:demo:b")), **more}
        return machine(Second={"Type": "Parallel", "Branches": [inside], "End": True})

    assert changed(old_and(StartAt="Two"), stands(phase=Phase.READY), old_and()) == []
    begun = Ran(entered=frozenset({"Second", "One"}))
    found = changed(old_and(StartAt="Two"), stands(phase=Phase.READY), old_and(), ran=begun)
    assert found == ["/States/Second/Branches/0/StartAt"]


def test_another_branch_of_a_parallel_that_has_run_is_listed():
    def both(*branches):
        return machine(First={"Type": "Parallel", "Branches": list(branches), "Next": "Second"},
                       Second=task("connector:demo:b"))

    one, two = machine(One=task("connector:demo:a")), machine(Two=task("connector:demo:a"))
    assert changed(both(one, two), old=both(one), ran=Ran(frozenset({"First", "One"}))) == ["/States/First"]


def test_a_state_that_failed_and_was_caught_has_run_too():
    both = frozenset({"First", "Second"})
    new = machine(First={"Type": "Pass", "Next": "Second"}, Second={"Type": "Pass", "End": True})
    assert changed(new, ran=Ran(entered=both)) == ["/States/First"]  # it stands in the other one
