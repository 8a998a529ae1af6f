"""What a distributed Map reads: the text of an object to items, by its ReaderConfig.

InputType is JSON (an array, or one at ItemsPointer), JSONL or CSV. Source: AWS's "ItemReader (Map)" and recorded cases.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import StateFailure
from engine.values import kind_of

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
            items = [_parsed(line) for line in body.splitlines() if line.strip()]
        case "JSON":
            items = _array(_parsed(body), config.get("ItemsPointer", ""))
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


def most_items(max_items: Json) -> int:
    """MaxItems, 0 for all of them. Raises StateFailure ``States.ItemReaderFailed`` for one below 0."""
    if max_items is None:
        return 0
    if max_items < 0:
        raise StateFailure(READER_FAILED, "field MaxItems must be positive")
    return min(int(max_items), MOST_ITEMS)


def _parsed(text: str) -> Json:
    try:
        return json.loads(text)
    except ValueError as error:
        raise StateFailure(READER_FAILED, f"The object is not valid JSON: {error}") from None


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
    reader = csv.reader(io.StringIO(body), delimiter=_DELIMITERS[config.get("CSVDelimiter", "COMMA")])
    header = config["CSVHeaders"] if config.get("CSVHeaderLocation") == "GIVEN" else next(reader, [])
    for row in reader:
        if row:
            yield {name: row[index] if index < len(row) else "" for index, name in enumerate(header)}
