"""One term of a condition: a subject, a comparison in any of its forms, and what it compares with.

    [there are | SUBJECT has]  at least 3 open tickets      so many of something
    SUBJECT [verb]             over 500 euros, 5 or more    an amount, an age, a span of time
    SUBJECT says, is, turns to done                         a value in words, or one of several
    SUBJECT contains, ends with "x"                         a text
    SUBJECT is missing, was found, has arrived              whether it is there, or so

Short forms are written out, words of time ("still", "by then") left out, and a "not" behind the verb turns the term.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace

from engine.copilot.offline.flow import Condition
from engine.copilot.offline.naming import RESULTS, Known, amount_of, names_in, path_to
from engine.copilot.offline.sources import typed
from engine.copilot.offline.words import (
    DETERMINERS,
    ENTITIES,
    NUMBERS,
    PRONOUNS,
    PROPERTIES,
    UNITS,
    Word,
    camel,
    number_of,
    plural,
    singular,
)

LONGEST_NAME = 3
"""Words of a field's name: what is longer says more than a name."""

UP = "more|above|over|higher|greater|better|later|larger|longer|older|up|upwards|upward|beyond"
DOWN = "less|fewer|below|under|lower|smaller|worse|earlier|shorter|younger|down|downwards"
_BIGGER = (r"(?:more|greater|higher|larger|longer|bigger|older|later|heavier|hotter|warmer|better|taller|farther"
           r"|further|stronger"
           r"|faster|slower|pricier|dearer)")
_SMALLER = r"(?:less|fewer|lower|smaller|shorter|younger|earlier|lighter|colder|worse|cheaper|weaker)"
_SIGNS: tuple[tuple[str, str], ...] = (
    ((rf"(?:not|no|never) {_BIGGER} than|(?:not|never) (?:over|above|exceed(?:s|ing)?|beyond)|at (?:the )?most|up to"
     rf"|a maximum of"
     r"|within|<="), "<="),
    (rf"(?:not|no|never) {_SMALLER} than|(?:not|never) (?:under|below)|at (?:the )?least|a minimum of|>=", ">="),
    (rf"{_BIGGER} than|in excess of|over|above|beyond|exceed(?:s|ing|ed)?|past|upwards of|after|>", ">"),
    (rf"{_SMALLER} than|short of|under(?:neath)?|below|beneath|before|<", "<"),
    (r"exactly|precisely|equal to|equals?|==?", "="),
    (r"!=", "!="),
)
_SIGN = "|".join(form for form, _ in _SIGNS)
_WORDED = "|".join(sorted(NUMBERS.keys() - {"a", "an", "half"}, key=len, reverse=True))
_NUMBER = rf"(?:[-\u2212]?[$€£]?\d[\d,]*(?:\.\d+)?[%°k]?|(?:{_WORDED})\b)"
_DATE = r"\d{4}-\d\d-\d\d\S*"
_UNIT = (r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|usd|eur|gbp|chf|dollars?|euros?|pounds?|francs?"
         r"|degrees?"
         r"|percent|%|celsius|fahrenheit|points?|pieces|stars?|mb|gb|kb|megabytes?|gigabytes?|kg|kilos?|km|bar|volts?)")
_VALUED = (
    r"(?:is|are|was|were|be|been|being|has|have|had|gets?|got|goes|go|went|gone|rises?|rose|risen|climbs?|climbed"
    r"|falls?|fell|fallen"
    r"|drops?|dropped|sinks?|sank|comes?|came|amounts?|adds?|costs?|weighs?|takes?|took|lasts?|lasted|lies|stands?"
    r"|stays?|remains?"
    r"|reads?|shows?|reach(?:es)?|hits?|measures?|counts|totals|worth|valued|priced|made|contains?|holds?|includes?"
    r"|grows?|grew"
    r"|there|for|at|to|in|on|of|by|from|with|out|down|up|runs?|than|to|it)"
)
"""What stands between a subject and a number, and names nothing."""
_ADVERBS = (r"\b(?:still|already|yet|ever|by then|by that time|by now|now|currently|actually|really|at that (?:point"
            r"|time)|so far"
            r"|in the meantime|meanwhile|then|simply|any ?more|any longer|at all|somehow|again|too|also|just)\b ?")
