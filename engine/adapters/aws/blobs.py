"""Large values in S3, under ``blobs/<workspace>/<SHA-256>``. One that a single item refers to has that item's key in
its metadata (`OWNER`), quoted, its two parts apart by ``&``."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, unquote

from botocore.exceptions import ClientError

from engine.adapters.aws.clients import Clients
from engine.adapters.aws.failures import code_of, storage_errors
from engine.errors import StoreCorrupt, StoreUnavailable

OWNER = "owner"
"""Of an object's metadata."""

_MOST_METADATA = 1800  # S3 takes 2 KB; a longer one is left out
_MOST_DELETED = 1000  # DeleteObjects' limit
_LIST, _NOT_AUTHORIZED = "s3:ListBucket", "is not authorized to perform"


class S3Blobs:
    """engine.ports.blobs.BlobStore."""

    def __init__(self, clients: Clients, bucket: str) -> None:
        self._clients = clients
        self._bucket = bucket

    def put(self, workspace: str, data: bytes, *, owner: tuple[str, str] | None = None) -> str:
        """Store `data` under its SHA-256."""
        ref = hashlib.sha256(data).hexdigest()
        said = "" if owner is None else "&".join(quote(part, safe="") for part in owner)
        more: Any = {"Metadata": {OWNER: said}} if 0 < len(said) <= _MOST_METADATA else {}
        with storage_errors():
            self._clients.s3.put_object(Bucket=self._bucket, Key=_object_key(workspace, ref), Body=data, **more)
        return ref

    def some(self, workspace: str, after: str, most: int) -> list[tuple[str, float]]:
        """Up to `most` references behind `after`, in their order, each with when it was written last (epoch
        seconds)."""
        folder = _object_key(workspace, "")
        with storage_errors():
            page = self._clients.s3.list_objects_v2(
                Bucket=self._bucket, Prefix=folder, StartAfter=folder + after, MaxKeys=most
            )
        found = page.get("Contents", [])
        return [(item["Key"].removeprefix(folder), item["LastModified"].timestamp()) for item in found]

    def owner(self, workspace: str, ref: str) -> tuple[str, str] | None:
        """The key of the one item that refers to it, if any does; None where several may, and where it is gone."""
        with storage_errors():
            try:
                answer = self._clients.s3.head_object(Bucket=self._bucket, Key=_object_key(workspace, ref))
            except ClientError as error:
                if code_of(error) in ("404", "NoSuchKey", "NotFound"):
                    return None
                raise
        pk, _, sk = answer.get("Metadata", {}).get(OWNER, "").partition("&")
        return (unquote(pk), unquote(sk)) if sk else None

    def get(self, workspace: str, ref: str) -> bytes:
        """The data behind `ref`. Raises StoreCorrupt when it is missing or does not match its digest."""
        data = self._read(workspace, ref)
        if hashlib.sha256(data).hexdigest() != ref:
            raise StoreCorrupt(f"the large value {ref} does not match its digest")
        return data

    def beginning(self, workspace: str, ref: str, size: int) -> bytes:
        """The first `size` bytes behind `ref`: no others come over the wire."""
        return self._read(workspace, ref, Range=f"bytes=0-{size - 1}")

    def _read(self, workspace: str, ref: str, **more: Any) -> bytes:
        with storage_errors():
            try:
                answer = self._clients.s3.get_object(Bucket=self._bucket, Key=_object_key(workspace, ref), **more)
            except ClientError as error:
                if is_missing(error):
                    raise StoreCorrupt(f"the large value {ref} is missing") from error
                if code_of(error) == "InvalidRange":  # it is empty
                    return b""
                raise
            data: bytes = answer["Body"].read()
            return data

    def delete(self, workspace: str, refs: Sequence[str]) -> None:
        """Delete what lies behind `refs`; what is not there is no error."""
        for start in range(0, len(refs), _MOST_DELETED):
            some: Any = [{"Key": _object_key(workspace, ref)} for ref in refs[start : start + _MOST_DELETED]]
            with storage_errors():
                answer = self._clients.s3.delete_objects(Bucket=self._bucket, Delete={"Objects": some, "Quiet": True})
            if answer.get("Errors"):
                raise StoreUnavailable(f"S3 did not delete {len(answer['Errors'])} of {len(some)} large values")


def is_missing(error: ClientError) -> bool:
    """Whether S3 means that there is no such object.

    To a role without s3:ListBucket it says 403 AccessDenied in the place of 404 NoSuchKey (GetObject's page), and names
    that right if it names any. A message that names another right tells of one that was taken away.
    """
    code = code_of(error)
    if code != "AccessDenied":
        return code == "NoSuchKey"
    message = str(error.response["Error"].get("Message", ""))
    return _LIST in message or _NOT_AUTHORIZED not in message


def _object_key(workspace: str, ref: str) -> str:
    return f"blobs/{quote(workspace, safe='')}/{ref}"
