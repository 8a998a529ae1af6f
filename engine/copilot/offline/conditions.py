"""A condition in words to JSONata: ``the order total is over 1000 EUR`` → ``$states.input.order.total > 1000``.

    condition   term {("and" | "or") term}
    term        subject operator value        the total is at least $250 · severity is critical
              | subject "is" adjective        the window is open · the customer is new        (a boolean field)
              | vague noun                    a high value order                             (a threshold is guessed)

Names of fields are made from the words; that the input has them is a guess, and said so in a to-do.
"""

from __future__ import annotations

import json
import re
from dataclasses import field, replace

from engine.copilot.offline.flow import Condition
from engine.copilot.offline.windows import window_in
from engine.copilot.offline.words import (
    CURRENCIES,
    DETERMINERS,
    ENTITIES,
    PRONOUNS,
    PROPERTIES,
    UNITS,
    Word,
    camel,
    lower,
    number_of,
    singular,
    words_of,
)
from engine.records import dataclass

GUESSED_THRESHOLD = 1000
LONGEST_NAME = 3
"""Words of a field's name: what is longer says more than a name."""

_MOST = (
    r"(?:is |are |was )?not (?:more|greater|higher) than|no (?:more|greater|longer) than|at most|up to|within"
    r"|(?:is |are )?not (?:over|above)|<="
)
_MORE = (
    r"(?:more|greater|higher|larger|longer|bigger|older|later) than|(?:is |are |goes |rises )?(?:over|above)|exceeds?"
    r"|exceeding|>"
)
_OTHER = (
    r"(?:does not|doesn't|do not) equal|(?:is |are )(?:not|other than|different from)(?: equal to)?"
    r"|isn't|aren't|wasn't|!="
)
_OPERATORS: tuple[tuple[str, str], ...] = (
    (_MOST, "<="),
    (r"(?:is |are |was )?not less than|no (?:less|fewer) than|at least|>=", ">="),
    (r"(?:is |are )?before(?= \d{4}-)", "<"),
    (r"(?:is |are )?after(?= \d{4}-)", ">"),
    (_MORE, ">"),
    (r"(?:less|fewer|lower|smaller|shorter|younger|earlier) than|(?:is |are |falls |drops )?(?:under|below)|<", "<"),
    (_OTHER, "!="),
    (r"(?:is |are )?equal to|equals|(?:is|are) exactly|==?", "="),
    (r"contains?|includes?|mentions?", "contains"),
    (r"starts? with|begins? with", "starts"),
    (r"ends? (?:with|in|on)", "ends"),
)
"""The first that is found in a term is its operator."""
_EMPTY = re.compile(r"^(.*?) (?:is|are) (empty|missing|absent|not there|not set|present|there|set|given|known|true"
    r"|false|null)$")
_HAS = re.compile(r"^(.*?) (?:has|have) (no |not )?(?:an? |any )?(.+)$")
_THERE = re.compile(r"^there (?:is|are|was|were) (no|not any|an?|any|some|more|still|left) ((?:[\w-]+ ?)+)$")
_BETWEEN = re.compile(r"^(.*?) (?:is |are )?between (.+?) and (.+?)(?: inclusive(?:ly)?)?$")
_UP = "more|above|over|higher|greater|better|later|larger|longer|older|up|upwards"
_DOWN = "less|fewer|below|under|lower|smaller|worse|earlier|shorter|younger|down"
_NEITHER = re.compile(r"^neither (.+?) nor (.+?) ((?:is|are|has|have|was|were) .+)$")
_NO_LONGER = re.compile(r"\b(?:(?P<is>is|are) )?(?:no longer|not any ?more)\b")
_OR_MORE = re.compile(
    rf"^(.*?) (?:is |are |of )?(\S+(?: \S+)?) or ({_UP}|{_DOWN})$"
)
_VAGUE = {
    "high value": ">", "high-value": ">", "large": ">", "big": ">", "expensive": ">", "huge": ">", "valuable": ">",
    "low value": "<", "low-value": "<", "small": "<", "cheap": "<",
}
_COPULA = frozenset([
    "is", "are", "was", "were", "be", "been", "being", "has", "have", "had", "by", "of", "gets", "got", "get",
    "becomes", "become",
])
_TOTALED = frozenset(["order", "purchase", "booking", "basket", "cart", "reservation", "trip"])
_UNIT_WORDS = frozenset([*UNITS, *(f"{unit}s" for unit in UNITS), *(code for code in CURRENCIES if code.isalpha()),
                         "degrees", "degree", "percent", "%", "celsius", "fahrenheit", "points", "items", "pieces"])
_RESULTS = frozenset(["result", "results", "outcome", "response", "answer", "output", "reply"])


