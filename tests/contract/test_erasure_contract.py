"""engine.ports.erasure.ErasureStore: in memory, SQLite and DynamoDB, under what asks them (lifecycle.erasing)."""

from __future__ import annotations

import json

import pytest

from engine.adapters.aws.erasure import store as aws_store
from engine.durable import inbox
from engine.durable.lifecycle.erasing import ASKED_SECONDS, Erasing, ExecutionIsOpen
from engine.durable.lifecycle.errors import ExecutionTaken
from engine.durable.lifecycle.forking.forks import Wanted
from engine.durable.lifecycle.forking.running import Calls
from engine.durable.lifecycle.redrives import ExecutionNotRedrivable
from engine.errors import NotFound, StoreUnavailable
from engine.ports.erasure import Erasure
from engine.ports.journal import HeaderChange, row_of
from engine.ports.keys import ExecutionKey
from engine.ports.people.views import SavedViews
from engine.ports.tasks import TaskFailed
from tests.support import backends
from tests.support.durable import TESTER
from tests.support.erasing import Asked
from tests.support.flows import ONE_TASK, WORK, flow, task
from tests.support.records import a_header, a_segment
from tests.support.terms import expire, rows

CANARY = "canary-4711"
KEYED = {"business_key": "$.customer"}
ITEMS = flow({"Each": {
    "Type": "Map", "ItemsPath": "$.lines", "End": True, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **flow({"Line": task(End=True)}),
    }}})
PARENT = flow({"Start": {
    "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": True,
    "Parameters": {"StateMachineArn": "child", "Input.$": "$"},
}})


@pytest.fixture(params=("memory", "sqlite", "aws"))
def stores(request, tmp_path):
    with backends.open_backend(request.param, tmp_path / "data") as backend:
        yield backend


def left(stores):
    """All that is stored of any execution, but what says that there was one."""
    if stores.family == "aws":  # beside the header lies the number that a redrive would take
        found = [item for item in table_items() if item["pk"].value.startswith(("E#", "X#"))]
        return [item for item in found if "expires_at" not in item]
    if stores.family == "memory":
        journal, erasure = stores.journal, stores.erasure
        kept = (journal._headers, journal._rows, journal._inputs, erasure._held, erasure._pending)
        return [*kept[0], *kept[1], *kept[2], *kept[3], *kept[4], *(s for s in journal._segments.values() if s)]
    names = ("header", "execution", "input", "segment", "inbox", "wake", "erasure")
    read = stores.stores._database.rows
    return [name for name in names if read(f"SELECT count(*) FROM {name}")[0][0]]  # noqa: S608  our own tables


def test_one_that_has_ended_is_gone_at_once_and_deleted(stores):
    product = Asked(stores)
    key = product.ended({"order": 1})
    other = product.ended({"order": 2}, name="two")
    erased = product.erasing.erase_one(key, TESTER)
    assert erased.executions == (key.id,)
    assert erased.pending == (stores.family == "aws")
    with pytest.raises(ExecutionTaken):
        product.describe(key)
    assert product.listed() == [other.id]
    assert stores.journal.execution_input(key) is None
    product.over()
    assert product.told[0] == key.id
    assert product.describe(other).status == "SUCCEEDED"
    with pytest.raises(ExecutionTaken):
        product.describe(key)
    product.erasing.erase_one(other, TESTER)
    product.over()
    assert left(stores) == []


def test_one_that_runs_is_refused_by_name(stores):
    product = Asked(stores)
    key = product.start({"order": 1}, name="one")
    with pytest.raises(ExecutionIsOpen, match=f"{key.id} is RUNNING") as refused:
        product.erasing.erase_one(key, TESTER)
    assert f"automate stop {key.id}" in refused.value.advice
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"


def test_what_is_not_there_is_not_erased(stores):
    product = Asked(stores)
    with pytest.raises(NotFound):
        product.erasing.erase_one(ExecutionKey.of("default", "flow", "none"), TESTER)


