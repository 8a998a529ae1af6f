"""What pause_deploy_resume.py tells: nothing lost, nothing doubled, each execution to its end on its own version."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.e2e.pause_deploy_resume import LATE, ON_THEIR_WAY, run


@pytest.mark.full
def test_a_hundred_executions_outlive_a_pause_a_deployment_and_a_restart(tmp_path):
    transcript: list[str] = []
    told = run(tmp_path / "data", transcript.append)
    assert told.while_held == {"RUNNING": ON_THEIR_WAY + LATE}
    assert len(told.ended) == ON_THEIR_WAY + LATE
    for name, execution in told.ended.items():
        number = 1 if name.startswith("early") else 2
        assert (execution["status"], execution["version"], execution["output"]) == ("SUCCEEDED", number, f"v{number}")
        types = Counter(event["type"] for event in told.histories[name])
        assert types == {
            "ExecutionStarted": 1, "PassStateEntered": 2, "PassStateExited": 2, "TaskStateEntered": 1,
            "ActivityScheduled": 1, "ActivityStarted": 1, "ActivitySucceeded": 1, "TaskStateExited": 1,
            "ExecutionSucceeded": 1,
        }
    assert any("automate resume shipping" in line for line in transcript)
