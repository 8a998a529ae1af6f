"""What goes where by its size, as a chain of conditions. What goes where by its kind `ways/cases.py` reads.

Orders over 500 go to the big queue, the others to …    if the order is over 500, put it on …; otherwise …
"""

from __future__ import annotations

import re

from engine.copilot.offline.words import base_verb, singular

_RANGE = (
    r"(?:(?:with|of|worth|for|at|whose [\w ]+? (?:is|are)|with an? [\w ]+?(?: of)?) )?"
    r"(?:between \S+ and \S+|from \S+ to \S+|(?:over|above|under|below|beyond|up to|more than|less than|at least|at "
    r"most|exceeding|(?:older|younger|heavier|lighter|longer|shorter|larger|bigger|smaller|higher|lower) than) \S+"
    r"|(?:of )?\S*\d\S* (?:\w+ )?or (?:more|less|over|above|below|higher|lower))(?: (?:euros?|dollars?|EUR|USD|GBP"
    r"|pounds|kg|km|lb|items|percent|days|hours))?"
)
_ROUTE = re.compile(
    rf"^(?P<noun>(?!if |when |for |unless |once |post |send |put |get |ask )(?:all |the |an? )?[\w-]+(?: [\w-]+)?) "
    rf"(?P<range>{_RANGE}) "
    rf"(?P<verb>(?:should |must |have to |has to )?(?:go(?:es)?(?: straight| directly| right)? to|(?:is|are|be) \w+"
    rf"|needs? \w+|gets? (?=an?|the)|gets? \w+ed\b))(?P<rest> .+?)(?P<end>[.!?]*)$", re.IGNORECASE)
_OTHERS = re.compile(
    rf"(?:[,;]| and|,? while|,? but)(?: and)? (?:(?P<else>(?:the|all)(?: the)? (?:others?|rest)|(?:everything"
    rf"|anything|all) else|others|all other \w+)"
    rf"|(?:those|anything|everything|all|ones|whatever is|\w+s|the ones) (?P<range>{_RANGE}|above (?:that|it)|below "
    rf"(?:that|it)|heavier|larger|bigger|more|higher|older|longer)"
    rf"|(?P<alone>(?:over|above|under|below|up to|more than|less than) \S+(?: (?:euros?|dollars?|kg|EUR|USD))?),?)"
    rf"(?: (?P<verb>go(?:es)? to|(?:is|are) \w+)(?= )| to(?= the\b)(?P<to>)|(?= nothing))", re.IGNORECASE)


_AMOUNT = re.compile(r"[$€£]?\d[\d.,]*k?")


def routed(sentence: str) -> str:
    """``Orders over 50 go to …, anything below to …, the rest …``: a condition for each."""
    match = _ROUTE.match(sentence)
    if match is None or not re.search(r"\d", match["range"]):
        return sentence
    noun = singular(re.sub(r"^(?:all|the|an?) ", "", match["noun"], flags=re.IGNORECASE).lower())
    noun = f"the {noun}" if noun not in ("anything", "everything", "whatever") else "it"
    verb, rest, bound = match["verb"], match["rest"], _AMOUNT.findall(match["range"])[-1]
    cuts = [*_OTHERS.finditer(rest)]
    ends = [cut.start() for cut in [*cuts[1:]]] + [len(rest)] * bool(cuts)
    said = [(f"if {noun} is {_is_range(match['range'])}, "
        f"{_does(verb)}{rest[:cuts[0].start() if cuts else len(rest)]}")]
    for cut, end in zip(cuts, ends, strict=True):
        what = rest[cut.end():end]
        done = "do nothing" if re.match(r" nothing\b", what) else f"{_does(cut['verb'] or verb)}{what}"
        if cut["else"]:
            said.append(f"otherwise {done}")
            continue
        which = cut["range"] or cut["alone"]
        if not re.search(r"\d", which):
            which = f"{'below' if which.startswith('below') else 'above'} {bound}"
        bound = _AMOUNT.findall(which)[-1]
        said.append(f"if it is {_is_range(which)}, {done}")
    return "; ".join(said) + match["end"]


def _is_range(text: str) -> str:
    """As it is compared with: worth more than 5 is more than 5, from 5 to 30 is between them."""
    bare = re.sub(r"^(?:with|of|worth|for|at)(?: an? [\w ]+?)?(?: of)? (?=between|from|over|above|under|below|beyond"
        r"|up to|more|less|at|exceeding|\S*\d)",
                  "", text, flags=re.IGNORECASE)
    return re.sub(r"^from (\S+) to ", r"between \1 and ", bare, flags=re.IGNORECASE)


def _does(verb: str) -> str:
    """What is done with it: goes to is put it on, is emailed is email it, needs is it needs."""
    done = re.match(r"(?:should |must |have to |has to )?(?:is|are|be|gets?) (?:only |just |simply )?(\w+)", verb)
    if done is not None:
        return f"{base_verb(done[1].lower()) or done[1]} it"
    return (
        "put it on"
        if re.search(r"\bgo(?:es)?(?: \w+)? to", verb)
        else "send it"
        if re.match(r"gets?|receives?", verb)
        else f"it {verb}"
    )