@dataclass(frozen=True, slots=True)
class Known:
    """What a condition or an argument may refer to.

    `entity` is what the sentence is about (order); `item` what the surrounding loop is over; `subject` the path of the
    last condition; `results` are the variables of the steps before, newest last: (name, path to its content);
    `connector` is the code of the one that was called last; `polled` is the path to what is asked for again and again.
    """

    entity: str | None = None
    item: str | None = None
    subject: str = ""
    results: tuple[tuple[str, str], ...] = ()
    connector: str = ""
    polled: str = ""
    fields: frozenset[str] = field(default_factory=frozenset)


def parse_condition(words: list[Word], known: Known) -> Condition | None:  # noqa: PLR0911 - one for each form
    """The condition that `words` state; None where they state none."""
    words = [word for word in words if word.lower not in ("still", "already", "yet")]
    text = lower([word for word in words if word.kind != "mark"])
    counted = window_in(text)
    if counted is not None:
        return counted
    if match := _NEITHER.match(text):
        sides = [parse_condition(words_of(f"{side} {match[3]}"), known) for side in (match[1], match[2])]
        if any(side is None for side in sides):
            return None
        each = [negated(side) for side in sides if side is not None]
        return Condition(" and ".join(side.text for side in each), _phrase(words),
                         [to_do for side in each for to_do in side.to_dos], each[0].subject)
    if (match := _NO_LONGER.search(text)) is not None:
        before = parse_condition(words_of(f"{text[:match.start()]}{match['is'] or ''}{text[match.end():]}"), known)
        return None if before is None else negated(before)
    terms: list[str] = []
    to_dos: list[str] = []
    subject = known.subject
    for joiner, segment in _terms(words):
        term = _term(segment, replace(known, subject=subject))
        if term is None:
            return None
        if len(re.findall(r"[A-Z]", term.subject.rpartition(".")[2])) > LONGEST_NAME:
            return None  # a clause that was read as a name
        if joiner:
            terms.append(joiner)
        terms.append(term.text)
        to_dos += [note for note in term.to_dos if note not in to_dos]
        subject = term.subject or subject
    if not terms:
        return None
    return Condition(" ".join(terms), _phrase(words), to_dos, subject)


def never(phrase: str, to_do: str) -> Condition:
    """A condition that does not hold as it is, for what was not understood."""
    return Condition("false", phrase, [to_do])


def negated(condition: Condition) -> Condition:
    """Its opposite; what is not there counts as not so."""
    return replace(condition, text=f"$not({condition.text})", phrase=f"not: {condition.phrase}")


def vague_in(words: list[Word], known: Known) -> Condition | None:
    """A size in words (``a high value order``): the field and the threshold are guesses."""
    text = lower([word for word in words if word.lower not in DETERMINERS])
    for phrase, operator in _VAGUE.items():
        match = re.match(rf"{phrase} (\w+)", text)
        if match is None:
            continue
        noun = singular(match.group(1))
        path = _path([noun, _amount_of(noun)], known)
        name = path.removeprefix("$states.input.")
        guess = f"What is a {phrase} {noun}? {GUESSED_THRESHOLD} is a guess, and so is the field {name}."
        return Condition(
            f"{path} {operator} {GUESSED_THRESHOLD}", f"{phrase} {noun}",
            [guess], path,
        )
    return None


def path_of(words: list[Word], known: Known) -> str:
    """The path that a noun phrase most likely stands for: ``the customer's tier`` → ``$states.input.customer.tier``."""
    return _path(_names(words), known)


def _terms(words: list[Word]) -> list[tuple[str, list[Word]]]:
    """The words between `and` and `or`; a list of values (``"DE" or "AT"``) and ``between a and b`` stay together."""
    found: list[tuple[str, list[Word]]] = [("", [])]
    for index, word in enumerate(words):
        rest = words[index + 1:]
        if word.kind == "mark":
            continue
        current = found[-1][1]
        if word.lower in ("and", "or") and current and rest and not _stays(word, current, rest):
            found.append((word.lower, []))
        else:
            current.append(word)
    return found


def _stays(word: Word, before: list[Word], rest: list[Word]) -> bool:
    if word.lower == "and":
        text = lower(before)
        return "between" in text.split() and " and " not in text
    following = rest[0].lower
    if following in f"{_UP}|{_DOWN}".split("|"):
        return len(rest) == 1 or rest[1].lower in ("and", "or")
    until = next((index for index, item in enumerate(rest) if item.lower in ("and", "or")), len(rest))
    return until == 1 and (rest[0].kind in ("quoted", "number") or before[-1].kind == "quoted" or _is_adjective(before))


def _is_adjective(before: list[Word]) -> bool:
    return len(before) > 1 and before[-2].lower in ("is", "are")


