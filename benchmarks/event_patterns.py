"""What matching 1,000 event patterns against an event costs in CPU, and what compiling them does.

    .venv/bin/python -m benchmarks.event_patterns

Three sets: patterns as people write them, of which few can match; patterns that all want the same source and detail
type, and differ in a range of numbers; patterns of wildcards over one field, of which each has to be tried. Each figure
is the least of 30 rounds, in milliseconds of this process's CPU. Every round's answer is compared with matching the
patterns one by one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from engine.triggers.events.index import PatternIndex
from engine.triggers.events.matching import matches
from engine.triggers.events.pattern import compile_pattern

Json = Any

ROUNDS, COUNT = 30, 1000

EVENT: Json = {
    "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "detail-type": "Object Created",
    "source": "aws.s3", "account": "000000000504", "time": "2026-11-27T18:43:48Z", "region": "eu-central-1",
    "resources": ["arn:aws:s3:::bucket-501"],
    "detail": {
        "version": "0", "bucket": {"name": "bucket-501"}, "reason": "PutObject", "requester": "111122223333",
        "object": {"key": "orders/502/2026-11-27/part-0503.csv", "size": 51_200, "etag": "b1946ac92492d234"},
        "request-id": "C3D13FE58DE4C810", "source-ip-address": "10.1.2.3",
    },
}


def usual(number: int) -> Json:
    """Sources, names of buckets, prefixes, suffixes and alternatives, each a fifth."""
    return [
        {"source": [f"my.app.{number}"], "detail": {"state": ["done", {"anything-but": "new"}]}},
        {"source": ["aws.s3"], "detail": {"bucket": {"name": [f"bucket-{number}"]}}},
        {"source": ["aws.s3"], "detail": {"object": {"key": [{"prefix": f"orders/{number}/"}]}}},
        {"detail-type": ["Object Created"], "detail": {"object": {"key": [{"suffix": f"-{number:04}.csv"}]}}},
        {"source": ["aws.s3"], "$or": [
            {"detail": {"bucket": {"name": [f"bucket-{number}"]}}}, {"account": [f"{number:012}"]},
        ]},
    ][number % 5]


def crowded(number: int) -> Json:
    """All of them want what the event has, except a range of sizes."""
    return {
        "source": ["aws.s3"], "detail-type": ["Object Created"],
        "detail": {"object": {"size": [{"numeric": [">=", 100 * number, "<", 100 * number + 100]}]}},
    }


def tried(number: int) -> Json:
    """Nothing but wildcards over one field."""
    return {"source": ["aws.s3"], "detail": {"object": {"key": [{"wildcard": f"*/{number}/*part-*.csv"}]}}}


def least(work: Callable[[], object]) -> float:
    """Milliseconds of CPU."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time_ns()
        work()
        best = min(best, (time.process_time_ns() - begun) / 1e6)
    return best


def main() -> None:
    print(f"{COUNT} patterns, one event; milliseconds of CPU, the least of {ROUNDS}")
    for name, make in (("usual", usual), ("crowded", crowded), ("tried", tried)):
        patterns = [make(number) for number in range(COUNT)]
        begun = time.process_time_ns()
        compiled = [compile_pattern(pattern) for pattern in patterns]
        index = PatternIndex(compiled)
        built = (time.process_time_ns() - begun) / 1e6
        one_by_one = [number for number, each in enumerate(compiled) if matches(each, EVENT)]
        assert index.matching(EVENT) == one_by_one
        indexed = least(lambda index=index: index.matching(EVENT))
        singly = least(lambda compiled=compiled: [matches(each, EVENT) for each in compiled])
        matched = f"{name:8} {len(one_by_one)} of them match"
        print(f"{matched}   index {indexed:6.3f}   one by one {singly:6.3f}   compiling all {built:6.1f}")


if __name__ == "__main__":
    main()
