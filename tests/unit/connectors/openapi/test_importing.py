import copy

import pytest
import yaml

from connectors.declared.reading import read_file
from connectors.declared.wire import request_of
from connectors.declared.writing import as_yaml
from connectors.openapi.difference import changes
from connectors.openapi.document import document_of, read_document
from connectors.openapi.importing import imported
from engine.errors import InvalidDocument


def taken(value, **options):
    return imported(document_of(value, "widgets.yaml", "abc"), "widgets", **options)


def test_a_document_becomes_a_file_that_is_read(widgets):
    made = taken(widgets)
    file = read_file(as_yaml(made.value), "widgets.yaml")
    assert (file.name, file.description, file.version) == ("Widgets", "All widgets.", "1.2")
    assert (file.base_url, file.variables["region"].default) == ("https://{region}.widgets.example/v1", "eu")
    assert file.imported.model_dump() == {"source": "widgets.yaml", "version": "1.2", "digest": "abc", "tags": ()}
    assert list(file.actions) == ["widgets_get", "widgets_delete", "create"]
    assert made.left_out == (
        ("PUT /upload", "it is authenticated by signed, which a connector file cannot say"),
        ("GET /search?q={q}", "its path has a query, a fragment or a space in it, or does not begin with /"),
    )


def test_an_operation_becomes_an_action(widgets):
    actions = taken(widgets).value["actions"]
    assert actions["widgets_get"] == {
        "method": "GET", "path": "/widgets/{id}", "title": "Get a widget", "success": [304], "answers": "json",
        "outputs": {
            "id": {"type": "string"}, "name": {"type": "string", "description": "Its name."},
            "size": {"type": ["number", "null"], "description": "By default 1."},
            "colour": {"type": ["string", "integer"]}, "parts": {"type": "array"}, "token": {},
        },
        "inputs": {
            "id": {"in": "path", "type": "string", "required": True},
            "fields": {"in": "query", "type": "array", "items": {"type": "string"}, "name": "fields[]"},
            "filter": {
                "in": "query", "style": "deepObject", "explode": True, "type": "object",
                "properties": {"a": {"type": "integer"}},
            },
        },
    }
    assert actions["widgets_delete"]["auth"] == []


def test_a_body_becomes_inputs_and_a_documented_key_the_idempotency(widgets):
    action = taken(widgets).value["actions"]["create"]
    assert action["idempotency"] == {"in": "header", "name": "Idempotency-Key", "format": "uuid"}
    assert action["body_required"] is True
    inputs = action["inputs"]
    assert list(inputs) == ["name", "size", "colour", "parts", "token_of_request"]
    assert inputs["name"] == {
        "in": "field", "type": "string", "maxLength": 20, "required": True, "description": "Its name.",
    }
    assert inputs["size"]["type"] == ["number", "null"]
    assert inputs["token_of_request"] == {"name": "token", "in": "field", "enum": ["a", "b"]}


def test_writes_without_a_key_are_made_at_most_once(widgets):
    made = taken(widgets)
    file = read_file(as_yaml(made.value), "widgets.yaml")
    assert [name for name, action in file.actions.items() if action.at_most_once] == ["widgets_delete"]
    assert made.without_overlay == ("widgets_get", "widgets_delete")


def test_tags_choose_and_an_unknown_one_is_refused_with_those_there_are(widgets):
    assert list(taken(widgets, tags=["widgets"]).value["actions"]) == ["widgets_get", "create"]
    with pytest.raises(InvalidDocument) as caught:
        taken(widgets, tags=["gadgets"])
    assert caught.value.advice == "Its tags are files, widgets."


@pytest.mark.parametrize(("schema", "auth"), [
    ({"type": "http", "scheme": "Basic"}, [{"kind": "basic"}]), ({"type": "oauth2", "flows": {}}, [{"kind": "bearer"}]),
    ({"type": "apiKey", "in": "query", "name": "k"}, [{"kind": "query", "name": "k"}]),
    ({"type": "apiKey", "in": "cookie", "name": "sid"}, [{"kind": "header", "name": "Cookie", "prefix": "sid="}]),
])
def test_schemes_of_authentication(widgets, schema, auth):
    widgets["components"]["securitySchemes"]["token"] = schema
    assert taken(widgets, tags=["widgets"]).value["auth"] == auth
    widgets["security"] = [{}, {"token": []}]
    assert taken(widgets, tags=["widgets"]).value["auth"] == [{**auth[0], "optional": True}]


