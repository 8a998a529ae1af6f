"""The simulation of DynamoDB's limits: it answers as DynamoDB does, its limits bite, and the product fits them."""

from __future__ import annotations

import itertools
import json
from contextlib import suppress
from functools import partial

import pytest
from botocore.exceptions import ClientError

from benchmarks.dynamo_limits import expressions, load, picture, run
from benchmarks.dynamo_limits.limited import READ_UNITS, WRITE_UNITS, LimitedClients
from benchmarks.dynamo_limits.load import WORKFLOW, by_list, drive, quantile
from benchmarks.dynamo_limits.small_dynamo import SmallDynamo
from benchmarks.dynamo_limits.timers import sweep
from benchmarks.dynamo_limits.virtual_time import AtOnce, VirtualTime
from engine.adapters.aws.stores import AwsStores
from engine.clock import SkipClock
from engine.durable.lifecycle.sweeper import Sweeper
from engine.errors import Throttled
from engine.ports.catalog_store import DraftRecord
from engine.ports.executions_index import ExecutionQuery
from engine.ports.journal import HeaderChange
from engine.ports.keys import ExecutionKey
from engine.ports.pauses import Pause
from tests.support.durable import Product, ScriptedTasks
from tests.support.flows import ONE_TASK, WORK, flow
from tests.support.moto_stores import open_aws
from tests.support.records import START, a_header, a_row, a_segment, a_version, an_item, close, put

# --- virtual time


