from __future__ import annotations

from engine.adapters.aws import table


def test_every_index_is_sparse_and_keys_only():
    request = table.create_table_request("t")
    assert [index["IndexName"] for index in request["GlobalSecondaryIndexes"]] == [i.name for i in table.INDEXES]
    for index in request["GlobalSecondaryIndexes"]:
        assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}
        assert not {key["AttributeName"] for key in index["KeySchema"]} & {"pk", "sk"}, "an item may be left out"
    assert request["BillingMode"] == "PAY_PER_REQUEST"


def test_every_attribute_of_a_key_is_defined_and_no_other():
    request = table.create_table_request("t")
    used = {key["AttributeName"] for key in request["KeySchema"]}
    for index in request["GlobalSecondaryIndexes"]:
        used |= {key["AttributeName"] for key in index["KeySchema"]}
    defined = {attribute["AttributeName"]: attribute["AttributeType"] for attribute in request["AttributeDefinitions"]}
    assert set(defined) == used
    assert defined["due_at"] == "N"
    assert table.TTL_ATTRIBUTE not in defined


def test_executions_spread_over_all_due_shards():
    shards = {table.due_shard(f"E#default#orders:run-{number}") for number in range(500)}
    assert shards == {str(number) for number in range(16)}
