"""A workflow over moto, from its definition to its history."""

import json

from connectors.aws.tasks import AwsTasks
from connectors.registry import Registry
from connectors.routing import RoutedTasks
from connectors.tasks import ConnectorTasks
from engine.testing import simulate


def test_a_definition_sends_and_catches(clients, aws, client_of):
    url = client_of("sqs").create_queue(QueueName="orders")["QueueUrl"]
    definition = {
        "StartAt": "Send",
        "States": {
            "Send": {
                "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
                "Parameters": {"QueueUrl": url, "MessageBody.$": "$"}, "ResultPath": "$.sent", "Next": "Put",
            },
            "Put": {
                "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:putItem",
                "Parameters": {"TableName": "none", "Item": {"id": {"S": "1"}}},
                "Catch": [{"ErrorEquals": ["DynamoDb.ResourceNotFoundException"], "ResultPath": "$.e", "Next": "End"}],
                "End": True,
            },
            "End": {"Type": "Succeed"},
        },
    }
    tasks = RoutedTasks(ConnectorTasks(Registry()), AwsTasks(clients))
    result = simulate(definition, {"order": 7}, tasks=tasks)
    assert result.status == "SUCCEEDED"
    assert result.output["sent"]["SdkHttpMetadata"]["HttpStatusCode"] == 200
    assert result.output["e"]["Cause"].startswith("Requested resource not found (Service: DynamoDb, Status Code: 400")
    [message] = client_of("sqs").receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == {"order": 7}
