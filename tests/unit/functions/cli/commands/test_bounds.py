"""Bounds of commands that docs/quotas.md lists."""

from functions.cli.commands import executions

LOOP = """{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "End": true}}}"""


def test_show_says_how_many_events_it_leaves_out(automate, tmp_path, monkeypatch):
    file = tmp_path / "two.json"
    file.write_text(LOOP)
    automate("import", "--file", str(file), "--publish")
    automate("start", "two", "--name", "one", "--wait")
    monkeypatch.setattr(executions, "MOST_EVENTS", 2)
    status, out, _ = automate("show", "two:one")
    assert status == 0
    assert "The newest 2 events; automate history has the 4 before them." in out


def test_more_worker_processes_than_there_may_be_are_refused(automate):
    status, _, err = automate("up", "--workers", "65")
    assert status == 2
    assert "0<=x<=64" in err
