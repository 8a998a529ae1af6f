"""TestState: what a state gives, and what is shown of the way there."""

from __future__ import annotations

import json

import pytest

from engine import testing


def respond(definition, **request):
    request = {"input": {}, "inspectionLevel": "DEBUG", **request}
    answered = testing.test_state({"definition": definition, **request})
    assert "response" in answered, answered
    return read(answered["response"])


def read(response):
    """The response with its JSON texts read."""
    shown = dict(response)
    if "output" in shown:
        shown["output"] = json.loads(shown["output"])
    if "inspectionData" in shown:
        data = shown["inspectionData"]
        shown["inspectionData"] = {key: json.loads(v) if isinstance(v, str) else v for key, v in data.items()}
    return shown


FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
WHOLE = {
    "StartAt": "Shape",
    "States": {
        "Shape": {"Type": "Pass", "Parameters": {"id.$": "$.order"}, "Next": "Each"},
        "Each": {
            "Type": "Map", "ItemsPath": "$.items", "End": True,
            "ItemProcessor": {"StartAt": "Inner", "States": {"Inner": {"Type": "Pass", "Result": 7, "End": True}}},
        },
    },
}


def test_texts_and_values_are_the_same_request():
    state = {"Type": "Pass", "Parameters": {"id.$": "$.order"}, "End": True}
    by_value = testing.test_state({"definition": state, "input": {"order": 1}})
    by_text = testing.test_state({"definition": json.dumps(state), "input": '{"order": 1}'})
    assert by_value == by_text == {"response": {"status": "SUCCEEDED", "output": '{"id":1}'}}


def test_every_step_of_a_jsonpath_task_is_shown():
    response = respond(
        {"Type": "Task", "Resource": FUNCTION, "InputPath": "$.in",
         "Parameters": {"Payload.$": "$.a"}, "ResultSelector": {"r.$": "$.Payload"}, "ResultPath": "$.out",
         "OutputPath": "$.out.r", "Next": "Later"},
        input={"in": {"a": 1}}, mock={"result": {"Payload": 5}},
    )
    assert response == {
        "status": "SUCCEEDED", "output": 5, "nextState": "Later",
        "inspectionData": {
            "input": {"in": {"a": 1}}, "afterInputPath": {"a": 1}, "afterParameters": {"Payload": 1},
            "result": {"Payload": 5}, "afterResultSelector": {"r": 5},
            "afterResultPath": {"in": {"a": 1}, "out": {"r": 5}},
        },
    }


def test_info_shows_no_steps():
    assert respond({"Type": "Succeed"}, inspectionLevel="INFO") == {"status": "SUCCEEDED", "output": {}}


def test_a_jsonata_task_shows_its_arguments_and_result():
    response = respond(
        {"Type": "Task", "QueryLanguage": "JSONata", "Resource": FUNCTION,
         "Arguments": {"Payload": "{% $states.input.a + 1 %}"}, "Output": "{% $states.result.Payload %}", "End": True},
        input={"a": 1}, mock={"result": {"Payload": "x"}},
    )
    assert response["inspectionData"] == {
        "input": {"a": 1}, "afterArguments": {"Payload": 2}, "result": {"Payload": "x"},
    }
    assert response["output"] == "x"


def test_a_pass_with_a_result_shows_nothing_of_its_input_path():
    response = respond({"Type": "Pass", "InputPath": "$.a", "Result": 1, "End": True}, input={"a": 2})
    assert set(response["inspectionData"]) == {"input", "result", "afterResultSelector", "afterResultPath"}


def test_a_lone_state_may_lead_anywhere():
    choice = {"Type": "Choice", "Default": "Else", "Choices": [{"Variable": "$.n", "IsPresent": True, "Next": "There"}]}
    assert respond(choice, input={"n": 1})["nextState"] == "There"
    assert respond(choice)["nextState"] == "Else"


def test_a_state_may_lead_to_a_name_that_its_iterations_use_too():
    response = respond(
        {"Type": "Map", "Next": "Inner", "ItemProcessor": WHOLE["States"]["Each"]["ItemProcessor"]},
        input=[1], mock={"result": [2]},
    )
    assert response["nextState"] == "Inner"


@pytest.mark.parametrize(("name", "given", "output"), [("Shape", {"order": 1}, {"id": 1}), ("Inner", {}, 7)])
def test_a_state_of_a_whole_definition_is_found_at_any_depth(name, given, output):
    assert respond(WHOLE, stateName=name, input=given)["output"] == output


def test_a_state_of_a_whole_definition_has_its_query_language():
    definition = {
        "QueryLanguage": "JSONata", "StartAt": "A",
        "States": {"A": {"Type": "Pass", "Output": "{% $states.input.n * 2 %}", "End": True}},
    }
    response = respond(definition, stateName="A", input={"n": 4})
    assert (response["output"], response["inspectionData"]) == (8, {"input": {"n": 4}})


