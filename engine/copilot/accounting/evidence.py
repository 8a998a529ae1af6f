"""What in a document shows that a phrase was used: a fact of it for each kind of phrase, as its pointer.

A number counts as used only where it means the same: the minutes of a wait are no attempts of a retry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from engine.catalog.states import targets_of
from engine.copilot.accounting.facts import Facts, Leaf, Stated, reached
from engine.copilot.accounting.polarity import may_negate
from engine.copilot.accounting.synonyms import GLUE
from engine.copilot.accounting.told import told_in
from engine.copilot.offline.words import NUMBERS, ORDINALS, TIMES, UNITS, singular, stem, stems

NEGATED = r"\$not\(|!=|= false|= null|= \[\]"
"""How an expression says no."""


class Said:
    """A phrase as it was said: its text, what its form names (n and n2 are one name), and the sentence around it."""

    def __init__(self, match: re.Match[str]) -> None:
        self.text = match[0]
        self.before, self.after = match.string[:match.start()], match.string[match.end():]
        self.sentence = match.string
        self.is_negative = re.search(r"(?<!\S)(?:[-\u2212]|minus |negative )$", self.before, re.IGNORECASE) is not None
        self._named = {name.rstrip("23456789"): value for name, value in match.groupdict().items() if value is not None}

    def __getitem__(self, name: str) -> str:
        return self._named.get(name, "")


Evidence = Callable[[Said, Facts], str | None]



def number(text: str) -> float | None:
    """A number in digits or as a word."""
    word = text.lower().strip()
    if word.startswith("half"):
        return 0.5
    if word in NUMBERS or word in TIMES:
        return float({**NUMBERS, **TIMES}[word])
    digits = re.match(r"(-|\u2212|minus |negative )?(\d+(?:,\d{3})*(?:\.\d+)?)(k?)", word)
    return float(digits[2].replace(",", "")) * (1000 if digits[3] else 1) * (-1 if digits[1] else 1) if digits else None


def seconds(said: Said) -> float | None:
    """The duration that a match's `n` and `unit` are."""
    count, unit = number(said["n"] or "1"), singular(said["unit"].lower())
    return None if count is None else count * UNITS[unit]


def numbers_in(text: object) -> set[float]:
    """The numbers in a value's text."""
    return {float(found) for found in re.findall(r"(?:(?<=[=<>] )-|^-)?(?<![A-Za-z_])\d+(?:\.\d+)?", str(text))}


def first(found: Iterable[Leaf | Stated]) -> str | None:
    """The pointer of the first."""
    return next((one.pointer for one in found), None)


def equal(facts: Facts, value: float | None, *keys: str) -> str | None:
    """The pointer of a number of one of these names that is `value`."""
    return first(leaf for leaf in facts.key(*keys) if isinstance(leaf.value, (int, float)) and leaf.value == value)


def concurrency(said: Said, facts: Facts) -> str | None:
    """``five at a time``: how many items of a Map run at once."""
    things = re.search(r"([\w-]+),? (?:(?:at most|up to) )?$", said.before)
    wanted = stems(things[1]) if things is not None else frozenset()
    at = [leaf.pointer.removesuffix("/Items") for leaf in facts.key("Items") if wanted & leaf.stems]
    return first(leaf for leaf in facts.key("MaxConcurrency") if leaf.value == number(said["n"])
                 and (not at or leaf.pointer.removesuffix("/MaxConcurrency") in at))


def in_order(said: Said, facts: Facts) -> str | None:
    """``one after another``: one item at once, or a circle."""
    del said
    return equal(facts, 1, "MaxConcurrency") or first(facts.circles())


def batches(said: Said, facts: Facts) -> str | None:
    """``in batches of 25``: the batches of a Map."""
    return equal(facts, number(said["n"]), "MaxItemsPerBatch")


def retried(said: Said, facts: Facts) -> str | None:
    """``retry it 3 times``: the attempts of a Retry, or of a circle."""
    return equal(facts, number(said["n"]), "MaxAttempts") or counted(said, facts)


