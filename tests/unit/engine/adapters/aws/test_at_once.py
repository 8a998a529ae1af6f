from __future__ import annotations

import threading

import pytest

from engine.adapters.aws.at_once import InOrder, InThreads
from tests.support import patience


@pytest.mark.parametrize("at_once", [InOrder(), InThreads(4)])
def test_answers_come_in_the_order_of_the_things(at_once):
    assert at_once.each(lambda number: number * 2, range(50)) == [number * 2 for number in range(50)]
    assert at_once.each(str, []) == []


def test_so_many_threads_call_at_the_same_time():
    meeting = threading.Barrier(4, timeout=patience.SECONDS)
    assert sorted(InThreads(4).each(lambda _: meeting.wait(), range(4))) == [0, 1, 2, 3]


@pytest.mark.parametrize("at_once", [InOrder(), InThreads(4)])
def test_a_failure_is_raised_when_all_that_began_has_ended(at_once):
    begun, ended = [], []

    def call(number):
        begun.append(number)
        try:
            if number == 3:
                raise ValueError(number)
        finally:
            ended.append(number)

    with pytest.raises(ValueError, match="3"):
        at_once.each(call, range(10))
    assert sorted(begun) == sorted(ended)
