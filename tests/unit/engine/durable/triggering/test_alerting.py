"""Alerts: once a failure, never a storm, and nothing that is hidden leaves."""

from __future__ import annotations

import dataclasses
import json

import pytest

from engine.catalog.published import CatalogPublished
from engine.clock import SkipClock
from engine.durable.triggering.alerting import GIVEN_UP_SECONDS, LOOK_SECONDS
from engine.durable.triggering.telling import Ways
from engine.durable.triggering.watching import Watched
from engine.errors import StorageError, UserError
from engine.ports.tasks import TaskFailed, TaskSucceeded
from engine.triggers.alerts import Group, default_alerts
from tests.support.api import api_over
from tests.support.flows import flow
from tests.support.memory.stores import MemoryStores

PASS = flow({"Done": {"Type": "Pass", "End": True}})
FAIL = flow({"No": {"Type": "Fail", "ErrorPath": "$.error", "Cause": "no money"}})
WAIT = flow({"Wait": {"Type": "Wait", "Seconds": 100_000, "End": True}})


TOPIC = "arn:aws:sns:eu-central-1:111122223333:failures"


class Hook:
    """Tasks that a webhook's call reaches."""

    def __init__(self):
        self.calls = []
        self.answers = []

    def call(self, call):
        self.calls.append(call)
        return self.answers.pop(0) if self.answers else TaskSucceeded({"status": 204})

    def run(self, command, data, key, execution):
        self.calls.append((command, json.loads(data), key, execution))
        return self.answers.pop(0) if self.answers else None


class Place:
    def __init__(self, **settings):
        self.clock = SkipClock(1_700_000_000.0)
        self.stores = MemoryStores(self.clock)
        self.api = api_over(self.stores, self.clock)
        self.hook = Hook()
        settings = dataclasses.replace(self.api.services.settings, **settings)
        self.stores.journal.hears = Watched(
            self.stores.catalog, CatalogPublished(self.stores.catalog), self.clock, "default", default_alerts(settings)
        )
        alerting = self.api.services.open_triggers().ended._alerting
        alerting._place = dataclasses.replace(
            alerting._place, ways=Ways(self.hook, "connector:http:request", self.hook.run),
            default=default_alerts(settings),
        )
        self.publish("notify")

    def publish(self, name, definition=PASS, **document):
        reply = self.api("POST", "/workflows/import", {
            "document": {"name": name, "definition": definition, **document}, "publish": True
        })
        assert reply.status == 200, reply.text
        self.clock.sleep(2.5)

    def fail(self, name, error="Declined", workflow="orders"):
        given = {"input": {"error": error}, "name": name}
        assert self.api("POST", f"/workflows/{workflow}/executions", given).status == 201
        self.settle()

    def settle(self):
        for _ in range(5):
            self.api.work()
            self.api.services.open_triggers().ended.tell_untold(self.stores.ends)
        self.api.work()

    def later(self, seconds):
        self.clock.sleep(seconds)
        self.settle()

    @property
    def told(self):
        rows = self.api("GET", "/executions?workflow=notify").json["executions"]
        return [self.api("GET", f"/executions/{row['id']}").json["input"] for row in reversed(rows)]


@pytest.fixture
def place():
    made = Place()
    made.publish("orders", FAIL, alerts=[{"name": "pager", "workflow": "notify", "every_minutes": 10}])
    return made


def test_a_failure_is_told_with_its_cause_and_the_way_to_it(place):
    place.fail("one")
    (told,) = place.told
    assert told == {
        "alert": "pager", "text": "orders FAILED with Declined: no money", "workflow": "orders",
        "execution": "orders:one", "status": "FAILED", "error": "Declined", "cause": "no money",
        "link": "http://127.0.0.1:8400/studio/executions/orders%3Aone", "more": 0, "more_since": None,
        "started_at": told["started_at"], "ended_at": told["ended_at"],
    }
    entry = place.api("GET", "/audit?act=execution.start&limit=1").json["entries"][0]
    assert entry["actor"] == "trigger:notify/alert"


