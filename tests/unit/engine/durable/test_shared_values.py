"""An execution whose segments refer to a large value of an earlier one: whoever loads it, and whoever reads it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.durable import codec
from engine.durable.activation import Activation
from engine.durable.large_values import Values, Written
from engine.durable.lifecycle.forking.forks import Wanted
from engine.durable.lifecycle.forking.running import Calls
from engine.durable.outline import SHARES_VALUES, LeftOut
from engine.durable.views.ledger_facts import Reading
from engine.kernel.history import HistoryEvent
from engine.kernel.snapshot import Snapshot
from functions.app.acts import digest
from tests.support.durable import Product, ScriptedTasks
from tests.support.flows import WORK, flow, task
from tests.support.stepping import FACTS

ROWS = [{"id": number, "text": f"{number * 7919 % 100_003:x}" * 4} for number in range(2_000)]
LARGE = {"rows": ROWS}
STATES = {
    "Get": task(ResultPath="$.found", Next="Keep"),
    "Keep": {"Type": "Pass", "Next": "Rest"},
    "Rest": {"Type": "Wait", "Seconds": 1200, "Next": "Again"},
    "Again": task(Parameters={"of.$": "$.found"}, ResultPath="$.again", Next="Send"),
    "Send": task(Parameters={"of.$": "$.found"}, ResultPath="$.sent", End=True),
}


@pytest.fixture(autouse=True)
def few_whole_ones(monkeypatch):
    """Segments hold the whole snapshot at first alone."""
    def account(activation, _segment):
        activation._checkpoint_bytes, activation._delta_bytes = 10**9, 0

    monkeypatch.setattr(Activation, "_account", account)


ANSWERS = {"Get": LARGE, "Again": {"rows": [*ROWS, "more"]}, "Send": {"seen": 1}}


def ended(schema=SHARES_VALUES, states=STATES, answer=lambda call: ANSWERS[call.state]):
    """Each wake has a worker of its own, which loads what those before have written."""
    product = Product(flow(states), ScriptedTasks({WORK: [answer]}))
    product.settings = replace(product.settings, snapshot_schema=schema)
    key = product.start({"order": 7})
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"
    return product, key, [segment for _, segment in sorted(product.stores.journal._segments[key].items())]


def test_each_segment_names_the_one_that_holds_the_value_and_no_other():
    _, _, segments = ended()
    holds = {}
    for segment in segments:
        for value in codec.held_by(segment.body):
            holds.setdefault(value, []).append(segment.seq)
    assert [len(seqs) for seqs in holds.values()] == [1] * len(holds), "a value is written again"
    tables = [codec.stored_json(segment.body)["o"]["t"] for segment in segments if codec.has_outline(segment.body)]
    assert {seq for table in tables for _, value, seq in table if seq != holds[value][0]} == set()
    assert sum(seq != own for table, own in zip(tables, range(99), strict=False) for *_, seq in table) > 2


def test_what_is_read_of_it_is_what_was_written():
    product, key, _ = ended()
    executions = product.executions
    whole = list(executions.each_event(key))
    assert executions.describe(key).output == {
        "order": 7, "found": LARGE, "again": {"rows": [*ROWS, "more"]}, "sent": {"seen": 1},
    }
    late = whole[-3].id
    assert [event for event in whole if event.id > late] == list(executions.each_event(key, after=late))
    fill = executions.filling(key)
    assert [event._replace(details=fill(event.details)) for event in executions.each_event(key, outlined=True)] == whole
    assert next(event for event in whole if event.type == "TaskSucceeded").details["output"] == LARGE


def test_the_ledger_reads_it():
    product, key, _ = ended()
    reading = Reading(product.tasks.policy, lambda _state, value: digest(value), lambda _state, value: digest(value))
    rows = product.executions.effects(key, reading, after=(0, -1), most=100).effects
    assert [row.digest for row in rows][1:] == [digest({"of": LARGE})] * 2
    outlined = product.executions.effects(key, replace(reading, outlined=True), after=(0, -1), most=100).effects
    assert [row.digest for row in outlined] == [row.digest for row in rows]


def test_a_fork_gives_what_its_original_gave():
    product, key, _ = ended()
    last = list(product.executions.each_event(key))[-2].id
    fork = product.executions.fork(key, Wanted(last, "me"), Calls(product.tasks, lambda _resource: False))
    assert fork.output == product.describe(key).output


def test_a_stage_that_has_not_confirmed_it_refers_to_nothing():
    _, _, segments = ended(SHARES_VALUES - 1)
    assert [segment.seq for segment in segments if codec.held_by(segment.body)] == []


def runs(first, second):
    """Two runs of Pass states with these results, a Task before each: its result goes through all without one."""
    states = {}
    for part, results in (("A", first), ("B", second)):
        states[f"Get{part}"] = task(ResultPath="$.found")
        for number, result in enumerate(results):
            states[f"{part}{number}"] = {"Type": "Pass", **({} if result is None else {"Result": result})}
    names = list(states)
    for name, then in zip(names, [*names[1:], None], strict=True):
        states[name] |= {"End": True} if then is None else {"Next": then}
    return states


@pytest.mark.parametrize(("second", "segments"), [
    ([None] * 30, (3, 18)), ([{"rows": [*ROWS, number]} for number in range(30)], (6, 18)),
])
def test_a_segment_is_as_long_as_what_is_new_in_it(second, segments):
    """What an earlier one holds makes it no longer: so a run of states that hand it on is not cut."""
    states = runs([None] * 4, second)
    found = [ended(schema, states, lambda _call: LARGE)[2] for schema in (SHARES_VALUES, SHARES_VALUES - 1)]
    assert tuple(map(len, found)) == segments


def bare(value, number, kind="PassStateExited"):
    """A change with one event that has `value`, and nothing else."""
    details = {"name": "P", "output": value} if kind == "PassStateExited" else value
    events = (HistoryEvent(number, number - 1, kind, 1.5, details),)
    snapshot = Snapshot(FACTS, None, next_event=number + 1)
    return codec.Change((), (codec.encode_events(events),), snapshot, frozenset(), frozenset(), events)


def test_what_no_number_was_known_for_is_written_again():
    """Segments that are written at once, as a fork's are, name no segment: none refers to them later."""
    alone = codec.encode_change(bare(LARGE, 1), checkpoint=True)
    values = Values()
    codec.decode_snapshot([alone], values=values)
    following = codec.encode_change(bare(LARGE, 2), checkpoint=False, written=Written(values.known(), 1))
    assert len(codec.held_by(following)) == len(codec.held_by(alone)) == 1
    assert codec.decode_events(following)[0].details["output"] == LARGE


def test_an_object_that_is_large_beside_its_large_values_is_one_value():
    value = {"one": "1" * 9_000, "two": "2" * 9_000, **{f"n{number}": "3" * 600 for number in range(20)}, "fill": ROWS}
    body = codec.encode_change(bare(value, 1), checkpoint=True, written=Written(seq=0))
    assert [*codec.held_by(body).values()] == [value]
    assert codec.decode_events(body)[0].details["output"] == value


@pytest.mark.parametrize("schema", [SHARES_VALUES - 1, SHARES_VALUES])
def test_an_error_s_cause_is_read_with_the_steps(schema):
    failed = {"error": "Demo.Down", "cause": "because " * 2_000, "output": ROWS}
    body = codec.encode_change(bare(failed, 1, "TaskFailed"), checkpoint=True, schema=schema, written=Written(seq=0))
    details = codec.decode_events(body, outlined=True)[0].details
    assert details["cause"] == failed["cause"]
    assert isinstance(details["output"], LeftOut)
