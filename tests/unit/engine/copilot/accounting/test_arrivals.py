"""Where what arrives comes from is a trigger, and how much of it in how long is one condition, or both are to-dos."""

from __future__ import annotations

import pytest

from connectors.registry import Registry
from engine.copilot.accounting.account import account
from functions.app.copilot.catalogue import catalogue_of

CATALOGUE = catalogue_of(Registry(installed=tuple))
SENT = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Next": "Run Check",
        "Arguments": {"QueueUrl": "TODO: the URL of the queue alarms", "MessageBody": "{% $states.input %}"}}
RUN = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "check"},
       "End": True}
QUEUE = [{"type": "queue", "queue": "alarms"}]


def to_dos(sentence, states, triggers=()):
    document = {"definition": {"StartAt": next(iter(states)), "States": states}, "triggers": [*triggers]}
    return " | ".join(use.text for use in account(sentence, document, CATALOGUE).to_dos)


def chosen(condition, then):
    return {"Type": "Choice", "Choices": [{"Condition": f"{{% {condition} %}}", "Next": then}], "Default": "Run Check"}


@pytest.mark.parametrize(("said", "trigger"), [
    ("Answers from the canteen form", {"type": "form"}),
    ("Scans in the folder inbox", {"type": "folder", "folder": "inbox"}),
    ("Failed payments on the dunning queue", {"type": "queue", "queue": "dunning"}),
    ("Uploads to the footage bucket", {"type": "s3", "bucket": "footage"}),
    ("Calls of staff by the webhook", {"type": "webhook", "path": "start"}),
])
def test_what_comes_from_somewhere_before_a_colon_needs_that_trigger(said, trigger):
    states = {"From?": chosen(f'$states.input.answerCountry = "{said.lower()}"', "Run Check"), "Run Check": RUN}
    sentence = f"{said}: run the check function."
    assert said in to_dos(sentence, states)
    assert trigger["type"].replace("s3", "bucket") not in to_dos(sentence, {"Run Check": RUN}, [trigger])


def test_a_verb_before_a_colon_asks_for_something():
    put = {"Put": SENT, "Run Check": RUN}
    assert "queue" not in to_dos("Put it on the alarms queue: run the check function.", put)


@pytest.mark.parametrize("head", [
    "If more than 20 alarms arrive on the alarms queue", "When alarms come in on the alarms queue",
    "As soon as alarms land in our alarms queue", "If 6 or more logins fail within 3 minutes on the alarms queue",
])
def test_the_queue_where_something_arrives_starts_it_and_is_not_sent_to(head):
    states = {"Alarms Arrive Logins Come Land?": chosen("$states.input.alarms > 20", "Alarms Queue"),
              "Alarms Queue": SENT, "Run Check": RUN}
    sentence = f"{head}, run the check function."
    assert "alarms queue" in to_dos(sentence, states)
    assert "alarms queue" not in to_dos(sentence, {"Run Check": RUN}, QUEUE)


def test_a_wait_is_no_window():
    sentence = "If more than 20 alarms arrive within 5 minutes on the alarms queue, run the check function."
    waits = {"More Than 20 Alarms Arrive?": chosen("$states.input.alarmsArrive > 20", "Wait 5 Minutes"),
             "Wait 5 Minutes": {"Type": "Wait", "Seconds": 300, "Next": "Run Check"}, "Run Check": RUN}
    counts = {"More Than 20 Alarms Arrive?": chosen(
        "$count($states.input.alarms[$toMillis(time) > $millis() - 300000]) > 20", "Run Check"), "Run Check": RUN}
    assert "within 5 minutes" in to_dos(sentence, waits, QUEUE)
    assert "within 5 minutes" not in to_dos(sentence, counts, QUEUE)


@pytest.mark.parametrize("head", [
    "If there is a message on the alarms queue", "If there's a message in the alarms queue",
    "If there is something on the alarms queue", "If a message is waiting in the alarms queue",
    "When there is a message on our alarms queue", "Whenever there is an alarm on the alarms queue",
    "If there are messages in the alarms queue", "Once there is a message on the alarms queue",
    "If a message is on the alarms queue", "When a message sits in the alarms queue",
])
def test_that_something_is_on_a_queue_is_the_start_and_no_condition(head):
    sentence = f"{head}, run the check function."
    asks = {"There Message Alarm Waiting?": chosen("$count($states.input.message) > 0", "Alarms Queue"),
            "Alarms Queue": SENT, "Run Check": RUN}
    reads = {"There?": chosen("$count($states.input.message.onAlarmsQueue) > 0", "Run Check"), "Run Check": RUN}
    assert "alarms queue" in to_dos(sentence, asks)
    assert "alarms queue" in to_dos(sentence, reads, QUEUE)
    assert "alarms queue" not in to_dos(sentence, {"Run Check": RUN}, QUEUE)
