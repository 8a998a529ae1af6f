"""Which end an alert tells of, and what it says."""

from dataclasses import replace

import pytest

from engine.settings import Settings
from engine.triggers.alerts import Group, Sending, Told, default_alerts, group_of, message, tells


@pytest.mark.parametrize(("spec", "status", "error", "told"), [
    ({}, "FAILED", None, True), ({}, "TIMED_OUT", "States.Timeout", True), ({}, "PAUSED", None, True),
    ({}, "ABORTED", None, False), ({}, "SUCCEEDED", None, False), ({}, "LATE", None, False),
    ({"statuses": ["ABORTED"]}, "ABORTED", None, True), ({"statuses": ["ABORTED"]}, "FAILED", None, False),
    ({"errors": ["Pay*"]}, "FAILED", "PaymentDeclined", True), ({"errors": ["Pay*"]}, "FAILED", "Other", False),
    ({"late_after_seconds": 5}, "LATE", None, True), ({"late_after_seconds": 5, "errors": ["x"]}, "LATE", None, True),
])
def test_an_alert_tells_of_what_it_names(spec, status, error, told):
    assert tells(spec, status, error) is told


def test_a_group_is_one_status_and_error_of_one_alert():
    names = {
        group_of(spec, status, error)
        for spec in ({}, {"name": "pager"}) for status in ("FAILED", "LATE") for error in (None, "", "E")
    }
    assert len(names) == 12
    assert all(name.startswith(("!alert!", "!pager!")) for name in names)


def test_a_group_comes_back_as_it_was_kept():
    group = Group(3, 1.5, "w:é#1#FAILED", {"execution": "w:é"})
    assert Group.of(group.text()) == group
    assert Group.of("") == Group()
    sending = replace(group, sending=Sending({"execution": "w:é"}, 2, 1.0, "w !a!1 w:é#1#FAILED", 3.5))
    assert Group.of(sending.text()) == sending
    assert Group.of('[3, 1.5, "w:1#1#FAILED", null]') == Group(3, 1.5, "w:1#1#FAILED")  # as it was written before


TOLD = {
    "workflow": "w", "status": "FAILED", "started_at": 1.0, "ended_at": 2.0, "error": "E", "cause": "of Jane",
    "execution": "w:jane", "link": "http://x/w:jane",
}
OTHER = {**TOLD, "execution": "w:joe", "cause": "of Joe", "link": "http://x/w:joe"}
BLANK = {**TOLD, "execution": "", "cause": None, "link": ""}
SENT = Sending(TOLD, 2, 1.0, "w !a!1 w:jane#0#FAILED", 3.0)


@pytest.mark.parametrize(("group", "left"), [
    (Group(), Group()),
    (Group(1, 5.0, "w:jane#0#FAILED", TOLD), Group()),
    (Group(3, 5.0, "w:jane#0#FAILED", TOLD), Group(2, 5.0, "", BLANK)),
    (Group(3, 5.0, "w:joe#0#FAILED", OTHER), Group(3, 5.0, "w:joe#0#FAILED", OTHER)),
    (Group(seen="w:jane#0#FAILED", sending=replace(SENT, held=0)), Group()),
    (Group(seen="w:jane#0#FAILED", sending=SENT), Group(2, 1.0, "", BLANK)),
    (Group(1, 5.0, "w:joe#0#FAILED", OTHER, SENT), Group(3, 1.0, "w:joe#0#FAILED", OTHER)),
    (Group(1, 5.0, "w:jane#0#FAILED", TOLD, replace(SENT, told=OTHER)), Group(sending=replace(SENT, told=OTHER))),
])
def test_a_group_forgets_what_is_erased_and_counts_the_others(group, left):
    assert group.without({"w:jane"}) == left


def test_what_is_said_is_one_sentence_and_its_parts():
    told = Told("w:1", "w", "FAILED", 0.0, 2.5, "E", "no money", "http://x/w%3A1")
    said = message({"name": "pager"}, told, held=2, since=60.0)
    assert said["text"] == "w FAILED with E: no money (2 more since 1970-01-01T00:01:00.000Z)"
    assert (said["more"], said["link"], said["ended_at"]) == (2, "http://x/w%3A1", "1970-01-01T00:00:02.500Z")
    late = message({}, Told("w:1", "w", "LATE", 0.0, None, None, None, ""), held=0, since=None)
    assert (late["text"], late["ended_at"], late["more_since"]) == ("w is late", None, None)


def test_settings_name_the_alerts_of_all():
    assert default_alerts(Settings()) == ()
    assert default_alerts(Settings(alert_topic="arn:t", alert_command="/bin/page")) == (
        {"name": "default-sns", "sns": "arn:t"}, {"name": "default-command", "command": "/bin/page"},
    )
    both = default_alerts(Settings(alert_workflow="notify", alert_webhook="https://x"))
    assert [spec.get("workflow") or spec["webhook"]["url"] for spec in both] == ["notify", "https://x"]
