"""Secrets' values in a draft of the model: found, and kept apart from those that stood in the draft on the canvas.

The model is sent masked texts. Where it hands one back, the text of the canvas is meant. Any other mask, stored secret
or text with the shape of a secret is a finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.copilot.scrubbing import Scrub
from engine.governance.masking import MASK

Json = Any


def with_own_texts(given: Mapping[str, Json], current: Mapping[str, Json], scrub: Scrub) -> dict[str, Json]:
    """`given`, the arguments of `propose`, with the masked texts of its document as they stand in `current`."""
    own = {clean: text for text, clean, _ in _changed(current, scrub(current), "") if isinstance(clean, str)}
    return {**given, "document": _replaced(given.get("document"), own)} if own else dict(given)


def written_secrets(given: Mapping[str, Json], current: Mapping[str, Json], scrub: Scrub) -> Iterator[str]:
    """A finding for each text that is or looks like a secret's value, in the order of the places. In the document,
    texts with the name of a secret are looked at too; in cases they are data of a test."""
    own = [text for text, _, _ in _changed(current, scrub(current), "")]
    for part, value in given.items():
        clean = scrub(value) if part == "document" else scrub.values(value)
        places = [place for text, _, place in _changed(value, clean, f"/{part}") if text not in own]
        masks = [place for text, place in _texts(value, f"/{part}") if MASK in text and place not in places]
        for place in (*places, *masks):
            yield (f'{place}: a secret\'s value must not be written. Use {{"$secret": "KEY"}} with the name of the '
                   "secret.")


def _changed(given: Json, clean: Json, place: str) -> Iterator[tuple[Json, Json, str]]:
    """The smallest values of `given` that `clean` has otherwise, with those and their places."""
    if isinstance(given, dict) and isinstance(clean, dict) and given.keys() == clean.keys():
        for name, item in given.items():
            yield from _changed(item, clean[name], f"{place}/{name}")
    elif isinstance(given, list) and isinstance(clean, list):
        for index, (item, other) in enumerate(zip(given, clean, strict=True)):
            yield from _changed(item, other, f"{place}/{index}")
    elif given != clean:
        yield given, clean, place or "/"


def _texts(given: Json, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(given, str):
        yield given, place
    elif isinstance(given, (dict, list)):
        pairs = given.items() if isinstance(given, dict) else enumerate(given)
        for name, item in pairs:
            yield from _texts(item, f"{place}/{name}")


def _replaced(given: Json, own: Mapping[str, Json]) -> Json:
    if isinstance(given, str):
        return own.get(given, given)
    if isinstance(given, dict):
        return {name: _replaced(item, own) for name, item in given.items()}
    return [_replaced(item, own) for item in given] if isinstance(given, list) else given
