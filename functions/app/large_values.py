"""Values that are too large to be shown: what stands in their place, and where they are downloaded."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from engine.durable.outline import left_out, parts_left_out
from engine.kernel.history import HistoryEvent, render
from engine.values import json_writer
from functions.app.addresses import execution_address

Json = Any

MOST_SHOWN_BYTES = 256 * 1024

_ASSIGNED = "assignedVariables"
"""In an event's details, by their names: each has a text of its own."""


def shown(value: Json, execution_id: str, **part: str) -> Json:
    """`value`, or ``{"$too_large": {"bytes", "href"}}``; `part` are the payload route's parameters."""
    return _shown(value, lambda: payload_address(execution_id, **part))


def payload_address(execution_id: str, **part: str) -> str:
    """Where one value of an execution is downloaded."""
    return f"{execution_address(execution_id)}/payload?{urlencode(part)}"


def shown_event(event: HistoryEvent, filled: Callable[[Json], Json], address: Callable[[str], str]) -> dict[str, Json]:
    """An event as GetExecutionHistory has it, without its large texts: they are not read. `address` says where each is
    downloaded, by its name in the details."""
    details, assigned = event.details or {}, {}
    unread = {name: value for name, value in details.items() if name != _ASSIGNED and is_too_large_to_show(value)}
    if _ASSIGNED in details:
        variables = details[_ASSIGNED]
        assigned = {name: value for name, value in variables.items() if is_too_large_to_show(value)}
        details = {**details, _ASSIGNED: {**variables, **dict.fromkeys(assigned)}}
    read = filled({**details, **dict.fromkeys(unread)})
    shape = render(event._replace(details=read if details else event.details))
    for name, texts in shape.items():
        if isinstance(texts, dict):
            shape[name] = {of: _shown(unread.get(of, text), partial(address, of)) for of, text in texts.items()
                           if of != _ASSIGNED}
            if _ASSIGNED in texts:
                shape[name][_ASSIGNED] = {
                    variable: _shown(assigned.get(variable, text), partial(address, _ASSIGNED))
                    for variable, text in texts[_ASSIGNED].items()
                }
    return shape


def _shown(value: Json, address: Callable[[], str]) -> Json:
    size = _bytes_of(value)
    return value if size <= MOST_SHOWN_BYTES else _too_large(size, address())


def cut(value: Json) -> Json:
    """`value`, or what stands in its place where nothing is kept to be downloaded."""
    size = _bytes_of(value)
    return value if size <= MOST_SHOWN_BYTES else _too_large(size, None)


def is_too_large_to_show(value: Json) -> bool:
    """Whether `shown` leaves it out: then it need not be read."""
    return _bytes_of(value) > MOST_SHOWN_BYTES


def _bytes_of(value: Json) -> int:
    """Of the value as text; 0 for one that is surely small."""
    if left_out(value):
        text = json_text(value, lambda _left: None)
        return left_out(value) + len(text.encode("utf-8", "surrogatepass")) - len("null") * parts_left_out(value)
    return len(json_text(value).encode("utf-8", "surrogatepass")) if _may_be_large(value) else 0


def _too_large(size: int, href: str | None) -> Json:
    return {"$too_large": {"bytes": size, "href": href}}


_TEXT = json_writer(ensure_ascii=False)

TOO_LARGE = "Automate-Too-Large"
"""The header of an answer in whose place its address stands. (A value in an answer may look like such an address.)"""

UPLOAD = "Automate-Upload"
"""The header that names the upload which is the request's body."""

MOST_ANSWERED_BYTES = 5 * 1024 * 1024
"""Of a body as a text in the JSON that Lambda hands to API Gateway: 6 MB at most, with the headers beside it."""


def is_too_large(body: str) -> bool:
    """Whether a body goes by an address where it has to pass through Lambda."""
    # A character takes twelve bytes at most, as two \\uXXXX; most bodies are small and need not be written out.
    return len(body) > MOST_ANSWERED_BYTES // 12 and len(json.dumps(body)) > MOST_ANSWERED_BYTES


def json_text(value: Json, default: Callable[[Any], Json] | None = None) -> str:
    """A JSON value as text; `default` gives what is written of what is none."""
    if default is None:
        return _TEXT(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=default)


def _may_be_large(value: Json) -> bool:
    """Most values are small, and are told from others without being written out."""
    if isinstance(value, str):
        return len(value) > MOST_SHOWN_BYTES // 8
    return isinstance(value, dict | list) and bool(value)
