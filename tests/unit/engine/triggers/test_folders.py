"""Which files of a folder are heard."""

import pytest

from engine.triggers.folders import FileSeen, is_heard, key_of


@pytest.mark.parametrize(("pattern", "name", "heard"), [
    ("*", "a.csv", True), ("*.csv", "a.csv", True), ("*.csv", "a.csv.tmp", False), ("a?.csv", "ab.csv", True),
    ("a?.csv", "a.csv", False), ("[ab].csv", "a.csv", False), ("*", ".a.csv", False), ("*.csv", "A.CSV", False),
    ("*", "a\nb", True),
])
def test_a_pattern_is_of_names(pattern, name, heard):
    assert is_heard(pattern, name) is heard


def test_what_was_written_to_is_another_file():
    one = FileSeen("a", 1, 5, 0.0)
    assert len({key_of("in/a", one), key_of("in/b", one), key_of("in/a", FileSeen("a", 2, 5, 0.0)),
                key_of("in/a", FileSeen("a", 1, 6, 0.0))}) == 4
    assert key_of("in/a", one) == key_of("in/a", FileSeen("a", 1, 5, 9.0))
