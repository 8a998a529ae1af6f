"""Documents as OpenAPI allows them, and as it does not: each is imported with a word on what it is not, or refused."""

import copy
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import yaml

from connectors.declared.reading import read_file
from connectors.declared.writing import as_json
from connectors.openapi import schemas, text
from connectors.openapi.document import document_of, read_document
from connectors.openapi.importing import imported
from connectors.testing.contract import check
from engine.errors import InvalidDocument
from tests.support.api_documents import WIDGETS

ANSWERS = {"200": {"description": "d"}}


def made(paths, *, openapi="3.1.0", components=None, **more):
    value = {
        "openapi": openapi, "info": {"title": "T", "version": "1"}, "servers": [{"url": "https://a.example"}],
        "paths": paths, "components": components or {}, **more,
    }
    found = imported(document_of(value, "doc.yaml"), "doc")
    read_file(as_json(found.value), "doc.json")
    return found


def posting(schema, media="application/json", *, encoding=None, **options):
    body = {"required": True, "content": {media: {"schema": schema, "encoding": encoding}}}
    found = made({"/b": {"post": {"operationId": "p", "requestBody": body, "responses": ANSWERS}}}, **options)
    return found.value["actions"]["p"]["inputs"]


def getting(*parameters, **options):
    operation = {"operationId": "g", "parameters": list(parameters), "responses": ANSWERS}
    return made({"/a": {"get": operation}, "/z": {"get": {"operationId": "z"}}}, **options)


def mutants(value):
    """`value` with each of its parts replaced by what has another shape."""
    def places(part, at):
        yield at
        for key, one in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
            yield from places(one, (*at, key))

    for place in list(places(value, ()))[1:]:
        for bad in (None, [], {}, "x", 1, True, [None], [1], {"a": None}, {"a": []}, {"$ref": "#/nope"}):
            whole = copy.deepcopy(value)
            part = whole
            for key in place[:-1]:
                part = part[key]
            part[place[-1]] = bad
            yield whole


def test_a_part_of_another_shape_is_left_out_or_refused_never_a_stack_trace():
    tried = left_out = refused = 0
    for value in mutants(WIDGETS):
        tried += 1
        try:
            found = imported(document_of(value, "doc.yaml"), "doc")
            read_file(as_json(found.value), "doc.json")
            left_out += len(found.left_out) > 2
        except InvalidDocument as refusal:
            refused += bool(refusal.where)
    assert tried > 1500
    assert left_out > 100
    assert refused > 50


@pytest.mark.parametrize(("written", "says"), [
    ("a:\n\tb: 1", "doc.yaml:2:1: it is no YAML"), ("a: 1\na: 2", 'doc.yaml:2:1: it is no YAML: the key "a" stands'),
    ("? [a]\n: b", "a key must be text"), ("a: .nan", "JSON has no .nan"), ("a: 1e999", "JSON has no 1e999"),
    ("a: &a\n  b: *a", "an alias contains itself"), ("a: !!python/name:os.system", "could not determine a constructor"),
    ("a: " + "[" * 400 + "]" * 400, "nested more than"), ("a: 1\n---\na: 1", "another document"),
    ("\n".join(["a0: &a0 [x, x, x, x, x, x, x, x, x, x]", *(
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 9))]),
     "holds more than 5,000,000 values, mostly through aliases"),
])
def test_yaml_that_cannot_be_read_is_refused_with_its_place(written, says):
    with pytest.raises(InvalidDocument) as caught:
        text.value_of(written.encode(), "doc.yaml")
    assert says in str(caught.value)
    assert caught.value.where.startswith("doc.yaml")


