"""A deployment for counting: the API's services and the worker's handler as the stack wires them, over moto in this
process, on virtual time, with a poller in the place of Lambda's.

What differs from AWS is what would make two counts differ: seeds and nonces come in order, calls are made one after
the other in the handler's own thread, and store calls too. A stack trace names this file as a bundle has it, wherever
the repository lies: it is part of what is stored. Run it in a process of its own: it sets the environment and
joins the loggers.
"""

from __future__ import annotations

import functools
import hashlib
import io
import itertools
import json
import linecache
import math
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from moto import mock_aws

from connectors import ActionSpec, ConnectorAdapter, ConnectorError
from connectors.aws import tasks as aws_tasks
from connectors.registry import Registry
from engine.adapters.aws import items, recent, stores
from engine.adapters.aws.clients import Clients
from engine.adapters.aws.table import create_table_request
from engine.catalog.document import WorkflowDocument
from engine.clock import SkipClock
from engine.cost.units import Units
from engine.durable.retention import DAY, Retention
from engine.durable.worker.calls import Answer, CallPool
from engine.durable.worker.worker import Worker
from engine.governance.audit.engine import engine_entries, start_entry
from engine.governance.audit.entry import WORKFLOW, AuditEntry, Subject
from engine.governance.audit.recorder import AuditRecorder
from engine.governance.roles import Caller, Grant, Role
from engine.kernel.history import HistoryEvent
from engine.kernel.snapshot import SCHEMA
from engine.ports import generated_names
from engine.ports.audit_log import CHAINS, AuditLog, AuditRecord
from engine.ports.ends import End
from engine.ports.journal import Header
from engine.ports.keys import Actor, ExecutionKey
from engine.ports.tasks import ConnectorPin, TaskCall, TaskFailed, TaskOutcome, TaskPolicy, TaskSucceeded
from engine.settings import Settings
from engine.testing.stubs import Stubs, failed
from functions import task_chain
from functions.api import aws
from functions.app import http, routing
from functions.app.acts import Acts, CallActs, Recorder
from functions.app.routes.executions import started_as
from functions.app.routing import Call
from functions.app.services import Services
from functions.app.shapes.base import Nothing
from functions.app.table import every_route
from functions.engine_audit import EngineEntries
from functions.sealer.reading import StreamReader
from functions.sweeper.retention import Retaining
from functions.worker import app, wiring
from tools.cost.meter import Meter
from tools.cost.stream import Stream, expire

Json = Any

WORKSPACE = "default"
TABLE, BUCKET, QUEUE = "automate-count-table", "automate-count-payloads", "automate-count-wakes"
REGION = "us-east-1"
MOST_RECEIVED = 10
"""ReceiveMessage's and DeleteMessageBatch's limit, whatever the batch that a function is handed."""

OWN_LOG_LINES = (
    "START RequestId: 00000000-0000-0000-0000-000000000000 Version: $LATEST",
    "END RequestId: 00000000-0000-0000-0000-000000000000",
    ("REPORT RequestId: 00000000-0000-0000-0000-000000000000\tDuration: 1000.00 ms\tBilled Duration: 1000 ms\t"
     "Memory Size: 512 MB\tMax Memory Used: 100 MB"),
)
"""What Lambda itself writes of each invocation."""

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION, "AWS_LAMBDA_FUNCTION_NAME": "automate-count-worker", "AUTOMATE_STAGE": "count",
    "AUTOMATE_TABLE": TABLE, "AUTOMATE_SNAPSHOT_SCHEMA": str(SCHEMA), "AUTOMATE_BUCKET": BUCKET,
    "POWERTOOLS_SERVICE_NAME": "worker", "POWERTOOLS_METRICS_NAMESPACE": "Automate",
}

CALLER = Actor("counter")


