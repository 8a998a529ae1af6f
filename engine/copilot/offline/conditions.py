"""A condition in words to JSONata: ``the order total is over 1000 EUR`` → ``$states.input.order.total > 1000``.

condition   term {("and" | "or") term}      what has no predicate of its own belongs to the term beside it:
"DE or AT" to what it is, "both the name and the address" to what they are
term        terms.py; else what counts (windows.py), or a vague noun: "a high value order", whose threshold is guessed
"""

from __future__ import annotations

import math
import re
from dataclasses import replace

from engine.copilot.offline.flow import Condition
from engine.copilot.offline.naming import Known, amount_of, path_to
from engine.copilot.offline.terms import DOWN, LONGEST_NAME, UP, negated, plain, term_of
from engine.copilot.offline.windows import window_in
from engine.copilot.offline.words import DETERMINERS, Word, lower, singular, words_of

GUESSED_THRESHOLD = 1000

_VAGUE = {
    "high value": ">", "high-value": ">", "large": ">", "big": ">", "expensive": ">", "huge": ">", "valuable": ">",
    "low value": "<", "low-value": "<", "small": "<", "cheap": "<",
}
_NEITHER = re.compile(r"^neither (.+?) nor (.+?) ((?:is|are|has|have|was|were) .+)$")
_IS_NEITHER = re.compile(r"^(.+? (?:is|are|was|were)) neither (.+?) nor (.+)$")
_NO_LONGER = re.compile(r"\b(?:(?P<is>is|are) )?(?:no longer|not any ?more)\b")
_PREDICATE = re.compile(
    r"(?:^|\s)(?:is|are|was|were|has|have|had|does|do|did|will|can|could|should|contains?|includes?|mentions?"
    r"|starts?|begins?|ends?|says?"
    r"|said|reads?|shows?|equals?|exceeds?|exceeding|over|above|below|under|beyond|than|between|at least|at most"
    r"|up to|less|reaches|hits|falls?"
    r"|drops?|rises?|comes?|lives?|costs?|weighs?|exists?|isn't|aren't|wasn't|doesn't|don't|hasn't|haven't|didn't"
    r"|it's|they're|[a-z]+ed|arrives?"
    r"|[<>=!]+)(?:\s|$)")


def parse_condition(words: list[Word], known: Known) -> Condition | None:
    """The condition that `words` state; None where they state none."""
    words = [replace(word, text="and") if word.lower == "but" and before.lower[-5:] != "thing" else word
             for before, word in zip([*words[:1], *words], words, strict=False)]
    words = [word for word in words if word.lower != "if"]  # if a and if b
    text = lower([word for word in words if word.kind != "mark"])
    counted = window_in(plain(text)) or window_in(text)
    if counted is not None:
        return counted
    if (match := _NO_LONGER.search(text)) is not None:
        before = parse_condition(words_of(f"{text[:match.start()]}{match['is'] or ''}{text[match.end():]}"), known)
        return None if before is None else negated(before)
    if (match := re.match(r"^(.+?) (has|have) neither (.+?) nor (.+)$", text)) is not None:
        return parse_condition(
            words_of(
                f"{match[1]} {match[2]} no {re.sub(r'^(?:an?|the) ', '', match[3])} "
                f"and {match[1]} {match[2]} no {re.sub(r'^(?:an?|the) ', '', match[4])}"
            ),
            known,
        )
    sides_said = _NEITHER.sub(r"\1 \3\n\2 \3", _IS_NEITHER.sub(r"\1 \2\n\1 \3", text)).split("\n")
    if len(sides_said) > 1:
        sides = [parse_condition(words_of(side), known) for side in sides_said]
        each = [negated(side) for side in sides if side is not None]
        return (
            None
            if len(each) < 2
            else Condition(
                " and ".join(side.text for side in each),
                _phrase(words),
                [to_do for side in each for to_do in side.to_dos],
                each[0].subject,
            )
        )
    terms: list[str] = []
    to_dos: list[str] = []
    subject = known.subject
    by_text = {word.lower: word for word in words if word.kind != "mark"}
    for joiner, segment in _terms(words):
        vague = None if re.search(r"\d", segment) else vague_in(words_of(segment), known)
        within = replace(known, subject=subject)
        term = vague or term_of(segment, by_text, within)
        if term is None and terms:  # of the subject before
            term = term_of(f"it {segment}", by_text, within)
        if term is None or len(re.findall(r"[A-Z]", term.subject.rpartition(".")[2])) > LONGEST_NAME:
            return None  # none, or a clause that was read as a name
        terms += [joiner, term.text] if joiner else [term.text]
        to_dos += [note for note in term.to_dos if note not in to_dos]
        subject = term.subject or subject
    return Condition(" ".join(terms), _phrase(words), to_dos, subject) if terms else None


def never(phrase: str, to_do: str) -> Condition:
    """A condition that does not hold as it is, for what was not understood."""
    return Condition("false", phrase, [to_do])


def vague_in(words: list[Word], known: Known) -> Condition | None:
    """A size in words (``a high value order``): the field and the threshold are guesses."""
    text = lower([word for word in words if word.lower not in DETERMINERS])
    for phrase, operator in _VAGUE.items():
        match = re.match(rf"{phrase} (\w+)", text)
        if match is None:
            continue
        noun = singular(match.group(1))
        path = path_to([noun, amount_of(noun)], known)
        name = path.removeprefix("$states.input.")
        guess = f"What is a {phrase} {noun}? {GUESSED_THRESHOLD} is a guess, and so is the field {name}."
        return Condition(f"{path} {operator} {GUESSED_THRESHOLD}", f"{phrase} {noun}", [guess], path)
    return None


