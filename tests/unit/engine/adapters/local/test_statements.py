"""How often the stores ask SQLite."""

from __future__ import annotations

import pytest

from engine.clock import SkipClock
from engine.ports.keys import ExecutionKey
from tests.support.backends import open_local
from tests.support.records import a_header, a_segment

KEY = ExecutionKey.of("default", "orders", "one")


@pytest.fixture
def stores(tmp_path):
    opened = open_local(tmp_path / "data", SkipClock())
    yield opened
    opened.close()


@pytest.mark.parametrize("segments", [0, 1, 3])
def test_an_execution_is_loaded_by_one_statement_its_input_with_it(stores, segments):
    stores.journal.create(a_header(KEY), b'{"a":1}')
    for seq in range(segments):
        stores.journal.commit([a_segment(KEY, seq, checkpoint=not seq)])
    asked = []
    [reader] = stores._database._readers or [stores._database._take_reader()]
    stores._database._idle_readers[:] = [reader]
    reader.set_trace_callback(asked.append)
    loaded = stores.journal.load(KEY)
    assert len(asked) == 1
    assert [segment.seq for segment in loaded.segments] == [*range(segments)]
    assert loaded.execution_input == (None if segments else b'{"a":1}')
