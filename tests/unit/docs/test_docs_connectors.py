"""docs/connectors.md: its workflows publish without a word and do what they say."""

import json
import re
from pathlib import Path

import pytest

from connectors.checking import check_inputs
from connectors.registry import Registry
from engine.catalog.document import parse_document
from engine.catalog.states import states_of
from engine.language.asl.validate import validate
from engine.testing.simulate import simulate

PAGE = (Path(__file__).parents[3] / "docs/connectors.md").read_text(encoding="utf-8")
SAMPLES = {
    document["name"]: document for block in re.findall(r"^```json\n(\{.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for document in [json.loads(block)] if "definition" in document
}
GIVEN = {"announce_release": {"version": "1.2"}, "confirm_order": {"email": "bo@example.com", "order": "o-1"}}
POSTED = {"ok": True, "channel": "C1", "ts": "1503435956.000247"}
STUBS = {
    "connector:slack:post_message": [{"error": "slack.ConnectorError"}, {"output": POSTED}],
    "connector:slack:update_message": [{"output": POSTED}],
    "connector:email:send": [{"output": {"message_id": "<1@example.com>"}}],
}


@pytest.mark.parametrize("name", GIVEN)
def test_a_sample_is_one_that_can_be_published_and_run(name):
    document = parse_document(SAMPLES[name])
    registry = Registry(installed=tuple)
    assert validate(document.definition) == []
    for found in states_of(document.definition):
        if found.state["Type"] == "Task":
            _, code, action = found.state["Resource"].split(":")
            spec = registry.get(code).actions[action]
            given = {key: "x" if isinstance(value, dict) else value for key, value in found.state["Arguments"].items()}
            assert check_inputs(spec, given)[1] == []
    stubs = {resource: answers for resource, answers in STUBS.items() if resource in json.dumps(document.definition)}
    assert simulate(document.definition, GIVEN[name], stubs=stubs).status == "SUCCEEDED"


def test_every_sample_is_tried_and_every_action_is_named():
    assert SAMPLES.keys() == GIVEN.keys()
    for code in ("slack", "email"):
        adapter = Registry(installed=tuple).get(code)
        assert "Nobody has run it against" in adapter.description
        for action, spec in adapter.actions.items():
            assert f"`{action}`" in PAGE or f"connector:{code}:{action}`" in PAGE
            assert all(f"`{name}`" in PAGE for name, field in spec.inputs.items() if field.required)