_HAS_NOT = re.compile(
    rf"\b(?P<aux>is|are|was|were|has|have|had|does|do|did|will|would|can|could|should|must)(?P<can>)? (?:not"
    rf"|never)\b(?! (?:{_BIGGER}"
    rf"|{_SMALLER}) than| (?:over|above|below|under|exceeding|beyond)\b)|\bcannot\b")
_SAYS = (
    r"(?:says?|said|(?<!the )(?<!an )(?<!its )answers?|answered|replies|responds(?: with)?|reads?|shows?|equals?"
    r"|becomes?|became|turns?(?: to"
    r"| into)?|turned(?: to| into)?|(?:is|are|was|were|been|gets?) (?:set|changed"
    r"|moved|switched|marked|equal|called|named)(?: to| as)?|(?:has|have) (?:changed|turned|become|switched)(?: to"
    r"| into)?"
    r"|changes? to|goes? to|comes? back(?: as| with)?|returns?|stays?|remains?)"
)
_FROM = (
    r"(?:is|are|was|were|comes?|lives?|sits?|based|located|is based|is located|resides?) (?:from|in|based in"
    r"|located in|(?P<out>outside(?: of)?))(?: the)?"
)
_THERE = re.compile(r"^(?:there|we|you)?'?s? ?(?:is|are|was|were|have|has|had|got|find|found)? ?(?P<no>no|not any"
                    r"|an?|any|some|more(?! than))"
                    r"(?: more| other)? (?P<what>(?:[\w-]+ ?)+?)(?: (?:left|remaining|there|found|available))?$")
_NOTHING = re.compile(
    r"^(?:nothing|none|no one|nobody) (?:is|are|was|were|has been|have been|came|comes|turned|turns)(?: (?:found"
    r"|there|left|returned"
    r"|back|up|available|in it))?$|^there (?:is|are|was|were) (?:none|nothing(?: \w+)*)$")
_CAME = re.compile(r"^(?:it|this|that|the [\w-]+(?: function)?) (?:finds?|found|returns?|returned|gives?|gave|brings?"
                   r"|brought|comes? back with|came back with|comes? up with|came up with) (?:something|anything|any"
                   r"|(?P<none>nothing|none))$")
_MISSING = r"(?:empty|missing|absent|blank|not there|not set|not given|unknown|null|nowhere|unset)"
_PRESENT = r"(?:present|there|set|given|known|filled(?: in| out)?|available|provided|found)"


def plain(text: str) -> str:
    """A condition in lower case with its short forms written out, without words of time."""
    text = re.sub(r"\bwon't\b", "will not", re.sub(r"\bcan't\b|\bcan not\b", "cannot", text.replace("\u2019", "'")))
    text = re.sub(r"\b(\w+)n't\b", r"\1 not", text)
    text = re.sub(r"\b(it|he|she|that|there|who|this|nobody|nothing)'s\b", r"\1 is", text)
    text = re.sub(r"\b(they|we|you)'(?:re|ve)\b", r"\1 are", text)
    return re.sub(r"\s+", " ", re.sub(_ADVERBS, "", text)).strip()


def negated(condition: Condition) -> Condition:
    """Its opposite; what is not there counts as not so."""
    return replace(condition, text=f"$not({condition.text})", phrase=f"not: {condition.phrase}")


