import subprocess
import sys

import pytest
from pydantic import ValidationError

import connectors
from connectors import ActionSpec, ConnectorAdapter, Field


def test_everything_an_author_needs_comes_from_the_package():
    for name in connectors.__all__:
        assert getattr(connectors, name).__name__ == {"register_connector": "register"}.get(name, name)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        connectors.nothing  # noqa: B018


def test_calling_tasks_needs_no_pydantic_before_a_connector_is_used():
    code = "import sys, connectors.tasks; print(sorted({'pydantic', 'urllib3'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"


def test_plain_dicts_become_fields():
    spec = ActionSpec(inputs={"n": {"type": ["integer", "null"], "default": None}}, outputs={"m": {}})
    assert spec.inputs["n"] == Field(type=("integer", "null"), default=None)
    assert spec.inputs["n"].has_default
    assert not spec.outputs["m"].has_default
    assert (spec.kind, spec.at_most_once, spec.timeout_seconds) == ("write", False, None)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"inputs": {"a": {"typ": "string"}}}, "typ"),
        ({"inputs": {"a": {"type": "text"}}}, "type"),
        ({"inputs": {"a": {"required": True, "default": 1}}}, "'a' is required and has a default"),
        ({"kind": "both"}, "kind"),
        ({"timeout_seconds": 0}, "timeout_seconds"),
        ({"retries": 3}, "retries"),
    ],
)
def test_a_wrong_spec_is_refused_where_it_is_written(wrong, message):
    with pytest.raises(ValidationError, match=message):
        ActionSpec(**wrong)


def test_an_adapter_without_execute_says_so():
    with pytest.raises(NotImplementedError, match="ConnectorAdapter does not say how to execute go"):
        ConnectorAdapter().execute("go", {}, {})
