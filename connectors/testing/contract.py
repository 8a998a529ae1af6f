"""A contract run: every action of a connector file against a service that its OpenAPI document makes.

    from connectors.testing.contract import check

    def test_the_contract():
        check("crm.yaml", "openapi.yaml")

Each action is called with samples of the document's schemas, once with what is required and once with everything.
openapi-core judges each request by the document and reads its values back; nothing here reads requests. Then the
service answers 401, 429, 500 and 503, late, cut off, not at all, with what is no JSON and with too much: checked is
what the call says of it, and that no secret is in anything that comes back. Needs the extra ``openapi``.
"""

from __future__ import annotations

import json
import logging
import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from openapi_core.exceptions import OpenAPIError

from connectors.builtin.http_calls import MAX_BODY_BYTES, HttpCalls
from connectors.declared.adapter import MAX_PAGES, DeclaredConnector, connector_class
from connectors.declared.answers import MALFORMED
from connectors.declared.form import ConnectorFile
from connectors.declared.reading import read_file
from connectors.egress import in_force
from connectors.egress.allowing import read_entries
from connectors.egress.dialling import Dialler
from connectors.openapi.document import Document, Operation, read_document
from connectors.openapi.operations import NotImportable
from connectors.testing import CallFailed, call
from connectors.testing.given import SECRET, NoSample, Samples
from connectors.testing.judge import Judge
from connectors.testing.service import CUT, DROP, HANG, Reply, Service
from engine.clock import SystemClock
from engine.records import dataclass

Json = Any

KEY = "contract:root:1:0"
SHORT_SECONDS = 0.3
"""How long a call may take that gets no answer."""

SECONDS = 30.0
SLOTS = 4
"""Services, each with one call at a time."""

_JSON = (("Content-Type", "application/json"),)


@dataclass(frozen=True, slots=True)
class Row:
    """One action: what was found wrong, empty where the contract is kept."""

    action: str
    operation: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """All actions of a connector file, by its document."""

    code: str
    rows: tuple[Row, ...]

    @property
    def failed(self) -> tuple[Row, ...]:
        """The actions that break it."""
        return tuple(row for row in self.rows if row.faults)

    def table(self) -> str:
        """For people: one line in all, and one for each fault."""
        lines = [f"{self.code}: {len(self.rows) - len(self.failed)} of {len(self.rows)} actions keep the contract"]
        lines += [f"  {row.action} ({row.operation}): {fault}" for row in self.failed for fault in row.faults]
        return "\n".join(lines)


def check(file: str | Path, document: str | Path) -> None:
    """Raise AssertionError, with a line for each fault, unless every action of the connector file keeps the contract
    that the OpenAPI document makes."""
    path = Path(file)
    found = contract(read_file(path.read_text(encoding="utf-8"), path.name), read_document(Path(document)))
    if found.failed:
        raise AssertionError(found.table())


def contract(file: ConnectorFile, document: Document, *, actions: Sequence[str] | None = None) -> Contract:
    """The contract run of `actions`, by default all. No other call of the process may be under way: it puts a dialler
    in force that calls nothing but its own services."""
    operations = {(one.method.upper(), one.path): one for one in document.operations()}
    services = [Service() for _ in range(SLOTS)]
    free: queue.Queue[_Slot] = queue.Queue()
    for service in services:
        free.put(_Slot(service))
    entries = tuple(f"127.0.0.1:{service.port}" for service in services)
    names = list(file.actions) if actions is None else list(actions)

    def row(name: str) -> Row:
        action = file.actions[name]
        operation = operations.get((action.method, action.path))
        if operation is None:
            return Row(name, f"{action.method} {action.path}", ("the document has no such operation",))
        slot = free.get()
        try:
            faults = tuple(_Trial(file, name, document, operation, slot).faults())
        finally:
            free.put(slot)
        return Row(name, f"{action.method} {action.path}", faults)

    records = _Records()
    root, made = logging.getLogger(), logging.getLogRecordFactory()
    level = root.level
    root.addHandler(records)
    root.setLevel(logging.DEBUG)  # what is logged at any level is looked at
    logging.setLogRecordFactory(logging.LogRecord)  # that of a product which runs in this process hides secrets
    try:
        with (
            in_force.instead(Dialler(SystemClock(), read_entries(entries), setting=entries)),
            ThreadPoolExecutor(SLOTS) as pool,
        ):
            rows = tuple(pool.map(row, names))
    finally:
        logging.setLogRecordFactory(made)
        root.setLevel(level)
        root.removeHandler(records)
        for slot in list(free.queue):
            slot.calls.close()
        for service in services:
            service.close()
    if any(SECRET in text for text in records.text):
        rows = (*rows, Row("", "the log", ("a secret is in it",)))
    return Contract(file.code, rows)


class _Slot:
    """A service, and the connections to it."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.calls = HttpCalls()


class _Records(logging.Handler):
    """What is logged during a trial."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.text: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.text.append(record.getMessage())