def term_of(text: str, by_text: Mapping[str, Word], known: Known) -> Condition | None:
    """The condition that a term in lower case states; None where it states none."""
    text = re.sub(r"^(?:at least one|one or more|(?:any|one|some|either) of (?:the|these|those|its"
                  r"|their)) ", "any ", plain(text))
    turned = _HAS_NOT.search(text)
    if turned is not None:
        aux = "can" if turned["aux"] is None else turned["aux"]
        kept = "" if aux in ("does", "do", "did", "will", "would", "can", "could", "should", "must") else f"{aux} "
        text = f"{text[:turned.start()]}{kept}{text[turned.end():].lstrip()}".strip()
    none = re.match(r"^no (?P<what>[\w' -]+?) (?P<is>(?:is|are|was|were|has|have) (?!been\b|\w+ed\b).+)$", text)
    found = next((made for reads in _READERS if (made := reads(text, by_text, known)) is not None), None) if (
        none is None or re.search(rf" (?:{_PRESENT}|{_MISSING})$", text)) else None
    if none is not None and found is None:
        found = term_of(f"the {none['what']} {none['is']}", by_text, known)
        return None if found is None else negated(found)
    if found is None and turned is not None and (did := _DID.match(text)) is not None:
        found = flag(did["s"], did["v"], known)
    return None if found is None else negated(found) if turned is not None else found


_DID = re.compile(r"^(?P<s>.+?) (?P<v>[a-z]+(?: (?:up|in|back|out|off|through|on|down|over|away))?)$")
"""What somebody did not do, once "did not" is taken out."""


def _number(text: str) -> float | int | None:
    """The number in ``$250``, ``10,000``, ``three``."""
    kind = "number" if re.search(r"\d", text) else "word"
    return number_of(Word(text, kind, 0, 0)) if kind == "word" or re.fullmatch(_NUMBER, text) else None


def _between(text: str, _: Mapping[str, Word], known: Known) -> Condition | None:
    match = re.match(
        rf"^(?P<before>.*?)(?:\b(?:between|from|by|of)|(?<=\bis)|(?<=\bare)) (?P<low>{_NUMBER})(?: {_UNIT})? (?:and"
        rf"|to) (?P<high>{_NUMBER})"
        rf"(?P<behind>.*?)"
        r"(?: inclusive(?:ly)?)?$", text)
    if match is None:
        return None
    low, high = _number(match["low"]), _number(match["high"])
    if low is None or high is None or re.search(r"\bexclusive", match["behind"]):
        return None
    path = _of_number(match["before"], match["behind"].strip(), known)
    return made(f"{path} >= {low} and {path} <= {high}", path)


def _amount(text: str, by_text: Mapping[str, Word], known: Known) -> Condition | None:
    """``over 500 euros``, ``5 stars or more``, ``has at least 3 open tickets``."""
    match = re.match(
        rf"^(?P<before>.*?)(?:\b(?:from|of) )?(?P<n>(?<!\S){_NUMBER}) ?(?P<unit>{_UNIT}\b|(?:[\w-]+ ){{0,2}}?[\w-]+"
        rf"(?= (?:or|and)))?"
        rf" ?(?:or|and) (?P<way>{UP}|{DOWN})\b(?P<behind>.*)$", text)
    if match is not None and not re.search(rf"\b(?:{_SIGN})$", match["before"].strip()):
        sign = ">=" if match["way"] in UP.split("|") else "<="
    else:
        match = re.match(
            rf"^(?P<before>.*?)(?:^|(?<=\s))(?P<sign>{_SIGN}) (?P<n>{_NUMBER})(?P<unit>)(?P<way>)(?P<behind>"
            rf"(?:\s.*)?)$", text)
        if match is None:
            return _so_many(text, by_text, known)
        sign = next(sign for form, sign in _SIGNS if re.fullmatch(form, match["sign"]))
    number = _number(match["n"])
    if number is None:
        return None
    aged = re.search(r"\b(?:older|younger)$", text[:match.start("n")].rstrip().removesuffix(" than")) is not None
    behind = f"{match['unit'] or ''} {match['behind']}".strip()
    path = _of_number(match["before"], behind, known, aged=aged)
    return made(f"{path} {sign} {number}", path)