class CountConnector(ConnectorAdapter):
    """Tasks whose answers have a known size, and that fail as often as they are told."""

    code = "count"
    name = "Counting"
    description = "Answers at once."
    actions = {  # noqa: RUF012  the form that connectors have
        "answer": ActionSpec(inputs={"kb": {"type": "number"}, "first": {"type": "number"}}),
        "fail": ActionSpec(inputs={}),
        "ask": ActionSpec(inputs={"token": {"type": "string"}}),
    }
    tokens: list[str] = []  # noqa: RUF012  of the tasks that wait, oldest first

    def execute(self, action: str, params: dict[str, Json], context: dict[str, Json]) -> Json:
        """`answer`: a result of `kb` KB, from row `first` on. `ask`: keeps the token that somebody answers later."""
        del context
        if action == "fail":
            raise ConnectorError("busy", retryable=True)
        if action == "ask":
            self.tokens.append(params["token"])
            return None
        return answer(float(params.get("kb", 0)), int(params.get("first", 0)))


def _as_bundled(function: Any) -> None:
    """Its frames in a stack trace are those of a function's bundle."""
    path = f"/var/task/tools/cost/{Path(__file__).name}"
    source = Path(__file__).read_text(encoding="utf-8")
    linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
    function.__code__ = function.__code__.replace(co_filename=path)


_as_bundled(CountConnector.execute)


def answer(kilobytes: float, first: int = 0) -> Json:
    """A result of so many KB of JSON: rows as systems answer them, so that they compress as such rows do. `first` is
    the number of the first one."""
    rows: list[Json] = []
    written = 0
    for number in itertools.count(first):
        if written >= kilobytes * 1024:
            return {"ok": True, "rows": rows} if rows else {"ok": True}
        seed = (number * 2654435761) % 2**32
        price = seed % 100000 / 100
        rows.append({"id": f"{seed:08x}", "sku": f"SKU-{seed % 9973}", "quantity": seed % 7, "price": price})
        written += len(json.dumps(rows[-1], separators=(",", ":"))) + 1
    raise AssertionError("itertools.count ends")


class InlineCalls(CallPool):
    """Every call in the submitting thread, as many of them in a round as the pool would have threads; an execution is
    told one answer a round, as where no two calls end at the same moment: the dearest way."""

    def __init__(self, tasks: Any, clock: Any, threads: int) -> None:
        super().__init__(tasks, clock, 0)
        self._room = threads
        self._kept: list[Answer] = []

    def answers(self, timeout: float) -> list[Answer]:
        """The oldest answer of each execution."""
        waiting = self._kept + super().answers(0.0 if self._kept else timeout)
        told = {answer.ticket.key: answer for answer in reversed(waiting)}
        self._kept = [answer for answer in waiting if told[answer.ticket.key] is not answer]
        return list(told.values())

    @property
    def free(self) -> int:
        """How many more calls may begin."""
        return self._room - self.in_flight


class StubbedAws:
    """AWS's services, answering by the stubs of the deployment: each execution has all of them."""

    stubs: Mapping[str, Sequence[Json]] = {}
    left: dict[str, Stubs] = {}  # noqa: RUF012  by execution

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def policy(self, resource: str, pin: ConnectorPin | None = None) -> TaskPolicy:
        """Everything is there."""
        del resource, pin
        return TaskPolicy()

    def call(self, call: TaskCall) -> TaskOutcome:
        """The next answer of this execution."""
        mine = self.left.setdefault(call.execution_id, Stubs(self.stubs))
        found = mine.take(call.resource, call.state, call.arguments) or {"output": {}}
        if failed(found):
            return TaskFailed(str(found.get("error")), found.get("cause"))
        return TaskSucceeded(found["output"])


class _Serial:
    """An executor of one thread: the caller's."""

    def __init__(self, *_: object) -> None:
        pass

    def map(self, act: Any, items: Any) -> Any:
        return map(act, items)


METRICS_LOG_BYTES = 400
"""A line of metrics."""


