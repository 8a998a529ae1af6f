"""The data of an older release (b2403d8/README.md), opened by today's product on virtual time.

The data folder is opened as the command line opens it (Product), the stage as its functions do (functions.api.aws,
functions.worker.wiring), on moto.
"""

from __future__ import annotations

import base64
import gzip
import json
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import quote

import functions.api.aws
from connectors import ActionSpec, ConnectorAdapter, ConnectorError
from connectors.registry import default_registry
from engine.clock import SkipClock
from engine.durable.lifecycle.sweeper import Sweeper
from engine.governance.roles import EVERY_WORKSPACE, Caller, Grant, Role
from engine.ports.keys import Actor
from engine.settings import Settings
from functions.app.services import Services
from functions.server.gateway import Gateway
from functions.server.product import Product
from functions.worker import wiring
from tests.support.api import call_wsgi
from tests.support.moto_stores import open_aws
from tests.support.product_logs import logs_kept
from tests.support.sealing import seal

DAY = 86_400.0
DATA = Path(__file__).parent / "b2403d8"
SECRETS = {"AUTOMATE_BANK_KEY": "b2403d8-bank-key-for-tests", "AUTOMATE_MAIL_KEY": "b2403d8-mail-key-for-tests"}
STAGE = {**SECRETS, "AUTOMATE_TABLE": "automate-test", "AUTOMATE_BUCKET": "automate-test-payloads"}


class Bank(ConnectorAdapter):
    """The connector of the story (b2403d8/make.py), mended since: nothing fails, and no worker dies of it."""

    code = "bank"
    name = "Bank"
    actions = {  # noqa: RUF012
        "charge": ActionSpec(kind="write", inputs={"amount": {}, "key": {"secret": True}}),
        "ask": ActionSpec(kind="write", inputs={"token": {}, "about": {}}),
        "refuse": ActionSpec(kind="write", inputs={"amount": {}}),
        "stumble": ActionSpec(kind="write", inputs={}),
        "kill": ActionSpec(kind="write", inputs={}),
    }

    def execute(self, action: str, params: dict[str, Any], context: dict[str, Any]) -> Any:
        if action == "charge":
            if params["key"] != SECRETS["AUTOMATE_BANK_KEY"]:
                raise ConnectorError("the key is another")
            return {"receipt": f"r-{params['amount']}"}
        return action


@dataclass
class Opened:
    """Today's product on the data: its API, its workers, its sweeper; and what the older release said of it."""

    app: Gateway
    stores: Any
    new_worker: Any
    clock: SkipClock
    answers: dict[str, str]
    tokens: dict[str, str]
    seal: Callable[[], object] = lambda: None

    def text(self, method: str, path: str, body: Any = None) -> str:
        """The text of an answer of the API."""
        if path.startswith("/audit"):
            self.seal()
        reply = call_wsgi(self.app, method, path, body)
        assert reply.status in (200, 201), f"{method} {path}: {reply.status}: {reply.text}"
        return reply.text

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """An answer of the API."""
        return json.loads(self.text(method, path, body))

    def execution(self, found: str) -> dict[str, Any]:
        return dict(self.call("GET", place_of(found)))

    def ended(self, found: str) -> tuple[str, Any]:
        """Its status and output."""
        shown = self.execution(found)
        return shown["status"], shown["output"]

    def answer(self, found: str, output: Any) -> None:
        """Answer the task that waits in it since the older release ran it."""
        (token,) = (token for about, token in self.tokens.items() if about.endswith(found))
        self.call("POST", "/tasks/success", {"token": token, "output": output})

    def work(self) -> None:
        """Until no wake is due."""
        self.clock.sleep(1)  # SQS shows a message after its time, not at it
        while received := self.stores.queue.claim(10):
            outcomes = self.new_worker().run([item.key for item in received], deadline=self.clock.now() + 300)
            assert [outcome for outcome in outcomes.values() if outcome is not None] == []
            self.stores.queue.acknowledge([item.receipt for item in received])

    def pass_a_month(self) -> None:
        """A worker looks in every third day (SQS forgets after the fourth): the sweeper sends what is due, and what
        follows of it a little later."""
        for pause in (3 * DAY, 200) * 11:
            self.clock.sleep(pause)
            Sweeper(self.stores.journal, self.stores.queue, self.clock).sweep()
            self.work()


