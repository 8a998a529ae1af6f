"""Make the data beside this file, with the release of commit b2403d8: README.md says how it is run.

One story is told twice: over a data folder, and over DynamoDB and S3 on moto. What the release's API answers about it
at the end, and the data at that moment, are what is kept. Time is virtual and begins at START; it stands at END.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import sys
import tarfile
import tempfile
from pathlib import Path
from unittest import mock
from urllib.parse import quote, unquote_to_bytes

from engine.runtime.poison import MOST_STRIKES
from engine.runtime.sweeper import Sweeper
from engine.runtime.sync_start import SyncStarts
from engine.runtime.worker import Worker
from functions.api.audited import AuditedCatalog, AuditedExecutions, AuditedSecrets, Recorder
from functions.api.audited_activities import AuditedActivities
from functions.api.audited_operations import AuditedPausing
from functions.api.services import NoLogs, Place, Services
from functions.api.starters import Starters
from functions.local.gateway import Gateway
from moto_stores import open_aws

from connectors import ActionSpec, ConnectorAdapter, ConnectorError
from connectors.registry import Registry
from connectors.tasks import ConnectorTasks
from engine.adapters.local.secret_store import LocalSecretStore
from engine.adapters.local.stores import LocalStores
from engine.catalog.published import CatalogPublished
from engine.clock import SkipClock
from engine.governance.audit.audit import Audit
from engine.governance.resolving import SecretResolving
from engine.ports.keys import Actor, ExecutionKey
from engine.settings import Settings
from functions.api.app import create_app
from functions.engine_audit import EngineRecorder

START = 1_760_000_000.0
HOUR, DAY = 3600.0, 86_400.0
PAST_ANY_LEASE = 400.0
SECRETS = {"BANK_KEY": "b2403d8-bank-key-for-tests", "MAIL_KEY": "b2403d8-mail-key-for-tests"}
"""Made for this data alone; they open nothing."""


class Died(BaseException):
    """The worker's process is gone."""


class Bank(ConnectorAdapter):
    """Books, asks somebody, fails, or takes its worker with it."""

    code = "bank"
    name = "Bank"
    actions = {  # noqa: RUF012
        "charge": ActionSpec(kind="write", inputs={"amount": {}, "key": {"secret": True}}),
        "ask": ActionSpec(kind="write", inputs={"token": {}, "about": {}}),
        "refuse": ActionSpec(kind="write", inputs={"amount": {}}),
        "stumble": ActionSpec(kind="write", inputs={}),
        "kill": ActionSpec(kind="write", inputs={}),
    }
    tokens: dict[str, str] = {}  # noqa: RUF012

    def execute(self, action, params, context):
        if action == "kill":
            raise Died
        if action == "refuse":
            raise ConnectorError("the account is closed", retryable=False)
        if action == "stumble":
            raise ConnectorError("the bank is busy", retryable=True)
        if action == "ask":
            Bank.tokens[params["about"]] = params["token"]
            return {}
        return {"receipt": f"r-{params['amount']}"}


def one(state, name="Do", **more):
    return {"StartAt": name, "States": {name: {**state, "End": True}}, **more}


def task(action, **fields):
    return {"Type": "Task", "Resource": f"connector:bank:{action}", **fields}


ASK = task("ask.waitForTaskToken", Parameters={"token.$": "$$.Task.Token", "about.$": "$$.Execution.Id"})