def test_a_business_key_means_exactly_it(stores):
    product = Asked(stores, **KEYED)
    keys = [product.ended({"customer": customer}, name=name) for name, customer in (
        ("one", "c*"), ("two", "c*"), ("three", "cd"), ("four", "c"),
    )]
    found = product.erasing.find("default", "c*")
    assert {one.key for one in found.executions} == set(keys[:2])
    assert found.next_token is None
    assert product.erasing.find("default", "c*", workflow="other").executions == ()
    product.erasing.erase([one.key for one in found.executions], TESTER)
    product.over()
    assert sorted(product.listed()) == sorted(key.id for key in keys[2:])


def test_what_runs_stays_and_the_others_go(stores):
    product = Asked(stores, **KEYED)
    key = product.ended({"customer": CANARY})
    runs = product.start({"customer": CANARY}, name="runs")
    found = product.erasing.find("default", CANARY)
    assert [one.key for one in found.executions if one.refusal] == [runs]
    erased = product.erasing.erase([one.key for one in found.executions], TESTER)
    assert (erased.executions, list(erased.refused)) == ((key.id,), [runs.id])
    product.over()
    assert product.listed() == [runs.id]


def test_the_items_of_a_map_run_go_with_it(stores):
    product = Asked(stores, ITEMS)
    key = product.ended({"lines": [CANARY, CANARY, CANARY]})
    item = ExecutionKey("default", f"{key.id}~1.0~0")
    assert stores.journal.put_inbox(inbox.stop_item(item, 1.0, error=None, cause=CANARY, actor=TESTER))
    product.erasing.erase_one(key, TESTER)
    product.over()
    assert left(stores) == []
    assert len(product.told) == 4


def test_who_is_waited_for_goes_with_its_parent_and_not_alone(stores):
    product = Asked(stores, PARENT, child=flow({"Work": task(End=True)}), **KEYED)
    key = product.ended({"customer": CANARY})
    (child,) = [one for one in product.listed() if one.startswith("child:")]
    with pytest.raises(ExecutionIsOpen, match=f"child of {key.id}"):
        product.erasing.erase_one(ExecutionKey("default", child), TESTER)
    product.erasing.erase_one(key, TESTER)
    product.over()
    assert left(stores) == []
    assert set(product.told) == {key.id, child}


def test_a_child_that_is_found_leads_to_its_parent(stores):
    product = Asked(stores, PARENT)
    child = flow({"Work": task(End=True)})
    product.published.publish(child, "child", **KEYED)
    key = product.ended({"customer": CANARY})
    (found,) = product.erasing.find("default", CANARY).executions
    assert found.key == key
    assert found.because_of.startswith("child:")


def test_what_goes_along_is_found_before(stores):
    """Where the store erases at once: what it has waited for, and its forks, whatever their own business key is."""
    product = Asked(stores, PARENT, child=flow({"Work": task(End=True)}), **KEYED)
    key = product.ended({"customer": CANARY})
    other = fork(product, key)
    found = product.erasing.find("default", CANARY)
    assert [one.key for one in found.executions if one.because_of is None and one.key.fork_of is None] == [key]
    wanted = set(product.listed()) if stores.family != "aws" else {key.id, other.key.id}
    assert {one.key.id for one in found.all} == wanted
    erased = product.erasing.erase([one.key for one in found.executions], TESTER)
    assert set(erased.executions) == wanted


@pytest.mark.parametrize("stores", ["memory", "sqlite"], indirect=True)
def test_one_that_has_waited_for_what_is_open_again_stays_and_says_why(stores):
    product = Asked(
        stores, PARENT, {WORK: [TaskFailed("Broken")]}, child=flow({"Work": task(End=True)}), **KEYED,
    )
    key = product.ended({"customer": CANARY})
    (child,) = [one for one in product.listed() if one.startswith("child:")]
    product.executions.redrive(ExecutionKey("default", child))
    (found,) = product.erasing.find("default", CANARY).all
    assert (found.key, f"the execution {child} is RUNNING" in found.refusal) == (key, True)
    erased = product.erasing.erase([key], TESTER)
    assert (erased.executions, erased.refused[key.id].message) == ((), found.refusal)


