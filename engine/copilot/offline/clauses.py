"""A text cut into clauses: where one step ends and the next begins.

    If the total is over 1000 post to #big on Slack, otherwise send an email.
    └if ───────────────────┘ └ action ────────────┘  └else   └ action ──────┘

A clause ends at a full stop or a semicolon, and at a comma, "and" or "then" when a verb or one of the words that begin
a clause follows. A condition also ends where a verb begins an action without any comma.
"""

from __future__ import annotations

import re
from dataclasses import field
from itertools import pairwise

from engine.copilot.offline.voice import said_in
from engine.copilot.offline.words import (
    ALSO_NOUNS,
    DETERMINERS,
    FILLERS,
    NUMBERS,
    PREPOSITIONS,
    PRONOUNS,
    TRADE_NOUNS,
    VERBS,
    Word,
    base_verb,
    lower,
    words_of,
)
from engine.records import dataclass

_IF = ("if", "when", "whenever", "once", "unless", "while", "should", "provided", "as")
_STARTS = frozenset({*_IF, "otherwise", "else", "then", "retry", "wait", "after", "in", "at", "on", "for", "every",
                     "each", "meanwhile", "simultaneously", "concurrently", "try", "only", "afterwards", "until"})
_PHRASES = (
    "in parallel", "at the same time", "at the same moment", "on error", "on failure", "in case", "for each",
    "for every", "at most", "every time", "as soon as", "after that", "at once with", "with up to", "up to",
    "in batches", "in which case", "in that case", "in this case", "in those cases", "in these cases",
    "either way", "in any case", "in either case", "in both cases", "failing which", "failing that", "as a last resort",
    "for the others", "for all others", "for all the others", "for the rest", "for everyone else", "for all the rest",
)
_SAID = re.compile(r"\b(?:is|are|has|have|than)\b.* \w+$")
_PLACE = re.compile(r"\w+ (?:(?:the |our )?(?:[\w-]+ )?(?:queue|topic)\b|#|\S+@)")
"""Where something is put: what is done is that, and no part of the condition before it."""
_WITH_ELSE = frozenset({"all", "anything", "something", "everything", "nothing", "anyone", "someone", "everyone", "or"})
_STATES = re.compile(
    r"\b(?:(?:is|are|was|were|has|have|does|do|did)(?:n't)?|\w+(?:'s|'re)(?= \w)"
    r"|exceeds|over|above|under|below|than|equals|fails|failed"
    r"|arrives?|comes?|lands?"
    r"|appears?|joins"
    r"|calls|hits|contains|includes|mentions|ends|starts|begins|approves|agrees|says|answers|receives|gets|drops"
    r"|rises|falls|reaches)\b"
)
_PASSIVE = re.compile(
    r"^(?!if |when |it is |there )(?:(?:the|an?|each|every|all|our|their|his|her) )?(?:(?!and |or |then |but |so |is "
    r"|are |gets? )[#\w'@.-]+ ){1,4}?"
    r"(?:(?:is|are|(?:should|must|can|may) be|(?:has|have|is|are) to be) (?:then |also |just |only )?([a-z]+)\b(?! "
    r"by \w+ing)"
    r"|gets? (?:an? |the |to be |told|emailed|charged))")
_PARTICLES = frozenset(["up", "out", "down", "off", "over", "back", "away", "in", "on", "through"])
_AWAY = frozenset(["up", "out", "down", "off", "away", "back", "about"])
_OBJECTS = DETERMINERS | {"it", "them", "him", "us", "me", "everyone", "everybody", "someone", "somebody"}
_NO_VERBS = DETERMINERS | PREPOSITIONS | PRONOUNS | FILLERS | _STARTS | _PARTICLES | frozenset([
    "and", "or", "but", "nor", "not", "no", "both", "either", "neither", "so", "than", "which", "who", "whose",
    "whom", "where", "how", "why", "what", "whatever", "whichever", "whether", "because", "since", "till", "though",
    "although", "even", "such", "other", "same", "like", "unlike", "without", "before", "between", "during",
    "against", "under", "above", "below", "around", "across", "along", "among", "behind", "beside", "besides",
    "beyond", "despite", "except", "inside", "near", "off", "outside", "past", "plus", "minus", "regarding", "toward",
    "towards", "upon", "half", "double", "triple", "twice", "thrice", "most", "more", "less", "least", "much", "many",
    "few", "several", "one", "two", "three", "today", "tomorrow", "yesterday", "tonight", "now", "here", "there",
    "later", "instead", "else", "too", "very", "perhaps", "maybe", "never", "ever", "often", "soon", "still", "yet",
    "almost", "quite", "rather", "let", "is", "are", "am", "was", "were", "be", "been", "being", "has", "have", "had",
    "do", "does", "did", "done", "will", "would", "shall", "can", "could", "may", "might", "must", "need", "needs",
    "yes", "okay",
])
"""Words that are no verb that the list of verbs only lacks."""
_FILLERS = FILLERS | {"immediately", "directly", "either", "both", "so", "lastly", "still", "try", "trying", "to"}


