"""The studio stack as `cdk deploy` would make it with CloudFront, which the emulator has not: read from its template.

What AWS would do by it is done here, so that the tests meet the stack's own rules: which files the bucket gets and how
long they may be kept (Custom::CDKBucketDeployment), which address leads where, with which function and headers
(AWS::CloudFront::Distribution).
"""

from __future__ import annotations

import json
import mimetypes
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from tests.support.deployed.emulator import REGION, ROOT
from tests.support.deployed.stage import Stage

SYNTH_SECONDS = 900
_MANAGED_SECURITY_HEADERS = "67f7725c-6f97-4210-82d7-5512b31e9d03"
"""AWS's policy SecurityHeadersPolicy: docs, "Use managed response headers policies"."""


@dataclass(frozen=True)
class Behaviour:
    """Where addresses of one pattern lead: `origin` is "bucket", "cognito" or "api"."""

    pattern: str
    origin: str
    function: str
    """The source of the function that sees each request first."""
    headers: dict[str, str]


class StudioTemplate:
    """Synthesised into `folder` for `stage`, which is deployed."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self._stage = stage
        self._folder = folder
        context = stage.context | {"cdn": "true"}
        done = subprocess.run(
            [sys.executable, "-m", "infra_cdk.app"], cwd=ROOT, capture_output=True, text=True, timeout=SYNTH_SECONDS,
            env=os.environ | {"CDK_CONTEXT_JSON": json.dumps(context), "CDK_OUTDIR": str(folder)}, check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        self._resources = self._read("studio", "template")["Resources"]

    def fill_bucket(self, s3) -> int:
        """Put what the stack's deployments would put into the stage's bucket; how many files that are."""
        bucket, count = self._stage.output("studio", "BucketName"), 0
        for resource in self._of_type("Custom::CDKBucketDeployment"):
            for path, content in self._files_of(resource):
                s3.put_object(
                    Bucket=bucket, Key=f"{resource['DestinationBucketKeyPrefix']}/{path}", Body=content,
                    ContentType=mimetypes.guess_type(path)[0] or "binary/octet-stream",
                    CacheControl=resource["SystemMetadata"]["cache-control"],
                )
                count += 1
        return count

    def empty_bucket(self, s3) -> None:
        """As the stack's own custom resource does before the bucket is deleted."""
        bucket = self._stage.output("studio", "BucketName")
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for found in page.get("Contents", ()):
                s3.delete_object(Bucket=bucket, Key=found["Key"])

    def behaviours(self) -> list[Behaviour]:
        """Of the distribution, the default last."""
        (distribution,) = self._of_type("AWS::CloudFront::Distribution")
        config = distribution["DistributionConfig"]
        origins = {origin["Id"]: _kind(origin) for origin in config["Origins"]}
        return [
            Behaviour(
                found.get("PathPattern", "*"), origins[found["TargetOriginId"]],
                self._function(found["FunctionAssociations"]), self._headers(found["ResponseHeadersPolicyId"]),
            )
            for found in (*config["CacheBehaviors"], config["DefaultCacheBehavior"])
        ]

    def _read(self, stack: str, what: str) -> Any:
        return json.loads((self._folder / f"automate-{self._stage.name}-{stack}.{what}.json").read_text())

    def _of_type(self, kind: str) -> list[dict[str, Any]]:
        return [found["Properties"] for found in self._resources.values() if found["Type"] == kind]

    def _files_of(self, deployment: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
        """Relative path and content: as `aws s3 sync`, --exclude before --include, the later one decides."""
        assets = self._read("studio", "assets")["files"]
        markers = deployment.get("SourceMarkers") or [{} for _ in deployment["SourceObjectKeys"]]
        for key, marked in zip(deployment["SourceObjectKeys"], markers, strict=True):
            folder = self._folder / assets[key.removesuffix(".zip")]["source"]["path"]
            for file in sorted(path for path in folder.rglob("*") if path.is_file()):
                path, content = file.relative_to(folder).as_posix(), file.read_bytes()
                excluded = any(fnmatch(path, pattern) for pattern in deployment.get("Exclude", ()))
                if excluded and not any(fnmatch(path, pattern) for pattern in deployment.get("Include", ())):
                    continue
                for marker, value in marked.items():
                    content = content.replace(marker.encode(), self._resolved(value).encode())
                yield path, content

    def _resolved(self, value: Any) -> str:
        """What CloudFormation makes of a value: text, a join, the region, or an output of another stack."""
        if isinstance(value, str):
            return value
        if value == {"Ref": "AWS::Region"}:
            return REGION
        if "Fn::Join" in value:
            between, parts = value["Fn::Join"]
            return between.join(map(self._resolved, parts))
        asked = value["Fn::GetStackOutput"]
        stack = asked["StackName"].rpartition("-")[2]
        outputs = self._read(stack, "template")["Outputs"]
        read = outputs[asked["OutputName"]]["Value"]
        if read.get("Fn::GetAtt", ("",))[-1] == "RegionalDomainName":
            return f"{self._stage.output(stack, 'BucketName')}.s3.{REGION}.amazonaws.com"
        return self._stage.output(stack, next(name for name, found in outputs.items() if found["Value"] == read))

    def _function(self, associations: list[dict[str, Any]]) -> str:
        (association,) = associations
        assert association["EventType"] == "viewer-request"
        name, _ = association["FunctionARN"]["Fn::GetAtt"]
        return self._resources[name]["Properties"]["FunctionCode"]

    def _headers(self, policy: Any) -> dict[str, str]:
        if policy == _MANAGED_SECURITY_HEADERS:
            return {
                "X-XSS-Protection": "1; mode=block", "X-Frame-Options": "SAMEORIGIN",
                "Referrer-Policy": "strict-origin-when-cross-origin", "X-Content-Type-Options": "nosniff",
                "Strict-Transport-Security": "max-age=31536000",
            }
        config = self._resources[policy["Ref"]]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
        https = config["StrictTransportSecurity"]
        assert (https["IncludeSubdomains"], "ContentTypeOptions" in config) == (True, True)
        return {
            "Content-Security-Policy": self._resolved(config["ContentSecurityPolicy"]["ContentSecurityPolicy"]),
            "X-Content-Type-Options": "nosniff", "X-Frame-Options": config["FrameOptions"]["FrameOption"],
            "Referrer-Policy": config["ReferrerPolicy"]["ReferrerPolicy"],
            "Strict-Transport-Security": f"max-age={https['AccessControlMaxAgeSec']}; includeSubDomains",
        }


def _kind(origin: dict[str, Any]) -> str:
    if "S3OriginConfig" in origin:
        return "bucket"
    return "cognito" if "cognito-idp." in json.dumps(origin["DomainName"]) else "api"
