"""How sentences ask for what connectors' actions mean, and that the registry says which these are."""

import pytest

from connectors.known.sentences import IMPLIED
from connectors.registry import Registry
from connectors.sdk import ActionSpec, ConnectorAdapter
from engine.copilot.copilot import Copilot
from engine.copilot.offline.asked import Asked
from engine.copilot.offline.naming import Known
from engine.copilot.offline.words import lower, words_of
from functions.app.copilot.catalogue import catalogue_of


@pytest.mark.parametrize(("said", "amount"), [
    ("charge $19.50", 19.5), ("pay 200 euros", 200), ("charge the card 3 times 40 dollars", 40),
    ("pay 50% now", None), ("charge 20 percent of it", None), ("charge the card after 10 seconds", None),
])
def test_the_amount_of_a_payment_is_money(said, amount):
    words = tuple(words_of(said))
    found = next(one for rule in IMPLIED if (one := rule(Asked(words, lower(words), words[0].lower, Known()))))
    assert found.resource == "charge"
    money = "$states.input.order.total" if amount is None else amount
    assert found.arguments["amount"] == f"{{% $round({money} * 100) %}}"


class Tills(ConnectorAdapter):
    code = "tills"
    name = "Tills"
    actions = {  # noqa: RUF012 - the guide's form
        "take": ActionSpec(means="charge", inputs={"amount": {"type": "integer", "required": True}}),
        "say": ActionSpec(means="message", inputs={"text": {"type": "string"}}),
    }


def tasks(registry, sentence):
    document = Copilot(catalogue_of(registry)).draft(sentence).document
    return [(state["Resource"], state["Arguments"]) for state in document["definition"]["States"].values()
            if state["Type"] == "Task"]


def test_an_action_of_ones_own_that_means_it_comes_first_and_gets_what_it_takes():
    registry = Registry(installed=tuple)
    registry.register(Tills)
    assert tasks(registry, "Charge 12 dollars") == [
        ("connector:tills:take", {"amount": "{% $round(12 * 100) %}"}),
    ]


def test_of_several_the_one_that_the_sentence_names_is_taken():
    registry = Registry(installed=tuple)
    registry.register(Tills)
    assert tasks(registry, "Post to #orders on Slack")[0][0] == "connector:slack:post_message"


def test_what_nothing_here_means_is_no_action():
    assert tasks(Registry(builtin=(), installed=tuple, shipped=()), "Charge the card and log it") == []


def test_an_approval_on_slack_is_asked_for_there():
    [(resource, arguments)] = tasks(Registry(installed=tuple), "Ask finance on Slack for approval")
    assert (resource, arguments["slack_channel"]) == ("connector:approval:ask.waitForTaskToken", "#finance")