def test_yaml_is_read_as_its_version_1_2():
    written = "{on: NO, 200: 2020-01-01, y: 0o17, z: 1_000, f: 1e3, t: True, n: ~, x: &x {p: 1}, m: {<<: *x, q: 2}}"
    assert text.value_of(written.encode(), "doc.yml") == {
        "on": "NO", "200": "2020-01-01", "y": 15, "z": "1_000", "f": 1000.0, "t": True, "n": None, "x": {"p": 1},
        "m": {"p": 1, "q": 2},
    }
    for encoding in ("utf-8-sig", "utf-16"):
        assert text.value_of('{"a": "ü"}'.encode(encoding), "doc.json") == {"a": "ü"}
    for written in ("{", '{"a": NaN}', '{"a": 1e999}', "[" * 100_000):
        with pytest.raises(InvalidDocument, match=r"doc\.json is"):
            text.value_of(written.encode(), "doc.json")


@pytest.mark.parametrize("ref", ["http://127.0.0.1:{port}/a.yaml#/S", "file://{file}", "other.yaml#/S"])
def test_nothing_is_fetched_whatever_a_reference_names(tmp_path, ref):
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        (tmp_path / "secret.yaml").write_text("planted: 4711")
        ref = ref.format(port=server.server_port, file=tmp_path / "secret.yaml")
        value = {
            "openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "servers": [{"url": "https://a.example"}],
            "paths": {"/a": {"get": {"operationId": "a", "responses": {
                "200": {"description": "d", "content": {"text/plain": {"schema": {"$ref": ref}}}}}}}},
        }
        (tmp_path / "doc.yaml").write_text(yaml.safe_dump(value))
        document = read_document(tmp_path / "doc.yaml")
        assert document.faults() == [f"{ref} leads out of the document; nothing is fetched"]
        (tmp_path / "file.json").write_text(as_json(imported(document, "file").value))
        check(tmp_path / "file.json", tmp_path / "doc.yaml")
    finally:
        server.shutdown()
        server.server_close()
    assert asked == []


def test_what_the_validator_cannot_follow_is_one_of_the_faults():
    value = {**WIDGETS, "paths": {"/a": {"get": {"responses": {"200": {"$ref": "#/components/responses/no"}}}}}}
    assert any("the validator ends here" in fault for fault in document_of(value, "w.yaml").faults())


def test_schemas_that_apply_themselves_are_read_once():
    components = {"schemas": {
        "Each": {"oneOf": [{"$ref": "#/components/schemas/Each"}, {"type": "string"}]},
        "All": {"allOf": [{"$ref": "#/components/schemas/All"}, {"properties": {"a": {"type": "string"}}}]},
        **{f"S{number}": {"allOf": [{"$ref": f"#/components/schemas/S{other}"} for other in range(20)]}
           for number in range(20)},
    }}
    assert posting({"$ref": "#/components/schemas/Each"}, components=components)["body"] == {
        "in": "body", "required": True,
    }
    assert list(posting({"$ref": "#/components/schemas/All"}, components=components)) == ["a"]
    assert list(posting({"$ref": "#/components/schemas/S0"}, components=components)) == ["body"]


def test_schemas_that_share_their_members_are_described_as_far_as_there_is_room(monkeypatch):
    monkeypatch.setattr(schemas, "MOST_FIELDS", 100)
    components = {"schemas": {
        f"S{number}": {"type": "object", "properties": {
            f"p{other}": {"$ref": f"#/components/schemas/S{other}"} for other in range(9)}}
        for number in range(9)
    }}
    inputs = posting({"$ref": "#/components/schemas/S0"}, components=components)
    assert list(inputs["p0"]["properties"]["p0"]["properties"]) == [f"p{number}" for number in range(9)]
    assert "properties" not in inputs["p0"]["properties"]["p0"]["properties"]["p0"]


def test_beside_a_reference_stands_what_counts_in_3_1_alone():
    components = {"schemas": {"B": {"type": "object", "properties": {"id": {"type": "integer"}}}}}
    schema = {"$ref": "#/components/schemas/B", "required": ["x"], "properties": {"x": {"type": "string"}}}
    assert list(posting(schema, components=components)) == ["id", "x"]
    assert list(posting(schema, components=components, openapi="3.0.3")) == ["id"]


