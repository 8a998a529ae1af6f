"""The field `sensitive` of a workflow document.

Such as:

    "sensitive": {
      "input": ["/card/number"],              pointers into the input; beside them x-sensitive in the input schema
      "variables": ["/customer/email"],       the variable's name first
      "output": ["/receipt/iban"],            the execution's output
      "results": {"Look up": ["/ssn"]}        by state, what its call returned
    }

`engine.catalog.marking` says what is wrong with marks in a document that is to be published.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

from engine.errors import InvalidDocument

_POINTERS = "JSON pointers; * stands for each item or member, and the empty one for the whole value."


class Sensitive(BaseModel):
    """Which fields are sensitive."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    input: list[str] = Field(
        default_factory=list, max_length=200,
        description=f'Of the input: {_POINTERS} A schema marks with "x-sensitive": true.',
    )
    variables: list[str] = Field(
        default_factory=list, max_length=200, description="Of the variables: the name first, as in /customer/email."
    )
    output: list[str] = Field(default_factory=list, max_length=200, description="Of the execution's output.")
    results: dict[str, list[str]] = Field(
        default_factory=dict, max_length=200, description="By state, of what its call returned."
    )

    @field_validator("input", "variables", "output")
    @classmethod
    def _are_pointers(cls, value: list[str]) -> list[str]:
        return _checked(value)

    @field_validator("results")
    @classmethod
    def _hold_pointers(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        for pointers in value.values():
            _checked(pointers)
        return value


def _checked(pointers: list[str]) -> list[str]:
    from engine.language.sensitive.places import parse_pointer  # noqa: PLC0415  few documents mark anything

    for pointer in pointers:
        try:
            parse_pointer(pointer)
        except InvalidDocument as error:
            raise ValueError(" ".join(filter(None, [f"{error.message}.", error.advice]))) from None
    return pointers
