"""A choice among several, however it is listed, as a chain of conditions.

    By severity: critical goes to …, high to …, the rest is logged     head, values
    Scores under 30 pass, 30 to 70 go to …, and more than 70 are …     amounts of one thing
    Plan free: … Plan team: …                                          a label before each value
    Classify it as bug, billing or other. Bugs become …, billing …     the values that were named

A case is what picks it and what is done then. What picks is an amount, a value, or what the others leave; what is done
is a command, or what happens to it ("goes to", "is logged", "gets an email").
"""

from __future__ import annotations

import re
from dataclasses import replace

from engine.copilot.offline.wording.composing import BOUND, as_compared
from engine.copilot.offline.wording.parts import pattern
from engine.copilot.offline.wording.sides import ACTS, has
from engine.copilot.offline.words import PROPERTIES, base_verb, singular, words_of
from engine.records import dataclass

_LEFT = (
    r"(?:(?:everything|anything|everyone|everybody|anyone|anybody|all|those) else|(?:all |any |every |the )*(?:the )?"
    r"(?:others?|rest|remainder|remaining(?: \w+)?|other (?!than\b)[\w-]+)(?: of (?:them|the \w+))?|otherwise|else"
    r"|(?:all )?(?:those|the ones|ones) (?:that|which|who) (?:do|are|have|can)(?: not|n't)?|for (?:all|any|every)"
    r" other [\w-]+|in (?:all|any) other"
    r" cases?|by default)"
)
_BEYOND = (
    r"(?:(?:for |to |with )?(?:anything|everything|anyone|amounts?|whatever is|those|ones|all|what is|it if)? ?"
    r"(?P<way>above|over|beyond|higher|larger|bigger|more|greater|heavier|older|longer|hotter|faster|below|under|less"
    r"|lower|smaller|fewer|lighter|younger|shorter|colder)(?: than)?(?: (?:that|this|it|these))?)"
)
_DOWN = frozenset(["below", "under", "less", "lower", "smaller", "fewer", "lighter", "younger", "shorter", "colder"])
_ALL = r"(?:(?:all|any|every|each|the|an?|those|only|our|for|with) )*"
_OF = r"(?:(?:of|with|worth|at|for|is|are|between|from) )?"
_HAPPENS = (
    r"(?:(?:should|must|has to|have to|can|may|will|shall|needs? to|then|just|only|simply|also|always|both) )*"
    r"(?:go(?:es)?|is|are|be|gets?|receives?|becomes?|turns? into|needs?|requires?|means?|leads? to|passe?s?|stays?"
    r"|(?:starts|triggers|runs|launches|calls|sends|posts|opens|creates))\b"
)
_ELLIPTIC = r"(?:to|into|onto|on|in|by|via|through)\b"
_DOES = rf"(?= ?(?::|→|->|=>|\u2192)| {_HAPPENS}| {_ELLIPTIC} (?:the |an? |#|\S+@|email|slack|e-mail)| nothing\b"
_BETWEEN = r"(?:(?:from |between )?[$€£]?\d[\d.,]*k?(?: \w+)? (?:(?:up )?to|and|-) [$€£]?\d[\d.,]*k?(?:\s?%| \w+)??)"
_BOUNDS = rf"(?:{BOUND}|{_BETWEEN})"
_CUT = r"(?:^|[.;,:] (?:and |but |while |whereas )?|,? and |,? while |,? but |(?<=[:,]) )"
_HEAD = pattern(
    r"(?:^|(?<=[.;,:] )|(?<= and ))(?:then,? |and )?(?:depending on|according to|based on|by|per|(?:sort|route|split"
    r"|send|handle|treat|group)(?: the| all| each)?(?: [\w-]+){1,3}? by"
    r"|(?:[\w-]+ ){1,3}(?:is|are|gets?) (?:sorted|routed|split|sent|handled|treated|grouped) by) "
    r"(?:the |its |their )?(?P<what>(?:[\w'-]+ ){0,3}?[\w'-]+)(?: of (?:the "
    r"|an? )?(?P<of>[\w-]+))?[:,] ")