def test_who_redrives_late_writes_nothing(stores):
    product = Asked(stores, flow({"Work": task(End=True)}), {WORK: [TaskFailed("Broken")]})
    key = product.ended({"order": 1})
    header, loaded = stores.journal.header(key), stores.journal.load(key)
    product.erasing.erase_one(key, TESTER)
    late = a_segment(key, loaded.segments[-1].seq + 1, nonce="redrive")
    change = HeaderChange(key, late.seq, "RUNNING", 1.0, reopens="FAILED", row=row_of(header, status="RUNNING"))
    assert stores.journal.commit([late]) == [False]
    assert stores.journal.update_headers([change]) == [False]
    with pytest.raises((ExecutionTaken, ExecutionNotRedrivable)):
        product.executions.redrive(key)
    product.over()
    assert stores.journal.commit([late]) == [False]
    assert left(stores) == []


def test_a_redrive_that_was_faster_keeps_it(stores):
    product = Asked(stores, flow({"Work": task(End=True)}), {WORK: [TaskFailed("Broken"), {"done": True}]})
    key = product.ended({"order": 1})
    erasure = Erasure("default", "e", product.clock.now(), TESTER, (key.id,))
    stores.erasure.begin(erasure)
    product.executions.redrive(key)
    assert not stores.erasure.hold(erasure, key)
    product.drain()
    product.clock.sleep(ASKED_SECONDS + 1)
    product.erasing.go_on("default")
    assert product.describe(key).status == "SUCCEEDED"
    assert product.erasing.pending("default") == []


def fork(asked, key, *allowed):
    calls = Calls(asked.tasks, lambda _resource: False, allow=allowed)
    return asked.executions.fork(key, Wanted(1, "me", ({"order": 2},)), calls)


def test_a_fork_that_runs_while_its_original_is_erased_leaves_nothing(stores):
    """Before its call it is known, and goes with the original; its end is written over nothing."""
    asked = Asked(stores, ONE_TASK, {WORK: [{"done": 1}]})
    key = asked.ended({"order": 1})

    def erases(_call):
        asked.erasing.erase_one(key, TESTER)
        return {"done": 2}

    asked.tasks.answers[WORK] = [erases]
    with pytest.raises(NotFound, match="was deleted while the fork ran"):
        fork(asked, key, "Work")
    asked.over()
    assert (asked.listed(), left(stores)) == ([], [])


@pytest.mark.parametrize("at", ["hold", "add_ended"])
def test_a_fork_that_is_written_as_its_original_is_erased_leaves_nothing(stores, monkeypatch, at):
    """Between the look for forks and the hold; and between the fork's last look and its write."""
    asked = Asked(stores, ONE_TASK, {WORK: [{"done": 1}]})
    key = asked.ended({"order": 1})
    holder = stores.erasure if at == "hold" else stores.journal
    real, others = getattr(holder, at), []

    def meanwhile(*given, **more):
        if not others:
            others.append(at)
            if at == "hold":
                asked.executions.fork(key, Wanted(1, "me"), Calls(asked.tasks, lambda _resource: False))
            else:
                asked.erasing.erase_one(key, TESTER)
        return real(*given, **more)

    monkeypatch.setattr(holder, at, meanwhile)
    if at == "hold":
        asked.erasing.erase_one(key, TESTER)
    else:
        with pytest.raises(NotFound, match="was deleted while the fork ran") as refused:
            fork(asked, key)
        assert refused.value.advice.startswith("Nothing was called.")
    asked.over()
    assert (asked.listed(), left(stores)) == ([], [])


