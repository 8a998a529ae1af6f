"""docs/glossary.md: each term once and in order, with one line, and a place that is in the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("|") and not line.startswith(("|---", "| term "))
]


def named(body):
    """What `body` defines: the nodes of its functions, classes and variables, by name."""
    found = {}
    for node in body:
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                found[node.name] = node
            case ast.AnnAssign(target=ast.Name(id=name)):
                found[name] = node
            case ast.Assign():
                names = [part for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name)]
                found.update((part.id, node) for part in names)
    return found


def is_there(place):
    """Whether `place`, a path or a dotted name, is in the repository."""
    if "/" in place:
        return (ROOT / place).exists()
    parts = place.split(".")
    for end in range(len(parts), 0, -1):
        module = ROOT.joinpath(*parts[:end])
        if end == len(parts) and module.is_dir():
            return True
        if module.with_suffix(".py").is_file():
            body = ast.parse(module.with_suffix(".py").read_text(encoding="utf-8")).body
            for name in parts[end:]:
                node = named(body).get(name)
                if node is None:
                    return False
                body = getattr(node, "body", [])
            return True
    return False


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_term_has_a_line_and_a_place_in_the_code(row):
    term, line, place = row
    assert term
    assert line.endswith(".")
    places = re.findall(r"`([^`]+)`", place)
    assert places
    assert [name for name in places if not is_there(name)] == []


def test_terms_stand_once_and_in_order():
    terms = [term.lower() for term, *_ in ROWS]
    assert len(terms) > 40
    assert terms == sorted(set(terms))


@pytest.mark.parametrize("place", [
    "engine.no_such_module", "engine.kernel.step.no_such_function", "engine.kernel.snapshot.Frame.no_such_field",
    "engine/no_such_file.py",
])
def test_a_place_that_is_not_there_is_found_out(place):
    assert not is_there(place)
