"""A workflow as a state machine: each Task's shape there, what is remarked upon and where, and what cannot leave."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connectors.registry import default_registry
from connectors.tasks import ConnectorTasks
from engine.catalog.document import parse_document
from engine.catalog.files import read_document
from engine.conversion.step_functions.arriving import from_step_functions
from engine.conversion.step_functions.destination import Destination
from engine.conversion.step_functions.leaving import MOST_BYTES, needs_destination, to_step_functions
from engine.errors import InvalidDefinition, InvalidDocument
from engine.ports.tasks import TaskPolicy
from engine.testing.definitions import create_error
from engine.testing.simulate import simulate
from functions.connector import app, wiring
from tests.support.connector_function import ARN, StepFunctionsSide

THERE = Destination.of_function(ARN)
SAMPLES = sorted((Path(__file__).parents[5] / "workflows").glob("*.json"))
CONTEXT = {
    "workflow.$": "$$.StateMachine.Name", "execution.$": "$$.Execution.Id", "state.$": "$$.State.Name",
    "entered.$": "$$.State.EnteredTime", "attempt.$": "$$.State.RetryCount",
}
CATCH = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]


def machine(task, **more):
    return {"StartAt": "A", "States": {"A": {"Type": "Task", **task, "Next": "B"}, "B": {"Type": "Succeed"}}, **more}


def leave(definition, *, destination=THERE, tasks=None, **fields):
    return to_step_functions(
        parse_document({"name": "w", "definition": definition, **fields}), destination=destination, tasks=tasks
    )


def task_there(task, **more):
    return leave(machine(task, **more)).definition["States"]["A"]


def remarks(exported):
    return {(item.code, item.location) for item in exported.remarks}


class TestConnectors:
    def test_the_function_is_invoked_by_its_arn_so_that_all_else_stays(self):
        around = {
            "InputPath": "$.order", "ResultSelector": {"status.$": "$.status"}, "ResultPath": "$.answer",
            "OutputPath": "$.answer", "TimeoutSeconds": 9, "Assign": {"status.$": "$.status"},
            "Retry": [{"ErrorEquals": ["http.ConnectorError"], "MaxAttempts": 2}], "Catch": CATCH,
        }
        arguments = {"url.$": "$.url", "headers": {"X/Key": {"$secret": "ERP_KEY"}}}
        made = task_there({"Resource": "connector:http:request", "Parameters": arguments, **around})
        assert made == {
            "Type": "Task", "Resource": ARN, "Next": "B", **around,
            "Parameters": {
                "connector": "http", "action": "request", "arguments": arguments,
                "secrets": {"/headers/X~1Key": "ERP_KEY"}, "timeout_seconds": 9, **CONTEXT,
            },
        }

    def test_without_parameters_it_is_handed_the_whole_input_and_given_up_as_here(self):
        made = task_there({"Resource": "connector:http:request"})
        assert made["Parameters"] == {"connector": "http", "action": "request", "arguments.$": "$", **CONTEXT}
        assert made["TimeoutSeconds"] == 240

    def test_jsonata_has_arguments_and_the_context_in_its_own_words(self):
        made = task_there(
            {"Resource": "connector:log:write", "Arguments": "{% $states.input.x %}", "Output": "{% $states.result %}"},
            QueryLanguage="JSONata",
        )
        assert made["Output"] == "{% $states.result %}"
        assert made["Arguments"]["arguments"] == "{% $states.input.x %}"
        assert made["Arguments"]["attempt"] == "{% $states.context.State.RetryCount %}"

    def test_one_that_waits_hands_the_token_over(self):
        task = {"Resource": "connector:slack:ask.waitForTaskToken", "TimeoutSeconds": 3600}
        made = task_there(task)
        assert made["Resource"] == "arn:aws:states:::lambda:invoke.waitForTaskToken"
        assert made["Parameters"]["FunctionName"] == ARN
        assert made["Parameters"]["Payload"]["task_token.$"] == "$$.Task.Token"
        assert "timeout_seconds" not in made["Parameters"]["Payload"]
        assert ("CALLBACK", "/States/A/Resource") in remarks(leave(machine(task)))

    @pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
    def test_whose_result_is_the_answer_to_the_token(self, language, monkeypatch):
        """The function is really called, and the execution waits on."""
        parts = wiring.Parts(ConnectorTasks(default_registry), "default", "INFO", 240.0)
        monkeypatch.setattr(app, "_parts", lambda: parts)
        side = StepFunctionsSide()
        task = {"Resource": "connector:log:write.waitForTaskToken"}
        found = simulate(leave(machine(task, QueryLanguage=language)).definition, {"message": "m"}, tasks=side)
        assert found.status == "RUNNING"
        assert side.events[0]["task_token"]

    def test_a_task_in_an_inline_map_says_so_and_one_in_a_distributed_does_not(self):
        def looped(config):
            inner = {"StartAt": "C", "States": {"C": {"Type": "Task", "Resource": "connector:a:b", "End": True}}}
            state = {"Type": "Map", "ItemProcessor": {**inner, **config}, "End": True}
            return leave({"StartAt": "M", "States": {"M": state}})

        inline = looped({})
        place = "/States/M/ItemProcessor/States/C"
        assert ("IDEMPOTENCY", place) in remarks(inline)
        inner = inline.definition["States"]["M"]["ItemProcessor"]["States"]["C"]
        assert inner["Parameters"]["in_map"] is True
        apart = looped({"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}})
        assert "in_map" not in json.dumps(apart.definition)


class TestRemarks:
    def test_limits_are_told_of_every_workflow(self):
        plain = {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}
        assert remarks(leave(plain, destination=None)) == {("DATA_LIMIT", "/"), ("HISTORY_LIMIT", "/")}
        assert ("NO_HISTORY", "/") in remarks(leave(plain, kind="EXPRESS"))

    def test_fields_of_the_document_stay_here(self):
        exported = leave(
            machine({"Resource": "connector:a:b"}), input_schema={"type": "object"}, business_key="$.id",
            tags={"a": "b"}, at_most_once=[],
        )
        assert {place for code, place in remarks(exported) if code == "NOT_THERE"} == {
            "/input_schema", "/business_key", "/tags"
        }

    def test_retriers_and_at_most_once(self):
        retry = [{"ErrorEquals": ["States.ALL"]}]
        task = {"Resource": "connector:a:b", "Retry": retry}
        assert ("RETRIES", "/States/A/Retry") in remarks(leave(machine(task)))
        assert ("AT_MOST_ONCE", "/States/A/Retry") in remarks(leave(machine(task), at_most_once=["A"]))
        assert ("AT_MOST_ONCE", "/States/A") in remarks(leave(machine(task), at_most_once=["A"], kind="EXPRESS"))

    def test_the_actions_own_word_counts_too(self):
        class Once:
            def policy(self, resource, _pin=None):
                return TaskPolicy(at_most_once=resource == "connector:a:b")

        task = {"Resource": "connector:a:b", "Retry": [{"ErrorEquals": ["States.ALL"]}]}
        assert ("AT_MOST_ONCE", "/States/A/Retry") in remarks(leave(machine(task), tasks=Once()))

    def test_what_never_happens_there_is_told_where_it_is_waited_for(self):
        caught = [{"ErrorEquals": ["Automate.TaskInterrupted"], "Next": "B"}]
        exported = leave(machine({"Resource": "connector:a:b", "Catch": caught}))
        assert ("NEVER_RAISED", "/States/A/Catch[0]/ErrorEquals") in remarks(exported)

    def test_a_timeout_that_the_function_does_not_learn(self):
        exported = leave(machine({"Resource": "connector:a:b", "TimeoutSecondsPath": "$.t"}))
        assert ("TIMEOUT", "/States/A/TimeoutSecondsPath") in remarks(exported)
        assert "TimeoutSeconds" not in exported.definition["States"]["A"]

    def test_the_secrets_that_the_stage_must_have(self):
        task = {"Resource": "connector:a:b", "Parameters": {"x": {"$secret": "K"}, "y": [{"$secret": "L"}]}}
        exported = leave(machine(task))
        assert exported.secrets == ("K", "L")
        assert "K, L" in next(item.message for item in exported.remarks if item.code == "SECRETS")


class TestOwnNames:
    @pytest.mark.parametrize("named", ["ship", "ship:3", "arn:aws:states:local:default:stateMachine:ship"])
    def test_a_workflow_that_is_started_is_the_machine_of_its_name(self, named):
        task = {"Resource": "arn:aws:states:::states:startExecution", "Parameters": {"StateMachineArn": named}}
        exported = leave(machine(task))
        arn = "arn:aws:states:eu-central-1:123456789012:stateMachine:ship"
        assert exported.definition["States"]["A"]["Parameters"]["StateMachineArn"] == arn
        assert ("START", "/States/A/Parameters/StateMachineArn") in remarks(exported)
        back, found = from_step_functions(exported.definition, {arn: "ship"}.get)
        assert back["States"]["A"]["Parameters"]["StateMachineArn"] == "ship"
        assert [item.code for item in found] == ["STARTS_HERE"]

    def test_a_machine_of_aws_and_one_that_an_expression_names_stay(self):
        for value in ({"StateMachineArn": "arn:aws:states:us-east-1:1:stateMachine:x"}, {"StateMachineArn.$": "$.m"}):
            task = {"Resource": "arn:aws:states:::states:startExecution", "Parameters": value}
            assert leave(machine(task), destination=None).definition["States"]["A"]["Parameters"] == value

    def test_an_activity_of_ours_is_one_of_that_account(self):
        exported = leave(machine({"Resource": "arn:aws:states:local:default:activity:people"}))
        resource = "arn:aws:states:eu-central-1:123456789012:activity:people"
        assert exported.definition["States"]["A"]["Resource"] == resource
        assert ("ACTIVITY_THERE", "/States/A/Resource") in remarks(exported)


class TestRefused:
    def test_a_secret_that_a_service_of_aws_would_be_sent_as_it_is(self):
        task = {"Resource": "arn:aws:states:::sns:publish", "Parameters": {"Message": {"$secret": "K"}}}
        with pytest.raises(InvalidDefinition) as caught:
            leave(machine(task))
        assert caught.value.where == "/States/A/Parameters/Message"

    def test_a_definition_that_is_none(self):
        with pytest.raises(InvalidDefinition, match="Next"):
            leave({"StartAt": "A", "States": {"A": {"Type": "Pass"}}})

    def test_one_that_is_too_large(self):
        with pytest.raises(InvalidDefinition, match=str(MOST_BYTES)):
            leave({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "x" * MOST_BYTES, "End": True}}})

    def test_one_that_has_nowhere_to_go(self):
        definition = machine({"Resource": "connector:a:b"})
        assert needs_destination(parse_document({"name": "w", "definition": definition}))
        with pytest.raises(InvalidDocument, match="address of its connector function"):
            leave(definition, destination=None)

    def test_a_function_that_is_no_connector_function(self):
        with pytest.raises(InvalidDocument, match="not the ARN of a connector function"):
            Destination.of_function("arn:aws:lambda:eu-central-1:123456789012:function:mine")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_leaves_is_taken_by_aws_rules_and_comes_back(path):
    document, _ = read_document(path.read_bytes(), path.name)
    exported = to_step_functions(document, destination=THERE)
    assert create_error(json.loads(exported.text), kind=document.kind) is None
    back, _ = from_step_functions(json.loads(exported.text), {}.get)
    assert back == document.definition


def test_an_invocation_that_somebody_changed_stays_a_call_of_the_function():
    there = leave(machine({"Resource": "connector:a:b", "Parameters": {"k": {"$secret": "K"}}})).definition
    for change in ({"secrets": {"/other": "K"}}, {"extra": 1}, {"attempt.$": "$.n"}, {"connector": "no code!:"}):
        changed = json.loads(json.dumps(there))
        changed["States"]["A"]["Parameters"] |= change
        assert from_step_functions(changed, {}.get)[0] == changed