def _so_many(text: str, _: Mapping[str, Word], known: Known) -> Condition | None:
    """``is 30 days overdue``, ``the temperature reaches 30``: an amount without a sign."""
    match = re.match(rf"^(?P<before>.+?) (?P<verb>reach(?:es|ed)?|hits?|is|are|was|were|has|have|had|has been) "
                     rf"(?P<n>{_NUMBER})(?! of\\b)(?P<behind>(?: .+)?)$",
                     text)
    number = None if match is None else _number(match["n"])
    if match is None or number is None or re.match(r" (?:or|and)\b", match["behind"]):
        return None
    path = _of_number(
        match["before"], match["behind"].strip(), known, counts=match["verb"] in ("has", "have", "had")
    )
    sign = (
        ">="
        if match["verb"].startswith(("reach", "hit")) or re.search(r"\b(?:overdue|late|old)\b", match["behind"])
        else "="
    )
    return made(f"{path} {sign} {number}", path)


_OF_TIME = frozenset({"age", "delay", "downtime", "duration", "latency", "length", "runtime", "time", "uptime", "wait"})
"""What is a span by itself."""


def _of_number(  # noqa: PLR0911 - one for each kind of number
    before: str, behind: str, known: Known, *, aged: bool = False, counts: bool = False
) -> str:
    """The path of what a number is of: the subject before it, and the noun or the unit behind it."""
    counted = counts or re.search(r"\b(?:has|have|had|contains?|holds?|includes?|with|ordered|gets?|got|bought|sent"
                                  r"|made|there"
                                  r"|are|were)\b[\w ]*$", before) is not None
    there = re.match(r"^there\b", before) is not None or not before.strip()
    subject = [word for word in before.split() if not re.fullmatch(_VALUED, word)]
    unit = re.match(rf"({_UNIT})\b ?", behind)
    rest = behind[unit.end():] if unit is not None else behind
    span = singular(unit[1]) if unit is not None and singular(unit[1]) in UNITS else None
    more = [word for word in re.sub(r"\b(?:left|remaining)\b", " left ", rest).split()
            if not re.fullmatch(rf"{_VALUED}|or|and|long|old|in|it|later", word) and word not in DETERMINERS]
    is_pronoun = bool(subject) and all(word in PRONOUNS for word in subject)
    names = _results(names_in(" ".join(subject)), known)
    if isinstance(names, str):
        return names
    if len(names) > 1 and singular(names[0]) in ENTITIES and singular(names[-1]) in ENTITIES and not counted:
        names = names[-1:]  # a vacation request is a request
    old = ["old"] if aged or re.search(r"\bold\b", behind) else []
    if span is not None and (old or more or not names or singular(names[0]) in ENTITIES):
        entity = singular(names[0]) if names else ""
        named = camel([f"{span}s", *(names[1:] if entity in ENTITIES else []), *old, *more])
        return path_to([entity, named] if entity in ENTITIES else [*names, named] if names else [named], known)
    if not more and (is_pronoun or not names):
        it = known.polled or known.subject
        of = re.fullmatch(r"\$states\.input\.(\w+)", it)
        if of is not None and of[1] in ENTITIES:
            return f"{it}.{amount_of(of[1])}"
        row = re.fullmatch(r"\$(\w+)\.Item", it)
        if row is not None:
            return f"{it}.{amount_of(row[1])}"
        return it or path_to([known.entity, amount_of(known.entity)] if known.entity else ["amount"], known)
    if counted and more:
        things = [*more[:-1], plural(singular(more[-1]))] if more[-1] != "left" else more
        path = path_to([*names, camel(things)] if names else things, known)
        return f"$count({path})" if there and more[-1] != "left" else path
    if len(names) == 1 and singular(names[0]) in ENTITIES:
        noun = singular(names[0])
        if noun == known.item:
            return path_to([noun, amount_of(noun)], known) if more == [] else path_to([noun, camel(more)], known)
        return path_to([noun, amount_of(noun, aged=not unit)], known)
    spans = [f"{span}s"] if span is not None and not _OF_TIME & {*map(singular, names)} else []
    return path_to([*names, *spans] or [camel(more)], known)


