"""What a distributed Map reads: the text of an object to items, by its ReaderConfig.

InputType is JSON (an array, or one at ItemsPointer), JSONL or CSV. Source: AWS's "ItemReader (Map)" and recorded cases.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import StateFailure
from engine.kernel.context import STATE_DATA
from engine.language.asl.file_paths import FILE_READ
from engine.values import kind_of, loads

Json = Any

READER_FAILED = "States.ItemReaderFailed"
MOST_ITEMS = 100_000_000

_DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}


def read_items(body: str, config: Mapping[str, Json], max_items: Json = None) -> list[Json]:
    """The items in `body`, at most `max_items` (0 and None: all). Raises StateFailure ``States.ItemReaderFailed``."""
    limit = most_items(max_items)
    match config.get("InputType", "JSON"):
        case "CSV":
            items = list(_rows(body, config))
        case "JSONL":
            items = list(_lines(body))
        case "JSON":
            items = _array(_parsed(body, "The object"), config.get("ItemsPointer", ""))
        case other:
            raise StateFailure(READER_FAILED, f"The InputType '{other}' is not supported.")
    return items[:limit] if limit else items


def no_items(state: str, answer: Json) -> str:
    """The cause where an ItemReader's answer is none that items are read from: what it is, and what it should be."""
    found = f"it is {kind_of(answer)}"
    if isinstance(answer, dict):
        wrong = [f"its {name} is {kind_of(answer[name])}" for name in ("Body", "Contents") if name in answer]
        found = wrong[0] if wrong else "it has neither Body nor Contents"
    return (
        f"The answer to the ItemReader of '{state}' holds no items: {found}. Items are an array, the text of an object "
        'as {"Body": "…"}, or a listing as {"Contents": […]}.'
    )


def told_of_file(reader: Mapping[str, Json], cause: str | None) -> str | None:
    """The cause of what could not be read, with the file's path where it is one of the machine."""
    if reader["resource"] != FILE_READ or not isinstance(reader["arguments"], dict):
        return cause
    return f"the file {reader['arguments'].get('Path')!r} cannot be read: {cause}"


def source_of(reader: Mapping[str, Json] | None) -> str:
    """The context object's ``Map.Item.Source``: the bucket of a listing, an object in S3, a file's Path."""
    if reader is None:
        return STATE_DATA
    given = reader["arguments"] if isinstance(reader["arguments"], dict) else {}
    if reader["resource"] == FILE_READ:
        return str(given.get("Path"))
    bucket = f"S3://{given.get('Bucket')}"
    return bucket if reader["resource"].endswith(":listObjectsV2") else f"{bucket}/{given.get('Key')}"


def most_items(max_items: Json) -> int:
    """MaxItems, 0 for all of them. Raises StateFailure ``States.ItemReaderFailed`` for one below 0."""
    if max_items is None:
        return 0
    if max_items < 0:
        raise StateFailure(READER_FAILED, "field MaxItems must be positive")
    return min(int(max_items), MOST_ITEMS)


def _parsed(text: str, what: str) -> Json:
    try:
        return loads(text)
    except ValueError as error:
        raise StateFailure(READER_FAILED, f"{what} is not valid JSON: {error}") from None
    except RecursionError:
        raise StateFailure(READER_FAILED, f"{what} is JSON that is nested too deeply.") from None


def _lines(body: str) -> Iterator[Json]:
    """JSON Lines end in a line feed. Other characters that end lines elsewhere may stand in a JSON text."""
    for number, line in enumerate(body.split("\n"), 1):
        if line.strip():
            yield _parsed(line, f"Line {number} of the object")


def _array(value: Json, pointer: str) -> list[Json]:
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(key)] if isinstance(value, list) else value[key]
        except (KeyError, IndexError, TypeError, ValueError):
            raise StateFailure(READER_FAILED, f"ItemsPointer leads nowhere: {pointer}") from None
    if not isinstance(value, list):
        raise StateFailure(READER_FAILED, "Attempting to map over non-iterable node.")
    return value


def _rows(body: str, config: Mapping[str, Json]) -> Iterator[dict[str, str]]:
    """One object a row; what is missing at its end is empty, what is over its header is dropped."""
    lines = io.StringIO(body, newline="")
    reader = csv.reader(lines, delimiter=_DELIMITERS[config.get("CSVDelimiter", "COMMA")])
    try:
        header = config["CSVHeaders"] if config.get("CSVHeaderLocation") == "GIVEN" else next(reader, [])
        for row in reader:
            if row:
                yield {name: row[index] if index < len(row) else "" for index, name in enumerate(header)}
    except csv.Error as error:
        raise StateFailure(READER_FAILED, f"Line {reader.line_num} of the object is not valid CSV: {error}") from None
