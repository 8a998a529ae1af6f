"""What goes where, by what picks some of many."""

from __future__ import annotations

import pytest

from engine.copilot.offline.wording.sides import sided, told


@pytest.mark.parametrize(("said", "meant"), [
    ("Lab results that are critical: email the doctor.", "If the lab result is critical,  email the doctor."),
    ("All others are saved to the results table.", "otherwise save it to the results table."),
    ("Customers from Norway or the UK get an email, everybody else is charged.",
     'If the customer\'s country is "Norway" or "UK", send it an email; otherwise charge it.'),
    ("Answers from the canteen form: save it.", "Answers from the canteen form: save it."),
    ("P1 tickets go to #a on Slack, P2 tickets to the b queue and the rest to the log.",
     ("If the ticket is P1, put it on #a on Slack; if the ticket is P2, put it to the b queue; "
      "otherwise put it to the log.")),
    ("Put Dutch mails on the nl queue, German ones on the de queue and all the rest on the en queue.",
     ("If the mail is Dutch, Put it on the nl queue; if the mail is German, Put it on the de queue; "
      "otherwise Put it on the en queue.")),
    ("Never email customers who have left.", "If the customer has left, do nothing; otherwise email the customer."),
    ("For orders over 500 euros, ask the boss.", "If the order is over 500 euros, ask the boss."),
    ("Whoever is on leave is skipped, everybody else is emailed by us.",
     "if it is on leave, do nothing; otherwise email it by us."),
    ("P0: page the on-call.", "If it is P0, page the on-call."), ("Everything else: log it.", "Otherwise log it."),
    ("Charge the card, then email the customer.", "Charge the card, then email the customer."),
])
def test_some_of_many_become_a_condition(said, meant):
    assert sided(said) == meant


@pytest.mark.parametrize(("said", "meant"), [
    ("The customer gets a voucher by email.", "email The customer a voucher."),
    ("Charge it and the guest receives an email about it.", "Charge it and email the guest about it."),
    ("the driver gets a text through SNS", "send the driver a text through SNS"),
    ("if the customer gets an email, stop", "if the customer gets an email, stop"),
])
def test_who_gets_a_message_is_sent_one(said, meant):
    assert told(said) == meant
