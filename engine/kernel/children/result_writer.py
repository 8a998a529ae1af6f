"""A distributed Map's ResultWriter: what its files hold, in AWS's shapes. Pure; worker.map_run_results writes them.

    <run>/SUCCEEDED_n.json, FAILED_n.json, PENDING_n.json      a list of children each
    <run>/manifest.json                                        which files there are, with their sizes (destinations)

    Transformation   NONE       metadata, input and output of each child (where nothing is named, for an export)
                     COMPACT    the outputs
                     FLATTEN    the outputs; one that is a list, item by item
    OutputType       JSON       a list;  JSONL  a line each

Of children that failed, timed out, were aborted or never began everything is told, whatever the Transformation.
Source: the developer guide, "ResultWriter (Map)".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine.kernel.children.destinations import FILES
from engine.language.asl.times import iso_timestamp
from engine.language.expr.java_text import json_text
from engine.records import dataclass

Json = Any

WRITER_FAILED = "States.ResultWriterFailed"
PENDING = "PENDING"


@dataclass(frozen=True, slots=True)
class ChildResult:
    """One child as it ended. Times are epoch seconds; None of one that never began."""

    execution_arn: str
    state_machine_arn: str
    name: str
    status: str
    input: Json
    output: Json = None
    error: str | None = None
    cause: str | None = None
    started_at: float | None = None
    ended_at: float | None = None

    @property
    def file(self) -> str:
        """Which kind of file it belongs into."""
        return self.status if self.status in ("SUCCEEDED", PENDING) else "FAILED"


def transformed(results: Iterable[ChildResult], config: Mapping[str, Json]) -> list[Json]:
    """What is told of `results`, all of one kind of file or inline."""
    how = config.get("Transformation", "NONE")
    told: list[Json] = []
    for result in results:
        if how == "NONE" or result.status != "SUCCEEDED":
            told.append(_whole(result))
        elif how == "FLATTEN" and isinstance(result.output, list):
            told += result.output
        else:
            told.append(result.output)
    return told


def as_text(told: Sequence[Json], config: Mapping[str, Json]) -> str:
    """A file's content."""
    if config.get("OutputType") == "JSONL":
        return "".join(f"{json_text(item)}\n" for item in told)
    return json_text(list(told))


def inline(results: Iterable[ChildResult], config: Mapping[str, Json]) -> Json:
    """The Map's output where only a WriterConfig is given: nothing is exported."""
    told = transformed(results, config)
    return as_text(told, config) if config.get("OutputType") == "JSONL" else told


def file_name(kind: str, number: int, config: Mapping[str, Json]) -> str:
    """``SUCCEEDED_0.json``."""
    return f"{kind}_{number}.{'jsonl' if config.get('OutputType') == 'JSONL' else 'json'}"


def files_of(
    results: Sequence[ChildResult], config: Mapping[str, Json], before: Mapping[str, Sequence[Json]]
) -> Iterator[tuple[str, str, str]]:
    """A file of each kind of results that there are: its kind, name and content. `before` are the files so far."""
    for kind in FILES:
        some = [result for result in results if result.file == kind]
        if some:
            name = file_name(kind, len(before.get(kind, ())), config)
            yield kind, name, as_text(transformed(some, config), config)


def _whole(result: ChildResult) -> dict[str, Json]:
    shown: dict[str, Json] = {
        "ExecutionArn": result.execution_arn, "Input": json_text(result.input), "InputDetails": {"Included": True},
        "Name": result.name, "RedriveCount": 0, "StateMachineArn": result.state_machine_arn, "Status": result.status,
    }
    if result.status == "SUCCEEDED":
        shown |= {"Output": json_text(result.output), "OutputDetails": {"Included": True}}
    more = {
        "Error": result.error, "Cause": result.cause,
        "StartDate": None if result.started_at is None else iso_timestamp(result.started_at),
        "StopDate": None if result.ended_at is None else iso_timestamp(result.ended_at),
    }
    return dict(sorted((shown | {name: value for name, value in more.items() if value is not None}).items()))