def _results(names: list[str], known: Known) -> list[str] | str:
    """The names; the path where they speak of what was called before."""
    if known.results and set(names) & RESULTS:
        return f"{known.results[-1][1]}.{camel(names[-1:])}"
    return names


def _dated(text: str, by_text: Mapping[str, Word], known: Known) -> Condition | None:
    match = re.match(rf"^(.*?) (?:(?:is|are|was) )?({_SIGN}) ({_DATE})$", text)
    if match is None:
        return None
    sign = next(sign for form, sign in _SIGNS if re.fullmatch(form, match[2]))
    path = subject_of(match[1], known)
    return made(f'$toMillis({path}) {sign} $toMillis'
                f'("{by_text[match[3]].text if match[3] in by_text else match[3]}")', path)


def _texts(text: str, by_text: Mapping[str, Word], known: Known) -> Condition | None:
    """``contains the word x``, ``ends with x``, ``has x in it``."""
    word = r"(?:the (?:words?|text|phrase|term|string) )?"
    for form in ((rf"^(?P<s>.*?) (?P<how>contains?|includes?|mentions?|starts? with|begins? with|ends? (?:with|in"
                 rf"|on)) {word}(?P<v>.+)$"),
                 rf"^(?P<s>.*?) (?P<how>has|have|had) {word}(?P<v>.+?) in (?:it|them)$",
                 (rf"^{word}(?P<v>[^ ]+) (?P<how>is|appears|occurs|stands) in the (?P<s>(?:subject|title|body|text"
                 rf"|message|name|description)(?: line)?)$")):
        match = re.match(form, text)
        if match is None or re.match(rf"{_NUMBER} \w", match["v"]):
            continue
        path, value = subject_of(match["s"], known), spelled_as(match["v"], by_text)
        if match["how"].startswith("end"):
            return made(f"$substring($string({path}), -{len(json.loads(value))}) = {value}", path)
        if match["how"].startswith(("start", "begin")):
            return made(f"$substring($string({path}), 0, {len(json.loads(value))}) = {value}", path)
        return made(f"$contains($string({path}), {value})", path)
    return None


def _there(text: str, _: Mapping[str, Word], known: Known) -> Condition | None:
    """``there are no results``, ``nothing was found``, ``no address is given``, ``an item is left``."""
    if _NOTHING.match(text):
        path = known.results[-1][1] if known.results and not known.polled else "$states.input.results"
        return made(f"$count({path}) = 0", path)
    came = _CAME.match(text)
    if came is not None and known.results:
        return made(f"$count({known.results[-1][1]}) {'= 0' if came['none'] else '> 0'}", known.results[-1][1])
    given = re.match(rf"^no (?P<what>[\w' -]+?) (?:is|are|was|were|has been|have been) (?:{_PRESENT})$", text)
    if given is not None and not re.search(r"\b(?:results?|records?|rows?|entries|matches)\b", given["what"]):
        path = subject_of(given["what"], known)
        return made(f"$not($exists({path}))", path)
    if re.match(r"^there (?:is|are|was|were) (?:any|some|one|something|anything)$", text):
        path = known.results[-1][1] if known.results and not known.polled else "$states.input.results"
        return made(f"$count({path}) > 0", path)
    match = _THERE.match(text) if re.match(r"^(?:there|we|no )", text) else None
    if match is None or re.search(r"\b(?:is|are|was|were|has|have)\b", match["what"]):
        return None
    names = names_in(match["what"])
    path = known.results[-1][1] if known.results and not known.polled else path_to(names, known)
    return made(f"$count({path}) {'= 0' if match['no'] in ('no', 'not any') else '> 0'}", path)


