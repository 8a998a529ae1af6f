"""A Task's Resource: which integration it names, what ends the task, and how AWS's history calls it.

    arn:aws:states:::lambda:invoke.waitForTaskToken      optimised    service "lambda",           action "invoke.wait…"
    arn:aws:states:::aws-sdk:dynamodb:putItem            AWS SDK      service "aws-sdk:dynamodb", action "putItem"
    arn:aws:lambda:…:function:NAME                       function     (events of its own)
    arn:aws:states:…:activity:NAME                       activity     (events of its own)
    connector:http:request                               ours         service "connector:http",   action "request"

An integration's ARN may carry region and account (``arn:aws:states:eu-west-1:123456789012:aws-sdk:glue:startCrawler``),
which say nothing: the execution's own are meant. They are left out before anything looks at it.

Only text is looked at: whether there is such a service is for the connectors to say.
"""

from __future__ import annotations

import re

from engine.language.asl.model import Pattern, Resource

START_EXECUTION = "arn:aws:states:::states:startExecution"
"""Resources that start an execution begin with this."""

OWN_ARN = "arn:aws:states:local:"
"""ARNs of what runs here begin with this, where AWS has a region."""

_INTEGRATION = ":states:::"

_PLACED = re.compile(r"(arn:[^:]+:states:)[^:]+:[^:]+(:(?:aws-sdk:)?[a-z][a-z0-9-]*:[A-Za-z0-9]+(?:\..+)?)")
"""An integration's ARN with a region or an account in it. No service is called activity."""


def plain_resource(text: str) -> str:
    """`text` without region and account, where it names an integration; anything else as it is."""
    found = None if _INTEGRATION in text or ":activity:" in text else _PLACED.fullmatch(text)
    return text if found is None else f"{found[1]}:{found[2]}"


def unfilled(text: str) -> str | None:
    """What is wrong with a resource that has a template's placeholder in it (``${Function.Arn}``); None for others."""
    if "${" not in text:
        return None
    return (
        f"{text} has a placeholder that a SAM or CloudFormation template fills in. Write the resource itself, or bring "
        "in the template (automate import --file) or what is deployed (automate import --from step-functions)."
    )


def parse_resource(text: str) -> Resource:
    """What `text` names. An unknown form is a request-response call of the whole text: connectors decide about it."""
    text = plain_resource(text)
    if _INTEGRATION in text:
        service, _, action = text.partition(_INTEGRATION)[2].rpartition(":")
        if action in ("2", "1") and service.endswith(".sync"):  # startExecution.sync:2
            service, _, first = service.rpartition(":")
            action = f"{first}:{action}"
        return Resource(text, _pattern(action), service, action)
    if text.startswith("connector:"):
        service, _, action = text.rpartition(":")
        return Resource(text, _pattern(action), service, action)
    if ":activity:" in text:
        return Resource(text, Pattern.ACTIVITY, "activity", text)
    return Resource(text, _pattern(text), "lambda", text, function=":lambda:" in text)


def _pattern(action: str) -> Pattern:
    if action.endswith(".waitForTaskToken"):
        return Pattern.CALLBACK
    return Pattern.SYNC if action.endswith((".sync", ".sync:2")) else Pattern.REQUEST_RESPONSE
