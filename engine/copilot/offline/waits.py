"""A clause that waits, to a Wait: for a duration, until a date, until what the input says."""

from __future__ import annotations

import re

from engine.copilot.offline.flow import Wait
from engine.copilot.offline.naming import Known, path_of
from engine.copilot.offline.sources import typed
from engine.copilot.offline.times import duration_in
from engine.copilot.offline.words import NUMBERS, UNITS, VERBS, Word, camel, lower, singular

_WAITS = r"(?:wait|pause|sleep|delay|rest|stop|(?:hold|sit|hang)(?: on| off| still| tight)?)"
_OFFSET = re.compile(r"^(\S+ \w+) (before|after) (?:the |an? |his |her |its |their )?"
                     rf"([\w-]+ [\w-]+(?=$| (?:{'|'.join(sorted(VERBS))})\b)|[\w-]+(?: date| time)?)(?: "
                     r"(?:departs|starts|begins|ends|expires|leaves|opens|closes|arrives|takes place|is due"
                     r"|runs out))?")
"""``24 hours before the appointment``."""

_FOR_A_THING = re.compile(
    r"^wait for (?:(?:the|an?|her|his|their|our|its) )?(?!(?:next|another|full|whole|good|couple|few|half|number|period"
    rf"|total|about|around|up|at|no|exactly|{'|'.join([*UNITS, *NUMBERS])})s?\b)[a-z][\w'-]*(?: [\w'-]+)*? "
    r"(?:for|within|in|at most|up to|no longer than)\b")
"""``wait for the confirmation for up to 3 days``: what is waited for comes from outside, and the time is its limit."""


def wait_in(words: list[Word], known: Known) -> tuple[Wait | None, list[Word]]:
    """The Wait that a clause begins with, and what follows it."""
    text = lower(words)
    if match := re.match(rf"^(?:{_WAITS}(?: for)? |(?:hold|keep|delay) (?:it|them|(?:the|this|that) [\w ]+?) "
                         rf"(?:back )?)?until (.+)$", text):
        rest = words[-len(match[1].split()):]
        offset = _OFFSET.match(match[1])
        seconds = None if offset is None else duration_in(rest[:2])
        if offset is not None and seconds is not None:
            return _offset(offset, seconds, rest)[0], []
        return _until(rest, text, known), []
    if match := _OFFSET.match(text):
        seconds = duration_in(words[:2])
        if seconds is not None and text.split()[0] != "wait":
            return _offset(match, seconds, words)
    pauses = re.match(rf"^(?:{_WAITS}|after|in)\b", text) is not None and not _FOR_A_THING.match(text)
    if pauses or re.match(r"^(?:another )?\S+ \w+ later\b", text):
        seconds = duration_in(words)
        if seconds is not None:
            end = next(index for index, word in enumerate(words) if singular(word.lower) in UNITS) + 1
            rest = words[end:]
            if rest and rest[0].lower in ("later", "more", "longer"):
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
    path = typed(path_of([word for word in words if word.kind == "word"], known))
    return Wait(text, until=f"{{% {path} %}}", to_do=f"Check that {path} is a timestamp such as 2027-03-01T09:00:00Z.")


def _offset(match: re.Match[str], seconds: int, words: list[Word]) -> tuple[Wait, list[Word]]:
    """``24 hours before the appointment``."""
    sign = "-" if match[2] == "before" else "+"
    noun = camel(match[3].split())
    path = f"$states.input.{noun}" if re.search(r" (?:date|time)$", match[3]) else f"$states.input.{noun}.time"
    wait = Wait(match.group(), until=f"{{% $fromMillis($toMillis({path}) {sign} {seconds * 1000}) %}}",
                to_do=f"Check that {path} is a timestamp.")
    return wait, words[len(match.group().split()):]