def place_of(found: str) -> str:
    """The path of an execution."""
    return f"/executions/{quote(found, safe='')}"


def told(family: str) -> dict[str, Any]:
    """What the older release said, and when."""
    return dict(json.loads(gzip.decompress((DATA / f"{family}.answers.json.gz").read_bytes())))


def unpack(folder: Path) -> Path:
    """The data folder, unpacked below `folder`."""
    with tarfile.open(DATA / "folder.tar.gz") as packed:
        packed.extractall(folder, filter="data")
    (folder / "data").chmod(0o700)
    return folder / "data"


@contextmanager
def open_folder(folder: Path) -> Iterator[Opened]:
    said = told("folder")
    clock = SkipClock(said["now"])
    with mock.patch("functions.server.product.SystemClock", return_value=clock):
        product = Product.open(Settings(data_dir=str(unpack(folder))), command="a test", environment={})
    with product_closed(product):
        services = asked_by(product.actor, product.services)
        app = Gateway(lambda: services, principal="ada")
        yield Opened(app, product.stores, product.new_worker, clock, said["answers"], said["tokens"])


def asked_by(actor: Actor, services: Services) -> Services:
    """The services, as an admin asks them: the older release knew no roles."""
    caller = Caller(actor, (Grant(f"user/{actor.name}", EVERY_WORKSPACE, Role.ADMIN),))
    return replace(services, caller_of=lambda _context, _headers: caller)


@contextmanager
def product_closed(product: Product) -> Iterator[None]:
    try:
        yield
    finally:
        product.close()


@contextmanager
def open_stage(_folder: Path) -> Iterator[Opened]:
    said = told("stage")
    del said["answers"]["/secrets"]  # of a stage they are not in the table
    clock = SkipClock(said["now"])
    data = json.loads(gzip.decompress((DATA / "stage.json.gz").read_bytes()))
    with open_aws(clock) as stores, mock.patch.dict("os.environ", STAGE):
        for item in data["items"]:
            stores.clients.dynamodb.put_item(
                TableName="automate-test", Item={name: plain(value) for name, value in item.items()})
        for name, body in data["payloads"].items():
            stores.clients.s3.put_object(Bucket="automate-test-payloads", Key=name, Body=base64.b64decode(body))
        makers = (functions.api.aws._services, wiring.parts)
        for made in makers:
            made.cache_clear()
        with (
            mock.patch("functions.api.aws.SystemClock", return_value=clock),
            mock.patch("functions.worker.wiring.SystemClock", return_value=clock),
            mock.patch("engine.adapters.aws.stores.AwsStores.from_settings", return_value=stores),
            logs_kept(),
        ):
            worker = wiring.parts().worker
            services = asked_by(Actor("ada", origin="127.0.0.1"), functions.api.aws.services())
            yield Opened(
                Gateway(lambda: services, principal="ada"), stores, lambda: worker, clock, said["answers"],
                said["tokens"], lambda: seal(stores, clock),
            )
        for made in makers:
            made.cache_clear()


def plain(value: dict[str, Any]) -> dict[str, Any]:
    ((kind, held),) = value.items()
    return {kind: base64.b64decode(held) if kind == "B" else held}


FAMILIES = {"folder": open_folder, "stage": open_stage}


@contextmanager
def with_bank() -> Iterator[None]:
    """The connector of the story is installed."""
    with (
        mock.patch.object(default_registry, "_classes", {}), mock.patch.object(default_registry, "_adapters", {}),
    ):
        default_registry.register(Bank)
        yield
