"""TestState: states that fail, retry and catch."""

from __future__ import annotations

import json

from engine import testing

MOCK = {"errorOutput": {"error": "Boom", "cause": "why"}}
PROCESSOR = {"StartAt": "Inner", "States": {"Inner": {"Type": "Pass", "End": True}}}


def task(**fields):
    return {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"},
            "End": True, **fields}


def respond(definition, **request):
    request = {"mock": MOCK, "inspectionLevel": "DEBUG", **request}
    return testing.test_state({"definition": definition, **request})["response"]


def test_an_error_that_nobody_takes_fails_the_state():
    response = respond(task(), inspectionLevel="INFO")
    assert response == {"status": "FAILED", "error": "Boom", "cause": "why"}


def test_a_cause_may_be_absent():
    response = respond(task(), mock={"errorOutput": {"error": "Boom"}}, inspectionLevel="INFO")
    assert response == {"status": "FAILED", "error": "Boom"}


def test_a_catcher_takes_it():
    response = respond(task(Catch=[
        {"ErrorEquals": ["Other"], "Next": "A"},
        {"ErrorEquals": ["Boom"], "Next": "B", "ResultPath": "$.error", "Assign": {"seen.$": "$.Error"}},
    ]), input={"a": 1})
    assert (response["status"], response["nextState"]) == ("CAUGHT_ERROR", "B")
    assert json.loads(response["output"]) == {"a": 1, "error": {"Error": "Boom", "Cause": "why"}}
    assert (response["error"], response["cause"]) == ("Boom", "why")
    data = response["inspectionData"]
    assert data["errorDetails"] == {"catchIndex": 1}
    assert data["variables"] == '{"seen":"Boom"}'
    assert "result" not in data


def test_a_retrier_comes_before_the_catchers():
    retry = [{"ErrorEquals": ["Other"]}, {"ErrorEquals": ["Boom"], "IntervalSeconds": 3, "BackoffRate": 2}]
    state = task(Retry=retry, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "B"}])
    response = respond(state, stateConfiguration={"retrierRetryCount": 2})
    assert (response["status"], response["error"], response["cause"]) == ("RETRIABLE", "Boom", "why")
    assert response["inspectionData"]["errorDetails"] == {"retryIndex": 1, "retryBackoffIntervalSeconds": 12}
    assert "output" not in response
    assert "nextState" not in response


def test_a_used_up_retrier_leaves_the_error_to_the_catchers():
    state = task(Retry=[{"ErrorEquals": ["Boom"], "MaxAttempts": 1}], Catch=[{"ErrorEquals": ["Boom"], "Next": "B"}])
    response = respond(state, stateConfiguration={"retrierRetryCount": 1})
    assert response["status"] == "CAUGHT_ERROR"
    assert response["inspectionData"]["errorDetails"] == {"retryIndex": 0, "catchIndex": 0}


def test_the_retry_count_is_in_the_context():
    state = task(Parameters={"FunctionName": "f", "Payload.$": "$$.State.RetryCount"})
    response = respond(state, stateConfiguration={"retrierRetryCount": 3})
    assert json.loads(response["inspectionData"]["afterParameters"])["Payload"] == 3


def test_a_failure_of_an_expression_is_told_without_a_place_in_a_history():
    response = respond(task(Parameters={"FunctionName.$": "$.no"}), inspectionLevel="INFO")
    assert response["error"] == "States.Runtime"
    assert response["cause"].startswith("The JSONPath '$.no' specified for the field 'FunctionName.$' could not")


def test_a_failing_output_can_be_caught_and_its_result_is_seen():
    response = respond(
        {"Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::lambda:invoke", "End": True,
         "Arguments": {"FunctionName": "f"}, "Output": "{% $states.result.no %}",
         "Catch": [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "B"}]},
        mock={"result": {"Payload": 1}},
    )
    assert (response["status"], response["error"]) == ("CAUGHT_ERROR", "States.QueryEvaluationError")
    assert response["inspectionData"]["result"] == '{"Payload":1}'


def test_a_failing_catcher_fails_the_state_with_its_own_error():
    response = respond(
        {"Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::lambda:invoke", "End": True,
         "Arguments": {"FunctionName": "f"},
         "Catch": [{"ErrorEquals": ["Boom"], "Output": "{% $states.input.no %}", "Next": "B"}]},
        input={}, inspectionLevel="INFO",
    )
    assert (response["status"], response["error"]) == ("FAILED", "States.QueryEvaluationError")


def test_a_fail_state_shows_its_input():
    response = testing.test_state({"definition": {"Type": "Fail", "Error": "E"}, "inspectionLevel": "TRACE"})
    assert response["response"] == {
        "status": "FAILED", "error": "E", "inspectionData": {"input": "{}", "afterInputPath": "{}"},
    }


def test_an_output_may_not_be_too_large():
    response = respond(task(), mock={"result": {"Payload": "é" * 140_000}}, inspectionLevel="INFO")
    assert response["error"] == "States.DataLimitExceeded"


def failing_map(**fields):
    return {"Type": "Map", "End": True, "ItemProcessor": {
        **PROCESSOR, "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}, **fields}


def tolerated(definition, failures):
    response = respond(definition, input=[1, 2, 3, 4], mock={"result": [0, 0, 0, 0]}, inspectionLevel="INFO",
                       stateConfiguration={"mapIterationFailureCount": failures})
    return response["status"], response.get("error")


def test_more_failed_iterations_than_are_tolerated_fail_the_map():
    exceeded = ("FAILED", "States.ExceedToleratedFailureThreshold")
    assert tolerated(failing_map(ToleratedFailureCount=2), 2) == ("SUCCEEDED", None)
    assert tolerated(failing_map(ToleratedFailureCount=2), 3) == exceeded
    assert tolerated(failing_map(ToleratedFailurePercentage=50), 2) == ("SUCCEEDED", None)
    assert tolerated(failing_map(ToleratedFailurePercentage=50), 3) == exceeded


def test_without_a_tolerance_failed_iterations_of_a_mocked_result_fail_nothing():
    assert tolerated(failing_map(), 4) == ("SUCCEEDED", None)


def test_an_error_of_an_iteration_is_the_maps():
    response = respond(failing_map(), input=[1], inspectionLevel="INFO",
                       stateConfiguration={"errorCausedByState": "Inner"})
    assert response == {"status": "FAILED", "error": "Boom", "cause": "why"}


def test_items_that_are_no_array_end_what_is_shown():
    response = respond(failing_map(ItemsPath="$$.Execution.Name", MaxConcurrency=2), mock={"result": []})
    assert response["cause"] == 'Reference path "$.Execution.Name" must point to array.'
    assert set(response["inspectionData"]) == {"input", "afterInputPath"}


def test_reader_data_that_is_not_what_the_reader_wants_fails_the_map():
    reader = {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"},
              "ReaderConfig": {"InputType": "JSON"}}
    response = respond(failing_map(ItemReader=reader), mock={"result": []}, inspectionLevel="INFO",
                       stateConfiguration={"mapItemReaderData": "{}"})
    assert response["error"] == "States.ItemReaderFailed"
