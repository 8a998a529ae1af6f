"""What a start must be before anything is written: a name that AWS allows, an input that fits, a kind that fits."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from engine.errors import InvalidDocument, PayloadTooLarge
from engine.kernel.express import EXPRESS, EXPRESS_SYNC
from engine.language.expr.bounds import MOST_LEVELS
from engine.language.schema.validation import Unchecked, errors
from engine.ports.published import PublishedVersion
from engine.values import json_writer, nests_deeper

Json = Any

PROBLEMS_SHOWN = 20
MESSAGE_CHARACTERS = 300
"""Of the problems of an input: so many are shown, each so long."""

_NAMES_ALONE = frozenset({"required", "dependentRequired"})
"""Keywords whose messages quote names and no values."""

_TEXT = json_writer(ensure_ascii=False)
_CANONICAL = json_writer(sort_keys=True)

_NAME = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}")
"""AWS's rule for names of executions (StartExecution)."""


def checked_name(name: str, what: str = "an execution") -> str:
    """`name`, if it is one that AWS allows. Raises InvalidDocument."""
    if not _NAME.fullmatch(name):
        raise InvalidDocument(
            f"{name!r} cannot name {what}", where="name",
            advice="Use 1 to 80 characters without spaces, brackets, wildcards, control characters or any of "
            '" # % \\ ^ | ~ ` $ & , ; : /',
        )
    return name


def encoded_input(published: PublishedVersion, execution_input: Json, *, most_bytes: int) -> bytes:
    """The input as the journal keeps it. Raises InvalidDocument where it breaks the workflow's input schema or nests
    too deep, PayloadTooLarge over `most_bytes`."""
    data = encoded(execution_input)
    if len(data) > most_bytes:
        raise PayloadTooLarge(
            f"the input is {len(data):,} bytes; at most {most_bytes:,} are accepted", where="input",
            advice="Pass large data by reference, or raise AUTOMATE_MAX_INPUT_BYTES.",
        )
    if published.input_schema is not None:
        check_input(published.input_schema, execution_input, quotes=not published.marks_fields)
    return data


def encoded(execution_input: Json) -> bytes:
    """The input as the journal keeps it. Raises InvalidDocument where it nests too deep."""
    try:
        text = _TEXT(execution_input)
    except RecursionError:
        raise _too_deep() from None
    if text.count("[") + text.count("{") > MOST_LEVELS and nests_deeper(execution_input, MOST_LEVELS):
        raise _too_deep()
    return text.encode("utf-8", "surrogatepass")


class UnfitInput(InvalidDocument):
    """An input that does not fit its workflow's `input_schema`. Its places are within the input."""

    def at(self, place: str, between: str = "") -> InvalidDocument:
        """The same of an input that is at `place`: each place within it follows that and `between`."""
        details = [
            {**item, "where": place if item["where"] == "/" else f"{place}{between}{item['where']}"}
            for item in self.details or ()
        ]
        return InvalidDocument(self.message, where=details[0]["where"], advice=self.advice, details=details)


def check_input(schema: dict[str, Json], value: Json, *, quotes: bool = True) -> None:
    """Raise UnfitInput unless `value` fits `schema`; `details` lists up to 20 problems with their JSON pointers.
    They quote the value, unless not `quotes`: then they say which keyword it does not fit.

    `schema` is of the draft its ``$schema`` names, 2020-12 by default, and was checked when it was imported. What takes
    more than a bounded time to check is refused as well.
    """
    try:
        found = errors(schema, value)
    except Unchecked as error:
        raise InvalidDocument(
            f"checking the input against the workflow's input_schema {_cut(str(error))}", where="/input_schema",
            advice="Send a smaller or flatter input, or make the schema simpler.",
        ) from None
    if found:
        shown = [
            (tuple(error.absolute_path), _cut(error.message) if quotes or error.validator in _NAMES_ALONE else (
                f"the value does not fit {error.validator!r}; it is not shown, for the workflow has sensitive fields"
            ))
            for error in found[:PROBLEMS_SHOWN]
        ]
        raise UnfitInput.listing(shown, advice="Compare the input with the workflow's input_schema.")


def input_digest(data: bytes) -> str:
    """The same for the same JSON, whatever the order of its keys: AWS compares inputs as values."""
    canonical = _CANONICAL(json.loads(data)).encode()
    return hashlib.sha256(canonical).hexdigest()


def sync_kind(published: PublishedVersion) -> str:
    """The kind of a synchronous start. Raises InvalidDocument for a workflow that is not EXPRESS."""
    if published.kind != EXPRESS:
        raise InvalidDocument(
            f"{published.workflow!r} is {published.kind}: only an EXPRESS workflow can be started synchronously",
            where="sync", advice='Start it without sync, or make its kind "EXPRESS".',
        )
    return EXPRESS_SYNC


def _too_deep() -> InvalidDocument:
    return InvalidDocument(
        f"the input nests more than {MOST_LEVELS} arrays and objects within one another", where="input",
        advice="Flatten it, or pass the inner part as a text.",
    )


def _cut(message: str) -> str:
    """The message, cut: it repeats the offending value, which may be long."""
    return message if len(message) <= MESSAGE_CHARACTERS else f"{message[:MESSAGE_CHARACTERS]}…"
