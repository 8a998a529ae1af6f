"""What the words of a condition or an argument stand for: paths of the input, and of what was called before.

That the input has such a field is a guess, and said so in a to-do.
"""

from __future__ import annotations

import re

from engine.copilot.offline.words import DETERMINERS, ENTITIES, PRONOUNS, Word, camel, singular
from engine.records import dataclass

COPULA = frozenset([
    "is", "are", "was", "were", "be", "been", "being", "has", "have", "had", "by", "of", "gets", "got", "get",
    "becomes", "become",
])
RESULTS = frozenset(["result", "results", "outcome", "response", "answer", "output", "reply"])
"""What was called before is spoken of by them."""
_TOTALED = frozenset(["order", "purchase", "booking", "basket", "cart", "reservation", "trip"])
_PEOPLE = frozenset([
    "customer", "patient", "guest", "employee", "visitor", "user", "member", "student", "applicant", "passenger",
    "subscriber", "person",
])


@dataclass(frozen=True, slots=True)
class Known:
    """What a condition or an argument may refer to.

    `entity` is what the sentence is about (order); `item` what the surrounding loop is over; `subject` the path of the
    last condition; `results` are the variables of the steps before, newest last: (name, path to its content);
    `connector` is the code of the one that was called last, `spoken` those that the text names;
    `polled` is the path to what is asked for again and again; `fetched` are the things that a step before has got, with
    the path to its answer, `judged` those of which a step before says how they are.
    """

    entity: str | None = None
    item: str | None = None
    subject: str = ""
    results: tuple[tuple[str, str], ...] = ()
    connector: str = ""
    polled: str = ""
    spoken: tuple[str, ...] = ()
    fetched: tuple[tuple[frozenset[str], str], ...] = ()
    judged: tuple[tuple[frozenset[str], str], ...] = ()


def path_of(words: list[Word], known: Known) -> str:
    """The path that a noun phrase most likely stands for: ``the customer's tier`` → ``$states.input.customer.tier``."""
    return path_to(names_in(" ".join(word.lower for word in words if word.kind == "word")), known)


def names_in(text: str) -> list[str]:
    """The names in a noun phrase, outermost first: ``the total of the order`` → order, total."""
    if match := re.match(r"^(.+?) of (.+)$", text):
        text = f"{match[2]} {match[1]}"
    names = [name.removesuffix("'s").rstrip("'") for name in text.split()]
    return [name for name in names if name and name not in DETERMINERS | PRONOUNS and name not in COPULA]


def path_to(names: list[str], known: Known) -> str:
    """The path of these names."""
    names = names or ["value"]
    head = singular(names[0])
    if known.polled and head != known.item:
        return f"{known.polled}.{camel(names)}"
    if head == known.item:
        names = names[1:]
        return "$states.input" + (f".{camel(names)}" if names else "")
    got = next((path for things, path in reversed(known.fetched) if head in things), None)
    if got is not None:
        names = names[1:] if got.endswith(".Item") else names
        return f"{got}.{camel(names)}" if names else got
    if head in ENTITIES:
        rest = f".{camel(names[1:])}" if len(names) > 1 else ""
        return f"$states.input.{camel([head])}{rest}"
    if known.results and known.results[-1][1].endswith(".Item"):
        return f"{known.results[-1][1]}.{camel(names)}"
    return f"$states.input.{camel(names)}"


def amount_of(noun: str, *, aged: bool = False) -> str:
    """What a number says of it where no word does: the total of an order, the age of a person."""
    return "total" if noun in _TOTALED else "age" if aged and noun in _PEOPLE else "amount"
