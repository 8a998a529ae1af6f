"""A rule with the value of each of its parts: what the Rule Tester shows.

    ✗ $.order.total NumericGreaterThan 10000 and $.order.customer.tier StringEquals "gold"
      ✓ $.order.total NumericGreaterThan 10000
          $.order.total = 18400
      ✗ $.order.customer.tier StringEquals "gold"
          $.order.customer.tier = "silver"

Every value comes from the engine's own evaluation of that part. Large values are folded: a tree is for reading.
"""

from __future__ import annotations

import json
from typing import Any

from engine.language.expr.scope import ABSENT
from engine.records import dataclass
from engine.values import json_type

Json = Any

MOST_TEXT = 200
MOST_MEMBERS = 20
DEEPEST = 4
"""What a folded value keeps: characters of a text, members of an object or list, levels."""


@dataclass(frozen=True, slots=True)
class Node:
    """One part of a rule.

    `value` is the part's value, or ABSENT where it has none (undefined, or an error); `result` is true or false where
    the part decides something, else None. `reached` says whether the engine evaluates it at all: the right side of a
    false `and` is not. `start` and `end` count characters of the root's text. `pointer` leads into a JSONPath rule.
    """

    text: str
    kind: str
    value: Json = ABSENT
    result: bool | None = None
    error: str | None = None
    start: int = 0
    end: int = 0
    children: tuple[Node, ...] = ()
    operator: str = ""
    reached: bool = True
    pointer: str = ""

    @property
    def type(self) -> str:
        """The value's JSON type, or ``undefined``."""
        return "undefined" if self.value is ABSENT else json_type(self.value)

    def as_dict(self) -> dict[str, Json]:
        """The node as JSON, its value folded."""
        return {
            "text": self.text, "kind": self.kind, "operator": self.operator, "type": self.type,
            "value": None if self.value is ABSENT else folded(self.value), "result": self.result,
            "error": self.error, "reached": self.reached, "start": self.start, "end": self.end,
            "pointer": self.pointer, "children": [child.as_dict() for child in self.children],
        }


def folded(value: Json, depth: int = DEEPEST) -> Json:
    """`value`, or what of it can be read at a glance: the rest is counted, ``"… 980 more"``."""
    if isinstance(value, str):
        return value if len(value) <= MOST_TEXT else f"{value[:MOST_TEXT]}… {len(value) - MOST_TEXT} more"
    if isinstance(value, list):
        if depth == 0 and value:
            return [f"… {len(value)} more"]
        kept = [folded(item, depth - 1) for item in value[:MOST_MEMBERS]]
        return kept if len(value) <= MOST_MEMBERS else [*kept, f"… {len(value) - MOST_MEMBERS} more"]
    if isinstance(value, dict):
        if depth == 0 and value:
            return {"…": f"{len(value)} more"}
        names = list(value)[:MOST_MEMBERS]
        shown = {name: folded(value[name], depth - 1) for name in names}
        return shown if len(value) <= MOST_MEMBERS else {**shown, "…": f"{len(value) - MOST_MEMBERS} more"}
    return value


def brief(value: Json) -> str:
    """A value in a sentence: compact JSON of at most 60 characters; ``nothing`` where there is none."""
    if value is ABSENT:
        return "nothing"
    text = json.dumps(folded(value), ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"
