"""The function that takes the files of older builds out of the Studio's bucket. It is deployed as this text alone.

CloudFormation calls it as a custom resource, once a build is in its place. A call names the files of the build
(`Assets`) and, where there was one before, that one's. What neither of them has is deleted, so a page that is open goes
on with the build that it began with. When the resource is made nobody knows the build before it: nothing is deleted.

A deployment does not fail by what could not be deleted: the next build's call does it.
"""

from __future__ import annotations

import json
import logging
import urllib.request
from collections.abc import Callable
from typing import Any

import boto3

ENOUGH_MILLISECONDS = 30_000
"""With less time left than that, the rest waits for the next build."""

_LOG = logging.getLogger("old-assets")
_LOG.setLevel(logging.INFO)


def handler(event: dict[str, Any], context: Any) -> None:
    """Delete what is old, and tell CloudFormation that it is done."""
    try:
        if event["RequestType"] == "Update":
            delete(event["ResourceProperties"], event["OldResourceProperties"], context.get_remaining_time_in_millis)
    except Exception:  # noqa: BLE001 - without an answer the deployment waits, and fails
        _LOG.exception("files of older builds stay until the next build")
    answer = {
        "Status": "SUCCESS", "PhysicalResourceId": event.get("PhysicalResourceId", "old-assets"),
        **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own address
        event["ResponseURL"], json.dumps(answer).encode("ascii"), {"Content-Type": ""}, method="PUT"
    )
    urllib.request.urlopen(request, timeout=20).close()  # noqa: S310 - likewise


def delete(build: dict[str, Any], before: dict[str, Any], left: Callable[[], int]) -> None:
    """Delete the files under the prefix that are in neither of two builds; `left` says how many milliseconds are."""
    if build["Assets"] == before["Assets"]:
        return
    bucket, prefix = build["Bucket"], build["Prefix"]
    stay = {prefix + name for name in (*build["Assets"], *before["Assets"])}
    s3 = boto3.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        old = [found["Key"] for found in page.get("Contents", ()) if found["Key"] not in stay]
        if left() < ENOUGH_MILLISECONDS:
            _LOG.warning("there is no time left: the rest stays until the next build")
            return
        if old:
            keys = {"Objects": [{"Key": key} for key in old], "Quiet": True}
            errors = s3.delete_objects(Bucket=bucket, Delete=keys).get("Errors", ())  # type: ignore[arg-type]
            _LOG.info("deleted %s files of older builds, could not delete %s", len(old) - len(errors), list(errors)[:3])
