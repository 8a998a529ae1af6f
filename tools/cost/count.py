"""Counts what executions cost in AWS's units, through the real adapters: ``python -m tools.cost.count`` writes
engine/cost/counted.json, ``--check`` compares it with a fresh count instead.

    shapes ──► the API's start, the worker's handler ──► botocore ──► moto
                                                            └─hooks─► Meter ──► units of each shape
    two shapes that differ in one act ──► the units of that act

Each shape is counted in a deployment of its own, alone and (those that are compared) in a batch of ten executions,
after one that is not counted: what a process reads once, the version above all, it has read then.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.cost import counted
from engine.cost.units import NONE, Units
from engine.ports.keys import ExecutionKey
from tools.cost.deployment import CountConnector, Deployment, answer, deployed, publish
from tools.cost.shapes import BY_NAME, PAYLOADS_KB, SHAPES, Shape, passes, tasks

Json = Any

BATCHES = (1, 10)
BATCHED = ("pass_1", "wait_2", "callback_2")
"""Shapes that are counted in a batch though nobody compares them: tests hold the acts to them."""

SEALED = {1: 1, 10: 160}
"""How many executions' entries are sealed, or ends noted, at once where a worker is handed one execution, or ten: ten
wait at a time in a stage that starts a hundred a second or so, and the stream is gathered for a second."""

PAUSE_SECONDS = 10
"""Between two invocations: a worker looks again what is paused, as it does every two seconds."""

PAYLOAD_STATES = (1, 6)
"""The tasks, or pure states, of the two shapes whose difference is what a payload takes."""

LOG_TOLERANCE = 0.1
"""Of log lines, whose words change more often than their price matters."""

DEFLATED_TOLERANCE, DEFLATED_UNITS, PAYLOAD_UNITS = 0.05, 0.002, 0.25
"""Of units: another zlib deflates to a little more or less. A write more in any act is beyond it."""


def count() -> Json:
    """The whole table, as counted.json holds it, without its date."""
    shapes = {shape.name: _counted(shape) for shape in SHAPES}
    payloads = [_payload(kilobytes) for kilobytes in PAYLOADS_KB]
    alone = {name: Units.of(found["batches"]["1"]["run"]) for name, found in shapes.items()}
    deleted = {name: Units.of(found["deleted"]) for name, found in shapes.items()}
    return {
        "invocation": (invocation := _invocation(shapes)).as_dict(),
        "acts": {name: units.as_dict() for name, units in _acts(shapes, alone, invocation).items()},
        "deletion": {name: _not_below_none(units).as_dict() for name, units in _by_act(deleted).items()},
        "payloads": _over_the_first(payloads),
        "sealing": {str(batch): _sealing(executions).as_dict() for batch, executions in SEALED.items()},
        "noting": {str(batch): _noting(executions).as_dict() for batch, executions in SEALED.items()},
        "shapes": shapes,
    }


def _sealing(executions: int) -> Units:
    """An entry of the audit log, where those of so many executions are sealed at once."""
    with deployed() as deployment:
        return deployment.seal(executions)


def _noting(executions: int) -> Units:
    """An end, where those of so many executions are noted at once."""
    with deployed() as deployment:
        return deployment.note(executions)


def _counted(shape: Shape) -> Json:
    return counted_shape(shape, batches=BATCHES if shape.title or shape.name in BATCHED else BATCHES[:1])


def counted_shape(shape: Shape, *, batches: Sequence[int]) -> Json:
    """A shape with its units in batches of these sizes, as counted.json has it. One is deleted by itself."""
    found, deleted = {}, NONE
    for batch in batches:
        start, run, deletion = _alone(shape, batch)
        found[str(batch)] = {"start": start.as_dict(), "run": run.as_dict()}
        deleted = deletion if batch == 1 else deleted
    return {
        "title": shape.title, "kind": shape.kind, "transitions": shape.transitions, "acts": dict(shape.acts),
        "express": shape.express, "seconds": shape.seconds, "batches": found, "deleted": deleted.as_dict(),
    }


def _alone(shape: Shape, batch: int) -> tuple[Units, Units, Units]:
    """`_run` in a deployment of its own, for moto takes the longer the more it holds; and what it takes to delete one
    execution by itself once its term is over."""
    with deployed() as deployment:
        for published in dict.fromkeys((BY_NAME["pass_1"].name, shape.name)):
            found = BY_NAME.get(published, shape)
            publish(deployment.services, published, found.definition, found.kind)
        _run(deployment, shape, 1)
        start, run, keys = _run(deployment, shape, batch)
        return start, run, deployment.delete(keys) if batch == 1 else NONE


def _run(deployment: Deployment, shape: Shape, batch: int) -> tuple[Units, Units, list[ExecutionKey]]:
    """What `batch` executions take, each: to be started, and from then on until they are closed; and their keys."""
    start = run = NONE
    deployment.clock.sleep(PAUSE_SECONDS)
    deployment.stubs = shape.stubs
    keys = []
    executions = 1 if "child" in shape.acts else batch  # its children fill the batches
    for _ in range(executions):
        key, units = deployment.start(shape.name, shape.input)
        keys.append(key)
        start = start + units
    while True:
        delivered = deployment.deliver(batch)
        while delivered is not None:
            run = run + delivered
            delivered = deployment.deliver(batch)
        if not CountConnector.tokens:
            break
        run = run + deployment.answer(CountConnector.tokens.pop(0), {"ok": True})
        for token in CountConnector.tokens:
            run = run + deployment.answer(token, {"ok": True})
        CountConnector.tokens.clear()
    ended = {deployment.services.executions.describe(key).status for key in keys}
    if ended != {"FAILED" if "failed" in shape.acts else "SUCCEEDED"}:
        raise RuntimeError(f"{shape.name} ended {ended}")
    return start * (1 / executions), run * (1 / executions), keys


def _invocation(shapes: Mapping[str, Json]) -> Units:
    """What an invocation takes whatever its batch, except SQS: what ten executions share that one alone does not."""
    one, ten = (Units.of(shapes["task_1"]["batches"][str(batch)]["run"]) for batch in BATCHES)
    shared = (one - ten) * (10 / 9)
    return Units(
        read_units=round(shared.read_units), sqs_requests=2, lambda_requests=1, log_bytes=round(shared.log_bytes),
    )


def _acts(shapes: Mapping[str, Json], alone: Mapping[str, Units], invocation: Units) -> dict[str, Units]:
    """The units of each act, without those of its invocations; `lambda_requests` says how many it has of them."""
    acts = _by_act(alone) | {"start": Units.of(shapes["task_1"]["batches"]["1"]["start"])}
    return {name: _without(units, invocation) for name, units in acts.items()}


def _by_act(alone: Mapping[str, Units]) -> dict[str, Units]:
    """The units of each act, from those of whole shapes that differ in it."""

    def each(more: str, less: str, act: str) -> Units:
        """What one more of `act` takes."""
        times = BY_NAME[more].acts[act] - BY_NAME[less].acts.get(act, 0)
        between = {name: number - BY_NAME[less].acts.get(name, 0) for name, number in BY_NAME[more].acts.items()}
        others = sum_of({name: number for name, number in between.items() if number and name != act})
        return (alone[more] - alone[less] - others) * (1 / times)

    acts: dict[str, Units] = {}

    def sum_of(parts: Mapping[str, float]) -> Units:
        return counted.total_of(acts, parts)

    acts["pure"] = each("loop_500", "loop_50", "pure")
    acts["task"] = each("task_40", "task_10", "task")
    acts["run"] = alone["pass_1"] - acts["pure"]
    acts["wait"] = each("wait_2", "wait_1", "wait")
    acts["callback"] = each("callback_2", "callback_1", "callback")
    acts["item"] = each("map_pass_100", "map_pass_10", "item")
    acts["failure"] = alone["caught_0"] - sum_of({"run": 1, "task": 1, "pure": 1})
    acts["retry"] = each("caught_2", "caught_1", "retry")
    acts["failed"] = alone["fail"] - sum_of({"run": 1, "pure": 1})
    acts["child"] = each("distributed_25", "distributed_5", "child")
    acts["map_run"] = alone["distributed_25"] - sum_of({"run": 1, "child": 25, "task": 25})
    acts["started"] = each("started_2", "started_1", "started")
    acts["express_task"] = each("express_10", "express_1", "express_task")
    acts["express"] = alone["express_1"] - acts["express_task"]
    return acts


def _without(units: Units, invocation: Units) -> Units:
    """`units` less its invocations, whose number stays."""
    times = units.lambda_requests
    left = units - invocation * times
    return _not_below_none(left + Units(lambda_requests=times))


def _not_below_none(units: Units) -> Units:
    """Below 0 is a shorter line of metrics, or what a float leaves."""
    return Units(*(value if value > 1e-9 else 0.0 for value in units.values()))


def _payload(kilobytes: float) -> Json:
    """What a task's result of so many KB takes, an input of so many, and a pure state that hands it on."""
    given = answer(kilobytes)
    some, more = PAYLOAD_STATES
    _, results, taken = zip(
        *(_alone(Shape("results", tasks(number, kilobytes), {}, 0), 1) for number in (some, more)), strict=True
    )
    starts, runs, left = zip(
        *(_alone(Shape("inputs", passes(number), {}, 0, input=given), 1) for number in (some, more)), strict=True
    )
    each = {"task": (results[1] - results[0], taken[1] - taken[0]), "pure": (runs[1] - runs[0], left[1] - left[0])}
    found: dict[str, float] = {
        "kb": kilobytes, "start_write_units": starts[0].write_units, "start_s3_puts": 0.0,
        "start_deletion_units": left[0].write_units,
    }
    for act, (units, deletion) in each.items():
        found[f"{act}_write_units"] = round(units.write_units / (more - some), 6)
        found[f"{act}_s3_puts"] = round(units.s3_puts / (more - some), 6)
        found[f"{act}_deletion_units"] = round(deletion.write_units / (more - some), 6)
    return found


