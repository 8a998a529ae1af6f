"""The rotation Lambda: Secrets Manager rotates a secret of the stage by it, in four steps.

    createSecret   a random value, kept as AWSPENDING
    setSecret      the pending value is put to the address of the tag `automate:rotate:set-url`, if there is one
    testSecret     the address of `automate:rotate:test-url` has to answer to it with less than 400, if there is one
    finishSecret   the pending value becomes AWSCURRENT; Secrets Manager makes the current one AWSPREVIOUS

The contract is AWS's (User Guide, "Rotation by Lambda function"): a step may come again, the version is named by
ClientRequestToken, and at the end AWSPENDING is on no other version than AWSCURRENT. Nobody invokes the function but
Secrets Manager, of its own account.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from engine.adapters.aws.secretsmanager import BY_TAG, CURRENT, PENDING
from engine.errors import InvalidDocument, Refused
from functions.lambda_logs import join_logs
from functions.rotation import wiring

Json = Any

CHARACTERS = 43
"""Of a new value, each one of 64: as many as 32 random bytes have."""

BY = "rotation"
SET_URL, TEST_URL, TEST_AS = (f"automate:rotate:{name}" for name in ("set-url", "test-url", "test-as"))

logger = Logger(service="rotation")


@logger.inject_lambda_context
def handler(event: Json, context: LambdaContext) -> None:  # noqa: ARG001 - Lambda's shape
    """Make one step. Raises for one that failed: Secrets Manager begins the rotation again."""
    parts = _parts()
    step, name, token = event["Step"], event["SecretId"], event["ClientRequestToken"]
    found = parts.client.describe_secret(SecretId=name)
    key = wiring.key_of(parts.stage, found["Name"])
    if not found.get("RotationEnabled"):
        raise Refused(f"rotation of {key} is not switched on")
    stages = found.get("VersionIdsToStages", {}).get(token, [])
    if CURRENT in stages:
        logger.info("%s: the version is the current one already", key, step=step)
        return
    if PENDING not in stages:
        raise Refused(f"the version {token} of {key} is not the pending one")
    tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags", ())}
    if step not in _STEPS:
        raise InvalidDocument(f"{step!r} is no step of a rotation", where="Step")
    _STEPS[step](_Rotation(parts, name, key, token, tags, found["VersionIdsToStages"]))
    logger.info("%s: done", key, step=step)


class _Rotation:
    """One secret on its way to the version `token`."""

    def __init__(
        self, parts: wiring.Parts, name: str, key: str, token: str, tags: dict[str, str], versions: dict[str, list[str]]
    ) -> None:
        self._client, self._asked = parts.client, parts.asked
        self._name, self._key, self._token, self._tags, self._versions = name, key, token, tags, versions

    def create(self) -> None:
        """Keep a new value, where none is there from an earlier try."""
        self._value(VersionStage=CURRENT)  # one without a value is refused before anything is made
        if self._pending() is None:
            made = secrets.token_urlsafe(CHARACTERS)[:CHARACTERS]
            self._client.put_secret_value(
                SecretId=self._name, ClientRequestToken=self._token, SecretString=made, VersionStages=[PENDING]
            )

    def set(self) -> None:
        """Hand the new value over, unless the service has it already."""
        url = self._tags.get(SET_URL, "")
        if not url or (self._tags.get(TEST_URL) and self._passes()):
            return
        self._asked.put(url, self._key, self._needed(), self._value(VersionStage=CURRENT), self._token)

    def test(self) -> None:
        """Raises ConnectionFailed where the service does not take the new value."""
        if self._tags.get(TEST_URL):
            self._asked.test(self._tags[TEST_URL], self._tags.get(TEST_AS, ""), self._needed())

    def finish(self) -> None:
        """Make it the current one."""
        self._needed()
        current = next((version for version, stages in self._versions.items() if CURRENT in stages), None)
        moved = {} if current is None else {"RemoveFromVersionId": current}
        self._client.update_secret_version_stage(
            SecretId=self._name, VersionStage=CURRENT, MoveToVersionId=self._token, **moved
        )
        self._client.update_secret_version_stage(
            SecretId=self._name, VersionStage=PENDING, RemoveFromVersionId=self._token
        )
        self._client.tag_resource(SecretId=self._name, Tags=[{"Key": BY_TAG, "Value": BY}])

    def _passes(self) -> bool:
        try:
            self.test()
        except wiring.ConnectionFailed:
            return False
        return True

    def _needed(self) -> str:
        value = self._pending()
        if value is None:
            raise Refused(f"the pending version of {self._key} has no value")
        return value

    def _pending(self) -> str | None:
        try:
            return self._value(VersionId=self._token, VersionStage=PENDING)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise

    def _value(self, **which: str) -> str:
        value: str | None = self._client.get_secret_value(SecretId=self._name, **which).get("SecretString")
        if value is None:
            raise Refused(f"{self._key} is a binary secret, and those are not rotated")
        return value


_STEPS: dict[str, Callable[[_Rotation], None]] = {
    "createSecret": _Rotation.create, "setSecret": _Rotation.set, "testSecret": _Rotation.test,
    "finishSecret": _Rotation.finish,
}


@cache
def _parts() -> wiring.Parts:
    parts = wiring.parts()
    join_logs(logger, parts.log_level)
    return parts
