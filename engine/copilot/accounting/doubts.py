"""What no draft of this shape can mean, though each of its words has a place: those asked in turn at once, a second
recipient, a word of logic in the name of a field. Each is a to-do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from engine.catalog.states import targets_of
from engine.copilot.accounting.facts import Facts, Stated, reached
from engine.copilot.offline.sources import FOUND
from engine.copilot.offline.wording.parts import ITS_END, SAID
from engine.copilot.offline.words import stem, stems

StateOf = Callable[[str], Stated | None]
"""The state that does what a text says."""
Doubt = tuple[int, int, str]
"""Where a to-do begins and ends in the sentence, and its kind."""

_OR_IF = re.compile(r"\bor,? (?=(?:if|when|in case) \w)", re.IGNORECASE)
_OR_ELSE = re.compile(r"\b(?P<said>or else) (?P<doing>\w+)", re.IGNORECASE)
_OR_RATHER = re.compile(r"\b(?P<said>or (?:rather|better(?: still| yet)?))\b,? (?!than\b)\w", re.IGNORECASE)
_IN_TIME = re.compile(
    r"\b(?:if|when|unless)\b[^.;,]*?(?:n't|\bnot\b)[^.;,]*? "
    r"(?P<said>within \S+ (?P<unit>minute|hour|day|week|month)s?)\b", re.IGNORECASE)
_AND_EACH = re.compile(
    r"\b(?P<doing>\w+ (?:to )?)(?P<one>(?:the |our )?(?!each|every|all|for\b)\w[\w'-]*(?: \w+)?) and "
    rf"(?:each(?: of)?|every|all)(?: the| our| of the)? [\w-]+(?: of [\w ]+)?{ITS_END}", re.IGNORECASE)
_AGAIN = re.compile(
    r"(?<!\w)(?!(?:re)?try|repeat)(?P<doing>[a-z]+ (?:\w+ )?)(?P<said>again)\b", re.IGNORECASE)
_ANSWERED = re.compile(
    r"\b(?:if|when|unless|once|should)\b[^.;:,]{0,40}?\b(?P<said>(?:gets?|got|is|was|are|were|be|been) "
    r"(?P<word>rejected|declined|refused|denied|approved|accepted))\b", re.IGNORECASE)
_SAID_NO = re.compile(r"\b(?:(?:reject|declin|refus)\w*|says? no)\b", re.IGNORECASE)
_RETRIED = re.compile(
    rf"\btimes?, (?:and |then )*(?P<said>wait {SAID}) and (?!try|retry|repeat|then try)\w+", re.IGNORECASE)
_IN_TURN = re.compile(
    r"\b(?:first|second|then|next|afterwards|(?:after|before) (?:her|him|them|that))\b", re.IGNORECASE)
_NEXT_ASKED = re.compile(r"\bafter (?:her|him|them) (?=\S+@\S+)", re.IGNORECASE)
_EACH_AND_EACH = re.compile(
    r"\b(?P<verb>\w+) (?:\w+ ){0,3}?(?:each|every) (?P<one>[\w-]+)[^.;]*? and (?:then )?(?P<doing>\w+ "
    r"(?P<said>(?:each|every) (?!one\b|of\b)(?P<other>[\w-]+))[^.;,]*)", re.IGNORECASE)
_LOGIC = re.compile(
    r"(?:(?<=\.)|(?<=[a-z]))(?:[Nn]either|[Nn]one|[Nn]or|[Uu]nless|[Ee]xcepts?|[Oo]nly|[Bb]uts?|(?:And|Or)(?![A-Za-z])"
    r"|[Ii]f|We|Must|Should|Please)"
    r"(?![a-z])")
_NOBODY = re.compile(r"= \"(nothing|nobody|none|never|not \w+)\"")

_HAS_RUN = re.compile(
    r"\b(?:if|when|once|after|unless) (?P<said>the (?P<name>[\w-]+) (?:function|workflow|job) (?:has |have )?"
    r"(?:succeed\w*|worked|finished|completed?|run))\b", re.IGNORECASE)
_NOT_RETRIED = re.compile(
    r"\b(?:retry|retries|try|times)\b[^;.]*?(?P<said>but not (?:if|when)|unless|except (?:if|when|for))\b",
    re.IGNORECASE)
_HOLIDAYS = re.compile(
    r"\b(?:except|not|unless|without|but)\b[^;.]*?(?P<said>(?:public |bank |national )?holidays?)\b", re.IGNORECASE)
_MORE_THAN_IT = re.compile(
    r"\d+(?:[.,]\d+)?\s?\w* (?P<said>(?:less|more) than (?:the|its|their|his|her) [\w-]+)", re.IGNORECASE)
_OWN_VERB = re.compile(
    r"\b(?:if|when) (?P<said>(?:it|the [\w-]+) (?!is\b|was\b|has\b|does\b)(?:[\w-]+s|[\w-]+ed|came|went|took|got)\b"
    r"[^,;.]*?) (?:and|or) (?:it|the|its)\b[^,;.]*\d", re.IGNORECASE)
_OF_A_STEP = re.compile(
    r"\b(?P<said>(?:if|when|should|once) (?:the )?(?P<name>[A-Za-z]\w*(?:-\w+)+)(?: function| workflow| job| lambda)? "
    r"(?!is done|has (?:run|finished|worked|succeeded)|finish|succe|complet|work)[a-z]+(?: [a-z]+)?)\b", re.IGNORECASE)
_DID_WORK = re.compile(
    r"\b(?:if|when|once|unless|after) (?P<said>(?:the|its|their|our) (?P<name>[\w-]+) (?:(?:has|have|was|were|is|did) "
    r"(?:not )?)?(?:work(?:s|ed)?|succe\w+|(?:goes|went|gone) (?:through|well)|complet\w+|fail(?:s|ed)?))\b",
    re.IGNORECASE)
_OPEN_QUESTION = re.compile(
    r"\bask\w* [^.;,]*?(?P<said>(?:by e-?mail )?(?:what|how|which|where|why)\b)", re.IGNORECASE)
_LIMIT = re.compile(r"[<>]=? ?(-?\d+(?:\.\d+)?)")


def doubts_in(sentence: str, facts: Facts, state_of: StateOf) -> Iterator[Doubt]:
    """The places of what the document's shape contradicts."""
    yield from _in_turn(sentence, facts)
    yield from _alternatives(sentence, facts)
    yield from _corrected(sentence)
    yield from _in_time(sentence, facts)
    yield from _recipients(sentence, facts, state_of)
    yield from _repeated(sentence, facts, state_of)
    yield from _swallowed(sentence, facts)
    yield from _unmet(sentence, facts)
    yield from _of_steps(sentence, facts, state_of)
    yield from _of_each(sentence, facts, state_of)
    yield from _answered(sentence, facts)
    yield from _taken(sentence, facts)


