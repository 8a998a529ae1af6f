"""Whether a draft is right, wrong but flagged, or wrong and silent.

    right              every expectation holds (scoring.py), every word is accounted for, and no word that the draft
                       uses is a to-do
    wrong but flagged  an expectation fails, but every word is accounted for, and a to-do says in the person's own words
                       what was not understood
    wrong and silent   the rest

The tokens, the stop words and what a number may have become are this module's own, not the accounting's: the accounting
is judged too.
"""

from __future__ import annotations

import json
import re
from typing import Any

from engine.copilot.proposal import Proposal
from tests.copilot.scoring import faults

Json = Any

RIGHT, FLAGGED, SILENT = VERDICTS = "right", "wrong but flagged", "wrong and silent"

_SAYS_NOTHING = frozenset([
    "a", "an", "the", "this", "that", "these", "those", "it", "its", "they", "them", "their", "he", "she", "him",
    "her", "his", "we", "i", "you", "our", "your", "my", "of", "to", "and", "or", "but", "then", "so", "as", "is",
    "are", "was", "were", "be", "been", "being", "has", "have", "had", "do", "does", "did", "will", "would",
    "shall", "may", "must", "in", "on", "at", "by", "for", "from", "with", "into", "onto", "about", "also",
    "please", "just", "there",
])
_TOKEN = re.compile(
    r"https?://\S*[^\s,;.:!?)]|[\w.+-]+@[\w.-]+\w|\d{4}-\d\d-\d\d|[#/]?[\w][\w'\u2019:-]*(?<!:)(?:[.,]\d+)*")
_NUMBERS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
    "eleven": 11, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90, "half": 0.5, "twice": 2, "third": 3, "noon": 12,
}
_UNITS = {"sec": 1, "min": 60, "hr": 3600, "hour": 3600, "day": 86400, "week": 604800, "month": 2592000,
          "year": 31536000}
"""How the name of a unit of time begins, and its seconds."""
_MULTIPLES = (1, 60, 3600, 86400, 604800, 1000, 60000, 3600000, 86400000, 604800000)
_NEGATIONS = frozenset([
    "no", "not", "never", "none", "nothing", "without", "unless", "except", "isn't", "don't", "nobody",
])
_WHEN = re.compile(
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|weekday|noon|midnight|daily|hourly|morning|\bif\b"
    r"|\bwhen\b",
    re.IGNORECASE,
)


def verdict(proposal: Proposal, sentence: str, expect: dict[str, Json]) -> tuple[str, list[str]]:
    """One of the three, and why it is not right."""
    structure = faults(proposal, {"placeholders": sum(name[0] == "?" for name in expect.get("tasks", ())), **expect})
    silent = lost(proposal, sentence)
    todos = [word for word in proposal.words if word.pointer is None]
    used = [] if structure else [f'a to-do for "{word.text}", which is used' for word in todos if _is_weighty(word.text)
                                 and not any(re.search(name[1:], word.text.lower())
                                             for name in expect.get("tasks", ()) if name[0] == "?")]
    if not structure and not silent and not used:
        return RIGHT, []
    reasons = [*structure, *silent, *used]
    return (FLAGGED if todos and not silent else SILENT), reasons


def lost(proposal: Proposal, sentence: str) -> list[str]:
    """Tokens that are neither used nor a to-do, and those that are said to be used where they are not."""
    found = []
    items = _items_of(sentence)
    for match in _TOKEN.finditer(sentence):
        token = match.group().lower()
        if token in _SAYS_NOTHING or match.span() in items:
            continue
        over = [word for word in proposal.words if word.start <= match.start() and match.end() <= word.end]
        if not over:
            found.append(f'"{match.group()}" is neither used nor a to-do')
            continue
        for word in over:
            if word.pointer is None:
                continue
            value = at_pointer(proposal.document, word.pointer)
            if value is None:
                found.append(f'"{match.group()}" leads to {word.pointer}, which is not there')
            elif (number := _number(token)) is not None and not _holds(value, number) and token not in str(value) and (
                    not _in_other_units(proposal, value, number, sentence[match.end():])):
                found.append(f'"{match.group()}" is not in {word.pointer}')
    return found


def _items_of(sentence: str) -> set[tuple[int, int]]:
    """The places of the numbers that a list of steps begins its items with: 1) … 2) … . They are no amounts."""
    marks = [match.span(1) for match in re.finditer(r"(?:(?<=\s)|^)(\d{1,2})[.)](?=\s+[A-Za-z])", sentence)]
    counted = [int(sentence[start:end]) for start, end in marks]
    return {*marks} if len(marks) > 1 and counted == [*range(1, len(marks) + 1)] else set()


def at_pointer(document: Json, pointer: str) -> Json:
    """What is there; None where nothing is."""
    value = document
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(name)
        else:
            value = value[int(name)] if isinstance(value, list) and name.isdigit() and int(name) < len(value) else None
        if value is None:
            return None
    return value


def _number(token: str) -> float | None:
    if token in _NUMBERS:
        return float(_NUMBERS[token])
    match = re.fullmatch(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:st|nd|rd|th|am|pm)?", token)
    return float(re.sub(r"[^\d.]", "", token)) if match else None


def _holds(value: Json, number: float) -> bool:
    if isinstance(value, list) and len(value) == number:
        return True  # two runs a day are two triggers
    there = {float(one) for one in re.findall(r"\d+(?:\.\d+)?", json.dumps(value))}
    ways = {number * by for by in _MULTIPLES} | {number + 12, 12 - number if number == 12 else number, number - 1}
    return bool(there & ways) or json.dumps(value).count(",") == number - 1  # twice a day: at two hours


def _in_other_units(proposal: Proposal, value: Json, number: float, after: str) -> bool:
    """Whether a rate has the days of so many weeks, or what ends a circle has so many rounds of its Wait."""
    unit = re.match(rf"\s(?:an? )?({'|'.join(_UNITS)})", after)
    if unit is None:
        return False
    span = number * _UNITS[unit[1]]
    rate = re.fullmatch(r"rate\((\d+) days?\)", str(value))
    if rate is not None:
        return int(rate[1]) * 86400 == span
    rounds = re.fullmatch(r"\{% \$\w+ >=? (\d+) %\}", str(value))
    waits = re.findall(r'"Type": "Wait", "Seconds": (\d+)', json.dumps(proposal.document))
    return rounds is not None and len({*waits}) == 1 and int(rounds[1]) * int(waits[0]) == span


def _is_weighty(text: str) -> bool:
    """Whether it says a number, a time, a condition or a negation."""
    words = text.lower().split()
    numbers = [word for word in words if _number(word.strip(".,")) is not None]
    return bool(numbers or _NEGATIONS & set(words) or _WHEN.search(text))
