"""Constructs of language that the grammar reads, each in other words than those of the evaluation's sentences."""

from __future__ import annotations

import pytest

from tests.copilot.evaluate import COPILOT
from tests.copilot.scoring import faults
from tests.copilot.verdict import SILENT, verdict

ASK = "Ask legal to approve the contract. "
CONSTRUCTS = (
    ("Run alpha, beta and gamma; all of them are functions.", {"tasks": ["lambda"] * 3}),
    ("Run fetch-rates then convert, both are lambdas, and email a@b.io.",
     {"tasks": ["lambda", "lambda", "email"], "before": [["lambda", "email"]]}),
    ("In parallel run scan-a and scan-b (they are functions), then post to #sec on Slack.",
     {"tasks": ["lambda", "lambda", "slack.post"], "parallel": [["lambda"], ["lambda"]]}),
    ("Only if the score is below 20 will the teacher be emailed at t@x.org.",
     {"tasks": ["email"], "choices": [{"when": "< 20", "then": ["email"]}]}),
    ("Only once the manager has approved should the card be charged.",
     {"tasks": ["approval", "charge"], "approved": {"task": "approval", "then": ["charge"]}}),
    ("Temperature over 30: post to #hot on Slack. Temperature from 10 to 30: do nothing. Less than that: email a@b.io.",
     {"tasks": ["slack.post", "email"], "choices": [{"when": "> 30", "then": ["slack.post"]},
                                                    {"when": "< 10", "then": ["email"]}]}),
    ("Delays under 10 minutes: do nothing. Delays of 10 to 60 minutes: email the passenger. More than that: log it.",
     {"tasks": ["email", "log"], "choices": [{"when": ">= 10", "then": ["email"]},
                                             {"when": r"delay > 60", "then": ["log"]}]}),
    ("Orders below 20 euros: email the customer. Everything above that: put it on the packing queue.",
     {"tasks": ["email", "sqs"], "choices": [{"when": r"order\.total > 20", "then": ["sqs"]}]}),
    ("Bookings 3 days or more before the start: refund the guest. Later: charge the card.",
     {"tasks": ["refund", "charge"], "choices": [{"when": ">= 3", "then": ["refund"], "otherwise": ["charge"]}]}),
    (ASK + "If her answer does not arrive within 2 days, email a@b.io.",
     {"tasks": ["approval", "email"], "timeout": {"task": "approval", "seconds": 172800, "then": ["email"]}}),
    (ASK + "If they agree or do not react within 3 days, run the sign function.",
     {"tasks": ["approval", "lambda"], "approved": {"task": "approval", "then": ["lambda"]},
      "timeout": {"task": "approval", "seconds": 259200, "then": ["lambda"]}}),
    (ASK + "Remind them weekly until they answer; after 30 days without an answer email hr@x.io.",
     {"tasks": ["approval", "email"], "arguments": [{"task": "approval", "has": '"remind_after": 604800'}]}),
    (ASK + "They have 5 days. If no decision arrives by then, email a@b.io.",
     {"tasks": ["approval", "email"], "timeout": {"task": "approval", "seconds": 432000, "then": ["email"]},
      "placeholders": 1}),
    ("Call https://x.io/q every 20 seconds until the answer is done, no more than 10 attempts in all.",
     {"tasks": ["http"], "loop": {"tasks": ["http"], "wait": 20, "times": 10, "when": "done"}}),
    ("Run the push function. Success or failure, post to #dev on Slack.",
     {"tasks": ["lambda", "slack.post"], "caught": [{"of": "lambda", "then": ["slack.post"]}]}),
    ("Call https://x.io/a, at most four attempts in all. If none of them works, email a@b.io.",
     {"tasks": ["http", "email"], "retry": {"task": "http", "max_attempts": 3},
      "caught": [{"of": "http", "then": ["email"]}]}),
    ("Run the poll function. Repeat it every hour until the money has arrived, at most 24 times.",
     {"tasks": ["lambda"], "loop": {"tasks": ["lambda"], "wait": 3600, "times": 24, "when": "arrived"}}),
    ("On the hour between 8:00 and 18:00 on weekdays run the sync function, Oslo time.",
     {"tasks": ["lambda"], "trigger": {"type": "schedule", "expression": "cron(0 8-18 ? * MON-FRI *)",
                                       "timezone": "Europe/Oslo"}}),
    ("On Sundays email a@b.io. Every hour run the sync function.",
     {"tasks": ["email", "lambda"], "triggers": [
         {"type": "schedule", "expression": "cron(0 0 ? * SUN *)", "timezone": "UTC"},
         {"type": "schedule", "expression": "rate(1 hour)", "timezone": "UTC"}]}),
    ("On Mondays at 8:15 Munich time run the lead function.",
     {"tasks": ["lambda"], "trigger": {"type": "schedule", "expression": "cron(15 8 ? * MON *)",
                                       "timezone": "Europe/Berlin"}}),
    ("Let a language model judge whether the review is rude. If it is rude, put it on the review queue.",
     {"tasks": ["connector:llm:chat", "sqs"], "choices": [{"when": "rude", "then": ["sqs"]}]}),
    ("Our greenhouse posts its humidity to the webhook /hum. If it is below 40, email a@b.io.",
     {"tasks": ["email"], "trigger": {"type": "webhook"}, "choices": [{"when": "< 40", "then": ["email"]}]}),
    ("Call https://m.io/e. If the error count is over 10, run the rollback function, else run the promote function.",
     {"tasks": ["http", "lambda", "lambda"], "choices": [
         {"when": "> 10", "then": ["lambda"], "otherwise": ["lambda"]}]}),
    ("As soon as the workflow tidy-up has failed, post to #ops on Slack.",
     {"tasks": ["slack.post"], "trigger": {"type": "workflow_end", "workflow": "tidy-up"}}),
)


@pytest.mark.parametrize(("sentence", "expect"), CONSTRUCTS)
def test_a_construct_is_drafted_in_other_words(sentence, expect):
    proposal = COPILOT.draft(sentence)
    assert faults(proposal, {"placeholders": 0, **expect}) == []
    assert verdict(proposal, sentence, expect)[0] != SILENT


@pytest.mark.parametrize("start", [
    "When the nightly workflow's run has come to its end", "When workflow seven has finished its third stage",
    "When the upload to our bucket has finished", "The import workflow has ended",
    "Once the returns form has been filled in", "When all retries of the sync workflow are over",
    "As soon as the big queue has received its tenth letter of the day and is over",
])
def test_a_start_that_no_trigger_has_is_a_to_do(start):
    proposal = COPILOT.draft(f"{start}, email the team at a@b.io.")
    lost = " ".join(word.text for word in proposal.words if word.pointer is None)
    assert proposal.document.get("triggers") or start.split()[1] in lost
    assert proposal.document.get("triggers") or verdict(proposal, proposal.document["definition"]["Comment"], {
        "tasks": ["email"], "trigger": {"type": "webhook"}})[0] != SILENT
