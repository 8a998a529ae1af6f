"""Other ways to read a sentence: which is taken decides the account of its words (`engine/copilot/choosing.py`)."""

from __future__ import annotations

from collections.abc import Callable

from engine.copilot.offline.ways.asking import in_time, in_turn
from engine.copilot.offline.ways.cases import cased
from engine.copilot.offline.ways.ordering import each_said, in_order, same_for, stated
from engine.copilot.offline.ways.placing import but_some, condition_first, goes_on, of_each, wait_first
from engine.copilot.offline.ways.rounds import until_then

Way = Callable[[str], str]
"""A text to a text that says the same; the text itself where the way does not fit."""

WAYS: tuple[Way, ...] = (
    goes_on, each_said, in_turn, in_order, in_time, until_then, but_some, of_each, cased, condition_first, wait_first,
    same_for, stated,
)
"""In the order in which they are tried."""
