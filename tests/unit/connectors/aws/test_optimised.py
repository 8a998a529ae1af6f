"""The optimised integrations over moto: what arrives, and the shapes of what comes back."""

import json

import pytest

from engine.ports.tasks import TaskFailed, TaskSucceeded

ROLE = "arn:aws:iam::123456789012:role/runner"


def metadata_of(output):
    """The parts that AWS adds, checked; the rest of the output."""
    rest = dict(output)
    http, request = rest.pop("SdkHttpMetadata"), rest.pop("SdkResponseMetadata")
    assert set(http) == {"AllHttpHeaders", "HttpHeaders", "HttpStatusCode"}
    assert http["HttpStatusCode"] == 200
    assert http["AllHttpHeaders"] == {name: [value] for name, value in http["HttpHeaders"].items()}
    assert set(request) == {"RequestId"}
    assert request["RequestId"]
    return rest


@pytest.fixture
def queue(aws, client_of):
    sqs = client_of("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    return url, lambda: [json.loads(m["Body"]) for m in sqs.receive_message(QueueUrl=url).get("Messages", [])]


def test_sqs_sends_an_object_as_its_json_text(run, queue):
    url, received = queue
    outcome = run("arn:aws:states:::sqs:sendMessage", {"QueueUrl": url, "MessageBody": {"order": 7, "note": "é"}})
    assert set(metadata_of(outcome.output)) == {"MD5OfMessageBody", "MessageId"}
    assert received() == [{"order": 7, "note": "é"}]


def test_a_task_token_travels_in_the_message(run, queue):
    url, received = queue
    resource = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
    outcome = run(resource, {"QueueUrl": url, "MessageBody": {"token": "T-1"}}, task_token="T-1")
    assert isinstance(outcome, TaskSucceeded)
    assert received() == [{"token": "T-1"}]


def test_headers_keep_the_case_they_were_sent_in(run, queue):
    url, _ = queue
    outcome = run("arn:aws:states:::sqs:sendMessage", {"QueueUrl": url, "MessageBody": "x"})
    headers = outcome.output["SdkHttpMetadata"]["HttpHeaders"]
    assert any(name != name.lower() for name in headers)


def test_a_secret_is_put_in_place_on_the_way_out(run, queue):
    url, received = queue
    arguments = {"QueueUrl": url, "MessageBody": {"key": {"$secret": "API_KEY"}}}
    refs = (("/MessageBody/key", "API_KEY"),)
    run("arn:aws:states:::sqs:sendMessage", arguments, secret_refs=refs, secrets={"API_KEY": "s3cr3t"})
    assert received() == [{"key": "s3cr3t"}]
    assert arguments["MessageBody"] == {"key": {"$secret": "API_KEY"}}


def test_sqs_without_such_a_queue(run):
    url = "https://sqs.eu-central-1.amazonaws.com/123456789012/none"
    outcome = run("arn:aws:states:::sqs:sendMessage", {"QueueUrl": url, "MessageBody": "x"})
    assert outcome.error == "SQS.QueueDoesNotExistException"
    assert "(Service: AmazonSQS; Status Code: 400; " in outcome.cause
    assert "; Error Code: AWS.SimpleQueueService.NonExistentQueue; " in outcome.cause
    assert outcome.cause.endswith("; Proxy: null)")
    assert outcome.definite
    assert outcome.retryable


def test_sns_publishes(run, client_of):
    arn = client_of("sns").create_topic(Name="orders")["TopicArn"]
    outcome = run("arn:aws:states:::sns:publish", {"TopicArn": arn, "Message": {"order": 7}})
    assert set(metadata_of(outcome.output)) == {"MessageId"}


def test_sns_without_such_a_topic(run):
    arn = "arn:aws:sns:eu-central-1:123456789012:none"
    outcome = run("arn:aws:states:::sns:publish", {"TopicArn": arn, "Message": "x"})
    assert outcome.error == "SNS.NotFoundException"
    assert "(Service: AmazonSNS; Status Code: 404; Error Code: NotFound; Request ID: " in outcome.cause


def test_events_are_put_with_their_detail_as_text_and_give_no_metadata(run):
    entries = [
        {"Source": "shop", "DetailType": "order", "Detail": {"n": 1}},
        {"Source": "shop", "DetailType": "order", "Detail": '{"n": 2}'},
    ]
    outcome = run("arn:aws:states:::events:putEvents", {"Entries": entries})
    assert outcome.output["FailedEntryCount"] == 0
    assert [set(entry) for entry in outcome.output["Entries"]] == [{"EventId"}, {"EventId"}]
    assert set(outcome.output) == {"Entries", "FailedEntryCount"}


def test_an_entry_that_failed_fails_the_task_with_the_whole_answer(run):
    entries = [{"Source": "shop", "DetailType": "order", "Detail": {"n": 1}}, {"DetailType": "order", "Detail": {}}]
    outcome = run("arn:aws:states:::events:putEvents", {"Entries": entries})
    assert outcome.error == "EventBridge.FailedEntry"
    cause = json.loads(outcome.cause)
    assert cause["FailedEntryCount"] == 1
    assert cause["Entries"][1]["ErrorCode"] == "InvalidArgument"


@pytest.fixture
def table(aws, client_of):
    client_of("dynamodb").create_table(
        TableName="orders", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    return "orders"


def test_dynamodb_puts_gets_updates_and_deletes(run, table):
    key = {"id": {"S": "1"}}
    put = run("arn:aws:states:::dynamodb:putItem", {"TableName": table, "Item": {**key, "data": {"S": "a"}}})
    assert metadata_of(put.output) == {}
    got = run("arn:aws:states:::dynamodb:getItem", {"TableName": table, "Key": key})
    assert metadata_of(got.output) == {"Item": {"id": {"S": "1"}, "data": {"S": "a"}}}
    update = {
        "TableName": table, "Key": key, "UpdateExpression": "SET #d = :d", "ExpressionAttributeNames": {"#d": "data"},
        "ExpressionAttributeValues": {":d": {"S": "b"}}, "ReturnValues": "UPDATED_NEW",
    }
    updated = run("arn:aws:states:::dynamodb:updateItem", update)
    assert metadata_of(updated.output)["Attributes"] == {"data": {"S": "b"}}
    deleted = run("arn:aws:states:::dynamodb:deleteItem", {"TableName": table, "Key": key})
    assert metadata_of(deleted.output) == {}
    assert metadata_of(run("arn:aws:states:::dynamodb:getItem", {"TableName": table, "Key": key}).output) == {}


def test_dynamodbs_binary_attributes_are_base64_both_ways(run, table):
    item = {"id": {"S": "b"}, "data": {"B": "/wAB"}}
    run("arn:aws:states:::dynamodb:putItem", {"TableName": table, "Item": item})
    got = run("arn:aws:states:::dynamodb:getItem", {"TableName": table, "Key": {"id": {"S": "b"}}})
    assert got.output["Item"] == item


def test_dynamodb_errors_are_named_by_the_modelled_exception(run):
    outcome = run("arn:aws:states:::dynamodb:putItem", {"TableName": "none", "Item": {"id": {"S": "1"}}})
    assert outcome.error == "DynamoDB.ResourceNotFoundException"
    assert outcome.cause.startswith(
        "Requested resource not found (Service: AmazonDynamoDBv2; Status Code: 400; "
        "Error Code: ResourceNotFoundException; Request ID: "
    )
    assert outcome.definite


def test_an_error_without_a_model_is_the_services_own(run, table):
    outcome = run("arn:aws:states:::dynamodb:putItem", {"TableName": table, "Item": {"other": {"S": "1"}}})
    assert outcome.error == "DynamoDB.AmazonDynamoDBException"
    assert "; Error Code: ValidationException; " in outcome.cause


@pytest.fixture
def machine(aws, client_of):
    definition = json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})
    made = client_of("stepfunctions").create_state_machine(name="child", definition=definition, roleArn=ROLE)
    return made["stateMachineArn"]


