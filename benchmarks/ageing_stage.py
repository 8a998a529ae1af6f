"""What retention costs on AWS: so many executions of one task are taken, over moto.

    python -m benchmarks.ageing_stage [--executions 10000]

One execution is run, and copied as often as asked. Then its term is over: DynamoDB deletes the closing segments by
their TTL, the table's stream tells the sweeper's code, which takes each; thirty days later DynamoDB deletes the rest.
The output has items and bytes, as DynamoDB counts them, at each of these times (without the entries of the indexes, of
which there are as many as named), the write units and requests that it took by AWS's rules, and CPU time, moto's with
it.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import time
from collections import Counter
from typing import Any

from benchmarks.connector import TASK
from benchmarks.workloads import sequence

Json = Any

TABLE = "automate-test"
NAME = "x" * 12
"""Of the execution that is copied; nothing else is called so."""

BATCH = 100
"""Records that the stream hands over at once."""


def _tables() -> Any:
    from moto.dynamodb import dynamodb_backends  # noqa: PLC0415  where nothing is measured it is not needed

    return dynamodb_backends["123456789012"]["eu-central-1"].tables[TABLE].items


def _spread(key: Any, count: int) -> None:
    """`count` executions like `key`, each with a name of its own."""
    from moto.dynamodb.models.dynamo_type import DynamoType  # noqa: PLC0415  likewise

    from engine.adapters.aws import items  # noqa: PLC0415

    tables, pk, name = _tables(), items.partition(key), key.name
    source = tables[DynamoType({"S": pk})]
    for number in range(count):
        own = f"{number:0{len(name)}}"
        made = {}
        for sk, item in source.items():
            twin = copy.deepcopy(item)
            for value in twin.attrs.values():
                if value.type == "S" and name in value.value:
                    value.value = value.value.replace(name, own)
            twin.hash_key = twin.attrs["pk"]
            made[sk] = twin
        tables[DynamoType({"S": pk.replace(name, own)})] = made
    del tables[DynamoType({"S": pk})]


def held() -> dict[str, Json]:
    """Items of executions, their bytes, and their entries in the indexes."""
    from engine.adapters.aws.dynamo import _item, size_of  # noqa: PLC0415
    from engine.adapters.aws.table import INDEXES  # noqa: PLC0415

    counted: Counter[str] = Counter()
    for pk, found in _tables().items():
        if not pk.value.startswith("E#"):
            continue
        for item in found.values():
            attributes = item.to_json()["Attributes"]
            counted["items"] += 1
            counted["bytes"] += size_of(_item(attributes))
            counted["index_entries"] += sum(
                index.partition in attributes and index.sort in attributes for index in INDEXES
            )
    return {name: counted[name] for name in ("items", "bytes", "index_entries")}


def aged(count: int) -> dict[str, Json]:
    """The figures for `count` executions."""
    from engine.adapters.aws import items  # noqa: PLC0415
    from engine.clock import SkipClock  # noqa: PLC0415
    from engine.durable.retention import DAY, Retention  # noqa: PLC0415
    from functions.sweeper.retention import Retaining  # noqa: PLC0415
    from tests.support.durable import Product, ScriptedTasks  # noqa: PLC0415
    from tests.support.moto_stores import open_aws  # noqa: PLC0415
    from tests.support.terms import expire  # noqa: PLC0415
    from tools.cost.meter import Meter  # noqa: PLC0415

    clock = SkipClock()
    with open_aws(clock) as stores:
        stores.clock = clock
        product = Product(sequence(TASK, 1), ScriptedTasks(), backend=stores)
        key = product.start({"order": 17}, name=NAME)
        product.drain()
        _spread(key, count)
        found = {"executions": count, "ended": held()}
        clock.sleep(91 * DAY + items.LATER_SECONDS)
        records = expire(clock.now())
        meter = Meter(stores.clients.dynamodb, TABLE, stores.clients.sqs, stores.clients.s3)
        retaining, began = Retaining(stores, clock, Retention()), time.process_time()
        for start in range(0, len(records), BATCH):
            if retaining.records(records[start : start + BATCH], math.inf)["batchItemFailures"]:
                raise AssertionError("not all could be taken")
        found |= {
            "cpu_s_with_moto": round(time.process_time() - began, 1), "write_units": meter.units,
            "requests": dict(meter.calls), "taken": held(),
        }
        meter.close()
        clock.sleep(31 * DAY)
        expire(clock.now())
        found["forgotten"] = held()
        stores.close()
    return found


def main() -> None:
    """Print the figures, a JSON line."""
    parser = argparse.ArgumentParser(description="What it takes to age executions on AWS, over moto.")
    parser.add_argument("--executions", type=int, default=10_000)
    print(json.dumps(aged(parser.parse_args().executions)))


if __name__ == "__main__":
    main()
