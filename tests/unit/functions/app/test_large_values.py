"""What is too large for Lambda goes by an address: answers and bodies."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from engine.errors import NotFound
from engine.ports.transfers import Download, Upload
from functions.app import large_values

LAMBDA_BYTES = 6_291_556
"""Of a response, as AWS Lambda's own refusal names it: "exceeded maximum allowed payload size (6291556 bytes)"."""

PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}


class MemoryTransfers:
    def __init__(self):
        self.given, self.uploads = {}, {}

    def give(self, workspace, body, *, content_type, disposition):
        href = f"https://bucket.example/{len(self.given)}"
        self.given[href] = (body, content_type, disposition)
        return Download(href, 300)

    def expect(self, workspace, size):
        name = f"{len(self.uploads):032x}"
        self.uploads[name] = size
        return Upload(name, f"https://bucket.example/{name}", {"Content-Type": "application/json"}, 300)

    def take(self, workspace, upload):
        found = self.uploads.get(upload)
        if not isinstance(found, bytes):
            raise NotFound("there is no such upload")
        return found


@pytest.fixture
def transfers(api):
    made = MemoryTransfers()
    api.services = replace(api.services, transfers=made)
    return made


def start(api, value):
    api.publish("flow", PASS)
    reply = api("POST", "/workflows/flow/executions", {"input": value, "name": "one"})
    api.work()
    return reply


def test_a_payload_that_lambda_would_not_hand_over_is_given_by_its_address(api, transfers):
    value = {"text": '"' * 4_000_000}
    start(api, value)
    reply = api("GET", "/executions/flow%3Aone/payload?part=input")
    [(href, (body, content_type, disposition))] = transfers.given.items()
    assert reply.json == {"$too_large": {"bytes": len(body), "href": href, "expires_in": 300}}
    assert (reply.status, reply.headers[large_values.TOO_LARGE]) == (200, "1")
    assert json.loads(body) == value
    assert (content_type, disposition) == ("application/json", 'attachment; filename="input.json"')
    assert "Content-Disposition" not in reply.headers


def test_what_is_unchanged_costs_no_address(api, transfers):
    start(api, {"text": "x" * 6_000_000})
    first = api("GET", "/executions/flow%3Aone/payload?part=input")
    again = api("GET", "/executions/flow%3Aone/payload?part=input", if_none_match=first.headers["ETag"])
    assert (again.status, len(transfers.given)) == (304, 1)


@pytest.mark.parametrize("text", ["x" * 5_242_000, "ä" * 870_000, '"' * 2_600_000, "\U0001f600" * 430_000])
def test_every_answer_that_goes_by_lambda_fits_however_it_is_written(text):
    """Lambda counts the JSON of the answer, in which the body is a text."""
    if not large_values.is_too_large(text):
        assert len(json.dumps({"body": text, "statusCode": 200, "headers": {"x": "y" * 8000}})) < LAMBDA_BYTES


@pytest.mark.parametrize("text", ["x" * 6_300_000, "ä" * 1_050_000, '"' * 3_150_000, "\U0001f600" * 530_000])
def test_every_body_that_lambda_would_refuse_is_seen(text):
    assert len(json.dumps({"body": text})) >= LAMBDA_BYTES
    assert large_values.is_too_large(text)


def test_on_one_machine_everything_goes_in_the_answer(api):
    value = {"text": "x" * 6_000_000}
    start(api, value)
    reply = api("GET", "/executions/flow%3Aone/payload?part=input")
    assert large_values.TOO_LARGE not in reply.headers
    assert reply.json == value
    assert api("POST", "/uploads", {"bytes": 7_000_000}).json == {
        "id": None, "href": None, "headers": {}, "expires_in": 0,
    }


def test_a_start_whose_input_was_put_elsewhere(api, transfers):
    api.publish("flow", PASS)
    upload = api("POST", "/uploads", {"bytes": 7_000_000})
    assert (upload.status, upload.json["expires_in"]) == (201, 300)
    assert upload.json["headers"] == {"Content-Type": "application/json"}
    body = json.dumps({"input": {"text": "x" * 7_000_000}, "name": "one"}).encode()
    transfers.uploads[upload.json["id"]] = body
    started = api("POST", "/workflows/flow/executions", automate_upload=upload.json["id"])
    assert (started.status, started.json["id"]) == (201, "flow:one")


def test_an_upload_that_is_not_there_and_one_that_is_refused(api, transfers):
    api.publish("flow", PASS)
    missing = api("POST", "/workflows/flow/executions", automate_upload="0" * 32)
    assert missing.status == 404
    refused = api("POST", "/uploads", {"bytes": 18 * 1024 * 1024})
    assert (refused.status, refused.error["code"]) == (413, "PayloadTooLarge")
    assert transfers.uploads == {}
