"""Large values in S3, under ``blobs/<workspace>/<SHA-256>``."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

from botocore.exceptions import ClientError

from engine.adapters.aws.clients import Clients
from engine.adapters.aws.failures import code_of, storage_errors
from engine.errors import StoreCorrupt


class S3Blobs:
    """engine.ports.blobs.BlobStore."""

    def __init__(self, clients: Clients, bucket: str) -> None:
        self._clients = clients
        self._bucket = bucket

    def put(self, workspace: str, data: bytes) -> str:
        """Store `data` under its SHA-256."""
        ref = hashlib.sha256(data).hexdigest()
        with storage_errors():
            self._clients.s3.put_object(Bucket=self._bucket, Key=_object_key(workspace, ref), Body=data)
        return ref

    def get(self, workspace: str, ref: str) -> bytes:
        """The data behind `ref`. Raises StoreCorrupt when it is missing or does not match its digest."""
        with storage_errors():
            try:
                answer = self._clients.s3.get_object(Bucket=self._bucket, Key=_object_key(workspace, ref))
            except ClientError as error:
                if code_of(error) == "NoSuchKey":
                    raise StoreCorrupt(f"the large value {ref} is missing") from error
                raise
            data = answer["Body"].read()
        if hashlib.sha256(data).hexdigest() != ref:
            raise StoreCorrupt(f"the large value {ref} does not match its digest")
        return data


def _object_key(workspace: str, ref: str) -> str:
    return f"blobs/{quote(workspace, safe='')}/{ref}"
