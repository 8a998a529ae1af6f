import time

import pytest

from connectors.builtin.http_connections import Answer
from connectors.declared.answers import next_link


def linked(header):
    return next_link(Answer(200, {"link": header}, b""))


@pytest.mark.parametrize(("header", "target"), [
    ('<https://a/x?page=2>; rel="prev next"; title="a, <b>; rel=last", <https://a/y>; rel=last', "https://a/x?page=2"),
    ("<a>; rel=next", "a"), ('<a>;REL="Next"', "a"), ("<a>; rel = next ; x", "a"), ("<a>, <b>; rel=next", "b"),
    ('<a>; title="; rel=next"', None), ("<a>; rel=prev; rel=next", None), ("<a>; rel=nextish", None), ("", None),
])
def test_the_next_page_is_the_link_whose_rel_says_so(header, target):
    assert linked(header) == target


@pytest.mark.parametrize("header", ["<x>; rel={}", "<x>;{}", '<x>; rel="{}', "<x>; rel=a; a{}"])
def test_a_link_takes_no_longer_than_its_length(header):
    """Of CPU, of which eight times the text takes eight times as much; a square would be 64 times."""
    def spent(spaces):
        text = header.format(" " * spaces)
        begun = time.process_time()
        assert linked(text) is None
        return time.process_time() - begun

    assert spent(16_000) < 20 * max(spent(2_000), 0.001)
