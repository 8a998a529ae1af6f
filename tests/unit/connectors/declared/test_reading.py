import json

import pytest

from connectors.declared.reading import compiled, read_file
from engine.errors import InvalidDocument

GOOD = """\
connector: 1
code: crm
name: CRM
base_url: https://api.example.com/v1
auth:
  - kind: bearer
actions:
  get_contact:
    method: GET
    path: /contacts/{id}
    inputs:
      id: {in: path, type: string, required: true}
"""


def refused(text, name="crm.yaml"):
    with pytest.raises(InvalidDocument) as caught:
        read_file(text, name)
    return caught.value


def test_a_file_is_read_from_yaml_and_from_json():
    file = read_file(GOOD, "crm.yaml")
    assert file.actions["get_contact"].inputs["id"].place == "path"
    assert read_file(compiled(GOOD, "crm.yaml"), "crm.json") == file
    assert json.loads(compiled(GOOD, "crm.yaml"))["actions"]["get_contact"]["inputs"]["id"] == {
        "type": "string", "required": True, "in": "path",
    }


@pytest.mark.parametrize(("old", "new", "place", "message"), [
    ("connector: 1", "connector: 2", "crm.yaml:1:1", "it should be 1"),
    ("code: crm", "code: other", "crm.yaml:2:1", "the file is called crm, and its code is other"),
    ("name: CRM\n", "", "crm.yaml:1:1", "name is missing"),
    ("name: CRM", "name: CRM\nretries: 3", "crm.yaml:4:1", "retries is not known here"),
    ("https://api", "ftp://api", "crm.yaml:4:1", "match pattern"),
    ("https://api", "https://u:p@api", "crm.yaml:4:1", "an address has no space, user, query or fragment"),
    ("/v1", "/?v=1", "crm.yaml:4:1", "an address has no space, user, query or fragment"),
    ("method: GET", "method: GET\n    base_url: example", "crm.yaml:10:5", "is no address: write https://"),
    ("https://api", "https://{site}.api", "crm.yaml:4:1", "{site} is none of the variables"),
    ("kind: bearer", "kind: header", "crm.yaml:6:5", "auth of the kind header needs a name"),
    ("kind: bearer", "kind: bearer\n  - kind: basic", "crm.yaml:9:3", "two of auth are sent in the header Auth"),
    ("kind: bearer", "kind: bearer\n    input: id", "crm.yaml:13:7", "id is also an input for the address"),
    ("method: GET", "method: FETCH", "crm.yaml:9:5", "'GET', 'HEAD'"),
    ("get_contact:", "get contact:", "crm.yaml:8:3", "match pattern"),
    ("/{id}", "/{other}", "crm.yaml:10:5", "{other} is no input of the action"),
    ("/{id}", "", "crm.yaml:12:7", "id stands nowhere in the path"),
    ("required: true", "required: false", "crm.yaml:12:7", "id stands in the path, so it must be required"),
    ("required: true", "required: true, default: x", "crm.yaml:12:7", "is required and has a default"),
    ("type: string", "type: text", "crm.yaml:12:22", "it should be 'string'"),
    ("    inputs:", "    paging: {kind: cursor, input: id}\n    inputs:", "crm.yaml:11:5", "cursor needs next"),
    ("    inputs:", "    paging: {kind: page, input: page}\n    inputs:", "crm.yaml:11:26", "page is no input"),
    ("    inputs:", "    paging: {kind: page, input: id}\n    inputs:", "crm.yaml:11:26", "its type must be integer"),
    ("    inputs:", "    body: text\n    inputs:\n      a: {in: field}", "crm.yaml:11:5", "has no members"),
    ("    inputs:", "    inputs:\n      a: {in: field}\n      b: {in: body}", "crm.yaml:12:7", "b is the whole body"),
    ("    inputs:", "    inputs:\n      a: {in: body}\n      b: {in: body}", "crm.yaml:13:7", "the whole body already"),
    ("    inputs:", "    headers: {Host: x}\n    inputs:", "crm.yaml:11:15", "it cannot be given"),
    ("    inputs:", "    inputs:\n      host: {in: header}", "crm.yaml:12:7", "the header host follows from"),
    ("    inputs:", "    inputs:\n      a: {in: header, name: X Y}", "crm.yaml:12:7", "'X Y' is no name of a header"),
    ("    inputs:", "    idempotency: {name: X Y}\n    inputs:", "crm.yaml:11:19", "'X Y' is no name of a header"),
    ("name: CRM", "name: CRM\nerrors: {code: error.type}", "crm.yaml:4:10", "write /error/type"),
    ("name: CRM", "name: CRM\nname: CRM", "crm.yaml", "line 4, column 1"),
])
def test_a_fault_has_its_file_its_line_and_what_to_do(old, new, place, message):
    error = refused(GOOD.replace(old, new, 1))
    assert error.where == place
    assert message in error.message
    assert error.advice


def test_every_fault_is_told():
    error = refused(GOOD.replace("GET", "FETCH").replace("bearer", "none"))
    assert [item["place"] for item in error.details] == ["crm.yaml:6:5", "crm.yaml:9:5"]
    assert "(and 1 more)" in error.message


def test_a_fault_of_a_key_that_stands_in_a_nested_schema():
    text = GOOD.replace("type: string", "type: object, properties: {a: {typ: string}}")
    assert refused(text).message.startswith("crm.yaml:12:")
    assert refused(text).details[0]["location"] == "/actions/get_contact/inputs/id/properties/a/typ"


def test_one_of_two_in_a_header_may_be_done_without():
    either = GOOD.replace("kind: bearer", "kind: bearer\n    optional: true\n  - kind: basic")
    assert [one.kind for one in read_file(either, "crm.yaml").auth] == ["bearer", "basic"]
