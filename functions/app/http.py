"""A request and an answer as the application sees them, whichever door they come through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from engine.records import dataclass

Headers = dict[str, str]

READ = "automateRead"
"""The name in a request's context of the executions whose data the answer has, where the path names none."""

ANEW = "anew"
"""The name in a request's context that says: who asks is to be found anew, for the request was held a while."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. `headers` have lower-case names; `context` is what API Gateway's ``requestContext`` says of who
    asks and from where; `parameters` are those of the route's path, decoded."""

    method: str
    path: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    context: Mapping[str, Any] = field(default_factory=dict)
    repeated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Response:
    """What is answered."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
