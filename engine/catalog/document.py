"""The workflow document: a definition in the Amazon States Language and what belongs to it.

A document is what people write, import, edit as a draft, publish and export. `docs/workflow-document.md` describes it
for them, `docs/workflow.schema.json` for their editors; ``python -m engine.catalog.document`` writes the latter.

The model checks the document's own shape and refuses what it does not know. It does not look into the definition: a
draft may be unfinished. `engine.catalog.publishing` lists what is wrong with a document that is to be published.

A document is given back as it was written: `as_written` keeps the author's keys in the author's order and adds no
defaults. Digests are taken over sorted keys, so that order and layout alone make no new version.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from engine.catalog.alerts import Alert
from engine.catalog.budgets import Budgets
from engine.catalog.cases import Case
from engine.catalog.input_schema import SchemaFault, check_schema
from engine.catalog.sensitive import Sensitive
from engine.catalog.studio import Studio
from engine.catalog.triggers import Trigger
from engine.catalog.wording import in_words, named
from engine.errors import InvalidDocument
from engine.ports.tasks import ConnectorPin
from engine.records import dataclass
from engine.settings import MOST_DAYS
from engine.triggers.faults import TriggerFault
from engine.values import kind_of, nests_deeper

Json = Any

NAME_PATTERN = r"^[A-Za-z0-9_-]{1,80}$"

DEEPEST = 120
"""Levels of objects and arrays: a definition may have 100. It keeps every later walk on Python's stack."""

SCHEMA_PATH = Path("docs/workflow.schema.json")


@dataclass(frozen=True, slots=True)
class _Read:
    """What a document is read from, and whether it was stored once."""

    written: dict[str, Json]
    stored: bool


