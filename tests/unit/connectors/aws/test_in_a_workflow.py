"""A workflow over moto, from its definition to its history."""

import json

import pytest

from connectors.aws.tasks import AwsTasks
from connectors.registry import Registry
from connectors.routing import RoutedTasks
from connectors.tasks import ConnectorTasks
from engine.testing import simulate
from tests.support.durable import Product


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


def reading(resource, **parameters):
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Keep", "States": {"Keep": {"Type": "Pass", "End": True}},
    }
    config = {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"} if resource.endswith("getObject") else {}
    reader = {"Resource": resource, "Parameters": {"Bucket": "orders", **parameters}, "ReaderConfig": config}
    return {"StartAt": "Each", "States": {
        "Each": {"Type": "Map", "ItemReader": reader, "ItemProcessor": processor, "End": True}}}


@pytest.fixture
def bucket(aws, client_of):
    s3 = client_of("s3")
    s3.create_bucket(Bucket="orders", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="orders", Key="lines.csv", Body=b"sku,n\na,1\nb,2\n")
    for number in range(5):
        s3.put_object(Bucket="orders", Key=f"in/{number}", Body=b"{}")


def mapped(definition, clients):
    product = Product(definition)
    product.tasks = RoutedTasks(ConnectorTasks(Registry()), AwsTasks(clients))
    key = product.start({})
    product.drain()
    return product.describe(key)


def test_a_distributed_map_reads_an_object(clients, bucket):
    execution = mapped(reading("arn:aws:states:::s3:getObject", Key="lines.csv"), clients)
    assert execution.output == [{"sku": "a", "n": "1"}, {"sku": "b", "n": "2"}]


def test_a_distributed_map_reads_a_listing_page_by_page(clients, bucket):
    execution = mapped(reading("arn:aws:states:::s3:listObjectsV2", Prefix="in/", MaxKeys=2), clients)
    assert [item["Key"] for item in execution.output] == [f"in/{number}" for number in range(5)]
    assert execution.output[0]["Size"] == 2


def test_an_empty_listing_is_a_map_over_nothing(clients, bucket):
    assert mapped(reading("arn:aws:states:::s3:listObjectsV2", Prefix="none/"), clients).output == []


def test_an_object_that_is_not_there_fails_the_map(clients, bucket):
    execution = mapped(reading("arn:aws:states:::s3:getObject", Key="none"), clients)
    assert execution.error == "States.ItemReaderFailed"


def test_results_are_written_to_a_bucket_page_by_page(clients, bucket, client_of, monkeypatch):
    monkeypatch.setattr("engine.durable.worker.map_run_results.CHUNK", 2)
    definition = reading("arn:aws:states:::s3:listObjectsV2", Prefix="in/")
    definition["States"]["Each"]["ResultWriter"] = {
        "Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "orders", "Prefix": "out"}}
    product = Product(definition, AwsTasks(clients))
    key = product.start({})
    product.drain(500)
    execution = product.describe(key)
    assert execution.status == "SUCCEEDED", execution.cause
    s3 = client_of("s3")

    def stored(name):
        return json.loads(s3.get_object(Bucket="orders", Key=name)["Body"].read())

    told = stored(execution.output["ResultWriterDetails"]["Key"])
    files = told["ResultFiles"]["SUCCEEDED"]
    assert len(files) == 3
    assert [child["Status"] for file in files for child in stored(file["Key"])] == ["SUCCEEDED"] * 5