_TRIES = re.compile(r"\b(?:attempt|try|trying)\b(?! (?:it |that |this )?again)[^.;]*$", re.IGNORECASE)


def counted(said: Said, facts: Facts) -> str | None:
    """``at most 20 times``: the attempts of a Retry, or a number that the condition of a circle counts to."""
    count = number(said["n"])
    for one in facts.circles():
        for index, rule in enumerate(one.state.get("Choices", ())):
            if count in numbers_in(rule.get("Condition")) and "$not(" not in str(rule.get("Condition")):
                return f"{one.pointer}/Choices/{index}/Condition"
    tries = _TRIES.search(said.before) or re.match(r",? before (?:giving up|failing)", said.after)
    kept = (leaf for leaf in facts.conditions() if re.search(r"(?:[Ff]ailures|[Cc]ount) >=? ", str(leaf.value))
            and count in numbers_in(leaf.value))
    in_all = re.search(r"\b(?:attempts|tries)\b", said.text)
    return equal(facts, count - 1 if tries and count else count, "MaxAttempts") or first(kept) or (
        tried(said, facts) if in_all else None)


def tried(said: Said, facts: Facts) -> str | None:
    """``three attempts in total``: one and two more."""
    return equal(facts, (number(said["n"]) or 1) - 1, "MaxAttempts")


def attempts(said: Said, facts: Facts) -> str | None:
    """``if all of them fail``: the Catch of a step that is tried again, or of all steps."""
    return next((f"{one.pointer}/Catch" for one in facts.states if one.state.get("Catch") and one.state.get("Retry")),
                None) or all_caught(said, facts)


def of_kind(said: Said, facts: Facts) -> str | None:
    """``they are all functions``: a step that calls one; so many of them, as many branches."""
    if said["n"]:
        return next((f"{one.pointer}/Branches" for one in facts.typed("Parallel")
                     if len(one.state["Branches"]) == number(said["n"])), None)
    called_ = {"workflow": "startExecution"}.get(said["what"].lower(), "lambda")
    return first(leaf for leaf in facts.key("Resource") if called_ in str(leaf.value))


def not_waited_for(said: Said, facts: Facts) -> str | None:
    """``without waiting for it``: branches, or what was started and is not waited for."""
    del said
    return first(facts.typed("Parallel")) or first(
        leaf for leaf in facts.key("Resource") if str(leaf.value).endswith("startExecution"))


def together(said: Said, facts: Facts) -> str | None:
    """``two things at the same time``: as many branches."""
    found = [one for one in facts.typed("Parallel") if number(said["n"] or "2") == len(one.state["Branches"])]
    return f"{found[0].pointer}/Branches" if found else None


def in_a_row(said: Said, facts: Facts) -> str | None:
    """``three times in a row``: a condition that counts to three."""
    return first(leaf for leaf in facts.conditions() if number(said["n"]) in numbers_in(leaf.value))


def agreed(said: Said, facts: Facts) -> str | None:
    """``at least two of them``: how many must agree, or another place that has the number."""
    return equal(facts, number(said["n"]) or 0, "needed") or amount(said, facts)


def last_few(said: Said, facts: Facts) -> str | None:
    """``2 of the last 3``: an expression with both."""
    wanted = {number(said["n"]), number(said["m"])}
    return first(leaf for leaf in facts.expressions() if wanted <= numbers_in(leaf.value))


def ordinal(said: Said, facts: Facts) -> str | None:
    """``every third order``: a condition that counts to it."""
    count = float(ORDINALS.get(said["n"].lower()) or re.sub(r"\D", "", said["n"]))
    return first(leaf for leaf in facts.conditions() if count in numbers_in(leaf.value))