class WorkflowDocument(BaseModel):
    """One workflow: its definition, how it is started and what proves it."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    schema_ref: str | None = Field(None, alias="$schema", description="For editors: where this schema is found.")
    name: str = Field(description="Letters, digits, _ and -; at most 80.", pattern=NAME_PATTERN)
    description: str = Field("", description="What the workflow does, for the people who run it.", max_length=2000)
    kind: Literal["STANDARD", "EXPRESS"] = Field(
        "STANDARD", description="STANDARD is durable; EXPRESS is at least once and takes at most 5 minutes."
    )
    definition: dict[str, Any] = Field(description="The state machine in the Amazon States Language.")
    triggers: list[Trigger] = Field(
        default_factory=list, description="What starts it, besides whoever may: webhooks, schedules, events, messages."
    )
    alerts: list[Alert] | None = Field(
        None, max_length=10,
        description="Who hears that an execution failed, is PAUSED, or is late; by default whom a setting names.",
    )
    budgets: Budgets | None = Field(
        None, description="How many executions begin in a minute or are open, and what becomes of a start beyond that."
    )
    input_schema: dict[str, Any] | None = Field(
        None, description="A JSON Schema. An execution starts only with an input that fits it."
    )
    business_key: str | None = Field(
        None, min_length=2, max_length=1024,
        description="An expression over the input that names a run: JSONata between {% %}, or a JSONPath.",
    )
    sensitive: Sensitive | None = Field(
        None, description="Fields whose values are shown only to who may reveal them, and gives a reason."
    )
    at_most_once: list[str] = Field(
        default_factory=list,
        description="Task states whose call is never repeated when its outcome is unknown: it fails instead.",
    )
    retention_days: int | None = Field(
        None, ge=1, le=MOST_DAYS,
        description="How many days an execution is kept after its end; by default what the stage's or folder's "
        "setting says.",
    )
    tags: dict[str, str] = Field(default_factory=dict, description="Labels, for lists and cost reports.")
    cases: list[Case] = Field(default_factory=list, description="Test cases; their names are unique.")
    studio: Studio | None = Field(
        None, description="What the Studio keeps beside the definition: notes and places. It makes no version."
    )

    _written: dict[str, Json] | None = PrivateAttr(None)

    def model_post_init(self, context: Any, /) -> None:
        """Keep the value the document was read from: pydantic's own dump has the model's order, not the author's."""
        self._written = context.written if isinstance(context, _Read) else None

    @property
    def as_written(self) -> dict[str, Json]:
        """The document's keys in the author's order, without defaults. Not to be changed."""
        if self._written is not None:
            return self._written
        return self.model_dump(exclude_unset=True, by_alias=True)

    @property
    def summary(self) -> str:
        """One line for lists: the description's first, else the definition's Comment."""
        comment = self.definition.get("Comment")
        text = self.description or (comment if isinstance(comment, str) else "")
        return text.strip().partition("\n")[0]

    @field_validator("input_schema")
    @classmethod
    def _is_json_schema(cls, value: dict[str, Any] | None, info: ValidationInfo) -> dict[str, Any] | None:
        if value is not None and not (isinstance(info.context, _Read) and info.context.stored):
            check_schema(value)
        return value

    @field_validator("business_key")
    @classmethod
    def _is_expression(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith("$") and not (value.startswith("{%") and value.endswith("%}")):
            raise ValueError("the business key is neither JSONata between {% and %} nor a JSONPath that begins with $")
        return value

    @model_validator(mode="after")
    def _unique_cases(self) -> WorkflowDocument:
        names = [case.name for case in self.cases]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two cases are called {name!r}")
        return self


def parse_document(
    value: Json, *, name: str | None = None, stem: str | None = None, stored: bool = False
) -> WorkflowDocument:
    """A workflow document, or a bare definition (it has StartAt or States, and no definition) made into one.

    `name` replaces the document's own; `stem`, a file's name without its ending, is used where there is none. A
    document that is `stored` may have an input schema that was taken once and is refused now: it has to be read so that
    it can be mended, and publishing refuses it.
    Raises InvalidDocument: `details` lists every problem with its JSON pointer.
    """
    if not isinstance(value, dict):
        raise InvalidDocument(f"a workflow document is a JSON object, not {kind_of(value)}", where="/")
    if is_bare_definition(value):
        value = {"name": _name_for_bare(name or stem), "definition": value}
    elif name is not None:
        value = {**value, "name": name}
    elif stem is not None and "name" not in value:
        value = {"name": stem, **value}
    _require_json(value)
    try:
        return WorkflowDocument.model_validate(value, context=_Read(value, stored))
    except ValidationError as error:
        problems = [problem for item in error.errors(include_url=False) for problem in _problems(item)]
        raise InvalidDocument.listing(problems, advice=_advice(problems)) from None


def is_bare_definition(value: Json) -> bool:
    """Whether `value` is a definition in the Amazon States Language rather than a workflow document."""
    return isinstance(value, dict) and "definition" not in value and ("StartAt" in value or "States" in value)


def canonical(document: WorkflowDocument) -> bytes:
    """The document as compact JSON in the author's order: equal bytes, equal document."""
    return _json(document.as_written, sort=False)


def rendered(document: WorkflowDocument, *, layout: bool = True) -> bytes:
    """The document as people read it: JSON, indented by two, in the author's order. `layout` False leaves out what the
    Studio keeps beside it."""
    shown = document.as_written if layout else _without_layout(document)
    return json.dumps(shown, indent=2, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def document_digest(document: WorkflowDocument) -> str:
    """SHA-256 in hex over the document with sorted keys, except the Studio's own: moving a card changes nothing."""
    return hashlib.sha256(_json(_without_layout(document), sort=True)).hexdigest()


def definition_digest(document: WorkflowDocument, pins: Mapping[str, ConnectorPin]) -> str:
    """SHA-256 in hex over all that a running execution depends on, with sorted keys.

    That is the definition, the kind, `at_most_once` and the connectors that are kept with it (`pins`): an execution
    pins this digest, so publishing a version that only drops a state from `at_most_once` must not change how an older
    run treats an unknown outcome, and one with another connector file not what an older run sends.
    """
    pinned: dict[str, Json] = {
        "definition": document.definition, "kind": document.kind, "at_most_once": sorted(document.at_most_once)
    }
    if pins:
        pinned["connectors"] = {resource: pin.name for resource, pin in pins.items()}
    return hashlib.sha256(_json(pinned, sort=True)).hexdigest()


def json_schema() -> dict[str, Json]:
    """The document's JSON Schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **WorkflowDocument.model_json_schema(by_alias=True),
    }


def _without_layout(document: WorkflowDocument) -> dict[str, Json]:
    return {name: value for name, value in document.as_written.items() if name != "studio"}


def _json(value: Json, *, sort: bool) -> bytes:
    return json.dumps(value, sort_keys=sort, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _require_json(value: dict[str, Json]) -> None:
    """Refuse what JSON cannot hold: it would be found out only when the document is stored."""
    if nests_deeper(value, DEEPEST):
        raise InvalidDocument(f"the document is nested more than {DEEPEST} levels deep", where="/")
    try:
        _json(value, sort=False)
    except (TypeError, ValueError) as error:
        raise InvalidDocument(f"the document holds what JSON cannot: {error}", where="/") from None


def _name_for_bare(name: str | None) -> str:
    if name is None:
        raise InvalidDocument(
            "a bare definition has no name", where="/",
            advice="Give one with --name, or wrap it in a workflow document.",
        )
    return name


def _problems(error: Any) -> list[tuple[tuple[str | int, ...], str]]:
    """One of pydantic's errors as paths into the document and words for its author. A trigger lists several."""
    path: tuple[str | int, ...] = error["loc"]
    if path[:1] == ("triggers",) and len(path) > 2:
        path = (*path[:2], *path[3:])  # pydantic puts the trigger's type in between
        if path[2:3] == ("public",) and len(path) > 3:  # and which of the two a form's `public` was read as
            if path[3] == "literal[False]":
                return []
            path = (*path[:3], *path[4:])
    fault = error["ctx"]["error"] if error["type"] == "value_error" else None
    if isinstance(fault, SchemaFault):
        path = (*path, *fault.path)
    if isinstance(fault, TriggerFault):
        return [((*path, *each.path), each.message) for each in fault.faults]
    return [(path, in_words(error, named(path)))]


def _advice(problems: list[tuple[tuple[str | int, ...], str]]) -> str | None:
    """The field that was probably meant by the first unknown one; what a term may be."""
    for path, message in problems:
        if path == ("retention_days",):
            return (
                f"Give a whole number of days from 1 to {MOST_DAYS}, or leave it out: then AUTOMATE_RETENTION_DAYS "
                "holds."
            )
        if len(path) == 1 and message.startswith("unknown field"):
            known = [item.alias or key for key, item in WorkflowDocument.model_fields.items()]
            close = difflib.get_close_matches(str(path[0]), known, n=1)
            return f"Did you mean {close[0]!r}?" if close else f"Known fields: {', '.join(known)}."
    return None


def _main() -> None:
    """Write the JSON Schema to the path given, ``docs/workflow.schema.json`` by default."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else SCHEMA_PATH
    path.write_text(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _main()
