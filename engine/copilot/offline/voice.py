"""What a clause asks for, put as a command: its subject, what stands before its verb, its verb and the rest, in order.

    the parcel is handed to the carrier      hand the parcel to the carrier
    then the ship function has to run        run the ship function
    an alert goes to #ops                    send an alert to #ops
    the manager must approve the trip        ask the manager to approve the trip
    the guest is to receive a voucher        send the guest a voucher

The subject decides with the verb: a function runs, a message goes, a person decides or receives, anything else is what
something happens to. A clause that is none of these stays as it is.
"""

from __future__ import annotations

from engine.copilot.offline.words import (
    ALSO_NOUNS,
    DETERMINERS,
    FILLERS,
    PREPOSITIONS,
    VERBS,
    Word,
    base_verb,
    singular,
    words_of,
)
from engine.records import dataclass

_BE = frozenset(["is", "are", "was", "were", "be", "been", "being", "gets", "get", "got", "getting"])
_MODAL = frozenset([
    "has", "have", "had", "needs", "need", "must", "should", "shall", "will", "would", "can", "may", "might", "ought",
    "supposed", "to", "going", "let", "it's", "expected", "wants", "want",
])
_ADVERB = FILLERS | {"only", "simply", "merely", "directly", "straight", "both", "all", "instead", "additionally",
                     "therefore"}
RUNNERS = frozenset(["function", "lambda", "workflow", "job", "script", "pipeline", "routine", "process"])
"""What runs by itself."""
MESSAGES = frozenset([
    "email", "e-mail", "mail", "message", "note", "notice", "notification", "alert", "reminder", "text",
    "sms", "warning", "summary", "newsletter", "receipt", "confirmation", "apology", "letter", "invitation", "voucher",
    "digest",
])
"""What goes to somebody."""
_RUNS = frozenset(["run", "start", "execute", "begin", "fire", "launch", "kick", "follow", "come", "take", "do", "go"])
_GOES = frozenset(["go", "follow", "land", "appear", "come", "move", "belong"])
MODELS = frozenset(["llm", "model", "ai", "gpt", "chatgpt", "claude"])
_RECEIVES = frozenset(["get", "receive", "hear"])
_DECIDES = frozenset(["approve", "agree", "okay", "ok", "authorise", "authorize", "confirm", "decide", "sign",
                      "consent", "accept", "review", "release", "check"])
_FINITE = _RUNS | _GOES | _RECEIVES | _DECIDES
_OURS = frozenset(["we", "you", "i", "it", "this", "that", "system", "automation", "flow", "workflow"])
_PARTICLES = frozenset(["out", "on", "up", "over", "off", "back", "straight", "directly", "along"])
_NOT = frozenset(["not", "never", "cannot", "n't"])


@dataclass(frozen=True, slots=True)
class Said:
    """A clause's parts: `subject`, the verb in its first form, whether it is in the passive or negated, and `rest`.
    `modal`: it must, should, has to."""

    subject: list[Word]
    verb: str
    rest: list[Word]
    is_passive: bool
    modal: bool
    negated: bool
    between: tuple[Word, ...] = ()
    """The words of the verb as they were said."""

    @property
    def head(self) -> str:
        """The noun of the subject: what stands before its first preposition."""
        end = next((index for index, word in enumerate(self.subject) if index and word.lower in PREPOSITIONS),
                   len(self.subject))
        return singular(self.subject[end - 1].lower)


def said_in(words: list[Word]) -> Said | None:
    """The parts of a clause that begins with its subject; None for a command, and for what has no verb that we know."""
    if len(words) < 2 or is_command(words):
        return None
    for index in range(1, min(len(words), 12)):
        word = words[index]
        base = _base(word.lower)
        if word.kind == "mark" or word.lower in ("if", "when", "that", "who", "which", "whether", "and", "unless"):
            return None
        if words[index - 1].lower in MODELS and word.kind == "word" and word.lower[-1] == "s" and index < 5:
            base = base or word.lower[:-1]
        elif word.lower in ("becomes", "become"):
            base = "become"
        elif word.lower in _BE or (word.lower in _MODAL and word.lower not in ("to", "let")):
            return _with_chain(words, index)
        elif base not in _FINITE or not _is_finite(words, index):
            continue
        return Said(words[:index], str(base), words[index + 1:], is_passive=False, modal=False, negated=False,
                    between=(word,))
    return None


def _base(word: str) -> str | None:
    """The verb behind a form, also of those that ask for nothing: receives, agrees."""
    return base_verb(word) or next((one for one in (word, word[:-1], word[:-2]) if one in _FINITE), None)


def is_command(words: list[Word]) -> bool:
    """Whether a clause begins with what to do: ``charge it``, and not ``charges are refunded``."""
    said = [word.lower for word in words[:3]]
    if said[0] not in VERBS:
        return False
    finite = _BE | _MODAL - {"to", "it's", "let"}
    return said[0] not in ALSO_NOUNS or not {*said[1:]} & finite or said[1] in DETERMINERS


