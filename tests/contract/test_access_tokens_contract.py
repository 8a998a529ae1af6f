"""engine.ports.access_tokens.TokenStore: in a data folder, in DynamoDB, and in memory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from engine.adapters.aws.access.tokens import DynamoTokenStore
from engine.adapters.local.access.tokens import LocalTokenStore
from engine.clock import SkipClock, SystemClock
from engine.errors import Conflict
from engine.ports.access_tokens import USED_EVERY_SECONDS, TokenRecord
from tests.support.memory.access_tokens import MemoryTokenStore
from tests.support.moto_stores import open_aws

NOW = 1_800_000_000.0
ONE = TokenRecord("a" * 12, "ci", "operator", "default", "d" * 64, NOW, "ada")
TWO = replace(
    ONE, id="b" * 12, name="ada@example.com", expires_at=NOW + 5.5, replaced="e" * 64, rotated_at=NOW + 1,
    generation=3, oldest=2, older_expires_at=NOW + 2,
)


@pytest.fixture(params=["local", "dynamodb", "memory"])
def opened(request, tmp_path):
    """Makes another store over the same records, as another process has it."""
    if request.param == "local":
        yield lambda: LocalTokenStore(tmp_path, SystemClock(), busy_timeout=60)
    elif request.param == "memory":
        one = MemoryTokenStore()
        yield lambda: one
    else:
        with open_aws(SkipClock()) as stores:
            yield lambda: DynamoTokenStore(stores.stored, SkipClock())


@pytest.fixture
def store(opened):
    return opened()


def put(record):
    return lambda records: ([*records, record], record.name)


def test_nothing_is_there_at_first(store):
    assert list(store.read()) == []
    assert store.find(ONE.id) is None
    assert store.used() == {}


def test_what_is_put_comes_back_and_what_is_made_is_given(store):
    assert store.change(put(ONE)) == "ci"
    assert store.change(put(TWO)) == "ada@example.com"
    assert sorted(store.read(), key=lambda record: record.id) == [ONE, TWO]
    assert (store.find(ONE.id), store.find(TWO.id), store.find("c" * 12)) == (ONE, TWO, None)
    assert [type(value) for value in (store.find(TWO.id).generation, store.find(TWO.id).oldest)] == [int, int]


def test_a_change_that_raises_changes_nothing(store):
    store.change(put(ONE))

    def refuse(records):
        raise Conflict("it is taken")

    with pytest.raises(Conflict):
        store.change(refuse)
    assert list(store.read()) == [ONE]


def test_what_is_changed_and_taken_away_is_seen_by_every_reader_at_once(store, opened):
    other = opened()
    store.change(put(ONE))
    store.change(put(TWO))
    assert other.find(ONE.id) == ONE
    revoked = replace(ONE, revoked_at=NOW + 9, revoked_by="ada")
    store.change(lambda records: ([revoked if record.id == ONE.id else record for record in records], None))
    assert other.find(ONE.id) == revoked
    store.change(lambda records: ([record for record in records if record.id != ONE.id], None))
    assert other.find(ONE.id) is None
    assert list(other.read()) == [TWO]


def test_of_many_writers_none_is_lost(store, opened):
    others = [opened() for _ in range(3)]
    one_by_one = isinstance(store, DynamoTokenStore)  # moto undoes what others wrote beside a transaction that fails
    with ThreadPoolExecutor(1 if one_by_one else 3) as writers:
        list(writers.map(
            lambda n: others[n % 3].change(put(replace(ONE, id=f"{n:012x}", name=f"t{n}"))), range(21)
        ))
    assert sorted(record.name for record in store.read()) == sorted(f"t{n}" for n in range(21))


@pytest.mark.parametrize("opened", ["dynamodb"], indirect=True)
def test_a_change_sees_what_another_process_changed_meanwhile(opened):
    """Else a token that was revoked just now is good again. In a data folder the other one waits."""
    one, other, seen = opened(), opened(), []
    one.change(put(ONE))

    def rotated(records):
        seen.append(records[0].revoked_at)
        if len(seen) == 1:
            other.change(lambda found: ([replace(found[0], revoked_at=NOW + 1)], None))
        return [replace(records[0], rotated_at=NOW + 2)], None

    one.change(rotated)
    assert seen == [None, NOW + 1]
    assert one.find(ONE.id) == replace(ONE, revoked_at=NOW + 1, rotated_at=NOW + 2)


def test_the_last_use_is_kept_to_the_hour_and_goes_with_its_token(store, opened):
    store.change(put(ONE))
    store.mark_used(ONE.id, NOW)
    for reader in (store, opened()):
        reader.find(ONE.id)
        reader.mark_used(ONE.id, NOW + USED_EVERY_SECONDS - 1)
    assert store.used() == {ONE.id: NOW}
    opened().mark_used(ONE.id, NOW + USED_EVERY_SECONDS)
    assert store.used() == {ONE.id: NOW + USED_EVERY_SECONDS}
    store.change(lambda records: ([replace(record, role="viewer") for record in records], None))
    assert store.used() == {ONE.id: NOW + USED_EVERY_SECONDS}


def test_the_use_of_a_token_that_is_gone_makes_none(store):
    store.change(put(ONE))
    store.change(lambda _: ([], None))
    store.mark_used(ONE.id, NOW)
    assert (list(store.read()), store.find(ONE.id)) == ([], None)