class Context:
    """As much of a Lambda context as Powertools reads."""

    function_name = "automate-count-worker"
    memory_limit_in_mb = 512
    invoked_function_arn = f"arn:aws:lambda:{REGION}:123456789012:function:automate-count-worker"
    aws_request_id = "00000000-0000-0000-0000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """Nearly the whole of the worker's 300 s."""
        return 290_000


class Deployment:
    """Made by `deployed`. `start` and `deliver` are what the API and Lambda do; both are metered."""

    def __init__(self, clock: SkipClock, meter: Meter, output: io.StringIO, stores_: stores.AwsStores) -> None:
        self.clock = clock
        self.meter = meter
        answerer = Caller(Actor("anonymous"), (Grant("user/anonymous", WORKSPACE, Role.OPERATOR),))
        self.services = replace(aws.services(), caller_of=lambda _context, _headers: answerer)
        self._stream = Stream(TABLE, REGION)
        entries = EngineEntries(stores_.journal, origin=ENVIRONMENT["AWS_LAMBDA_FUNCTION_NAME"])
        self._reader = StreamReader(stores_.journal, stores_.blobs, entries)
        self._log = stores_.audit
        self._index = stores_.index
        self._retaining = Retaining(stores_, clock, Retention())
        self._output = output
        self._waiting: list[tuple[float, str]] = []
        self._messages = itertools.count()

    @property
    def stubs(self) -> Mapping[str, Sequence[Json]]:
        """What AWS's services answer to executions from here on."""
        return StubbedAws.stubs

    @stubs.setter
    def stubs(self, given: Mapping[str, Sequence[Json]]) -> None:
        StubbedAws.stubs = given

    def start(self, workflow: str, execution_input: Json) -> tuple[ExecutionKey, Units]:
        """Start one as the API does, without a name; its key and what that takes without API Gateway and the API
        function."""
        self.meter.reset()
        call = Call(self.services, Caller(CALLER), {}, Nothing(), CallActs(
            Acts(("execution.start",)), Recorder(self.services.audit, self.services.clock), WORKSPACE, CALLER
        ))
        with call.acts.doing("execution.start", Subject(WORKFLOW, workflow)) as act:
            started, _ = started_as(call, act, workflow, execution_input, name=None, version=None)
        return started.key, self._taken_by_the_api()

    def seal(self, executions: int) -> Units:
        """What sealing takes for an entry, where the starts and beginnings of so many executions are sealed at once,
        a second after as many others were."""
        for _ in range(2):
            entries = [entry for number in range(executions) for entry in self._of_one(number)]
            self.clock.sleep(1)
            self.meter.reset()
            AuditRecorder(self._log, self.clock).record(entries)
        return self._in_one_invocation() * (1 / len(entries))

    def note(self, executions: int) -> Units:
        """What noting an end takes, where so many executions end at once, and nothing is sealed with them."""
        at = self.clock.now()
        names = [generated_names.generated_name(at + number / 1000) for number in range(executions)]
        keys = [ExecutionKey.of(WORKSPACE, "order_flow", name) for name in names]
        self.meter.reset()
        self._index.add_ends([End(key, "order_flow", 1, "SUCCEEDED", 3, at, at) for key in keys])
        return self._in_one_invocation() * (1 / executions)

    def delete(self, keys: Sequence[ExecutionKey]) -> Units:
        """What the sweeper takes for them all in one invocation once their term is over, beside what DynamoDB deletes
        by itself."""
        self.clock.sleep((Retention().days + 1) * DAY + items.LATER_SECONDS)
        partitions = [items.partition(key) for key in keys]
        records = [
            record for record in expire(self.clock.now(), TABLE, REGION)
            if record["dynamodb"]["Keys"]["pk"]["S"] in partitions
        ]
        self.meter.reset()
        failed = self._retaining.records(records, math.inf)["batchItemFailures"]
        if failed or len(records) != len(keys):
            raise RuntimeError(f"{len(records)} of {len(keys)} came to the end of their term, {failed} failed")
        return self._in_one_invocation()

    def _in_one_invocation(self) -> Units:
        """What was taken since the meter was reset, in one invocation of the sealer or the sweeper."""
        self._output.seek(0)
        self._output.truncate()
        logged = sum(len(line) + 1 for line in OWN_LOG_LINES) + METRICS_LOG_BYTES
        return self.meter.taken() + Units(lambda_requests=1, log_bytes=logged)

    def _of_one(self, number: int) -> list[AuditEntry]:
        """The entries of an execution that is started and begins; each has another input."""
        at = self.clock.now() + number / 1000
        name = generated_names.generated_name(at)
        given = hashlib.sha256(name.encode()).hexdigest()
        header = Header(
            ExecutionKey.of(WORKSPACE, "order_flow", name), "order_flow", 1, "", given, "STANDARD", "RUNNING", at,
            actor=Actor("ada@example.com", "user", "192.0.2.7"),
        )
        begun = HistoryEvent(1, 0, "ExecutionStarted", at)
        (started,) = start_entry(header)
        (engine,) = engine_entries(header.key, 1, [begun], earlier=lambda _: None, origin="automate-prod-worker")
        return [started, engine]

    def answer(self, token: str, output: Json) -> Units:
        """Answer a task token as the API does."""
        self.meter.reset()
        body = json.dumps({"token": token, "output": output}).encode()
        (route,) = (route for route in every_route() if route.path == "/tasks/success")
        answered = routing.answer(route, http.Request("POST", route.path, body=body), lambda: self.services)
        if answered.status != 200:
            raise RuntimeError(answered.body)
        return self._taken_by_the_api()

    def deliver(self, batch: int) -> Units | None:
        """The next wakes, up to `batch` of those due together, in one invocation of the worker; None: there is none."""
        if not self._waiting:
            return None
        self._waiting.sort(key=lambda wake: wake[0])
        first = self._waiting[0][0]
        due = [wake for wake in self._waiting[:batch] if wake[0] <= first + 1]
        self._waiting = self._waiting[len(due):]
        self.clock.sleep(max(0.0, due[-1][0] - self.clock.now()))
        return self.invoke([body for _, body in due])

    def invoke(self, bodies: Sequence[str]) -> Units:
        """One invocation, as Lambda makes it for these messages."""
        records = [record(f"m{next(self._messages)}", body) for body in bodies]
        self.meter.reset()
        self._output.seek(0)
        self._output.truncate()
        with redirect_stdout(self._output):
            failed = app.handler({"Records": records}, Context())["batchItemFailures"]
        if failed:
            raise RuntimeError(f"the worker failed {len(failed)} of {len(bodies)} records: {self._output.getvalue()}")
        received = math.ceil(len(bodies) / MOST_RECEIVED)
        logged = len(self._output.getvalue().encode()) + sum(len(line) + 1 for line in OWN_LOG_LINES)
        return self._taken() + Units(sqs_requests=2 * received, lambda_requests=1, log_bytes=logged)

    def _taken_by_the_api(self) -> Units:
        """A request of the API's; its calls are not the worker's to wait for."""
        return replace(self._taken(), store_calls=0, api_requests=1)

    def _taken(self) -> Units:
        now = self.clock.now()
        self._waiting += [(now + delay, body) for body, delay in self.meter.sent]
        self.meter.sent.clear()
        records = self._stream.records()
        entries = [entry for record in records for entry in self._reader.read(record)]
        ends = [record for record in records if self._reader.end(record) is not None]
        return self.meter.taken() + Units(entries=len(entries), ends=len(ends))


