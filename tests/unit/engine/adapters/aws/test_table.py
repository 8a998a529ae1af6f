from __future__ import annotations

from collections import Counter
from dataclasses import replace

from engine.adapters.aws import items, table
from engine.ports.generated_names import generated_name
from engine.ports.journal import row_of
from engine.ports.keys import ExecutionKey
from tests.support.records import a_header

SHARDS = ["03", "09", "10", "00"]


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


def test_executions_spread_evenly_over_the_shards_of_a_list():
    for names in ((f"run-{number}" for number in range(50_000)), (generated_name(1.7e9) for _ in range(50_000))):
        shards = Counter(map(table.list_shard, names))
        assert sorted(shards) == table.list_shards()
        assert max(shards.values()) < 50_000 / 16 * 1.1


def test_the_shard_of_a_name_stays():
    """It is in every stored key of a list: these were computed once."""
    assert [table.list_shard(name) for name in ("run-1", "run-2", "bestellung-ä", "")] == SHARDS


def test_the_mark_of_retention_is_no_end():
    """Nor does the stream's filter let it through."""
    key = ExecutionKey.of("default", "orders", "one")
    header = replace(a_header(key), status="FAILED", ended_at=2.0)
    item = items.header_item(header, row_of(header))
    assert items.end_of(item).id
    assert items.end_of({**item, items.TAKEN_AT: 3.0}) is None
    for says in (table.CLOSED, table.ENDED):
        assert says["dynamodb"]["NewImage"][items.TAKEN_AT] == {"N": [{"exists": False}]}
