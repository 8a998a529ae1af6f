"""Settings are read from the environment, each of its own form."""

import pytest

from engine.errors import InvalidDocument
from engine.settings import Settings

TOPIC = "arn:aws:sns:eu-central-1:111122223333:failures"


@pytest.mark.parametrize(("name", "good", "bad"), [
    ("AUTOMATE_ALERT_WORKFLOW", "page_somebody", "page somebody"),
    ("AUTOMATE_ALERT_WEBHOOK", "https://hooks.example.com/a", "hooks.example.com/a-secret"),
    ("AUTOMATE_ALERT_TOPIC", TOPIC, "failures"),
    ("AUTOMATE_ALERT_TOPICS", f"{TOPIC}, {TOPIC}.fifo", f"{TOPIC},failures"),
    ("AUTOMATE_ALERT_COMMAND", "/usr/local/bin/beep", "beep"),
    ("AUTOMATE_ALERT_COMMANDS", "/bin/a,/bin/b c", "/bin/a,b"),
    ("AUTOMATE_STUDIO_URL", "http://127.0.0.1:8400/studio", "127.0.0.1:8400/studio"),
    ("AUTOMATE_SLACK_USERS", "U1=ada@example.com/operator, *=slack/viewer", "U1"),
    ("AUTOMATE_COPILOT_PROVIDER", "bedrock", "oracle"),
    ("AUTOMATE_COPILOT_URL", "http://127.0.0.1:11434/v1", "localhost"),
])
def test_a_text_of_another_form_is_refused_with_what_is_meant_and_not_repeated(name, good, bad):
    Settings.from_environment({name: good})
    assert Settings.from_environment({name: ""}) == Settings()
    with pytest.raises(InvalidDocument) as raised:
        Settings.from_environment({name: bad})
    assert (raised.value.where, bool(raised.value.advice)) == (name, True)
    assert bad.rpartition(",")[2] not in raised.value.message


def test_which_of_several_is_wrong_is_told():
    with pytest.raises(InvalidDocument, match="entry 2 of AUTOMATE_ALERT_COMMANDS is not the whole path of a program"):
        Settings.from_environment({"AUTOMATE_ALERT_COMMANDS": "/bin/a,b"})
