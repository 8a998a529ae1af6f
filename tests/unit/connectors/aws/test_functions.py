"""Lambda functions, by their ARN and by the optimised integration, over a stubbed client."""

import io
import json

import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from connectors.aws.tasks import AwsTasks
from engine.ports.tasks import TaskFailed, TaskSucceeded
from tests.support.aws_calls import make_call

ARN = "arn:aws:lambda:eu-central-1:111111111111:function:charge"
INVOKE = "arn:aws:states:::lambda:invoke"
RAISED = '{"errorMessage": "no", "errorType": "CardDeclined", "requestId": "r", "stackTrace": []}'


@pytest.fixture
def invoke(clients):
    """Answer the next invocation with `payload`; give the outcome and the event that the function got."""
    client = clients.client("lambda", 20.0)
    sent = []
    client.meta.events.register("provide-client-params.lambda.Invoke", lambda params, **_: sent.append(params))

    def make(resource, arguments, payload=b"null", **answer):
        body = StreamingBody(io.BytesIO(payload), len(payload))
        response = {
            "StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": body,
            "ResponseMetadata": {
                "HTTPStatusCode": 200, "RequestId": "r-1", "HTTPHeaders": {"content-type": "application/json"},
            },
        }
        with Stubber(client) as stub:
            stub.add_response("invoke", {**response, **answer})
            outcome = AwsTasks(clients).call(make_call(resource, arguments))
        return outcome, sent[-1]

    return make


@pytest.mark.parametrize("event", [{"amount": 5}, "text", None, [1, 2.5], {}])
def test_a_function_by_its_arn_gets_the_arguments_and_gives_its_answer(invoke, event):
    outcome, sent = invoke(ARN, event, b'{"ok": true}')
    assert outcome == TaskSucceeded({"ok": True})
    assert sent["FunctionName"] == ARN
    assert json.loads(sent["Payload"]) == event


def test_invoke_answers_with_the_payload_parsed_and_the_metadata(invoke):
    outcome, sent = invoke(INVOKE, {"FunctionName": "charge", "Payload": {"amount": 5}}, b'"done"')
    assert json.loads(sent["Payload"]) == {"amount": 5}
    assert outcome == TaskSucceeded({
        "ExecutedVersion": "$LATEST",
        "Payload": "done",
        "SdkHttpMetadata": {
            "AllHttpHeaders": {"content-type": ["application/json"]},
            "HttpHeaders": {"content-type": "application/json"},
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": {"RequestId": "r-1"},
        "StatusCode": 200,
    })


@pytest.mark.parametrize("payload", ["0", "true", '"x"', "[]"])
def test_a_text_payload_is_json_already(invoke, payload):
    _, sent = invoke(INVOKE, {"FunctionName": "charge", "Payload": payload})
    assert sent["Payload"] == payload.encode()


def test_without_a_payload_none_is_sent(invoke):
    _, sent = invoke(INVOKE, {"FunctionName": "charge", "Payload": None})
    assert "Payload" not in sent


@pytest.mark.parametrize("payload", [b"NaN", b"<html>", b"[" * 100_000], ids=["nan", "html", "deep"])
def test_an_answer_that_is_no_json_stays_text(invoke, payload):
    assert invoke(ARN, {}, payload)[0] == TaskSucceeded(payload.decode())


@pytest.mark.parametrize(("payload", "answer"), [
    (b'{"cut": "a\\ud83d", "\\udc00": [1]}', {"cut": "a\ufffd", "\ufffd": [1]}),
    (b'{"whole": "\\ud83d\\ude00", "written": "\\\\ud83d"}', {"whole": "\U0001f600", "written": "\\ud83d"}),
])
def test_half_a_surrogate_pair_in_an_answer_becomes_the_replacement_character(invoke, payload, answer):
    assert invoke(ARN, {}, payload)[0] == TaskSucceeded(answer)


def test_half_a_surrogate_pair_reaches_the_function_as_it_is(invoke):
    _, sent = invoke(ARN, {"a": "\ud800"})
    assert json.loads(sent["Payload"]) == {"a": "\ud800"}


def test_an_event_that_was_only_taken_in(invoke):
    outcome, _ = invoke(INVOKE, {"FunctionName": "charge", "InvocationType": "Event"}, b"", StatusCode=202)
    assert (outcome.output["Payload"], outcome.output["StatusCode"]) == ({}, 202)


@pytest.mark.parametrize(("resource", "arguments"), [(ARN, {}), (INVOKE, {"FunctionName": "charge"})])
def test_a_functions_own_error_is_named_by_its_class_with_the_json_as_cause(invoke, resource, arguments):
    outcome, _ = invoke(resource, arguments, RAISED.encode(), FunctionError="Unhandled")
    assert outcome == TaskFailed("CardDeclined", RAISED)


def test_a_function_that_died_without_a_class(invoke):
    payload = b'{"errorMessage": "exited"}'
    outcome, _ = invoke(ARN, {}, payload, FunctionError="Unhandled")
    assert outcome.error == "Lambda.Unknown"
    assert outcome.cause.endswith('Returned payload: {"errorMessage": "exited"}')


def test_over_the_sdk_a_payload_stays_text_and_an_error_is_an_answer(invoke):
    resource = "arn:aws:states:::aws-sdk:lambda:invoke"
    outcome, _ = invoke(resource, {"FunctionName": "charge"}, RAISED.encode(), FunctionError="Unhandled")
    assert outcome.output["Payload"] == RAISED
    assert outcome.output["FunctionError"] == "Unhandled"


@pytest.mark.parametrize(("code", "status", "error", "definite"), [
    ("ResourceNotFoundException", 404, "Lambda.ResourceNotFoundException", True),
    ("TooManyRequestsException", 429, "Lambda.TooManyRequestsException", True),
    ("ServiceException", 500, "Lambda.ServiceException", False),
    ("Odd", 400, "Lambda.AWSLambdaException", True),
])
def test_lambdas_errors(clients, code, status, error, definite):
    client = clients.client("lambda", 20.0)
    with Stubber(client) as stub:
        stub.add_client_error("invoke", code, "words", status, response_meta={"RequestId": "r-1"})
        outcome = AwsTasks(clients).call(make_call(ARN, {}))
    assert outcome == TaskFailed(
        error,
        f"words (Service: AWSLambda; Status Code: {status}; Error Code: {code}; Request ID: r-1; Proxy: null)",
        definite=definite,
    )