def test_a_storm_is_one_alert_and_a_summary_in_its_time(place):
    for number in range(50):
        place.fail(f"n{number}")
    assert [told["execution"] for told in place.told] == ["orders:n0"]
    place.fail("other", error="Other")  # another error is another group
    assert len(place.told) == 2
    place.later(300)
    assert len(place.told) == 2
    place.later(301)
    first, _, summary = place.told
    assert (first["more"], summary["execution"], summary["more"]) == (0, "orders:n49", 48)
    place.later(2000)
    assert len(place.told) == 3
    place.fail("again")  # long after: at once
    assert place.told[-1]["execution"] == "orders:again"


def test_a_failure_when_the_time_is_over_tells_of_those_before(place):
    for name in ("one", "two", "three"):
        place.fail(name)
    place.clock.sleep(601)
    place.api.services.open_triggers().ended._alerting._looked_at = place.clock.now()  # the look comes later
    place.fail("four")
    assert [(told["execution"], told["more"]) for told in place.told] == [("orders:one", 0), ("orders:four", 2)]


def test_what_is_quiet_leaves_nothing(place):
    place.fail("one")
    assert [state.trigger[:7] for state in place.stores.trigger_states.all("default")] == ["!pager!"]
    place.later(1201)
    assert place.stores.trigger_states.all("default") == []


def test_a_paused_execution_is_told_of(place):
    key = place.api.services.executions.start("default", "orders", {"error": "x"}, name="one").key
    from engine.durable.poison import pause  # noqa: PLC0415

    pause(place.stores.journal, place.stores.journal.header(key), "its worker died")
    place.settle()
    assert [(told["status"], told["cause"]) for told in place.told] == [("PAUSED", "its worker died")]


def test_what_is_late_is_told_once(place):
    place.publish("slow", WAIT, alerts=[{"workflow": "notify", "late_after_seconds": 600, "every_minutes": 1}])
    place.settle()
    assert place.api("POST", "/workflows/slow/executions", {"input": {}, "name": "one"}).status == 201
    place.later(500)
    assert place.told == []
    place.later(140)
    assert [(told["status"], told["text"]) for told in place.told] == [("LATE", "slow is late")]
    for _ in range(5):
        place.later(LOOK_SECONDS + 60)
    assert len(place.told) == 1


def test_what_is_late_by_the_first_look_is_told_if_it_started_after_the_alert_was_published(place):
    """Nobody may have looked for a while, and who is late after a second is so before the first look."""
    place.publish("slow", WAIT)
    assert place.api("POST", "/workflows/slow/executions", {"input": {}, "name": "before"}).status == 201
    place.clock.sleep(60)
    place.publish("slow", WAIT, alerts=[{"workflow": "notify", "late_after_seconds": 1, "every_minutes": 1}])
    assert place.api("POST", "/workflows/slow/executions", {"input": {}, "name": "after"}).status == 201
    for _ in range(3):
        place.later(300)
    assert [told["execution"] for told in place.told] == ["slow:after"]


def test_sensitive_fields_stay(place):
    quotes = flow({"No": {"Type": "Fail", "Error": "E", "CausePath": "$.error"}})
    place.publish("orders", quotes, sensitive={"input": ["/error"]}, alerts=[{"workflow": "notify"}])
    place.fail("one", error="4111")
    (told,) = place.told
    assert (told["error"], told["cause"]) == ("E", None)
    assert "4111" not in json.dumps(told)


def test_no_alert_of_an_alert(place):
    place.publish("notify", FAIL, alerts=[{"workflow": "second"}])
    place.publish("second")
    place.fail("one")
    assert len(place.told) == 1
    assert place.api("GET", "/executions?workflow=second").json["executions"] == []


def test_a_setting_tells_of_workflows_that_name_none():
    place = Place(alert_workflow="notify")
    place.publish("orders", FAIL)
    place.publish("quiet", FAIL, alerts=[])
    place.fail("one")
    place.fail("one", workflow="quiet")
    assert [told["execution"] for told in place.told] == ["orders:one"]


def webhook(place, **more):
    hook = {"url": "https://hooks.example.com/x", "bearer_token": {"$secret": "PAGER"}}
    place.publish("orders", FAIL, alerts=[{"webhook": hook, "every_minutes": 10, **more}])


def test_a_webhook_is_called_through_the_connector(place):
    webhook(place)
    place.fail("one")
    (call,) = place.hook.calls
    assert call.resource == "connector:http:request"
    assert call.arguments["url"] == "https://hooks.example.com/x"
    assert call.arguments["json"]["text"] == "orders FAILED with Declined: no money"
    assert call.secret_refs == (("/bearer_token", "PAGER"),)
    place.fail("two")
    assert len(place.hook.calls) == 1


