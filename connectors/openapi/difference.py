"""What differs between two imports of a service, in the words of who calls it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `breaks`: a workflow that called the action before may be refused or fail now."""

    action: str
    what: str
    breaks: bool = False

    def as_dict(self) -> dict[str, Json]:
        """For programs."""
        return {"action": self.action, "what": self.what, "breaks": self.breaks}


def changes(before: Json, after: Json) -> list[Change]:
    """What `after` does otherwise than `before`, both values of connector files; actions in their order."""
    found: list[Change] = []
    if before.get("base_url") != after["base_url"]:
        found.append(Change("", f"the address was {before.get('base_url')} and is {after['base_url']}"))
    old, new = before.get("actions", {}), after["actions"]
    found += [Change(name, "is gone", breaks=True) for name in old if name not in new]
    for name, action in new.items():
        if name not in old:
            found.append(Change(name, "is new"))
        else:
            found += _of_action(name, old[name], action)
    if before.get("auth") != after.get("auth"):
        found.append(Change("", "authentication is another", breaks=True))
    return found


def _of_action(name: str, old: Mapping[str, Json], new: Mapping[str, Json]) -> Iterator[Change]:
    was, now = (f"{one['method']} {one['path']}" for one in (old, new))
    if was != now:
        yield Change(name, f"was {was} and is {now}")
    if old.get("auth") != new.get("auth"):
        yield Change(name, "authentication is another", breaks=True)
    before, after = old.get("inputs", {}), new.get("inputs", {})
    for key in before:
        if key not in after:
            yield Change(name, f"the input {key} is gone", breaks=True)
    for key, item in after.items():
        if key in before:
            yield from _of_input(name, key, before[key], item)
        else:
            needed = bool(item.get("required"))
            yield Change(name, f"the input {key} is new" + (" and required" if needed else ""), breaks=needed)
    gone = [key for key in old.get("outputs", {}) if key not in new.get("outputs", {})]
    if gone:
        yield Change(name, f"the answer has {', '.join(gone)} no more", breaks=True)


def _of_input(name: str, key: str, known: Mapping[str, Json], item: Mapping[str, Json]) -> Iterator[Change]:
    if item.get("required") and not known.get("required"):
        yield Change(name, f"the input {key} is required now", breaks=True)
    if known.get("type") != item.get("type"):
        yield Change(name, f"the input {key} was {_types(known)} and is {_types(item)}", breaks=True)
    lost = [value for value in known.get("enum") or () if item.get("enum") and value not in item["enum"]]
    if lost:
        yield Change(name, f"the input {key} takes {', '.join(map(str, lost))} no more", breaks=True)


def _types(item: Mapping[str, Json]) -> str:
    kind = item.get("type")
    return "of any type" if kind is None else kind if isinstance(kind, str) else " or ".join(kind)
