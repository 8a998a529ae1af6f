import json

import pytest

from engine.catalog.files import MAX_FILE_BYTES, place_of, read_document
from engine.errors import Diagnostic, InvalidDocument, PayloadTooLarge

DEFINITION = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}


def test_json_yaml_and_a_bare_definition_give_the_same_document():
    document = {"name": "flow", "definition": DEFINITION}
    as_json, _ = read_document(json.dumps(document).encode(), "flow.json")
    as_yaml, _ = read_document(
        b"name: flow\ndefinition:\n  StartAt: A\n  States:\n    A: {Type: Succeed}\n", "other.yaml"
    )
    assert as_json.as_written == as_yaml.as_written == document
    for filename in ("a/b/flow.asl", "a/b/flow.asl.json", "flow.asl.yaml", "flow.json"):
        assert read_document(json.dumps(DEFINITION).encode(), filename)[0].as_written == document


def test_another_name_may_be_given():
    assert read_document(json.dumps(DEFINITION).encode(), "flow.json", name="n")[0].name == "n"
    document = json.dumps({"name": "a", "definition": DEFINITION}).encode()
    assert read_document(document, "f.json", name="n")[0].name == "n"


def test_problems_of_the_document_are_placed_in_the_file():
    data = b'{\n  "name": "a b",\n  "definition": {},\n  "triggers": [\n    {"type": "post"}\n  ]\n}'
    with pytest.raises(InvalidDocument) as raised:
        read_document(data, "flow.json")
    assert [(item["where"], item["place"]) for item in raised.value.details] == [
        ("/name", "flow.json:2:3"), ("/triggers/0", "flow.json:5:5"),
    ]


@pytest.mark.parametrize(("data", "place"), [
    (b'{"name": "w",\n "at_most_once": ["X"],\n "definition": {\n  "StartAt": "A"}}',
     {"/StartAt": "f.json:4:3", "/at_most_once/0": "f.json:2:19", "/": "f.json:3:2"}),
    (b'{\n "StartAt": "A"}', {"/StartAt": "f.json:2:2", "/": "f.json:1:1"}),
])
def test_findings_are_placed_in_the_file(data, place):
    _, source = read_document(data, "f.json")
    assert {location: place_of(source, Diagnostic("C", "m", location)) for location in place} == place


@pytest.mark.parametrize(("data", "message"), [(b"{", "not valid JSON"), (b"\xff", "not UTF-8"), (b" ", "empty")])
def test_what_cannot_be_read(data, message):
    with pytest.raises(InvalidDocument, match=message):
        read_document(data, "f.json")


def test_the_largest_file():
    with pytest.raises(PayloadTooLarge, match=str(MAX_FILE_BYTES)):
        read_document(b" " * (MAX_FILE_BYTES + 1), "f.json")
