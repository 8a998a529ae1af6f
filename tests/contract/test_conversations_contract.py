"""engine.ports.people.conversations.Conversations, the same for every family."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.errors import PayloadTooLarge
from engine.ports.keys import Actor
from engine.ports.people.conversations import MOST_ENTRIES, ConversationKey, Kept, Position, owner_of

CANARY = "canary-of-a-conversation-4711"


@pytest.fixture
def store(backend):
    return backend.stores.conversations


@pytest.fixture
def mine(workspace):
    return ConversationKey(workspace, "user/ada@example.com", "orders")


def test_entries_come_back_in_order_and_from_a_number_on(store, mine):
    assert store.read(mine) == Kept((), Position())
    first = store.append(mine, Position(), ["one", "zwei ä 🙂"], 1.0)
    assert first.sequence == 2
    assert first.id
    last = store.append(mine, first, ["three"], 2.0)
    assert last == Position(first.id, 3)
    kept = store.read(mine)
    assert (list(kept.entries), kept.end) == ([(1, "one"), (2, "zwei ä 🙂"), (3, "three")], last)
    assert list(store.read(mine, after=2).entries) == [(3, "three")]
    assert store.read(mine, after=3) == Kept(store.read(mine, after=3).entries, last)
    assert list(store.read(mine, after=99).entries) == []


def test_an_append_behind_another_position_writes_nothing(store, mine):
    first = store.append(mine, Position(), ["one"], 1.0)
    for wrong in (Position(), Position(first.id, 0), Position(first.id, 2), Position("other", 1)):
        assert store.append(mine, wrong, ["lost", "lost"], 2.0) is None
    assert list(store.read(mine).entries) == [(1, "one")]


def test_of_writers_at_one_position_one_wins(store, mine):
    first = store.append(mine, Position(), ["one"], 1.0)
    with ThreadPoolExecutor(6) as threads:
        ends = list(threads.map(lambda number: store.append(mine, first, [f"by {number}"], 2.0), range(6)))
    assert sum(end is not None for end in ends) == 1
    assert [number for number, _ in store.read(mine).entries] == [1, 2]


def test_a_deleted_conversation_takes_no_append_of_before(store, mine):
    first = store.append(mine, Position(), ["one"], 1.0)
    store.delete(mine)
    assert store.read(mine) == Kept((), Position())
    assert store.append(mine, first, ["late"], 2.0) is None
    anew = store.append(mine, Position(), ["new"], 3.0)
    assert anew.sequence == first.sequence
    assert store.append(mine, first, ["late"], 4.0) is None
    assert list(store.read(mine).entries) == [(1, "new")]
    store.delete(ConversationKey(mine.workspace, mine.owner, "none of this name"))


def test_all_of_a_person_are_deleted_and_nobody_elses(store, mine):
    keys = [mine, mine._replace(workflow="orders2"), mine._replace(workflow="or#der/s %41")]
    others = [mine._replace(owner="user/ada"), mine._replace(workspace=f"{mine.workspace}2"),
              mine._replace(owner="token/ada@example.com")]
    for key in (*keys, *others):
        assert store.append(key, Position(), ["one", "two"], 1.0) is not None
    assert store.count_of(mine.workspace, mine.owner) == 3
    assert store.delete_all_of(mine.workspace, mine.owner) == 3
    assert store.count_of(mine.workspace, mine.owner) == 0
    assert [len(store.read(key).entries) for key in (*keys, *others)] == [0, 0, 0, 2, 2, 2]
    assert store.delete_all_of(mine.workspace, mine.owner) == 0


@pytest.mark.parametrize("odd", ["a#b", "a/b", "a%23b", '"', "🙂", "C#orders", "orders#000000001"])
def test_odd_names_do_not_mix(store, workspace, odd):
    by_owner = ConversationKey(workspace, odd, "w")
    by_workflow = ConversationKey(workspace, "w", odd)
    plain = ConversationKey(workspace, "w", "w")
    for key in (by_owner, by_workflow, plain):
        store.append(key, Position(), [str(key)], 1.0)
    for key in (by_owner, by_workflow, plain):
        assert list(store.read(key).entries) == [(1, str(key))]


def test_large_entries_are_kept_and_too_large_ones_refused(store, mine):
    large = "state " * 170_000
    half = "half a pair: \ud83d"
    end = store.append(mine, Position(), [large, half], 1.0)
    assert [text for _, text in store.read(mine).entries] == [large, half]
    noise = "".join(map(chr, random.Random(7).choices(range(0x4E00, 0x9FFF), k=300_000)))  # noqa: S311 - it need not be secret
    with pytest.raises(PayloadTooLarge):
        store.append(mine, end, [noise], 2.0)
    assert store.read(mine).end == end
    for wrong in ([], ["x"] * (MOST_ENTRIES + 1)):
        with pytest.raises(ValueError, match="an append takes 1 to"):
            store.append(mine, end, wrong, 2.0)
    assert store.append(mine, end, ["x"] * MOST_ENTRIES, 2.0).sequence == end.sequence + MOST_ENTRIES


def test_those_that_nobody_wrote_to_expire(backend, store, mine):
    old, new = mine, mine._replace(workflow="new")
    store.append(old, Position(), ["one"], 100.0)
    end = store.append(new, Position(), ["one"], 100.0)
    store.append(new, end, ["two"], 300.0)
    expired = store.expire(200.0)
    if backend.family == "aws":  # by the items' TTL
        assert expired == 0
        return
    assert expired >= 1
    assert [len(store.read(key).entries) for key in (old, new)] == [0, 2]


def test_a_deleted_text_is_in_no_file(backend, store, mine):
    store.append(mine, Position(), [CANARY], 1.0)
    store.delete(mine)
    if backend.family != "sqlite":
        assert store.read(mine) == Kept((), Position())
        return
    from engine.adapters.conversation_bodies import packed  # noqa: PLC0415 - of this test alone

    (body,) = packed([CANARY])
    backend.stores._database.fold_log()
    files = [path for path in Path(backend.stores._database.path).parent.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if CANARY.encode() in path.read_bytes() or body in path.read_bytes()] == []


def test_an_owner_is_named_by_kind_and_name():
    assert owner_of(Actor("ada", "token")) == "token/ada"
    assert owner_of(Actor("ada@example.com", id="sub-1")) == "user/ada@example.com"