_NAMED = pattern(
    r"\b(?P<verb>classify|categori[sz]e|sort|label|tag|judge|rate|decide|determine|say|tell|assess|triage|mark|split)\b"
    r"(?P<what>[^.;:]*?)\b(?:(?:as|into|in|whether|if|:)(?: (?:it|this|the [\w-]+) is)?(?: (?:either|one of|an?))*:?"
    r"|(?<=label|judge)(?: it| (?:the|each|every) [\w-]+)|(?<=mark|rate)(?: it| (?:the|each|every) [\w-]+)) "
    r"(?P<values>(?:(?:an? )?[\w-]+, )*(?:an? )?[\w-]+,? (?:or|and) (?:an? )?[\w-]+)(?=[.;:,]|\s*$| and\b)")
_MODEL = pattern(r"\b(?:llm|model|ai|gpt|chatgpt|claude|bedrock)\b")


@dataclass(frozen=True, slots=True)
class _Case:
    """`start` to `end` is what picks it, in the text; `condition` is "" for what the others leave."""

    start: int
    end: int
    condition: str
    is_beyond: bool = False
    """Whether it is said by the case before it alone: above that."""


def cased(text: str) -> str:
    """`text` with each choice among several as a chain of conditions."""
    for reads in (_labelled, _of_head, _of_named, _of_amounts, _of_kinds):
        text = reads(text)
    return text


def _of_head(text: str) -> str:
    """``depending on the plan: free gets …``."""
    head = _HEAD.search(text)
    if head is None or re.match(_ALL + _LEFT, head["what"], re.IGNORECASE):
        return text
    subject = f"the {head['of']}'s {head['what']}" if head["of"] else f"the {head['what']}"
    picks = rf"{_ALL}(?:(?P<left>{_LEFT})|(?P<bound>{_BOUNDS})|(?P<value>\"[^\"]+\"|[\w-]+)(?: ones?| \w+s)?)"
    cases = _cases(text, head.end(), picks, subject)
    chain = _chained(text, cases) or _valued(text, head.end(), subject)
    return text if chain is None else f"{text[:head.start()]}{chain}"


def _valued(text: str, start: int, subject: str) -> str | None:
    """``run the a-x function for red, a-y for blue and a-z for all others``: the verb once, a name for each value."""
    end = re.compile(r"[.;](?:\s|$)|$").search(text, start)
    said = _VERB.match(text, start)
    if said is None or end is None:
        return None
    parts = [_FOR_VALUE.fullmatch(part) for part in re.split(r",? and |, ", text[said.end():end.start()])]
    names = [_NAME.findall(part["what"]) if part is not None else [] for part in parts]
    if len(parts) < 2 or any(len(found) != 1 for found in names):
        return None
    chain = []
    for part, (name,) in zip(parts, names, strict=True):
        if part is not None and parts[0] is not None:
            does = f"{said['verb'].lower()} {parts[0]['what'].replace(names[0][0], name)}"
            value = re.sub(r"^(?:the|a|an) ", "", part["value"] or "")
            chain.append(f'if {subject} is "{value}", {does}' if value else f"otherwise {does}")
    return "; ".join(chain) + text[end.start():]


_VERB = pattern(rf"(?P<verb>{ACTS}) ")
_NAME = pattern(r"\S+@[\w.-]+\w|#[\w-]+|https?://\S+|\w+-[\w-]+")
_FOR_VALUE = pattern(rf"(?P<what>.+) (?:for|if it is|in case of) (?:{_ALL}(?:{_LEFT}"
    r"|any(?:one|thing)? ?other\w*)|(?P<value>.+))")


