"""No secret leaves a connector's call: not in outcome, log, repr or exception, whatever the connector does with it."""

import base64
import dataclasses
import hashlib
import json
import logging
import traceback
import urllib.parse

import pytest

from connectors import ActionSpec, ConnectorAdapter, ConnectorError
from connectors.registry import Registry
from connectors.tasks import ConnectorTasks
from engine.adapters.local.environment_secrets import EnvironmentSecrets
from engine.adapters.local.secret_store import LocalSecretStore
from engine.clock import SkipClock
from engine.governance.resolving import SecretResolving
from engine.ports.secrets import SecretGrant
from engine.ports.tasks import TaskCall, TaskFailed, TaskSucceeded
from tests.support.canary import Canary

CANARY = Canary()
WHOLE = {name: form for name, form in CANARY.forms.items() if name != "its heart" and "shifted" not in name}
_LOG = logging.getLogger("leaky")


class Leaky(ConnectorAdapter):
    """Leaks what it is given in the way that the action names."""

    code = "leaky"
    name = "Leaky"
    actions = {  # noqa: RUF012
        name: ActionSpec(inputs={"declared": {}})
        for name in (
            "outputs", "encodes", "names", "raises", "wraps", "chains", "quotes", "authenticates", "no_json", "long",
        )
    }

    def execute(self, action, params, context):
        value = context["secrets"]["KEY"]
        assert CANARY.value in (value, params["declared"])
        _LOG.info("got %s and %r", value, params)
        _LOG.info("context is %s", context, extra={"params": params})
        return getattr(self, action)(value, params, context)

    def outputs(self, value, params, context):
        return {"echo": params, "in": f"a{value}b", value: [value], "context": f"{context}"}

    def encodes(self, value, params, context):
        raw = value.encode()
        return {
            "b64": base64.b64encode(raw).decode(), "basic": base64.b64encode(b"me:" + raw).decode(), "hex": raw.hex(),
            "url": urllib.parse.urlencode({"key": value}), "repr": repr(raw), "hash": hashlib.sha256(raw).hexdigest(),
            "every form": WHOLE, "and in JSON": json.dumps(WHOLE),
        }

    def names(self, value, params, context):
        raise type(f"Error{value}", (Exception,), {})(value)

    def raises(self, value, params, context):
        raise RuntimeError({"request": {"headers": {"Authorization": f"Bearer {value}"}}})

    def wraps(self, value, params, context):
        try:
            raise KeyError(value)
        except KeyError as error:
            _LOG.exception("could not do it")
            raise ConnectorError(f"failed: {error}", code=value, retryable=True) from error

    def chains(self, value, params, context):
        try:
            raise ValueError(value)
        except ValueError:
            raise ConnectorError("clean")  # noqa: B904 - the context holds the value

    def quotes(self, value, params, context):
        raise ConnectorError(f"https://example.org/?key={urllib.parse.quote(value)} said no to {value!r}")

    def authenticates(self, value, params, context):
        raise ConnectorError(f"401: {value}", authentication=True)

    def no_json(self, value, params, context):
        return {value: {value}}

    def long(self, value, params, context):
        raise ConnectorError(("x" * 101 + value) * 1_000)


class Spy:
    """Between SecretResolving and ConnectorTasks: what it sees is printable too."""

    def __init__(self, inner):
        self.inner = inner
        self.calls = []

    def policy(self, resource, _pin=None):
        return self.inner.policy(resource)

    def call(self, call):
        self.calls.append(call)
        return self.inner.call(call)


@pytest.mark.parametrize("action", Leaky.actions)
@pytest.mark.parametrize("where", ["environment", "local store"])
def test_the_value_is_nowhere(action, where, logs, tmp_path):
    caplog, known = logs
    registry = Registry(builtin=(), installed=tuple)
    registry.register(Leaky)
    store = LocalSecretStore(tmp_path, SkipClock())
    environment = {}
    if where == "environment":
        environment["AUTOMATE_KEY"] = CANARY.value
    else:
        store.set("default", "KEY", CANARY.value, by="ann")
        store.grant("default", "KEY", SecretGrant("w"))
    backends = [EnvironmentSecrets(environment), store]
    spy = Spy(ConnectorTasks(registry))
    tasks = SecretResolving(spy, backends, SkipClock(), known=known)
    call = TaskCall(
        resource=f"connector:leaky:{action}", arguments={"declared": {"$secret": "KEY"}, "loose": {"$secret": "KEY"}},
        workspace="default", execution_id="w:n", workflow="w", version=1, state="S", attempt=0, idempotency_key="k",
        budget_seconds=30.0, secret_refs=(("/declared", "KEY"), ("/loose", "KEY")),
    )
    outcome = tasks.call(call)

    assert isinstance(outcome, TaskSucceeded if action in ("outputs", "encodes") else TaskFailed)
    assert spy.calls[0].secrets["KEY"] == CANARY.value, "the connector got it"
    CANARY.assert_absent("the outcome", dataclasses.asdict(outcome), outcome)
    CANARY.assert_absent("what can be printed", call, spy.calls, tasks, known, store)
    CANARY.assert_absent("a list", [backend.list("default") for backend in backends])
    assert len(caplog.records) >= 2
    CANARY.assert_absent("the log", caplog.text, *(vars(record) for record in caplog.records))
    CANARY.assert_absent_in(tmp_path)


def test_a_missing_secret_s_failure_holds_no_other_value(logs):
    _, known = logs
    registry = Registry(builtin=(), installed=tuple)
    registry.register(Leaky)
    tasks = SecretResolving(
        ConnectorTasks(registry), [EnvironmentSecrets({"AUTOMATE_KEY": CANARY.value})], SkipClock(), known=known
    )
    call = TaskCall(
        "connector:leaky:outputs", {}, "default", "w:n", "w", 1, "S", 0, "k", 30.0,
        secret_refs=(("/a", "KEY"), ("/b", "ABSENT")),
    )
    outcome = tasks.call(call)
    assert outcome.error == "Automate.SecretNotFound"
    CANARY.assert_absent("the outcome", outcome)


def test_a_store_s_failure_holds_no_value(tmp_path):
    store = LocalSecretStore(tmp_path, SkipClock())
    store.set("default", "KEY", CANARY.value, by="ann")
    (tmp_path / "secrets.key").write_text("damaged")
    for use in (lambda: store.get("default", "KEY"), lambda: store.set("default", "KEY", CANARY.value, by="ann")):
        with pytest.raises(Exception, match="damaged") as caught:
            use()
        CANARY.assert_absent("the failure", "".join(traceback.format_exception(caught.value)))


@pytest.mark.parametrize("form", CANARY.forms)
def test_the_canary_is_found_in_every_form(form, tmp_path):
    """What makes the tests above able to fail."""
    leak = f"before {CANARY.forms[form]} after"
    with pytest.raises(AssertionError, match="the secret is in the leak"):
        CANARY.assert_absent("the leak", {"a": [leak]})
    (tmp_path / "leak").write_text(leak)
    with pytest.raises(AssertionError, match="leak"):
        CANARY.assert_absent_in(tmp_path)
