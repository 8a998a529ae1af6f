"""What the copilot may look at: functions that the application hands in. All of them only read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.catalog.cases import Case
from engine.catalog.document import WorkflowDocument
from engine.copilot.catalogue import Catalogue
from engine.errors import Diagnostic
from engine.governance.masking import Scrubber
from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class WorkflowFact:
    """A workflow of the workspace. `startable`: it has an active version and is not archived."""

    name: str
    description: str
    startable: bool
    input_schema: Json = None


@dataclass(frozen=True, slots=True)
class ConnectionFact:
    """A connection's name, its kind and the key of its SecretRef; no value of it."""

    name: str
    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Ran:
    """A case that ran, or a simulation. `states` are those entered, in order; `problem` says what came out otherwise
    than expected, None for a case that passed."""

    name: str
    status: str
    output: Json
    error: str | None
    cause: str | None
    states: tuple[str, ...]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """`problems` lists what publishing a document would refuse or warn of; `connections`, `secrets` and `workflows`
    are of the workspace, secrets by their names; `run_cases` runs cases with their stubs; `simulate` runs a document
    on an input with stubs; `execution` describes one execution with its hidden fields masked, and `forward` says how
    it would go on by a document. `known_secrets` gives the values that must not reach a model."""

    catalogue: Catalogue
    problems: Callable[[WorkflowDocument], Sequence[Diagnostic]]
    workflows: Callable[[], Sequence[WorkflowFact]]
    connections: Callable[[], Sequence[ConnectionFact]]
    secrets: Callable[[], Sequence[str]]
    run_cases: Callable[[WorkflowDocument, Sequence[Case]], Sequence[Ran]]
    simulate: Callable[[WorkflowDocument, Json, Mapping[str, Json]], Ran]
    execution: Callable[[str], Json]
    forward: Callable[[str, WorkflowDocument], str]
    known_secrets: Callable[[], Scrubber]
