"""No secret leaves a connector that comes with the product, though the service repeats all that it was sent."""

from __future__ import annotations

import base64
import json
import ssl
from dataclasses import asdict

import pytest

from connectors import open_folders
from connectors.asking import Asking
from connectors.declared.adapter import connector_class
from connectors.egress import in_force
from connectors.egress.allowing import read_entries
from connectors.egress.dialling import Dialler
from connectors.egress.sockets import TimedTlsSocket
from connectors.registry import SHIPPED, Registry
from connectors.shipped import approval, mail
from connectors.tasks import ConnectorTasks
from engine.adapters.local.environment_secrets import EnvironmentSecrets
from engine.adapters.local.file_roots import FileRoots
from engine.clock import SkipClock, SystemClock
from engine.governance.resolving import SecretResolving
from engine.ports.tasks import TaskCall, TaskFailed, TaskSucceeded
from tests.support.canary import Canary
from tests.support.certificates import self_signed
from tests.support.memory.approvals import MemoryApprovals
from tests.support.smtp_server import SmtpServer
from tests.support.vendors import databases
from tests.support.vendors.loopback import Loopback

CANARY = Canary()
FILES = [one.name for one in SHIPPED if one.value.endswith(".yaml")]
WAYS = ("200", "200 in text", "302", "400", "401", "403", "429", "500", "503", "no JSON", "no answer")
SAMPLES = {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}


class Parrot(Loopback):
    """Answers by `way`, with all that it was sent, in each part of the answer."""

    way = "200"

    def answer(self, arrived):
        """What came, as it came."""
        said = {**asdict(arrived), "body": arrived.body.decode("latin-1")}
        echo = {**said, "error": {"message": json.dumps(said), "code": said["path"], "type": str(said)}, "ok": False}
        status = int(self.way[:3]) if self.way[:3].isdecimal() else 200
        shown = "".join(letter for letter in str(said) if letter.isprintable() and letter <= "\xff")
        headers = {"Content-Type": "application/json", "X-Said": shown, "Location": f"/{said['path']}?{said['query']}"}
        if self.way == "200 in text":
            return status, {**headers, "Content-Type": "text/html"}, str(said).encode()
        return status, headers, json.dumps(echo).encode()[: -2 if self.way == "no JSON" else None]


@pytest.fixture
def parrot():
    server = Parrot()
    entries = (server.address,)
    in_force.use(Dialler(SystemClock(), read_entries(entries), setting=entries))
    yield server
    server.close()


@pytest.fixture
def outcome(logs):
    """`outcome(registry, resource, arguments)` of a call, of which the secret is nowhere."""
    caplog, known = logs
    secrets = EnvironmentSecrets({"AUTOMATE_KEY": CANARY.value, "AUTOMATE_ADMIN": databases.PASSWORD})

    def ask(registry, resource, arguments):
        asking = Asking(MemoryApprovals(), SkipClock(), "https://example.com/studio")
        tasks = SecretResolving(ConnectorTasks(registry, lambda: asking), [secrets], SkipClock(), known=known)
        found = tasks.call(TaskCall(
            resource, arguments, "default", "w:n", "w", 1, "S", 0, "key", 20.0, secret_refs=tuple(refs(arguments)),
            task_token="token" if "waitForTaskToken" in resource else None, frame="/0", visit=1,
            entered_at=1_700_000_000.0, deadline=1_700_003_600.0,
        ))
        CANARY.assert_absent("the outcome", asdict(found), found)
        CANARY.assert_absent("the log", caplog.text, *(vars(record) for record in caplog.records))
        return found

    return ask


def refs(value, place=""):
    """Each SecretRef in `value`: its place and key."""
    if isinstance(value, dict) and set(value) == {"$secret"}:
        yield place, value["$secret"]
    elif isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from refs(one, f"{place}/{name}")


def sample(spec):
    """Arguments of an action: what it requires, and the secret wherever one is taken."""
    given = {}
    for name, field in spec.inputs.items():
        if field.secret and name != "connection":
            given[name] = {"$secret": "KEY"}
        elif field.required or any(name == group[0] for group in spec.one_of):
            text = "a" * (field.minLength or 1)
            given[name] = field.enum[0] if field.enum else SAMPLES.get(field.types[0], text)
    return given


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("code", [*FILES, "llm", "approval", "http"])
def test_a_service_that_repeats_what_it_was_sent(code, way, parrot, outcome, monkeypatch):
    parrot.way = way
    shipped = Registry(installed=tuple)
    registry = Registry(installed=tuple, shipped=[one for one in SHIPPED if one.name not in FILES])
    for each in FILES:
        registry.register(connector_class(type(shipped.get(each)).file, base_url=f"http://{parrot.address}/base"))
    monkeypatch.setattr(approval, "_registry", lambda: registry)
    for action, spec in registry.get(code).actions.items():
        given = sample(spec)
        resource = f"connector:{code}:{action}"
        if code == "llm":
            given |= {"base_url": f"http://{parrot.address}/v1", "prompt": "a"}
        elif code == "approval":
            resource, given = f"{resource}.waitForTaskToken", {**given, "slack_channel": "#a"}
        elif code == "http":
            secret = {"$secret": "KEY"}
            given = {"url": f"http://{parrot.address}/a", "method": "POST", "json": {"a": secret},
                     "query": {"q": secret}, "headers": {"X-Key": secret}}
        parrot.seen.clear()
        parrot.next = [None] if way == "no answer" else []
        found = outcome(registry, resource, given)
        assert isinstance(found, TaskFailed | TaskSucceeded)
        assert CANARY.found_in(str(parrot.seen)), f"{resource} sent no secret: {found}"
    for each in (code, *FILES):
        calls = getattr(registry.get(each), "_calls", None)
        if calls is not None:
            calls.close()


