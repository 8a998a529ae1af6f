"""What hangs on what: alternatives, the other side of a condition in a condition, the items of a list, ellipsis. A
draft has it where the sentence says, or asks."""

from __future__ import annotations

import pytest

from tests.copilot.evaluate import COPILOT
from tests.copilot.scoring import faults
from tests.copilot.verdict import RIGHT, verdict

KINDS = {
    "what helps where the help fails": tuple(
        (sentence, {"tasks": ["charge", "http", "email"],
                    "caught": [{"of": "charge", "then": ["http"]}, {"of": "http", "then": ["email"]}]})
        for sentence in (
            "Charge the card. If that does not work, call https://b.firm.lt. As a last resort, email ann@firm.lt.",
            "Charge the card; failing that, call https://b.firm.lt; if all else fails, email ann@firm.lt.",
            "Charge the card. If it fails, call https://b.firm.lt. If that fails too, email ann@firm.lt.",
            "Charge the card. If this fails, call https://b.firm.lt. If even that fails, email ann@firm.lt.",
            "Charge the card, failing which call https://b.firm.lt. If nothing works, email ann@firm.lt.",
        )
    ),
    "what is said behind another and comes first": tuple(
        (sentence, {"tasks": ["http", "email"], "before": [["http", "email"]]})
        for sentence in (
            "Email ann@firm.lt. Before that, call https://b.firm.lt.",
            "Email ann@firm.lt, but first call https://b.firm.lt.",
            "Email ann@firm.lt; but before this, call https://b.firm.lt.",
        )
    ),
}
EVERY = [(kind, *one) for kind, sentences in KINDS.items() for one in sentences]


@pytest.mark.parametrize(("kind", "sentence", "expect"), EVERY)
def test_a_kind_is_drafted(kind, sentence, expect):
    proposal = COPILOT.draft(sentence)
    assert faults(proposal, {"placeholders": 0, **expect}) == [], kind
    assert verdict(proposal, sentence, expect) == (RIGHT, [])


def to_dos(sentence):
    """The to-dos in the person's words."""
    return [word.text for word in COPILOT.draft(sentence).words if word.pointer is None]


def test_a_second_handler_of_one_step_is_a_to_do():
    said = "Charge the card. If it fails, call https://b.firm.lt. If it fails, email ann@firm.lt."
    assert "https://b.firm.lt" in " ".join(to_dos(said))
