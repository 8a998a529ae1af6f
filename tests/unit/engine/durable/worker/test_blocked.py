"""The table of what to do with an execution when a round is over, row by row."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from engine.durable.worker.blocked import BELOW_OUTBOX, CASES, Do, facts_of, what_to_do
from engine.durable.worker.owned import RESERVE_SECONDS, Owned
from engine.ports.keys import ExecutionKey

NOW = 1000.0
AMPLE = NOW + 300
CALL = ("", 1, 0)
FRAME = object()


def blocked(
    *, express=False, dirty=False, closed=False, in_flight=(), ready=False, scheduled=(), deadline=AMPLE, woken=False,
    answers=(), held=False, outbox_at=0.0, owes=False, calls=0, fits=False, lacks=False,
):
    """One that waits for nothing but a timer, unless it is said otherwise."""
    owed = SimpleNamespace(ready=ready, scheduled=scheduled)
    activation = SimpleNamespace(
        express=express, dirty=dirty, snapshot=SimpleNamespace(closed=closed), in_flight=set(in_flight),
        owed=owed, key=ExecutionKey("default", "flow:one"),
    )
    owned = Owned(activation, deadline, invocation=300.0)
    owned.hold(held=held)
    owned.outbox_later(outbox_at)
    for answer in answers:
        owned.answer(answer)
    if woken:
        owned.wake()
    return facts_of(
        owned, NOW, outbox=SimpleNamespace(owes=lambda _: owes), calls=SimpleNamespace(in_flight=calls),
        policies=SimpleNamespace(
            fits=lambda _owned, _frame, _now: fits,
            lacks=lambda _activation, frame: "no such connector" if lacks is True or frame == lacks else None,
        ),
    )


NEAR = {"deadline": NOW + RESERVE_SECONDS}
OVER = {"deadline": NOW + RESERVE_SECONDS / 2}

ROWS = [
    ("an EXPRESS run did not end in this worker's time", {"express": True, "dirty": True, **NEAR}, Do.START_OVER),
    ("there is something to feed or to commit", {"dirty": True}, Do.NEXT_ROUND),
    ("there is something to feed or to commit", {"woken": True}, Do.NEXT_ROUND),
    ("there is something to feed or to commit", {"answers": ["an answer"]}, Do.NEXT_ROUND),
    ("there is something to feed or to commit", {"express": True, "dirty": True}, Do.NEXT_ROUND),
    ("there is something to feed or to commit", {"express": True, "dirty": True, "closed": True, **NEAR},
     Do.NEXT_ROUND),
    ("it is closed", {"closed": True}, Do.CLOSE),
    ("it is closed", {"closed": True, "held": True, "in_flight": [CALL], **OVER}, Do.CLOSE),
    ("it is held, and no call of it is under way", {"held": True}, Do.LET_GO_OF_HELD),
    ("it is held, and no call of it is under way", {"held": True, "ready": True, "owes": True}, Do.LET_GO_OF_HELD),
    ("it owes others something, and may go on", {"owes": True}, Do.SEND_OUTBOX),
    ("it owes others something, and may go on", {"owes": True, "in_flight": [CALL], "ready": True}, Do.SEND_OUTBOX),
    ("a slice ended before its states did", {"ready": True}, Do.NEXT_ROUND),
    ("a slice ended before its states did", {"ready": True, "in_flight": [CALL]}, Do.NEXT_ROUND),
    ("calls are under way, and should have ended", {"in_flight": [CALL], **OVER}, Do.LEAVE_CALLS),
    ("calls are under way, and should have ended", {"in_flight": [CALL], "held": True, **OVER}, Do.LEAVE_CALLS),
    ("calls are under way", {"in_flight": [CALL]}, Do.WAIT),
    ("calls are under way", {"in_flight": [CALL], "held": True, "owes": True}, Do.WAIT),
    ("calls are under way", {"in_flight": [CALL], "owes": True, "outbox_at": NOW + 1}, Do.WAIT),
    ("calls are under way", {"in_flight": [CALL], "owes": True, **NEAR}, Do.WAIT),
    ("a call waits for a thread", {"scheduled": [FRAME], "calls": 3, "fits": True}, Do.WAIT),
    ("its calls need what this worker does not have", {"scheduled": [FRAME], "lacks": True}, Do.PAUSE),
    ("calls are under way", {"scheduled": [FRAME], "lacks": True, "in_flight": [CALL]}, Do.WAIT),
    ("another worker could go on at once", {"scheduled": [FRAME, "another"], "lacks": "another"}, Do.PARK_DUE_NOW),
    ("another worker could go on at once", {"scheduled": [FRAME], "lacks": True, **NEAR}, Do.PARK_DUE_NOW),
    ("another worker could go on at once", {"scheduled": [FRAME], "lacks": True, "owes": True, "outbox_at": NOW + 1},
     Do.PARK_DUE_NOW),
    ("another worker could go on at once", {"scheduled": [FRAME], "calls": 3, "fits": False}, Do.PARK_DUE_NOW),
    ("another worker could go on at once", {"scheduled": [FRAME], "fits": True}, Do.PARK_DUE_NOW),
    ("another worker could go on at once", {"scheduled": [FRAME], "calls": 3, "fits": True, **NEAR}, Do.PARK_DUE_NOW),
    ("another worker could go on at once", {"ready": True, **NEAR}, Do.PARK_DUE_NOW),
    ("another worker could go on at once", {"owes": True, **NEAR}, Do.PARK_DUE_NOW),
    ("another worker could go on at once", {"owes": True, "outbox_at": NOW + 1}, Do.PARK_DUE_NOW),
    ("it waits for a time, or for somebody else", {}, Do.PARK),
    ("it waits for a time, or for somebody else", {"express": True, **NEAR}, Do.PARK),
]


@pytest.mark.parametrize(("name", "facts", "expected"), ROWS)
def test_the_first_case_that_holds_counts(name, facts, expected):
    found = blocked(**facts)
    number = next(number for number, case in enumerate(CASES) if case.name == name)
    assert what_to_do(found) is expected
    assert what_to_do(found, CASES[number:number + 1]) is expected
    with pytest.raises(AssertionError):
        what_to_do(found, CASES[:number])


def test_every_row_of_the_table_is_tried():
    assert {name for name, *_ in ROWS} == {case.name for case in CASES}


@pytest.mark.parametrize(("facts", "expected"), [
    ({"owes": True, "ready": True}, Do.NEXT_ROUND), ({"owes": True, "in_flight": [CALL]}, Do.WAIT),
    ({"owes": True}, Do.PARK_DUE_NOW),
])
def test_what_was_owed_and_came_to_nothing_is_not_asked_for_again(facts, expected):
    """Else one whose owing changes nothing would go round for ever."""
    assert what_to_do(blocked(**facts), BELOW_OUTBOX) is expected
