"""The actions that a draft may call: those of the connectors that are here, and the operations of AWS's services.

The engine knows no connectors: the application hands in their actions as facts, and AWS's operations as a lookup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from itertools import islice
from typing import Any, Protocol

from engine.records import dataclass

Json = Any

WAITING = ".waitForTaskToken"
MOST_FOUND = 12


@dataclass(frozen=True, slots=True)
class Input:
    """One input or output of an action. `type` is a JSON type, "" for any."""

    name: str
    type: str = ""
    required: bool = False
    secret: bool = False
    description: str = ""
    enum: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionFact:
    """One action. `resource` is the text of a Task's Resource. `inputs` is empty for an action that takes none, or
    whose inputs are not known (`open_inputs`). `waits`: somebody answers it later, by a task token. `errors` are names
    that a Retry or Catch may match. `connections` are the kinds of connection that it takes. `patterns` may be put
    behind the resource (.sync). Of each group of `one_of` a call gives one or more inputs."""

    resource: str
    title: str
    description: str = ""
    inputs: Mapping[str, Input] = field(default_factory=dict)
    outputs: Mapping[str, Input] = field(default_factory=dict)
    waits: bool = False
    open_inputs: bool = False
    errors: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()

    @property
    def bare(self) -> str:
        """The resource without .waitForTaskToken."""
        return self.resource.removesuffix(WAITING)

    @property
    def required(self) -> list[str]:
        """The names of the inputs without which each call fails."""
        return [name for name, given in self.inputs.items() if given.required]


class AwsOperations(Protocol):
    """AWS's services and their operations, as Step Functions names them in a resource."""

    def search(self, words: frozenset[str], most: int) -> list[ActionFact]:
        """The operations that fit the words best; their inputs may be left out."""
        ...

    def get(self, resource: str) -> ActionFact | None:
        """The operation that an ``arn:aws:states:::…`` resource names, without its pattern; None where there is
        none."""
        ...

    def closest(self, resource: str) -> list[str]:
        """Resources of the same service like one that is not there."""
        ...


class NoAws:
    """AwsOperations where AWS is left out."""

    def search(self, words: frozenset[str], most: int) -> list[ActionFact]:  # noqa: ARG002 - the protocol's shape
        """No operation."""
        return []

    def get(self, resource: str) -> ActionFact | None:  # noqa: ARG002 - the protocol's shape
        """None."""
        return None

    def closest(self, resource: str) -> list[str]:  # noqa: ARG002 - the protocol's shape
        """No resource."""
        return []


class Catalogue:
    """The actions by resource, found by words. `any_service` is the resource that calls any HTTP API, "" where there is
    none."""

    def __init__(
        self, actions: Iterable[ActionFact] = (), aws: AwsOperations | None = None, *, any_service: str = ""
    ) -> None:
        self.any_service = any_service
        self._actions = {action.bare: action for action in actions}
        self._aws = NoAws() if aws is None else aws

    @property
    def connectors(self) -> list[str]:
        """The codes of the connectors, sorted."""
        return sorted({resource.split(":")[1] for resource in self._actions if resource.startswith("connector:")})

    def get(self, resource: str) -> ActionFact | None:
        """The action of `resource`, with or without a pattern such as .waitForTaskToken; None where there is none."""
        if resource.startswith("arn:"):
            return self._aws.get(re.sub(r"\.(?:sync(?::2)?|waitForTaskToken)$", "", resource))
        return self._actions.get(resource.removesuffix(WAITING))

    def search(self, text: str, most: int = MOST_FOUND) -> list[ActionFact]:
        """The actions that fit the words of `text`, the best first: connectors' before AWS's operations of the same
        score. Without words, or where nothing fits, none."""
        words = words_of(text)
        if not words:
            return []
        scored = [(_score(words, fact), order, fact) for order, fact in enumerate(self._actions.values())]
        found = [fact for score, _, fact in sorted(scored, key=lambda each: (-each[0], each[1])) if score > 0][:most]
        return [*found, *self._aws.search(words, max(most - len(found), most // 3))][:most + most // 3]

    def some(self, most: int) -> list[ActionFact]:
        """The first `most` actions of connectors."""
        return list(islice(self._actions.values(), most))

    def closest(self, resource: str) -> list[str]:
        """Resources like one that is not here: for the advice of a finding."""
        if resource.startswith("arn:"):
            return self._aws.closest(resource)
        return [fact.resource for fact in self.search(re.sub(r"[^A-Za-z0-9]+", " ", resource), 4)][:4]


def words_of(text: str) -> frozenset[str]:
    """The words of `text` in lower case, ``camelCase`` and ``snake_case`` taken apart, without the shortest."""
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    return frozenset(word for word in re.findall(r"[^\W_]+", parts.lower()) if len(word) > 1 and word not in _STOP)


_STOP = frozenset([
    "connector", "arn", "aws", "states", "the", "an", "to", "of", "in", "on", "for", "with", "by", "and",
])


def _score(words: frozenset[str], fact: ActionFact) -> int:
    """Words of the resource count most, then those of the title, of the description, and of the inputs' names."""
    named, titled = words_of(fact.bare), words_of(fact.title)
    described, given = words_of(fact.description), words_of(" ".join(fact.inputs))
    score = 0
    for word in words:
        for weight, place in ((6, named), (5, titled), (3, described), (1, given)):
            if any(fits(word, other) for other in place):
                score += weight
                break
    return score


def fits(word: str, other: str) -> bool:
    """Whether two words, each as `words_of` gives them, differ by an ending at most: sends, send; charging, charge."""
    if word == other:
        return True
    shared = min(len(word), len(other))
    return shared > 3 and word[:max(4, shared - 1)] == other[:max(4, shared - 1)] and abs(len(word) - len(other)) <= 4
