"""A clause that waits, to a Wait: for a duration, until a date, until what the input says."""

from __future__ import annotations

import re

from engine.copilot.offline.conditions import Known, path_of
from engine.copilot.offline.flow import Wait
from engine.copilot.offline.times import duration_in
from engine.copilot.offline.words import UNITS, Word, camel, lower, singular


def wait_in(words: list[Word], known: Known) -> tuple[Wait | None, list[Word]]:
    """The Wait that a clause begins with, and what follows it."""
    text = lower(words)
    if match := re.match(r"^(?:(?:wait|pause|sleep|hold|delay)\b(?: for)? )?until (.+)$", text):
        return _until(words[-len(match[1].split()):], text, known), []
    if match := re.match(r"^(\S+ \w+) (before|after) (?:the |an? )?([\w-]+(?: date| time)?)", text):
        seconds = duration_in(words[:2])
        if seconds is not None and text.split()[0] != "wait":
            return _offset(match, seconds, words)
    if re.match(r"^(?:wait|pause|sleep|delay|after|in)\b", text) or re.match(r"^\S+ \w+ later\b", text):
        seconds = duration_in(words)
        if seconds is not None:
            end = next(index for index, word in enumerate(words) if singular(word.lower) in UNITS) + 1
            rest = words[end:]
            if rest and rest[0].lower == "later":
                rest = rest[1:]
            while rest and rest[0].lower in ("and", "then"):
                rest = rest[1:]
            if rest and rest[0].lower in ("after", "before", "for", "from", "to", "between"):
                rest = []
            return Wait(" ".join(word.text for word in words[:end]), seconds), rest
    return None, words


def _until(words: list[Word], text: str, known: Known) -> Wait:
    date = next((word.text for word in words if word.kind == "date"), None)
    if date is not None:
        return Wait(text, until=date if "T" in date else f"{date}T00:00:00Z",
                    to_do=None if "T" in date else "The time of day was not said: midnight UTC is a guess.")
    path = path_of([word for word in words if word.kind == "word"], known)
    return Wait(text, until=f"{{% {path} %}}", to_do=f"Check that {path} is a timestamp such as 2027-03-01T09:00:00Z.")


def _offset(match: re.Match[str], seconds: int, words: list[Word]) -> tuple[Wait, list[Word]]:
    """``24 hours before the appointment``."""
    sign = "-" if match[2] == "before" else "+"
    noun = camel(match[3].split())
    path = f"$states.input.{noun}.time" if " " not in match[3] else f"$states.input.{noun}"
    wait = Wait(match.group(), until=f"{{% $fromMillis($toMillis({path}) {sign} {seconds * 1000}) %}}",
                to_do=f"Check that {path} is a timestamp.")
    return wait, words[len(match.group().split()):]
