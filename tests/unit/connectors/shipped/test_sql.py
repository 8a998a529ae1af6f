"""The connectors postgres and mysql against real servers, where this machine has their programs."""

import json
import socket
import sys
import threading
from contextlib import suppress

import psycopg
import pymysql
import pytest

from connectors.registry import Registry
from connectors.shipped.mysql import MysqlConnector
from connectors.shipped.postgres import PostgresConnector
from connectors.shipped.sql import MOST_BYTES
from connectors.tasks import ConnectorTasks
from connectors.testing import CallFailed, call
from tests.support.vendors import databases
from tests.support.vendors.databases import NAME, PASSWORD, USER

POSTGRES = pytest.param("postgres", marks=pytest.mark.skipif(
    databases.postgres_programs() is None, reason=databases.NO_POSTGRES
))
MYSQL = pytest.param("mysql", marks=pytest.mark.skipif(databases.mysql_program() is None, reason=databases.NO_MYSQL))
CLASSES = {"postgres": PostgresConnector, "mysql": MysqlConnector}
DATABASES = {"postgres": "postgres", "mysql": "shop"}
TABLE = {
    "postgres": "CREATE TABLE orders (id int PRIMARY KEY, name text, total numeric(9,2), tags jsonb, at timestamptz)",
    "mysql": "CREATE TABLE orders (id int PRIMARY KEY, name text, total decimal(9,2), tags json, at datetime(6))",
}
SLEEP = {"postgres": "SELECT pg_sleep(60)", "mysql": "SELECT sleep(60)"}
INSERT = "INSERT INTO orders (id, name) VALUES (%s, %s)"


class Db:
    """A server with an empty table orders, and how its connector is called."""

    def __init__(self, kind, server):
        self.kind, self.server, self.port = kind, server, server.port

    def call(self, action, statement=None, parameters=None, *, seconds=60.0, secret=PASSWORD, **params):
        given = {"host": NAME, "port": self.port, "user": USER, "database": DATABASES[self.kind],
                 "password": {"$secret": "DB"}, "ca": self.server.ca, **params}
        given |= {} if statement is None else {"statement": statement}
        given |= {} if parameters is None else {"parameters": parameters}
        return call(CLASSES[self.kind], action, given, secrets={"DB": secret}, timeout_seconds=seconds)

    def failure(self, *args, **named):
        with pytest.raises(CallFailed) as caught:
            self.call(*args, **named)
        assert named.get("secret", PASSWORD) not in caught.value.cause
        return caught.value, json.loads(caught.value.cause).get("code")

    def ids(self):
        return [row["id"] for row in self.call("query", "SELECT id FROM orders ORDER BY id")["rows"]]


@pytest.fixture(scope="module")
def server(request):
    made = getattr(databases, request.param)()
    yield request.param, made
    made.close()


@pytest.fixture
def db(server, use_dialler):
    kind, made = server
    use_dialler(f"{NAME}:{made.port}", resolve=lambda host, port: ["127.0.0.1"])
    found = Db(kind, made)
    found.call("execute", "DROP TABLE IF EXISTS orders")
    found.call("execute", TABLE[kind])
    return found


both = pytest.mark.parametrize("server", [POSTGRES, MYSQL], indirect=True)


@both
def test_rows_are_written_and_read_by_parameters(db):
    rude = "Robert'); DROP TABLE orders;-- \\ \" %s € 😀"
    assert db.call("execute", INSERT, [1, rude])["affected"] == 1
    named = "INSERT INTO orders (id, name) VALUES (%(id)s, %(name)s)"
    db.call("execute", named, {"id": 2, "name": None})
    found = db.call("query", "SELECT id, name FROM orders WHERE id < %s ORDER BY id", [10])
    assert found == {"rows": [{"id": 1, "name": rude}, {"id": 2, "name": None}], "affected": 2, "truncated": False}
    assert db.call("query", "SELECT id FROM orders WHERE name LIKE 'Rob%%'")["rows"] == [{"id": 1}]
    assert db.call("query", "SELECT id FROM orders WHERE id = 9")["rows"] == []


@both
def test_values_are_json(db):
    db.call("execute", "INSERT INTO orders VALUES (%s, %s, %s, %s, %s)",
            [1, "a", "12.50", {"a": [1, "€"]}, "2026-03-01 10:00:00"])
    (row,) = db.call("query", "SELECT total, tags, at, 9007199254740993 AS big FROM orders")["rows"]
    assert (row["total"], row["big"]) == ("12.50", 9007199254740993)
    assert row["at"].startswith("2026-03-01T10:00:00")
    assert (row["tags"] if db.kind == "postgres" else json.loads(row["tags"])) == {"a": [1, "€"]}


