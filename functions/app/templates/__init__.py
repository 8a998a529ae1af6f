"""Templates: whole workflows for common tasks, to begin with. Each is a JSON file of this folder:

    title, area      for people
    words            what people call it, beside the title and the description
    document         as `automate export` writes one, with input_schema and cases

A comment of a state that begins with "TODO:" is what must be filled in before the workflow runs.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from math import log
from typing import Any

from engine.catalog.states import states_of
from engine.copilot.catalogue import fits, words_of
from engine.copilot.proposal import ToDo
from engine.errors import NotFound
from engine.records import dataclass

Json = Any

_PLACES = ((4.0, "title"), (4.0, "words"), (2.0, "area"), (1.0, "description"), (1.0, "connectors"))
_FILLER = words_of(
    "a when then if is it we us our my me new from into at as be are was has have had all any each every this that "
    "they their them who will must should need needs want wants can not no after before over under above below more "
    "less than within until person people somebody someone nobody gets make do does done up"
)
"""Words that say nothing about a task."""


@dataclass(frozen=True, slots=True)
class Template:
    """One template. `connectors` are the codes of those that it calls; `to_dos` is what must be filled in."""

    name: str
    title: str
    area: str
    words: str
    document: dict[str, Json]
    connectors: tuple[str, ...]
    to_dos: tuple[ToDo, ...]

    @property
    def description(self) -> str:
        """What the workflow does, in a sentence."""
        return str(self.document["description"])


@cache
def templates() -> tuple[Template, ...]:
    """All templates, by area and title."""
    texts = [each.read_text(encoding="utf-8") for each in files(__name__).iterdir() if each.name.endswith(".json")]
    return tuple(sorted((_template(json.loads(text)) for text in texts), key=lambda each: (each.area, each.title)))


def template(name: str) -> Template:
    """The template of that name. Raises NotFound, with the nearest names."""
    found = next((each for each in templates() if each.name == name), None)
    if found is None:
        near = ", ".join(each.name for each in find(name)[:3]) or "`automate new` lists them"
        raise NotFound(f"there is no template {name}", where="name", advice=f"Near: {near}.")
    return found


def find(text: str) -> list[Template]:
    """The templates that fit the words of `text`, the best first; all of them where it has no word."""
    words = words_of(text) - _FILLER
    if not words:
        return list(templates())
    scored = [(_score(words, each), each) for each in templates()]
    best = max(score for score, _ in scored)
    return [each for score, each in sorted(scored, key=lambda pair: -pair[0]) if score > best / 4]


def _score(words: frozenset[str], one: Template) -> float:
    """A word counts by the place where it stands, and the more the fewer templates have it; two that fit count for
    more than one that fits well."""
    found = [
        weight * log(1 + len(templates()) / _templates_with(word))
        for word in words
        for weight in [max((weight for weight, place in _PLACES if _has(one, place, word)), default=0.0)] if weight
    ]
    return sum(found) * len(found) / len(words)


def _templates_with(word: str) -> int:
    return sum(any(_has(each, place, word) for _, place in _PLACES) for each in templates())


def _has(one: Template, place: str, word: str) -> bool:
    return any(fits(word, other) for other in _words_at(one.name, place))


@cache
def _words_at(name: str, place: str) -> frozenset[str]:
    value = getattr(template(name), place)
    return words_of(value if isinstance(value, str) else " ".join(value))


def _template(kept: dict[str, Json]) -> Template:
    document = kept["document"]
    states = list(states_of(document["definition"]))
    codes = {
        str(state.state["Resource"]).split(":")[1] for state in states
        if str(state.state.get("Resource", "")).startswith("connector:")
    }
    to_dos = tuple(
        ToDo(state.name, "", str(comment).removeprefix("TODO: ")) for state in states
        if str(comment := state.own.get("Comment", "")).startswith("TODO:")
    )
    return Template(
        document["name"], kept["title"], kept["area"], kept["words"], document, tuple(sorted(codes)), to_dos
    )
