"""Named tokens: made, shown, rotated, revoked; and what becomes of whoever shows one."""

from __future__ import annotations

import base64
import hashlib
import hmac

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
from engine.ports.access_tokens import TokenRecord
from tests.support.memory.access_tokens import MemoryTokenRoot, MemoryTokenStore


@pytest.fixture
def clock():
    return SkipClock()


@pytest.fixture
def tokens(clock):
    return AccessTokens(MemoryTokenStore(), clock, MemoryTokenRoot(), taken=frozenset({"ada"}))


def add(tokens, name="ci", **more):
    return tokens.add("default", name, Role.OPERATOR, by="ada", **more)


def shown(tokens, text):
    return tokens.shown(text)[0]


def test_nothing_of_the_secret_is_kept_and_the_root_gives_it_again(tokens):
    new = add(tokens)
    prefix, token_id, generation, secret = new.text.split("_", 3)
    assert (prefix, token_id, generation, len(secret)) == ("atk", new.record.id, "1", 43)
    kept = repr(tokens._store.records)
    assert secret not in kept
    assert hashlib.sha256(secret.encode()).hexdigest() not in kept
    message = f"automate named token {token_id} 1".encode()
    made = hmac.new(b"r" * 32, message, hashlib.sha256).digest()
    assert secret == base64.urlsafe_b64encode(made).decode().rstrip("=")


def test_a_good_token_is_its_record_and_its_use_is_remembered(tokens, clock):
    new = add(tokens)
    assert tokens.list("default") == [(new.record, None)]
    assert shown(tokens, new.text) == new.record
    assert tokens.list("default") == [(new.record, clock.now())]


@pytest.mark.parametrize("text", [
    "", "atk_", "owner", "atk_0123456789ab_short", "atk_0123456789AB_" + "x" * 43, "atk_0123456789ab_" + "x" * 44,
    "atk_0123456789ab_" + "ü" * 43, "Bearer atk", "atk_0123456789ab_" + "x" * 42 + "\n", "x" * 10_000,
    "atk_0123456789ab_0_" + "x" * 43, "atk_0123456789ab_-1_" + "x" * 43, "atk_0123456789ab_01_" + "x" * 43,
    "atk_0123456789ab_1234567890_" + "x" * 43, "atk_0123456789ab_1_" + "x" * 42, "atk_0123456789ab_\uff11_" + "x" * 43,
])
def test_what_is_no_token_is_malformed(tokens, text):
    with pytest.raises(TokenMalformed) as caught:
        tokens.shown(text)
    assert (caught.value.code, caught.value.status, caught.value.token) == ("TokenMalformed", 401, None)


def test_a_forged_one_is_unknown_whatever_of_it_is_wrong_and_nothing_is_read_for_it(tokens, clock):
    foreign = add(AccessTokens(MemoryTokenStore(), clock, MemoryTokenRoot(b"x" * 32)))
    new = add(tokens)
    token_id, secret = new.record.id, new.text[-43:]
    answers = set()
    for text in (
        foreign.text, f"atk_{token_id}_1_{foreign.text[-43:]}", f"atk_{token_id}_2_{secret}",
        f"atk_{'0' * 12}_1_{secret}",
    ):
        with pytest.raises(TokenUnknown) as caught:
            tokens.shown(text)
        answers.add((caught.value.message, caught.value.advice, caught.value.token))
    assert len(answers) == 1
    assert tokens._store.finds == 0


def test_where_no_root_was_made_none_is_good(clock):
    tokens = AccessTokens(MemoryTokenStore(), clock, MemoryTokenRoot(None))
    with pytest.raises(TokenUnknown):
        tokens.shown("atk_0123456789ab_1_" + "x" * 43)


def test_a_root_that_was_not_made_is_no_known_one(clock):
    store = MemoryTokenStore()
    forged = add(AccessTokens(store, clock, MemoryTokenRoot(bytes(32))))
    with pytest.raises(TokenUnknown):
        AccessTokens(store, clock, MemoryTokenRoot(None)).shown(forged.text)


def test_a_generation_that_the_record_has_not_come_to_is_unknown(tokens):
    """The table was restored to the time before it was rotated."""
    add(tokens)
    before = tokens._store.records
    new = tokens.rotate("default", "ci")
    tokens._store.records = before
    with pytest.raises(TokenUnknown):
        tokens.shown(new.text)


def test_a_name_that_is_erased_is_in_no_record(tokens):
    add(tokens, "of-ben")
    tokens.revoke("default", "of-ben", by="ben")
    tokens.add("default", "ci", Role.OPERATOR, by="ben")
    tokens.nameless("default", "ben", "gone-1")
    tokens.nameless("default", "of-ben", "gone-2")
    assert "ben" not in repr(tokens._store.records)
    assert [record.revoked_by for record in tokens._store.records] == ["gone-1", None]