def test_one_that_died_half_way_is_named_and_goes_on(stores):
    product = Asked(stores)
    key = product.ended({"order": 1})
    erasure = Erasure("default", "e", product.clock.now(), TESTER, (key.id,))
    stores.erasure.begin(erasure)
    stores.erasure.hold(erasure, key)
    stores.restart()
    assert [one.executions for one in product.erasing.pending("default")] == [(key.id,)]
    with pytest.raises(ExecutionTaken):
        product.executions.redrive(key)
    erased = product.erasing.erase_one(key, TESTER)
    assert erased.erasure.id == "e"
    product.over()
    assert left(stores) == []


@pytest.mark.parametrize("broken", range(1, 8))
def test_an_error_between_any_two_steps_loses_nothing(stores, broken, monkeypatch):
    product = Asked(stores, ITEMS)
    key = product.ended({"lines": [1, 2]})
    calls = 0

    def failing(name):
        real = getattr(stores.erasure, name)

        def call(*given):
            nonlocal calls
            calls += 1
            if calls == broken:
                raise StoreUnavailable("a test")
            return real(*given)

        return call

    names = ("begin", "hold", "erase", "remember", "end")
    with monkeypatch.context() as patch:
        for name in names:
            patch.setattr(stores.erasure, name, failing(name))
        try:
            product.erasing.erase_one(key, TESTER)
            product.clock.sleep(ASKED_SECONDS + 1)
            product.erasing.go_on("default")
        except StoreUnavailable:
            pass
    try:
        product.erasing.erase_one(key, TESTER)
    except NotFound:
        assert calls
    product.over()
    assert left(stores) == []


def test_a_long_one_is_deleted_in_pieces(stores):
    key = ExecutionKey.of("default", "orders", "long")
    header = a_header(key)
    stores.journal.create(header, b"{}", row_of(header))
    for seq in range(450):
        stores.journal.commit([a_segment(key, seq, first_event=seq + 1, last_event=seq + 1, body=PIECE)])
    closed = row_of(header, status="SUCCEEDED", ended_at=1.0)
    stores.journal.update_headers([HeaderChange(key, 449, "SUCCEEDED", None, ended_at=1.0, row=closed)])
    erasure = Erasure("default", "e", stores.clock.now(), TESTER, (key.id,))
    stores.erasure.begin(erasure)
    assert stores.erasure.hold(erasure, key)
    if stores.family == "aws":
        stores.erasure._rest._awaited = lambda _key: iter(())
    assert stores.erasure.erase(erasure, key, lambda _keys: None) == 1
    assert stores.erasure.end(erasure)
    assert left(stores) == []


def erased(stores):
    """A product, one that it has erased, and when that was started."""
    product = Asked(stores)
    started = product.clock.now()
    key = product.ended({"order": 1})
    product.clock.sleep(1.0)
    product.erasing.erase_one(key, TESTER)
    product.over()
    return product, key, started


def test_what_a_copy_brings_back_is_erased_again(stores):
    product, key, started = erased(stores)
    put_back(stores, key, started)
    assert stores.journal.header(key) is not None
    assert product.erasing.catch_up("default", TESTER) == 1
    product.over()
    assert stores.journal.header(key) is None
    assert product.erasing.catch_up("default", TESTER) == 0


def test_one_that_got_the_name_since_is_not_erased_with_what_a_copy_brings_back(stores):
    product, key, started = erased(stores)
    product.clock.sleep(1.0)
    put_back(stores, key, product.clock.now())
    assert started < stores.journal.header(key).started_at
    assert product.erasing.catch_up("default", TESTER) == 0
    assert stores.journal.header(key) is not None


