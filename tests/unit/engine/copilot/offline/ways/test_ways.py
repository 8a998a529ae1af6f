"""The other ways to read a sentence: what each makes of one, and what none of them touches."""

from __future__ import annotations

import pytest

from engine.copilot.offline.ways import WAYS
from engine.copilot.offline.ways.asking import in_time, in_turn
from engine.copilot.offline.ways.cases import cased
from engine.copilot.offline.ways.ordering import each_said, in_order, same_for, stated
from engine.copilot.offline.ways.placing import but_some, condition_first, goes_on, of_each, wait_first
from engine.copilot.offline.ways.rounds import until_then


@pytest.mark.parametrize(("way", "said", "read"), [
    (cased, "By size: small goes to #a on Slack, big to #b on Slack.",
     'if the size is "small", put it to #a on Slack; if the size is "big", put it to #b on Slack.'),
    (cased, "Scores under 30 are logged, 30 to 70 go to #a on Slack, and more than 70 are rejected by the no function.",
     ("if the score is under 30, log it; if the score is between 30 and 70, put it to #a on Slack; "
     "if the score is more than 70, run the no function.")),
    (cased, "Plan free: email the guide. Plan team: call https://a.io/x.",
     'if the plan is "free", email the guide; if the plan is "team", call https://a.io/x.'),
    (cased, "Let an LLM classify it as bug or praise; bugs become GitHub issues, praise goes to #a on Slack.",
     ('Let an LLM classify it as bug or praise. if the answer is "bug", create GitHub issues; '
     'if the answer is "praise", put it to #a on Slack.')),
    (cased, "Anything up to 10 euros is paid; above that, ask the boss.",
     "if it is up to 10 euros, pay it; otherwise ask the boss."),
    (in_turn, "Ask ann@a.io for approval, then bob@a.io. If both agree, run the pay function.",
     "ask ann@a.io for approval, then ask bob@a.io for approval. if approved, run the pay function."),
    (in_time, "The boss must confirm it within 2 days, otherwise log it.",
     "ask The boss to confirm it; if rejected or there is no answer within 2 days, log it."),
    (in_time, "Ask the boss to approve it, 2 days at most; if she stays silent, log it.",
     "Ask the boss to approve it within 2 days; if there is no answer within 2 days, log it."),
    (in_order, "Before charging the card, check the stock.", "check the stock, then charge the card."),
    (in_order, "When it is late, email ann@a.io, but first call https://a.io/x.",
     "When it is late, call https://a.io/x, then email ann@a.io."),
    (in_order, "If it is late, email ann@a.io. Before that, call https://a.io/x.",
     "If it is late, email ann@a.io. Before that, call https://a.io/x."),
    (in_order, "The trip must be approved by ann@a.io before it is booked.",
     "ask ann@a.io to approve The trip, then book it."),
    (each_said, "The rates are fetched from https://a.io/x and stored in the fx table.",
     "The rates are fetched from https://a.io/x and store it in the fx table."),
    (stated, "Order not paid: email the customer.", "If order is not paid, email the customer."),
    (until_then, "Poll https://a.io/x every minute; once it says done, log it; if it never does, call the boss.",
     ("Poll https://a.io/x every minute until it says done, then log it; if it is still not so by then, call the"
     " boss.")),
    (until_then, "Call https://a.io/x; as long as it is full, try again every 5 minutes, at most 3 times.",
     "Call https://a.io/x as long as it is full every 5 minutes, at most 3 times."),
    (until_then, "Ask ann@a.io to approve it; if she says no, run the mend function and ask her again. Then log it.",
     ("Ask ann@a.io to approve it; if rejected, run the mend function, and do that again until it is approved."
      " Then log it.")),
    (in_order, "Every trip over 500 has to be approved by ann@a.io before they are put on the queue trips.",
     "if the trip is over 500, ask ann@a.io to approve it, then put it on the queue trips."),
    (in_order, "A new price needs the approval of ann@a.io before we call https://a.io/x.",
     "ask ann@a.io to approve A new price, then call https://a.io/x."),
    (condition_first, "Start the a workflow if it is open, and the b workflow if not.",
     "if it is open, Start the a workflow; otherwise Start the b workflow."),
    (goes_on, "For each order: check it. If it is late, log it. Otherwise email ann@a.io. When all are done, stop.",
     "For each order: check it; if it is late, log it, otherwise email ann@a.io. When all are done, stop."),
    (goes_on, "Email each buyer. If she is new, log it.", "for each buyer, email the buyer; if she is new, log it."),
    (goes_on, "Run the a function for each buyer. If she is new, log it.",
     "for each buyer, Run the a function; if she is new, log it."),
    (goes_on, "For each order, check it. Post to #a on Slack.", "For each order, check it. Post to #a on Slack."),
    (same_for, "Email ann@a.io, and the same for bob@a.io.", "Email ann@a.io, and email bob@a.io."),
    (same_for, "Email ann@a.io, and do the same for each order.", "Email ann@a.io, and do the same for each order."),
    (wait_first, "Log it, and delete it after 2 hours.", "Log it, and wait 2 hours and delete it."),
    (but_some, "Never email guests from abroad; email everyone else.",
     "if the guest is from abroad, do nothing; otherwise email the guest."),
    (of_each, "Read the tickets and send each to the a function.", ("Read the tickets and send each ticket to the a"
        " function.")),
])
def test_a_way_puts_it_as_the_reader_has_it(way, said, read):
    assert way(said) == read


@pytest.mark.parametrize("said", [
    "Every day at 8 run the sync function.",
    "If the total is over 100, ask the boss to approve it, otherwise charge the card.",
    "When an order comes in, email the customer and post to #sales on Slack.",
])
def test_what_is_none_of_them_stays(said):
    assert {way(said) for way in WAYS} == {said}
