"""What a draft may call: the actions of the connectors that are here, and AWS's common ones.

The engine knows no connectors: whoever wires the copilot hands in their actions as facts, and how sentences ask for
them as rules.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from engine.copilot.offline.asked import STOP, Rule
from engine.copilot.offline.words import stem, stems
from engine.language.asl.integrations import REQUIRED_ARGUMENTS
from engine.records import dataclass

Json = Any

WAITING = ".waitForTaskToken"


@dataclass(frozen=True, slots=True)
class Input:
    """One input of an action. `type` is a JSON type, "" for any."""

    name: str
    type: str = ""
    required: bool = False
    secret: bool = False
    description: str = ""
    enum: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionFact:
    """One action. `resource` is what a Task names; `means` the word that people say where they mean it: charge, ask."""

    resource: str
    title: str
    description: str = ""
    inputs: Mapping[str, Input] = field(default_factory=dict)
    waits: bool = False
    means: str = ""

    @property
    def product(self) -> str:
        """What its connector is called."""
        return self.title.split(" · ", maxsplit=1)[0]

    @property
    def bare(self) -> str:
        """The resource without .waitForTaskToken."""
        return self.resource.removesuffix(WAITING)


class Catalogue:
    """Actions by resource, and how sentences ask for those of connectors.

    `named_rules` are for services that are named, which beats a verb, `implied_rules` for what a verb says. `everyday`
    are codes of connectors that are words of any sentence: these are found by their rules alone, never by their names.
    `meanings` are words and the meanings of actions that they may have, `doings` words that can only be such an action:
    the words are regular expressions, and so is `foreign`, the names of products that have no connector. Of several
    actions that mean the same the first is taken, unless the sentence names another's connector.
    """

    def __init__(
        self, actions: Iterable[ActionFact] = (), *, named_rules: Sequence[Rule] = (),
        implied_rules: Sequence[Rule] = (), everyday: Collection[str] = (),
        meanings: Sequence[tuple[str, str]] = (), doings: Sequence[tuple[str, str]] = (), foreign: str = "",
    ) -> None:
        self.actions = {action.bare: action for action in (*AWS, *actions)}
        self.named_rules, self.implied_rules, self._everyday = named_rules, implied_rules, everyday
        self.meanings, self.doings = self._resources(meanings), self._resources(doings)
        self.foreign = re.compile(rf"\b(?:{foreign})\b" if foreign else r"(?!)", re.IGNORECASE)

    def _resources(self, words: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """The words, and a regular expression for the resources of what they mean; none where nothing here does."""
        found = ((form, [re.escape(one.bare) for one in self.actions.values() if one.means == meaning])
                 for form, meaning in words)
        return tuple((form, "|".join(resources)) for form, resources in found if resources)

    def spoken_of(self, text: str) -> tuple[str, ...]:
        """The codes of the connectors whose products a text in lower case names."""
        said = stems(text)
        found = {
            action.bare.split(":")[1]: action.product
            for action in self.actions.values()
            if action.bare.startswith("connector:")
        }
        return tuple(
            code
            for code, product in found.items()
            if code not in self._everyday and (stems(product) <= said or code in text.split())
        )

    def meant(self, meaning: str, text: str) -> ActionFact | None:
        """The action that means it: of the connector that `text`, in lower case, names, else the first."""
        said = stems(text)
        found = [one for one in self.actions.values() if one.means == meaning]
        return next((one for one in found if stems(one.product) <= said), next(iter(found), None))

    def get(self, resource: str) -> ActionFact | None:
        """The action of `resource`, with or without .waitForTaskToken."""
        return self.actions.get(resource.removesuffix(WAITING))

    def named(self, text: str, verb: str = "", spoken_of: Collection[str] = ()) -> ActionFact | None:
        """The connector action whose connector and action are named in `text`; for connectors the grammar has no rule
        for. The more of the action's words are there, the better; `verb` is what is done. `spoken_of` are the codes of
        the connectors that the sentence names elsewhere: an action of them is named by its own words alone. All words
        of its name must be there: Google Drive is not Google Sheets. An action whose verb is for something else, or
        whose thing is not spoken of, does not fit.
        """
        words = set(text.replace("-", " ").split())
        text = re.sub(r"\b(?:tickets?|bugs?)\b(?=.* github\b)", "issue", text)
        said, kind = stems(text), _kind_of(verb)
        done = stems(re.split(r"(?<=\w) (?:to|in|into|on|onto|for|at|with|from)\b", text)[0])
        best: tuple[int, ActionFact] | None = None
        for action in self.actions.values():
            parts = action.bare.split(":")
            if parts[0] != "connector" or parts[1] in self._everyday:
                continue
            own, name = stems(parts[2]), action.product
            is_named = parts[1].lower() in words or stems(name) <= said
            if not is_named and not (parts[1] in spoken_of and stem(verb) in own):
                continue
            first, *things = re.split("[_-]", parts[2].lower())
            does = _kind_of(first)
            if does is not None and kind is not does and first != "execute" and stem(verb) not in own:
                continue
            things = [thing for thing in things if thing not in STOP]
            within = name.split()[1:] if verb not in ("create", "make", "copy", "delete", "rename") else []
            about = done if does is _KINDS[1] and stem(verb) not in own else said
            if things and not about & stems(" ".join(things)) and not said & stems(" ".join(within)):
                continue
            score = (
                3 * (first == "execute" and kind is not None and kind is not _KINDS[0])
                + 3 * (kind is not None and kind is does)
                + 2 * len(said & own)
            )
            score += len(said & stems(" ".join(word for word in action.description.split() if len(word) > 3)))
            if best is None or score > best[0]:
                best = score, action
        return best[1] if best is not None else None


_KINDS: tuple[frozenset[str], ...] = tuple(frozenset(verbs.split()) for verbs in (
    "read get fetch load take look lookup list query select find search retrieve pull download grab",
    "create add append insert write save store put open post record make file execute raise log leave enter",
    "update change edit set mark close reopen", "delete remove clear empty cancel drop wipe erase",
))
"""Verbs that ask for the same kind of action."""


def _kind_of(verb: str) -> frozenset[str] | None:
    return next((verbs for verbs in _KINDS if verb in verbs), None)


def _aws(service: str, action: str, title: str, description: str, more: tuple[str, ...] = ()) -> ActionFact:
    required = REQUIRED_ARGUMENTS.get(f"{service}:{action}", ())
    inputs = {name: Input(name, required=True) for name in (*required, *more)}
    return ActionFact(f"arn:aws:states:::{service}:{action}", title, description, inputs)


AWS: tuple[ActionFact, ...] = (
    _aws("dynamodb", "putItem", "DynamoDB · put item", "Write an item to a table."),
    _aws("dynamodb", "getItem", "DynamoDB · get item", "Read an item of a table."),
    _aws("dynamodb", "updateItem", "DynamoDB · update item", "Change an item of a table."),
    _aws("dynamodb", "deleteItem", "DynamoDB · delete item", "Remove an item of a table."),
    _aws("sqs", "sendMessage", "SQS · send message", "Put a message on a queue."),
    _aws("sns", "publish", "SNS · publish", "Publish to a topic or a phone number.", ("TopicArn",)),
    _aws("lambda", "invoke", "Lambda · invoke", "Call a function."),
    _aws("events", "putEvents", "EventBridge · put events", "Put an event on a bus."),
    _aws("states", "startExecution", "Step Functions · start execution", "Start a workflow."),
    _aws("glue", "startJobRun", "Glue · start job run", "Start a Glue job."),
    ActionFact(
        "arn:aws:states:::aws-sdk:bedrockruntime:converse", "Bedrock · converse", "Ask a model.",
        {name: Input(name, required=True) for name in ("ModelId", "Messages")},
    ),
    ActionFact(
        "arn:aws:states:::aws-sdk:s3:putObject", "S3 · put object", "Write an object to a bucket.",
        {name: Input(name, required=True) for name in ("Bucket", "Key", "Body")},
    ),
    ActionFact(
        "arn:aws:states:::aws-sdk:s3:getObject", "S3 · get object", "Read an object of a bucket.",
        {name: Input(name, required=True) for name in ("Bucket", "Key")},
    ),
    ActionFact(
        "arn:aws:states:::aws-sdk:s3:deleteObject", "S3 · delete object", "Remove an object of a bucket.",
        {name: Input(name, required=True) for name in ("Bucket", "Key")},
    ),
)
"""What the grammar can name without a connector."""