def _of_named(text: str) -> str:
    """``classify it as bug, billing or other. Bugs become …``."""
    named = _NAMED.search(text)
    if named is None:
        return text
    values = [re.sub(r"^an? ", "", value) for value in re.split(r",? (?:or|and) |, ", named["values"])]
    known = "|".join(rf"{re.escape(re.sub(r's$', '', value))}(?:e?s)?" for value in values)
    subject = "the answer" if _MODEL.search(text[:named.end() + 60]) else f"the {_label(named['verb'])}"
    picks = (rf"(?:if (?:it is|it's) )?{_ALL}(?:(?P<value>\"?(?:{known})\"?)(?: ones?| (?!go|is|are|get)[\w-]+s?)?"
             rf"|(?P<left>{_LEFT}))")
    cases = _cases(text, named.end(), picks, subject, values)
    chain = _chained(text, cases)
    listed = " or ".join(values)
    return text if chain is None else f"{text[:named.start('values')]}{listed}. {chain}"


def _label(verb: str) -> str:
    return {"sort": "category", "split": "category", "rate": "rating", "label": "label", "tag": "tag"}.get(
        verb.lower(), "category")


def _labelled(text: str) -> str:
    """``Plan free: … Plan team: …``: the same word before each value."""
    found = [*_LABEL.finditer(text)]
    labels = [match["label"].lower() for match in found]
    label = next((one for one in labels if labels.count(one) > 1), None)
    if label is None:
        return text
    start = next(match.start("label") for match in found if match["label"].lower() == label)
    picks = (rf"(?:(?P<left>{_LEFT})|{re.escape(label)} (?:(?P<bound>{_BOUNDS})|(?P<value>\"[^\"]+\"|[\w-]+"
             rf"(?: or [\w-]+)?)))")
    cases = _cases(text, start, picks, f"the {label}")
    chain = _chained(text, cases)
    return text if chain is None else f"{text[:start]}{chain}"


_LABEL = pattern(rf"(?:^|(?<=[.;,] ))(?P<label>[A-Za-z]+) (?:{_BOUNDS}|[\w-]+(?: or [\w-]+)?): ")


def _of_amounts(text: str) -> str:
    """``scores under 30 …, 30 to 70 go to …, and more than 70 are …``."""
    first = _AMOUNT.search(text)
    if first is None or re.search(r"\b(?:if|when|every|each|for|after|within|wait)\b[^.;]*$", text[:first.start()],
                                  re.IGNORECASE):
        return text
    noun = first["noun"].lower()
    alone = re.fullmatch(r"(?:any|every)thing|those|all|ones|whatever", noun)
    subject = "it" if alone else f"the {singular(noun)}"
    picks = (rf"{_ALL}(?:(?P<left>{_LEFT})|(?:[\w-]+s? )?{_OF}(?P<bound>{_BOUNDS})|(?P<beyond>{_BEYOND}))")
    cases = _cases(text, first.start("noun"), picks, subject)
    chain = _chained(text, cases)
    return text if chain is None else f"{text[:first.start('noun')]}{chain}"


_AMOUNT = pattern(
    rf"(?:^|(?<=[.;,:] )|(?<= and ))(?:and |but |while )?{_ALL}(?P<noun>[\w-]+s|anything|everything|whatever)"
    rf" {_OF}(?P<bound>{_BOUNDS})(?= ?:| {_HAPPENS})")


def _of_kinds(text: str) -> str:
    """``requests in Dutch or French go …, the rest …``, ``active members get …, lapsed ones are …``."""
    first = _KIND.search(text)
    if first is None or re.search(r"\b(?:if|when|after|until|while|unless)\b[^.;]*$", text[:first.start()],
                                  re.IGNORECASE):
        return text
    thing = (first["noun"] or first["noun2"]).lower()
    if thing == "ones":
        each = re.findall(r"\b(?:each|every) ([\w-]+)", text[:first.start()].lower())
        thing = each[-1] if each else thing
    noun = re.escape(thing)
    picks = (rf"{_ALL}(?:(?P<left>{_LEFT})|(?:{noun}|ones|those) (?P<rel>{_RELATION})"
             rf"|(?P<value>(?!(?:it|that|this|which|they|she|he|one|ones|those)\b)[\w-]+) (?:{noun}|ones))")
    cases = _cases(text, first.start("case"), picks, f"the {singular(thing)}")
    chain = _chained(text, cases)
    return text if chain is None else f"{text[:first.start('case')]}{chain}"


