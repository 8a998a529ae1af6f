"""engine.ports.access_tokens.TokenStore: in a data folder, and in memory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from engine.adapters.local.access_tokens import LocalTokenStore
from engine.clock import SystemClock
from engine.errors import Conflict
from engine.ports.access_tokens import TokenRecord
from tests.support.memory.access_tokens import MemoryTokenStore

NOW = 1_800_000_000.0
ONE = TokenRecord("a" * 12, "ci", "operator", "default", "d" * 64, NOW, "ada")
TWO = replace(ONE, id="b" * 12, name="ada@example.com", expires_at=NOW + 5.5, replaced="e" * 64, rotated_at=NOW + 1)


@pytest.fixture(params=["local", "memory"])
def store(request, tmp_path):
    return LocalTokenStore(tmp_path, SystemClock(), busy_timeout=60) if request.param == "local" else MemoryTokenStore()


def put(record):
    return lambda records: ([*records, record], record.name)


def test_nothing_is_there_at_first(store):
    assert list(store.read()) == []
    assert store.used_at(ONE.id) is None


def test_what_is_put_comes_back_and_what_is_made_is_given(store):
    assert store.change(put(ONE)) == "ci"
    assert store.change(put(TWO)) == "ada@example.com"
    assert list(store.read()) == [ONE, TWO]


def test_a_change_that_raises_changes_nothing(store):
    store.change(put(ONE))

    def refuse(records):
        raise Conflict("it is taken")

    with pytest.raises(Conflict):
        store.change(refuse)
    assert list(store.read()) == [ONE]


def test_of_many_writers_none_is_lost(store):
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(lambda n: store.change(put(replace(ONE, id=f"{n:012x}", name=f"t{n}"))), range(40)))
    assert sorted(record.name for record in store.read()) == sorted(f"t{n}" for n in range(40))


def test_the_last_use_is_kept(store):
    store.change(put(ONE))
    store.mark_used(ONE.id, NOW)
    store.mark_used(ONE.id, NOW + 61)
    assert store.used_at(ONE.id) == NOW + 61
    assert store.used_at(TWO.id) is None