@dataclass(slots=True)
class Clause:
    """`joiner` is how it follows the one before: start, and, comma, then, hard (;), stop (.), post (a condition behind
    its action), or bare (an action behind its condition without a mark)."""

    joiner: str
    words: list[Word] = field(default_factory=list)

    @property
    def text(self) -> str:
        """In lower case."""
        return lower(self.words)


def clauses_of(text: str) -> list[Clause]:
    """The clauses of `text`, in order."""
    return clauses_in(words_of(text))


def clauses_in(words: list[Word]) -> list[Clause]:
    """The clauses of a text's words, in order."""
    return _Cutter(words).cut()


class _Cutter:
    def __init__(self, words: list[Word]) -> None:
        self.words = words
        self.clauses: list[Clause] = [Clause("start")]

    def cut(self) -> list[Clause]:
        index = 0
        while index < len(self.words):
            index = self.take(self.one_more_condition(index))
        return [clause for clause in self.clauses if clause.words]

    @property
    def current(self) -> Clause:
        return self.clauses[-1]

    def begin(self, joiner: str) -> None:
        if self.current.words:
            self.clauses.append(Clause(joiner))
        elif joiner in ("stop", "hard") or (joiner == "then" and self.current.joiner != "stop"):
            self.current.joiner = joiner if self.current.joiner != "hard" or joiner == "stop" else "hard"

    def take(self, index: int) -> int:
        """Take the word at `index` or begin a clause there; where to go on."""
        word = self.words[index]
        if word.kind == "mark":
            return self.mark(index)
        if word.lower == "then" and self.current.words and self.current.words[-1].lower in ("by", "until", "since"):
            self.current.words.append(word)
            if self.begins(index + 1):
                self.begin("bare")
            return index + 1
        if word.lower in ("and", "but", "then", "before", "plus") and self.current.words:
            after = self.skip_joiners(index)
            gerund = word.lower == "before"
            if self.begins(after, gerund=gerund) or self.follows(index, after):
                self.begin("then" if "then" in {item.lower for item in self.words[index:after]} or gerund else "and")
                return after
        if word.lower == "then" and not self.current.words:
            return index + 1
        leads = self.current.text in ("", "only", "but only", "and only")
        if self.is_behind(index) and not leads and not self.is_condition():
            self.begin("post")
        elif (word.lower in ("if", "unless") and len(self.current.words) > 3 and self.current.words[0].lower in (
                "when", "whenever", "once")) or (word.lower in ("otherwise", "else") and self.current.words and (
                self.current.words[-1].lower not in _WITH_ELSE)):
            self.begin("comma")
        elif self.is_condition() and self.ends_condition(index):
            self.begin("bare")
        self.current.words.append(word)
        return index + 1

    def joiner(self, index: int, after: int) -> str:
        """How the clause at `after` follows, behind a comma and the words from `index` on: ``…, unless it is late;``
        is a condition behind its action."""
        joined = {item.lower for item in self.words[index:after]}
        if joined & {"then", "and"}:
            return "then" if "then" in joined else "and"
        mark = next((word.text[0] for word in self.words[after:] if word.kind == "mark"), ".")
        is_left_out = after < len(self.words) and self.words[after].lower == "unless" and not self.is_head()
        return "post" if is_left_out and mark == ";" else "comma"

    def one_more_condition(self, index: int) -> int:
        """Take ``and if``, from `index` on, where it leads to one more condition of the same clause: ``if a and if b,
        …``; where to go on."""
        said = re.match(r"(?:, )?(?:and|but) if\b(?= \S)", lower(self.words[index:index + 4]))
        if said is None or not self.is_condition() or "if" not in self.current.text.split()[:2]:
            return index
        after = index + len(said[0].split())
        self.current.words += [word for word in self.words[index:after] if word.kind != "mark"]
        return after

    def is_behind(self, index: int) -> bool:
        """Whether a condition begins that may stand behind its action."""
        after = self.words[index + 1].lower if index + 1 < len(self.words) else ""
        word = self.words[index].lower
        return word in ("if", "when", "unless") or (word == "once" and after in (
            "there", "the", "it", "they", "that", "this", "all", "both", "everything"))

    def mark(self, index: int) -> int:
        word = self.words[index]
        if word.text in ".!?\n":
            self.begin("stop")
        elif word.text in "-\u2013\u2014" or (word.text == "(" and self.begins(index + 1)):
            self.begin("hard")
        elif word.text == ";" or (word.text == ":" and self.is_condition()):
            self.begin("hard" if word.text == ";" else "comma")
        elif word.text == ",":
            after = self.skip_joiners(index + 1)
            if self.begins(after) or self.follows(index, after) or (self.is_head() and not self.lists_values(index)):
                self.begin(self.joiner(index + 1, after))
                return after
        elif word.kind == "mark" and word.text[0] in "<>=":
            self.current.words.append(Word(word.text, "word", word.start, word.end))
        return index + 1

    def follows(self, index: int, after: int) -> bool:
        """Whether "then" or "finally" begins a step that is said by its thing alone: ``then the pack function``."""
        joined = {item.lower for item in self.words[index:after + 1]}
        return (
            not self.is_condition()
            and after + 1 < len(self.words)
            and bool(joined & {"then", "finally", "lastly", "afterwards"})
            and self.words[after + ("then" not in joined)].lower in DETERMINERS
            and (self.words[after].lower not in ("that", "this"))
        )

    def skip_joiners(self, index: int) -> int:
        while index < len(self.words) and self.words[index].lower in ("and", "then", "but", "before", "plus", ","):
            index += 1
        return index

    def begins(self, index: int, *, gerund: bool = False) -> bool:  # noqa: PLR0911 - one for each way to begin
        """Whether a clause begins at `index`."""
        if index >= len(self.words):
            return False
        word = self.words[index]
        following = lower(self.words[index:index + 4])
        counts = word.kind == "number" or word.lower in {*NUMBERS, "another"} - {"a", "an"}
        if counts:  # 24 hours before, another 3 days later
            return re.match(r"(?:another )?\S+ \w+ (?:later|before|after)\b", following) is not None
        if any(following.startswith(phrase) for phrase in _PHRASES):
            return True
        if word.lower in _FILLERS and index + 1 < len(self.words):
            return self.begins(index + 1)
        if re.match(r"xloop\d", word.lower):
            return True
        if word.lower == "only" and index + 1 < len(self.words):
            return self.words[index + 1].lower in _IF
        if word.lower in _STARTS and word.lower not in ("in", "at", "on", "for", "as", "only", "should", "after"):
            return True
        if word.lower == "after":
            return re.match(r"after (?:\S+ \w+|that)", following) is not None
        verb = base_verb(word.lower) if gerund else word.lower
        if (verb in VERBS and not self.is_noun(index)) or self.is_other_verb(index) or self.has_done(index):
            return True
        return not self.is_condition() and self.is_passive(index)

    def has_done(self, index: int) -> bool:
        """Whether somebody is made to do something: ``have the printer print the slip``."""
        following = [word.lower for word in self.words[index + 1:index + 7]]
        return (
            self.words[index].lower in ("have", "let", "get") and following[:1] != [] and following[0] in _OBJECTS
            and any(word in VERBS and after in _OBJECTS for word, after in pairwise(following[2:]))
        )

    def acts(self, index: int) -> bool:
        """Whether somebody does something to a thing: ``the vet vaccinates it``."""
        said = [word.lower for word in self.words[index:index + 5]]
        return said[0] in DETERMINERS and any(
            word.endswith("s") and word[:-1] not in ALSO_NOUNS and base_verb(word) is not None and after in _OBJECTS
            and not {*said[1:place]} & _NO_VERBS
            for place, (word, after) in enumerate(pairwise(said)) if place > 1)

    def is_passive(self, index: int) -> bool:
        """Whether what begins at `index` says what happens to something: ``the card is charged``."""
        if re.search(r"\b(?:that|whether|saying|how|why)\b", self.current.text):
            return False  # what somebody is told
        said = lower(self.words[index:index + 7])
        match = _PASSIVE.match(said)
        if match is not None and (match[1] is None or base_verb(match[1]) is not None):
            return True
        if self.acts(index):
            return True
        found = said_in(self.words[index:index + 9]) if self.words[index].lower in DETERMINERS else None
        return found is not None and not found.modal and not any(
            word.lower in PRONOUNS for word in found.subject[1:])  # the date it starts

    def is_other_verb(self, index: int) -> bool:
        """Whether a word that is in no list is a verb by where it stands: ``… and dump the answer``, ``spruce up its
        record``. An object follows it, and no noun is before an object there."""
        word = self.words[index]
        following = self.words[index + 1:index + 3]
        if following and following[0].lower in _PARTICLES:
            following = following[1:]
        if word.kind != "word" or not following or word.lower in _NO_VERBS or len(word.text) < 3:
            return False
        acts = word.text.islower() and not word.lower.endswith(("ly", "ing", "ed", "s"))
        return following[0].kind == "channel" or (acts and following[0].lower in _OBJECTS)

    def is_noun(self, index: int) -> bool:
        """Whether a verb's form at `index` is a noun here: "and order total", "and charge fails"."""
        after = self.words[index + 1].lower if index + 1 < len(self.words) else ""
        if self.words[index].lower in TRADE_NOUNS and after not in _OBJECTS | _AWAY:
            return True
        return after in ("is", "are", "was", "has", "fails", "failed", "exceeds", "functions", "of")

    def is_condition(self) -> bool:
        joiners = ("and", "but", "or", "else", "otherwise")
        words = [word.lower for word in self.current.words if word.lower not in joiners]
        return bool(words) and words[0] in _IF and words[:2] != ["as", "a"]

    def is_head(self) -> bool:
        """Whether the clause only leads in: a condition, a loop, a schedule, "in parallel"."""
        text = self.current.text
        return self.is_condition() or re.match(
            r"(?:for (?:each|every)|every|each|in parallel|at the same|on |in case|after|daily|hourly|weekly"
            r"|monthly|nightly|at )\b", text) is not None

    def lists_values(self, index: int) -> bool:
        after = self.words[index + 1] if index + 1 < len(self.words) else None
        return after is not None and (after.kind in ("quoted", "number") or after.lower == "or")

    def ends_condition(self, index: int) -> bool:  # noqa: PLR0911 - one for each way to end
        """Whether the word at `index` begins the action behind a condition that has said something."""
        word = self.words[index]
        if self.current.words[0].lower in ("if", "unless") and _SAID.search(self.current.text) and (
                word.lower in ("on", "to", "in", "into") and _PLACE.match(lower(self.words[index:index + 5]))):
            return True
        if len(self.current.words) >= 3 and self.is_other_verb(index) and word.lower not in VERBS:
            return _STATES.search(self.current.text) is not None and (
                self.current.words[-1].kind in ("number", "quoted") or self.current.words[-1].lower.endswith("ed"))
        if word.kind != "word" or word.lower not in VERBS or len(self.current.words) < 3 or self.is_noun(index):
            return False
        before = self.current.words[-1].lower
        if before in (*DETERMINERS, *PREPOSITIONS, *_IF, "is", "are", "not", "and", "or"):
            return False
        after = self.words[index + 1] if index + 1 < len(self.words) else None
        if _STATES.search(self.current.text) is None or after is None or after.kind == "mark":
            return word.lower == "stop" and _STATES.search(self.current.text) is not None
        acts = word.lower not in ALSO_NOUNS or self.current.words[-1].kind in ("number", "quoted")
        if after.kind == "word":
            goes = [one.kind for one in self.words[index + 2:index + 3]] == ["channel"]  # post to #general
            return acts or goes or after.lower in DETERMINERS | PRONOUNS
        return after.kind in ("url", "channel", "email")
