"""The dead-letter handler over the AWS stores on moto."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from engine.clock import SkipClock
from engine.durable import codec
from engine.durable.lifecycle.dead_letters import NEWER_AGAIN_SECONDS, DeadLetters
from engine.errors import StoreCorrupt, Throttled
from engine.ports.executions_index import ExecutionQuery
from functions.deadletter import app
from tests.support.durable import Product
from tests.support.flows import ONE_TASK, WAIT
from tests.support.moto_stores import open_aws


class Context:
    """As much of a Lambda context as Powertools reads."""

    function_name = "deadletter"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:deadletter"
    aws_request_id = "request-1"


class Backend:
    def __init__(self, stores, clock):
        self.journal, self.index, self.queue, self.clock = stores.journal, stores.index, stores.queue, clock


@pytest.fixture(scope="module")
def backend():
    clock = SkipClock()
    with open_aws(clock) as stores:
        yield Backend(stores, clock)
        stores.close()


@pytest.fixture
def buries(backend, monkeypatch):
    """Hands bodies to the handler; answers the ids that it reports failed."""
    letters = DeadLetters(backend.journal, backend.clock)
    monkeypatch.setattr(app, "dead_letters", lambda: letters)

    def bury(*bodies):
        records = [
            {"messageId": f"m{number}", "attributes": {"ApproximateReceiveCount": "11"},
             "body": body if isinstance(body, str) else json.dumps({"workspace": body.workspace, "id": body.id})}
            for number, body in enumerate(bodies)
        ]
        return [item["itemIdentifier"] for item in app.handler({"Records": records}, Context())["batchItemFailures"]]

    return bury


@pytest.fixture
def product(backend, request):
    return Product(ONE_TASK, backend=backend, workspace=request.node.name[:40])


def test_its_execution_is_paused_and_says_why(product, buries):
    key = product.start({})
    assert buries(key) == []
    execution = product.describe(key)
    assert (execution.status, execution.cause) == (
        "PAUSED", "Its wake was received 11 times, and no worker could finish with it."
    )
    header = product.stores.journal.header(key)
    assert header.due_at is None
    rows = product.stores.index.query(ExecutionQuery(product.workspace, status="PAUSED")).rows
    assert [row.key for row in rows] == [key]
    product.executions.resume(key)
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"


def test_a_message_that_cannot_be_parsed_is_logged_and_holds_up_nothing(product, buries, capsys, caplog):
    key = product.start({})
    assert buries("{not json" + "x" * 500, key) == []
    [unreadable] = [record for record in caplog.records if record.getMessage().startswith("no wake")]
    assert unreadable.message_id == "m0"
    assert unreadable.body.startswith("{not json")
    assert len(unreadable.body) == app.LONGEST_SHOWN
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [counted] = [line for line in lines if "UnreadableMessages" in line]
    assert (counted["UnreadableMessages"], counted["service"], counted["stage"]) == ([1.0], "deadletter", "dev")
    assert product.describe(key).status == "PAUSED"


def test_what_is_closed_or_unknown_needs_nothing(product, buries):
    key = product.start({})
    product.drain()
    assert buries(key, json.dumps({"workspace": "w", "id": "no:such"})) == []
    assert product.describe(key).status == "SUCCEEDED"


def test_what_somebody_is_at_work_on_goes_on(product, buries):
    key, seen = product.start({}), []

    def work(_call):
        assert buries(key) == []
        seen.append(product.stores.journal.header(key).status)
        return {}

    product.tasks.answers["connector:demo:work"] = [work]
    product.run(key)
    assert seen == ["RUNNING"]
    assert product.describe(key).status == "SUCCEEDED"


def test_what_a_newer_release_wrote_is_left_for_it(backend, buries, monkeypatch):
    product = Product(WAIT, backend=backend, workspace="newer")
    key = product.start({})
    product.run(key)
    before = product.stores.journal.load(key).segments
    monkeypatch.setattr(codec, "SCHEMA", 0)
    assert buries(key) == []
    header = product.stores.journal.header(key)
    assert header.status == "RUNNING"
    assert header.due_at <= product.clock.now() + NEWER_AGAIN_SECONDS
    assert product.stores.journal.load(key).segments == before


def test_what_cannot_be_read_is_named(product, buries, monkeypatch):
    key = product.start({})

    def corrupt(_key):
        raise StoreCorrupt("blob 17 is missing")

    with monkeypatch.context() as patched:
        patched.setattr(product.stores.journal, "load", corrupt)
        assert buries(key) == []
    assert product.describe(key).cause == "It cannot be read: blob 17 is missing"


def test_a_store_that_does_not_serve_brings_the_letter_back(product, buries, monkeypatch):
    key = product.start({})

    def throttled(_key):
        raise Throttled("too fast")

    monkeypatch.setattr(product.stores.journal, "header", throttled)
    assert buries(key) == ["m0"]


def test_importing_the_handler_reads_no_environment():
    program = "import functions.deadletter.app, sys; print([n for n in ('pydantic', 'chalice') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env={})
    assert done.stdout == "[]\n"
