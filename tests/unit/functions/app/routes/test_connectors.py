"""What the API makes of a service's OpenAPI document, to look at."""

from __future__ import annotations

import json

import pytest

CRM = """\
openapi: 3.1.0
info: {title: CRM, version: '7'}
servers: [{url: 'https://crm.example.com/v1'}]
components: {securitySchemes: {key: {type: http, scheme: bearer}, odd: {type: mutualTLS}}}
security: [{key: []}]
paths:
  /contacts:
    get: {operationId: list_contacts, summary: Who is known.}
    post: {operationId: create_contact}
    trace: {operationId: follow}
"""


def converted(api, source=CRM, **more):
    return api("POST", "/connectors/convert", {"source": source, **more})


def test_a_document_is_shown_as_the_connector_file_that_it_gives(api):
    before = api("GET", "/connectors").json
    found = converted(api, filename="folder/crm.openapi.yaml").json
    assert (found["code"], found["name"], found["base_url"]) == ("crm", "CRM", "https://crm.example.com/v1")
    assert (found["authenticated"], found["known"], found["filename"]) == (True, False, "crm.yaml")
    assert [tuple(one.values()) for one in found["actions"]] == [
        ("list_contacts", "GET /contacts", "Who is known.", "read", False),
        ("create_contact", "POST /contacts", "", "write", True),
    ]
    assert [one["operation"] for one in found["left_out"]] == ["TRACE /contacts"]
    assert "code: crm\n" in found["text"]
    assert "create_contact" in found["text"]
    assert api("GET", "/connectors").json == before


def test_json_is_read_by_its_ending_and_a_name_is_taken_over_the_file_s(api):
    document = {"openapi": "3.0.3", "info": {"title": "D", "version": "1"}, "servers": [{"url": "https://d.example"}],
                "paths": {"/a": {"get": {"operationId": "a"}}}}
    found = converted(api, json.dumps(document), filename="api.json", name="desk").json
    assert (found["code"], found["authenticated"], found["filename"]) == ("desk", False, "desk.yaml")


@pytest.mark.parametrize(("source", "more", "status", "says"), [
    ("a: [1,", {}, 422, "it is no YAML"),
    ("swagger: '2.0'", {}, 422, "Swagger 2.0"),
    ("openapi: 3.1.0\npaths: {}", {}, 422, "has no operation"),
    (CRM, {"name": "7 up"}, 422, "no connector's code"),
    (CRM, {"name": "http"}, 409, "built in"),
])
def test_what_gives_no_connector_says_why(api, source, more, status, says):
    refused = converted(api, source, **more)
    assert refused.status == status, refused.text
    assert says in refused.error["message"]
