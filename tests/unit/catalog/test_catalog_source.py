import pytest

from engine.catalog.source import MAX_SOURCE_BYTES, read_source
from engine.errors import InvalidDocument, PayloadTooLarge


def test_json_and_the_same_in_yaml():
    expected = {"a": [1, -2.5, 1e3, True, None, "x"], "b": {"c": ""}}
    assert read_source(b'{"a": [1, -2.5, 1e3, true, null, "x"], "b": {"c": ""}}') == expected
    assert read_source(b"a: [1, -2.5, 1e3, true, null, x]\nb:\n  c: ''\n") == expected


def test_a_byte_order_mark_is_no_part_of_the_document():
    assert read_source(b"\xef\xbb\xbf{}") == {}


@pytest.mark.parametrize("text", ["yes", "on", "NO", "2026-01-02", "2026-01-02T03:04:05Z", "0x10", "012", "1_000", ".5",
                                  ".inf", "True", "=", "<<"])
def test_yaml_scalars_that_json_does_not_have_are_text(text):
    assert read_source(f"value: {text}".encode()) == {"value": text}


def test_yaml_anchors_are_followed():
    value = read_source(b"one: &retry {MaxAttempts: 2}\ntwo: *retry\n")
    assert value == {"one": {"MaxAttempts": 2}, "two": {"MaxAttempts": 2}}


@pytest.mark.parametrize(("data", "message", "where"), [
    (b'{"a": 1,\n "b" 2}', "malformed JSON: Expecting ':' delimiter", "line 2, column 6"),
    (b"{", "malformed JSON", "line 1, column 2"),
    (b"a: [1\nb: 2", "malformed YAML", "line 2"),
    (b"a: 1\na: 2\n", "'a' is given twice", None),
    (b"1: x\n", "a key must be text", "line 1, column 1"),
    (b"a: !!python/object:os.system x", "malformed YAML", "line 1"),
    (b'{"a": 1, "a": 2}', "'a' is given twice", None),
    (b'{"a": NaN}', "NaN is not JSON", None),
    (b'{"a": -Infinity}', "-Infinity is not JSON", None),
    (b"\xff\xfe{}", "not UTF-8", None),
    (b" \n", "empty", None),
    (b"[" * 100_000, "nested too deeply", None),
])
def test_what_cannot_be_read_says_where(data, message, where):
    with pytest.raises(InvalidDocument) as raised:
        read_source(data)
    assert message in raised.value.message
    if where:
        assert raised.value.where.startswith(where)


def test_aliases_cannot_unfold_without_bound():
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in range(1, 12):
        bomb += f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n"
    with pytest.raises(InvalidDocument, match="unfolds to more than"):
        read_source(bomb.encode())


def test_an_alias_inside_itself_is_refused():
    with pytest.raises(InvalidDocument):
        read_source(b"a: &a\n  b: *a\n")


def test_the_largest_source():
    with pytest.raises(PayloadTooLarge, match=str(MAX_SOURCE_BYTES)):
        read_source(b" " * (MAX_SOURCE_BYTES + 1))