def _in_turn(sentence: str, facts: Facts) -> Iterator[Doubt]:
    """``ask ann first and then bob``: not both at once."""
    asked: dict[str, list[int]] = {}
    for leaf in facts.key("approvers"):
        place = sentence.lower().find(str(leaf.value).lower())
        if place >= 0:
            asked.setdefault(leaf.pointer.rpartition("/")[0], []).append(place)
    for places in asked.values():
        last = max(places)
        until = re.compile(r"\S+ ?(?:second|next|afterwards|last)?").match(sentence, last)
        for match in _IN_TURN.finditer(sentence, min(places), last if until is None else until.end()):
            if len(places) > 1:
                yield (*match.span(), "order")
    for match in _NEXT_ASKED.finditer(sentence) if asked else ():
        yield (*match.span(), "order")


def _alternatives(sentence: str, facts: Facts) -> Iterator[Doubt]:
    """``mail ann or, if it is over 300, bob``: one of two."""
    apart = any(len({*targets_of(one.state)} - _nothing(one)) > 1 for one in facts.typed("Choice"))
    for match in _OR_IF.finditer(sentence):
        if not apart and not any(one.state.get("Catch") for one in facts.states):
            yield match.start(), match.start() + 2, "otherwise"
    for match in _OR_ELSE.finditer(sentence):
        if not apart:
            yield (*match.span("said"), "otherwise")


