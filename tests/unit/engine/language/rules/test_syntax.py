from __future__ import annotations

import pytest

from engine.language.expr.jsonata import compile_jsonata
from engine.language.rules.syntax import parse


def spans(text):
    compile_jsonata(text, "Condition")
    return [text[part.start:part.end] for part in parse(text).parts]


@pytest.mark.parametrize(("text", "parts"), [
    ("it's > 1", ["it's", "1"]),
    ("a/b > 2", ["a/b", "2"]),
    ("$contains(name, /a[/]b/i) and total >= 1", ["$contains(name, /a[/]b/i)", "total >= 1"]),
    ("/* why */ a.b = 'x' or c", ["a.b = 'x'", "c"]),
    ("items[price > 3] in [1..5]", ["items[price > 3]", "[1..5]"]),
])
def test_a_condition_is_cut_where_the_language_cuts_it(text, parts):
    assert spans(text) == parts