_RELATION = (r"(?:from|in|with|without|about|marked|labell?ed|tagged|that|which|who|whose|classified as|outside)"
             r" [^;:.]+?")
_KIND = pattern(
    rf"(?:^|(?<=[.;,:] )|(?<= and ))(?:and )?(?P<case>{_ALL}(?:(?P<noun>(?!ones\b|it\b|they\b)[\w-]+s) {_RELATION}"
    rf"|(?!(?:both|all|two|three|these|other|no|more|new)\b)[\w-]+ (?P<noun2>(?!is\b)[\w-]+s)))"
    rf"(?= ?:| {_HAPPENS})")


def _cases(
    text: str, start: int, picks: str, subject: str, values: list[str] | None = None
) -> list[_Case]:
    """The cases from `start` on."""
    form = re.compile(rf"{_CUT}(?P<case>{picks}){_DOES}|,? (?:we |please )?{ACTS}\b)", re.IGNORECASE)
    found: list[_Case] = []
    bounds: list[str] = []
    at = start
    while (match := form.search(text, at) if found else form.match(text, at) or re.compile(
            form.pattern.removeprefix(_CUT), re.IGNORECASE).match(text, at)) is not None:
        said = match.groupdict()
        found.append(_Case(match.start(), match.end(), _condition(said, subject, bounds, values),
                           said.get("beyond") is not None))
        bounds += re.findall(r"\d[\d.,]*k?", said.get("bound") or "")
        at = match.end()
        if said.get("left"):
            break
    return found


def _condition(said: dict[str, str | None], subject: str, bounds: list[str], values: list[str] | None) -> str:
    """What picks a case, as a condition; "" for what the others leave."""
    if said.get("left") is not None:
        return ""
    if (bound := said.get("bound")) is not None:
        between = re.fullmatch(r"(?:from |between )?([$€£]?\d\S*)(?: \w+)? (?:(?:up )?to|and|-) (\S+)( \w+)?", bound)
        return f"{subject} is {f'between {between[1]} and {between[2]}' if between else as_compared(bound)}"
    if said.get("beyond") is not None:
        way = str(said["way"]).lower()
        if not bounds:
            return "?"
        amounts = sorted(bounds, key=lambda one: float(re.sub(r"[^\d.]", "", one).rstrip(".") or 0))
        return f"{subject} is {'under ' + amounts[0] if way in _DOWN else 'over ' + amounts[-1]}"
    if (relation := said.get("rel")) is not None:
        relation = re.sub(r"^(?:marked|labell?ed|tagged|classified as) (?:as )?", "is ", relation, flags=re.IGNORECASE)
        relation = re.sub(r"^(?:that|which|who) (?:are|have)\b", lambda one: "is" if one[0].endswith("are") else "has",
                          relation, flags=re.IGNORECASE)
        relation = re.sub(r"^(from|in|outside) ", r"is \1 ", relation, flags=re.IGNORECASE)
        relation = re.sub(r", (?:or |and )?(?=\w)", " or ", relation)
        owned = re.match(r"whose (.+)", relation, re.IGNORECASE)
        return f"{subject}'s {owned[1]}" if owned else f"{subject} {has(relation)}"
    value = str(said["value"]).strip('"')
    meant = next((one for one in values or () if re.fullmatch(rf"{re.escape(re.sub(r's$', '', one))}(?:e?s)?", value,
                                                               re.IGNORECASE)), value)
    owner = subject.rsplit(maxsplit=1)[-1].rpartition("'s")[2]
    quotes = values is not None or owner in PROPERTIES or "'s " in subject or subject.startswith("the answer")
    listed = " or ".join(f'"{one}"' if quotes else one.lower() for one in meant.split(" or "))
    return f"{subject} is {listed}"