def _over_the_first(payloads: list[Json]) -> list[Json]:
    """The same, as what each payload takes more than none."""
    first = payloads[0]
    return [
        {name: value if name == "kb" else round(value - first[name], 6) for name, value in found.items()}
        for found in payloads
    ]


def differences(table: Json, fresh: Json) -> list[str]:
    """Where a committed table is not what was counted just now; empty where they agree."""
    return list(_differences("", {name: value for name, value in table.items() if name != "date"}, fresh))


def _differences(place: str, old: Json, new: Json) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in {**old, **new}:
            yield from _differences(f"{place}/{name}", old.get(name), new.get(name))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (mine, theirs) in enumerate(zip(old, new, strict=True)):
            yield from _differences(f"{place}/{number}", mine, theirs)
    elif not _same(place, old, new):
        yield f"{place}: {old} in the table, {new} counted"


def _same(place: str, old: Json, new: Json) -> bool:
    if place.endswith("log_bytes"):
        return bool(abs((old or 0) - (new or 0)) <= LOG_TOLERANCE * max(old or 0, new or 0) + 1)
    if place.endswith("write_units") and old is not None and new is not None:
        few = PAYLOAD_UNITS if place.startswith("/payloads") else DEFLATED_UNITS
        return bool(abs(old - new) <= DEFLATED_TOLERANCE * max(old, new) + few)
    return bool(old == new)


def main() -> int:
    """Write the table, or compare it; 1 where it is out of date."""
    parser = argparse.ArgumentParser(description="Count what executions cost in AWS's units.")
    parser.add_argument("--check", action="store_true", help="compare with the committed table, write nothing")
    arguments = parser.parse_args()
    fresh = count()
    path = Path(counted.PATH)
    if arguments.check:
        found = differences(json.loads(path.read_text(encoding="utf-8")), fresh)
        print("\n".join(found) if found else "The table is what was counted.")
        return 1 if found else 0
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()  # noqa: TID251  a table's date, for people
    path.write_text(json.dumps({"date": today, **fresh}, indent=1) + "\n", encoding="utf-8")
    print(f"{path}: {len(fresh['shapes'])} shapes, {len(fresh['acts'])} acts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
