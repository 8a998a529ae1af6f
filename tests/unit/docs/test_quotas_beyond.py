"""What happens beyond the limits of docs/quotas.md, where no other test says it (test_docs_quotas.py has the list)."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from connectors.egress.dialling import Dialler
from engine.catalog.catalog import Catalog
from engine.catalog.document import parse_document
from engine.catalog.files import read_document
from engine.clock import SkipClock
from engine.durable import activation
from engine.durable.lifecycle.activities import Activities
from engine.durable.lifecycle.business_key import MAX_LENGTH
from engine.durable.lifecycle.redrives import ExecutionNotRedrivable
from engine.durable.worker import worker
from engine.errors import Conflict, InvalidDocument, PayloadTooLarge, StateFailure
from engine.language.asl.validate import validate
from engine.language.expr import intrinsic_functions, jsonata, jsonpath_select, jsonpath_syntax
from engine.language.expr.bounds import MOST_TEXT
from engine.language.expr.intrinsics import compile_intrinsic
from engine.language.expr.jsonpath import compile_path
from engine.language.expr.scope import Scope
from engine.settings import Settings
from engine.testing import simulate
from functions.tunables import Tunables
from tests.support.durable import TESTER, Product, ScriptedTasks
from tests.support.memory.stores import MemoryStores

DAY = 86_400.0
WAIT = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "Next": "T"}, "T": {
    "Type": "Task", "Resource": "connector:log:write", "End": True}}}
PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
LARGEST = 99_999_999


# ---------------------------------------------------------------- executions


def test_an_input_over_the_setting_is_refused():
    product = Product(PASS)
    product.settings = replace(Settings(), max_input_bytes=1024)
    product.start("x" * 1022)
    with pytest.raises(PayloadTooLarge, match="at most 1,024") as refused:
        product.start("x" * 1023, name="two")
    assert refused.value.status == 413
    assert "AUTOMATE_MAX_INPUT_BYTES" in str(refused.value.advice)


def test_nothing_counts_open_executions():
    product = Product(WAIT)
    keys = [product.start({}, name=f"n-{number}") for number in range(300)]
    assert {product.describe(key).status for key in keys} == {"RUNNING"}


@pytest.mark.parametrize(("days", "taken"), [(13.9, True), (14, False)])
def test_a_redrive_has_its_period(days, taken):
    product = Product({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}})
    key = product.start({})
    product.drain()
    product.clock.sleep(days * DAY)
    if taken:
        product.executions.redrive(key)
        assert product.describe(key).status == "RUNNING"
        return
    with pytest.raises(ExecutionNotRedrivable, match="could be redriven until"):
        product.executions.redrive(key)


@pytest.mark.parametrize(("length", "taken"), [(80, True), (81, False)])
def test_a_name_of_81_characters_is_refused(length, taken):
    product = Product(PASS)
    if taken:
        assert product.start({}, name="n" * length).name == "n" * length
    else:
        with pytest.raises(InvalidDocument) as refused:
            product.start({}, name="n" * length)
        assert refused.value.status == 422


def test_a_long_business_key_is_cut():
    product = Product(PASS, business_key="$.order")
    key = product.start({"order": "x" * (MAX_LENGTH + 50)})
    assert product.describe(key).business_key == "x" * MAX_LENGTH


# ---------------------------------------------------------------- definitions


def machine(state, **fields):
    return {"StartAt": "S", "States": {"S": {**state, "End": True}}, **fields}


TASK = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}


def retried(**fields):
    return machine({**TASK, "Retry": [{"ErrorEquals": ["E"], **fields}]})


def distributed(**fields):
    return machine({"Type": "Map", "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **PASS}, **fields})


def reader(most):
    return {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"},
            "ReaderConfig": {"InputType": "JSON", "MaxItems": most}}


@pytest.mark.parametrize(("definition", "most", "place"), [
    (lambda number: machine({**TASK, "TimeoutSeconds": number}), LARGEST, "/States/S/TimeoutSeconds"),
    (lambda number: machine({"Type": "Wait", "Seconds": number}), LARGEST, "/States/S/Seconds"),
    (lambda number: retried(MaxAttempts=number), LARGEST, "/States/S/Retry[0]/MaxAttempts"),
    (lambda number: retried(MaxDelaySeconds=number), 31_622_400, "/States/S/Retry[0]/MaxDelaySeconds"),
    (lambda number: distributed(ItemReader=reader(number)), 100_000_000,
     "/States/S/ItemReader/ReaderConfig/MaxItems"),
    (lambda number: distributed(ItemBatcher={"MaxInputBytesPerBatch": number}), 262_144,
     "/States/S/ItemBatcher/MaxInputBytesPerBatch"),
])
def test_a_number_above_its_bound_is_a_finding(definition, most, place):
    assert [found.severity for found in validate(definition(most)) if found.severity == "ERROR"] == []
    (found,) = [found for found in validate(definition(most + 1)) if found.severity == "ERROR"]
    assert found.location == place
    assert f"Maximum value is {most}" in found.message


@pytest.mark.parametrize(("definition", "limit"), [
    (lambda text: machine({"Type": "Pass", "InputPath": f"$.{text}"}), jsonpath_syntax.MOST_CHARACTERS),
    (lambda text: machine({"Type": "Pass", "Parameters": {"a.$": f"States.Array('{text}')"}}), 10_000),
    (lambda text: machine({"Type": "Pass", "Output": f"{{% '{text}' %}}"}, QueryLanguage="JSONata"),
     jsonata.MOST_CHARACTERS),
])
def test_a_text_that_is_too_long_is_a_finding(definition, limit):
    assert validate(definition("a" * (limit - 100))) == []
    assert [found.severity for found in validate(definition("a" * limit))] == ["ERROR"]


def test_nothing_counts_versions():
    """More than AWS keeps of a state machine."""
    catalog = Catalog(MemoryStores(SkipClock(0.0)).catalog, SkipClock(0.0))
    for number in range(1_001):
        document = parse_document({"name": "w", "definition": {**PASS, "Comment": f"{number}"}})
        catalog.import_document("default", document, actor=TESTER, force=True)
        published = catalog.publish("default", "w", actor=TESTER)
    assert published.number == 1_001


def test_a_number_of_too_many_digits_is_refused():
    name = b'{"name": "w", "definition": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true, "Result": '
    assert read_document(name + b"9" * 4000 + b"}}}}", "f.json")
    with pytest.raises(InvalidDocument, match="more than 4000 digits"):
        read_document(name + b"9" * 4001 + b"}}}}", "f.json")


def test_a_schema_with_too_long_a_pattern_is_refused():
    def document(length):
        return {"name": "w", "definition": PASS, "input_schema": {"pattern": "a" * length}}

    assert parse_document(document(10_000))
    with pytest.raises(InvalidDocument, match="10,000 characters"):
        parse_document(document(10_001))


@pytest.mark.parametrize(("within", "beyond"), [
    ("$[?(" + "(" * 28 + "@.a == 1" + ")" * 28 + ")]", "$[?(" + "(" * 40 + "@.a == 1" + ")" * 40 + ")]"),
    ("$[?(@ =~ /" + "a" * 1024 + "/)]", "$[?(@ =~ /" + "a" * 1025 + "/)]"),
])
def test_a_filter_too_deep_or_too_long_is_refused(within, beyond):
    assert compile_path(within).read(Scope([])) == []
    assert [found.severity for found in validate(machine({"Type": "Pass", "InputPath": beyond}))] == ["ERROR"]


@pytest.mark.parametrize("more", [0, 1, 10**12])
def test_a_computed_wait_is_cut_at_its_bound(more):
    definition = {"StartAt": "W", "States": {"W": {"Type": "Wait", "SecondsPath": "$.s", "End": True}}}
    done = simulate(definition, {"s": LARGEST + more})
    assert done.status == "SUCCEEDED"
    assert done.events[-1]["timestamp"] - done.events[0]["timestamp"] == pytest.approx(LARGEST, abs=1)


# ---------------------------------------------------------------- tasks and Maps


def test_calls_beyond_the_threads_wait():
    threads = set()

    def call(_):
        threads.add(threading.get_ident())
        return {}

    wide = machine({"Type": "Map", "ItemProcessor": {"StartAt": "T", "States": {"T": {
        "Type": "Task", "Resource": "connector:log:write", "End": True}}}})
    product = Product(wide, ScriptedTasks({"connector:log:write": [call]}))
    key = product.start([1] * 30)
    assert product.run(key, product.worker(call_threads=2)) is None
    assert product.describe(key).status == "SUCCEEDED"
    assert len(product.tasks.calls) == 30
    assert len(threads) <= 2


def test_a_connection_has_ten_seconds_and_then_the_next_one():
    given = []

    def connect(sock, address):
        given.append((address[0], sock.gettimeout()))
        raise TimeoutError("timed out")

    dialler = Dialler(SkipClock(0.0), resolve=lambda host, port: ["93.184.216.34", "93.184.216.35"], connect=connect)
    with pytest.raises(TimeoutError):
        dialler.dial("example.com", 443, 60.0)
    assert given == [("93.184.216.34", 10.0), ("93.184.216.35", 10.0)]


def test_a_poll_beyond_the_room_is_answered_at_once():
    clock = SkipClock(0.0)
    stores = MemoryStores(clock)
    activities = Activities(
        store=stores.activities, journal=stores.journal, queue=stores.queue, clock=clock, most_waiting=0
    )
    activities.create("default", "pick")
    assert activities.poll("default", "pick", wait=60.0) is None
    assert clock.now() == 0.0


def test_a_distributed_map_without_a_number_keeps_to_the_window(monkeypatch):
    monkeypatch.setattr(worker, "WINDOW", 7)
    seen = []
    work = "connector:log:write"
    tasks = ScriptedTasks({work: [lambda _: seen.append(open_children()) or {}]})
    product = Product(machine({"Type": "Map", "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "T",
        "States": {"T": {"Type": "Task", "Resource": work, "End": True}}}}), tasks)

    def open_children():
        headers = product.stores.journal._headers.values()
        return sum(header.status == "RUNNING" for header in headers if header.parent is not None)

    key = product.start(list(range(20)))
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"
    assert len(seen) == 20
    assert max(seen) <= 7


# ---------------------------------------------------------------- expressions


def test_a_path_that_looks_at_too_much_fails(monkeypatch):
    monkeypatch.setattr(jsonpath_select, "MOST_VISITS", 1000)
    assert len(compile_path("$..a").read(Scope([{"a": 1}] * 100))) == 100
    with pytest.raises(StateFailure, match="more than 1000 values") as failed:
        compile_path("$..a").read(Scope([{"a": 1}] * 1000))
    assert failed.value.error == "States.Runtime"


@pytest.mark.parametrize(("within", "beyond", "scope"), [
    ("States.ArrayRange(1, 1000, 1)", "States.ArrayRange(0, 1000, 1)", None),
    *[(f"States.{name}($.within{more})", f"States.{name}($.beyond{more})", {
        "within": "YWFh" * 2_500, "beyond": "YWFh" * 2_501}) for name, more in (
        ("Base64Encode", ""), ("Base64Decode", ""), ("Hash", ", 'MD5'"))],
    ("States.StringToJson($.within)", "States.StringToJson($.beyond)", {
        "within": '"' + "a" * (MOST_TEXT - 2) + '"', "beyond": '"' + "a" * (MOST_TEXT - 1) + '"'}),
])
def test_an_intrinsic_beyond_its_bounds_fails(within, beyond, scope):
    assert compile_intrinsic(within).evaluate(Scope(scope))
    with pytest.raises(StateFailure) as failed:
        compile_intrinsic(beyond).evaluate(Scope(scope))
    assert failed.value.error == "States.Runtime"
    assert intrinsic_functions.MOST_RANGE == 1000


# ---------------------------------------------------------------- workers


@pytest.mark.parametrize("read", [
    lambda value: Settings.from_environment({"EXECUTION_BATCH_SIZE": str(value + 9_000)}),
    lambda value: Tunables.from_context({"batch_size": value, "batch_window_seconds": 1}.get),
])
def test_a_setting_out_of_its_range_is_refused(read):
    assert read(1000).batch_size in (1000, 10_000)
    with pytest.raises(InvalidDocument) as refused:
        read(1001)
    assert "1" in str(refused.value)


def test_a_batch_over_ten_needs_a_window():
    with pytest.raises(InvalidDocument, match="without one"):
        Tunables.from_context({"batch_size": 11}.get)


def test_a_long_run_of_pure_states_is_several_segments():
    loop = {"StartAt": "P", "States": {
        "P": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "C"},
        "C": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1500, "Next": "E"}], "Default": "P"},
        "E": {"Type": "Succeed"}}}
    product = Product(loop)
    key = product.start({"n": 0})
    product.drain()
    assert product.describe(key).output == {"n": 1500}
    assert product.stores.journal.header(key).seq >= 3001 // activation.SEGMENT_TRANSITIONS


def test_a_conflict_is_no_limit():
    """The same name once more is answered, not counted."""
    product = Product(WAIT)
    assert product.start({}) == product.start({})
    with pytest.raises(Conflict):
        product.start({"other": 1})