def _is_there(text: str, _: Mapping[str, Word], known: Known) -> Condition | None:
    """``the address is missing``, ``the customer exists``, ``the record was found``."""
    match = re.match(rf"^(?P<s>.*?) (?:(?:is|are|was|were|has been|have been|gets?|goes) (?P<how>{_MISSING}"
                     rf"|{_PRESENT}|true|false)|(?P<exists>exists?))$",
                     text)
    if match is None or not match["s"]:
        return None
    path = subject_of(match["s"], known)
    if match["how"] in ("true", "false", "null"):
        return made(f"{path} = {match['how']}", path)
    is_missing = match["how"] is not None and re.fullmatch(_MISSING, match["how"])
    if path == "$states.input" and known.results:
        path = known.results[-1][1]
        return made(f"$count({path}) {'= 0' if is_missing else '> 0'}", path)
    path = f"{path}.value" if path == "$states.input" else path  # the input itself is always there
    exists = f"$exists({path})"
    return made(f"$not({exists})" if is_missing else exists, path)


def _from(text: str, by_text: Mapping[str, Word], known: Known) -> Condition | None:
    """``lives in Germany or Austria``: the country, where it is written like a place."""
    match = re.match(rf"^(?P<s>.*?) {_FROM} (?P<v>.+)$", text)
    if match is None:
        return None
    values = _listed(match["v"])
    if not all(re.search(rf"(?:^| ){re.escape(value)}", match["v"]) and _is_name(value, by_text) for value in values):
        return None
    subject = subject_of(match["s"], known)
    path = subject if subject.endswith(".country") else f"{subject}.country"
    found = made(_one_of(path, [spelled_as(value, by_text) for value in values]), path)
    return negated(found) if match["out"] else found


def _is(text: str, by_text: Mapping[str, Word], known: Known) -> Condition | None:
    """``X is Y``: a comparison where X has values in words or Y is quoted, else a boolean field."""
    match = re.match(rf"^(?P<s>.*?) (?P<how>{_SAYS}) (?:an? )?(?P<v>.+)$", text)
    if match is not None and match["s"]:
        path = known.polled or known.subject if match["s"] in PRONOUNS else subject_of(match["s"], known)
        path = path or "$states.input"
        path = f"{path}.status" if match["s"] in PRONOUNS and path in (known.polled, "$states.input") else path
        return _equals(path, match["v"], by_text)
    match = re.match(r"^(?P<s>.*?) (?:is|are|was|were|becomes?|comes? back) (?:an? )?(?P<v>.+)$", text)
    if match is None:
        return None
    left, right = match["s"], match["v"]
    if right.startswith(("one of ", "either ")) or _compares(left, right, by_text) or (
            left in PRONOUNS and known.subject and (
                _is_name(right, by_text) or known.subject.rpartition(".")[2] in PROPERTIES)):
        return _equals(subject_of(left, known), right, by_text)
    return flag(left, right, known)


def _equals(path: str, value: str, by_text: Mapping[str, Word]) -> Condition | None:
    other = re.match(r"^(?:(?:anything|something|everything) (?:but|other than)|other than|different from|not) "
                     r"(.+)$", value)
    values = _listed(other[1] if other is not None else value)
    if not values or any(
        len(one.split()) > LONGEST_NAME + 1 and by_text.get(one) is None and one[0] not in '"“' for one in values
    ):
        return None
    same = made(_one_of(path, [value_of(one, by_text) for one in values]), path)
    return same if other is None else negated(same)


def _listed(text: str) -> list[str]:
    """``a, b or c``, ``one of a, b and c``, ``either a or b``: the values."""
    several = re.match(r"^(?:one of|any of|either(?: of)?|in) (?:the )?(.+)$", text)
    parts = re.split(r" or | and " if several is not None else r" or ", several[1] if several is not None else text)
    return [re.sub(r"^(?:an?|the) ", "", part).strip() for part in parts if part.strip()]


