import copy
import json
from pathlib import Path

import pytest

from connectors.declared.adapter import DeclaredConnector
from connectors.declared.form import ConnectorFile
from connectors.declared.writing import as_yaml
from connectors.openapi.document import document_of, read_document
from connectors.openapi.importing import imported
from connectors.testing import contract as run
from connectors.testing.contract import check, contract
from tests.support.api_documents import WIDGETS


@pytest.fixture
def document():
    value = copy.deepcopy(WIDGETS)
    value["paths"] = {path: value["paths"][path] for path in ("/widgets/{id}", "/widgets")}
    listed = {"type": "object", "properties": {"data": {"type": "array"}, "next": {"type": "string"}}}
    value["paths"]["/widgets"]["get"] = {
        "operationId": "list",
        "parameters": [{"name": "after", "in": "query", "schema": {"type": "string"}}],
        "responses": {"200": {"description": "", "content": {"application/json": {"schema": listed}}}},
    }
    return document_of(value, "widgets.json")


def file_of(document, **overlays):
    value = imported(document, document.name.partition(".")[0]).value
    for action, more in overlays.items():
        value["actions"][action] |= more
    return ConnectorFile.model_validate(value)


PAGING = {"kind": "cursor", "items": "/data", "input": "after", "next": "/next"}


def test_what_is_imported_keeps_the_contract(document):
    found = contract(file_of(document, list={"paging": PAGING}), document)
    assert found.table() == "widgets: 4 of 4 actions keep the contract"


@pytest.mark.parametrize(("action", "overlay", "says"), [
    ("create", {"method": "PUT"}, "the document has no such operation"),
    ("create", {"body": "form"}, "the request is not the document's"),
    ("create", {"errors": {"retryable": [500, 502, 503]}}, "429: Retriers pass"),
    ("create", {"errors": {"nothing_done": [500, 503]}}, "500: it is definite"),
    ("widgets_get", {"auth": []}, "SecurityValidationError"),
    ("widgets_get", {"answers": "any"}, None),
    ("list", {"paging": {**PAGING, "next": "/following"}}, None),
    ("list", {"paging": {**PAGING, "more": "/data"}}, "pages: "),
])
def test_what_breaks_it_is_told(document, action, overlay, says):
    found = contract(file_of(document, **{action: overlay}), document, actions=[action])
    assert [row.action for row in found.failed] == ([] if says is None else [action])
    assert says is None or says in found.table()


def test_a_connector_that_drops_an_input_or_tells_a_secret_is_found_out(document, monkeypatch):
    value = imported(document, "widgets").value
    del value["actions"]["create"]["inputs"]["size"]
    found = contract(ConnectorFile.model_validate(value), document, actions=["create"])
    assert "no input stands for the body's member size" in found.table()

    def leaking(self, action, params, context):
        import logging  # noqa: PLC0415

        logging.getLogger("leak").debug("calling with %s", params["token"])
        return execute(self, action, params, context)

    execute = DeclaredConnector.execute
    monkeypatch.setattr(DeclaredConnector, "execute", leaking)
    found = contract(file_of(document), document, actions=["list"])
    assert "the log): a secret is in it" in found.table()


@pytest.mark.parametrize(("body", "says"), [
    ({"anyOf": [{"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}}],
      "discriminator": {"propertyName": "kind", "mapping": {"a": "others.yaml#/a"}}}, "reference 'others.yaml#/a'"),
    ({"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string", "enum": [1]}}},
     "1 is not of type 'string'"),
    ({"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string", "pattern": "^\\p{L}+$"}}},
     "the pattern '^\\\\p{L}+$' is none of Python's"),
])
def test_a_schema_that_no_sample_fits_is_told_by_what_does_not_fit(body, says):
    value = copy.deepcopy(WIDGETS)
    value["paths"] = {"/widgets": {"post": {
        "operationId": "create", "requestBody": {"required": True, "content": {"application/json": {
            "schema": body,
        }}}, "responses": {"200": {"description": "", "content": {"application/json": {"schema": {}}}}},
    }}}
    document = document_of(value, "widgets.json")
    found = contract(file_of(document), document)
    assert f"no sample fits the schema of the body: {says}" in found.table()


def test_parameters_whose_names_differ_in_case_are_told_apart(document):
    document.value["paths"]["/widgets"]["get"]["parameters"] += [
        {"name": "max", "in": "query", "schema": {"type": "integer"}},
        {"name": "MAX", "in": "query", "schema": {"type": "string"}},
    ]
    assert contract(file_of(document), document, actions=["list"]).failed == ()