def duration(said: Said, facts: Facts) -> str | None:
    """A wait, a limit, an interval, or a span of time that an expression reckons with."""
    span = seconds(said)
    if span is None:
        return None
    found = equal(facts, span, "Seconds", "TimeoutSeconds", "HeartbeatSeconds", "IntervalSeconds", "remind_after")
    if found is not None:
        return found
    for leaf in facts.expressions():
        named = stems(said["unit"]) <= leaf.stems and number(said["n"]) in numbers_in(leaf.value)
        if named or {span, span * 1000} & numbers_in(leaf.value):
            return leaf.pointer
    begins = said.before + (said.text.partition(said["n"])[0] if said["n"] else "")
    ends = re.match(r"[\w ]{0,12}\b(?:give up|stop|quit)", said.after) and re.search(
        r"\bafter $", begins, re.IGNORECASE)
    if not ends and not re.search(r"\bfor (?:at most |up to )?$", begins, re.IGNORECASE):
        return None
    waits = [leaf.value for leaf in facts.key("Seconds")]  # so often, so far apart, takes so long
    return next((f"{one.pointer}/Choices/{index}/Condition" for one in facts.circles()
                 for index, rule in enumerate(one.state.get("Choices", ()))
                 if any(span / wait in numbers_in(rule.get("Condition")) for wait in waits if wait)), None)


def _signed(said: Said) -> float | None:
    """The number of a phrase, below zero where that stands before it."""
    wanted = number(said["n"])
    return -wanted if said.is_negative and wanted else wanted


def at_most(said: Said, facts: Facts) -> str | None:
    """``wait up to 2 days``: a time limit, or a wait for somebody to be there; a Wait of two days is no limit."""
    span = seconds(said)
    found = equal(facts, span, "TimeoutSeconds", "HeartbeatSeconds")
    return found or (duration(said, facts) if equal(facts, span, "Seconds") is None else None)


def gate(said: Said, facts: Facts) -> str | None:
    """``only after the goods are back``: a condition or a wait that speaks of it."""
    clause = stems(re.split(r"[.;,]", said.sentence[len(said.before) + len(said.text):])[0])
    return first(one for one in facts.typed("Choice", "Wait") if not one.marked and clause & one.stems) or answered(
        said, facts)


