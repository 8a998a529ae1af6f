"""Connections over each secret store and each store of the locks: renewed once, by whoever is first, and never lost."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from connectors.connections.connecting import answered, begin
from connectors.connections.kept import REFUSED_SECONDS, ConnectionSecrets
from connectors.connections.locks import LEASE_SECONDS
from connectors.egress import in_force
from connectors.egress.allowing import read_entries
from connectors.egress.dialling import Dialler
from engine.adapters.aws.secretsmanager import SecretsManager
from engine.adapters.local.secret_store import LocalSecretStore
from engine.clock import SystemClock
from engine.errors import ConnectionFailed, InvalidDocument, StoreBusy, StoreUnavailable
from engine.governance.connections import CLIENT, CODE, Connection, Tokens, handed, key_of
from tests.support import authorization_server, patience
from tests.support.api import MemorySecrets
from tests.support.authorization_server import CLIENT_ID, CLIENT_SECRET

NAME = "orders"
KEY = key_of(NAME)


@pytest.fixture(scope="module")
def authorizer():
    with authorization_server.running() as server:
        yield server


@pytest.fixture(autouse=True)
def reached(authorizer):
    entry = f"127.0.0.1:{authorizer.port}"
    in_force.use(Dialler(SystemClock(), read_entries((entry,)), setting=(entry,)))
    authorizer.asked.clear()
    authorizer.instead.clear()
    authorizer.life, authorizer.validator.reused, authorizer.before_answering = 3600, False, lambda: None


@pytest.fixture
def store(backend, tmp_path):
    """The secret store that goes with the family."""
    if backend.family == "aws":
        return SecretsManager(backend.stores.clients.secretsmanager, "test", backend.clock)
    return LocalSecretStore(tmp_path, backend.clock) if backend.family == "sqlite" else MemorySecrets()


@pytest.fixture
def worker(backend, store):
    """Makes what a worker of its own process has."""
    return lambda clock=None, kept=store: ConnectionSecrets(
        kept, clock or backend.clock, lambda: backend.trigger_states
    )


@pytest.fixture
def by_client(authorizer):
    return Connection(
        CLIENT, token_url=f"{authorizer.base}/token", client_id=CLIENT_ID, client_secret=CLIENT_SECRET,
        scopes=("orders.read",), test_url=f"{authorizer.base}/orders",
    )


@pytest.fixture
def by_code(authorizer, backend):
    """A connection that a person made, whose access token has ended."""
    authorizer.validator.refresh["rt-first"] = True
    now = backend.clock.now()
    return Connection(
        CODE, token_url=f"{authorizer.base}/token", client_id=CLIENT_ID, client_secret=CLIENT_SECRET,
        tokens=Tokens("at-first", now - 3600, now - 1, "rt-first"),
    )


class Waits(SystemClock):
    """Says that somebody waits."""

    def __init__(self):
        self.waiting = threading.Event()

    def sleep(self, seconds):
        self.waiting.set()
        super().sleep(min(seconds, 0.01))


def test_a_key_is_handed_over_as_it_is(worker, workspace):
    connections = worker()
    connections.save(workspace, NAME, Connection("bearer", secret="key-of-orders"), by="ann")
    assert connections.get(workspace, KEY) == '{"kind": "bearer", "secret": "key-of-orders"}'
    assert connections.get(workspace, KEY, fresh=True) == connections.get(workspace, KEY)


def test_a_tested_connection_is_used_without_asking_again(worker, workspace, by_client, authorizer):
    first = worker()
    first.save(workspace, NAME, first.tested(by_client), by="ann")
    token = first.get(workspace, KEY)
    assert "at-" in token
    assert worker().get(workspace, KEY) == token
    assert len(authorizer.asked) == 1


def test_what_does_not_work_is_not_tested(worker, by_client):
    with pytest.raises(ConnectionFailed, match="401"):
        worker().tested(Connection("bearer", secret="key-of-orders", test_url=by_client.test_url))


def test_a_token_is_renewed_before_it_ends(worker, workspace, by_client, backend, authorizer):
    connections = worker()
    connections.save(workspace, NAME, connections.tested(by_client), by="ann")
    first = connections.get(workspace, KEY)
    backend.clock.sleep(3600 - 61)
    assert connections.get(workspace, KEY) == first
    backend.clock.sleep(2)
    second = connections.get(workspace, KEY)
    assert second != first
    assert worker().get(workspace, KEY) == second
    assert len(authorizer.asked) == 2


def test_workers_that_need_a_token_at_once_ask_for_one(worker, workspace, by_code, authorizer):
    clock = Waits()
    authorizer.before_answering = lambda: clock.waiting.wait(patience.SECONDS)
    worker().save(workspace, NAME, by_code, by="ann")
    workers = [worker(clock) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda one: one.get(workspace, KEY), [*workers, *workers]))
    assert clock.waiting.is_set()
    assert len(set(found)) == 1
    assert [asked["refresh_token"] for asked in authorizer.asked] == ["rt-first"]
    assert not authorizer.validator.reused


def test_a_rotating_refresh_token_is_used_once_each(worker, workspace, by_code, backend, authorizer):
    worker().save(workspace, NAME, by_code, by="ann")
    for turn in range(4):
        assert worker().get(workspace, KEY)
        backend.clock.sleep(4000)
        assert len(authorizer.asked) == turn + 1
    used = [asked["refresh_token"] for asked in authorizer.asked]
    assert len(set(used)) == 4
    assert not authorizer.validator.reused


class Failing:
    """A secret store that fails to write so many times."""

    def __init__(self, store, times):
        self._store, self.times = store, times
        self.name = store.name

    def renew(self, *given):
        if self.times:
            self.times -= 1
            raise StoreUnavailable("the disk is full")
        return self._store.renew(*given)

    def __getattr__(self, name):
        return getattr(self._store, name)


def test_a_write_that_fails_is_tried_again(worker, workspace, by_code, store, authorizer):
    worker().save(workspace, NAME, by_code, by="ann")
    token = worker(kept=Failing(store, 4)).get(workspace, KEY)
    assert worker().get(workspace, KEY) == token
    assert len(authorizer.asked) == 1


def test_what_could_not_be_written_is_handed_to_nobody_and_written_later(
    worker, workspace, by_code, store, authorizer, backend
):
    worker().save(workspace, NAME, by_code, by="ann")
    failing = worker(kept=Failing(store, 5))
    with pytest.raises(StoreUnavailable):
        failing.get(workspace, KEY)
    with pytest.raises(StoreBusy):  # the lock stays: another worker would bring the refresh token a second time
        worker().get(workspace, KEY)
    backend.clock.sleep(LEASE_SECONDS)
    token = failing.get(workspace, KEY)
    assert worker().get(workspace, KEY) == token
    assert len(authorizer.asked) == 1
    assert not authorizer.validator.reused


def test_a_worker_that_died_with_the_lock_is_waited_for_and_fails_nobody(worker, workspace, by_code, backend):
    connections = worker()
    connections.save(workspace, NAME, by_code, by="ann")
    died = connections.locks.held(workspace, NAME)
    died.__enter__()
    began = backend.clock.now()
    assert worker().get(workspace, KEY)
    assert backend.clock.now() - began <= LEASE_SECONDS + 1


def test_what_was_refused_for_good_is_not_asked_by_each_call(worker, workspace, by_client, backend, authorizer):
    connections = worker()
    connections.save(workspace, NAME, by_client, by="ann")
    refused = (400, b'{"error": "invalid_client"}', {})
    authorizer.instead += [refused, (503, b"", {}), refused]
    for seconds, asked in ((0.0, 1), (REFUSED_SECONDS - 1, 1), (1.0, 2), (0.0, 3), (0.0, 3)):
        backend.clock.sleep(seconds)
        with pytest.raises(ConnectionFailed):
            connections.get(workspace, KEY)
        assert len(authorizer.asked) == asked
    authorizer.instead.append(refused)
    with pytest.raises(ConnectionFailed):
        connections.test(workspace, NAME)
    assert len(authorizer.asked) == 4  # who tries it has it asked
    connections.save(workspace, NAME, replace(by_client, scopes=()), by="ann")
    assert connections.get(workspace, KEY)


def test_a_token_that_is_not_accepted_is_renewed_once(worker, workspace, by_client, backend, authorizer):
    connections = worker()
    connections.save(workspace, NAME, connections.tested(by_client), by="ann")
    first = connections.get(workspace, KEY)
    assert connections.get(workspace, KEY, fresh=True) == first  # just given out: the request is refused, not the token
    backend.clock.sleep(60)
    second = connections.get(workspace, KEY, fresh=True)
    assert second != first
    assert connections.get(workspace, KEY, fresh=True) == second
    assert len(authorizer.asked) == 2


def test_a_short_token_stays_in_its_process(worker, workspace, by_client, store, authorizer):
    authorizer.life = 60
    connections = worker()
    connections.save(workspace, NAME, by_client, by="ann")
    before = store.get(workspace, KEY, fresh=True)
    token = connections.get(workspace, KEY)
    assert connections.get(workspace, KEY) == token
    assert store.get(workspace, KEY, fresh=True) == before
    assert len(authorizer.asked) == 1


def test_one_that_replaces_it_ends_the_tokens_of_the_one_before(worker, workspace, by_client, authorizer):
    running = worker()
    running.save(workspace, NAME, running.tested(by_client), by="ann")
    first = running.get(workspace, KEY)
    worker().save(workspace, NAME, Connection("bearer", secret="another-key"), by="bob")
    assert worker().get(workspace, KEY) == handed(Connection("bearer", secret="another-key"))
    worker().save(workspace, NAME, by_client, by="bob")
    assert worker().get(workspace, KEY) != first


def test_one_that_is_kept_anew_begins_without_the_tokens_of_before(worker, workspace, by_client, authorizer):
    connections = worker()
    connections.save(workspace, NAME, by_client, by="ann")
    first = connections.get(workspace, KEY)
    connections.save(workspace, NAME, by_client, by="ann")
    assert connections.get(workspace, KEY) != first
    assert len(authorizer.asked) == 2


def test_a_person_connects_and_every_worker_has_the_token(worker, workspace, by_code, authorizer, backend):
    authorizer.validator.redirect_uris = ["https://studio.example/x"]
    here = worker()
    here.save(workspace, NAME, replace(by_code, tokens=None, authorize_url=f"{authorizer.base}/authorize"), by="ann")
    with pytest.raises(ConnectionFailed, match="nobody has connected it"):
        worker().get(workspace, KEY)
    url, _ = begin(here, workspace, NAME, backend.clock, redirect_uri="https://studio.example/x", by="ann")
    _, headers, _ = authorizer.authorize(url.removeprefix(authorizer.base))
    answer = dict(parse_qsl(urlsplit(headers["Location"]).query))
    assert answered(worker(), workspace, backend.clock, answer, by="ann").tokens is not None
    with pytest.raises(InvalidDocument):
        answered(here, workspace, backend.clock, answer, by="ann")
    assert here.get(workspace, KEY, fresh=True) == worker().get(workspace, KEY)


def test_what_is_removed_is_gone_and_a_plain_secret_stays_plain(worker, workspace, store, by_client):
    connections = worker()
    connections.save(workspace, NAME, by_client, by="ann")
    assert connections.remove(workspace, NAME)
    assert not connections.remove(workspace, NAME)
    assert connections.get(workspace, KEY, fresh=True) is None
    assert connections.test(workspace, NAME) is None
    store.set(workspace, "connection.of-before", "a plain value", by="ann")
    assert connections.get(workspace, "connection.of-before") == "a plain value"


def test_grants_stay_when_tokens_are_renewed(worker, workspace, by_code, store):
    connections = worker()
    connections.save(workspace, NAME, by_code, by="ann")
    before = store.list(workspace)[0]
    connections.get(workspace, KEY)
    after = store.list(workspace)[0]
    assert (after.grants, after.updated_by) == (before.grants, before.updated_by)
    assert after.grants == ()


def test_without_shared_rows_nothing_is_written(store, backend, workspace, by_client, by_code, authorizer):
    alone = ConnectionSecrets(store, backend.clock)
    alone.save(workspace, NAME, by_client, by="ann")
    kept = store.get(workspace, KEY)
    assert alone.get(workspace, KEY)
    assert store.get(workspace, KEY) == kept
    alone.save(workspace, "by-code", by_code, by="ann")
    with pytest.raises(ConnectionFailed, match="a worker does"):
        alone.get(workspace, key_of("by-code"))
    assert [asked["grant_type"] for asked in authorizer.asked] == ["client_credentials"]