@pytest.mark.parametrize("more", [
    {"patternProperties": {"^x-": {}}}, {"if": {}, "then": {"properties": {"x": {}}}},
    {"dependentSchemas": {"a": {"properties": {"x": {}}}}}, {"discriminator": {"propertyName": "a"}},
])
def test_a_body_with_members_that_nothing_names_is_one_input(more):
    assert list(posting({"type": "object", "properties": {"a": {"type": "string"}}, **more})) == ["body"]


def test_who_extends_a_schema_with_a_discriminator_has_members_of_its_own():
    base = {"type": "object", "properties": {"kind": {"type": "string"}}, "discriminator": {"propertyName": "kind"}}
    components = {"schemas": {"Base": base}}
    cat = {"allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"lives": {"type": "integer"}}}]}
    assert list(posting(cat, components=components)) == ["kind", "lives"]


def test_parts_of_a_form_are_written_as_their_encoding_says():
    schema = {"type": "object", "properties": {
        name: {"type": "array", "items": {"type": "integer"}} for name in ("json", "spaced", "piped", "plain")
    }}
    encoding = {"json": {"contentType": "application/json"}, "spaced": {"style": "spaceDelimited"},
                "piped": {"style": "pipeDelimited", "contentType": "application/json"}}
    inputs = posting(schema, "application/x-www-form-urlencoded", encoding=encoding)
    told = {name: {key: item[key] for key in ("as_json", "style", "explode") if key in item}
            for name, item in inputs.items()}
    assert told == {
        "json": {"as_json": True}, "spaced": {"style": "spaceDelimited", "explode": False},
        "piped": {"style": "pipeDelimited", "explode": False}, "plain": {},
    }
    inputs = posting(
        {"type": "object", "properties": {"png": {"type": "string", "format": "binary"}, "list": {"type": "array"},
                                          "any": {"type": "string", "format": "binary"}}},
        "multipart/form-data",
        encoding={"png": {"contentType": "image/png"}, "list": {"contentType": "application/json"},
                  "any": {"contentType": "image/*"}},
    )
    assert inputs["png"]["content_type"] == "image/png"
    assert inputs["list"]["as_json"] is True
    assert "content_type" not in inputs["any"]


def test_headers_that_follow_from_the_request_are_no_inputs_and_bad_names_are_left_out():
    def header(name):
        return {"name": name, "in": "header", "schema": {"type": "string"}}

    found = getting(*map(header, ("Host", "content-length", "Transfer-Encoding", "Connection", "X-Fine")))
    assert list(found.value["actions"]["g"]["inputs"]) == ["X_Fine"]
    assert getting(header("X Bad")).left_out == (("GET /a", "inputs/X_Bad: 'X Bad' is no name of a header"),)


def test_a_parameter_with_content_is_written_as_its_type_says():
    def parameter(media, **schema):
        return {"name": "p", "in": "query", "content": {media: {"schema": schema}}}

    assert getting(parameter("application/json")).value["actions"]["g"]["inputs"]["p"]["as_json"] is True
    for media in ("text/plain", "*/*"):
        assert "as_json" not in getting(parameter(media, type="string")).value["actions"]["g"]["inputs"]["p"]
    for one in (parameter("application/xml"), parameter("text/csv", type="array")):
        (_, why), = getting(one).left_out
        assert "the parameter p is written as" in why


def test_brackets_are_the_only_way_of_a_deep_object():
    parameter = {"name": "p", "in": "query", "style": "deepObject", "explode": False, "schema": {"type": "object"}}
    assert getting(parameter).value["actions"]["g"]["inputs"]["p"]["explode"] is True


def test_ways_to_authenticate_that_are_used_together_have_inputs_of_their_own():
    components = {"securitySchemes": {
        "a-k": {"type": "apiKey", "in": "header", "name": "X-A"}, "a_k": {"type": "apiKey", "in": "query", "name": "k"},
        "password": {"type": "apiKey", "in": "query", "name": "p"}, "z": {"type": "http", "scheme": "basic"},
        "ключ": {"type": "apiKey", "in": "header", "name": "X-B"},
        "鍵": {"type": "apiKey", "in": "header", "name": "X-C"},
        "host": {"type": "apiKey", "in": "header", "name": "Host"},
        "spaced": {"type": "apiKey", "in": "header", "name": "X Y"},
    }}

    def auth(*names):
        return getting(components=components, security=[{name: [] for name in names}]).value["auth"]

    assert [one["input"] for one in auth("a-k", "a_k")] == ["a_k", "a_k_2"]
    assert [one.get("input") for one in auth("ключ", "鍵")] == [None, "api_key_2"]
    assert auth("password", "z")[1] == {"kind": "basic", "input": "password_2", "user_input": "password_2_user"}
    for name in ("host", "spaced"):
        with pytest.raises(InvalidDocument, match=f"it is authenticated by {name}"):
            auth(name)


@pytest.mark.parametrize(("url", "variable", "kept"), [
    ("https://a.example/{v}", {"default": "api/v1"}, {"default": "api/v1", "enum": ["api/v1"]}),
    ("{v}/x", {"default": "https://a.example"}, {"default": "https://a.example", "enum": ["https://a.example"]}),
    ("https://a.example/{v}", {"default": ""}, {"default": "", "enum": [""]}),
    ("https://{v}.a.example", {"default": "eu"}, {"default": "eu"}),
    ("https://{v}.a.example", {"default": "zz", "enum": ["eu"]}, {"enum": ["eu"]}),
])
def test_a_default_of_the_address_is_called_and_nothing_beside_it_that_is_no_word(url, variable, kept):
    found = getting(servers=[{"url": url, "variables": {"v": variable}}])
    assert found.value["variables"] == {"v": kept}


def test_addresses_that_no_file_can_have_are_refused_with_what_to_do():
    assert getting(servers=[{"url": "HTTPS://a.example/V"}]).value["base_url"] == "https://a.example/V"
    for url in ("https://a.example?x=1", "https://u:p@a.example", "https://a.example/a b"):
        with pytest.raises(InvalidDocument) as caught:
            getting(servers=[{"url": url}])
        assert (caught.value.where, "--base-url" in caught.value.advice) == ("/servers", True)


@pytest.mark.parametrize("place", ["header", "query", "cookie"])
def test_an_optional_parameter_without_a_name_is_no_input_and_a_required_one_leaves_its_operation_out(place):
    unnamed = {"name": "", "in": place, "schema": {"type": "string"}}
    named = {"name": "q", "in": "query", "schema": {"type": "string"}}
    assert list(getting(unnamed, named).value["actions"]["g"]["inputs"]) == ["q"]
    found = getting({**unnamed, "required": True})
    assert found.left_out == (("GET /a", f"a parameter of its {place} has an empty name"),)


def test_a_server_of_an_operation_whose_variable_is_another_is_left_out():
    def server(host, *values):
        region = {"default": values[0], "enum": list(values)}
        return [{"url": f"https://{{region}}.{host}", "variables": {"region": region}}]

    paths = {"/a": {"get": {"operationId": "a"}},
             "/b": {"get": {"operationId": "b", "servers": server("b.ex", "x", "y")}},
             "/c": {"get": {"operationId": "c", "servers": server("c.ex", "eu", "us")}}}
    found = made(paths, servers=server("a.ex", "eu", "us"))
    assert [place for place, _ in found.left_out] == ["GET /b"]
    assert found.value["actions"]["c"]["base_url"] == "https://{region}.c.ex"


def test_operations_are_named_by_what_a_name_may_have_or_told_of():
    paths = {"/日本/{id}": {"get": {"operationId": "取得"}, "trace": {"operationId": "t"}, "parameters": [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]},
        "/a": {"get": {"operationId": "42"}, "put": {"operationId": ""}, "post": {"operationId": "42"}},
        "/b\\c": {"get": {"operationId": "back"}}}
    found = made(paths)
    assert list(found.value["actions"]) == ["id", "get_42", "post_42", "put_a"]
    assert [place for place, _ in found.left_out] == ["TRACE /日本/{id}", "GET /b\\c"]
