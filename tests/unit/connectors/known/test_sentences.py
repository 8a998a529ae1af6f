"""How sentences ask for the actions of common connectors."""

import pytest

from connectors.known.sentences import IMPLIED
from engine.copilot.offline.asked import Asked
from engine.copilot.offline.conditions import Known
from engine.copilot.offline.words import lower, words_of


@pytest.mark.parametrize(("said", "amount"), [
    ("charge $19.50", 19.5), ("pay 200 euros", 200), ("charge the card 3 times 40 dollars", 40),
    ("pay 50% now", None), ("charge 20 percent of it", None), ("charge the card after 10 seconds", None),
])
def test_the_amount_of_a_payment_is_money(said, amount):
    words = tuple(words_of(said))
    found = next(one for rule in IMPLIED if (one := rule(Asked(words, lower(words), words[0].lower, Known()))))
    assert found.resource == "connector:payment:charge"
    assert found.arguments["amount"] == ("{% $states.input.order.total %}" if amount is None else amount)
