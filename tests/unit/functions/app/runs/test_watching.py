"""Requests that are held: until there is something new, up to so many, and no longer than they asked for."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from engine.clock import SkipClock, SystemClock
from functions.app.runs.watching import MOST_SECONDS, Watching


class Tags:
    """What is seen, look by look; the last one for ever."""

    def __init__(self, *tags):
        self.tags, self.looks = list(tags), 0

    def __call__(self):
        self.looks += 1
        return self.tags.pop(0) if len(self.tags) > 1 else self.tags[0]


def test_what_is_new_is_answered_at_once():
    clock, look = SkipClock(), Tags("b")
    seen = Watching(clock, 1).until(look, "a", 20)
    assert (seen.tag, seen.held, look.looks) == ("b", True, 1)


def test_a_request_is_held_until_something_is_new():
    clock, look = SkipClock(), Tags("a", "a", "a", "b", "c")
    began = clock.now()
    seen = Watching(clock, 1).until(look, "a", 20)
    assert (seen.tag, seen.held) == ("b", True)
    assert clock.now() - began == pytest.approx(0.005 + 0.01 + 0.02, abs=0.001)


def test_looks_become_seldom():
    look = Tags("a")
    Watching(SkipClock(), 1).until(look, "a", 20)
    assert look.looks == 1 + 7 + 39  # 0.635 s of shorter pauses, then one each half second


@pytest.mark.parametrize(("wait", "held_for"), [(0, 0), (3, 3), (1000, MOST_SECONDS)])
def test_it_is_held_no_longer_than_it_asks_for(wait, held_for):
    clock = SkipClock()
    began = clock.now()
    assert Watching(clock, 1).until(Tags("a"), "a", wait).tag == "a"
    assert clock.now() - began == pytest.approx(held_for)


def test_a_place_that_holds_none_says_so():
    clock = SkipClock()
    began = clock.now()
    assert not Watching(clock, 0).until(Tags("a"), "a", 20).held
    assert clock.now() == began


def test_so_many_are_held_and_the_others_are_answered_at_once_until_the_place_closes():
    watching, looking = Watching(SystemClock(), 2), [Event(), Event()]
    answers = []

    def hold(event):
        def look():
            event.set()
            return "a"

        answers.append(watching.until(look, "a", 20))

    threads = [Thread(target=hold, args=(event,)) for event in looking]
    for thread in threads:
        thread.start()
    for event in looking:
        assert event.wait(30)
    while watching._room.acquire(blocking=False):  # until both have their places
        watching._room.release()
    assert not watching.until(Tags("a"), "a", 20).held
    watching.stop()
    for thread in threads:
        thread.join(30)
    assert [answer.held for answer in answers] == [True, True]


def test_a_look_that_fails_gives_its_place_back():
    watching = Watching(SkipClock(), 1)
    for _ in range(3):
        tags = iter(["a"])
        with pytest.raises(StopIteration):
            watching.until(tags.__next__, "a", 20)
    assert watching.until(Tags("a", "b"), "a", 20).held


def test_who_was_held_and_may_see_it_no_more_is_told_nothing():
    asked = []

    def still():
        asked.append(True)
        raise PermissionError

    watching = Watching(SkipClock(), 1)
    with pytest.raises(PermissionError):
        watching.until(Tags("a", "b"), "a", 20, still)
    with pytest.raises(PermissionError):
        watching.until(Tags("a"), "a", 1, still)
    assert watching.until(Tags("b"), "a", 20, still).held  # it was not held: the door has let it in a moment ago
    assert len(asked) == 2
