"""The tests' own tree: tests/unit mirrors the code; no test knows another test, or where Python looks for modules."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
UNIT = TESTS / "unit"

SCRIPTS = sorted(
    path for folder in ("tests", "benchmarks", "tools") for path in (ROOT / folder).rglob("*.py")
    if "golden/b2403d8" not in path.as_posix()  # a program of an older release
)
PROGRAMS = {
    "benchmarks/cold_start.py": "the text of a program that loads a bundle as Lambda does: the bundle first",
    "tests/unit/infra_cdk/test_bundles.py": "likewise",
    "tests/unit/infra_cdk/test_connector_function.py": "likewise",
}
"""Files with the text of another process's program, which puts a bundle on its own path."""

PUTS = "tests/conftest.py"
"""The one place that changes the path of this process: the fixture `on_path`, which takes it back."""

MAY_CHANGE = re.compile(r"syspath_prepend|sys\s*\.\s*path|[\"']path[\"']")
"""Text without which no tree changes the path."""

TEST = re.compile(r"^\s*def (test_\w+)\(", re.MULTILINE)

PROVENANCE = re.compile(r"review|stranger|issue\d*|ticket|incident|regression|bugs?|misc|various|helpers?")
"""Words of a name that says where a test came from, or nothing."""


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def words(name: str) -> set[str]:
    return set(name.lower().split("_"))


def imported(tree: ast.AST) -> set[str]:
    """Every module that is imported, and everything that may be one."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return found


def changes_path(tree: ast.AST) -> bool:
    """Whether `sys.path` is assigned, mutated or patched."""
    return any(map(_changes_path, ast.walk(tree)))


def _changes_path(node: ast.AST) -> bool:
    match node:
        case ast.Assign(targets=targets):
            return any("sys.path" in ast.unparse(target) for target in targets)
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            return "sys.path" in ast.unparse(target)
        case ast.Call(func=function, args=given):
            named = ", ".join(map(ast.unparse, given))
            return ast.unparse(function).startswith("sys.path.") or named.startswith(("sys, 'path'", "'sys.path'"))
        case ast.Attribute(attr="syspath_prepend"):
            return True
    return False


@pytest.mark.parametrize(("text", "changed"), [
    ("import sys\nsys.path.insert(0, 'x')", True), ("import sys\nsys.path[:0] = ['x']", True),
    ("import sys\nsys.path += ['x']", True), ("import sys\nsys.path = []", True),
    ("monkeypatch.syspath_prepend('x')", True), ("monkeypatch.setattr(sys, 'path', [])", True),
    ("mock.patch('sys.path', [])", True), ("import sys\nplaces = [place for place in sys.path]", False),
])
def test_a_change_of_the_path_is_seen(text, changed):
    assert changes_path(ast.parse(text)) is changed
    assert MAY_CHANGE.search(text) or not changed


def counterpart(folder: Path) -> Path:
    return ROOT / folder.relative_to(UNIT)


def test_each_folder_of_unit_tests_has_the_folder_of_code_that_it_tests():
    folders = {path.parent for path in UNIT.rglob("*.py")} - {UNIT}
    assert [name_of(folder) for folder in sorted(folders) if not counterpart(folder).is_dir()] == []


def test_tests_unit_holds_tests_and_their_fixtures_alone():
    other = [name_of(path) for path in UNIT.rglob("*.py") if not re.fullmatch(r"test_\w+|conftest", path.stem)]
    assert other == []


def test_no_test_is_named_by_where_it_came_from():
    named = [name_of(path) for path in TESTS.rglob("test_*.py") if any(map(PROVENANCE.fullmatch, words(path.stem)))]
    for path in TESTS.rglob("test_*.py"):
        named += [
            f"{name_of(path)}::{name}" for name in TEST.findall(path.read_text(encoding="utf-8"))
            if words(name) & {"issue", "regression", "reviewer", "stranger", "bug"}
        ]
    assert named == []


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_no_test_is_imported_and_no_path_changed(path):
    tree = tree_of(path)
    tests = {name for name in imported(tree) if re.match(r"(\.*|tests\.(.*\.)?)(test_|conftest\b)", name)}
    assert tests == set()
    changed = MAY_CHANGE.search(path.read_text(encoding="utf-8")) is not None and changes_path(tree)
    assert changed is (name_of(path) == PUTS)


def test_a_program_that_changes_its_own_path_is_listed_with_its_reason():
    found = set()
    for path in SCRIPTS:
        if "sys.path" not in path.read_text(encoding="utf-8"):
            continue
        texts = [node.value for node in ast.walk(tree_of(path))
                 if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        if any(re.search(r"^[^\n]*\bsys\.path(\.\w+\(|\[[^\]]*\] *=| *\+?= )", text, re.MULTILINE) for text in texts):
            found.add(name_of(path))
    assert found - {name_of(Path(__file__))} == set(PROGRAMS)
