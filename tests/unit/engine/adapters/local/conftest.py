"""A root, a data folder in it, and what is outside."""

from __future__ import annotations

import pytest

from engine.adapters.local.file_roots import FileRoots
from tests.support.file_roots import SECRET


@pytest.fixture
def place(tmp_path):
    """A root with a file, a data folder in it and one beside it, and a file outside."""
    root = tmp_path / "root"
    (root / "in").mkdir(parents=True)
    (root / "in" / "a.csv").write_bytes(b"x\n1\n")
    (root / ".automate").mkdir()
    (root / ".automate" / "secrets.key").write_bytes(SECRET)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.csv").write_bytes(SECRET)
    return root


@pytest.fixture
def roots(place):
    return FileRoots.of([str(place)], str(place / ".automate"))