@pytest.mark.parametrize("server", [POSTGRES], indirect=True)
@pytest.mark.parametrize("action", ["query", "execute"])
def test_a_value_that_nests_too_deeply_is_not_given_and_nothing_was_done(db, action):
    failed, code = db.failure(action, "SELECT (repeat('[', 5000) || repeat(']', 5000))::jsonb AS deep")
    assert (failed.definite, failed.retryable, code) == (True, False, "Rows")


@pytest.mark.parametrize("server", [POSTGRES], indirect=True)
def test_what_only_postgres_has(db):
    db.call("execute", "INSERT INTO orders (id, tags) VALUES (1, %s), (2, %s)", [[1, "a"], []])
    wanted = "SELECT id, 'NaN'::float8 AS no, '\\x00ff'::bytea AS data, ARRAY[1,2] AS list FROM orders"
    found = db.call("query", f"{wanted} WHERE id = ANY(%s)", [[1, 7]])["rows"]
    assert found == [{"id": 1, "no": "nan", "data": "AP8=", "list": [1, 2]}]
    assert db.call("execute", "DELETE FROM orders RETURNING id")["rows"] == [{"id": 1}, {"id": 2}]


@pytest.mark.parametrize("server", [POSTGRES], indirect=True)
def test_what_python_has_no_value_for_is_told_as_postgres_writes_it(db):
    values = {
        "'infinity'::date": "infinity", "'-infinity'::timestamp": "-infinity", "'infinity'::timestamptz": "infinity",
        "'20000-01-02'::date": "20000-01-02", "'0044-03-15 BC'::date": "0044-03-15 BC",
        "'20000-01-02 03:04:05+00'::timestamptz": "20000-01-02 03:04:05+00", "'24:00:00'::time": "24:00:00",
        "'24:00:00+02'::timetz": "24:00:00+02", "'2026-03-01'::date": "2026-03-01",
        "'10000000 years'::interval": "10000000 years",
    }
    listed = ", ".join(f"{value} AS v{number}" for number, value in enumerate(values))
    every = f"{listed}, ARRAY['infinity'::date, '2026-03-01'] AS list"
    for action in ("query", "execute"):
        (row,) = db.call(action, f"SELECT {every}")["rows"]
        assert row == {
            **{f"v{number}": told for number, told in enumerate(values.values())}, "list": ["infinity", "2026-03-01"],
        }


@both
def test_a_query_can_only_read(db):
    failed, code = db.failure("query", INSERT, [1, "x"])
    assert (failed.definite, failed.retryable, code) == (True, False, {"postgres": "25006", "mysql": "1792"}[db.kind])
    assert db.ids() == []


@pytest.mark.parametrize("server", [MYSQL], indirect=True)
def test_a_procedure_that_commits_can_only_read_either(db):
    db.call("execute", "DROP PROCEDURE IF EXISTS sneak")
    db.call("execute", "CREATE PROCEDURE sneak() BEGIN COMMIT; INSERT INTO orders (id) VALUES (7); COMMIT; END")
    failed, code = db.failure("query", "CALL sneak()")
    assert (failed.definite, code, db.ids()) == (True, "1792", [])


@pytest.mark.parametrize("server", [POSTGRES], indirect=True)
@pytest.mark.parametrize("statement", ["COMMIT", "SET search_path = public", "LISTEN orders"])
def test_a_query_without_rows_is_told_to_be_executed(db, statement):
    failed, _code = db.failure("query", statement)
    assert failed.definite
    assert "use execute" in failed.cause


@both
def test_statements_are_committed_all_or_none(db):
    first, second = {"statement": INSERT, "parameters": [1, "a"]}, {"statement": INSERT, "parameters": [2, "b"]}
    count = {"statement": "SELECT count(*) AS n FROM orders"}
    done = db.call("transaction", statements=[first, second, count])["results"]
    assert ([one["affected"] for one in done[:2]], done[2]["rows"]) == ([1, 1], [{"n": 2}])
    third = {"statement": INSERT, "parameters": [3, "c"]}
    failed, code = db.failure("transaction", statements=[third, first])
    assert (failed.definite, failed.retryable, code) == (True, False, {"postgres": "23505", "mysql": "1062"}[db.kind])
    assert db.ids() == [1, 2]


@both
@pytest.mark.parametrize(("statement", "parameters"), [
    ("SELECT 1; DROP TABLE orders", None), ("SELECT %s", []), ("SELECT %(a)s", {"b": 1}), ("SELEKT", None),
    ("SELECT nothing FROM orders", None),
])
def test_what_is_no_statement_with_its_parameters_is_definite(db, statement, parameters):
    for action in ("query", "execute"):
        failed, _ = db.failure(action, statement, parameters)
        assert (failed.definite, failed.retryable) == (True, False)
    assert db.ids() == []


