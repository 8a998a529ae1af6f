import pytest

from connectors.mcp.tools import BadTool, definition_of, digest_of, header_value, headers_of, plain, repeated

TOOL = {"name": "say", "inputSchema": {"type": "object"}}


def schema(**properties):
    return {"inputSchema": {"type": "object", "properties": properties}}


@pytest.mark.parametrize(("text", "value"), [  # the specification's own: 2026-07-28, Value Encoding
    ("us-west1", "us-west1"), ("Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="),
    (" padded ", "=?base64?IHBhZGRlZCA=?="), ("line1\nline2", "=?base64?bGluZTEKbGluZTI=?="),
    ("=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="), ("", "=?base64??="), ("a b", "a b"),
])
def test_a_headers_value(text, value):
    assert header_value(text) == value


def test_headers_repeat_arguments_by_their_place():
    tool = schema(
        region={"type": "string", "x-mcp-header": "Region"},
        of={"type": "object", "properties": {"n": {"type": "integer", "x-mcp-header": "N"}}},
    )
    assert repeated(tool) == {"mcp-param-region": ("region",), "mcp-param-n": ("of", "n")}
    assert headers_of(tool, {"region": "us-west1", "of": {"n": 42}}) == {
        "mcp-param-region": "us-west1", "mcp-param-n": "42",
    }
    assert headers_of(tool, {"region": None, "of": "x"}) == {}
    with pytest.raises(BadTool, match="too large"):
        headers_of(tool, {"of": {"n": 2**53}})


@pytest.mark.parametrize(("tool", "says"), [
    (schema(a={"type": "string", "x-mcp-header": ""}), "no name of a header"),
    (schema(a={"type": "string", "x-mcp-header": "a b"}), "no name of a header"),
    (schema(a={"type": "string", "x-mcp-header": "a\r\nb"}), "no name of a header"),
    (schema(a={"type": "string", "x-mcp-header": 5}), "no name of a header"),
    (schema(a={"type": "number", "x-mcp-header": "A"}), "no string, integer or boolean"),
    (schema(a={"x-mcp-header": "A"}), "no string, integer or boolean"),
    (schema(a={"type": "string", "x-mcp-header": "A"}, b={"type": "string", "x-mcp-header": "a"}), "twice"),
    (schema(a={"type": "array", "items": {"type": "string", "x-mcp-header": "A"}}), "not certain"),
    (schema(a={"anyOf": [{"type": "string", "x-mcp-header": "A"}]}), "not certain"),
    ({"inputSchema": {"$defs": {"a": {"type": "string", "x-mcp-header": "A"}}}}, "not certain"),
    ({"inputSchema": {"x-mcp-header": "A"}}, "not certain"),
])
def test_a_header_that_the_specification_does_not_allow(tool, says):
    with pytest.raises(BadTool, match=says):
        repeated(tool)


def test_the_digest_is_of_what_counts():
    known = digest_of(definition_of(TOOL))
    assert digest_of(definition_of({**TOOL, "icons": [], "_meta": {}, "title": None})) == known
    assert digest_of(definition_of(dict(reversed(TOOL.items())))) == known
    for change in ({"name": "Say"}, {"title": "x"}, {"description": ""}, {"inputSchema": {}}, {"outputSchema": {}},
                   {"annotations": {"readOnlyHint": True}}):
        assert digest_of(definition_of({**TOOL, **change})) != known


def test_what_no_eye_sees_is_shown():
    assert plain("a\u202eb\u200b\x1b[31m\U000e0041\ud800 é 世\n") == (
        "a\\u{202e}b\\u{200b}\\u{1b}[31m\\u{e0041}\\u{d800} é 世\n"
    )
