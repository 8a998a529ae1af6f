"""Events and messages that are put by hand or by a program."""

import pytest


def test_each_event_says_what_it_started(hooked):
    hooked.publish({"type": "event", "pattern": {"detail": {"n": [{"numeric": [">", 1]}]}}})
    events = [{"source": "s", "detail-type": "d", "detail": {"n": n}, "id": f"e{n}"} for n in (1, 2)]
    found = hooked.api("POST", "/events", {"events": events}).json["results"]
    assert [(each["id"], len(each["deliveries"])) for each in found] == [("e1", 0), ("e2", 1)]
    assert found[1]["deliveries"][0]["outcome"] == "STARTED"
    again = hooked.api("POST", "/events", {"events": events}).json["results"]
    assert again[1]["deliveries"][0]["repeated"] is True
    assert len(hooked.executions()) == 1


def test_messages_have_ids_or_are_each_another(hooked):
    hooked.publish({"type": "queue", "queue": "q"})
    for _ in range(2):
        hooked.api("POST", "/events", {"queue": "q", "messages": [{"a": 1}, 2], "message_ids": ["m1", "m2"]})
        hooked.api("POST", "/events", {"queue": "q", "messages": [3]})
    assert len(hooked.executions()) == 4


@pytest.mark.parametrize(("body", "says"), [
    ({}, "give either events, or messages"), ({"queue": "q"}, "give either"), ({"messages": [1]}, "give either"),
    ({"events": [{"source": "s", "detail-type": "d", "detail": {}}], "queue": "q"}, "give either"),
    ({"events": [{"source": "s"}]}, "'detail-type', which is a text"),
    ({"queue": "q", "messages": [1], "message_ids": ["a", "b"]}, "2 message_ids for 1"),
    ({"events": [{"source": "s", "detail-type": "d", "detail": []}]}, "'detail', which is an object"),
])
def test_what_is_none_is_refused_with_what_to_give(hooked, body, says):
    reply = hooked.api("POST", "/events", body)
    assert (reply.status, says in reply.error["message"]) == (422, True), reply.text
