"""Finding what a model means by a place of the draft: a state's name, a JSON pointer, a trigger.

A place is named in many ways: ``Charge``, ``/States/Charge``, ``/document/definition/States/Charge``, ``Charge.Catch``,
``triggers[0]``. Each that can mean one thing alone is taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.catalog.states import states_of

Json = Any

_STEPS = re.compile(r"[/.]|\[|\]")
_TRIGGERS = re.compile(r"triggers?(?:[/.\s[]*(\d+)\]?)?", re.IGNORECASE)


class Places:
    """The places of a draft, and the states of the document before it that the draft has no more."""

    def __init__(self, document: Mapping[str, Json], current: Mapping[str, Json]) -> None:
        self._document = document
        states = list(states_of(document.get("definition")))
        self.names = {state.name for state in states}
        self.removed = {state.name for state in states_of(current.get("definition"))} - self.names
        self._folded = {name.casefold().strip(): name for name in (*self.removed, *self.names)}
        self._outer = {state.name: [name for _, name in state.way[:-1]] for state in states}
        triggers = document.get("triggers")
        self._triggers = [each for each in triggers if isinstance(each, dict)] if isinstance(triggers, list) else []

    def find(self, place: str) -> str | None:
        """The name of the state or the JSON pointer that `place` means; None where the draft has no such place. A
        state that the draft removed is found too: a request may ask for that."""
        wanted = place.strip().removeprefix("#")
        pointer = re.sub(r"^/?document(?=/)", "", wanted)
        return self._state(wanted) or self._trigger(pointer) or self._pointer(pointer)

    def around(self, name: str) -> list[str]:
        """The names of the Parallels and Maps that the state is in."""
        return self._outer.get(name, [])

    def _state(self, place: str) -> str | None:
        """The state whose name is the place, or the last name of a state in it."""
        whole = self._folded.get(place.casefold())
        if whole is not None:
            return whole
        parts = [part.replace("~1", "/").replace("~0", "~") for part in _STEPS.split(place)]
        named = [self._folded[part.casefold().strip()] for part in parts if part.casefold().strip() in self._folded]
        return named[-1] if named else None

    def _trigger(self, place: str) -> str | None:
        if not self._triggers:
            return None
        word = place.strip("/")
        asked = _TRIGGERS.fullmatch(word)
        if asked is not None:
            number = int(asked[1] or 0)
            return f"/triggers/{number}" if number < len(self._triggers) else None
        found = [index for index, each in enumerate(self._triggers) if word in (each.get("name"), each.get("type"))]
        return f"/triggers/{found[0]}" if len(found) == 1 else None

    def _pointer(self, place: str) -> str | None:
        if not place.startswith("/") or place == "/":
            return None
        value: Json = self._document
        for part in [each.replace("~1", "/").replace("~0", "~") for each in place.split("/")[1:]]:
            if isinstance(value, dict) and part in value:
                value = value[part]
            elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
                value = value[int(part)]
            else:
                return None
        return place