def test_a_webhook_that_fails_is_called_again_under_the_same_key_and_rests(place, caplog):
    webhook(place)
    place.hook.answers = [TaskFailed("Http.503", "busy")]
    place.fail("one")
    place.fail("two")
    place.fail("other", error="Other")  # another group of the same webhook
    assert len(place.hook.calls) == 1
    assert "orders FAILED with Other: no money: Http.503: busy" in caplog.text
    assert "hooks.example.com" not in caplog.text, "the rest of such an address may let somebody in"
    assert place.stores.ends.untold(0, 10) == []
    place.later(LOOK_SECONDS + 1)
    first, *more = place.hook.calls
    other, again = sorted(more, key=lambda call: "orders:one" in call.idempotency_key)
    assert (again.idempotency_key, again.arguments) == (first.idempotency_key, first.arguments)
    assert other.arguments["json"]["execution"] == "orders:other"
    place.later(700)
    assert [(call.arguments["json"]["execution"], call.arguments["json"]["more"]) for call in place.hook.calls[3:]] == [
        ("orders:two", 0)
    ], "what was counted meanwhile is told in its time"


def test_what_was_not_taken_outlives_the_process(place):
    webhook(place)
    place.hook.answers = [TaskFailed("Http.503", "busy")]
    place.fail("one")
    old = place.api.services.open_triggers().ended._alerting
    new = place.api.services.open_triggers().hearing
    fresh = type(old)(
        published=old._published, alerts=old._alerts, delivering=new.delivering, states=new.states, page=old._page,
        clock=place.clock, workspace="default", place=old._place,
    )
    assert fresh.look() == 1
    assert [call.idempotency_key for call in place.hook.calls] == [place.hook.calls[0].idempotency_key] * 2


@pytest.mark.parametrize("refused", [True, False])
def test_a_webhook_that_never_answers_is_given_up_and_said(place, caplog, refused):
    webhook(place)
    cause = json.dumps({"errorMessage": "POST https://hooks.example.com/x answered 404: none", "stackTrace": ["File"]})
    place.hook.answers = [TaskFailed("Http.404", cause, retryable=not refused)] * 100
    place.fail("one")
    if not refused:
        assert "NOT TOLD" not in caplog.text
        place.later(GIVEN_UP_SECONDS + 1)
    why = "Http.404: POST hooks.example.com answered 404: none"
    assert f"AN ALERT IS NOT TOLD: orders FAILED with Declined: no money: {why}\n" in caplog.text
    assert place.stores.ends.untold(0, 10) == []
    [row] = place.api("GET", "/triggers/orders/alert:alert/deliveries").json["deliveries"]
    assert (row["outcome"], row["why"], row["type"], row["version"]) == (
        "REFUSED", f"the alert is not told: {why}", "alert", 2
    )
    assert "orders:one" not in json.dumps(row), "an erasure of the execution would not find it"
    kept = place.api("GET", f"/deliveries/{row['id']}").json
    assert (kept["arrived"], kept["facts"]) == (None, {"Status": "FAILED"})
    reply = place.api("POST", f"/deliveries/{row['id']}/replay", {})
    assert (reply.status, reply.error["message"]) == (409, "an alert that was given up is not sent again")


def test_an_execution_that_is_erased_is_told_of_no_more_and_the_others_are(place):
    webhook(place)
    for name in ("one", "two", "jane"):
        place.fail(name)
    assert "orders:jane" in repr(place.stores.trigger_states.all("default"))
    assert place.api("DELETE", "/executions/orders:jane").status < 300
    assert "jane" not in repr(place.stores.trigger_states.all("default"))
    place.later(601)
    told = place.hook.calls[-1].arguments["json"]
    assert (told["execution"], told["link"], told["cause"], told["more"]) == ("", "", None, 0)
    assert told["text"] == "orders FAILED with Declined"
    place.fail("john")
    assert place.api("DELETE", "/executions/orders:john").status < 300
    calls = len(place.hook.calls)
    place.later(601)
    assert len(place.hook.calls) == calls


