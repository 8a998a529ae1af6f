"""Views of the list of executions, saved, looked by and deleted by commands."""

from __future__ import annotations

import json

from tests.support.local_server import automate


def test_a_view_is_saved_looked_by_and_deleted(tmp_path):
    saved = automate(tmp_path, "executions", "save-view", "late", "--status", "failed", "--last", "24h")
    assert saved["filters"] == {"status": "FAILED", "last": "24h"}
    assert [view["name"] for view in automate(tmp_path, "executions", "views")["views"]] == ["late"]
    assert automate(tmp_path, "executions", "--view", "late")["executions"] == []
    assert automate(tmp_path, "executions", "delete-view", "late") == {"deleted": "late"}
    assert automate(tmp_path, "executions", "views")["views"] == []
    refused = automate(tmp_path, "executions", "--view", "late", check=False)
    assert (refused.returncode, json.loads(refused.stderr)["error"]["where"]) == (1, "--view")
