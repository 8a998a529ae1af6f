"""tests/support/quick_moto.py, quick_requests.py: what is asked of moto's DynamoDB is answered as by moto's own."""

from __future__ import annotations

import copy
from contextlib import nullcontext

import boto3
import pytest
from moto import mock_aws
from moto.dynamodb import dynamodb_backends
from moto.dynamodb.responses import DynamoHandler

from engine.adapters.aws.table import create_table_request
from tests.support.quick_moto import quickened

TABLE, REGION = "quick", "eu-central-1"
ROWS = [
    {"pk": {"S": f"p{n % 3}"}, "sk": {"S": f"s{n % 5}#{n}"}, "due_shard": {"S": str(n % 2)}, "due_at": {"N": str(n)}}
    for n in range(20)
]


@pytest.fixture(params=["quick", "moto's own"])
def client(request):
    with mock_aws(), quickened() if request.param == "quick" else nullcontext():
        made = boto3.client("dynamodb", REGION, aws_access_key_id="test", aws_secret_access_key="test")
        made.create_table(**create_table_request(TABLE))
        for row in ROWS:
            made.put_item(TableName=TABLE, Item=row)
        yield made


def held():
    table = dynamodb_backends["123456789012"][REGION].tables[TABLE]
    return [copy.deepcopy(item.to_json()) for item in table.all_items()], len(table.stream_shard.items)


def put(row, **more):
    return {"Put": {"TableName": TABLE, "Item": row, **more}}


def key_of(row):
    return {name: row[name] for name in ("pk", "sk")}


NEW = {"pk": {"S": "p1"}, "sk": {"S": "new"}}
CHANGE = {"Update": {
    "TableName": TABLE, "Key": key_of(ROWS[4]), "UpdateExpression": "SET v = :v",
    "ExpressionAttributeValues": {":v": {"S": "changed"}},
}}
DELETE = {"Delete": {"TableName": TABLE, "Key": key_of(ROWS[5])}}


def test_a_transaction_is_done_whole_or_not_at_all(client):
    items, written = held()
    with pytest.raises(client.exceptions.TransactionCanceledException):
        client.transact_write_items(TransactItems=[
            put(NEW), CHANGE, DELETE, put(ROWS[0], ConditionExpression="attribute_not_exists(pk)"),
        ])
    assert held() == (items, written)
    client.transact_write_items(TransactItems=[put(NEW), CHANGE, DELETE])
    found = {(item["Attributes"]["pk"]["S"], item["Attributes"]["sk"]["S"]): item["Attributes"] for item in held()[0]}
    assert found["p1", "s4#4"]["v"] == {"S": "changed"}
    assert ("p1", "new") in found
    assert ("p2", "s0#5") not in found
    assert held()[1] == written + 3


def test_what_an_aborted_transaction_changed_is_as_it_was(client):
    """An update changes an item in place, before the transaction fails."""
    before = client.get_item(TableName=TABLE, Key=key_of(ROWS[4]))["Item"]
    with pytest.raises(client.exceptions.TransactionCanceledException):
        client.transact_write_items(TransactItems=[
            CHANGE, put(ROWS[0], ConditionExpression="attribute_not_exists(pk)"),
        ])
    assert client.get_item(TableName=TABLE, Key=key_of(ROWS[4]))["Item"] == before


EVERY_TYPE = {
    "s": {"S": "grüße"}, "empty": {"S": ""}, "n": {"N": "-1.50"}, "b": {"B": b"\x00\xff"}, "no": {"BOOL": False},
    "null": {"NULL": True}, "ss": {"SS": ["b", "a"]}, "ns": {"NS": ["1", "2.5"]}, "bs": {"BS": [b"\x01"]},
    "m": {"M": {"x": {"M": {"y": {"L": [{"S": "S"}, {"N": "0"}, {"B": b"deep"}, {"M": {}}, {"L": []}]}}},
                "S": {"S": "a field that is called as a type is"}}},
}

SIZES = {
    "pk": 2, "sk": 3, "s": 7, "empty": 0, "n": 5, "b": 2, "no": 1, "null": 1, "ss": 2, "ns": 4, "bs": 1, "m": 46,
}


