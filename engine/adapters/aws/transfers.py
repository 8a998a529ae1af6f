"""Bodies above what Lambda takes and gives, through the payload bucket by presigned addresses.

    answers/<workspace>/<SHA-256>     what a request answered        GET, for SECONDS
    uploads/<workspace>/<random>      what a request will say        PUT of the very size that was named, for SECONDS

The bucket's lifecycle deletes both after a day. An address carries the rights of the API's role for one object and one
method; it is encrypted by the bucket's own rule, so that no header is asked of who puts. It names the bucket's region
and is signed by version 4, which an object under a KMS key needs.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from urllib.parse import quote

from botocore.exceptions import ClientError

from engine.adapters.aws.blobs import is_missing
from engine.adapters.aws.clients import Clients
from engine.adapters.aws.failures import storage_errors
from engine.errors import NotFound
from engine.ports.transfers import Download, Upload

SECONDS = 300
"""How long an address is good: for a slow line, not for a bookmark."""

ANSWERS, UPLOADS = "answers", "uploads"
_UPLOAD = re.compile(r"[0-9a-f]{32}")


class S3Transfers:
    """engine.ports.transfers.Transfers."""

    def __init__(self, clients: Clients, bucket: str) -> None:
        self._clients = clients
        self._bucket = bucket

    def give(self, workspace: str, body: bytes, *, content_type: str, disposition: str | None) -> Download:
        """Put the answer under its hash, so that a repeated one is there once."""
        key = f"{ANSWERS}/{quote(workspace, safe='')}/{hashlib.sha256(body).hexdigest()}"
        with storage_errors():
            self._clients.s3.put_object(Bucket=self._bucket, Key=key, Body=body)
            href = self._clients.signing_s3.generate_presigned_url("get_object", ExpiresIn=SECONDS, Params={
                "Bucket": self._bucket, "Key": key, "ResponseContentType": content_type,
                "ResponseCacheControl": "private, no-store",
                **({"ResponseContentDisposition": disposition} if disposition else {}),
            })
        return Download(href, SECONDS)

    def expect(self, workspace: str, size: int) -> Upload:
        """An address for exactly `size` bytes: S3 refuses another length."""
        upload = secrets.token_hex(16)
        with storage_errors():
            href = self._clients.signing_s3.generate_presigned_url("put_object", ExpiresIn=SECONDS, Params={
                "Bucket": self._bucket, "Key": self._key(workspace, upload), "ContentLength": size,
                "ContentType": "application/json",
            })
        return Upload(upload, href, {"Content-Type": "application/json"}, SECONDS)

    def take(self, workspace: str, upload: str) -> bytes:
        """The upload's bytes."""
        if _UPLOAD.fullmatch(upload):
            with storage_errors():
                try:
                    answer = self._clients.s3.get_object(Bucket=self._bucket, Key=self._key(workspace, upload))
                    return answer["Body"].read()
                except ClientError as error:
                    if not is_missing(error):
                        raise
        raise NotFound(
            "there is no such upload", where="Automate-Upload",
            advice=f"POST /uploads, then PUT to the address that it answers within {SECONDS} s.",
        )

    def _key(self, workspace: str, upload: str) -> str:
        return f"{UPLOADS}/{quote(workspace, safe='')}/{upload}"