def _term(words: list[Word], known: Known) -> Condition | None:
    text = lower(words)
    by_text = {word.lower: word for word in words}
    if (match := _BETWEEN.match(text)) and (low := _number(match[2])) is not None:
        path, high = _subject(match[1], by_text, known, words), _number(match[3])
        return None if high is None else _made(f"{path} >= {low} and {path} <= {high}", path)
    if (match := _OR_MORE.match(text)) and (number := _number(match[2])) is not None:
        path = _subject(match[1], by_text, known, words)
        operator = ">=" if match[3] in _UP.split("|") else "<="
        return _made(f"{path} {operator} {number}", path)
    if match := _THERE.match(text):
        words = [by_text[name] for name in match[2].split()]
        path = known.results[-1][1] if known.results and not known.polled else path_of(words, known)
        return _made(f"$count({path}) {'= 0' if match[1] in ('no', 'not any') else '> 0'}", path)
    if match := _EMPTY.match(text):
        return _state_of(_subject(match[1], by_text, known, []), match[2])
    for pattern, operator in _OPERATORS:
        match = re.search(rf"(?:^|\s)({pattern})(?:\s|$)", text)
        if match and match.end(1) < len(text):
            compared = _compared(text[:match.start(1)].strip(), operator, text[match.end(1):].strip(), by_text, known,
                                 text[:match.end(1)] + " ")
            if compared is not None:
                return compared
    return _is(text, by_text, known) or _has(text, by_text, known) or vague_in(words, known)


def _compared(  # noqa: PLR0911 - one for each operator
    left: str, operator: str, right: str, by_text: dict[str, Word], known: Known, before: str
) -> Condition | None:
    words = [by_text[name] for name in right.split() if name in by_text]
    number = _number(right)
    if operator == "ends":
        path, value = _subject(left, by_text, known, []), _text(right, by_text)
        return _made(f"$substring($string({path}), -{len(json.loads(value))}) = {value}", path)
    if operator in ("contains", "starts"):
        path, value = _subject(left, by_text, known, []), _text(right, by_text)
        # A text is asked whether it contains; no text contains nothing.
        return _made(f"$contains($string({path}), {value})" if operator == "contains" else
                     f"$substring($string({path}), 0, {len(json.loads(value))}) = {value}", path)
    if number is not None:
        aged = re.search(r"\b(?:older|younger) than $", before) is not None
        path = _subject(left, by_text, known, words, aged=aged)
        return _made(f"{path} {operator} {number}", path)
    path = _subject(left, by_text, known, [])
    if operator in ("=", "!="):
        if operator == "!=" and not _compares(left, right, by_text):
            flag = _flag(left, right, by_text, known)
            return None if flag is None else negated(flag)
        equal = f"{path} = {_value(right, by_text)}"
        return _made(equal if operator == "=" else f"$not({equal})", path)
    if words and words[0].kind == "date":
        return _made(f'$toMillis({path}) {operator} $toMillis("{words[0].text}")', path)
    return _made(f"{path} {operator} {path_of(words, known)}", path) if words else None


def _is(text: str, by_text: dict[str, Word], known: Known) -> Condition | None:
    """``X is Y``: a comparison where X has values in words or Y is quoted, else a boolean field."""
    match = re.match(r"^(.*?) (?:is|are|was|were|becomes?|comes? back) (?:an? )?(.+)$", text)
    if match is None:
        return None
    left, right = match[1], match[2]
    if _compares(left, right, by_text) or (left in PRONOUNS and known.subject and _is_name(right, by_text)):
        path = _subject(left, by_text, known, [])
        values = [_value(part, by_text) for part in re.split(r" or ", right)]
        return _made(f"{path} = {values[0]}" if len(values) == 1 else f"{path} in [{', '.join(values)}]", path)
    return _flag(left, right, by_text, known)


def _compares(left: str, right: str, by_text: dict[str, Word]) -> bool:
    last = left.split()[-1:] or [""]
    quoted = any(by_text[name].kind == "quoted" for name in right.split() if name in by_text) or right[:1] in '"“'
    return quoted or singular(last[0]) in PROPERTIES or last[0] in _RESULTS or _number(right) is not None


def _is_name(text: str, by_text: dict[str, Word]) -> bool:
    """Whether it is written like a name: France."""
    return all(name in by_text and by_text[name].text[:1].isupper() for name in text.split())


def _flag(left: str, right: str, by_text: dict[str, Word], known: Known) -> Condition | None:
    """A boolean field: ``the window is open`` → ``window.open = true``; None for what is too much for a name."""
    if len([word for word in right.split() if word not in DETERMINERS]) > LONGEST_NAME:
        return None
    subject = _subject(left, by_text, known, [])
    name = camel([word for word in right.split() if word not in DETERMINERS] or [right])
    path = f"{subject}.{name}"
    return _made(f"{path} = true", path)


