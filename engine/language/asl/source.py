"""The text of a definition or workflow document, JSON or YAML, read with the place of everything in it.

    source = parse_text(text, name="order_flow.json")
    source.value                           # the JSON value
    source.positions["/States/Charge"]     # (12, 7): line and column, both from 1; keys are JSON pointers (RFC 6901)
    source.place("/States/Charge/Next")    # "order_flow.json:14:9", from a Diagnostic's location

`source_json` and `source_yaml` read the text. PyYAML is only imported for YAML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field

from engine.errors import json_pointer, location
from engine.language.asl.source_json import Json, JsonReader, Position
from engine.language.asl.source_yaml import read_yaml
from engine.records import dataclass

_LAST_INDEX = re.compile(r"\[\d+\]$")


@dataclass(frozen=True, slots=True)
class Source:
    """A text that was read: its value, and where in the text its parts stand.

    `positions` maps a JSON pointer to (line, column): of the key for a member, of the value for an item and for the
    whole ("/").
    """

    name: str
    value: Json
    positions: Mapping[str, Position]
    _locations: Mapping[str, Position] = field(repr=False)

    @property
    def kind(self) -> str:
        """What the text was read as: json or yaml."""
        return _kind(self.name)

    def position(self, location: str) -> Position:
        """Where `location` stands: a JSON pointer, or a Diagnostic's location (``/States/Route/Choices[0]/Next``).

        What is not there (a missing field) stands where the nearest part around it stands.
        """
        while location not in ("", "/"):
            found = self.positions.get(location) or self._locations.get(location)
            if found is not None:
                return found
            index = _LAST_INDEX.search(location)
            location = location[:index.start()] if index else location.rpartition("/")[0]
        return self.positions["/"]

    def place(self, location: str) -> str:
        """`location` as editors and terminals understand it: ``order_flow.json:12:7``."""
        line, column = self.position(location)
        return f"{self.name}:{line}:{column}"


def parse_text(text: str, *, name: str) -> Source:
    """Read `text`: YAML when `name` ends with .yaml or .yml, JSON otherwise.

    Raises InvalidDocument whose `where` is "line 12, column 7".
    """
    if _kind(name) == "yaml":
        places, value = read_yaml(text, name)
    else:
        reader = JsonReader(text, name)
        value = reader.document()
        places = reader.places
    return Source(
        name, value,
        {json_pointer(path): position for path, position in places.items()},
        {location(path): position for path, position in places.items()},
    )


def _kind(name: str) -> str:
    return "yaml" if name.lower().endswith((".yaml", ".yml")) else "json"
