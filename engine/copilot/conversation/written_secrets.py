"""Secrets' values in a draft of the model: found, and kept apart from those that stood in the draft on the canvas.

The model is sent masked texts. Where it hands one back at the same place, the text of the canvas is meant. In what a
Task calls and gives, this holds as long as the Task calls the same thing with the same values beside it: else a
text that the model never saw could be sent elsewhere. Any other mask, stored secret or text with the shape of a secret
is a finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.catalog.states import states_of
from engine.copilot.scrubbing import Scrub
from engine.governance.masking import MASK

Json = Any

_CALL = ("Resource", "Arguments", "Parameters", "Credentials")


def with_own_texts(
    given: Mapping[str, Json], current: Mapping[str, Json], scrub: Scrub
) -> tuple[dict[str, Json], frozenset[str]]:
    """`given`, the arguments of `propose`, with the masked texts of its document as they stand at the same places of
    `current`, and these places."""
    document = given.get("document")
    clean = scrub(current)
    own = {place: (text, masked) for text, masked, place in _changed(current, clean, "/document")}
    if not own or not isinstance(document, dict):
        return dict(given), frozenset()
    foreign = tuple(_other_calls(document, clean))
    restored: set[str] = set()

    def back(value: Json, place: str) -> Json:
        if place in own and value == own[place][1] and not place.startswith(foreign):
            restored.add(place)
            return own[place][0]
        if isinstance(value, dict):
            return {name: back(item, f"{place}/{name}") for name, item in value.items()}
        if isinstance(value, list):
            return [back(item, f"{place}/{index}") for index, item in enumerate(value)]
        return value

    return {**given, "document": back(document, "/document")}, frozenset(restored)


def _other_calls(document: Mapping[str, Json], clean: Mapping[str, Json]) -> Iterator[str]:
    """The places of the fields of states that call something else than in the draft on the canvas, or otherwise."""
    before = {state.place: state.own for state in states_of(clean.get("definition"))}
    for state in states_of(document.get("definition")):
        was = before.get(state.place, {})
        if any(state.own.get(field) != was.get(field) for field in _CALL):
            place = "/document/definition" + state.place.replace("[", "/").replace("]", "")
            yield from (f"{place}/{field}" for field in _CALL)


def written_secrets(given: Mapping[str, Json], own: frozenset[str], scrub: Scrub) -> Iterator[str]:
    """A finding for each text that is or looks like a secret's value, in the order of the places. At the places `own`
    a text of the canvas stands as it was. In the document, texts that are called a secret are looked at too; in cases
    they are data of a test."""
    for part, value in given.items():
        clean = scrub.written(value) if part == "document" else scrub.values(value)
        places = [place for _, _, place in _changed(value, clean, f"/{part}")]
        masks = [place for text, place in _texts(value, f"/{part}") if MASK in text and place not in places]
        for place in (*places, *masks):
            if place not in own:
                yield (f'{place}: a secret\'s value must not be written. Use {{"$secret": "KEY"}} with the name of the '
                       "secret, and leave a masked text where it stood.")


def _changed(given: Json, clean: Json, place: str) -> Iterator[tuple[Json, Json, str]]:
    """The smallest values of `given` that `clean` has otherwise, with those and their places."""
    if isinstance(given, dict) and isinstance(clean, dict) and given.keys() == clean.keys():
        for name, item in given.items():
            yield from _changed(item, clean[name], f"{place}/{name}")
    elif isinstance(given, list) and isinstance(clean, list):
        for index, (item, other) in enumerate(zip(given, clean, strict=True)):
            yield from _changed(item, other, f"{place}/{index}")
    elif given != clean:
        yield given, clean, place


def _texts(given: Json, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(given, str):
        yield given, place
    elif isinstance(given, (dict, list)):
        pairs = given.items() if isinstance(given, dict) else enumerate(given)
        for name, item in pairs:
            if isinstance(name, str) and MASK in name:
                yield name, f"{place}/{name}"
            yield from _texts(item, f"{place}/{name}")