def _has(text: str, by_text: dict[str, Word], known: Known) -> Condition | None:
    match = _HAS.match(text)
    if match is None or not match[1]:
        return None
    subject = _subject(match[1], by_text, known, [])
    words = match[3].removeprefix("been ").split()
    if len(words) == 1 and (words[0].endswith("ed") or words[0] in ("left", "paid", "gone")):
        done = _made(f"{subject}.{words[0]} = true", f"{subject}.{words[0]}")
        return negated(done) if match[2] else done
    path = f"{subject}.{camel(words)}"
    return _made(f"$not($exists({path}))" if match[2] else f"$exists({path})", path)


def _state_of(path: str, word: str) -> Condition:
    if word in ("true", "false", "null"):
        return _made(f"{path} = {word}", path)
    exists = f"$exists({path})"
    return _made(exists if word in ("present", "there", "set") else f"$not({exists})", path)


def _made(text: str, path: str) -> Condition:
    name = re.sub(r"^\$states\.input\.", "", path)
    return Condition(text, text, [f"Check that the input has {name}: the name is a guess from your words."], path)


def _subject(text: str, by_text: dict[str, Word], known: Known, value: list[Word], *, aged: bool = False) -> str:
    """The path of a subject in words. `value` is what it is compared with: an amount, days, hours; `aged`: its age."""
    words = [word for word in text.split() if word not in _COPULA] if aged else text.split()
    unit = next((singular(word.lower) for word in value if singular(word.lower) in UNITS), None)
    if aged and unit is not None:
        names = [word for word in words if word not in PRONOUNS | DETERMINERS]
        return _path([*names, camel([f"{unit}s", "old"])] if not names or singular(names[0]) in ENTITIES else [
            *names, f"{unit}s", "old"], known)
    if not words or (len(words) == 1 and words[0] in PRONOUNS):
        return known.polled or known.subject or "$states.input"
    names = _names([by_text.get(word) or Word(word, "word", 0, 0) for word in words])
    if known.results and (set(words) & _RESULTS):
        return f"{known.results[-1][1]}.{camel(names[-1:])}"
    if len(names) > 1 and singular(names[0]) in ENTITIES and singular(names[-1]) in ENTITIES:
        names = names[-1:]  # a vacation request is a request
    if names and singular(names[0]) in ENTITIES:
        if unit is not None:
            names = [names[0], camel([f"{unit}s", *names[1:]])]
        elif len(names) == 1 and value:
            names = [names[0], _amount_of(singular(names[0]))]
    return _path(names, known)


def _names(words: list[Word]) -> list[str]:
    """The names in a noun phrase, outermost first: ``the total of the order`` → order, total."""
    text = " ".join(word.lower for word in words if word.kind == "word")
    if match := re.match(r"^(.+?) of (.+)$", text):
        text = f"{match[2]} {match[1]}"
    names = [name.removesuffix("'s") for name in text.split()]
    return [name for name in names if name not in DETERMINERS | PRONOUNS and name not in _COPULA]


def _path(names: list[str], known: Known) -> str:
    names = names or ["value"]
    head = singular(names[0])
    if known.polled and head != known.item:
        return f"{known.polled}.{camel(names)}"
    if head == known.item:
        names = names[1:]
        return "$states.input" + (f".{camel(names)}" if names else "")
    if head in ENTITIES:
        rest = f".{camel(names[1:])}" if len(names) > 1 else ""
        return f"$states.input.{camel([head])}{rest}"
    if known.results and known.results[-1][1].endswith(".Item"):
        return f"$number({known.results[-1][1]}.{camel(names)}.N)"
    return f"$states.input.{camel(names)}"


def _amount_of(noun: str) -> str:
    return "total" if noun in _TOTALED else "amount"


def _value(text: str, by_text: dict[str, Word]) -> str:
    """A value as JSONata writes it."""
    number = _number(text)
    if number is not None:
        return str(number)
    return text if text in ("true", "false", "null") else _text(text, by_text)


def _text(text: str, by_text: dict[str, Word]) -> str:
    """A text as JSONata writes it, as it was spelled where it was quoted."""
    spelled = " ".join(by_text[name].text if name in by_text else name for name in text.split())
    return json.dumps(re.sub(r"^(?:an?|the) ", "", spelled.strip('"“”')), ensure_ascii=False)


def _number(text: str) -> float | int | None:
    """The number in ``$250``, ``10,000 usd``, ``30 days``; None where other words stand beside it."""
    number: float | int | None = None
    for name in text.split():
        word = Word(name, "number" if re.fullmatch(r"[-\u2212]?[$€£]?[\d,]+(?:\.\d+)?[%°k]?", name) else "word", 0, 0)
        value = number_of(word)
        if value is not None and number is None and name not in ("a", "an"):
            number = value
        elif name not in _UNIT_WORDS and name not in ("old", "long", "a", "an"):
            return None
    return number


def _phrase(words: list[Word]) -> str:
    return " ".join(word.text for word in words if word.kind != "mark")
