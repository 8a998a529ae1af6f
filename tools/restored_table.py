"""Make a restored table like the one it was restored from: ``python -m tools.restored_table NAME --like TABLE``.

A restore of DynamoDB brings items, keys, indexes, billing mode and encryption. It brings neither TTL, point-in-time
recovery, deletion protection, tags nor the stream, and no alarm watches the new table (the developer guide,
"Point-in-time recovery: How it works"). This sets the first five, as TABLE has them or as every table of a stage must,
reads them back, and names the alarms that watch TABLE: the stage's own follow when it is deployed on the new one. It
takes the account's own credentials, and may be run again at any time.

It brings back as well who had access then: a named token that was revoked since would be good again, and so would a
grant that was taken. So those of TABLE take their place, once: what is changed on the new table later stays.

Exit status: 0 all is as it must be · 1 something is not, which is said.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from engine.adapters.aws.access.tokens import PARTITION as ACCESS
from engine.adapters.aws.table import TTL_ATTRIBUTE, create_table_request

Json = Any


class RestoredTable:
    """The table `name`, restored from `like`. `clients` makes a client of boto3 by its service's name."""

    def __init__(self, clients: Callable[[str], Any], name: str, like: str) -> None:
        self._dynamodb = clients("dynamodb")
        self._cloudwatch = clients("cloudwatch")
        self.name = name
        self.like = like

    def make_ready(self) -> None:
        """Set what a restore leaves out. Waits until the table is there. Raises ClientError, WaiterError."""
        source, arn = self._described(self.like), self._waited()["TableArn"]
        if self._ttl() not in ("ENABLED", "ENABLING"):
            self._dynamodb.update_time_to_live(
                TableName=self.name, TimeToLiveSpecification={"Enabled": True, "AttributeName": TTL_ATTRIBUTE}
            )
        recovery = {"PointInTimeRecoveryEnabled": True}
        self._dynamodb.update_continuous_backups(TableName=self.name, PointInTimeRecoverySpecification=recovery)
        tags = self._tags(source["TableArn"])
        if tags:
            self._dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": k, "Value": v} for k, v in tags.items()])
        if not self._described(self.name).get("DeletionProtectionEnabled"):
            self._dynamodb.update_table(TableName=self.name, DeletionProtectionEnabled=True)
            self._waited()
        stream = source.get("StreamSpecification")
        if stream and self._described(self.name).get("StreamSpecification") != stream:
            self._dynamodb.update_table(TableName=self.name, StreamSpecification=stream)
            self._waited()
        if self._is_a_stage_s() and not self._has_access():
            self._take_access()

    def _is_a_stage_s(self) -> bool:
        return bool(_shape(self._described(self.name)) == _shape(create_table_request(self.name)))

    def _has_access(self) -> bool:
        """Whether who has access was taken from TABLE already."""
        answer = self._dynamodb.get_item(TableName=self.name, Key=self._mark, ConsistentRead=True)
        return "Item" in answer

    def _take_access(self) -> None:
        """Put named tokens and grants as TABLE has them now, and then that it was done."""
        now, then = self._access(self.like), self._access(self.name)
        for sk, item in now.items():
            if then.get(sk) != item:
                self._dynamodb.put_item(TableName=self.name, Item=item)
        for sk in then.keys() - now.keys():
            self._dynamodb.delete_item(TableName=self.name, Key={"pk": {"S": ACCESS}, "sk": {"S": sk}})
        self._dynamodb.put_item(TableName=self.name, Item=self._mark)

    def _access(self, table: str) -> dict[str, Json]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": ACCESS}},
            ConsistentRead=True,
        )
        return {item["sk"]["S"]: item for page in pages for item in page["Items"]}

    @property
    def _mark(self) -> Json:
        return {"pk": {"S": ACCESS}, "sk": {"S": f"C#{self.like}#{self.name}"}}

    def checks(self) -> list[tuple[str, bool]]:
        """What must hold, and whether it does. Raises ClientError."""
        source, table = self._described(self.like), self._described(self.name)
        backups = self._dynamodb.describe_continuous_backups(TableName=self.name)["ContinuousBackupsDescription"]
        recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
        tags = self._tags(table["TableArn"]).items()
        return [
            ("keys and indexes of a stage's table", self._is_a_stage_s()),
            ("it is active, and its indexes are", _is_active(table)),
            (f"the key that encrypts it is that of {self.like}", _key(table) == _key(source)),
            (f"time to live by {TTL_ATTRIBUTE}", self._ttl() in ("ENABLED", "ENABLING")),
            ("point-in-time recovery", recovery == "ENABLED"),
            ("deletion protection", table.get("DeletionProtectionEnabled") is True),
            (f"the tags of {self.like}", tags >= self._tags(source["TableArn"]).items()),
            (f"named tokens and grants are those of {self.like}, not those of the moment restored",
             self._is_a_stage_s() and self._has_access()),
            (f"the stream of {self.like}", table.get("StreamSpecification") == source.get("StreamSpecification")),
        ]

    def stream_arn(self) -> str:
        """The ARN of its stream, which the stage is told; empty where it has none."""
        return str(self._described(self.name).get("LatestStreamArn", ""))

    def alarms(self) -> list[str]:
        """The alarms that watch the table of before."""
        watched = {"Name": "TableName", "Value": self.like}
        pages = self._cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
        return [
            alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]
            if watched in alarm.get("Dimensions", ())
        ]

    def _waited(self) -> Json:
        self._dynamodb.get_waiter("table_exists").wait(
            TableName=self.name, WaiterConfig={"Delay": 20, "MaxAttempts": 720}
        )
        return self._described(self.name)

    def _described(self, name: str) -> Json:
        return self._dynamodb.describe_table(TableName=name)["Table"]

    def _ttl(self) -> str:
        found = self._dynamodb.describe_time_to_live(TableName=self.name)["TimeToLiveDescription"]
        return str(found["TimeToLiveStatus"])

    def _tags(self, arn: str) -> dict[str, str]:
        """Without CloudFormation's own, which nobody else may set."""
        pages = self._dynamodb.get_paginator("list_tags_of_resource").paginate(ResourceArn=arn)
        tags = {tag["Key"]: tag["Value"] for page in pages for tag in page.get("Tags", ())}
        return {key: value for key, value in tags.items() if not key.startswith("aws:")}