def test_what_is_told_in_the_end_leaves_no_row(place):
    webhook(place)
    place.hook.answers = [TaskFailed("Http.503", "busy")]
    place.fail("one")
    place.later(LOOK_SECONDS + 1)
    assert len(place.hook.calls) == 2
    assert place.api("GET", "/triggers/orders/alert:alert/deliveries").status == 404


def test_an_alert_that_its_workflow_did_not_take_is_replayed(place):
    schema = {"type": "object", "required": ["nothing such"]}
    place.publish("notify", input_schema=schema)
    place.fail("one")
    [row] = place.api("GET", "/triggers/notify/alert/deliveries").json["deliveries"]
    assert row["outcome"] == "REFUSED"
    assert place.told == []
    place.publish("notify")
    again = place.api("POST", f"/deliveries/{row['id']}/replay", {}).json
    assert again["outcome"] == "STARTED", again
    assert [told["execution"] for told in place.told] == ["orders:one"]


def test_an_alert_whose_workflow_is_gone_is_said(place, caplog):
    place.publish("orders", FAIL, alerts=[{"workflow": "nobody"}])
    place.fail("one")
    assert "AN ALERT IS NOT TOLD" in caplog.text


@pytest.mark.parametrize(("alerts", "code"), [
    ([{"workflow": "orders"}], "ALERT_OWN_WORKFLOW"), ([{"workflow": "a"}, {"workflow": "b"}], "ALERT_NAME"),
    ([{}], "InvalidDocument"), ([{"workflow": "a", "webhook": {"url": "https://x"}}], "InvalidDocument"),
    ([{"workflow": "a", "every_minutes": 0}], "InvalidDocument"),
    ([{"webhook": {"url": "ftp://x"}}], "InvalidDocument"),
    ([{"sns": "arn:aws:sqs:eu-central-1:111122223333:failures"}], "InvalidDocument"),
    ([{"sns": TOPIC, "workflow": "a"}], "InvalidDocument"), ([{"command": "page --now"}], "InvalidDocument"),
    ([{"command": "/bin/page"}], "COMMAND_NOT_ALLOWED"),
])
def test_what_cannot_be_meant_is_refused(place, alerts, code):
    reply = place.api("POST", "/workflows/import", {
        "document": {"name": "orders", "definition": PASS, "alerts": alerts}, "publish": True
    })
    assert reply.status == 422
    assert code in reply.text


def by_default(place, spec):
    alerting = place.api.services.open_triggers().ended._alerting
    alerting._place = dataclasses.replace(alerting._place, default=(spec,))
    place.publish("orders", FAIL)
    place.stores.journal.hears = lambda _: True


def test_a_topic_is_published_to_once_for_a_storm(place):
    by_default(place, {"name": "topic", "sns": TOPIC, "every_minutes": 10})
    for number in range(20):
        place.fail(f"n{number}")
    (call,) = place.hook.calls
    assert call.resource == "arn:aws:states:::aws-sdk:sns:publish"
    assert (call.arguments["TopicArn"], call.arguments["Subject"]) == (TOPIC, "orders FAILED with Declined")
    assert json.loads(call.arguments["Message"])["execution"] == "orders:n0"
    place.later(601)
    assert [json.loads(each.arguments["Message"])["more"] for each in place.hook.calls] == [0, 18]


def test_a_command_is_run_with_the_alert_and_not_again_where_it_fails(place, caplog):
    by_default(place, {"name": "c", "command": "/bin/page"})
    place.hook.answers = [TaskFailed("CommandFailed", "/bin/page: exit status 3", retryable=False)]
    place.fail("one")
    ((command, said, key, execution),) = place.hook.calls
    assert (command, said["execution"], execution) == ("/bin/page", "orders:one", "orders:one")
    assert key.startswith("orders !c!")
    assert "AN ALERT IS NOT TOLD" in caplog.text
    assert "exit status 3" in caplog.text
    place.later(LOOK_SECONDS + 1)
    assert len(place.hook.calls) == 1


def test_a_group_that_somebody_else_changed_meanwhile_is_read_again(place, monkeypatch):
    """Two tell at once, on a stage: neither's count is lost, and the first alone is sent."""
    place.fail("one")
    states = place.stores.trigger_states
    change, others = states.change, ["orders:other#0#FAILED"]

    def changed(state):
        if others and state.trigger.startswith("!pager!"):
            seen = Group(1, place.clock.now(), others.pop(), {})
            assert change(dataclasses.replace(states.get("default", "orders", state.trigger), spec=seen.text()))
        return change(state)

    monkeypatch.setattr(states, "change", changed)
    place.fail("two")
    [group] = [Group.of(each.spec) for each in states.all("default") if each.trigger.startswith("!pager!")]
    assert (group.held, group.last["execution"]) == (2, "orders:two")
    assert len(place.told) == 1


