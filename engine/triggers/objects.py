"""Objects that are put into a bucket of S3: the event pattern of such a trigger, and what names one put.

S3 tells of each put by an event on the account's default bus, if the bucket is told to ("Using EventBridge", S3 User
Guide).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Any

KIND = "s3"
"""The type of such a trigger."""


def pattern_of(spec: Mapping[str, Json]) -> dict[str, Json]:
    """The event pattern of a trigger with `bucket`, and maybe `prefix` and `suffix`."""
    prefix, suffix = str(spec.get("prefix") or ""), str(spec.get("suffix") or "")
    wanted: list[Json] = []
    if prefix and suffix:
        wanted = [{"wildcard": f"{_literal(prefix)}*{_literal(suffix)}"}, *_overlapping(prefix, suffix)]
    elif prefix or suffix:
        wanted = [{"prefix": prefix} if prefix else {"suffix": suffix}]
    detail: dict[str, Json] = {"bucket": {"name": [spec["bucket"]]}}
    if wanted:
        detail["object"] = {"key": wanted}
    return {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}


def put_of(event: Mapping[str, Json]) -> str | None:
    """The one put that an event tells of: ``bucket/key/version/sequencer``, where a bucket without versions has the
    object's ETag in the version's place. None for an event that is not S3's own."""
    detail = event.get("detail")
    bucket = detail.get("bucket") if isinstance(detail, dict) else None
    put = detail.get("object") if isinstance(detail, dict) else None
    if not isinstance(bucket, dict) or not isinstance(put, dict):
        return None
    parts = (bucket.get("name"), put.get("key"), put.get("version-id") or put.get("etag"), put.get("sequencer"))
    if not all(isinstance(part, str) and part for part in parts):
        return None
    return "/".join(str(part) for part in parts)


def _overlapping(prefix: str, suffix: str) -> list[str]:
    """The keys that begin with `prefix` and end with `suffix` by characters of both: a wildcard has them side by
    side."""
    lengths = range(1, min(len(prefix), len(suffix)) + 1)
    return [prefix + suffix[length:] for length in lengths if prefix.endswith(suffix[:length])]


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("*", "\\*")
