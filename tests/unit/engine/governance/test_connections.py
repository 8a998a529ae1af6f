import json

import pytest

from engine.errors import StoreCorrupt
from engine.governance.connections import API_KEY, CODE, Connection, Tokens, handed, key_of, name_of, parse
from engine.governance.masking import Scrubber

WHOLE = Connection(
    CODE, secret="canary-secret", user="ada", place="headers", name="X-Key", token_url="https://id.example.com/token",
    client_id="automate", client_secret="canary-client", client_auth="body", scopes=("a", "b"),
    parameters={"audience": "orders"}, test_url="https://api.example.com/me", tested_at=12.5,
    tokens=Tokens("canary-access", 10.0, 20.0, "canary-refresh"), number=7,
)


@pytest.mark.parametrize("connection", [WHOLE, Connection(API_KEY), Connection(CODE, tokens=Tokens("at", 1.0))])
def test_a_connection_is_read_as_it_was_written(connection):
    assert parse(connection.as_text()) == connection


def test_no_secret_is_printed():
    assert "canary" not in repr(WHOLE)


def test_every_secret_is_masked():
    scrubber = Scrubber(WHOLE.secrets())
    for secret in ("canary-secret", "canary-client", "canary-access", "canary-refresh"):
        assert scrubber.text(f"Bearer {secret}") == "Bearer ********"


def test_a_plain_secret_is_no_connection():
    assert parse("sk-live-4242") is None
    assert parse('{"type": "service_account"}') is None


@pytest.mark.parametrize("text", [
    '{"connection": 2}', '{"connection": 1}', '{"connection": 1, "kind": "bearer", "more": 1}', '{"connection": 1',
    '{"connection": 1, "kind": "bearer", "tokens": 4}',
])
def test_what_cannot_be_read_is_said_without_its_text(text):
    with pytest.raises(StoreCorrupt) as damaged:
        parse(text)
    assert "bearer" not in str(damaged.value)


@pytest.mark.parametrize(("expires_at", "good", "over"), [(3600.0, 3539.0, 3541.0), (100.0, 79.0, 81.0)])
def test_a_token_is_good_until_a_minute_or_a_fifth_of_its_life_before_its_end(expires_at, good, over):
    tokens = Tokens("at", 0.0, expires_at)
    assert tokens.good_at(good)
    assert not tokens.good_at(over)


def test_a_token_of_which_no_end_is_known_is_good():
    assert Tokens("at", 0.0).good_at(1e12)


def test_what_is_handed_over_has_names_that_masking_leaves():
    text = handed(Connection(API_KEY, secret="canary-key", place="headers", name="X-Long-Header"))
    assert Scrubber([text]).text("X-Long-Header: canary-key") == "X-Long-Header: ********"
    assert json.loads(handed(WHOLE, "at"))["secret"] == "at"


@pytest.mark.parametrize("key", ["STRIPE_KEY", "connection.", "connections.x", "connection.a b"])
def test_a_key_that_is_no_connections(key):
    assert name_of(key) is None


def test_a_key_and_its_name():
    assert name_of(key_of("google-sales")) == "google-sales"
