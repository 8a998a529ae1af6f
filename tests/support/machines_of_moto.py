"""State machines on moto, with the one operation that it does not have, and pages of two."""

from __future__ import annotations

import json
from typing import Any

import boto3
from moto.stepfunctions.models import stepfunctions_backends

REGION, ACCOUNT = "eu-central-1", "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/machine"
PAGE = 2


class MotoMachines:
    """boto3's client; made within mock_aws."""

    def __init__(self) -> None:
        self._client = boto3.client(
            "stepfunctions", region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test"
        )
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.asked.append(name)
        return getattr(self._client, name)

    def list_state_machines(self, **request: Any) -> Any:
        self.asked.append("list_state_machines")
        return self._client.list_state_machines(maxResults=PAGE, **request)

    def list_state_machine_versions(self, stateMachineArn: str, nextToken: str = "0") -> Any:  # noqa: N803
        self.asked.append("list_state_machine_versions")
        [machine] = [
            item for item in stepfunctions_backends[ACCOUNT][REGION].state_machines if item.arn == stateMachineArn
        ]
        versions = [{"stateMachineVersionArn": item.arn} for item in reversed(machine.versions.values())]
        begin = int(nextToken)
        page = {"stateMachineVersions": versions[begin:begin + PAGE]}
        return page | ({"nextToken": str(begin + PAGE)} if begin + PAGE < len(versions) else {})

    # What a test sets up

    def create(self, name: str, definition: Any, *, kind: str = "STANDARD", publish: bool = False) -> str:
        """A machine; its ARN."""
        return self._client.create_state_machine(
            name=name, definition=json.dumps(definition), roleArn=ROLE, type=kind, publish=publish
        )["stateMachineArn"]

    def update(self, arn: str, definition: Any, *, publish: bool = True, description: str = "") -> None:
        """Another definition, as a version of its own."""
        more = {"versionDescription": description} if description else {}
        self._client.update_state_machine(
            stateMachineArn=arn, definition=json.dumps(definition), publish=publish, **more
        )

    def alias(self, arn: str, name: str, *routes: tuple[int, int]) -> None:
        """Pairs of a version and its weight."""
        self._client.create_state_machine_alias(name=name, routingConfiguration=[
            {"stateMachineVersionArn": f"{arn}:{number}", "weight": weight} for number, weight in routes
        ])