def _one_of(path: str, values: list[str]) -> str:
    return f"{path} = {values[0]}" if len(values) == 1 else f"{path} in [{', '.join(values)}]"


def _compares(left: str, right: str, by_text: Mapping[str, Word]) -> bool:
    last = (left.split()[-1:] or [""])[0]
    quoted = any(by_text[name].kind == "quoted" for name in right.split() if name in by_text) or right[:1] in '"“'
    code = re.fullmatch(r"[\w-]*\d[\w-]*|[A-Z][A-Z0-9_]+", by_text[right].text) if (
        right in by_text and singular(last) not in ENTITIES) else None
    numbers = all(_number(re.sub(rf" {_UNIT}$", "", one)) is not None for one in _listed(right))
    return quoted or singular(last) in PROPERTIES or last in RESULTS or numbers or code is not None


def _is_name(text: str, by_text: Mapping[str, Word]) -> bool:
    """Whether it is written like a name: France."""
    return bool(text) and all(name in by_text and by_text[name].text[:1].isupper() for name in text.split())


def flag(left: str, right: str, known: Known) -> Condition | None:
    """A boolean field: ``the window is open`` → ``window.open = true``; None for what is too much for a name."""
    words = [word for word in right.split() if word not in DETERMINERS and word != "been"]
    if not words or len(words) > LONGEST_NAME or not all(re.fullmatch(r"[\w'-]+", word) for word in words):
        return None
    nobody = left in ("nobody", "no one", "nothing", "none")
    subject = subject_of("it" if nobody or left in ("somebody", "someone", "whoever", "anybody") else left, known)
    thing = subject.removeprefix("$states.input.")
    subject = next((f"{path}.{thing}" for things, path in reversed(known.judged) if thing in things), subject)
    path = f"{subject}.{camel(words)}"
    found = replace(made(f"{path} = true", path), subject=subject)
    return negated(found) if nobody else found


def _has(text: str, by_text: Mapping[str, Word], known: Known) -> Condition | None:
    match = re.match(r"^(?P<s>.*?) (?:has|have|had) (?P<no>no |not )?(?:got )?(?:an? |any |the )?(?P<v>.+)$", text)
    if match is None or not match["s"]:
        return None
    words = match["v"].removeprefix("been ").split()
    if match["v"].startswith("been ") or (
        len(words) <= 2
        and (
            words[0].endswith(("ed", "en", "ung"))
            or words[0]
            in (
                "left",
                "paid",
                "gone",
                "come",
                "run",
                "begun",
                "sent",
                "made",
                "met",
                "won",
                "lost",
                "bought",
                "sold",
                "put",
            )
        )
    ):
        done = flag(match["s"], " ".join(words), known)
        return negated(done) if match["no"] and done is not None else done
    valued = re.match(rf"^(?:([\w-]+) )?({'|'.join(sorted(PROPERTIES))}) (?:of |set to )?([\w-]+)$", match["v"])
    if valued is not None and not match["no"]:
        path = path_to([*names_in(match["s"]), valued[2]], known)
        return made(f"{path} = {value_of(valued[3], by_text)}", path)
    path = f"{subject_of(match['s'], known)}.{camel(words)}"
    return made(f"$not($exists({path}))" if match["no"] else f"$exists({path})", path)


def _related(text: str, _: Mapping[str, Word], known: Known) -> Condition | None:
    """``the price is higher than the limit``: with another path."""
    match = re.match(rf"^(?P<s>.+?) (?:(?:is|are|was|were) )?(?P<sign>{_SIGN}) (?P<o>(?:the |its |his |her |their "
                     rf"|an? )?[a-z][\w' -]*)$", text)
    if match is None or len(match["o"].split()) > LONGEST_NAME + 1:
        return None
    sign = next(sign for form, sign in _SIGNS if re.fullmatch(form, match["sign"]))
    path = subject_of(match["s"], known)
    return made(f"{path} {sign} {path_to(names_in(match['o']), known)}", path)