def test_a_view_of_an_erased_key_goes_and_one_that_a_copy_brings_back_too(stores):
    product = Asked(stores)
    views, now = MemoryViews() if stores.family == "memory" else stores.stores.views, product.clock.now()
    erasing = Erasing(
        stores.erasure, stores.journal, stores.index, product.clock, views=lambda: views,
        at_once=stores.family != "aws",
    )

    def save(name, key, at):
        saved = views.read("default")
        kept = json.loads(saved.text or "{}") | {name: {"filters": {"business_key": key}, "saved_at": at}}
        assert views.write("default", json.dumps(kept), saved.revision)

    def names():
        return sorted(json.loads(views.read("default").text))

    for name, key in (("hers", CANARY), ("hers and more", f"{CANARY}*"), ("his", "canary-9"), ("longer", f"{CANARY}1")):
        save(name, key, now)
    product.clock.sleep(1.0)
    assert erasing.forget_key("default", CANARY, TESTER) == ["hers", "hers and more"]
    assert names() == ["his", "longer"]
    if stores.family == "sqlite":
        stores.stores._database.write(lambda connection: connection.execute("DELETE FROM erased"))
    save("hers", CANARY, now)
    save("made since", CANARY, product.clock.now() + 1)
    erasing.catch_up("default", TESTER)
    assert names() == ["his", "longer", "made since"]
    listed = repr(stores.erasure.listed) if stores.family == "memory" else repr(list(everything_listed(stores)))
    assert (CANARY in listed) == (stores.family == "memory")


def everything_listed(stores):
    """The list beside the data, as it lies there."""
    if stores.family == "sqlite":
        yield (stores.stores._database.path.parent / "erased.jsonl").read_text()
    else:
        yield from stores.erasure._list.entries("default")


class MemoryViews:
    """engine.ports.people.views.Views."""

    def __init__(self):
        self.saved = SavedViews()

    def read(self, workspace):
        return self.saved

    def write(self, workspace, text, revision):
        if revision != self.saved.revision:
            return False
        self.saved = SavedViews(text, revision + 1)
        return True


def put_back(stores, key, started):
    """The state of before: the execution, still open; and no knowledge of the erasure but the list beside the data."""
    if stores.family == "sqlite":
        stores.stores._database.write(lambda connection: connection.execute("DELETE FROM erased"))
    if stores.family == "aws":
        stores.stores.stored.delete([place for place in rows() if place[0].startswith("E#")])
    header = a_header(key, started_at=started)
    stores.journal.create(header, b"{}", row_of(header))
    stores.journal.commit([a_segment(key, 0)])


@pytest.mark.parametrize("stores", ["aws"], indirect=True)
def test_on_aws_the_name_is_all_that_stays_for_a_day(stores):
    product = Asked(stores, ONE_TASK, **KEYED)
    key = product.ended({"customer": CANARY})
    product.erasing.erase_one(key, TESTER)
    product.over()
    assert sorted(sk for pk, sk in rows() if pk.startswith("E#")) == ["H", "S#000000000002"]
    assert CANARY not in repr(table_items())
    product.clock.sleep(aws_store.KEPT_DAYS * 86_400 + 1)
    expire(product.clock.now())
    assert [pk for pk, _ in rows() if pk.startswith("E#")] == []


def table_items():
    from tests.support.terms import TABLE, _items  # noqa: PLC0415  moto's

    return [item.attrs for found in _items(TABLE).values() for item in found.values()]


PIECE = b"\x00" + b"x" * 40


def test_an_erasure_reaches_back_to_the_first_start_of_what_it_erases(stores):
    """What was said of it since then is looked for."""
    product = Asked(stores)
    first = product.ended(name="first")
    began = product.describe(first).started_at
    stores.clock.sleep(100)
    second = product.ended(name="second")
    stores.clock.sleep(1000)
    assert product.erasing.erase([second, first], TESTER).erasure.since == began


def test_who_goes_on_leaves_an_erasure_to_its_asker_for_a_while(stores):
    product = Asked(stores)
    key = product.ended()
    stores.erasure.begin(Erasure(product.workspace, "e1", stores.clock.now(), TESTER, (key.id,)))
    assert product.erasing.go_on(product.workspace) == 0
    assert [erasure.id for erasure in product.erasing.pending(product.workspace)] == ["e1"]
    stores.clock.sleep(ASKED_SECONDS)
    assert product.erasing.go_on(product.workspace) == 1
