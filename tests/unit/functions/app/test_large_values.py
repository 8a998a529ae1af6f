"""What is too large for Lambda goes by an address: answers and bodies."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import quote

import pytest

from connectors import ActionSpec, ConnectorAdapter, ConnectorError
from connectors.registry import Registry
from connectors.tasks import ConnectorTasks
from engine.catalog.catalog import Catalog
from engine.durable import codec
from engine.errors import NotFound
from engine.governance.resolving import SecretResolving
from engine.kernel.snapshot import SCHEMA
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


# --- no answer reads the values that it does not send


class Mint(ConnectorAdapter):
    """Gives what is large, of the size that is asked for, or fails with it."""

    code = "mint"
    name = "Mint"
    actions = {name: ActionSpec(kind="write", inputs={"n": {}, "of": {}}, id_field="id") for name in ("make", "fail")}  # noqa: RUF012

    def execute(self, action, params, context):
        if action == "fail":
            raise ConnectorError("x" * 20_000, retryable=True)
        return {"id": f"m-{params['n']}", "rows": [f"row {number}" for number in range(params["n"])], "few": [1, 2]}


def task(action, n, following, **more):
    arguments = {"n": n, "of.$": "$"}
    return {"Type": "Task", "Resource": f"connector:mint:{action}", "Parameters": arguments, "Next": following, **more}


RETRY = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}
END = {"Type": "Pass", "End": True}
MACHINE = {"StartAt": "First", "States": {
    "First": task("make", 24_000, "Both"),
    "Both": {"Type": "Parallel", "ResultPath": "$.both", "Next": "Each", "Branches": [
        {"StartAt": "Fails", "States": {
            "Fails": task("fail", 1, "End1", Retry=[RETRY], Catch=[
                {"ErrorEquals": ["States.ALL"], "Next": "End1", "ResultPath": "$.error"}
            ]), "End1": END,
        }},
        {"StartAt": "Middling", "States": {"Middling": task("make", 2_000, "End2"), "End2": END}},
    ]},
    "Each": {"Type": "Map", "ItemsPath": "$.few", "ResultPath": "$.each", "Next": "Run", "ItemProcessor": {
        "StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}},
    }},
    "Run": {"Type": "Map", "ItemsPath": "$.few", "ResultPath": "$.run", "Next": "Is it?", "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Item",
        "States": {"Item": {"Type": "Pass", "End": True}},
    }},
    "Is it?": {"Type": "Choice", "Choices": [{"Variable": "$.id", "IsPresent": True, "Next": "Last"}],
               "Default": "Last"},
    "Last": {"Type": "Pass", "End": True},
}}


@pytest.fixture(params=[3, SCHEMA])
def minted(any_api, request, monkeypatch):
    """An execution with large values in all places, a failed attempt and a caught error. Its stage writes each value
    once, or as the release before."""
    monkeypatch.setattr("engine.kernel.snapshot_codec.UNCONFIRMED", request.param)
    registry = Registry()
    registry.register(Mint)
    tasks = ConnectorTasks(registry)
    catalog = Catalog(any_api.stores.catalog, any_api.clock, tasks=tasks)
    any_api.services = replace(
        any_api.services, connectors=registry, open_catalog=lambda: catalog,
        tasks=SecretResolving(tasks, (any_api.secrets,), any_api.clock),
    )
    any_api.publish("flow", MACHINE)
    any_api("POST", "/workflows/flow/executions", {"input": {"pad": "ü" * 140_000}, "name": "one"})
    for _ in range(5):
        any_api.work()
        any_api.clock.sleep(2)
    return any_api


def answers(api):
    """All that may be asked about it, by address."""
    at = "/executions/flow%3Aone"
    found = api("GET", f"{at}/steps").json
    run = api("GET", f"{at}/map-runs").json["map_runs"][0]["arn"].rpartition(":")[2]
    events = api("GET", f"{at}/history?limit=1000").json["last_event"]
    asked = [  # a few of the many
        at, f"{at}/steps", f"{at}/steps?newest=9", f"{at}/effects", f"{at}/effects?limit=2", f"{at}/waiting",
        f"{at}/map-runs", f"{at}/map-runs/{run}", f"{at}/map-runs/{run}/executions", f"{at}/definition",
        "/workflows/flow/inputs", "/workflows/flow/inputs?state=One", "/workflows/flow/inputs?state=Middling",
        *(f"{at}/history?after={after}" for after in range(0, events, 12)),
        *(f"{at}/steps/{quote(step['id'], safe='')}" for step in found["steps"][::2]),
        *(f"{at}/explanation?state={name}" for name in ("First", "Fails", "Is+it%3F")),
        *(f"{at}/payload?part={part}&step={quote(found['steps'][3]['id'], safe='')}"
          for part in ("input", "output")),
    ]
    return {path: api("GET", path) for path in asked}


@pytest.mark.parametrize("any_api", ["sqlite"], indirect=True)
def test_answers_are_the_same_as_of_segments_that_are_read_whole(minted, monkeypatch):
    outlined = answers(minted)
    assert {reply.status for reply in outlined.values()} == {200}
    assert outlined["/executions/flow%3Aone"].json["status"] == "SUCCEEDED"
    monkeypatch.setattr(codec, "_outline_in", lambda _body: None)
    for path, reply in answers(minted).items():
        assert outlined[path].text == reply.text, path


@pytest.mark.parametrize("any_api", ["sqlite"], indirect=True)
@pytest.mark.parametrize("minted", [SCHEMA], indirect=True)
def test_a_history_that_is_read_or_forked_from_its_middle_has_the_values_of_earlier_segments(minted):
    at, after = "/executions/flow%3Aone/history", 0
    whole = minted("GET", f"{at}?limit=1000").json["events"]
    assert max(len(json.dumps(event)) for event in whole) > 250_000
    for after in range(len(whole) - 1):
        assert minted("GET", f"{at}?limit=1&after={after}").json["events"] == whole[after:after + 1]
    for event in [event["id"] for event in whole if event["type"].endswith("StateEntered")][::4]:
        fork = minted("POST", "/executions/flow%3Aone/fork", {"event": event})
        assert (fork.status, fork.json["status"]) == (201, "SUCCEEDED"), event


@pytest.mark.parametrize("any_api", ["sqlite"], indirect=True)
def test_what_is_listed_and_polled_reads_no_large_value(minted, monkeypatch):
    """The first event of the history has the input: its segment, the smallest that has a large value, is 840 KB."""
    read, loads = [], json.loads

    def counting(text, **more):
        read.append(len(text))
        return loads(text, **more)

    at = "/executions/flow%3Aone"
    run = minted("GET", f"{at}/map-runs").json["map_runs"][0]["arn"].rpartition(":")[2]
    monkeypatch.setattr(json, "loads", counting)
    for path in (
        "/executions", at, f"{at}/steps", f"{at}/steps?newest=5", f"{at}/effects", f"{at}/map-runs", f"{at}/waiting",
        f"{at}/map-runs/{run}", f"{at}/map-runs/{run}/executions", f"{at}/steps/First%231", f"{at}/definition",
        f"{at}/explanation?state=First", f"{at}/history?limit=1", "/workflows/flow/inputs",
    ):
        read.clear()
        assert minted("GET", path).status == 200
        assert sum(read) < (900_000 if "history" in path else 200_000), path


def test_where_a_small_value_is_downloaded_is_not_worked_out(monkeypatch):
    monkeypatch.setattr(large_values, "payload_address", lambda *_, **__: pytest.fail("nobody downloads it"))
    assert large_values.shown({"a": 1}, "flow:one", part="input") == {"a": 1}


def test_a_large_value_is_shown_as_its_size_and_address():
    text = "x" * (large_values.MOST_SHOWN_BYTES + 1)
    shown = large_values.shown(text, "flow:one", part="input")
    assert shown == {"$too_large": {"bytes": len(text) + 2, "href": "/executions/flow%3Aone/payload?part=input"}}