@pytest.mark.parametrize("told", [
    {"AUTH": "535 5.7.8 no {said}"}, {"MAIL": "550 5.1.0 {said}"}, {"RCPT": "450 4.2.1 {said}"},
    {"DOT": "550 5.7.1 {said}"}, {"DOT": "250 2.0.0 {said}"}, {"EHLO": "500 {said}"},
])
def test_a_mail_server_that_repeats_the_password(told, outcome, tmp_path, monkeypatch):
    certificate = self_signed(tmp_path / "mail.pem", "mail.example")
    server = SmtpServer(certificate)
    plain = base64.b64encode(f"\0ada\0{CANARY.value}".encode()).decode()
    said = f"{CANARY.value} {plain} {base64.b64encode(CANARY.value.encode()).decode()}"
    server.told.reply = {name: reply.format(said=said) for name, reply in told.items()}
    trusted = ssl.create_default_context(cafile=certificate)
    trusted.sslsocket_class = TimedTlsSocket
    monkeypatch.setattr(mail, "tls", lambda: trusted)
    entries = (f"mail.example:{server.address[1]}",)
    in_force.use(Dialler(
        SystemClock(), read_entries(entries), setting=entries, resolve=lambda host, port: ["127.0.0.1"],
    ))
    try:
        outcome(Registry(installed=tuple), "connector:email:send", {
            "host": "mail.example", "port": server.address[1], "username": "ada", "password": {"$secret": "KEY"},
            "from": "ada@shop.example", "to": "bo@example.com", "subject": "Hello", "body": {"$secret": "KEY"},
        })
    finally:
        server.close()
    assert any(line.startswith("AUTH") for line in server.seen) or "EHLO" in told


@pytest.mark.parametrize("expression", [
    "$data", "$base64encode($data.key)", "$error($data.key)", "$encodeUrlComponent($data.key)", "$data.key & {",
])
def test_what_is_computed_of_a_secret(expression, outcome):
    outcome(Registry(installed=tuple), "connector:transform:jsonata", {
        "expression": expression, "data": {"key": {"$secret": "KEY"}},
    })


def test_a_file_that_is_called_or_holds_a_secret(outcome, tmp_path, monkeypatch):
    monkeypatch.setattr(open_folders, "_folders", FileRoots.of([str(tmp_path)], str(tmp_path / "data")))
    registry, secret = Registry(installed=tuple), {"$secret": "KEY"}
    for action, given in (
        ("read", {"path": secret}), ("list", {"path": secret}), ("write", {"path": "b", "body": secret}),
        ("write", {"path": {"$secret": "KEY"}, "body": "a"}),
    ):
        outcome(registry, f"connector:files:{action}", given)


@pytest.mark.parametrize("kind", [
    pytest.param("postgres", marks=pytest.mark.skipif(
        databases.postgres_programs() is None, reason=databases.NO_POSTGRES
    )),
    pytest.param("mysql", marks=pytest.mark.skipif(databases.mysql_program() is None, reason=databases.NO_MYSQL)),
])
def test_a_database_that_repeats_what_it_was_told(kind, outcome):
    server = getattr(databases, kind)()
    try:
        entries = (f"{databases.NAME}:{server.port}",)
        in_force.use(Dialler(
            SystemClock(), read_entries(entries), setting=entries, resolve=lambda host, port: ["127.0.0.1"],
        ))
        database = {"host": databases.NAME, "port": server.port, "user": databases.USER, "ca": server.ca,
                    "database": "postgres" if kind == "postgres" else "shop", "password": {"$secret": "ADMIN"}}
        secret, registry = {"$secret": "KEY"}, Registry(installed=tuple)
        for action, given, good in (
            ("query", {"statement": "SELECT 1", "password": secret}, False),
            ("query", {"statement": "SELECT 1", "user": secret}, False),
            ("query", {"statement": "SELECT 1", "database": secret}, False),
            ("query", {"statement": "SELECT %s AS a", "parameters": [secret]}, True),
            ("query", {"statement": "SELECT CAST(%s AS decimal) / 0 AS a", "parameters": [secret]}, None),
            ("execute", {"statement": secret}, False),
            ("transaction", {"statements": [{"statement": "SELECT nothing(%s)", "parameters": [secret]}]}, False),
        ):
            found = outcome(registry, f"connector:{kind}:{action}", {**database, **given})
            assert good in (None, isinstance(found, TaskSucceeded)), found
    finally:
        server.close()
