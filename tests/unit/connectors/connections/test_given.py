import copy

import pytest

from connectors.connections.given import connect
from engine.governance.connections import API_KEY, BASIC, BEARER, Connection, handed

HTTP = {
    "bearer": {"bearer_token": "secret"}, "basic": {"basic_auth.username": "user", "basic_auth.password": "secret"},
    "api_key": {"{at}": "secret"},
}


@pytest.mark.parametrize(("connection", "arguments", "filled"), [
    (Connection(BEARER, secret="key-1234"), {}, {"bearer_token": "key-1234"}),
    (Connection(BASIC, secret="key-1234", user="ada"), {}, {"basic_auth": {"username": "ada", "password": "key-1234"}}),
    (Connection(API_KEY, secret="key-1234", place="headers", name="X-Key"), {"headers": {"a": 1}},
     {"headers": {"a": 1, "X-Key": "key-1234"}}),
    (Connection(API_KEY, secret="key-1234", place="query", name="key"), {}, {"query": {"key": "key-1234"}}),
])
def test_a_connection_fills_the_inputs_of_its_kind(connection, arguments, filled):
    arguments = {"connection": handed(connection), "url": "https://example.com", **copy.deepcopy(arguments)}
    assert connect(HTTP, arguments) is None
    assert arguments == {"url": "https://example.com", **filled}


def test_without_a_connection_nothing_changes():
    arguments = {"bearer_token": "own"}
    assert connect(HTTP, arguments) is None
    assert arguments == {"bearer_token": "own"}


@pytest.mark.parametrize(("given", "connections", "said"), [
    ({"connection": "sales"}, HTTP, "is no connection"),
    ({"connection": {"$secret": "connection.sales"}}, HTTP, "is no connection"),
    ({"connection": handed(Connection(BASIC, secret="key-1234"))}, {"bearer": {"token": "secret"}}, "takes bearer"),
    ({"connection": handed(Connection(API_KEY, secret="key-1234"))}, HTTP, "where its key is sent"),
    ({"connection": handed(Connection(BEARER, secret="key-1234")), "bearer_token": "own"}, HTTP,
     "leave one of them out"),
    ({"connection": handed(Connection(BASIC, secret="key-1234")), "basic_auth": "own"}, HTTP, "leave one of them out"),
    ({"connection": handed(Connection(API_KEY, secret="key-1234", place="headers", name="X-Key")),
      "headers": {"x-key": "own"}}, HTTP, "leave one of them out"),
])
def test_what_does_not_fit_is_told_and_changes_nothing(given, connections, said):
    before = copy.deepcopy(given)
    problem = connect(connections, given)
    assert said in str(problem)
    assert "key-1234" not in str(problem)
    assert given == before
