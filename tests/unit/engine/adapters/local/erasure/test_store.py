"""What an erasure deletes beside the execution itself."""

from __future__ import annotations

from engine.clock import SkipClock
from engine.ports.erasure import Erasure
from engine.ports.journal import HeaderChange, row_of
from engine.ports.keys import ExecutionKey
from tests.support.backends import open_local
from tests.support.durable import TESTER
from tests.support.records import a_header

KEY = ExecutionKey.of("default", "orders", "one")


def test_an_end_that_was_not_told_yet_goes_with_its_execution(tmp_path):
    stores = open_local(tmp_path / "data", SkipClock())
    header = a_header(KEY)
    stores.journal.create(header, b"{}", row_of(header))
    stores.journal.hears = lambda _row: True
    row = row_of(header, status="FAILED", ended_at=1.0)
    assert stores.journal.update_headers([HeaderChange(KEY, 4, "FAILED", None, ended_at=1.0, row=row)]) == [True]
    assert len(stores.ends.untold(0, 10)) == 1
    erasure = Erasure("default", "e", 2.0, TESTER, (KEY.id,))
    stores.erasure.begin(erasure)
    assert stores.erasure.hold(erasure, KEY)
    stores.erasure.erase(erasure, KEY, lambda _keys: None)
    assert stores.ends.untold(0, 10) == []
    stores.close()