def record(message: str, body: str) -> Json:
    """A message as Lambda hands it to the function, received for the first time."""
    return {
        "messageId": message, "body": body, "receiptHandle": "r", "messageAttributes": {}, "md5OfBody": "",
        "attributes": {"ApproximateReceiveCount": "1"}, "eventSource": "aws:sqs", "awsRegion": REGION,
        "eventSourceARN": f"arn:aws:sqs:{REGION}:123456789012:{QUEUE}",
    }


def publish(services: Services, name: str, definition: Json, kind: str = "STANDARD") -> None:
    """Make it the active version."""
    document = WorkflowDocument(name=name, kind=kind, definition=definition)  # type: ignore[call-arg,arg-type]
    services.catalog.import_document(WORKSPACE, document, actor=CALLER)
    services.catalog.publish(WORKSPACE, name, actor=CALLER)


@contextmanager
def own_stores() -> Iterator[Clients]:
    """The clients of a table, a bucket and a queue of its own, which functions that are made within work on, with the
    counting connector alone. The environment is the deployment's already."""
    clients, registry = Clients(connections=10), Registry()
    clients.dynamodb.create_table(**create_table_request(TABLE))
    clients.s3.create_bucket(Bucket=BUCKET)
    os.environ["AUTOMATE_QUEUE_URL"] = clients.sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    registry.register(CountConnector)
    caches = (wiring.parts, app._parts, aws._services)  # noqa: SLF001
    for made in caches:
        made.cache_clear()
    try:
        with mock.patch.object(task_chain, "default_registry", registry):
            yield clients
    finally:
        for made in caches:
            made.cache_clear()
        clients.close()