@both
def test_a_statement_that_ends_the_transaction_leaves_open_what_was_done(db):
    statements = [{"statement": INSERT, "parameters": [1, "a"]}, {"statement": "COMMIT"}, {"statement": "SELEKT"}]
    failed, code = db.failure("transaction", statements=statements)
    assert (code, failed.definite, failed.retryable) == ("TransactionEnded", False, False)
    assert db.ids() == [1]


@both
def test_a_conflict_may_be_tried_again(db):
    statement = {
        "postgres": "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$",
        "mysql": "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213",
    }[db.kind]
    failed, code = db.failure("execute", statement)
    assert (failed.definite, failed.retryable, code) == (True, True, {"postgres": "40001", "mysql": "1213"}[db.kind])


@both
def test_two_columns_of_one_name_are_no_row(db):
    failed, code = db.failure("query", "SELECT 1 AS id, 2 AS name, 3 AS id")
    assert (failed.definite, failed.retryable, code, "called id," in failed.cause) == (True, False, "Columns", True)


@both
def test_a_statement_is_not_cut_at_a_nul(db):
    db.call("execute", INSERT, [1, "a"])
    failed, _ = db.failure("execute", "DELETE FROM orders\0 WHERE id = 2")
    assert (failed.definite, "NUL" in failed.cause, db.ids()) == (True, True, [1])


@pytest.mark.parametrize("server", [POSTGRES], indirect=True)
def test_no_password_file_is_asked_for(db, capfd):
    with suppress(CallFailed):
        db.call("query", "SELECT 1", password="")
    assert "password file" not in capfd.readouterr().err


@both
def test_more_rows_and_bytes_than_are_given(db):
    db.call("transaction", statements=[{"statement": INSERT, "parameters": [number, "x"]} for number in range(5)])
    found = db.call("query", "SELECT id FROM orders ORDER BY id", max_rows=2)
    assert (found["rows"], found["truncated"]) == ([{"id": 0}, {"id": 1}], True)
    failed, _ = db.failure("query", f"SELECT repeat('x', {MOST_BYTES + 1})")
    assert (failed.definite, "bytes of rows" in failed.cause) == (True, True)


@both
@pytest.mark.parametrize(("params", "code"), [
    ({"secret": "another password than that"}, {"mysql": "1045"}), ({"database": "nothing"}, {"mysql": "1044"}),
    ({"user": "nobody", "secret": "another password than that"}, {"mysql": "1045"}),
    ({"database": "postgres host=example.com"}, {"mysql": "1044"}),
])
def test_who_cannot_sign_in_did_nothing(db, params, code):
    failed, named = db.failure("execute", INSERT, [1, "x"], **params)
    assert (failed.definite, named) == (True, code.get(db.kind))
    assert (failed.retryable, failed.unavailable) == (False, False)
    assert db.ids() == []


@both
def test_the_servers_certificate_must_be_its_own(db, use_dialler):
    use_dialler(f"other.example:{db.port}", f"{NAME}:{db.port}", resolve=lambda host, port: ["127.0.0.1"])
    for wrong in ({"host": "other.example"}, {"ca": "no certificate"}):
        failed, _ = db.failure("query", "SELECT 1", **wrong)
        assert (failed.definite, failed.retryable, failed.unavailable) == (True, False, False)
    assert db.call("query", "SELECT 1 AS a", host="other.example", tls="none")["rows"] == [{"a": 1}]


@both
def test_a_server_on_this_network_is_refused_where_nobody_allowed_it(db, use_dialler):
    use_dialler(resolve=lambda host, port: ["127.0.0.1"])
    failed, code = db.failure("query", "SELECT 1")
    assert (failed.definite, code) == (True, "EgressRefused")


@both
def test_a_statement_that_takes_too_long_is_left(db):
    failed, _ = db.failure("query", SLEEP[db.kind], seconds=1.5)
    assert failed.definite
    failed, _ = db.failure("execute", SLEEP[db.kind], seconds=1.5)
    assert failed.definite is (db.kind == "postgres" or "reached" in failed.cause)


class Breaking:
    """A relay before a server that breaks both connections when a message holds `word`: at once, or once it is
    answered."""

    def __init__(self, port, word, *, answered):
        self._port, self._word, self._answered = port, word, answered
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._relay, daemon=True)
        self._thread.start()

    def _relay(self):
        client, _ = self._listening.accept()
        server = socket.create_connection(("127.0.0.1", self._port))
        seen = threading.Event()

        def back():
            with suppress(OSError):
                while data := server.recv(65536):
                    if seen.is_set():
                        break
                    client.sendall(data)
            for sock in (client, server):
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

        answers = threading.Thread(target=back)
        answers.start()
        with suppress(OSError):
            while data := client.recv(65536):
                if self._word in data:
                    seen.set()
                    if not self._answered:
                        break
                server.sendall(data)
        for sock in () if seen.is_set() and self._answered else (client, server):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        answers.join()
        client.close()
        server.close()

    def close(self):
        self._listening.close()
        self._thread.join()


