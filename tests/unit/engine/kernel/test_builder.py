"""What a step does with the frames that it does not touch."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from engine.kernel.snapshot import Frame, Phase, live_frames
from engine.kernel.step import step
from engine.kernel.stimulus import Continued
from tests.support.cold import COLD
from tests.support.flows import ONE_TASK
from tests.support.stepping import Run


class Path(str):
    """A path that counts how often one is looked up."""

    __slots__ = ()
    looked_up = 0

    def __hash__(self) -> int:
        Path.looked_up += 1
        return str.__hash__(self)


@pytest.mark.skipif(COLD, reason="cold mode looks into every frame")
def test_frames_that_are_not_touched_are_copied_without_being_looked_up():
    run = Run(ONE_TASK).start()
    done = {Path(f"/{number}"): Frame(f"/{number}", "", "A", Phase.DONE) for number in range(500)}
    frames = MappingProxyType({**run.snapshot.frames, **done})
    before = dict(frames)
    Path.looked_up = 0
    stepped = step(run.plan, replace(run.snapshot, frames=frames, ready=()), [Continued(run.at)])
    assert Path.looked_up == 0
    assert stepped.snapshot.frames == before == frames
    assert stepped.snapshot.frames is not frames


def test_other_frames_have_live_ones_of_their_own():
    run = Run(ONE_TASK).start()
    frame = replace(run.snapshot.frames[""], input="another")
    changed = replace(run.snapshot, frames=MappingProxyType({"": frame}))
    assert live_frames(run.snapshot) == run.snapshot.frames
    assert live_frames(changed) == {"": frame}