def _corrected(sentence: str) -> Iterator[Doubt]:
    """``mail him, or rather text him``: the first is taken back."""
    yield from ((*said.span("said"), "otherwise") for said in _OR_RATHER.finditer(sentence))


def _in_time(sentence: str, facts: Facts) -> Iterator[Doubt]:
    """``if it is not paid within 30 days``: a wait, and no field of so many days."""
    for said in _IN_TIME.finditer(sentence):
        if any(re.search(rf"{said['unit']}s\b", str(leaf.value), re.IGNORECASE) for leaf in facts.conditions()):
            yield (*said.span("said"), "time")


def _nothing(one: Stated) -> set[str]:
    return {name for name in targets_of(one.state) if one.machine["States"].get(name, {}).get("Type") == "Succeed"}


def _recipients(sentence: str, facts: Facts, state_of: StateOf) -> Iterator[Doubt]:
    """``mail the owner and all watchers``: one step for the one, one for each of the others."""
    for match in _AND_EACH.finditer(sentence):
        state = state_of(match[0])
        same = _alike(state, facts) or [one for one in facts.typed("Task") if state is not None
                                        and one.pointer.startswith(f"{state.pointer}/ItemProcessor/")]
        if len(same) == 1:
            yield (*match.span("one"), "name")


def _alike(state: Stated | None, facts: Facts) -> list[Stated]:
    """The Tasks that call the same action, itself among them."""
    return [one for one in facts.typed("Task") if state is not None
            and one.state.get("Resource") == state.state.get("Resource")]


def _repeated(sentence: str, facts: Facts, state_of: StateOf) -> Iterator[Doubt]:
    """``mail her again``: what was mailed before; ``if she says no, ask her again``: the same question, till she
    agrees; ``retry it, wait an hour and mail him``: that is no distance."""
    for match in _AGAIN.finditer(sentence):
        same = _alike(state_of(match["doing"]), facts)
        once = len(same) == 1 and "Retry" not in same[0].state and next(facts.circles(), None) is None
        asked = len(same) > 1 and str(same[0].state.get("Resource")).endswith(".waitForTaskToken")
        if once or (asked and _SAID_NO.search(re.split(r"[.;]\s", sentence[:match.start()])[-1])):
            yield (*match.span("said"), "repetition")
    for match in _RETRIED.finditer(sentence):
        if next(facts.typed("Wait"), None) is None:
            yield (*match.span("said"), "wait")


def _swallowed(sentence: str, facts: Facts) -> Iterator[Doubt]:
    """``not paid and over 100`` as the field paidAnd: a word of logic is no part of a name."""
    names = {hump.lower() for leaf in facts.expressions() for path in re.findall(r"\$[\w.]+", str(leaf.value))
             for hump in _LOGIC.findall(path)}
    for name in names:
        word = {"buts": "but", "excepts": "except"}.get(name, name)
        said = rf"\w+ {word} \w+" if word in ("and", "or") else rf"\b{word}\b"
        for match in re.finditer(said, sentence, re.IGNORECASE):
            beside = {stem(part.lower()) for part in match[0].split()}
            if word not in ("and", "or") or any(beside & leaf.stems for leaf in facts.conditions()):
                yield (*match.span(), "condition")
    for leaf in facts.conditions():
        for value in _NOBODY.findall(str(leaf.value)):
            yield from ((*match.span(), "negation") for match in re.finditer(rf"\b{value}\b", sentence))


