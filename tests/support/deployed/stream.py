"""What the emulator leaves out of a table's stream: its mappings take no `{"exists": false}` below what is absent, so
changes of headers never come to the sweeper by themselves (on AWS an absent field is absent whatever is above it).

Here the records are the stream's own, read by DynamoDB Streams' API. Those that the deployed mapping's filters match
(engine.triggers.events, which an oracle of EventBridge's rules is held against) are handed to the deployed function.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

from engine.triggers.events.matching import matches
from engine.triggers.events.pattern import compile_pattern
from tests.support.deployed.stage import Stage


class Stream:
    """What the table's stream says from now on, for a function of the stage that is mapped to it."""

    def __init__(self, stage: Stage, function: str) -> None:
        client = stage.emulator.client
        self._lambda, self._streams = client("lambda"), client("dynamodbstreams")
        self._function = f"automate-{stage.name}-{function}"
        found = self._lambda.list_event_source_mappings(FunctionName=self._function)["EventSourceMappings"]
        [mapping] = [each for each in found if "/stream/" in each["EventSourceArn"]]
        arn = mapping["EventSourceArn"]
        self._patterns = [compile_pattern(json.loads(each["Pattern"])) for each in mapping["FilterCriteria"]["Filters"]]
        shards = self._streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        self._places = [
            self._streams.get_shard_iterator(
                StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="LATEST"
            )["ShardIterator"] for shard in shards
        ]

    def hand_over(self) -> int:
        """Invoke the function with what is new and matches; how many records."""
        count = 0
        for number, place in enumerate(self._places):
            found = self._streams.get_records(ShardIterator=place)
            self._places[number] = found["NextShardIterator"]
            records = [
                record for record in json.loads(json.dumps(found["Records"], default=_plain))
                if any(matches(pattern, record) for pattern in self._patterns)
            ]
            if records:
                payload = json.dumps({"Records": records}).encode()
                answer = self._lambda.invoke(FunctionName=self._function, Payload=payload)
                said = json.loads(answer["Payload"].read())
                assert said == {"batchItemFailures": []}, said
            count += len(records)
        return count


def _plain(value: Any) -> Any:
    """Times and bytes as a Lambda's event has them."""
    return value.timestamp() if isinstance(value, datetime) else base64.b64encode(value).decode()