def test_variables_go_in_and_come_out():
    response = respond(
        {"Type": "Pass", "Parameters": {"old.$": "$x"}, "Assign": {"x.$": "$.old", "y": 2}, "End": True},
        variables={"x": 1, "z": 3},
    )
    assert response["inspectionData"]["variables"] == {"x": 1, "y": 2, "z": 3}


def test_the_variables_of_a_rule_are_shown():
    response = respond({
        "Type": "Choice", "QueryLanguage": "JSONata",
        "Choices": [{"Condition": True, "Assign": {"chosen": "yes"}, "Next": "A"}],
    })
    assert response["inspectionData"]["variables"] == {"chosen": "yes"}


def test_the_context_is_an_express_execution_of_a_state_without_a_name():
    context = respond({"Type": "Pass", "Parameters": {"c.$": "$$"}, "End": True}, input={"a": 1})["output"]["c"]
    assert context["Execution"]["Input"] == {"a": 1}
    assert ":express:" in context["Execution"]["Id"]
    assert context["State"]["Name"] == "StateName"


def test_a_made_up_context_is_what_every_expression_sees():
    response = respond(
        {"Type": "Task", "Resource": FUNCTION, "Parameters": {"Payload.$": "$$.State.Name"},
         "TimeoutSecondsPath": "$$.State.RetryCount", "ResultSelector": {"n.$": "$$.Execution.Name"}, "End": True},
        context={"State": {"Name": "Mine", "RetryCount": 9}, "Execution": {"Name": "run"}}, mock={"result": {}},
    )
    assert response["inspectionData"]["afterParameters"] == {"Payload": "Mine"}
    assert response["output"] == {"n": "run"}


def test_a_wait_takes_no_time():
    assert respond({"Type": "Wait", "Seconds": 300, "Next": "A"}, input={"a": 1})["output"] == {"a": 1}


def test_a_wait_beyond_five_minutes_times_out():
    response = respond({"Type": "Wait", "Seconds": 301, "Next": "A"}, inspectionLevel="INFO")
    assert response == {"status": "FAILED", "error": "States.Timeout"}


def test_a_distributed_map_shows_what_its_iterations_would_get():
    response = respond(
        {"Type": "Map", "QueryLanguage": "JSONata", "End": True,
         "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Arguments": {"Bucket": "b", "Key": "k"},
                        "ReaderConfig": {"InputType": "JSON", "ItemsPointer": "/rows"}},
         "ItemSelector": {"n": "{% $states.context.Map.Item.Value %}"}, "ItemBatcher": {"MaxItemsPerBatch": 2},
         "MaxConcurrency": 3, "ToleratedFailurePercentage": 50,
         "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                           **WHOLE["States"]["Each"]["ItemProcessor"]}},
        mock={"result": [1]}, stateConfiguration={"mapItemReaderData": {"rows": [1, 2, 3]}},
    )
    assert response["inspectionData"] == {
        "input": {}, "afterItemsPointer": [1, 2, 3], "afterItemSelector": [{"n": 1}, {"n": 2}, {"n": 3}],
        "afterItemBatcher": [{"Items": [{"n": 1}, {"n": 2}]}, {"Items": [{"n": 3}]}],
        "maxConcurrency": 3, "toleratedFailurePercentage": 50,
    }


def test_an_item_selector_sees_the_item_beside_a_made_up_context():
    response = respond(
        {"Type": "Map", "ItemSelector": {"i.$": "$$.Map.Item.Index", "e.$": "$$.Execution.Name"}, "End": True,
         "ItemProcessor": WHOLE["States"]["Each"]["ItemProcessor"]},
        input=["a", "b"], mock={"result": [1, 2]}, context={"Execution": {"Name": "run"}},
    )
    assert response["inspectionData"]["afterItemSelector"] == [{"i": 0, "e": "run"}, {"i": 1, "e": "run"}]


def test_the_branches_of_a_mocked_parallel_never_run():
    fails = {"StartAt": "F", "States": {"F": {"Type": "Fail"}}}
    response = respond({"Type": "Parallel", "Branches": [fails], "ResultPath": "$.r", "End": True}, input={"a": 1},
                       mock={"result": ["done"]})
    assert response["output"] == {"a": 1, "r": ["done"]}
    assert response["inspectionData"] == {
        "input": {"a": 1}, "afterResultSelector": ["done"], "afterResultPath": {"a": 1, "r": ["done"]},
    }


@pytest.mark.parametrize("resource", [
    "arn:aws:states:::states:startExecution.sync:2", "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "arn:aws:states:us-east-1:123456789012:activity:a",
])
def test_what_is_waited_for_ends_with_the_mock(resource):
    definition = {"Type": "Task", "Resource": resource, "End": True, "Parameters": {
        "StateMachineArn": "arn", "QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"},
    }}
    if ":activity:" in resource or "startExecution" in resource:
        definition["Parameters"] = {"StateMachineArn": "arn"}
    else:
        del definition["Parameters"]["StateMachineArn"]
    assert respond(definition, mock={"result": {"free": "form"}})["output"] == {"free": "form"}
