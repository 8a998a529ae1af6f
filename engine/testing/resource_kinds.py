"""Whether an AWS action only reads: derived from the verb that its name begins with, as AWS's own names have it."""

from __future__ import annotations

import re

from engine.language.asl.resources import plain_resource

READING = ("get", "list", "describe", "query", "scan", "head", "batchget")
"""The verbs of actions that only read."""
_SDK = re.compile(r"arn:[^:]+:states:::(?:aws-sdk:)?[^:]+:([A-Za-z0-9]+)(\..+)?")


def aws_action_reads(resource: str) -> bool:
    """Whether the resource names an AWS action that changes nothing: ``arn:aws:states:::dynamodb:getItem``."""
    found = _SDK.fullmatch(plain_resource(resource))
    if found is None or found[2] is not None:
        return False
    return found[1].lower().startswith(READING)