def _is_finite(words: list[Word], index: int) -> bool:
    """Whether the word at `index` is what its subject does, and no noun: ``the email goes``, ``the ship function``."""
    before, word = words[index - 1].lower, words[index].lower
    if before in DETERMINERS or before in PREPOSITIONS:
        return False
    after = words[index + 1].lower if index + 1 < len(words) else ""
    if after in _BE | RUNNERS or singular(after) in RUNNERS:
        return False
    several = singular(before) != before or before in ("they", "we", "you")
    return word.endswith("s") is not several


def _with_chain(words: list[Word], start: int) -> Said | None:
    """The parts where what stands before the verb begins at `start`: ``is``, ``has to be``, ``should``."""
    index, passive, modal, negated = start, False, False, False
    known = _BE | _MODAL | _ADVERB | _NOT
    while index < len(words) and (words[index].lower in known or words[index].lower[-3:] == "n't"):
        word = words[index].lower
        if word in ("get", "gets") and index + 1 < len(words) and words[index + 1].lower in DETERMINERS:
            return Said(words[:start], "get", words[index + 1:], is_passive=False, modal=modal, negated=negated)
        passive = (passive or word in _BE) and word != "to"
        modal = modal or word in _MODAL
        negated = negated or word in _NOT or word[-3:] == "n't"
        index += 1
    done = words[index].lower if index < len(words) else ""
    base = _base(done)
    if base is None or (passive and done == base and done not in _SAME) or not (passive or modal):
        return None
    return Said(words[:start], base, words[index + 1:], is_passive=passive, modal=modal, negated=negated,
                between=tuple(words[start:index + 1]))


_SAME = frozenset(["put", "run", "set", "cut", "read", "let", "sent"])
"""Verbs whose participle is their first form."""


def commanded(words: list[Word]) -> list[Word]:
    """`words` as a command; as they are where they are none, or say what must not happen."""
    found = said_in(words)
    if found is None or found.negated:
        return _verbless(words)
    head, subject, rest = found.head, found.subject, found.rest
    if found.is_passive:
        return _done_to(found)
    if found.verb == "become":
        return [*words_of("create"), *rest, *words_of("from"), *subject]
    if (head in MODELS and not found.modal) or (found.verb in _DECIDES and head not in _OURS):
        return [*words_of("ask"), *subject, *words_of(f"to {found.verb}"), *rest]
    if head in _OURS and len(subject) < 3:
        return [*words_of(found.verb), *rest]
    return _moved(found)


def _moved(found: Said) -> list[Word]:
    """What runs, goes or is received."""
    head, subject, rest = found.head, found.subject, found.rest
    if head in RUNNERS and found.verb in _RUNS:
        return [*words_of("run"), *subject, *rest]
    if head in MESSAGES and found.verb in _GOES:
        return [*words_of("send"), *subject, *_without_way(rest)]
    if found.verb in _GOES and rest:
        way = _without_way(rest)
        runs = bool(way) and any(word.lower in RUNNERS for word in way[:5])
        return [*words_of("run"), *way[1:], *words_of("with"), *subject] if runs else [
            *words_of("put"), *subject, *way]
    if found.verb in _RECEIVES and found.verb != "hear" and rest:
        return [*words_of("send"), *subject, *rest]
    return [*subject, *found.between, *rest]


def _done_to(found: Said) -> list[Word]:
    """``the trip has to be approved by the manager``: ask the manager to approve the trip; else the verb first."""
    texts = [word.lower for word in found.rest]
    if found.verb in _DECIDES - {"check", "release"} and "by" in texts:
        at = texts.index("by")
        asked = found.rest[at + 1:]
        return [*words_of("ask"), *asked, *words_of(f"to {found.verb}"), *found.subject, *found.rest[:at]]
    return [*words_of(found.verb), *found.subject, *found.rest]


def _without_way(rest: list[Word]) -> list[Word]:
    """Without the particle before the preposition: goes out to is to, moves on to is to."""
    while len(rest) > 1 and rest[0].lower in _PARTICLES and rest[1].lower in PREPOSITIONS:
        rest = rest[1:]
    if rest and rest[0].lower == "out":
        rest = rest[1:]
    return rest


def _verbless(words: list[Word]) -> list[Word]:
    """``an email to the customer``, ``the pack function``: what is done with a message, with what runs."""
    if not words or words[0].lower not in DETERMINERS | {"one"} or any(base_verb(word.lower) and (
            word.lower not in ALSO_NOUNS | MESSAGES) for word in words[1:]):
        return words
    end = next((index for index, word in enumerate(words) if word.lower in PREPOSITIONS), len(words))
    head = singular(words[end - 1].lower)
    if head in MESSAGES and end < len(words):
        return [*words_of("send"), *words]
    if head in RUNNERS - {"process"} and end > 1:
        return [*words_of("run"), *words]
    return words
