"""What the documentation's pictures show in the place of names that are others each time."""

from __future__ import annotations

import json

from tools.screenshots import AUDIT, plain_workers


def test_workers_have_plain_names_in_pictures():
    names = ("worker 6554-1fd6c2117381", "127.0.0.1", "worker 71-000000000000", "worker 6554-1fd6c2117381")
    target = "order_flow:01a233a8-7cb6-7167-8175-089211311111"
    entries = json.dumps({"entries": [{"origin": name, "target": target} for name in names]})
    shown = json.loads(plain_workers(entries))["entries"]
    assert [entry["origin"] for entry in shown] == ["worker 1", "127.0.0.1", "worker 2", "worker 1"]
    assert {entry["target"] for entry in shown} == {target}


def test_the_log_s_entries_alone_are_changed():
    assert [bool(AUDIT.search(at)) for at in (
        "http://127.0.0.1:8400/audit?limit=50", "http://127.0.0.1:8400/audit", "http://127.0.0.1:8400/studio/audit/",
        "http://127.0.0.1:8400/audit/verify",
    )] == [True, True, False, False]