CHARGE = task("charge", Parameters={"amount.$": "$.amount", "key": {"$secret": "BANK_KEY"}})
ITEM = {
    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Rest",
    "States": {
        "Rest": {"Type": "Wait", "Seconds": HOUR, "Next": "Book"},
        "Book": {**CHARGE, "Parameters": {"amount.$": "$", "key": {"$secret": "BANK_KEY"}}, "End": True},
    },
}
WORKFLOWS = {
    "order": [
        one({"Type": "Pass", "Result": {"version": 1}}),
        one({**CHARGE, "ResultPath": "$.charged"}),
        {
            "QueryLanguage": "JSONata", "StartAt": "Large", "States": {
                "Large": {"Type": "Choice", "Default": "Charge", "Choices": [
                    {"Condition": "{% $states.input.amount > 100 %}", "Next": "Refuse"}]},
                "Charge": {"Type": "Task", "Resource": "connector:bank:charge", "Assign": {"charged": "{% true %}"},
                           "Arguments": {"amount": "{% $states.input.amount %}", "key": {"$secret": "BANK_KEY"}},
                           "Output": "{% $states.result %}", "End": True},
                "Refuse": {"Type": "Fail", "Error": "TooMuch", "Cause": "{% 'over ' & $string(100) %}"},
            },
        },
    ],
    "nightly": [{"StartAt": "Sleep", "States": {
        "Sleep": {"Type": "Wait", "Seconds": 30 * DAY, "Next": "Done"},
        "Done": {"Type": "Pass", "Result": "slept", "End": True},
    }}],
    "approval": [one({**ASK, "ResultPath": "$.answer"})],
    "fan": [{"StartAt": "Fan", "States": {"Fan": {"Type": "Parallel", "End": True, "Branches": [
        one({"Type": "Pass", "Result": "at once"}, "Now"),
        one({"Type": "Wait", "Seconds": 20 * DAY}, "Later"),
        one(ASK, "Asked"),
    ]}}}],
    "batch": [{"StartAt": "Each", "States": {"Each": {
        "Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "ItemProcessor": ITEM, "Label": "Each", "End": True,
    }}}],
    "parent": [one({
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": "nightly", "Input": {"from": "parent"}},
    })],
    "quick": [one({"Type": "Pass", "Result": {"quick": True}})],
    "broken": [{"StartAt": "First", "States": {
        "First": {**CHARGE, "ResultPath": "$.first", "Next": "Second"},
        "Second": {"Type": "Parallel", "End": True, "Branches": [
            one({**CHARGE, "ResultPath": "$.third"}, "Third"),
            one(task("refuse", Parameters={"amount.$": "$.amount"}), "Refused"),
        ]},
    }}],
    "late": [one({"Type": "Wait", "Seconds": DAY}, TimeoutSeconds=60)],
    "poison": [one(task("kill"))],
    "retried": [one(task("stumble", Retry=[
        {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 15 * DAY, "MaxAttempts": 2, "BackoffRate": 1}],
        Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Give up"}]))],
    "picking": [one({
        "Type": "Task", "Resource": "arn:aws:states:eu-central-1:000000000000:activity:pick",
        "HeartbeatSeconds": int(40 * DAY),
    })],
    "held": [{"StartAt": "Rest", "States": {
        "Rest": {"Type": "Wait", "Seconds": 60, "Next": "Book"}, "Book": {**CHARGE, "End": True},
    }}],
}
WORKFLOWS["retried"][0]["States"]["Give up"] = {"Type": "Pass", "Result": "given up", "End": True}


class Story:
    """The product over one family's stores; `actor` is who asks its API."""

    def __init__(self, stores, secrets, clock):
        self.stores, self.clock, self.settings = stores, clock, Settings()
        registry = Registry()
        registry.register(Bank)
        Bank.tokens = {}
        self.audit = Audit(stores.audit, clock)
        recorder = Recorder(self.audit, clock)
        self.published = CatalogPublished(stores.catalog)
        tasks = ConnectorTasks(registry)
        self.tasks = SecretResolving(tasks, (secrets,), clock)
        executions = AuditedExecutions(
            journal=stores.journal, index=stores.index, queue=stores.queue, published=self.published, clock=clock,
            settings=self.settings, recorder=recorder, pauses=stores.pauses,
        )
        services = Services(
            catalog=AuditedCatalog(stores.catalog, clock, tasks=tasks, recorder=recorder), executions=executions,
            connectors=registry, settings=self.settings, secret_backends=(secrets,),
            writable_secrets=AuditedSecrets(secrets, recorder), audit=self.audit,
            pausing=AuditedPausing(stores.pauses, stores.index, stores.queue, clock, recorder=recorder),
            activities=AuditedActivities(
                store=stores.activities, journal=stores.journal, queue=stores.queue, clock=clock, recorder=recorder,
            ),
            sync_starts=SyncStarts(executions, lambda: self.worker(runs_sync=True), clock), clock=clock,
            tasks=self.tasks, logs=NoLogs(), place=Place("local"), starters=Starters(self.audit),
            actor_of=lambda context: Actor(context["authorizer"]["principalId"], origin="127.0.0.1"),
        )
        self.app = Gateway(create_app(lambda: services), principal="ada")

    def worker(self, *, runs_sync=False):
        return Worker(
            journal=self.stores.journal, queue=self.stores.queue, published=self.published, tasks=self.tasks,
            clock=self.clock, settings=self.settings, owner=self.stores.owner, is_alive=self.stores.is_alive,
            call_threads=0, pauses=self.stores.pauses, activities=self.stores.activities, runs_sync=runs_sync,
            on_committed=EngineRecorder(self.audit, self.stores.journal, origin="worker"),
        )

    def call(self, method, path, body=None):
        """The text of an answer of the API."""
        raw = b"" if body is None else json.dumps(body).encode()
        place, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": unquote_to_bytes(place).decode("latin-1"), "QUERY_STRING": query,
            "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8400", "wsgi.input": io.BytesIO(raw),
        }
        if raw:
            environ |= {"CONTENT_LENGTH": str(len(raw)), "CONTENT_TYPE": "application/json"}
        status = []
        text = b"".join(self.app(environ, lambda line, _headers: status.append(line))).decode()
        if not status[0].startswith("2"):
            raise RuntimeError(f"{method} {path}: {status[0]}: {text}")
        return text

    def start(self, workflow, given, name):
        self.call("POST", f"/workflows/{workflow}/executions", {"input": given, "name": name})
        return f"{workflow}:{name}"

    def work(self):
        """Until no wake is due."""
        while received := self.stores.queue.claim(10):
            outcomes = self.worker().run([item.key for item in received], deadline=self.clock.now() + 300)
            if failed := [outcome for outcome in outcomes.values() if outcome is not None]:
                raise RuntimeError(failed)
            self.stores.queue.acknowledge([item.receipt for item in received])

    def pass_time(self, seconds):
        self.clock.sleep(seconds)
        Sweeper(self.stores.journal, self.stores.queue, self.clock).sweep()
        self.work()

    def tell(self):
        """Everything happens."""
        for key, value in SECRETS.items():
            self.call("PUT", f"/secrets/{key}", {"value": value})
        self.call("POST", "/activities", {"name": "pick"})
        for name, versions in WORKFLOWS.items():
            for number, definition in enumerate(versions, 1):
                document = {"name": name, "definition": definition, "description": f"The workflow {name}."}
                if name == "quick":
                    document["kind"] = "EXPRESS"
                if name == "order":
                    document["business_key"] = "$.customer"
                self.call("POST", "/workflows/import", {
                    "document": document, "publish": True, "note": f"number {number}", "force": True})
        draft = {"name": "order", "definition": one({"Type": "Succeed"}), "business_key": "$.customer"}
        self.call("POST", "/workflows/import", {"document": draft, "force": True})
        self._poison()
        self._ended()
        self._open()

    def _poison(self):
        key = ExecutionKey("default", self.start("poison", {}, "kills"))
        for _ in range(MOST_STRIKES + 1):
            try:
                self.worker().run([key], deadline=self.clock.now() + 300)
            except Died:
                self.clock.sleep(PAST_ANY_LEASE)
        self.work()

    def _ended(self):
        self.call("POST", "/workflows/order/executions", {"input": {"customer": "c-1"}, "name": "v1", "version": 1})
        self.call("POST", "/workflows/order/executions", {
            "input": {"customer": "c-2", "amount": 7}, "name": "v2", "version": 2})
        self.start("order", {"customer": "c-2", "amount": 9, "note": "ö" * 160_000}, "large")
        self.start("order", {"customer": "c-3", "amount": 900}, "too-much")
        self.start("broken", {"amount": 3}, "redrivable")
        self.start("broken", {"amount": 4}, "redriven")
        self.start("late", {}, "late")
        self.start("nightly", {}, "stopped")
        self.call("POST", "/workflows/quick/executions?sync=true", {"input": {"n": 1}, "name": "sync"})
        self.start("quick", {"n": 2}, "async")
        self.work()
        self.call("POST", f"/executions/{quote('nightly:stopped')}/stop", {"error": "Unwanted", "cause": "by hand"})
        self.call("POST", f"/executions/{quote('broken:redriven')}/redrive")
        self.pass_time(120)

    def _open(self):
        self.start("batch", {"items": [10, 20, 30, 40, 50, 60]}, "under-way")
        self.work()
        self.pass_time(HOUR + 5)
        self.start("nightly", {"n": 1}, "asleep")
        self.start("approval", {"n": 2}, "asked")
        self.start("approval", {"n": 3}, "answered")
        self.start("fan", {"n": 3}, "split")
        self.start("parent", {"n": 4}, "waiting")
        self.start("retried", {}, "again-later")
        self.start("picking", {"n": 6}, "taken")
        self.start("held", {"amount": 8}, "amid")
        self.work()
        taken = json.loads(self.call("POST", "/activities/pick/task", {"worker_name": "picker", "wait_seconds": 0}))
        Bank.tokens["picking:taken"] = taken["token"]
        self.start("picking", {"n": 7}, "offered")
        self.work()
        self.call("POST", "/workflows/held/pause", {"starts": "queue", "running": "hold"})
        self.start("held", {"amount": 9}, "not-begun")
        self.pass_time(90)
        answered = next(token for about, token in Bank.tokens.items() if about.endswith("answered"))
        self.call("POST", "/tasks/success", {"token": answered, "output": "yes"})  # and nobody has read it
        self.start("order", {"customer": "c-9", "amount": 11}, "fresh")  # its wake is there, nobody has worked on it

    def answers(self):
        """What the API answers about all of it, by path."""
        listed = json.loads(self.call("GET", "/executions?limit=1000"))["executions"]
        paths = ["/workflows", "/activities", "/pauses", "/secrets", "/audit?limit=1000", "/audit/verify",
                 "/executions?limit=1000"]
        paths += [f"/executions?limit=1000&status={status}" for status in sorted({row["status"] for row in listed})]
        for name in WORKFLOWS:
            paths += [f"/workflows/{name}", f"/workflows/{name}/draft", f"/workflows/{name}/versions",
                      f"/executions?limit=1000&workflow={name}"]
        runs = f"/executions/{quote('batch:under-way', safe='')}/map-runs"
        (run,) = json.loads(self.call("GET", runs))["map_runs"]
        run = f"{runs}/{run['arn'].rpartition(':')[2]}"
        children = json.loads(self.call("GET", f"{run}/executions?limit=100"))["executions"]
        paths += [runs, run, f"{run}/executions?limit=100"]
        for found in [*(row["id"] for row in listed), *(child["id"] for child in children)]:
            place = f"/executions/{quote(found, safe='')}"
            paths += [place, f"{place}/history", f"{place}/definition", f"{place}/steps"]
        return {path: self.call("GET", path) for path in paths}


def compressed(value):
    return gzip.compress(json.dumps(value, ensure_ascii=False, sort_keys=True).encode(), mtime=0)


def told(story):
    return {"now": story.clock.now(), "tokens": Bank.tokens, "answers": story.answers()}


def in_a_folder(place):
    with tempfile.TemporaryDirectory() as scratch:
        folder, clock = Path(scratch) / "data", SkipClock(START)
        stores = LocalStores.open(folder, Settings(), clock, command="automate")
        story = Story(stores, LocalSecretStore(folder, clock), clock)
        story.tell()
        (place / "folder.answers.json.gz").write_bytes(compressed(told(story)))
        stores.close()
        with tarfile.open(place / "folder.tar.gz", "w:gz") as packed:
            packed.add(folder, "data", filter=anonymous)


def anonymous(member):
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


class Held:
    """Secrets of a stage, held in memory."""

    name = "memory"

    def __init__(self):
        self._values = {}

    def get(self, workspace, key, *, fresh=False):
        return self._values.get(key)

    def list(self, workspace):
        from engine.ports.secrets import SecretInfo  # noqa: PLC0415

        return [SecretInfo(key, self.name, START, "ada") for key in sorted(self._values)]

    def set(self, workspace, key, value, *, by):
        self._values[key] = value
        return self.list(workspace)[-1]


def on_a_stage(place):
    clock = SkipClock(START)
    # A payload goes to S3 sooner than on a real stage, so that there are some, and small ones.
    with open_aws(clock) as stores, mock.patch("engine.adapters.aws.bodies.MOST_INLINE_BYTES", 700):
        story = Story(stores, Held(), clock)
        story.tell()
        saved = told(story)
        dynamodb, s3 = stores.clients.dynamodb, stores.clients.s3
        items = dynamodb.scan(TableName="automate-test")
        if "LastEvaluatedKey" in items:
            raise RuntimeError("more than one page of items")
        payloads = {
            found["Key"]: s3.get_object(Bucket="automate-test-payloads", Key=found["Key"])["Body"].read()
            for found in s3.list_objects_v2(Bucket="automate-test-payloads").get("Contents", ())
        }
    (place / "stage.answers.json.gz").write_bytes(compressed(saved))
    (place / "stage.json.gz").write_bytes(compressed({
        "items": [{name: plain(value) for name, value in item.items()} for item in items["Items"]],
        "payloads": {name: base64.b64encode(body).decode() for name, body in payloads.items()},
    }))


def plain(value):
    ((kind, held),) = value.items()
    return {kind: base64.b64encode(held).decode() if kind == "B" else held}


if __name__ == "__main__":
    target = Path(sys.argv[1])
    in_a_folder(target)
    on_a_stage(target)
