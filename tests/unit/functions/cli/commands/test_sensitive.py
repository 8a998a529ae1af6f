"""Sensitive fields on the command line: hidden from the owner too, until --reveal gives a reason."""

from __future__ import annotations

import json

import pytest

NUMBER = "4929123456781234"
DOCUMENT = {
    "name": "pay", "sensitive": {"input": ["/card"]},
    "definition": {"StartAt": "Take", "States": {"Take": {"Type": "Pass", "Next": "No"}, "No": {
        "Type": "Fail", "Error": "Declined", "CausePath": "States.Format('{} was declined', $.card)",
    }}},
}


@pytest.fixture
def ran(automate, tmp_path):
    file = tmp_path / "pay.json"
    file.write_text(json.dumps(DOCUMENT))
    assert automate("import", "--file", str(file), "--publish")[0] == 0
    given = json.dumps({"card": NUMBER, "order": "o-7"})
    status, out, err = automate("start", "pay", "--input", given, "--name", "one", "--wait")
    assert status == 1
    assert NUMBER not in out + err
    return automate


@pytest.mark.parametrize("arguments", [
    ["show", "pay:one"], ["--json", "show", "pay:one"], ["history", "pay:one"], ["--json", "history", "pay:one"],
    ["executions"], ["audit", "list"], ["--json", "audit", "list"], ["audit", "reads"],
])
def test_nothing_is_shown(ran, arguments):
    status, out, err = ran(*arguments)
    assert (status, NUMBER in out + err) == (0, False)


@pytest.mark.parametrize("command", ["show", "history"])
def test_a_reveal_shows_it_and_is_recorded(ran, command):
    status, out, _ = ran("--json", command, "pay:one", "--reveal", "ticket 7: Ä")
    assert status == 0
    assert NUMBER in out
    entries = ran.json("audit", "list", "--act", "execution.reveal")[1]["entries"]
    assert {(entry["subject"], entry["reason"]) for entry in entries} == {("execution/pay:one", "ticket 7: Ä")}


def test_a_reason_that_says_nothing(ran):
    status, _, err = ran("show", "pay:one", "--reveal", " ")
    assert status == 1
    assert "a reveal needs a reason" in err