@contextmanager
def deployed() -> Iterator[Deployment]:
    """A fresh deployment, metered, without executions."""
    clock, output = SkipClock(), io.StringIO()
    seeds, nonces, names = itertools.count(1), itertools.count(1), itertools.count(1)
    ordered = functools.partial(
        Worker, new_seed=lambda: next(seeds) * 2654435761 % 2**63,
        new_nonce=lambda: f"{next(nonces) * 2654435761 % 2**64:016x}",
        new_pool=InlineCalls,
    )
    with ExitStack() as held:
        held.enter_context(mock.patch.dict(os.environ, ENVIRONMENT))
        held.enter_context(mock_aws())
        clients = held.enter_context(own_stores())
        held.enter_context(mock.patch.object(recent, "SECONDS", 0.0))  # no process is so busy that a start reads less
        held.enter_context(mock.patch.object(generated_names, "random_bits", side_effect=lambda: _bits(next(names))))
        shared = _Shared(stores.AwsStores, clients)
        for place, name, instead in (
            (wiring, "SystemClock", lambda: clock), (aws, "SystemClock", lambda: clock), (wiring, "Worker", ordered),
            (wiring, "ThreadPoolExecutor", _Serial), (aws_tasks, "AwsTasks", StubbedAws), (wiring, "AwsStores", shared),
            (stores, "AwsStores", shared),  # the API imports it late, from its place
        ):
            held.enter_context(mock.patch.object(place, name, instead))
        app.logger.registered_handler.setStream(output)  # type: ignore[attr-defined]
        held.callback(app.logger.registered_handler.setStream, sys.stdout)  # type: ignore[attr-defined]
        made = shared.from_settings(Settings.from_environment(os.environ), clock)
        _begin_chains(made.audit)
        meter = Meter(clients.dynamodb, TABLE, clients.sqs, clients.s3)
        held.callback(meter.close)
        CountConnector.tokens.clear()
        StubbedAws.left.clear()
        yield Deployment(clock, meter, output, made)


def _bits(number: int) -> int:
    return int.from_bytes(hashlib.sha256(str(number).encode()).digest()) >> 256 - generated_names.RANDOM_BITS


def _begin_chains(log: AuditLog) -> None:
    """The first record of each chain of the audit log: a chain's beginning costs a read more, once."""
    for chain in range(CHAINS):
        log.append([AuditRecord("default", chain, 1, "begun", 0.0, "", "{}")])


class _Shared:
    """AwsStores, all over the same clients: the metered ones."""

    def __init__(self, made: Any, clients: Clients) -> None:
        self._made = made
        self._clients = clients

    def from_settings(self, settings: Any, clock: Any, **_: Any) -> Any:  # one after the other
        return self._made(
            self._clients, table=settings.table, queue_url=settings.queue_url, bucket=settings.bucket, clock=clock
        )
