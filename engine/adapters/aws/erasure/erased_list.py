"""What was erased, in the bucket, beside the table: ``erased/<workspace>/…``.

    key                  {"key": "<64 hexadecimal digits>"}, put once
    <erasure>-<digest>   {"at", "digests": [HMAC-SHA256 of workspace and id under the key, …]}
    <erasure>-actors     {"at", "digests": [], "actors": [pseudonym, …]}: of the audit log

The list names nobody; whoever has it can try a guess. A table that is restored to a point in time is older than it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from botocore.exceptions import ClientError

from engine.adapters.aws.blobs import is_missing
from engine.adapters.aws.clients import Clients
from engine.adapters.aws.failures import code_of, storage_errors
from engine.ports.keys import ExecutionKey

PREFIX = "erased/"
_ACTORS = "-actors"


class ErasedList:
    """Raises StorageError where S3 does not serve."""

    def __init__(self, clients: Clients, bucket: str) -> None:
        self._clients = clients
        self._bucket = bucket
        self._keys: dict[str, bytes] = {}

    def add(self, workspace: str, erasure_id: str, at: float, keys: Sequence[ExecutionKey]) -> None:
        """Put executions on the list. Put again, they stand there once."""
        secret = self._key(workspace) or self._make_key(workspace)
        digests = [_digest(secret, key) for key in keys]
        if digests:
            self._put(f"{_folder(workspace)}{erasure_id}-{digests[0]}", {"at": at, "digests": digests})

    def add_actors(self, workspace: str, erasure_id: str, at: float, pseudonyms: Sequence[str]) -> None:
        """Put actors on the list."""
        self._put(f"{_folder(workspace)}{erasure_id}{_ACTORS}", {"at": at, "digests": [], "actors": [*pseudonyms]})

    def actors(self, workspace: str) -> list[str]:
        """The pseudonyms of all actors."""
        shapes = [self._get(name) for name in self._names(workspace) if name.endswith(_ACTORS)]
        return [str(one) for shape in shapes if shape is not None for one in shape["actors"]]

    def entries(self, workspace: str) -> dict[str, float]:
        """The digests, and when each was erased last."""
        found: dict[str, float] = {}
        for name in self._names(workspace):
            if not name.endswith(("/key", _ACTORS)):
                shape = self._get(name) or {"at": 0.0, "digests": []}
                for digest in shape["digests"]:
                    found[digest] = max(shape["at"], found.get(digest, 0.0))
        return found

    def digest(self, key: ExecutionKey) -> str | None:
        """What the list calls an execution; None where there is no list."""
        secret = self._key(key.workspace)
        return None if secret is None else _digest(secret, key)

    def _key(self, workspace: str) -> bytes | None:
        if workspace not in self._keys:
            shape = self._get(f"{_folder(workspace)}key")
            if shape is None:
                return None
            self._keys[workspace] = bytes.fromhex(shape["key"])
        return self._keys[workspace]

    def _make_key(self, workspace: str) -> bytes:
        """Of two that make it at once, one is first."""
        self._put(f"{_folder(workspace)}key", {"key": secrets.token_hex(32)}, once=True)
        made = self._key(workspace)
        if made is None:
            raise RuntimeError("the key of the list of what was erased was put, and is not there")
        return made

    def _put(self, name: str, shape: dict[str, Any], *, once: bool = False) -> None:
        condition: Any = {"IfNoneMatch": "*"} if once else {}
        with storage_errors():
            try:
                self._clients.s3.put_object(
                    Bucket=self._bucket, Key=name, Body=json.dumps(shape, separators=(",", ":")).encode(),
                    ContentType="application/json", **condition,
                )
            except ClientError as error:
                if not once or code_of(error) not in ("PreconditionFailed", "ConditionalRequestConflict"):
                    raise

    def _get(self, name: str) -> Any:
        with storage_errors():
            try:
                return json.loads(self._clients.s3.get_object(Bucket=self._bucket, Key=name)["Body"].read())
            except ClientError as error:
                if is_missing(error):
                    return None
                raise

    def _names(self, workspace: str) -> Iterator[str]:
        more: Any = {}
        while True:
            with storage_errors():
                page = self._clients.s3.list_objects_v2(Bucket=self._bucket, Prefix=_folder(workspace), **more)
            yield from (item["Key"] for item in page.get("Contents", []))
            if "NextContinuationToken" not in page:
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}


def _folder(workspace: str) -> str:
    return f"{PREFIX}{quote(workspace, safe='')}/"


def _digest(secret: bytes, key: ExecutionKey) -> str:
    text = f"{key.workspace}\0{key.id}".encode("utf-8", "surrogatepass")
    return hmac.new(secret, text, hashlib.sha256).hexdigest()