def test_values_of_every_type_come_back_and_count_as_much(client):
    row = NEW | EVERY_TYPE
    client.put_item(TableName=TABLE, Item=row)
    assert client.get_item(TableName=TABLE, Key=key_of(NEW))["Item"] == row
    asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "p1"}}}
    assert row in paged(client, **asked)
    assert row in client.scan(TableName=TABLE)["Items"]
    old = client.update_item(
        TableName=TABLE, Key=key_of(NEW), UpdateExpression="SET m.x.y[0] = :s",
        ExpressionAttributeValues={":s": {"S": "new"}}, ReturnValues="ALL_OLD",
    )
    assert old["Attributes"] == row
    table = dynamodb_backends["123456789012"][REGION].tables[TABLE]
    item = next(item for item in table.all_items() if item.range_key.value == "new")
    assert {name: value.size() for name, value in item.attrs.items()} == SIZES
    assert item.attrs["m"].cast_value == {
        "x": {"y": ["new", 0, b"deep", {}, []]}, "S": "a field that is called as a type is",
    }


def test_one_expression_changes_one_item_after_the_other(client):
    """Its tree is made once, and each update has a copy."""
    client.put_item(TableName=TABLE, Item=NEW | {"l": {"L": [{"N": str(n)} for n in range(5)]}})
    for n in range(2):
        client.update_item(
            TableName=TABLE, Key=key_of(NEW),
            UpdateExpression="SET #v = if_not_exists(#v, :zero) + :n REMOVE l[0], l[1]",
            ConditionExpression="attribute_exists(pk) AND NOT #v > :n", ExpressionAttributeNames={"#v": f"v{n}"},
            ExpressionAttributeValues={":n": {"N": str(n + 1)}, ":zero": {"N": "0"}},
        )
    found = client.get_item(TableName=TABLE, Key=key_of(NEW))["Item"]
    assert found == NEW | {"l": {"L": [{"N": "4"}]}, "v0": {"N": "1"}, "v1": {"N": "2"}}


def test_what_is_refused_says_so(client):
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as refused:
        client.put_item(
            TableName=TABLE, Item=ROWS[4], ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert refused.value.response["Item"] == ROWS[4]
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="Requested resource not found"):
        client.get_item(TableName="none", Key=key_of(NEW))
    with pytest.raises(client.exceptions.ClientError, match="ValidationException"):
        client.update_item(TableName=TABLE, Key=key_of(NEW), UpdateExpression="SET pk")


def test_a_handler_is_told_the_same(monkeypatch):
    told, call = [], DynamoHandler.call_action
    monkeypatch.setattr(DynamoHandler, "call_action", lambda handler: (told.append(handler), call(handler))[1])
    for way in (quickened(), nullcontext()):
        with mock_aws(), way:
            made = boto3.client("dynamodb", REGION, aws_access_key_id="test", aws_secret_access_key="test")
            made.create_table(**create_table_request(TABLE))
            made.put_item(TableName=TABLE, Item=NEW | EVERY_TYPE)
    names = ("params", "region", "partition", "current_account", "method", "uri", "path", "raw_path", "raw_body")
    quick, own = told[:2], told[2:]
    assert len(quick) == len(own) == 2
    for one, other in zip(quick, own, strict=True):
        assert {name: getattr(one, name) for name in names} == {name: getattr(other, name) for name in names}
        assert one.headers.get("x-amz-target") == other.headers.get("X-Amz-Target")
        assert one.response_headers.keys() == other.response_headers.keys()


def paged(client, **asked):
    while True:
        answer = client.query(TableName=TABLE, **asked)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("limit", [2, 100])
def test_a_query_gives_what_it_seeks_in_order(client, forward, limit):
    more = {"Limit": limit, "ScanIndexForward": forward}
    for partition in ("p1", "none"):
        values = {":pk": {"S": partition}, ":s": {"S": "s"}}
        of_it = [row for row in ROWS if row["pk"]["S"] == partition]
        found = list(paged(
            client, KeyConditionExpression="pk = :pk AND begins_with(sk, :s)", ExpressionAttributeValues=values, **more
        ))
        assert found == sorted(of_it, key=lambda row: row["sk"]["S"], reverse=not forward)
    due = [row for row in ROWS if row["due_shard"]["S"] == "1" and int(row["due_at"]["N"]) < 12]
    assert [row["due_at"] for row in paged(
        client, IndexName="due", KeyConditionExpression="due_shard = :shard AND due_at < :at",
        ExpressionAttributeValues={":shard": {"S": "1"}, ":at": {"N": "12"}}, **more,
    )] == [row["due_at"] for row in (due if forward else due[::-1])]
