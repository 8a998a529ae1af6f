"""What the connector ``approval`` and who answers it agree on: how a question is written, and when it is decided.

Answers are counted in one way: so many approvals approve, and one refusal refuses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.clock import Clock
from engine.language.schema.validation import Unchecked, meta_errors
from engine.ports.people.approvals import Approvals
from engine.records import dataclass

Json = Any

APPROVED, REFUSED = "approved", "refused"
"""The decisions."""

MOST_NEEDED = 20
MOST_VALUES_BYTES = 16 * 1024
"""Of what one answer fills into the form."""
MOST_COMMENT = 4_000
"""Characters."""

ROLE = "role:"
ROLES = ("viewer", "operator", "editor", "publisher", "admin")
"""Those of engine.governance.roles, which no worker has."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What a process has to ask people with: where questions are kept, and the address of the Studio, "" where nobody
    said."""

    store: Approvals
    clock: Clock
    studio: str = ""

    def address(self, approval: str) -> str | None:
        """The page of an approval in the Studio; None where its address is not known."""
        return f"{self.studio}/approvals/{approval}" if self.studio else None


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked, and of whom. `people` are names of subjects, `roles` what suffices instead; none of both: whoever
    may answer tasks. `needed` approvals approve."""

    question: str
    details: Json
    form: Json
    people: tuple[str, ...]
    roles: tuple[str, ...]
    needed: int

    @property
    def says_who(self) -> str:
        """Who may answer, in words."""
        named = [*self.people, *(f"the role {role}" for role in self.roles)]
        return " or ".join(named) or "whoever may answer tasks (operator)"

    def decision(self, answers: Sequence[Mapping[str, Json]]) -> str | None:
        """What `answers` come to; None while more are needed."""
        given = [answer["decision"] for answer in answers]
        if REFUSED in given:
            return REFUSED
        return APPROVED if len(given) >= self.needed else None


def terms_of(arguments: Mapping[str, Json]) -> Terms:
    """What the arguments of the Task ask. Raises ValueError with a sentence for what nobody could answer."""
    given = [str(one).strip() for one in arguments.get("approvers") or ()]
    roles = tuple(one.removeprefix(ROLE) for one in given if one.startswith(ROLE))
    people = tuple(dict.fromkeys(one for one in given if one and not one.startswith(ROLE)))
    unknown = next((role for role in roles if role not in ROLES), None)
    if unknown is not None:
        raise ValueError(f"approvers: there is no role {unknown!r}; the roles are {', '.join(ROLES)}")
    if given and not (people or roles):
        raise ValueError("approvers: a name is empty")
    form = arguments.get("form")
    if form is not None:
        _check_form(form)
    return Terms(
        str(arguments.get("question", "")), arguments.get("details"), form, people, roles,
        _needed(arguments.get("needed", "any"), people, roles),
    )


def _needed(asked: Json, people: Sequence[str], roles: Sequence[str]) -> int:
    if asked == "any":
        return 1
    if asked == "all":
        if roles or not people:
            raise ValueError('needed "all" needs approvers that are named one by one: nobody knows who has a role')
        asked = len(people)
    if isinstance(asked, bool) or not isinstance(asked, int) or not 1 <= asked <= MOST_NEEDED:
        raise ValueError(f'needed is "any", "all" or a number from 1 to {MOST_NEEDED}, not {asked!r}')
    if people and not roles and asked > len(people):
        raise ValueError(f"needed is {asked}, and there are {len(people)} approvers")
    return asked


def _check_form(form: Json) -> None:
    try:
        found = meta_errors(form)
    except Unchecked as unchecked:
        raise ValueError(f"form: {unchecked}") from None
    if found:
        place = "".join(f"/{part}" for part in found[0].absolute_path)
        raise ValueError(f"form is no JSON Schema: {place or 'it'}: {found[0].message[:500]}")