_SIDE = re.compile(r"(\$[\w.$()]+) (<=|>=|<|>|=) (-?\d+(?:\.\d+)?|\"[^\"]*\")")


_OPPOSITES = {"<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def opposite(one: Condition, other: Condition) -> bool:
    """Whether one of both always holds: below 40, and 40 or more."""
    sides = [_SIDE.fullmatch(each.text) for each in (one, other)]
    first, second = sides
    return first is not None and second is not None and first[1] == second[1] and first[3] == second[3] and (
        _OPPOSITES.get(first[2]) == second[2])


_LIST = re.compile(r"(\$[\w.$()]+) (?:= \"[^\"]*\"|in \[[^\]]*\])")


def apart(one: Condition, other: Condition) -> bool:
    """Whether both are of one thing and never hold together: below 40, and at least 40."""
    listed = [_LIST.fullmatch(each.text) for each in (one, other)]
    if listed[0] is not None and listed[1] is not None:
        values = [{*re.findall(r'"[^"]*"', match[0])} for match in listed if match is not None]
        return listed[0][1] == listed[1][1] and not values[0] & values[1]
    sides = [_SIDE.findall(each.text) for each in (one, other)]
    terms = [len(re.findall(r"\band\b", each.text)) + 1 for each in (one, other)]
    if [len(side) for side in sides] != terms or " or " in one.text + other.text or len(
            {path for side in sides for path, _, _ in side}) != 1 or "$not" in one.text + other.text:
        return False
    texts = [[value for _, sign, value in side if sign == "=" and value[0] == '"'] for side in sides]
    if all(texts):
        return texts[0] != texts[1]
    if any(texts):
        return False
    bounds = [(float(value), sign) for side in sides for _, sign, value in side]
    low, is_open = max(
        ((value, sign == ">") for value, sign in bounds if sign in (">", ">=", "=")), default=(-math.inf, False)
    )
    high, is_in = min(
        ((value, sign != "<") for value, sign in bounds if sign in ("<", "<=", "=")), default=(math.inf, True)
    )
    return low > high or (low == high and (is_open or not is_in))


def implies(one: str, other: str) -> bool:
    """Whether a condition holds wherever another one does that is not the same: over 500 where it is over 1000."""
    mine, others = _SIDE.fullmatch(one), _SIDE.fullmatch(other)
    if mine is None or others is None or mine[1] != others[1] or '"' in mine[3] + others[3]:
        return False
    sign, bound, wider = mine[2], float(mine[3]), float(others[3])
    if sign[0] != others[2][0] or sign[0] == "=":
        return False
    return (bound > wider if sign[0] == ">" else bound < wider) or (
        bound == wider and len(sign) < len(others[2]))


def _terms(words: list[Word]) -> list[tuple[str, str]]:
    """What stands between `and` and `or`, in lower case. Values (``"DE" or "AT"``) and subjects without a predicate of
    their own stay with the term beside them, and so does ``between a and b``."""
    text = lower(words)
    text = re.sub(r" , (?:and |or )?(?=.*? (and|or) )", r" \1 ", text)
    text = re.sub(r" , (and|or) ", r" \1 ", text).replace(" , ", " and ")
    parts = re.split(r" (and|or) ", re.sub(r" [.;:!?()](?= |$)", "", text))
    found: list[tuple[str, str]] = []
    waiting: list[tuple[str, str]] = []
    joiner = ""
    for place in range(0, len(parts), 2):
        part, after = parts[place].strip(), parts[place + 1] if place + 1 < len(parts) else ""
        more = re.match(rf"(?:{UP}|{DOWN})(?: |$)", part) is not None
        ends = found and re.search(r"\b(?:between|from) \S+(?: \w+)?$", found[-1][1]) is not None
        if (
            part
            and found
            and (more or ends or (not waiting and not _PREDICATE.search(part) and not part.startswith("neither")))
        ):
            found[-1] = (found[-1][0], f"{found[-1][1]} {joiner} {part}")
        elif (
            part
            and not _PREDICATE.search(part)
            and after
            and not re.match(r"\S+ (?:and|or)", " ".join(parts[place + 2 : place + 3]))
        ):
            waiting.append((joiner, part))
        elif part:
            found += _shared(waiting, joiner, part)
            waiting = []
        joiner = after
    return [*found, *waiting]


def _shared(waiting: list[tuple[str, str]], joiner: str, part: str) -> list[tuple[str, str]]:
    """Subjects that wait for a predicate, each with that of `part`."""
    predicate = _PREDICATE.search(part)
    if not waiting or predicate is None:
        return [*waiting, (joiner, part)]
    said = re.sub(r"^(are|were|have)\b", lambda found: {"are": "is", "were": "was", "have": "has"}[found[0]],
                  part[predicate.start():].strip())
    return [*((before, f"{re.sub(r'^(?:both|either) ', '', subject)} {said}") for before, subject in waiting),
            (joiner, f"{part[:predicate.start()].strip()} {said}")]


def _phrase(words: list[Word]) -> str:
    return " ".join(word.text for word in words if word.kind != "mark")