def test_an_end_that_is_told_again_is_counted_once(place, monkeypatch):
    """A batch of the stream may come again, to another process."""
    alerting, ends = place.api.services.open_triggers().ended._alerting, []
    tell = alerting.tell
    monkeypatch.setattr(alerting, "tell", lambda end, cause: (ends.append(end), tell(end, cause)))
    place.fail("one")
    place.fail("two")
    tell(ends[-1], None)
    place.later(601)
    assert [told["more"] for told in place.told] == [0, 0]


def test_a_start_whose_answer_is_lost_is_the_only_alert_of_its_group(place, monkeypatch):
    """Another failure of the group comes before the first is told of again."""
    delivering = place.api.services.open_triggers().ended._alerting._delivering
    deliver = delivering.deliver

    def lost(listener, arrival, **more):
        monkeypatch.setattr(delivering, "deliver", deliver)
        deliver(listener, arrival, **more)
        raise StorageError("the answer is lost")

    monkeypatch.setattr(delivering, "deliver", lost)
    given = {"input": {"error": "Declined"}}
    place.api("POST", "/workflows/orders/executions", {**given, "name": "one"})
    place.api("POST", "/workflows/orders/executions", {**given, "name": "two"})
    place.api.work()
    place.settle()
    place.later(LOOK_SECONDS + 1)
    assert len(place.told) == 1
    place.later(601)
    assert [told["more"] for told in place.told] == [0, 0]
    assert {told["execution"] for told in place.told} == {"orders:one", "orders:two"}


class Full(UserError):
    """No start is taken."""

    status = 503


def test_an_alert_that_starts_nothing_waits_for_no_start_that_is_refused(place, monkeypatch):
    """On a full disk a trigger of the same end, and another alert, have to come again: a webhook is called at once."""
    place.publish("cleanup", triggers=[{"type": "workflow_end", "workflow": "orders"}])
    place.publish("orders", FAIL, alerts=[
        {"name": "a_pager", "workflow": "notify"},
        {"name": "chat", "webhook": {"url": "https://hooks.example.com/x"}},
    ])
    delivering = place.api.services.open_triggers().ended._alerting._delivering
    deliver = delivering.deliver

    def refused(*_, **__):
        raise Full("the disk is full")

    monkeypatch.setattr(delivering, "deliver", refused)
    place.hook.answers = [TaskFailed("Http.503", "busy")]
    place.api("POST", "/workflows/orders/executions", {"input": {"error": "Declined"}, "name": "one"})
    place.api.work()
    ended = place.api.services.open_triggers().ended
    for calls in (1, 1, 2, 2):
        with pytest.raises(Full):
            ended.tell_untold(place.stores.ends)
        assert len(place.hook.calls) == calls
        place.clock.sleep(LOOK_SECONDS / 2 + 1)
    monkeypatch.setattr(delivering, "deliver", deliver)
    place.later(LOOK_SECONDS + 1)
    assert [told["execution"] for told in place.told] == ["orders:one"]
    assert len(place.api("GET", "/executions?workflow=cleanup").json["executions"]) == 1
    assert len(place.hook.calls) == 2


def test_an_alert_that_is_written_down_while_another_is_sent_is_sent_too(place, monkeypatch):
    """Somebody else had sent the first one, too, and was told of the next failure before this one came to its end."""
    webhook(place)
    states, call, meanwhile = place.stores.trigger_states, place.hook.call, []

    def slow(sent):
        [state] = [each for each in states.all("default") if Group.of(each.spec).sending is not None]
        sending = dataclasses.replace(Group.of(state.spec).sending, name="the next")
        if not meanwhile:
            meanwhile.append(sending)
            assert states.change(dataclasses.replace(state, spec=Group(sending=sending).text()))
        return call(sent)

    monkeypatch.setattr(place.hook, "call", slow)
    place.fail("one")
    place.later(LOOK_SECONDS + 1)
    assert [sent.idempotency_key for sent in place.hook.calls][1:] == ["the next"]