def _of_steps(sentence: str, facts: Facts, state_of: StateOf) -> Iterator[Doubt]:
    """``if deploy-api blows up``: what a step did stands in no field of the input; ``ask her how it went``: that is no
    yes or no."""
    run = {str(leaf.value).lower() for leaf in facts.key("FunctionName", "StateMachineArn", "JobName", "workflow")}
    for match in _OF_A_STEP.finditer(sentence):
        parts = match["name"].split("-")
        field = "".join([parts[0].lower(), *(part.capitalize() for part in parts[1:])])
        read = any(f"$states.input.{field}" in str(leaf.value) for leaf in facts.conditions())
        if read and match["name"].lower() in run:
            yield (*match.span("said"), "failure")
    for match in _DID_WORK.finditer(sentence):
        done = any(stem(match["name"].lower()) in one.names for one in facts.typed("Task", "Parallel", "Map"))
        works = re.compile(rf"\$states\.input\.{re.escape(match['name'])}\.\w+ = true", re.IGNORECASE)
        if done and any(works.search(str(leaf.value)) for leaf in facts.conditions()):
            yield (*match.span("said"), "failure")
    for match in _OPEN_QUESTION.finditer(sentence):
        asked = state_of(match[0])
        if asked is not None and str(asked.state.get("Resource", "")).endswith("ask.waitForTaskToken") and (
                "form" not in asked.state.get("Arguments", {})):
            yield (*match.span("said"), "question")


def _answered(sentence: str, facts: Facts) -> Iterator[Doubt]:
    """``if it gets rejected``: whoever was asked says so, and no field of the input."""
    asked = [one for one in facts.typed("Task") if str(one.state.get("Resource")).endswith("ask.waitForTaskToken")]
    behind = {rule.pointer for rule in facts.typed("Choice") for one in asked
              if one.machine is rule.machine and rule.name in reached(one.machine, *targets_of(one.state))}
    read = frozenset().union(*(
        leaf.stems for leaf in facts.conditions()
        if leaf.pointer.partition("/Choices/")[0] in behind and "$states.input" in str(leaf.value)))
    for said in _ANSWERED.finditer(sentence):
        if stem(said["word"].lower()) in read:
            yield (*said.span("said"), "answer")


def _of_each(sentence: str, facts: Facts, state_of: StateOf) -> Iterator[Doubt]:
    """``mail each member and save each mail``: the second is done in the Map over the first, unless there is a list of
    its own that the first verb does not make."""
    for match in _EACH_AND_EACH.finditer(sentence):
        one, other, verb = (stem(match[name].lower()) for name in ("one", "other", "verb"))
        does = state_of(match["doing"])
        over = {term for item in facts.typed("Map") if does and does.pointer.startswith(f"{item.pointer}/")
                for term in stems(str(item.state.get("Items")))}
        if one != other and one not in over and (other not in over or other == verb):
            yield (*match.span("said"), "repetition")


def _taken(sentence: str, facts: Facts) -> Iterator[Doubt]:
    """``charge the fee found there``: an expression reads it in what an earlier step assigned."""
    assigned = [leaf.pointer.rpartition("/")[2] for leaf in facts.leaves if "/Assign/" in leaf.pointer]
    for match in FOUND.finditer(sentence):
        read = re.compile(rf"\$(?:{'|'.join(map(re.escape, assigned)) or '(?!)'})\b[\w.*]*")
        paths = (path for leaf in facts.expressions() for path in read.findall(str(leaf.value)))
        if not any(stem(match["field"].split()[-1].lower()) in stems(path) for path in paths):
            yield (*match.span(), "name")


def _unmet(sentence: str, facts: Facts) -> Iterator[Doubt]:
    """What a Catch, a Retry, a schedule or an amount cannot say."""
    conditions = [str(leaf.value) for leaf in facts.conditions()]
    for match in _HAS_RUN.finditer(sentence):
        run = (str(leaf.value).lower() for leaf in facts.key("FunctionName", "StateMachineArn", "JobName", "workflow"))
        if not any(match["name"].lower() in name for name in run):
            yield (*match.span("said"), "condition")
    yield from ((*match.span("said"), "retry") for match in _NOT_RETRIED.finditer(sentence)
                if any("Retry" in one.state for one in facts.states))
    if not any("oliday" in text for text in conditions):
        yield from ((*match.span("said"), "time") for match in _HOLIDAYS.finditer(sentence))
    if not any(re.search(r" [-+] ", str(leaf.value)) for leaf in facts.expressions()):
        yield from ((*match.span("said"), "number") for match in _MORE_THAN_IT.finditer(sentence))
    limits = [_LIMIT.findall(text) for text in conditions]
    if any(len(found) > len({*found}) for found in limits):  # two fields held against one number
        yield from ((*match.span("said"), "condition") for match in _OWN_VERB.finditer(sentence))
