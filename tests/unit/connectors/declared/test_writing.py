import pytest

from connectors.declared.writing import as_json, as_yaml
from engine.language.asl.source import parse_text


@pytest.mark.parametrize("text", ["on", "no", "0o17", "1e3", "2026-11-28", "null", "~", "", "1", ".5", "a: b", "ä\n#"])
def test_text_stays_text(text):
    value = {"a": [text], text or "b": text}
    assert parse_text(as_yaml(value), name="a.yaml").value == value
    assert parse_text(as_json(value), name="a.json").value == value


def test_what_stands_twice_is_written_twice():
    shared = {"a": 1}
    assert "&" not in as_yaml({"x": shared, "y": shared})