@both
@pytest.mark.parametrize(("word", "answered", "definite", "rows"), [
    (b"INSERT", False, {"postgres"}, []), (b"INSERT", True, {"postgres"}, []), (b"COMMIT", False, set(), []),
    (b"COMMIT", True, set(), [1]),
])
def test_a_connection_that_breaks(db, use_dialler, word, answered, definite, rows):
    relay = Breaking(db.port, word, answered=answered)
    use_dialler(f"{NAME}:{relay.port}", f"{NAME}:{db.port}", resolve=lambda host, port: ["127.0.0.1"])
    failed, _ = db.failure("execute", INSERT, [1, "x"], port=relay.port, tls="none")
    relay.close()
    assert (failed.definite, failed.retryable, failed.unavailable) == (db.kind in definite, True, True)
    assert db.ids() == rows


@both
def test_a_server_that_is_not_there_did_nothing_and_does_not_serve(db, use_dialler):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        use_dialler(f"{NAME}:{port}", resolve=lambda host, port: ["127.0.0.1"])
        failed, _ = db.failure("execute", INSERT, [1, "x"], port=port)
    assert (failed.definite, failed.retryable, failed.unavailable) == (True, True, True)


@pytest.mark.parametrize(("state", "retryable", "lost", "unavailable"), [
    ("08006", True, True, True), ("08007", True, True, True), ("08P01", True, True, True),
    ("40001", True, False, False), ("40003", True, True, False), ("40P01", True, False, False),
    ("53300", True, False, True), ("55P03", True, False, False), ("57P01", True, True, True),
    ("57P02", True, True, True), ("57P03", True, False, True), ("57014", True, False, False),
    ("23505", False, False, False), ("25006", False, False, False), ("28P01", False, False, False),
    ("3D000", False, False, False), ("42P01", False, False, False), ("XX000", False, False, False),
])
def test_what_a_sqlstate_says(state, retryable, lost, unavailable):
    error = psycopg.errors.lookup(state)("told")
    told = PostgresConnector().told(error)
    assert (told.code, told.retryable, told.lost, told.unavailable) == (state, retryable, lost, unavailable)


@pytest.mark.parametrize(("says", "passes"), [
    ("connection failed: Connection refused", True), ("connection timeout expired", True),
    ("FATAL:  sorry, too many clients already", True), ("FATAL:  the database system is starting up", True),
    ("FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute", True),
    ("server closed the connection unexpectedly", True), ('FATAL:  database "x" does not exist', False),
    ('FATAL:  password authentication failed for user "x"', False), ("SSL error: certificate verify failed", False),
    ("server does not support SSL, but SSL was required", False),
])
def test_what_a_refusal_to_connect_says(says, passes):
    told = PostgresConnector().told(psycopg.OperationalError(says))
    assert (told.code, told.retryable, told.lost, told.unavailable) == (None, passes, True, passes)


@pytest.mark.parametrize(("number", "retryable", "lost", "unavailable"), [
    (1040, True, False, True), (1053, True, True, True), (1203, True, False, True), (2003, True, True, True),
    (2006, True, True, True), (2013, True, True, True), (1205, True, False, False), (1213, True, False, False),
    (1180, False, True, False), (1927, False, True, False), (3024, True, False, False), (1969, True, False, False),
    (1045, False, False, False), (1062, False, False, False), (1146, False, False, False),
])
def test_what_a_number_of_mysql_says(number, retryable, lost, unavailable):
    told = MysqlConnector().told(pymysql.OperationalError(number, "told"))
    assert (told.code, told.retryable, told.lost, told.unavailable) == (str(number), retryable, lost, unavailable)


@pytest.mark.parametrize(("code", "module"), [("postgres", "psycopg"), ("mysql", "pymysql")])
def test_a_driver_that_is_not_installed_is_named(monkeypatch, code, module):
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, f"connectors.shipped.{code}")
    problem = ConnectorTasks(Registry(installed=tuple)).policy(f"connector:{code}:query").problem
    assert f"the connector {code} needs the package {module}" in problem
    assert "pip install" in problem
    assert "connectors-requirements.txt" in problem


def test_a_write_is_made_at_most_once():
    registry = Registry(installed=tuple)
    for code in CLASSES:
        kinds = {name: (spec.kind, spec.at_most_once) for name, spec in registry.get(code).actions.items()}
        assert kinds == {"query": ("read", False), "execute": ("write", True), "transaction": ("write", True)}