def _chained(text: str, cases: list[_Case]) -> str | None:
    """The cases as conditions; None where there are no two, or what is done in one is not known."""
    if len(cases) < 2 or any(case.condition == "?" for case in cases):
        return None
    said: list[str] = []
    verb = ""
    if len(cases) == 2 and cases[1].is_beyond:
        cases = [cases[0], replace(cases[1], condition="")]
    for case, after in zip(cases, [*cases[1:], None], strict=True):
        tail = text[case.end:after.start if after is not None else len(text)]
        done, more = (tail, "") if after is not None else _own(tail)
        does = _command(done.strip(" ,"), verb)
        if does is None:
            return None
        verb = does[0] or verb
        said.append(f"{f'if {case.condition}, ' if case.condition else 'otherwise '}{does[1]}{more}")
    return "; ".join(part.rstrip(". ") if place + 1 < len(said) else part for place, part in enumerate(said))


def _own(tail: str) -> tuple[str, str]:
    """What is done in the last case, and what stands behind it."""
    end = re.search(r"[.!?](?=\s|$)|;(?= )", tail)
    return (tail, "") if end is None else (tail[:end.start()], tail[end.start():])


def _command(does: str, before: str) -> tuple[str, str] | None:
    """What is done, as a command, with the verb that a later case may leave out; None where it is none."""
    does = _MODALS.sub("", re.sub(r"^(?::|→|->|=>)\s*", "", does))
    for form, kept, command in _FORMS:
        if (match := form.match(does)) is not None:
            return kept, match.expand(command)
    if (match := _WHERE.match(does)) is not None:
        return before or "put it", f"{before or 'put it'} {does}"
    match = _PASSIVE.match(does)
    first, rest = (match["verb"], f"it{match['rest']}") if match is not None else does.split(maxsplit=1) if (
        " " in does) else (does, "")
    verb = base_verb(first.lower())
    if verb in ("ignore", "skip", "drop", "discard", "leave", "disregard") and len(rest.split()) < 3:
        return "", "do nothing"
    return None if verb is None or not words_of(does) else (f"{verb} it" if match else "", f"{verb} {rest}".strip())


_MODALS = pattern(r"^(?:(?:should|must|has to|have to|can|may|will|shall|needs? to|then|just|only|simply|also|always"
                     r"|both|we|please) )+(?=\w)")
_WHERE = pattern(_ELLIPTIC)
_PASSIVE = pattern(r"(?:is|are|be|gets?) (?:(?:just|only|simply|all|then) )*(?!an?\b|the\b)"
                      r"(?P<verb>\w+(?:ed|en|t|d))\b(?P<rest>.*)")
_FORMS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(form, re.IGNORECASE), kept, command) for form, kept, command in (
        (r"(?:gets? |receives? )?nothing\b|(?:passe?s? |goe?s? )(?:straight |right )?through$", "", "do nothing"),
        ((r"(?:(?:is|are|be|gets?) (?:\w+ )*?\w+ )?(?:by|with|through) ((?:the |our )?[\w-]+ "
          r"(?:function|workflow|lambda).*)"), "", r"run \1"),
        ((r"go(?:es)? (?:(?:straight|directly|on|over|out|right) )*((?:to|into|onto|on|in|by|via)\b.*)"),
         "put it", r"put it \1"),
        ((r"(?:needs?|requires?) (?:the |an? )?(?:approval|ok(?:ay)?|sign-?off|consent|go-ahead|yes|permission)"
          r" (?:of|from|by) (.+)"), "ask for approval", r"ask \1 for approval"),
        (r"(?:gets?|receives?) (?!\w+(?:ed|paid)\b)(.+)", "send it", r"send \1"),
        (r"(?:becomes?|turns? into|leads? to|means?) (.+)", "create", r"create \1"),
    ))
"""What is said to happen, the verb that a later case may leave out, and the command that it is."""
