"""The worker's handler: one answer a record, and a light start-up."""

from __future__ import annotations

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from engine.clock import SkipClock
from engine.errors import Throttled
from engine.ports.keys import ExecutionKey
from functions.worker import app


class Context:
    """As much of a Lambda context as Powertools reads."""

    function_name = "worker"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:worker"
    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self):
        return 90_000


class ScriptedWorker:
    """Answers with the outcomes it was given, and notes how it was called."""

    def __init__(self, outcomes):
        self.outcomes = outcomes
        self.calls = []

    def run(self, keys, *, deadline, redelivered):
        self.calls.append((list(keys), deadline))
        self.redelivered = redelivered
        return {key: self.outcomes.get(key) for key in keys}


def record(number, body, receives=1):
    return {
        "messageId": f"m{number}", "body": body if isinstance(body, str) else json.dumps(body), "receiptHandle": "r",
        "attributes": {"ApproximateReceiveCount": str(receives)}, "messageAttributes": {}, "md5OfBody": "",
        "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:wakes",
        "awsRegion": "us-east-1",
    }


@pytest.fixture
def handle(monkeypatch):
    """Calls the handler with records; `outcomes` says what becomes of each execution."""
    clock = SkipClock()

    def call(bodies, outcomes=None, receives=1):
        worker = ScriptedWorker(outcomes or {})
        metering = SimpleNamespace(take=lambda: {"ExecutionsFailed": 3})
        monkeypatch.setattr(app, "_parts", lambda: SimpleNamespace(worker=worker, clock=clock, metering=metering))
        answer = app.handler({"Records": [record(n, body, receives) for n, body in enumerate(bodies)]}, Context())
        return [item["itemIdentifier"] for item in answer["batchItemFailures"]], worker

    call.clock = clock
    return call


def wake(execution_id):
    return {"workspace": "default", "id": execution_id}


def test_the_whole_batch_is_worked_on_at_once(handle):
    failed, worker = handle([wake("a:1"), wake("a:2"), wake("a:1")])
    assert failed == []
    [(keys, deadline)] = worker.calls
    assert keys == [ExecutionKey("default", "a:1"), ExecutionKey("default", "a:2"), ExecutionKey("default", "a:1")]
    assert deadline == handle.clock.now() + 90


def test_only_the_execution_that_must_come_again_is_reported(handle):
    failed, _ = handle(
        [wake("a:1"), wake("a:2"), wake("a:3")], {ExecutionKey("default", "a:2"): Throttled("slow down")}
    )
    assert failed == ["m1"]


def test_a_whole_failed_batch_raises_nothing(handle):
    key = ExecutionKey("default", "a:1")
    assert handle([wake("a:1")], {key: Throttled("slow down")})[0] == ["m0"]


@pytest.mark.parametrize("body", [
    "", "{", "[]", "null", '{"id": "a:1"}', '{"workspace": 1, "id": "a:1"}', '{"workspace": "w", "id": 7}',
])
def test_a_message_that_is_no_wake_fails_alone(handle, body):
    failed, worker = handle([wake("a:1"), body, wake("a:2")])
    assert failed == ["m1"]
    assert len(worker.calls[0][0]) == 2


def test_the_worker_is_told_what_was_received_before(handle):
    assert handle([wake("a:1"), "{"])[1].redelivered == set()
    assert handle([wake("a:1"), "{"], receives=2)[1].redelivered == {ExecutionKey("default", "a:1")}


def test_metrics_are_emitted_once(handle, capsys):
    handle([wake("a:1"), "{"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    counted = [line for line in lines if "WakesReceived" in line]
    assert len(counted) == 1
    assert (counted[0]["WakesReceived"], counted[0]["WakesFailed"]) == ([2.0], [1.0])
    assert counted[0]["ExecutionsFailed"] == [3.0]


@pytest.fixture
def no_stage():
    """Metrics are one for the process: the stage that another test left, or leaves, would be a warning."""
    def forget():
        app.metrics.clear_default_dimensions()
        app.metrics.dimension_set.pop("stage", None)

    forget()
    yield
    forget()


@pytest.mark.usefixtures("no_stage")
def test_metrics_say_whose_stage_they_are(handle, capsys, monkeypatch):
    """Alarms and graphs of a stage name it: another stage's failures are not theirs."""
    made = SimpleNamespace(log_level="INFO", stage="prod")
    monkeypatch.setattr(app.wiring, "parts", lambda: made)
    monkeypatch.setattr(app, "join_logs", lambda *_: None)
    make_parts = app._parts
    make_parts.cache_clear()
    try:
        assert make_parts() is made
        handle([wake("a:1")])
    finally:
        make_parts.cache_clear()
    [line] = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "WakesReceived" in line]
    assert line["stage"] == "prod"
    assert set(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0]) == {"service", "stage"}


def test_the_products_logs_are_json_and_masked():
    program = """
import logging
from aws_lambda_powertools import Logger
from engine.governance.log_masking import KNOWN
from types import SimpleNamespace
from functions.call_logs import InCall
from functions.lambda_logs import join_logs
logger = Logger(service="worker")
join_logs(logger, "INFO")
KNOWN.add(["canary-1"])
logger.append_keys(request="r-1")
extras = {"execution": "a:1", "state": "canary-1"}
logging.getLogger("automate.workflow").info("the key is %s", "canary-1", extra=extras)
logging.getLogger("engine.durable").debug("too fine")
class Logging:
    def call(self, call):
        logging.getLogger("connectors.any").info("called")
InCall(Logging()).call(SimpleNamespace(resource="r", execution_id="b:2", state="Charge", attempt=1))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    record, in_call = map(json.loads, done.stdout.splitlines())
    assert (in_call["execution"], in_call["state"], in_call["attempt"]) == ("b:2", "Charge", 1)
    assert (record["level"], record["execution"], record["request"]) == ("INFO", "a:1", "r-1")
    assert "canary-1" not in done.stdout + done.stderr


def test_start_up_is_light():
    """Neither pydantic nor boto3's resource layer, with the wiring made, until a connector is called."""
    program = """
import json, sys
import functions.worker.app, functions.sweeper.app
from functions.worker import wiring
wiring.parts()
print(json.dumps([name for name in ("pydantic", "boto3.resources", "click", "chalice") if name in sys.modules]))
"""
    environment = {
        "AUTOMATE_TABLE": "t", "AUTOMATE_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/1/q", "AUTOMATE_BUCKET": "b",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
    }
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
    )
    assert json.loads(done.stdout) == []


def test_importing_the_handlers_reads_no_environment_and_garbage_is_collected_then():
    program = """
import functions.worker.app, functions.sweeper.app
import gc
print("imported", gc.isenabled(), gc.get_freeze_count() > 0)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env={})
    assert done.stdout == "imported True True\n"