def _shape(table: Json) -> Json:
    indexes = sorted(
        (index["IndexName"], str(index["KeySchema"]), index["Projection"]["ProjectionType"])
        for index in table.get("GlobalSecondaryIndexes", ())
    )
    return table["KeySchema"], indexes


def _is_active(table: Json) -> bool:
    indexes = table.get("GlobalSecondaryIndexes", ())
    return all(part["TableStatus" if part is table else "IndexStatus"] == "ACTIVE" for part in (table, *indexes))


def _key(table: Json) -> Any:
    return table.get("SSEDescription", {}).get("KMSMasterKeyArn")


def _client(service: str) -> Any:
    factory: Any = boto3.client  # its stubs know each service by name, not any
    return factory(service)


def main(arguments: list[str], clients: Callable[[str], Any] | None = None) -> int:
    """See the module's docstring; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.restored_table", description=__doc__)
    parser.add_argument("name", metavar="NAME", help="the restored table")
    parser.add_argument("--like", required=True, metavar="TABLE", help="the table that it was restored from")
    given = parser.parse_args(arguments)
    table = RestoredTable(clients or _client, given.name, given.like)
    try:
        table.make_ready()
        checks, alarms = table.checks(), table.alarms()
    except (BotoCoreError, ClientError, WaiterError) as error:
        print(f"{given.name} is not ready: {error}", file=sys.stderr)
        return 1
    for what, holds in checks:
        print(f"{'ok ' if holds else 'NOT'}  {what}")
    print(f"     -c table={given.name} -c table_stream={table.stream_arn()}")
    for alarm in alarms:
        print(f"     the alarm {alarm} watches {given.like}")
    if alarms:
        print(f"     The stage's own alarms follow with -c table={given.name}; make the others anew.")
    return 0 if all(holds for _, holds in checks) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
