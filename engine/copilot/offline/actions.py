"""A clause to an action of the catalogue, by the rules of AWS's services and those that came with the catalogue.

What the words do not say is a placeholder ``TODO: …`` and a to-do; what names no way to do it (`tell the boss`) is no
action: it is left to the reader.
"""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from typing import Any

from engine.copilot.catalogue import ActionFact, Catalogue, Input
from engine.copilot.offline import aws_actions
from engine.copilot.offline.asked import TODO, Asked, Found
from engine.copilot.offline.flow import Action
from engine.copilot.offline.naming import Known
from engine.copilot.offline.words import (
    DETERMINERS,
    TRADE_VERBS,
    VERBS,
    Word,
    base_verb,
    camel,
    lower,
    stem,
    stems,
    title,
    words_of,
)

Json = Any

_SAYING = ("title", "name", "text", "body", "message")
"""Inputs that take what is quoted."""
_BLANKS: dict[str, Json] = {"number": 0, "integer": 0, "boolean": False, "array": [], "object": {}}


_GOES = re.compile(r" (?:to|into|onto) ")
"""Where something goes."""


def parse_action(words: list[Word], catalogue: Catalogue, known: Known) -> Action | None:
    """The action that a clause asks for; None where it names none of the catalogue. What a verb that is in no list does
    with a thing says the place that it goes to: ``dump the answer to the log``."""
    found = _parsed(words, catalogue, known)
    if found is not None or not words or words[0].kind != "word" or (
            _verb(words) in VERBS - TRADE_VERBS):
        return found
    if _GOES.search(lower(words)) is None:
        return None
    sent = (_parsed([*words_of(verb), *words[1:]], catalogue, known) for verb in ("send", "put", "write"))
    meant = next((one for one in sent if one is not None), None)
    clause = Asked(tuple(words), lower(words), _verb(words), known)
    return None if meant is None else replace(meant, name=_name(clause), phrase=clause.phrase)


def _parsed(words: list[Word], catalogue: Catalogue, known: Known) -> Action | None:
    clause = Asked(tuple(words), lower(words), _verb(words), known)
    own = catalogue.named(clause.text, clause.verb) if clause.verb in VERBS else None
    if own is not None and not own.means and stem(clause.verb) in stems(own.bare.split(":")[2]):
        return _action(own, Found(own.resource), clause)
    for rule in (*catalogue.named_rules, *aws_actions.RULES, *catalogue.implied_rules):
        found = rule(clause)
        if found is not None:
            fact = catalogue.get(found.resource) or catalogue.meant(found.resource, clause.text)
            if fact is not None:
                return _action(fact, found, clause)
    again = (known.connector, *known.spoken) if clause.has(r"\b(?:it|them|there)\b") else known.spoken
    named = catalogue.named(clause.text, clause.verb, again) if clause.verb in VERBS else None
    return None if named is None else _action(named, Found(named.resource), clause)


def _verb(words: list[Word]) -> str:
    return base_verb(words[0].lower) or words[0].lower if words else ""


def _action(fact: ActionFact, found: Found, clause: Asked) -> Action:
    arguments: dict[str, Json] = {}
    to_dos = [("/Arguments/" + name, text) for name, text in found.guesses.items()
              if name in fact.inputs or not fact.means]
    repository = clause.first("repository")
    for name, spec in fact.inputs.items():
        if name in found.arguments:
            arguments[name] = found.arguments[name]
        elif name in _SAYING and clause.said is not None and spec.required:
            arguments[name] = clause.said
        elif name in ("owner", "repo") and repository is not None:
            arguments[name] = repository.split("/")[name == "repo"]
        elif spec.required and spec.secret:
            key = f"{fact.bare.split(':')[-2]}_{name}".upper().replace("-", "_")
            arguments[name] = {"$secret": key}
            to_dos.append((f"/Arguments/{name}", f"Set the secret {key}, or name another. {spec.description}".strip()))
        elif spec.required:
            arguments[name] = _placeholder(spec)
            to_dos.append((f"/Arguments/{name}", f"{name}: {spec.description or 'not said'}"))
        elif spec.secret:
            advice = f'If {fact.title} needs its {name}, name a secret: {{"$secret": "KEY"}}.'
            to_dos.append((f"/Arguments/{name}", advice))
    for name, value in found.arguments.items():
        if not fact.means:  # an action of that meaning has inputs of its own
            arguments.setdefault(name, value)
    return Action(
        fact.resource, _name(clause), clause.phrase, arguments, to_dos,
        found.variable or (camel([fact.bare.split(":")[-1]]) if fact.waits else None), waits=fact.waits,
        content=found.content,
    )


def _placeholder(spec: Input) -> Json:
    if spec.type in _BLANKS:
        return copy.copy(_BLANKS[spec.type])
    return f"{TODO}{spec.description.rstrip('.') or spec.name}"


def _name(clause: Asked) -> str:
    kept = [word.text for word in clause.words if word.kind in ("word", "channel") and word.lower not in DETERMINERS]
    return title(" ".join(kept[:6]))[:60].strip() or "Step"
