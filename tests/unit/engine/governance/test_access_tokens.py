"""Named tokens: made, shown, rotated, revoked; and what becomes of whoever shows one."""

from __future__ import annotations

import hashlib

import pytest

from engine.clock import SkipClock
from engine.errors import Conflict, InvalidDocument, NotFound
from engine.governance.access_tokens import (
    MOST_REVOKED,
    AccessTokens,
    TokenExpired,
    TokenMalformed,
    TokenRevoked,
    TokenRotated,
    TokenUnknown,
    parse_end,
)
from engine.governance.roles import Role
from tests.support.memory.access_tokens import MemoryTokenStore


@pytest.fixture
def clock():
    return SkipClock()


@pytest.fixture
def tokens(clock):
    return AccessTokens(MemoryTokenStore(), clock, taken=frozenset({"ada"}))


def add(tokens, name="ci", **more):
    return tokens.add("default", name, Role.OPERATOR, by="ada", **more)


def test_what_is_kept_is_a_digest(tokens):
    new = add(tokens)
    kept = repr(tokens._store.records)
    secret = new.text.rpartition("_")[2] if new.text.count("_") == 2 else new.text[17:]
    assert new.text not in kept
    assert secret not in kept
    assert hashlib.sha256(new.text[17:].encode()).hexdigest() in kept


def test_a_good_token_is_its_record_and_its_use_is_remembered(tokens, clock):
    new = add(tokens)
    assert tokens.list("default") == [(new.record, None)]
    assert tokens.shown(new.text) == new.record
    assert tokens.list("default") == [(new.record, clock.now())]


@pytest.mark.parametrize("text", [
    "", "atk_", "owner", "atk_0123456789ab_short", "atk_0123456789AB_" + "x" * 43, "atk_0123456789ab_" + "x" * 44,
    "atk_0123456789ab_" + "ü" * 43, "Bearer atk", "atk_0123456789ab_" + "x" * 42 + "\n", "x" * 10_000,
])
def test_what_is_no_token_is_malformed(tokens, text):
    with pytest.raises(TokenMalformed) as caught:
        tokens.shown(text)
    assert (caught.value.code, caught.value.status, caught.value.token) == ("TokenMalformed", 401, None)


def test_one_of_another_folder_is_unknown_and_so_is_one_with_another_secret(tokens, clock):
    foreign = add(AccessTokens(MemoryTokenStore(), clock))
    new = add(tokens)
    for text in (foreign.text, new.text[:17] + foreign.text[17:]):
        with pytest.raises(TokenUnknown) as caught:
            tokens.shown(text)
        assert caught.value.token is None


def test_a_revoked_one_is_refused_at_once_and_told_so(tokens):
    new = add(tokens)
    tokens.revoke("default", "ci", by="grace")
    with pytest.raises(TokenRevoked, match="the token ci was revoked at") as caught:
        tokens.shown(new.text)
    assert caught.value.token == "ci"
    assert tokens.list("default") == []
    with pytest.raises(NotFound):
        tokens.revoke("default", "ci", by="grace")
    again = add(tokens)
    assert tokens.shown(again.text).name == "ci"


def test_an_expired_one_is_refused_by_this_clock(tokens, clock):
    new = add(tokens, expires_at=clock.now() + 60)
    clock.sleep(59)
    assert tokens.shown(new.text)
    clock.sleep(1)
    with pytest.raises(TokenExpired, match="the token ci expired at") as caught:
        tokens.shown(new.text)
    assert caught.value.token == "ci"


def test_a_clock_that_is_ten_minutes_off_ends_tokens_by_what_it_says(clock):
    store, behind = MemoryTokenStore(), SkipClock(clock.now() - 600)
    new = add(AccessTokens(store, behind), expires_at=behind.now() + 60)
    assert AccessTokens(store, behind).shown(new.text)
    with pytest.raises(TokenExpired):
        AccessTokens(store, clock).shown(new.text)


def test_rotating_ends_the_one_before_and_keeps_the_role(tokens, clock):
    old = add(tokens, expires_at=clock.now() + 600)
    new = tokens.rotate("default", "ci")
    assert (new.record.role, new.record.expires_at) == ("operator", old.record.expires_at)
    assert tokens.shown(new.text)
    with pytest.raises(TokenRotated, match="the token ci was rotated"):
        tokens.shown(old.text)
    tokens.rotate("default", "ci")
    with pytest.raises(TokenUnknown):
        tokens.shown(old.text)
    with pytest.raises(TokenRotated):
        tokens.shown(new.text)


def test_an_expired_one_is_rotated_with_a_new_end_alone(tokens, clock):
    add(tokens, expires_at=clock.now() + 60)
    clock.sleep(61)
    with pytest.raises(InvalidDocument, match="would have ended"):
        tokens.rotate("default", "ci")
    new = tokens.rotate("default", "ci", expires_at=clock.now() + 60)
    assert tokens.shown(new.text)


def test_a_session_holds_while_its_token_is_the_same_and_good(tokens, clock):
    def is_good(record):
        return tokens.good(record.id, record.digest) is not None

    first = add(tokens, expires_at=clock.now() + 600).record
    assert is_good(first)
    second = tokens.rotate("default", "ci").record
    assert (is_good(first), is_good(second)) == (False, True)
    clock.sleep(600)
    assert not is_good(second)
    third = tokens.rotate("default", "ci", expires_at=clock.now() + 600).record
    tokens.revoke("default", "ci", by="ada")
    assert not is_good(third)
    assert tokens.good("0" * 12, first.digest) is None


@pytest.mark.parametrize("name", ["", "-x", "a b", "a/b", "ü", "x" * 65, "../x", "a\n"])
def test_a_name_that_will_not_do(tokens, name):
    with pytest.raises(InvalidDocument, match="not a name for a token"):
        add(tokens, name)


@pytest.mark.parametrize("name", ["ada", "engine", "anonymous", "owner"])
def test_a_name_of_somebody_else_is_taken(tokens, name):
    with pytest.raises(Conflict, match="is taken"):
        add(tokens, name)


def test_a_name_is_taken_once_in_a_workspace(tokens):
    add(tokens)
    with pytest.raises(Conflict, match="there is a token ci already"):
        add(tokens)
    tokens.add("sales", "ci", Role.VIEWER, by="ada")
    assert [record.role for record, _ in tokens.list("sales")] == ["viewer"]


def test_an_end_that_is_over_is_refused(tokens, clock):
    with pytest.raises(InvalidDocument, match="would have ended"):
        add(tokens, expires_at=clock.now())


@pytest.mark.parametrize(("text", "end"), [
    ("12h", 1000 + 12 * 3600), ("90d", 1000 + 90 * 86400), ("4w", 1000 + 4 * 7 * 86400),
    ("2026-12-31", 1798675200.0), ("2026-12-31T18:00:00Z", 1798740000.0),
])
def test_when_a_token_ends(text, end):
    assert parse_end(text, 1000.0) == end


@pytest.mark.parametrize("text", ["", "0d", "90", "-1d", "90 d", "999999d", "tomorrow", "1y"])
def test_an_end_that_is_none(text):
    with pytest.raises(InvalidDocument, match="no time at which a token could end"):
        parse_end(text, 1000.0)


def test_records_of_the_revoked_are_bounded(tokens):
    for _ in range(MOST_REVOKED + 5):
        add(tokens)
        tokens.revoke("default", "ci", by="ada")
    assert len(tokens._store.records) == MOST_REVOKED