def test_sleepers_go_on_in_the_order_of_their_time():
    time, seen = VirtualTime(), []
    begun = time.now()
    for seconds in (3.0, 1.0, 2.0):
        time.later(0, lambda seconds=seconds: (time.sleep(seconds), seen.append((seconds, time.now() - begun))))
    time.run()
    assert seen == [(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]


def test_calls_at_once_take_the_time_of_the_longest():
    time, took = VirtualTime(), []

    def caller():
        begun = time.now()
        answers = AtOnce(time, 4).each(lambda number: (time.sleep(1.0), number)[1], range(8))
        took.append((answers, time.now() - begun))
        with pytest.raises(ZeroDivisionError):
            AtOnce(time, 4).each(lambda number: 1 / number, range(3))
        assert AtOnce(time, 4).each(str, []) == []

    time.later(0, caller)
    time.run()
    assert took == [(list(range(8)), 2.0)]


# --- the small DynamoDB


class Compared:
    """botocore's client over moto; each request is asked of the small one too, and the answers are compared."""

    def __init__(self, moto):
        self._moto = moto
        self._small = SmallDynamo()
        self.asked = set()

    def __getattr__(self, name):
        def call(**asked):
            self.asked.add(name)
            answers = []
            for act in (lambda: getattr(self._moto, name)(**asked), lambda: self._ask(name, asked)):
                try:
                    answers.append((act(), None))
                except ClientError as error:
                    answers.append((None, error))
            (theirs, failed), (ours, refused) = answers
            assert _code(failed) == _code(refused), asked
            if failed is not None:
                assert _plain(failed.response.get("Item")) == _plain(refused.response.get("Item"))
                raise failed
            assert _read(name, theirs) == _read(name, ours), asked
            return theirs

        return call

    def _ask(self, name, asked):
        loads = []
        by_name = {
            "put_item": lambda: self._small.write("PutItem", asked, loads.append),
            "update_item": lambda: self._small.write("UpdateItem", asked, loads.append),
            "transact_write_items": lambda: self._small.transact(asked, loads.append),
            "batch_write_item": lambda: self._small.delete(asked, loads.append),
            "get_item": lambda: self._small.get(asked, loads.append),
            "batch_get_item": lambda: self._small.get_many(asked, loads.append),
            "query": lambda: self._small.query(asked, loads.append),
        }
        try:
            return by_name[name]()
        finally:
            assert loads or name in ("transact_write_items", "batch_get_item"), "each request takes units"


def _code(error):
    return error and error.response["Error"]["Code"]


def _plain(item):
    return item and {name: expressions.plain(value) for name, value in item.items()}


def _read(name, answer):
    if name == "get_item":
        return _plain(answer.get("Item"))
    if name == "query":
        return [_plain(item) for item in answer["Items"]]
    if name == "batch_get_item":
        found = [_plain(item) for items in answer["Responses"].values() for item in items]
        return sorted(found, key=lambda item: (item["pk"], item["sk"]))
    return None


@pytest.fixture
def compared():
    """Stores over both."""
    clock = SkipClock()
    with open_aws(clock) as stores:
        both = Compared(stores.clients.dynamodb)

        class Clients:
            dynamodb = both
            sqs, s3 = stores.clients.sqs, stores.clients.s3

        made = AwsStores(
            Clients(), table="automate-test", queue_url=stores.queue._url, bucket="automate-test-payloads", clock=clock
        )
        made.queue = stores.queue
        made.clock = clock
        made.both = both
        yield made


def test_the_journal_and_the_lists_are_answered_as_moto_answers(compared):
    journal, keys = compared.journal, [ExecutionKey.of("w", "orders", f"run-{n:02}") for n in range(30)]
    for number, key in enumerate(keys):
        put(journal, a_row("w", ("orders", "invoices")[number % 2], key.name, number, business_key=f"b{number % 3}",
                           **({"status": "FAILED", "error": "E"} if number % 3 == 0 else {})))
    key = keys[2]
    assert journal.create(a_header(key), b"{}") is not None, "it is there"
    assert journal.commit([a_segment(key, 0)]) == [True]
    assert journal.commit([a_segment(key, 0, nonce="rival")]) == [False]
    assert journal.update_headers([HeaderChange(key, -5, "RUNNING", START)]) == [False]
    for _ in range(2):
        journal.put_inbox(an_item(key, "answer"))
    assert len(journal.inbox(key)) == 1
    journal.delete_inbox(key, ["answer", "unknown"])
    assert journal.load(key).segments
    assert [segment.seq for segment in journal.history(key)] == []
    assert len(journal.headers(keys)) == 15
    assert journal.due(START + 1e6, limit=5)
    close(journal, a_row("w", "orders", key.name, 2, status="SUCCEEDED"))
    for filters in ({}, {"status": "FAILED"}, {"name": "run-1*"}, {"name": "run-07"}, {"business_key": "b1"},
                    {"workflow": "orders", "started_before": START + 600}):
        query, found = ExecutionQuery("w", **filters, limit=4), []
        while True:
            page = compared.index.query(query)
            found += page.rows
            if page.next_token is None:
                break
            query = ExecutionQuery("w", **filters, limit=4, next_token=page.next_token)
        assert len(set(found)) == len(found) > 0


def test_the_catalog_and_a_run_are_answered_as_moto_answers(compared):
    for number in (1, 2):
        compared.catalog.put_version(a_version("w", number)) if number > 1 else _first(compared)
    assert compared.catalog.definition("w", "orders", "definition-0").number == 2
    compared.pauses.put(Pause("w", "orders", "queue", "finish", 1.0, "ada"))
    assert len(compared.pauses.pauses("w")) == 1
    assert [compared.pauses.delete("w", "orders") for _ in range(2)] == [True, False]
    product = Product(ONE_TASK, ScriptedTasks({WORK: [{"ok": True}]}), backend=compared)
    product.run(product.start({"order": 17}))
    waits = Product(flow({"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}), backend=compared, workspace="x")
    waits.run(waits.start({}))
    compared.clock.sleep(3600)
    assert Sweeper(compared.journal, compared.queue, compared.clock).sweep() >= 1
    assert compared.both.asked == {
        "put_item", "update_item", "get_item", "batch_get_item", "batch_write_item", "query", "transact_write_items",
    }


def _first(stores):
    stores.catalog.put_draft(DraftRecord("w", "orders", b"{}", "1", 0.0, "ada"), expect_etag=None, description="")
    stores.catalog.put_version(a_version("w", 1))


@pytest.mark.parametrize("text", ["a = :a AND size(b) > :b", "contains(a, :a)", "NOT a = :a"])
def test_an_expression_that_it_does_not_know_is_refused(text):
    with pytest.raises(expressions.UnknownExpression):
        expressions.condition(text)


# --- its limits


@pytest.fixture
def time():
    return VirtualTime()


@pytest.fixture
def stores(time):
    return AwsStores(
        LimitedClients(time), table="t", queue_url="q", bucket="b", clock=time, spread_lists=False
    )


def test_a_list_takes_a_thousand_writes_a_second_and_then_throttles_the_table(time, stores):
    dynamodb, refused = stores.clients.dynamodb, []
    time.sleep(-time.now() % 1)

    def start(number):
        row = a_row("w", "orders", f"run-{number}", 0)
        try:
            stores.journal.create(a_header(row.key, due_at=None), b"{}", row)
        except Throttled:
            refused.append(row.key)

    for number in range(1200):
        time.later(0, partial(start, number))
    time.run()
    throttles = by_list(run_names(dynamodb))
    assert throttles["write started"] == throttles["write workflow"] == throttles["write status"] >= 200
    assert "write table" not in throttles
    assert dynamodb.limits.most()["write", ("started", "w")] == WRITE_UNITS
    assert dynamodb.calls["PutItem"] == 1200 + throttles["write started"] - len(refused), "each was tried again"
    assert len(stores.index.query(ExecutionQuery("w", limit=1000)).rows) == 1000
    assert all(stores.journal.header(key) is None for key in refused)


def run_names(dynamodb):
    return {load.name_of(*at): count for at, count in dynamodb.limits.throttles.items()}


def test_a_partition_serves_three_thousand_reads_a_second(time, stores):
    time.sleep(-time.now() % 1)

    def read():
        with suppress(Throttled):
            stores.pauses.pauses("w")

    for _ in range(3500):
        time.later(0, read)
    time.run()
    assert stores.clients.dynamodb.limits.most()["read", ("table", "C#w")] == READ_UNITS
    assert stores.clients.dynamodb.limits.throttles.total() >= 500


def test_the_exception_is_the_true_one_and_comes_after_four_attempts(time, stores):
    raised = []

    def start():
        try:
            stores.journal.create(a_header(ExecutionKey.of("w", "orders", "late")), b"{}",
                                  a_row("w", "orders", "late", 0))
        except Throttled as error:
            raised.append((error, time.now()))

    stores.clients.dynamodb.limits._taken.update(
        {("write", ("started", "w"), second): 1000 for second in range(int(time.now()), int(time.now()) + 60)}
    )
    begun = time.now()
    time.later(0, start)
    time.run()
    ((error, at),) = raised
    assert "ProvisionedThroughputExceededException" in str(error)
    assert stores.clients.dynamodb.calls["PutItem"] == 4
    assert at - begun < 7.1


# --- the product within them


def test_one_run_of_each_kind_shows_the_difference():
    """The control of it all: the same load throttles where lists are not spread."""
    spread, unspread = (drive(1500, 1.0, spread=each) for each in (True, False))
    assert (spread.started, spread.refused, spread.closed, spread.left) == (1500, 0, 1500, 0)
    assert spread.throttles == {}
    assert quantile(spread.start_ms, 0.99) < 50
    throttles = by_list(unspread.throttles)
    assert throttles["write status"] > 500
    assert quantile(unspread.start_ms, 0.99) > 500


@pytest.mark.parametrize(("timers", "overdue"), [(300, False), (300, True)])
def test_timers_are_woken_once_and_on_time(timers, overdue):
    found = sweep(timers, overdue=overdue)
    assert (found.woken, found.twice, found.throttled) == (timers, 0, 0)
    assert found.late < 1.5
    assert found.calls["SendMessageBatch"] == timers / 10
    assert found.calls["UpdateItem"] == timers


@pytest.mark.full
@pytest.mark.parametrize("rate", run.RATES)
def test_no_request_is_throttled_at_5000_starts_a_second(rate):
    """Ten virtual seconds. All is closed, a start takes as long as at 100 a second."""
    found = drive(rate, run.SECONDS, spread=True)
    run.show(found)
    assert found.throttles == {}
    assert (found.started, found.closed) == (rate * run.SECONDS, rate * run.SECONDS)
    assert quantile(found.start_ms, 0.99) < 50
    assert max(units for name, units in found.most_units.items() if name.startswith("write")) < WRITE_UNITS


@pytest.mark.full
@pytest.mark.parametrize("rate", [1000, 5000])
def test_the_lists_of_before_throttle(rate):
    """The control: the same ten seconds, on the keys of before."""
    found = drive(rate, run.SECONDS, spread=False)
    run.show(found)
    assert by_list(found.throttles)["write status"] > 10_000
    assert found.most_units["write status: default RUNNING"] == WRITE_UNITS
    assert found.refused > found.started / 2


@pytest.mark.full
@pytest.mark.parametrize("overdue", [False, True])
def test_10_000_timers_of_one_minute_are_woken_within_it(overdue):
    found = sweep(run.TIMERS, overdue=overdue)
    run.show_sweep(found)
    assert (found.woken, found.twice, found.throttled) == (run.TIMERS, 0, 0)
    assert found.seconds < 10
    assert found.late < 10
    assert found.calls == {"Query": 32, "BatchGetItem": 100, "UpdateItem": 10_000, "SendMessageBatch": 1000}


def test_one_call_after_the_other_would_take_the_whole_minute():
    """The control: so many threads are what it takes. A tenth of the timers takes a tenth of 56 s."""
    assert sweep(1000, threads=1).seconds > 5


# --- what is shown


@pytest.fixture(scope="module")
def figures():
    return json.loads(run.FIGURES.read_text(encoding="utf-8"))


def test_the_page_shows_what_was_kept(figures):
    text = run.PAGE.read_text(encoding="utf-8")
    assert run.with_tables(text, figures) == text, "run: python -m benchmarks.dynamo_limits.run --write"


@pytest.mark.parametrize("theme", picture.THEMES)
def test_the_pictures_show_what_was_kept(figures, theme):
    assert picture.path(run.DOCS, theme).read_text(encoding="utf-8") == picture.draw(figures, theme)


def test_what_was_kept_is_what_is_claimed(figures):
    by = {(each["rate"], each["spread"]): each for each in figures["loads"]}
    assert set(by) == set(itertools.product(run.RATES, (True, False)))
    assert by[5000, True]["throttles"] == {}
    assert by[5000, True]["closed"] == 50_000
    assert sum(by[5000, False]["throttles"].values()) > 10_000
    assert by[5000, False]["refused"] > 40_000
    assert [each["timers"] for each in figures["sweeps"]] == [run.TIMERS] * 3
    assert WORKFLOW == "order_flow"