def _does(text: str, _: Mapping[str, Word], known: Known) -> Condition | None:
    """``the shipment arrived``, ``the budget allows it``: what somebody does or did, as a boolean field."""
    match = re.match(r"^(?P<s>(?:(?:the|an?|any|our|their|its|his|her|this|that) )?(?:[\w'-]+ ){0,2}?[\w'-]+) (?P<v>"
                     r"(?!(?:is|are|was|were|has|status|always"
                     r"|this|its|his|hers|yes|plus|less|address|process|business|access|need|speed|feed|seed|red)\b)"
                     r"(?:[a-z]+(?:ed|[^su]s)|went|came|sold|met|won|bought|took|gave|chose|wrote|held|saw|spent"
                     r"|lost|left|paid|ran|began|broke|grew|fell|rose|sent|said|got|did)(?: (?:her|his|their|its|the"
                     r"|an?))? ?(?:[a-z]+| (?:it|that|this|up|in|back|out|off|through|on|down|over|away))?)$", text)
    if match is None or match["s"].split()[-1] in DETERMINERS or len(match["v"]) < 3:
        return None
    verb = re.sub(r" (?:it|that|this)$", "", match["v"])
    return flag(match["s"], verb, known)


def _at(text: str, by_text: Mapping[str, Word], known: Known) -> Condition | None:
    """``it stands in greenhouse 3``: which of several it is in."""
    match = re.match(rf"^(?P<s>.+?) (?:is|are|was|were|stands?|lies|sits|lives?|comes?|belongs?|goes) (?:in|on|at"
                     rf"|to|from) "
                     rf"(?:the )?(?!least|most)(?P<what>[a-z][\w-]*) (?P<n>{_NUMBER}|[\"“][^\"”]+[\"”])$", text)
    if match is None:
        return None
    path = f"{subject_of(match['s'], known)}.{camel([match['what']])}"
    return made(f"{path} = {value_of(match['n'], by_text)}", path)


_READERS = (_at, _dated, _between, _there, _is_there, _texts, _amount, _from, _related, _is, _has, _does)
"""In this order: the first that reads a term has it."""


def made(text: str, path: str) -> Condition:
    """A condition with its to-do: the names are guesses."""
    name = re.sub(r"^\$states\.input\.", "", path)
    where = "the answer" if path.startswith("$") and not path.startswith("$states.") else "the input"
    return Condition(typed(text), text, [f"Check that {where} has {name}: the name is a guess from your words."], path)


def subject_of(text: str, known: Known) -> str:
    """The path of a subject in words."""
    words = text.split()
    if not words or (len(words) == 1 and words[0] in PRONOUNS):
        return known.polled or known.subject or "$states.input"
    names = _results(names_in(text), known)
    if isinstance(names, str):
        return names
    if len(names) > 1 and singular(names[0]) in ENTITIES and singular(names[-1]) in ENTITIES:
        names = names[-1:]
    return path_to(names, known)


def value_of(text: str, by_text: Mapping[str, Word]) -> str:
    """A value as JSONata writes it."""
    number = _number(re.sub(rf" {_UNIT}$", "", text))
    if number is not None:
        return str(number)
    return text if text in ("true", "false", "null") else spelled_as(text, by_text)


def spelled_as(text: str, by_text: Mapping[str, Word]) -> str:
    """A text as JSONata writes it, as it was spelled."""
    spelled = by_text[text].text if text in by_text else " ".join(
        by_text[name].text if name in by_text else name for name in text.split())
    return json.dumps(re.sub(r"^(?:an?|the) ", "", spelled.strip('"“”')), ensure_ascii=False)