def test_step_functions_starts_an_execution(run, machine, client_of):
    arguments = {"StateMachineArn": machine, "Name": "n1", "Input": {"a": 1}}
    outcome = run("arn:aws:states:::states:startExecution", arguments)
    rest = metadata_of(outcome.output)
    assert rest["ExecutionArn"].endswith(":child:n1")
    assert rest["StartDate"].endswith("Z")
    assert set(rest) == {"ExecutionArn", "StartDate"}
    described = client_of("stepfunctions").describe_execution(executionArn=rest["ExecutionArn"])
    assert json.loads(described["input"]) == {"a": 1}


def test_a_repeated_start_without_a_name_is_the_same_execution(run, machine):
    resource, arguments = "arn:aws:states:::states:startExecution", {"StateMachineArn": machine, "Input": None}
    first, again = (run(resource, arguments) for _ in range(2))
    other = run(resource, arguments, idempotency_key="orders:1::1:1")
    assert first.output["ExecutionArn"] == again.output["ExecutionArn"] != other.output["ExecutionArn"]


def test_step_functions_without_such_a_machine(run, machine):
    outcome = run("arn:aws:states:::states:startExecution", {"StateMachineArn": f"{machine}x", "Name": "n"})
    assert outcome.error == "StepFunctions.StateMachineDoesNotExistException"
    assert "; Error Code: StateMachineDoesNotExist; " in outcome.cause


def test_arguments_that_do_not_fit_are_told_all_at_once_and_nothing_is_called(run):
    outcome = run("arn:aws:states:::sqs:sendMessage", {"Queue": "x", "DelaySeconds": "soon", "MessageBody": "x"})
    assert outcome == TaskFailed(
        "States.Runtime",
        "An error occurred while executing the state 'Send'. The Parameters "
        '\'{"Queue":"x","DelaySeconds":"soon","MessageBody":"x"}\' could not be used to start the Task: '
        "[The field 'Queue' is not supported by Step Functions, "
        "The value of the field 'DelaySeconds' has an invalid format]",
        retryable=False,
    )