def test_an_import_keeps_the_overlays_of_before(widgets):
    before = taken(widgets).value
    before["icon"] = "M0 0"
    before["actions"]["widgets_delete"]["idempotent"] = True
    before["actions"]["create"]["inputs"]["name"]["secret"] = True
    before["actions"]["widgets_get"]["errors"] = {"code": "/type"}
    after = taken(widgets, before=before)
    assert after.value == before
    assert after.without_overlay == ()
    assert changes(before, after.value) == []


def test_what_changed_is_told_and_what_breaks(widgets):
    before = taken(widgets).value
    later = copy.deepcopy(widgets)
    later["paths"]["/gadgets"] = {"get": {"operationId": "gadgets", "responses": {}}}
    del later["paths"]["/widgets/{id}"]["delete"]
    schema = later["components"]["schemas"]["Widget"]
    schema["required"] = ["size"]
    schema["properties"] |= {"weight": {"type": "number"}, "colour": {"type": "string"}, "token": {"enum": ["a"]}}
    del schema["properties"]["parts"]
    assert [(one.action, one.what, one.breaks) for one in changes(before, taken(later).value)] == [
        ("widgets_delete", "is gone", True),
        ("widgets_get", "the answer has parts no more", True),
        ("create", "the input parts is gone", True),
        ("create", "the input size is required now", True),
        ("create", "the input colour was string or integer and is string", True),
        ("create", "the input weight is new", False),
        ("create", "the input token_of_request takes b no more", True),
        ("gadgets", "is new", False),
    ]


def test_the_address_may_have_to_be_given(widgets):
    widgets["servers"] = [{"url": "/api"}]
    with pytest.raises(InvalidDocument, match="does not say where the service is") as caught:
        taken(widgets)
    assert "--base-url" in caught.value.advice
    assert taken(widgets, base_url="https://own.example/").value["base_url"] == "https://own.example"


@pytest.mark.parametrize(("value", "message"), [
    ({"swagger": "2.0"}, "is Swagger 2.0"), ({"openapi": "3.2.0"}, "is OpenAPI 3.2.0"), ([], "no OpenAPI document"),
    ({"openapi": "3.1.0", "paths": []}, "paths must be an object"), ({"openapi": "3.1.0"}, "has no operation"),
])
def test_what_is_no_document_of_ours_is_refused(value, message):
    with pytest.raises(InvalidDocument, match=message):
        taken(value)


def test_references_that_lead_nowhere_and_in_circles(widgets):
    widgets["components"]["schemas"]["Widget"]["properties"]["size"] = {"$ref": "#/components/schemas/None"}
    made = taken(widgets)
    assert list(made.value["actions"]) == ["widgets_delete"]  # the others need the reference
    assert "#/components/schemas/None leads nowhere" in dict(made.left_out)["POST /widgets"]
    widgets["components"]["schemas"]["Widget"] = {"$ref": "#/components/schemas/Widget"}
    assert "leads to itself" in dict(taken(widgets).left_out)["POST /widgets"]
    widgets["components"]["schemas"]["Widget"] = {"$ref": "other.yaml#/Widget"}
    assert "Bundle the document" in dict(taken(widgets).left_out)["POST /widgets"]
    with pytest.raises(InvalidDocument, match=r"other\.yaml#/Widget leads nowhere"):
        taken(widgets, tags=["widgets"])


def test_a_document_is_read_from_yaml_and_its_faults_are_told(widgets, tmp_path):
    del widgets["info"]["version"]
    (tmp_path / "w.yaml").write_text(yaml.safe_dump(widgets))
    document = read_document(tmp_path / "w.yaml")
    assert document.value == widgets
    assert any("'version' is a required property" in fault for fault in document.faults())
    (tmp_path / "w.json").write_text("{")
    with pytest.raises(InvalidDocument, match="is no JSON"):
        read_document(tmp_path / "w.json")
    with pytest.raises(InvalidDocument, match="cannot be read"):
        read_document(tmp_path / "missing.yaml")


