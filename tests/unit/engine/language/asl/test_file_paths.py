"""A Path's grammar; what the file system says of it is engine.adapters.local.file_roots' matter."""

import pytest

from engine.language.asl.file_paths import path_parts, path_problem


@pytest.mark.parametrize(("path", "problem"), [
    ("a.csv", None), ("a/b", None), ("/srv/a", None), ("...", None), ("a..b/c", None), ("~", None), (".", None),
    (7, "is no text"), (None, "is no text"), ("", "is empty"), (" \n", "is empty"), ("a\0", "holds the character NUL"),
    ("\ud800", "holds half a surrogate pair"), ("a/../b", "goes up"), ("..", "goes up"), ("x" * 4096, None),
    ("x" * 4097, "has more than 4,096 characters"),
])
def test_what_a_path_may_be(path, problem):
    found = path_problem(path)
    assert found is None if problem is None else found.startswith(problem)


@pytest.mark.parametrize(("path", "parts"), [
    ("a/b", ["a", "b"]), ("/a//./b/", ["a", "b"]), (".", []), ("", []), ("...", ["..."]),
])
def test_its_parts(path, parts):
    assert path_parts(path) == parts
