"""docs/language.md names everything of the language that the code knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.language.asl.compile import _COMPILERS
from engine.language.asl.validate.failures import RESERVED_ERRORS
from engine.language.expr.intrinsic_functions import FUNCTIONS
from engine.language.expr.jsonata_functions import PURE_FUNCTIONS

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")


def _of_ours() -> Iterator[str]:
    """Every ``Automate.…`` that stands as a text in the code."""
    for folder in ("engine", "connectors"):
        for file in (ROOT / folder).rglob("*.py"):
            yield from re.findall(r'"(Automate\.[A-Za-z]+)"', file.read_text(encoding="utf-8"))


def _of_aws() -> Iterator[str]:
    """Every error of the language that stands as a text in the runtime, and every reserved one."""
    for file in (ROOT / "engine" / "runtime").rglob("*.py"):
        yield from re.findall(r'"(States\.[A-Z][A-Za-z]+)"', file.read_text(encoding="utf-8"))
    yield from RESERVED_ERRORS


@pytest.mark.parametrize("name", sorted(_COMPILERS))
def test_every_type_of_state_has_its_row(name: str) -> None:
    assert re.search(rf"^\| `{name}` \|", TEXT, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_intrinsic_is_named(name: str) -> None:
    assert f"`States.{name}`" in TEXT


@pytest.mark.parametrize("name", sorted({*PURE_FUNCTIONS, "uuid", "random"} - {"automate__unique"}))
def test_every_function_added_to_jsonata_is_named(name: str) -> None:
    assert f"`${name}`" in TEXT


@pytest.mark.parametrize("name", sorted({*_of_aws(), *_of_ours()}))
def test_every_error_has_its_row(name: str) -> None:
    assert re.search(rf"^\| .*`{re.escape(name)}`.* \| .+ \|$", TEXT, re.MULTILINE)


def test_no_intrinsic_or_error_is_named_that_there_is_not() -> None:
    named = set(re.findall(r"`(States\.[A-Za-z0-9.]+)`", TEXT))
    assert named == {f"States.{name}" for name in FUNCTIONS} | set(_of_aws())
    assert set(re.findall(r"`(Automate\.[A-Za-z]+)`", TEXT)) == set(_of_ours())
