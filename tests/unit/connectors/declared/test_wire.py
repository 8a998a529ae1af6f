import json
import uuid
from email import message_from_bytes
from urllib.parse import parse_qsl

import pytest

from connectors.declared.form import ConnectorFile
from connectors.declared.wire import request_of
from connectors.errors import ConnectorError

LIST = ["blue", "black", "brown"]
OBJECT = {"R": 100, "G": 200, "B": 150}

STYLES = [
    ("path", "matrix", False, "/;color=blue,black,brown", "/;color=R,100,G,200,B,150"),
    ("path", "matrix", True, "/;color=blue;color=black;color=brown", "/;R=100;G=200;B=150"),
    ("path", "label", False, "/.blue,black,brown", "/.R,100,G,200,B,150"),
    ("path", "label", True, "/.blue.black.brown", "/.R=100.G=200.B=150"),
    ("path", "simple", False, "/blue,black,brown", "/R,100,G,200,B,150"),
    ("path", "simple", True, "/blue,black,brown", "/R=100,G=200,B=150"),
    ("query", "form", False, "/?color=blue,black,brown", "/?color=R,100,G,200,B,150"),
    ("query", "form", True, "/?color=blue&color=black&color=brown", "/?R=100&G=200&B=150"),
    ("query", "spaceDelimited", False, "/?color=blue%20black%20brown", "/?color=R%20100%20G%20200%20B%20150"),
    ("query", "pipeDelimited", False, "/?color=blue%7Cblack%7Cbrown", "/?color=R%7C100%7CG%7C200%7CB%7C150"),
    ("query", "deepObject", True, None, "/?color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
]
"""The table "Style Examples" of OpenAPI 3.1.1 (4.8.12.5), for the names that it uses."""

UUID = str(uuid.uuid5(uuid.NAMESPACE_URL, "automate:key-1"))


def request(action, params, key="key-1", **file):
    whole = {"connector": 1, "code": "crm", "name": "CRM", "base_url": "https://api.example.com/v1", **file}
    made = ConnectorFile.model_validate({**whole, "actions": {"do": {"method": "GET", "path": "/", **action}}})
    return request_of(made, made.actions["do"], params, key)


@pytest.mark.parametrize(("place", "style", "explode", "as_list", "as_object"), STYLES)
def test_parameters_are_written_as_openapi_writes_them(place, style, explode, as_list, as_object):
    item = {"in": place, "style": style, "explode": explode}
    path = "/{color}" if place == "path" else "/"
    for value, expected in ((LIST, as_list), (OBJECT, as_object)):
        if expected is not None:
            made = request({"path": path, "inputs": {"color": item}}, {"color": value})
            assert made.url == "https://api.example.com/v1" + expected


@pytest.mark.parametrize(("value", "path"), [
    ("a/b", "/things/a%2Fb"), ("ä?#", "/things/%C3%A4%3F%23"), ("...", "/things/..."), (True, "/things/true"),
    (7, "/things/7"),
])
def test_a_value_stays_one_segment_of_the_path(value, path):
    made = request({"path": "/things/{id}", "inputs": {"id": {"in": "path"}}}, {"id": value})
    assert made.url == f"https://api.example.com/v1{path}"


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_value_that_would_name_another_path_is_refused(value):
    with pytest.raises(ConnectorError, match="id stands in the path") as caught:
        request({"path": "/things/{id}", "inputs": {"id": {"in": "path"}}}, {"id": value})
    assert caught.value.definite


def test_every_place_has_its_values():
    made = request(
        {
            "method": "POST", "path": "/things/{thing-id}", "headers": {"X-Version": "2"},
            "inputs": {
                "id": {"in": "path", "name": "thing-id"}, "q": {"in": "query"},
                "trace": {"in": "header", "name": "X-Trace"},
                "theme": {"in": "cookie"}, "title": {"in": "field"}, "sub": {"in": "field", "name": "sub.title"},
            },
        },
        {"id": "1", "q": "a b&c", "trace": "t", "theme": "dark;x", "title": "T", "sub": None},
    )
    assert made.url == "https://api.example.com/v1/things/1?q=a%20b%26c"
    assert {name: made.headers[name] for name in ("x-trace", "x-version", "cookie", "content-type")} == {
        "x-trace": "t", "x-version": "2", "cookie": "theme=dark%3Bx", "content-type": "application/json",
    }
    assert json.loads(made.body) == {"title": "T", "sub.title": None}


def test_a_header_cannot_be_broken_out_of():
    with pytest.raises(ConnectorError, match="no header may"):
        request({"inputs": {"trace": {"in": "header"}}}, {"trace": "a\r\nX: y"})


@pytest.mark.parametrize(("auth", "params", "name", "value"), [
    ({"kind": "bearer"}, {"token": "s"}, "authorization", "Bearer s"),
    ({"kind": "basic"}, {"username": "u", "password": "p"}, "authorization", "Basic dTpw"),
    ({"kind": "header", "name": "X-Key", "prefix": "Token "}, {"api_key": "s"}, "x-key", "Token s"),
    ({"kind": "header", "name": "X-Key", "optional": True}, {}, "x-key", None),
])
def test_authentication_goes_where_its_kind_says(auth, params, name, value):
    assert request({}, params, auth=[auth]).headers.get(name) == value


def test_a_key_of_the_query_and_several_schemes():
    auth = [{"kind": "query", "name": "key"}, {"kind": "header", "name": "X-App", "input": "app"}]
    made = request({"inputs": {"q": {"in": "query"}}}, {"api_key": "a&b", "app": "x", "q": 1}, auth=auth)
    assert made.url == "https://api.example.com/v1/?q=1&key=a%26b"
    assert made.headers["x-app"] == "x"
    assert "x-app" not in request({"auth": []}, {}, auth=auth).headers


@pytest.mark.parametrize(("idempotency", "found"), [
    ({}, ("header", "idempotency-key", "key-1")),
    ({"name": "X-Request-Id", "format": "uuid"}, ("header", "x-request-id", UUID)),
    ({"in": "query", "name": "token"}, ("query", "token", "key-1")),
    ({"in": "field", "name": "client_id"}, ("field", "client_id", "key-1")),
])
def test_the_idempotency_key_stands_where_the_service_looks_for_it(idempotency, found):
    made = request({"method": "POST", "inputs": {"a": {"in": "field"}}, "idempotency": idempotency}, {"a": 1})
    place, name, value = found
    values = {
        "header": made.headers, "query": dict(parse_qsl(made.url.partition("?")[2])), "field": json.loads(made.body),
    }
    assert values[place].get(name) == value
    again = request({"method": "POST", "inputs": {"a": {"in": "field"}}, "idempotency": idempotency}, {"a": 1})
    assert (again.url, again.headers, again.body) == (made.url, made.headers, made.body)


def test_forms_are_encoded_member_by_member():
    inputs = {
        "amount": {"in": "field"}, "tags": {"in": "field"}, "metadata": {"in": "field", "style": "deepObject"},
        "raw": {"in": "field"},
    }
    params = {"amount": 5, "tags": ["a b", "c"], "metadata": {"k": {"x": [1]}}, "raw": {"y": True}}
    made = request({"method": "POST", "body": "form", "inputs": inputs}, params)
    assert parse_qsl(made.body.decode()) == [
        ("amount", "5"), ("tags", "a b"), ("tags", "c"), ("metadata[k][x][0]", "1"), ("raw", '{"y": true}'),
    ]
    assert made.headers["content-type"] == "application/x-www-form-urlencoded"


def test_multipart_is_read_by_the_standard_librarys_mail_parser():
    inputs = {"file": {"in": "field", "base64": True}, "note": {"in": "field"}, "more": {"in": "field"}}
    params = {"file": "AP8K", "note": "grüezi", "more": {"a": 1}}
    made = request({"method": "POST", "body": "multipart", "inputs": inputs}, params)
    mail = message_from_bytes(f"Content-Type: {made.headers['content-type']}\r\n\r\n".encode() + made.body)
    parts = {part.get_param("name", header="content-disposition"): part for part in mail.get_payload()}
    assert parts["file"].get_payload(decode=True) == b"\x00\xff\n"
    assert parts["file"].get_filename() == "file"
    assert parts["note"].get_payload(decode=True) == "grüezi".encode()
    assert parts["more"].get_content_type() == "application/json"
    with pytest.raises(ConnectorError, match="base64"):
        request({"method": "POST", "body": "multipart", "inputs": inputs}, {"file": "no base64"})


@pytest.mark.parametrize(("body", "value", "sent", "kind"), [
    ("json", [1], b"[1]", "application/json"), ("text", "a", b"a", "text/plain; charset=utf-8"),
    ("form", {"a": [1, 2]}, b"a=1&a=2", "application/x-www-form-urlencoded"), ("json", "a", b'"a"', "application/json"),
])
def test_a_whole_body(body, value, sent, kind):
    made = request({"method": "POST", "body": body, "inputs": {"all": {"in": "body"}}}, {"all": value})
    assert (made.body, made.headers["content-type"]) == (sent, kind)


def test_without_members_there_is_no_body_unless_one_is_required():
    action = {"method": "POST", "inputs": {"a": {"in": "field"}}}
    assert request(action, {}).body is None
    assert request({**action, "body_required": True}, {}).body == b"{}"


def test_a_variable_of_the_address_is_one_word_of_it():
    file = {"base_url": "https://{site}.example.com/v1/", "variables": {"site": {}}}
    assert request({}, {"site": "acme"}, **file).url == "https://acme.example.com/v1/"
    for value in ("evil.com/", "a@b", "..", "a:b", ""):
        with pytest.raises(ConnectorError, match="site is part of the address"):
            request({}, {"site": value}, **file)
    listed = {"base_url": "{server}", "variables": {"server": {"enum": ["https://a.example/x"]}}}
    assert request({}, {"server": "https://a.example/x"}, **listed).url == "https://a.example/x/"


def test_a_session_in_a_cookie_stands_beside_the_cookies_of_the_call():
    auth = [{"kind": "header", "name": "Cookie", "prefix": "sid="}]
    inputs = {"seen": {"in": "cookie", "explode": False}, "theme": {"in": "cookie"}}
    made = request({"inputs": inputs}, {"seen": ["a", "b;c"], "theme": "dark", "api_key": "k"}, auth=auth)
    assert made.headers["cookie"] == "seen=a,b%3Bc; theme=dark; sid=k"


@pytest.mark.parametrize(("explode", "value"), [(False, "."), (True, ["", ""]), (True, [".", "a"][:1])])
def test_a_label_cannot_name_the_folder_above(explode, value):
    inputs = {"c": {"in": "path", "required": True, "style": "label", "explode": explode}}
    with pytest.raises(ConnectorError, match=r"c stands in the path, and cannot be \.\."):
        request({"method": "DELETE", "path": "/a/{c}/b", "inputs": inputs}, {"c": value})


def test_lists_of_a_form_are_joined_by_the_sign_of_their_style():
    inputs = {name: {"in": "field", "style": style, "explode": False} for name, style in (
        ("spaced", "spaceDelimited"), ("piped", "pipeDelimited"), ("commas", "form"),
    )}
    made = request({"method": "POST", "body": "form", "inputs": inputs}, {name: ["a b", "c"] for name in inputs})
    assert made.body == b"spaced=a%20b%20c&piped=a%20b%7Cc&commas=a%20b%2Cc"


def test_a_part_has_the_content_type_that_its_input_says():
    inputs = {"png": {"in": "field", "base64": True, "content_type": "image/png"},
              "list": {"in": "field", "as_json": True}, "xml": {"in": "field", "content_type": "text/xml"}}
    params = {"png": "AP8K", "list": [1, "a"], "xml": "<a/>"}
    made = request({"method": "POST", "body": "multipart", "inputs": inputs}, params)
    mail = message_from_bytes(f"Content-Type: {made.headers['content-type']}\r\n\r\n".encode() + made.body)
    assert [(part.get_content_type(), part.get_payload(decode=True)) for part in mail.get_payload()] == [
        ("image/png", b"\x00\xff\n"), ("application/json", b"1"), ("application/json", b'"a"'), ("text/xml", b"<a/>"),
    ]
