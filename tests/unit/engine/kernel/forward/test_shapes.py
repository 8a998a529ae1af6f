"""How much of a shape is looked at."""

from __future__ import annotations

from engine.kernel.forward.shapes import BLUR, EMPTY, MOST_DEPTH, MOST_PARTS, one_of


def test_what_is_made_of_itself_again_and_again_becomes_a_blur():
    shape = EMPTY
    for _ in range(MOST_DEPTH - 1):  # as the outputs of so many Parallels of two branches in a row
        shape = one_of(frozenset({("array", (shape, shape))}))
    assert "blur" in repr(shape)
    assert repr(shape).count("object") <= MOST_PARTS


def test_a_shape_of_ordinary_size_stays_as_it_is():
    shape = ("object", tuple((str(number), EMPTY) for number in range(MOST_PARTS - 1)))
    assert one_of(frozenset({shape})) == shape
    deep = EMPTY
    for _ in range(MOST_DEPTH - 1):
        deep = ("array", (deep,))
    assert one_of(frozenset({deep})) == deep
    assert one_of(frozenset({("array", (deep,))})) == BLUR
