"""What is refused when a version with alerts is published: whom this place does not tell."""

import pytest

from engine.catalog.alerts import AlertTargets
from engine.catalog.document import parse_document
from engine.catalog.heard import Heard
from engine.catalog.publishing import document_problems
from engine.ports.tasks import TaskPolicy
from engine.settings import Settings

DEFINITION = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
TOPIC, OTHER = (f"arn:aws:sns:eu-central-1:111122223333:{name}" for name in ("failures", "other"))
PAGE = "/usr/local/bin/page"
ENDS = Heard(ends=True)
STAGE = AlertTargets.of_a_stage(Settings(alert_topics=(TOPIC,), alert_commands=(PAGE,)))
HERE = AlertTargets.here(Settings(alert_commands=(PAGE,)))


class Off:
    """Tasks that call no AWS."""

    def policy(self, resource, _pin=None):
        return TaskPolicy(problem=f"{resource}: AWS is off")


def problems(alert, heard, targets, tasks=None):
    document = parse_document({"name": "w", "definition": DEFINITION, "alerts": [alert]})
    return document_problems(
        document, tasks=tasks, task_max_seconds=240, now=0.0, heard=heard, alert_targets=targets
    )


def test_an_address_that_no_connector_may_call_is_warned_of():
    targets = AlertTargets.here(Settings(), lambda url: "it is a loopback address" if "127." in url else None)
    (found,) = problems({"webhook": {"url": "http://127.0.0.1:9/in"}}, None, targets)
    assert (found.code, found.severity, found.location) == ("ALERT_URL_REFUSED", "WARNING", "/alerts/0/webhook/url")
    assert "would not be told: it is a loopback address" in found.message
    assert problems({"webhook": {"url": "https://x"}}, None, targets) == []


@pytest.mark.parametrize(("hears", "targets", "alert", "expected"), [
    (None, HERE, {"webhook": {"url": "https://x"}}, []),
    (Heard(), STAGE, {"workflow": "n"}, ["NOT_HEARD /alerts/0/name"]),
    (ENDS, STAGE, {"workflow": "n"}, []), (ENDS, STAGE, {"webhook": {"url": "https://x"}}, []),
    (ENDS, STAGE, {"sns": TOPIC}, []), (ENDS, STAGE, {"sns": OTHER}, ["TOPIC_NOT_ALLOWED /alerts/0/sns"]),
    (ENDS, AlertTargets.of_a_stage(Settings()), {"sns": TOPIC}, ["TOPIC_NOT_ALLOWED /alerts/0/sns"]),
    (ENDS, AlertTargets.of_a_stage(Settings(alert_topic=TOPIC)), {"sns": TOPIC}, []),
    (ENDS, STAGE, {"command": PAGE}, ["COMMAND_NOT_ALLOWED /alerts/0/command"]),
    (None, HERE, {"command": PAGE}, []),
    (None, HERE, {"command": f"{PAGE}r"}, ["COMMAND_NOT_ALLOWED /alerts/0/command"]),
    (None, AlertTargets(), {"command": PAGE}, ["COMMAND_NOT_ALLOWED /alerts/0/command"]),
    (None, HERE, {"sns": OTHER}, []),
    (None, HERE, {"webhook": {"url": "https://x/@a?b@c"}}, []),
    (None, HERE, {"webhook": {"url": "https://ana:pw@x/in"}}, ["ALERT_URL_PASSWORD /alerts/0/webhook/url"]),
    (ENDS, STAGE, {"webhook": {"url": "http://:pw@x"}}, ["ALERT_URL_PASSWORD /alerts/0/webhook/url"]),
    (None, None, {"webhook": {"url": "https://token@x?a"}}, ["ALERT_URL_PASSWORD /alerts/0/webhook/url"]),
])
def test_an_alert_that_would_tell_nobody_is_refused(hears, targets, alert, expected):
    found = problems(alert, hears, targets)
    assert [f"{problem.code} {problem.location}" for problem in found] == expected


def test_it_is_refused_by_name_with_what_would_do():
    [problem] = problems({"name": "pager", "sns": OTHER}, ENDS, STAGE)
    assert problem.message == (
        f"the alert 'pager' would not be published to {OTHER}: the stage publishes to {TOPIC} alone. Deploy it with "
        "this topic in its setting alert_topics"
    )
    [problem] = problems({"command": "/bin/sh"}, None, HERE)
    assert f"AUTOMATE_ALERT_COMMANDS names {PAGE} alone" in problem.message
    [problem] = problems({"command": PAGE}, ENDS, STAGE)
    assert "a stage runs no command" in problem.message


def test_a_machine_that_calls_no_aws_publishes_to_no_topic():
    [problem] = problems({"sns": TOPIC}, None, HERE, Off())
    assert problem.code == "TOPIC_NOT_ALLOWED"
    assert "AWS is off" in problem.message