class _Trial:
    """One action's."""

    def __init__(
        self, file: ConnectorFile, name: str, document: Document, operation: Operation, slot: _Slot
    ) -> None:
        self._name, self._action, self._service = name, file.actions[name], slot.service
        address = f"http://127.0.0.1:{slot.service.port}/base"
        self._samples = Samples(file, self._action, document, operation)
        self._judge = Judge(document, operation, address)
        made = connector_class(file, base_url=address)

        class Kept(made):  # type: ignore[misc, valid-type]
            """Its connections are the slot's."""

            def __init__(self) -> None:
                super().__init__()
                self._calls = slot.calls

        self._class: type[DeclaredConnector] = Kept

    def faults(self) -> Iterator[str]:
        """Everything that is wrong."""
        try:
            least, full = self._samples.given(full=False), self._samples.given(full=True)
        except (NoSample, NotImportable) as problem:
            yield str(problem)
            return
        yield from self._answered("with what is required", least)
        if full != least:
            yield from self._answered("with everything", full)
        if self._action.paging is not None:
            yield from self._pages(least)
        for what, reply, expected in self._misfortunes():
            yield from self._unlucky(what, reply, expected, least)

    def _call(self, params: dict[str, Json], seconds: float = SECONDS) -> Json:
        return call(
            self._class, self._name, params, secrets={"CONTRACT": SECRET}, idempotency_key=KEY, timeout_seconds=seconds
        )

    def _answered(self, what: str, params: dict[str, Json]) -> Iterator[str]:
        """A call that goes well: its request is judged, and what it gives is what was answered."""
        status, body, kind = self._samples.answer()
        paging = self._action.paging is not None
        self._service.tell(Reply(status, body, (("Content-Type", kind),) if body else ()))
        try:
            output = self._call({**params, MAX_PAGES: 1} if paging else params)
        except CallFailed as failed:
            yield f"{what}: {failed}"[:500]
            return
        if not paging and self._action.method != "HEAD":
            expected = None if not body or status in (204, 304) else self._samples.read(body, kind)
            if output != expected:
                yield f"{what}: the output is {json.dumps(output)[:100]}, the answer was {json.dumps(expected)[:100]}"
        (arrived,) = self._service.seen
        for fault in self._judge.faults(arrived):
            yield f"{what}: the request is not the document's: {fault}"
            return
        try:
            yield from (f"{what}: {text}" for text in self._samples.differences(*self._judge.read(arrived), params))
        except OpenAPIError as error:
            yield f"{what}: the request cannot be read: {error}"
        key = self._action.idempotency
        if key is not None and key.place == "header" and key.name.lower() not in arrived.headers:
            yield f"{what}: the request has no {key.name}"

    def _pages(self, params: dict[str, Json]) -> Iterator[str]:
        """Two pages are asked for, and their items given."""
        replies = [Reply(200, json.dumps(body).encode(), headers) for body, headers in self._samples.pages()]
        self._service.tell(*replies)
        try:
            output = self._call({**params, MAX_PAGES: 3})
        except CallFailed as failed:
            yield f"pages: {failed}"[:500]
            return
        if output["items"] != [self._samples.item("first"), self._samples.item("second")] or output["next"] is not None:
            yield f"pages: {json.dumps(output)[:200]}"
        for arrived in self._service.seen[:2]:
            yield from (f"pages: the request is not the document's: {fault}" for fault in self._judge.faults(arrived))

    def _misfortunes(self) -> Iterator[tuple[str, Reply, Callable[[CallFailed], list[str]]]]:
        reads, action = self._action.reads, self._action
        echo = json.dumps({"message": f"you sent {SECRET}"}).encode()

        def known(*, definite: bool, retryable: bool, says: str = "") -> Callable[[CallFailed], list[str]]:
            def wrong(failed: CallFailed) -> list[str]:
                found = []
                if failed.definite != definite:
                    found.append(f"it is {'definite' if failed.definite else 'unknown'}")
                if failed.retryable != retryable:
                    found.append(f"Retriers {'work' if failed.retryable else 'pass'}")
                if says not in (failed.cause or ""):
                    found.append(f"it does not say {says}")
                return found

            return wrong

        if 401 not in action.success:
            yield "401", Reply(401, echo, _JSON), known(definite=True, retryable=False, says='"401"')
        yield "403", Reply(403, echo, _JSON), known(definite=True, retryable=False)
        yield "429", Reply(429, echo, (*_JSON, ("Retry-After", "7"))), known(
            definite=True, retryable=True, says="Retry-After: 7"
        )
        yield "500", Reply(500, echo, _JSON), known(definite=reads, retryable=True)
        yield "502", Reply(502, b"<html>", (("Content-Type", "text/html"),)), known(definite=reads, retryable=True)
        yield "503", Reply(503, b""), known(definite=True, retryable=True)
        yield "no answer in time", Reply(how=HANG), known(definite=reads, retryable=True)
        yield "a connection that breaks", Reply(how=DROP), known(definite=reads, retryable=True)
        if action.method != "HEAD":
            yield "an answer that is cut off", Reply(200, b'{"a": 1}', _JSON, CUT), known(
                definite=reads, retryable=True
            )
            yield "an answer that is too large", Reply(200, b" " * (MAX_BODY_BYTES + 1), _JSON, packed=True), known(
                definite=reads, retryable=False
            )
            if action.answers == "json":
                yield "an answer that is no JSON", Reply(200, b'{"a": ', _JSON), known(
                    definite=reads, retryable=True, says=MALFORMED
                )

    def _unlucky(
        self, what: str, reply: Reply, expected: Callable[[CallFailed], list[str]], params: dict[str, Json]
    ) -> Iterator[str]:
        """A call that fails: what it says is what is known."""
        self._service.tell(reply)
        try:
            output = self._call(params, SHORT_SECONDS if reply.how == HANG else SECONDS)
        except CallFailed as failed:
            yield from (f"{what}: {text}" for text in expected(failed))
            if SECRET in (failed.cause or ""):
                yield f"{what}: a secret is in the error"
        else:
            yield f"{what}: it is taken for {json.dumps(output)[:100]}"
        finally:
            self._service.release()