@pytest.mark.parametrize(("version", "schema"), [
    ("3.0.3", {"type": "string", "format": "byte"}), ("3.1.0", {"type": "string", "contentEncoding": "base64"}),
])
def test_a_body_of_text_that_stands_for_bytes_is_sent_as_that_text(version, schema):
    value = copy.deepcopy(WIDGETS)
    value["openapi"] = version
    value["paths"] = {"/widgets": {"put": {
        "operationId": "paint", "requestBody": {"required": True, "content": {"image/jpeg": {"schema": schema}}},
        "responses": {"204": {"description": ""}},
    }}}
    document = document_of(value, "widgets.json")
    file = file_of(document)
    action = file.actions["paint"]
    assert (action.body, action.content_type, action.inputs["body"].base64) == ("text", "image/jpeg", False)
    assert contract(file, document).table() == "widgets: 1 of 1 actions keep the contract"


def test_check_raises_with_every_fault(document, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "SHORT_SECONDS", 0.2)
    (tmp_path / "openapi.json").write_text(json.dumps(document.value))
    value = imported(document, "widgets").value
    (tmp_path / "widgets.yaml").write_text(as_yaml(value))
    check(tmp_path / "widgets.yaml", tmp_path / "openapi.json")
    value["actions"]["list"]["kind"] = "write"
    (tmp_path / "widgets.yaml").write_text(as_yaml(value))
    check(tmp_path / "widgets.yaml", tmp_path / "openapi.json")
    value["actions"]["list"]["path"] = "/gadgets"
    (tmp_path / "widgets.yaml").write_text(as_yaml(value))
    with pytest.raises(AssertionError, match="the document has no such operation"):
        check(tmp_path / "widgets.yaml", tmp_path / "openapi.json")


DEEP = {"type": "object", "required": ["list"], "properties": {
    "list": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer"}}}},
    "of": {"type": "object", "properties": {"on": {"type": "boolean"}, "more": {
        "type": "object", "properties": {"texts": {"type": "array", "items": {"type": "string"}}},
    }}},
    "either": {"anyOf": [{"type": "object", "properties": {"gt": {"type": "integer"}}}, {"type": "integer"}]},
}}


def deep(**changes):
    """A service that declares brackets, in a query and in a form, as Stripe does."""
    encoding = {name: {"style": "deepObject", "explode": True} for name in DEEP["properties"]}
    query = [
        {"name": name, "in": "query", "style": "deepObject", "explode": True, "schema": item}
        for name, item in DEEP["properties"].items()
    ]
    ignored = {"name": "Authorization", "in": "header", "required": True, "schema": {"type": "string"}}
    form = {"application/x-www-form-urlencoded": {"schema": DEEP, "encoding": encoding}}
    seq = {"application/json-seq": {"schema": {"type": "string"}}}
    return document_of({
        "openapi": "3.0.3", "info": {"title": "Deep", "version": "1"}, "servers": [{"url": "https://deep.example"}],
        "paths": {"/deep": {
            "parameters": [ignored],
            "get": {"operationId": "get", "parameters": query,
                    "responses": {"200": {"description": "", "content": seq}}},
            "post": {"operationId": "post", "requestBody": {"required": True, "content": form},
                     "responses": {"200": {"description": ""}}},
        }}, **changes,
    }, "deep.json")


def test_brackets_are_read_and_their_values_judged():
    document = deep()
    assert contract(file_of(document), document).table() == "deep: 2 of 2 actions keep the contract"


def test_what_is_written_otherwise_than_in_brackets_is_found_out():
    document = deep()
    value = imported(document, "deep").value
    value["actions"]["post"]["inputs"]["list"] |= {"style": None, "explode": None}
    found = contract(ConnectorFile.model_validate(value), document, actions=["post"])
    assert "the request is not the document's" in found.table()


ODD = Path(__file__).parents[3] / "support" / "odd_openapi.yaml"
"""Whatever OpenAPI 3.1 lets a document say: types in lists, every style, forms, files, oneOf, read only members."""


@pytest.mark.parametrize("actions", [
    ["getPet", "putPet", "matrix", "upload", "words", "form3", "parts"], pytest.param(None, marks=pytest.mark.full),
])
def test_what_a_document_may_say_is_imported_and_judged(actions):
    document = read_document(ODD)
    made = imported(document, "odd")
    assert made.left_out == ()
    assert contract(ConnectorFile.model_validate(made.value), document, actions=actions).failed == ()


@pytest.mark.parametrize(("action", "inputs"), [
    ("getPet", {"ids": {"style": "spaceDelimited"}}), ("getPet", {"words": {"style": None}}),
    ("matrix", {"m": {"style": "label"}}),
    ("matrix", {"l": {"explode": True}}), ("words", {"nums": {"as_json": True, "in": "query"}}),
    ("form", {"tags": {"explode": True}}), ("form", {"nested": {"style": None, "explode": None}}),
])
def test_what_is_written_in_another_style_is_found_out(action, inputs):
    document = read_document(ODD)
    value = imported(document, "odd").value
    for name, more in inputs.items():
        value["actions"][action]["inputs"][name] |= more
    found = contract(ConnectorFile.model_validate(value), document, actions=[action])
    assert [row.action for row in found.failed] == [action]
