"""What `automate triggers` prints, beside what tests of both transports see."""

from __future__ import annotations

import json

import pytest

DEFINITION = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
TRIGGERS = [
    {"type": "webhook", "path": "in", "auth": {"style": "none"}}, {"type": "form"},
    {"type": "schedule", "expression": "at(2020-01-01T00:00:00)"},
    {"type": "form", "name": "shut", "public": {"expires": "2020-01-01T00:00:00Z", "most": 1}},
]


@pytest.fixture
def published(automate, tmp_path):
    path = tmp_path / "flow.json"
    path.write_text(json.dumps({"name": "flow", "definition": DEFINITION, "triggers": TRIGGERS}))
    status, _, err = automate("import", "--file", str(path), "--publish")
    assert status == 0, err
    return automate


def test_the_list_says_what_is_over(published):
    lines = published("triggers", "list")[1].splitlines()
    assert [line.split()[0] for line in lines if " over " in line] == ["flow/schedule"]
    assert [line.split()[0] for line in lines if " links closed " in line] == ["flow/shut"]
    assert any("calls of /hooks/flow/in, which anybody may call" in line for line in lines)


def test_addresses_are_whole_where_a_setting_says_it(published, monkeypatch):
    assert published("triggers", "link", "flow/form")[1].startswith("http://127.0.0.1:")
    monkeypatch.setenv("AUTOMATE_PUBLIC_URL", "https://hooks.example.com")
    assert "calls of https://hooks.example.com/hooks/flow/in, which" in published("triggers", "list")[1]
    assert published("triggers", "link", "flow/form")[1].startswith("https://hooks.example.com/forms?link=")


def test_of_what_is_not_there_it_says_what_there_is(published):
    assert "it has webhook, form, schedule, shut" in published("triggers", "deliveries", "flow/nope")[2]
    assert "no version of 'none' that is active has a trigger" in published("triggers", "deliveries", "none/form")[2]


def test_validate_says_what_will_listen_to_what(automate, tmp_path, monkeypatch):
    path = tmp_path / "flow.json"
    more = [
        {"type": "queue", "queue": "jobs", "enabled": False}, {"type": "s3", "bucket": "uploads", "prefix": "in/"},
        {"type": "workflow_end", "workflow": "other", "statuses": ["FAILED"]},
    ]
    path.write_text(json.dumps({"name": "flow", "definition": DEFINITION, "triggers": [TRIGGERS[0], *more]}))
    assert automate("validate", str(path))[1].splitlines()[-4:] == [
        "/triggers/0: calls of /hooks/flow/in, which anybody may call",
        "/triggers/1: messages of the queue jobs, switched off",
        "/triggers/2: objects put into the bucket uploads whose key begins with 'in/'",
        "/triggers/3: ends of other as FAILED",
    ]
    monkeypatch.setenv("AUTOMATE_PUBLIC_URL", "https://hooks.example.com")
    assert "may call, at https://hooks.example.com/hooks/flow/in" in automate("validate", str(path))[1]
