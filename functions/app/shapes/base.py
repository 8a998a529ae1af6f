"""What requests and answers are made of, and those that stand everywhere. Unknown fields in a request are refused: a
misspelt one would be ignored in silence.

An answer is declared once, as a model: its schema stands in OpenAPI, and `Given.of` fills it from what the engine
gives, by the names of the fields.
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from engine.language.asl.times import iso_timestamp

Json = Any

_ABSENT = object()


def _time(at: float | str | None) -> str | None:
    return iso_timestamp(at) if isinstance(at, int | float) else at


Time = Annotated[str | None, BeforeValidator(_time)]
"""ISO 8601 in UTC; the engine's epoch seconds are written so."""


class Taken(BaseModel):
    """A request: an unknown field is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class Paged(Taken):
    """A page of a list: how long, and after which."""

    limit: int = Field(100, ge=1, le=1000)
    next_token: str | None = None


class ExecutionFilters(Taken):
    """Which executions. Filters combine with AND, and have the names of engine.ports.executions_index's."""

    name: str | None = Field(None, description="With this name; with * at its end, a prefix.")
    error: str | None = Field(None, description="With this error; with * at its end, a prefix.")
    business_key: str | None = Field(None, description="With this business key; with * at its end, a prefix.")
    started_after: str | None = Field(None, description="Not before this time: ISO 8601, UTC without a zone.")
    started_before: str | None = Field(None, description="Before this time.")


class Given(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, from_attributes=True, defer_build=True)

    @classmethod
    def of(cls, found: object, **more: Json) -> Self:
        """The answer that shows `found`: its attributes have the names of the fields; `more` are those it lacks, or
        that are shown otherwise."""
        shown = {
            name: value for name in cls.__pydantic_fields__
            if name not in more and (value := getattr(found, name, _ABSENT)) is not _ABSENT
        }
        return cls.model_validate({**shown, **more})


class ConsoleAddresses(Given):
    """Where else to look, on AWS: pages of its console. Null where there is no such place."""

    cloudwatch: str | None = None
    insights: str | None = None
    xray: str | None = None


class PinnedConnector(Given):
    """A connector's action as a published version means it. Its executions keep to it."""

    resource: str
    pinned: str = Field(description="SHA-256 of what the connector's file says of it, or a package and its version.")
    now: str | None = Field(description="What a version that is published now would mean; null where it is not here.")


class Nothing(Taken):
    """No parameters."""


class ErrorDetail(Given):
    """What is wrong, where, and what to do."""

    code: str
    message: str
    where: str | None = Field(None, description="A JSON pointer, a line, a header or a field.")
    advice: str | None = None
    details: Json = None


class ErrorAnswer(Given):
    """The one shape of every error."""

    error: ErrorDetail


class Done(Given):
    """It is done."""

    ok: bool = True


class Health(Given):
    """The server answers."""

    product: str = "automate"
    status: str = "ok"
