"""Conditions that count: so often in a row, of the last few, within a span of time, every third one.

    the pressure is above 6 four times in a row     the last four of a list of pressures, all above 6
    more than 5 tickets within 24 hours             those of a list whose time is not older
    the check fails 3 consecutive times             a count of the input

Which list or count it is is a guess, and a to-do.
"""

from __future__ import annotations

import re

from engine.copilot.offline.flow import Condition
from engine.copilot.offline.words import DETERMINERS, NUMBERS, ORDINALS, TIMES, UNITS, camel, plural, singular

_N = rf"(?:\d+|{'|'.join(sorted({*NUMBERS, *TIMES} - {'a', 'an', 'half', 'once', 'zero'}, key=len, reverse=True))})"
_IS = r"(?:is |are |stays |goes |rises |drops |falls |remains |was |were )?"
_MORE = (
    rf"{_IS}(?P<more>above|over|exceeds?|(?:higher|greater|more|larger|bigger|warmer|hotter|longer|heavier|older"
    rf"|slower) than)"
)
_LESS = rf"{_IS}(?P<less>below|under|(?:lower|less|fewer|smaller|colder|cooler|shorter|lighter|younger) than)"
_VALUE = r"(?P<value>-?\d+(?:\.\d+)?)\s?(?:%|percent|degrees?|kg|ms|seconds|points)?"
_ROW = (
    rf"(?:for |in )?(?P<count>{_N}) (?:times |readings |checks |measurements |samples |days |runs |intervals )?"
    r"(?:in a row|one after the other|one after another|in succession|running|consecutively)"
    rf"|(?:for |in )?(?P<count2>{_N}) (?:consecutive|successive)(?: times| readings| checks| measurements| days| runs)?"
)
_ORDER = rf"(?P<order>{'|'.join(ORDINALS)}|\d+(?:st|nd|rd|th))"
_HAPPENED = (
    r"(?: (?:(?:were|was|are|is|have been|has been|had been|got|get) (?P<done>\w+)|came in|come in|comes in|arrived?"
    r"|arrives"
    r"|happened|happens?|occurr?e?d?|fail(?:ed|s)?|went \w+|(?P<done2>\w+ed)))?"
)
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("row", re.compile(rf"^(?P<what>.+?) (?:{_MORE}|{_LESS}) {_VALUE} (?:{_ROW})$")),
    ("few", re.compile(
        rf"^(?P<count>{_N}) (?:out )?of (?:the )?last (?P<of>{_N}) (?P<what>[\w -]+?) (?:{_MORE}|{_LESS}) {_VALUE}$")),
    ("failures", re.compile(rf"^(?P<what>.+?) (?:fails|failed|has failed|(?:is|are|was|were|gets?|got|has been"
                            rf"|have been) (?P<done>\w+)) (?:{_ROW}|(?P<count3>{_N}) times)$")),
    ("failures", re.compile(rf"^(?P<what>)(?:there (?:are|were) )?(?P<count>{_N}) "
                            r"(?:failures|errors|timeouts|misses) in a row$")),
    ("spanned", re.compile(rf"^(?:there are )?(?P<count>{_N}) (?P<what>[\w -]+?) (?:{_MORE}|{_LESS}) {_VALUE} "
                           rf"(?:within|in|during) (?:the last |the past )?(?:(?P<n>{_N}|an?) )?(?P<unit>\w+)$")),
    ("spanned", re.compile(rf"^(?P<what>[\w' -]+?) (?:{_MORE}|{_LESS}) {_VALUE} (?:in )?(?P<count>{_N})(?: times"
                           rf"| readings| checks| measurements| samples)? (?:within|in|during) (?:the last "
                           rf"|the past )?(?:(?P<n>{_N}|an?) )?(?P<unit>\w+)$")),
    ("span", re.compile(
        rf"^(?:(?P<who>.+?) (?:have|had|made|send|sent|get|got|\w+ed|\w+s) |there (?:are|were|have been) )?"
        rf"(?P<sign>more than |over |at least |less than |fewer than |under |up to |at most )?(?P<count>{_N}|no) "
        rf"(?:or (?P<way>more|fewer|less) )?(?P<what>[\w -]+?){_HAPPENED}"
        rf" (?:within|in|during|for|over) (?:the last |the past |the previous )?(?:(?P<n>{_N}|an?) )?(?P<unit>\w+)$")),
    ("span", re.compile(rf"^(?P<who>.+?) (?P<what>\w+s|\w+ed) (?P<sign>more than |at least )?(?P<count>{_N})"
                        rf"(?: times)? (?P<way>)(?:within|in|during|over) (?:the last |the past )?"
                        rf"(?:(?P<n>{_N}|an?) )?(?P<unit>\w+)$")),
    ("span", re.compile(rf"^(?:it |he |she |they )?(?:is |was |were |are |has been |have been )?(?P<what>\w+) "
                        rf"(?P<sign>more than |at least )?(?P<count>{_N}) times (?P<way>)(?:within|in|during|over) "
                        rf"(?:the last |the past )?"
                        rf"(?:(?P<n>{_N}|an?) )?(?P<unit>\w+)$")),
    ("nth", re.compile(rf"^(?:it is )?every {_ORDER} (?P<what>[\w-]+(?: (?!of\b)[\w-]+)?)(?: of .+)?$")),
    ("after", re.compile(rf"^(?:it is )?the {_ORDER} (?P<what>[\w -]+)$")),
)


