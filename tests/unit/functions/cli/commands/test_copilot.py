"""The copilot's commands."""

from __future__ import annotations

import json

import pytest

BROKEN = {"name": "w", "definition": {"StartAt": "A", "States": {
    "A": {"Type": "Task", "Resource": "connector:log:write", "Parameters": {"message": "x"}}}}}


@pytest.fixture
def broken(tmp_path):
    path = tmp_path / "w.json"
    path.write_text(json.dumps(BROKEN))
    return str(path)


def test_without_a_model_a_draft_is_an_outline_and_says_so(automate):
    status, out, err = automate("copilot", "draft", "Wait 2 days, then email the customer")
    assert status == 0
    states = json.loads(out)["definition"]["States"]
    assert [state["Type"] for state in states.values()] == ["Pass", "Pass"]
    assert "No model is set" in err
    assert "1. Wait 2 days" in err
    assert "To do" in err


def test_an_outline_in_a_file_can_be_imported(automate, tmp_path):
    path = tmp_path / "draft.json"
    assert automate("copilot", "outline", "Log the order", "--output", str(path))[0] == 0
    assert automate("import", "--file", str(path))[0] == 0


def test_an_outline_in_json_has_all_of_the_proposal(automate):
    status, answer = automate.json("copilot", "outline", "Log the order")
    assert status == 0
    assert set(answer) >= {"document", "plan", "to_dos", "diagnostics", "changes", "provider", "notes"}


def test_a_chat_without_a_model_says_what_to_do(automate, hello):
    assert automate("import", "--file", str(hello))[0] == 0
    status, _, err = automate("copilot", "chat", "hello", "say goodbye too")
    assert status == 1
    assert "no model is set" in err
    assert "automate copilot setup" in err
    assert automate("copilot", "chat", "nothing", "say goodbye")[0] == 1


def test_explain(automate, broken):
    status, out, _ = automate("copilot", "explain", broken)
    assert status == 0
    assert "It begins with A" in out
    assert automate("copilot", "explain", broken, "--state", "B")[0] == 1


def test_fix_and_error_handling_make_documents(automate, broken):
    status, out, err = automate("copilot", "fix", broken)
    assert status == 0, err
    assert json.loads(out)["definition"]["States"]["A"]["End"] is True
    status, _, err = automate("copilot", "fix", broken, "--location", "/States/B")
    assert status == 1
    assert "/States/A" in err
    status, out, _ = automate("copilot", "add-error-handling", broken)
    assert status == 0
    assert json.loads(out)["definition"]["States"]["A"]["Catch"]


def test_nothing_to_fix_is_said(automate, tmp_path):
    path = tmp_path / "ok.json"
    path.write_text(json.dumps({"name": "ok", "definition": {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}}))
    status, _, err = automate("copilot", "fix", str(path))
    assert status == 1
    assert "nothing to fix" in err
