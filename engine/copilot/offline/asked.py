"""The clause at hand, and what a rule finds in it: an action, and its arguments as far as the words give them.

What the words do not say is a text that begins with TODO, and a to-do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import field
from typing import Any

from engine.copilot.offline.naming import Known
from engine.copilot.offline.sources import Source, source_in
from engine.copilot.offline.words import Word
from engine.records import dataclass

Json = Any

TODO = "TODO: "

STOP = frozenset([
    "to", "for", "of", "on", "in", "at", "by", "with", "from", "through", "via", "into", "onto", "about", "that",
    "if", "so", "and", "the", "a", "an", "using", "as", "what", "whether",
])
"""Words that name nothing."""


_NO_NAME = (r"(?:the|an?|our|their|its|his|her|my|your|both|and|or|then|to|for|of|on|in|at|by|via|with|from|about|if"
            r"|when|whether|that|this|it|them|him|each|every|all|either|must|has|have|should|needs?|is|are|approv\w*"
            r"|permission|consent|confirm\w*|sign\w*|ok|okay|blessing|details|review\w*|within|until|before|after|before"
            r"|first|through|as|once|again|every\w*|any\w*|no|one|two|three|people|also|who|which|slack|e?-?mail|me|us"
            r"|you|up|ask|get|accept\w*|agree\w*)")
_NAMED = rf"(?!{_NO_NAME}\b)[\w'-]+"
_PERSON = rf"(?:(?:the|our|their|an?|his|her|its|my|your) )?{_NAMED}(?: {_NAMED}){{0,2}}"
_NEXT_PERSON = (rf"(?:(?: and| or|,)+(?: then)?(?: also)?(?: (?:from|of|by))? {_PERSON}"
                rf"| (?=(?:the|our|their|his|her|its|my) ){_PERSON})")
_SEVERAL_ASKED = re.compile(
    rf"(?:\b(?:ask|from|of|by|have|get)(?: (?:both|either))? |^(?:both |either )?)(?P<all>{_PERSON}{_NEXT_PERSON}+)"
    r"(?= to | for | about | whether | if | on slack| (?:in|via|by) |,|$| must"
    r"| ha(?:s|ve) to| should| needs?\b| approves?| agrees?|'s (?:ok|approval))")


def people_asked(text: str) -> list[str]:
    """Those of several who are asked, in lower case, without their articles: legal and finance."""
    match = _SEVERAL_ASKED.search(text.lower())
    if match is None:
        return []
    said = re.split(r"(?:(?:\b(?:and|or|then|also|from|of|by)\b|,)\s*)+|\s(?=(?:the|our|their|his|her|its|my) )",
                    match["all"])
    return [re.sub(r"^(?:the|our|their|an?|his|her|its|my|your) ", "", one.strip()) for one in said if one.strip()]


@dataclass(frozen=True, slots=True)
class Asked:
    """The clause at hand: its words, their text, its first verb, and what is known of the sentence before it."""

    words: tuple[Word, ...]
    text: str
    verb: str
    known: Known

    @property
    def phrase(self) -> str:
        """As it was written."""
        return " ".join(word.text for word in self.words)

    @property
    def as_message(self) -> str:
        """What a message would say: what is quoted, what an earlier step found, else the clause itself, as a start."""
        found = self.source
        if self.said is None and found is not None and not found.is_address:
            return f"{{% $string({found.path}) %}}"
        return self.said or f"{TODO}{self.phrase}"

    @property
    def source(self) -> Source | None:
        """What it takes from the answer of an earlier step."""
        return source_in(self.text, self.known)

    @property
    def said(self) -> str | None:
        """What is quoted in it."""
        quoted = [word.text[1:-1] for word in self.words if word.kind == "quoted" and word.text[0] in '"“']
        return quoted[0] if len(quoted) == 1 else None

    def first(self, kind: str) -> str | None:
        """The first word of that kind: url, channel, email, number …"""
        return next((word.text for word in self.words if word.kind == kind), None)

    def has(self, pattern: str) -> bool:
        """Whether the text holds it."""
        return re.search(pattern, self.text) is not None


@dataclass(frozen=True, slots=True)
class Found:
    """The action, or the word that it means, and what is known of its arguments; `guesses` are to-dos by argument.
    `variable` is where its answer goes, `content` the path in there to what was asked for."""

    resource: str
    arguments: dict[str, Json] = field(default_factory=dict)
    guesses: dict[str, str] = field(default_factory=dict)
    variable: str | None = None
    content: str = ""


Rule = Callable[[Asked], "Found | None"]
"""How sentences ask for some actions; None where the clause does not."""
