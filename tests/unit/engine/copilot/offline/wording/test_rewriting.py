"""Ways to say the same."""

from __future__ import annotations

import pytest

from engine.copilot.offline.wording.rewriting import rewritten


@pytest.mark.parametrize(("text", "meant"), [
    ("Charge each card, five at a time.", "Charge each card, at most five at a time."),
    ("Whatever goes wrong, log it: run the a function.", "run the a function. If anything fails, log it."),
    ("Ask Ann; if nobody answers within 2 days, log it.", "Ask Ann; if there is no answer within 2 days, log it."),
    ("Call it with 3 retries.", "Call it, retry 3 times."),
    ("Do not email Bob if the order is a test.", "unless the order is a test, email Bob."),
    ("Run the a function and the b function.", "Run the a function and Run the b function."),
    ("Nothing special here.", "Nothing special here."),
])
def test_a_way_to_say_it_is_read_as_another(text, meant):
    assert rewritten(text) == meant
