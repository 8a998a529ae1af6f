"""Reading how a draft answers for each clause of the request.

The model says of each clause in which states the draft does it, why it is left open, or why it asks for no step. What
it says is held against the draft.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from engine.copilot.conversation.places import Places
from engine.copilot.proposal import ClauseAnswer, ToDo
from engine.records import dataclass

Json = Any


@dataclass(slots=True)
class Answered:
    """The answer to each clause, what the model has to correct in them, and what the person should know."""

    clauses: tuple[ClauseAnswer, ...] = ()
    flaws: list[str] = field(default_factory=list)
    to_dos: list[ToDo] = field(default_factory=list)

    @property
    def places(self) -> set[str]:
        """Every place in which a clause is done."""
        return {place for clause in self.clauses for place in clause.done_in}


def answered_clauses(given: Json, texts: Sequence[str], places: Places, *, adds: bool) -> Answered:
    """The answers in `given`, the `clauses` of a proposal, to the clauses `texts`. `adds`: the draft has a state more,
    so some clause must be done in it."""
    found = Answered()
    by_number: dict[int, list[Mapping[str, Json]]] = {}
    for item in given if isinstance(given, list) else ():
        number = _number(item)
        if number is not None:
            by_number.setdefault(number, []).append(item)
    found.clauses = tuple(
        _answer(number, text, by_number.get(number, []), places, found) for number, text in enumerate(texts, 1)
    )
    if adds and not found.flaws and not found.places:
        found.flaws.append("/clauses: the draft adds states, and no clause is done in it. Name the states that "
                           "do each clause in done_in.")
    return found


def _answer(
    number: int, text: str, items: Sequence[Mapping[str, Json]], places: Places, found: Answered
) -> ClauseAnswer:
    named = [str(place) for item in items for place in _texts(item.get("done_in"))]
    done: list[str] = []
    for place in named:
        there = places.find(place)
        if there is None:
            found.flaws.append(f'/clauses: clause {number}, "{text}", is done in {place!r}, which is not in the draft. '
                               "Name a state of it, or a place such as /triggers/0.")
        else:
            done.append(there)
    left = next((str(item["open"]).strip() for item in items if item.get("open")), None)
    nothing = next((str(item["no_step"]).strip() for item in items if item.get("no_step")), None)
    if done:
        if left is not None:
            found.to_dos.append(ToDo(None, "", f'Only in part: "{text}". {left}'[:1000]))
        return ClauseAnswer(text, tuple(dict.fromkeys(done)))
    if left is None and nothing is not None:
        return ClauseAnswer(text, no_step=nothing)
    if left is None and not named:
        found.flaws.append(f'/clauses: nothing answers for clause {number}, "{text}". Do it in the draft and name the '
                           "states in done_in, or say in open why it is not done.")
    left = left or "The draft does not say where it does this."
    found.to_dos.append(ToDo(None, "", f'Not in the draft: "{text}". {left}'[:1000]))
    return ClauseAnswer(text, open=left)


def _number(item: Json) -> int | None:
    number = item.get("number", item.get("clause")) if isinstance(item, dict) else None
    if isinstance(number, str) and re.fullmatch(r"\[?[0-9]{1,4}\]?", number.strip()):
        return int(number.strip("[] "))
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _texts(value: Json) -> Iterator[Json]:
    """The places of `done_in`: a list of texts, or one text."""
    yield from [value] if isinstance(value, str) else value if isinstance(value, list) else ()