def window_in(text: str) -> Condition | None:
    """The condition that a text in lower case states by counting; None where it does not count."""
    text = re.sub(rf"\b({_N}) ([\w-]+) or (more|fewer|less)\b", r"\1 or \3 \2", text)
    for kind, form in _FORMS:
        match = form.match(text)
        if match is not None:
            said = {name.rstrip("23"): value for name, value in match.groupdict().items() if value is not None}
            return _condition(kind, said, text)
    return None


def _condition(kind: str, said: dict[str, str], text: str) -> Condition | None:
    count = _count(said["count"]) if "count" in said else int(
        ORDINALS.get(said["order"]) or re.sub(r"\D", "", said["order"]))
    names = [word for word in re.findall(r"[\w-]+", said["what"]) if word not in DETERMINERS]
    names = [said["done"], *names] if "done" in said else names
    things = f"$states.input.{camel([*names[:-1], plural(singular(names[-1]))])}" if names else "$states.input.failures"
    sign = ">" if "more" in said else "<"
    guess = f"Check that the input has the list {things.removeprefix('$states.input.')}, the newest last."
    if kind in ("row", "few"):
        of = f"{things}[[-{_count(said.get('of', said['count']))}..-1]]"
        return Condition(f"$count({of}[$ {sign} {said['value']}]) >= {count}", text, [guess], things)
    if kind == "span":
        return _within(said, things, count, text)
    if kind == "spanned":
        unit = UNITS.get(singular(said["unit"]))
        span = int((unit or 0) * (_count(said["n"]) if said.get("n", "a") not in ("a", "an") else 1) * 1000)
        which = f"{things}[value {sign} {said['value']} and $toMillis(time) > $millis() - {span}]"
        guess = (
            f"Check that the input has the list "
            f"{things.removeprefix('$states.input.')}, each with a value and a time."
        )
        return None if unit is None else Condition(f"$count({which}) >= {count}", text, [guess], things)
    if kind == "failures":
        things = f"$states.input.{camel([*names, 'count' if 'done' in said else 'failures'])}"
        return _counted(f"{things} >= {count}", things, text)
    path = f"$states.input.{camel([*names, 'count'])}"
    return _counted(f"{path} % {count} = 0" if kind == "nth" else f"{path} >= {count}", path, text)


def _counted(condition: str, path: str, text: str) -> Condition:
    guess = f"Check that the input has the count {path.removeprefix('$states.input.')}: a workflow does not keep one."
    return Condition(condition, text, [guess], path)


def _within(said: dict[str, str], things: str, count: int, text: str) -> Condition | None:
    unit = UNITS.get(singular(said["unit"]))
    if unit is None:
        return None
    span = int(unit * (_count(said["n"]) if said.get("n", "a") not in ("a", "an") else 1) * 1000)
    sign = {"more than": ">", "over": ">", "less than": "<", "fewer than": "<", "under": "<", "up to": "<=",
            "at most": "<="}.get(said.get("sign", "").strip(), "<=" if said.get("way") in ("fewer", "less") else ">=")
    if said["count"] == "no":
        sign = "="
    guess = f"Check that the input has the list {things.removeprefix('$states.input.')}, each with a time."
    return Condition(f"$count({things}[$toMillis(time) > $millis() - {span}]) {sign} {count}", text, [guess], things)


def _count(text: str) -> int:
    return int(text) if text.isdigit() else int({**NUMBERS, **TIMES, "no": 0}[text])
