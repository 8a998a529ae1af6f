"""docs/access.md: its matrix is what the routes declare and what was expected, its table of roles is what they hold."""

from __future__ import annotations

import re
from pathlib import Path

from engine.governance.roles import RIGHTS, Role
from functions.cli.reference import with_matrix
from functions.server.reads import FILE_BYTES, FILES_KEPT
from tests.support.matrix import ANYBODY, LEAST, NOBODY

PAGE = (Path(__file__).parents[3] / "docs" / "access.md").read_text(encoding="utf-8")
MOST_MIB = FILE_BYTES * (FILES_KEPT + 1) // 2**20


def rows(heading):
    """The cells of the table under a heading row that begins so."""
    lines = PAGE.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(heading)) + 2
    for line in lines[first:]:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


def test_the_matrix_is_current():
    assert with_matrix(PAGE) == PAGE, "run: python -m functions.cli.reference"


def test_the_matrix_is_what_users_expect():
    names = {"not signed in": NOBODY, "signed in, without a role": ANYBODY}
    listed = {}
    for role, routes in rows("| least role |"):
        for name in re.findall(r"`([^`]+)`(?=,|$)", routes):
            listed[name] = names.get(role, role)
    assert listed == LEAST


def test_the_table_of_roles_is_what_they_hold():
    held = set()
    for role, _, rights in rows("| role |"):
        held |= set(re.findall(r"`(\w+)`", rights))
        assert held == {str(right) for right in RIGHTS[Role(role)]}