SCHEMES = {
    "token": {"type": "http", "scheme": "bearer"}, "user": {"type": "http", "scheme": "basic"},
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "own": {"type": "apiKey", "in": "header", "name": "authorization"},
    "session": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "csrf": {"type": "apiKey", "in": "cookie", "name": "csrf"},
}


def secured(widgets, *ways):
    """The document, whose operations are authenticated in one of `ways`."""
    widgets["components"]["securitySchemes"] = copy.deepcopy(SCHEMES)
    for item in widgets["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    widgets["security"] = [{name: [] for name in way} for way in ways]
    return widgets


def sent(value):
    """The headers of a call of the first action, every input given."""
    file = read_file(as_yaml(value), "widgets.yaml")
    params = {"id": "1", "region": "eu", **{one.secret: f"of {one.secret}" for one in file.auth}}
    return request_of(file, file.actions["widgets_get"], params, "key").headers


def test_what_is_asked_for_together_is_sent_together(widgets):
    headers = sent(taken(secured(widgets, ("token", "key"))).value)
    assert (headers["authorization"], headers["x-key"]) == ("Bearer of token", "of key")
    assert sent(taken(secured(widgets, ("session", "csrf"))).value)["cookie"] == "sid=of session; csrf=of csrf"


def test_flows_that_are_asked_for_together_are_one_token(widgets):
    value = secured(widgets, ("code", "implicit"))
    value["components"]["securitySchemes"] |= {"code": {"type": "oauth2"}, "implicit": {"type": "oauth2"}}
    made = taken(value).value
    assert made["auth"] == [{"kind": "bearer"}]
    assert sent(made)["authorization"] == "Bearer of token"


@pytest.mark.parametrize(("way", "names"), [(("token", "user"), "token and user"), (("token", "own"), "own and token")])
def test_two_in_one_header_are_said_and_another_way_is_taken(widgets, way, names):
    with pytest.raises(InvalidDocument, match="no operation that can be imported") as caught:
        taken(secured(widgets, way))
    assert (
        f"it is authenticated by {names}, two of them in the header Authorization, which a request has once"
    ) in str(caught.value.details)
    assert sent(taken(secured(widgets, way, ("key",))).value)["x-key"] == "of api_key"


def test_a_key_that_stands_twice_in_json_is_refused_with_its_line(tmp_path):
    """One of the two operations would be gone without a word."""
    path = tmp_path / "widgets.json"
    path.write_text('{"openapi": "3.0.3",\n "paths": {"/a": {},\n  "/a": {"get": {}}}}')
    with pytest.raises(InvalidDocument, match=r'the key "/a" stands twice in one object, first at line 2') as caught:
        read_document(path)
    assert caught.value.where == "widgets.json:3:3"


@pytest.mark.parametrize(("closed", "found"), [(False, {"grant_type", "revoked"}), (True, {"revoked"})])
def test_a_member_that_is_required_and_not_described_is_an_input(widgets, closed, found):
    """Without one nobody could call it: box's `post_oauth2_revoke`, for one, asks for grant_type."""
    schema = {"type": "object", "required": ["grant_type"], "properties": {"revoked": {"type": "string"}}}
    schema |= {"additionalProperties": False} if closed else {}
    widgets["paths"] = {"/revoke": {"post": {
        "operationId": "revoke", "responses": {"200": {"description": "Done."}},
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}},
    }}}
    inputs = taken(widgets).value["actions"]["revoke"]["inputs"]
    assert set(inputs) == found
    assert inputs.get("grant_type") in ({"in": "field", "required": True}, None)


def test_what_the_owner_says_of_authentication_stays_where_the_document_says_nothing(widgets):
    widgets["components"].pop("securitySchemes")
    widgets.pop("security", None)
    for item in widgets["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    first = taken(widgets).value
    assert "auth" not in first
    owned = {**first, "auth": [{"kind": "bearer"}]}
    assert taken(widgets, before=owned).value["auth"] == [{"kind": "bearer"}]
    said = taken(secured(widgets, ("key",)), before=owned).value["auth"]
    assert said == [{"kind": "header", "name": "X-Key"}]