class TestOfBefore:
    """Tokens of before there were generations: random secrets, kept as digests."""

    SECRET = "s" * 43
    TEXT = "atk_0123456789ab_" + SECRET

    @pytest.fixture
    def tokens(self, clock):
        store = MemoryTokenStore()
        digest = hashlib.sha256(self.SECRET.encode()).hexdigest()
        before = hashlib.sha256(b"b" * 43).hexdigest()
        store.records = [
            TokenRecord("0123456789ab", "ci", "operator", "default", digest, clock.now(), "ada", replaced=before)
        ]
        return AccessTokens(store, clock, MemoryTokenRoot(None))

    def test_it_goes_on_and_so_does_its_session(self, tokens):
        record, digest = tokens.shown(self.TEXT)
        assert record.name == "ci"
        assert tokens.good(record.id, digest) == record

    def test_the_one_of_before_it_is_told_so_and_another_is_unknown(self, tokens):
        with pytest.raises(TokenRotated):
            tokens.shown("atk_0123456789ab_" + "b" * 43)
        answers = set()
        for text in ("atk_0123456789ab_" + "c" * 43, "atk_ba9876543210_" + self.SECRET):
            with pytest.raises(TokenUnknown) as caught:
                tokens.shown(text)
            answers.add(caught.value.message)
        assert len(answers) == 1

    def test_rotated_it_has_a_generation_and_is_good_until_it_is_retired(self, tokens):
        new = tokens.rotate("default", "ci")
        assert shown(tokens, new.text).name == shown(tokens, self.TEXT).name == "ci"
        _, digest = tokens.shown(self.TEXT)
        tokens.retire("default", "ci")
        with pytest.raises(TokenRotated):
            tokens.shown(self.TEXT)
        assert tokens.good("0123456789ab", digest) is None
        assert hashlib.sha256(self.SECRET.encode()).hexdigest() == tokens._store.records[0].replaced
        tokens.rotate("default", "ci", at_once=True)
        with pytest.raises(TokenRotated):
            tokens.shown(self.TEXT)

    def test_a_place_that_never_had_one_reads_nothing_for_one(self, tokens, clock):
        stage = AccessTokens(tokens._store, clock, MemoryTokenRoot(), digests=False)
        with pytest.raises(TokenUnknown):
            stage.shown(self.TEXT)
        assert tokens._store.finds == 0


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
    assert shown(tokens, again.text).name == "ci"


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
    new = add(AccessTokens(store, behind, MemoryTokenRoot()), expires_at=behind.now() + 60)
    assert AccessTokens(store, behind, MemoryTokenRoot()).shown(new.text)
    with pytest.raises(TokenExpired):
        AccessTokens(store, clock, MemoryTokenRoot()).shown(new.text)


def test_a_rotated_one_is_good_beside_the_one_before_until_that_is_retired(tokens, clock):
    old = add(tokens, expires_at=clock.now() + 600)
    new = tokens.rotate("default", "ci")
    assert (new.record.role, new.record.expires_at) == ("operator", old.record.expires_at)
    assert shown(tokens, new.text) == shown(tokens, old.text) == new.record
    with pytest.raises(Conflict, match="has two secrets that are good already"):
        tokens.rotate("default", "ci")
    tokens.retire("default", "ci")
    assert shown(tokens, new.text).name == "ci"
    with pytest.raises(TokenRotated, match="the token ci was rotated") as caught:
        tokens.shown(old.text)
    assert caught.value.token == "ci"
    with pytest.raises(Conflict, match="no older one"):
        tokens.retire("default", "ci")
    with pytest.raises(NotFound):
        tokens.retire("default", "nobody")


def test_a_leaked_one_is_rotated_at_once(tokens):
    first = add(tokens)
    second = tokens.rotate("default", "ci")
    third = tokens.rotate("default", "ci", at_once=True)
    assert shown(tokens, third.text).name == "ci"
    for old in (first, second):
        with pytest.raises(TokenRotated):
            tokens.shown(old.text)


def test_the_older_keeps_its_own_end(tokens, clock):
    old = add(tokens, expires_at=clock.now() + 60)
    new = tokens.rotate("default", "ci", expires_at=clock.now() + 600)
    clock.sleep(60)
    assert shown(tokens, new.text).name == "ci"
    with pytest.raises(TokenExpired):
        tokens.shown(old.text)


def test_revoking_ends_both(tokens):
    old, new = add(tokens), tokens.rotate("default", "ci")
    tokens.revoke("default", "ci", by="ada")
    for made in (old, new):
        with pytest.raises(TokenRevoked):
            tokens.shown(made.text)


def test_an_expired_one_is_rotated_with_a_new_end_alone(tokens, clock):
    old = add(tokens, expires_at=clock.now() + 60)
    clock.sleep(61)
    with pytest.raises(InvalidDocument, match="would have ended"):
        tokens.rotate("default", "ci")
    new = tokens.rotate("default", "ci", expires_at=clock.now() + 60)
    assert shown(tokens, new.text)
    with pytest.raises(TokenExpired):
        tokens.shown(old.text)


def test_a_session_holds_while_its_secret_is_good(tokens, clock):
    def session(new):
        record, digest = tokens.shown(new.text)
        return lambda: tokens.good(record.id, digest) is not None

    first = session(add(tokens, expires_at=clock.now() + 600))
    second = session(tokens.rotate("default", "ci"))
    assert (first(), second()) == (True, True)
    tokens.retire("default", "ci")
    assert (first(), second()) == (False, True)
    clock.sleep(600)
    assert not second()
    third = session(tokens.rotate("default", "ci", expires_at=clock.now() + 600, at_once=True))
    assert third()
    tokens.revoke("default", "ci", by="ada")
    assert not third()
    assert tokens.good("0" * 12, "d" * 64) is None


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


def test_records_of_the_revoked_are_bounded_and_the_newest_stay(tokens, clock):
    for _ in range(MOST_REVOKED + 5):
        add(tokens)
        tokens.revoke("default", "ci", by="ada")
        clock.sleep(1)
    assert len(tokens._store.records) == MOST_REVOKED
    assert max(record.revoked_at for record in tokens._store.records) == clock.now() - 1
