"""Within a call whose secrets are granted for hosts, no other is dialled: not by name, redirect or kept connection."""

import pytest

from connectors.builtin.http import HttpConnector
from connectors.egress.granted import GrantedHosts
from connectors.registry import Registry
from connectors.tasks import ConnectorTasks
from engine.clock import SkipClock
from engine.governance.log_masking import KnownSecrets
from engine.governance.resolving import SecretResolving
from engine.ports.secrets import SecretGrant
from engine.ports.tasks import TaskCall, TaskFailed, TaskSucceeded


class Secrets:
    name = "test"
    granted = (SecretGrant("w", "http", "api.example"), SecretGrant("w", "http", "*.shop.example"))

    def get(self, workspace, key, *, fresh=False):
        return "a-value-of-some-length"

    def grants(self, workspace, key, *, fresh=False):
        return self.granted

    def list(self, workspace):
        return []


@pytest.fixture
def called(landed):
    connector = HttpConnector()
    registry = Registry(builtin=(), installed=tuple, shipped=())
    registry.register(type("One", (HttpConnector,), {"__new__": lambda _cls: connector}))
    secrets = Secrets()
    tasks = SecretResolving(GrantedHosts(ConnectorTasks(registry)), [secrets], SkipClock(), known=KnownSecrets())

    def call(url, *, refs=(("/bearer_token", "KEY"),)):
        arguments = {"url": url} | ({"bearer_token": {"$secret": "KEY"}} if refs else {})
        return tasks.call(TaskCall(
            resource="connector:http:request", arguments=arguments, workspace="default", execution_id="w:n",
            workflow="w", version=1, state="S", attempt=0, idempotency_key="i", budget_seconds=30.0, secret_refs=refs,
        ))

    call.secrets = secrets
    yield call
    connector._calls.close()


@pytest.mark.parametrize("url", [
    "http://api.example/", "http://API.example./", "http://a.shop.example/", "http://a.b.shop.example/x",
])
def test_the_hosts_of_the_grants_are_called(called, landing, url):
    assert isinstance(called(url), TaskSucceeded)
    assert len(landing.seen) == 1


@pytest.mark.parametrize("url", [
    "http://evil.example/", "http://shop.example/", "http://api.example.evil.example/", "http://93.184.216.34/",
    "http://evilshop.example/", "http://api.example@evil.example/",
])
def test_no_other_host_is_dialled(called, landing, url):
    outcome = called(url)
    assert isinstance(outcome, TaskFailed)
    assert "granted for api.example, *.shop.example alone" in outcome.cause
    assert (outcome.definite, landing.dialled) == (True, [])
    assert isinstance(called(url, refs=()), TaskSucceeded)


def test_a_redirect_is_asked_for_too(called, landing):
    landing.redirect_to = "http://evil.example/"
    outcome = called("http://api.example/")
    assert "evil.example" in outcome.cause
    assert [host for host, _ in landing.seen] == ["api.example"]


def test_a_connection_that_is_kept_is_asked_for_again(called, landing):
    assert isinstance(called("http://other.example/", refs=()), TaskSucceeded)
    assert isinstance(called("http://other.example/"), TaskFailed)
    assert len(landing.seen) == 1


def test_what_is_granted_for_any_host_limits_none_and_no_call_limits_the_next(called, landing):
    assert isinstance(called("http://evil.example/"), TaskFailed)
    called.secrets.granted = (SecretGrant("w"),)
    assert isinstance(called("http://evil.example/"), TaskSucceeded)