_OPPOSITES = {"<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def compares(*operators: str) -> Evidence:
    """``over 500``: a comparison by one of the operators with that number."""
    def evidence(said: Said, facts: Facts) -> str | None:
        wanted = _signed(said)
        both = len(re.findall(rf"(?<![\d.,]){re.escape(said['n'])}(?!\d)", said.sentence)) > 1  # a side, and the other
        for signs in (operators, tuple(_OPPOSITES[sign] for sign in operators) if both else ()):
            form = "|".join(re.escape(sign) for sign in signs)
            for leaf in [*facts.conditions(), *facts.expressions()] if signs else ():
                for found in re.finditer(rf"(?:{form})\s*(-?\d+(?:\.\d+)?)(?!\d)", str(leaf.value)):
                    if float(found[1]) == wanted and is_upright(said, found):
                        return leaf.pointer
        return None

    return evidence


def is_upright(said: Said, found: re.Match[str]) -> bool:
    """Whether a comparison stands in no $not(…), or its clause says a negation."""
    depths, depth = list[int](), 0
    for mark in re.finditer(r"\$not\(|\(|\)", found.string[:found.start()]):
        depth += -1 if mark[0] == ")" else 1
        if mark[0] == "$not(":
            depths.append(depth)
        depths = [one for one in depths if one <= depth]
    clause = re.split(r"[.;]", said.before)[-1] + said.text
    return len(depths) % 2 == 0 or may_negate(clause)


def between(said: Said, facts: Facts) -> str | None:
    """``between 5 and 8``: a condition with both."""
    wanted = {number(said["n"]), number(said["m"])}
    return first(leaf for leaf in facts.conditions() if wanted <= numbers_in(leaf.value))


def amount(said: Said, facts: Facts) -> str | None:
    """A number that no other form explains: a value as it is, or one that a condition compares with."""
    wanted = _signed(said)
    listed = [leaf.pointer.rpartition("/")[0] for leaf in facts.key("approvers")]
    several = next((one for one in listed if listed.count(one) == wanted), None)
    if several is not None and re.search(r"\bof (?:the |our )?$", said.before):
        return several  # two of the three
    for leaf in facts.leaves:
        text = str(leaf.value)
        if leaf.value == wanted and leaf.key not in _TIMED:
            return leaf.pointer
        if leaf.key in ("Condition", "when") and re.search(r"[=<>]\s*-?\d", text) and wanted in numbers_in(text):
            return leaf.pointer
        if leaf.key == "amount" and wanted in numbers_in(text):  # in the smallest unit: 20 * 100
            return leaf.pointer
        plain = isinstance(leaf.value, str) and not leaf.is_open and not text.startswith("{%")
        if plain and leaf.key not in _TIMED and said["n"] in text:
            return leaf.pointer
    return None


def percent(said: Said, facts: Facts) -> str | None:
    """``50% of it``: a condition with it, an expression that reckons it, a text that says it; 50 alone is no share."""
    share = number(said["n"])
    return first(leaf for leaf in [*facts.conditions(), *facts.expressions()]
                 if {share, (share or 0) / 100} & numbers_in(leaf.value)) or first(
        leaf for leaf in facts.leaves if not leaf.is_open and f"{said['n']}%" in str(leaf.value))


_TIMED = ("Seconds", "TimeoutSeconds", "IntervalSeconds", "MaxAttempts", "MaxConcurrency", "BackoffRate", "expression",
          "MaxItemsPerBatch", "HeartbeatSeconds")


def verbatim(said: Said, facts: Facts) -> str | None:
    """A name, an address, a quoted text: as it was written."""
    bare = said.text.strip('"“”/').rstrip(".,;:")
    return first(leaf for leaf in facts.leaves if not leaf.is_open and bare in str(leaf.value))


def sender(said: Said, facts: Facts) -> str | None:
    """``from x@example.com``: who sends, and not whom it goes to."""
    return first(leaf for leaf in facts.leaves if leaf.value == said["what"] and leaf.key in ("from", "sender", "From"))


_CALLED = {
    "function": ("FunctionName",), "lambda": ("FunctionName",), "queue": ("QueueUrl", "queue"), "table": ("TableName",),
    "topic": ("TopicArn",), "bucket": ("Bucket", "bucket", "name"), "workflow": ("StateMachineArn",),
}


def called(said: Said, facts: Facts) -> str | None:
    """``the lint function``: what is called so, also where its whole address is still to be given."""
    name = re.compile(rf"(?<![\w-]){re.escape(said['what'])}(?![\w-])", re.IGNORECASE)
    found = first(leaf for leaf in facts.key(*_CALLED[said["kind"].lower()]) if name.search(str(leaf.value)))
    return found or first(leaf for leaf in facts.conditions() if stems(said["what"]) <= leaf.stems)


def same_thing(said: Said, facts: Facts) -> str | None:
    """``from that table``: all steps with one have the same, and it has a name."""
    found = [*facts.key(*_CALLED[said["what"].lower()])]
    bare = re.compile(rf"TODO: the (?:\w+ of the |queue's |topic's )?(?:{said['what']}|URL|ARN)$", re.IGNORECASE)
    return first(found) if len({str(leaf.value) for leaf in found}) == 1 and not bare.match(
        str(found[0].value)) else None


def none_found(said: Said, facts: Facts) -> str | None:
    """``if it is not there``: a condition that finds nothing. What is not found is no server that is down."""
    del said
    return first(leaf for leaf in facts.conditions()
                 if re.search(r"= 0\b|\$not\(\$exists|= null|= \[\]", str(leaf.value)))


def of_type(*types: str) -> Evidence:
    """The first state of these types."""
    return lambda _, facts: first(facts.typed(*types))


def circle(said: Said, facts: Facts) -> str | None:
    """``repeat``: a state that leads back to itself."""
    del said
    return first(facts.circles())


def until(said: Said, facts: Facts) -> str | None:
    """``until``: a circle, or a time that is waited for."""
    return circle(said, facts) or first(facts.key("Timestamp", "TimestampPath", "remind_after"))


def each(said: Said, facts: Facts) -> str | None:
    """``each invoice``: a Map over a list of that name, or with it in its own; not over "ones" of nothing."""
    wanted = stems(said["what"])
    maps = [one for one in facts.typed("Map") if not re.search(r"\.ones\b", str(one.state.get("Items")))]
    return first(one for one in maps if wanted & (one.names | one.stems)) or (first(maps) if len(maps) == 1 else None)


def items(said: Said, facts: Facts) -> str | None:
    """``go through the orders``: a Map over them, and over nothing else that is spoken of."""
    wanted = stems(said["what"])
    return first(leaf for leaf in facts.key("Items") if wanted & leaf.stems)


def goes_on(said: Said, facts: Facts) -> str | None:
    """``ignore errors``: a Catch that leads to what comes next anyway."""
    del said
    return next((f"{one.pointer}/Catch" for one in facts.states for catcher in one.state.get("Catch", ())
                 if catcher["Next"] == one.state.get("Next")), None)


def instead(said: Said, facts: Facts) -> str | None:
    """``call the other instead``: a Catch or a rule that leads to it."""
    return next((f"{one.pointer}/Catch" for one in facts.states if one.state.get("Catch")), None) or otherwise(
        said, facts)


def otherwise(said: Said, facts: Facts) -> str | None:
    """Something other than what a rule leads to: a Default, or a second rule."""
    del said
    for one in facts.typed("Choice"):
        targets = [*targets_of(one.state)]
        if len({*targets}) > 1:
            return f"{one.pointer}/Default" if "Default" in one.state else f"{one.pointer}/Choices"
    return next((f"{one.pointer}/Catch" for one in facts.states if one.state.get("Catch")), None)


def routed(said: Said, facts: Facts) -> str | None:
    """``sort the mails by type``: a rule on it, with more than one way."""
    named = stems(said["what"].split()[-1])
    return next((f"{one.pointer}/Choices" for one in facts.typed("Choice") if len({*targets_of(one.state)}) > 1
                 and any(named & stems(str(rule.get("Condition"))) for rule in one.state.get("Choices", ()))), None)


def paired(said: Said, facts: Facts) -> str | None:
    """``to ann, bob and cat respectively``: each of those in a step of its own."""
    named = re.search(r"((?:\S+, )*\S+),? (?:and|or) (\S+?)(?: on Slack)?(?: [\w-]+)?,? $", said.before)
    names = [*named[1].split(", "), named[2]] if named is not None else []
    homes = [next((leaf.pointer.partition("/Arguments")[0] for leaf in facts.leaves
                   if "/Arguments" in leaf.pointer and name in str(leaf.value)), None) for name in names]
    return homes[0] if homes and None not in homes and len({*homes}) == len(homes) else None


def joined(said: Said, facts: Facts) -> str | None:
    """``when both are through``: behind what runs together, behind a Map, or behind what comes one after another."""
    del said
    return first(facts.typed("Parallel", "Map")) or next(
        (f"{one.pointer}/Next" for one in facts.typed("Task") if "Next" in one.state), None)


def negated(said: Said, facts: Facts) -> str | None:
    """A negation in a condition: $not, another sign, a rule that leads to an end; "no" and "none" are also zero."""
    for leaf in [*facts.conditions(), *facts.expressions()]:
        if re.search(NEGATED + (r"|= 0\b" if said.text.lower() in ("no", "none") else ""), str(leaf.value)):
            return leaf.pointer
    if (told := told_in(said.before, said.text, said.after)) is not None:
        return first(leaf for leaf in facts.key("Message", "text", "body", "question") if told in str(leaf.value))
    asked = next(
        (
            one
            for one in facts.typed("Choice")
            if "approved" in str(one.state.get("Choices"))
            and one.machine["States"].get(one.state.get("Default"), {}).get("Type") not in ("Succeed", None)
        ),
        None,
    )
    if asked is not None and re.match(r"(?:without|no|not|never)$", said.text, re.IGNORECASE):
        return f"{asked.pointer}/Default"
    named = first(
        leaf
        for leaf in facts.conditions()
        if said.text.lower() in ("without", "not", "no") and said.text.title() in str(leaf.value)
    )
    if named is not None:  # absentWithoutExcuse
        return named
    for one in facts.typed("Choice"):
        for index, rule in enumerate(one.state.get("Choices", ())):
            if one.machine["States"].get(rule.get("Next"), {}).get("Type") == "Succeed":
                return f"{one.pointer}/Choices/{index}"
    return None


def no_retry(said: Said, facts: Facts) -> str | None:
    """``do not retry``: no Retry."""
    meant = stems(re.split(r"[.;,]", said.after)[0])
    named = [one for one in facts.typed("Task") if meant & one.names]
    return None if any(one.state.get("Retry") for one in named) else first(
        one for one in named or facts.typed("Task") if not one.state.get("Retry"))


def backoff(said: Said, facts: Facts) -> str | None:
    """``exponential backoff``: intervals that grow."""
    del said
    return first(leaf for leaf in facts.key("BackoffRate") if leaf.value != 1)


def retry_word(said: Said, facts: Facts) -> str | None:
    """``try again``: a Retry, or a circle."""
    return first(facts.key("MaxAttempts")) or circle(said, facts)


def no_answer(said: Said, facts: Facts) -> str | None:
    """``if nobody answers``: a time limit."""
    del said
    return first(facts.key("TimeoutSeconds"))


def answered(said: Said, facts: Facts) -> str | None:
    """``if approved``: a condition on the answer, or the question itself."""
    return first(leaf for leaf in facts.conditions() if "approved" in str(leaf.value)) or first(
        leaf for leaf in facts.key("Resource") if str(leaf.value).endswith(".waitForTaskToken")) or first(
        leaf for leaf in facts.conditions() if stems(said.text.split()[-1]) <= leaf.stems or (
            said.text.lower() == "if so" and "false" not in str(leaf.value)))


def never(said: Said, facts: Facts) -> None:
    """What a definition cannot say: how often in a span of time."""
    del said, facts


def shared(said: Said, facts: Facts) -> str | None:
    """``half of the amount``: an expression that reckons it."""
    del said
    return first(leaf for leaf in facts.expressions() if re.search(r"[*/] ?\d|\d ?\*", str(leaf.value)))


def caught(said: Said, facts: Facts) -> str | None:
    """``on a shipping error``: a Catch on a step of that name, or on any where none is named."""
    named = frozenset(stem(word) for word in re.findall(r"[\w-]+", said["what"]) if word.lower() not in GLUE)
    if re.match(r"[^.;]*\b(?:retr|try|again)", said.after, re.IGNORECASE):
        return first(facts.key("MaxAttempts"))
    retried_ = first(facts.key("MaxAttempts")) if re.search(
        r"\b(?:retr\w+|try|again)\b[^.;]*$", said.before, re.IGNORECASE) else None
    return retried_ or next((f"{one.pointer}/Catch" for one in facts.states if one.state.get("Catch")
                 and (not named or named & (one.names | one.stems))), None)


def all_caught(said: Said, facts: Facts) -> str | None:
    """``any failure``: a Catch on each step that is not what happens after one."""
    del said
    after = {str(catcher["Next"]) for one in facts.states for catcher in one.state.get("Catch", ())}
    tasks = [one for one in facts.typed("Task") if one.name not in reached(one.machine, *after)]
    every = bool(tasks) and all(one.state.get("Catch") for one in tasks)
    return f"{tasks[0].pointer}/Catch" if every else None


def declined(said: Said, facts: Facts) -> str | None:
    """``if the card is declined``: a condition on an answer, or a Catch."""
    caught_ = (f"{one.pointer}/Catch" for one in facts.states if one.state.get("Catch"))
    return answered(said, facts) or next(caught_, None)


def waited(said: Said, facts: Facts) -> str | None:
    """``wait``: a Wait, an interval, a time limit, a question."""
    ended = (leaf for leaf in facts.key("Resource") if ".sync" in str(leaf.value))
    return first(facts.typed("Wait")) or first(facts.key("IntervalSeconds", "TimeoutSeconds")) or answered(
        said, facts) or first(ended)


