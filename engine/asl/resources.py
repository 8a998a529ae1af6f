"""A Task's Resource: which integration it names, what ends the task, and how AWS's history calls it.

    arn:aws:states:::lambda:invoke.waitForTaskToken      optimised    service "lambda",           action "invoke.wait…"
    arn:aws:states:::aws-sdk:dynamodb:putItem            AWS SDK      service "aws-sdk:dynamodb", action "putItem"
    arn:aws:lambda:…:function:NAME                       function     (events of its own)
    arn:aws:states:…:activity:NAME                       activity     (events of its own)
    connector:http:request                               ours         service "connector:http",   action "request"

Only text is looked at: whether there is such a service is for the connectors to say.
"""

from __future__ import annotations

from engine.asl.model import Pattern, Resource

START_EXECUTION = "arn:aws:states:::states:startExecution"
"""Resources that start an execution begin with this."""

OWN_ARN = "arn:aws:states:local:"
"""ARNs of what runs here begin with this, where AWS has a region."""

_INTEGRATION = ":states:::"


def parse_resource(text: str) -> Resource:
    """What `text` names. An unknown form is a request-response call of the whole text: connectors decide about it."""
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
