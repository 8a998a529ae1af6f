"""A Task's Resource: the ARNs that AWS recognises, our connectors, and what an EXPRESS workflow may not use.

The optimised integrations are those of the AWS Step Functions Developer Guide, "Integrating optimized services".
AWS refuses an action that is not in its list (recorded: ``dynamodb:query``), so the list is kept here as data:
service → action → the patterns it has besides request-response.
"""

from __future__ import annotations

import re

from engine.asl.validate.inspection import Inspection, Json, Spot

SYNC = ".sync"
SYNC_2 = ".sync:2"
TOKEN = ".waitForTaskToken"  # noqa: S105  (the name of a pattern)

_ONLY: tuple[str, ...] = ("",)
_JOB: tuple[str, ...] = ("", SYNC)
_CALLBACK: tuple[str, ...] = ("", TOKEN)

OPTIMISED: dict[str, dict[str, tuple[str, ...]]] = {
    "apigateway": {"invoke": _CALLBACK},
    "athena": {"startQueryExecution": _JOB, "stopQueryExecution": _ONLY, "getQueryExecution": _ONLY,
               "getQueryResults": _ONLY},
    "batch": {"submitJob": _JOB},
    "bedrock": {"invokeModel": _ONLY, "createModelCustomizationJob": _JOB},
    "bedrockagentcore": {"invokeHarness": _ONLY},
    "codebuild": {"startBuild": _JOB, "stopBuild": _ONLY, "batchDeleteBuilds": _ONLY, "batchGetReports": _ONLY,
                  "startBuildBatch": _JOB, "stopBuildBatch": _ONLY, "retryBuildBatch": _JOB,
                  "deleteBuildBatch": _ONLY},
    "databrew": {"startJobRun": _JOB},
    "dynamodb": {"getItem": _ONLY, "putItem": _ONLY, "deleteItem": _ONLY, "updateItem": _ONLY},
    "ecs": {"runTask": ("", SYNC, TOKEN)},
    "eks": {"createCluster": _JOB, "deleteCluster": _JOB, "createFargateProfile": _JOB, "deleteFargateProfile": _JOB,
            "createNodegroup": _JOB, "deleteNodegroup": _JOB, "runJob": _JOB, "call": _ONLY},
    "elasticmapreduce": {"createCluster": _JOB, "setClusterTerminationProtection": _ONLY, "terminateCluster": _JOB,
                         "addStep": _JOB, "cancelStep": _ONLY, "modifyInstanceFleetByName": _ONLY,
                         "modifyInstanceGroupByName": _ONLY},
    "emr-containers": {"createVirtualCluster": _ONLY, "deleteVirtualCluster": _JOB, "startJobRun": _JOB},
    "emr-serverless": {"createApplication": _JOB, "startApplication": _JOB, "stopApplication": _JOB,
                       "deleteApplication": _JOB, "startJobRun": _JOB, "cancelJobRun": _JOB},
    "events": {"putEvents": _CALLBACK},
    "glue": {"startJobRun": _JOB},
    "http": {"invoke": _ONLY},
    "lambda": {"invoke": _CALLBACK},
    "mediaconvert": {"createJob": _JOB},
    "sagemaker": {"createEndpoint": _ONLY, "createEndpointConfig": _ONLY, "createHyperParameterTuningJob": _JOB,
                  "createLabelingJob": _JOB, "createModel": _ONLY, "createProcessingJob": _JOB,
                  "createTrainingJob": _JOB, "createTransformJob": _JOB, "updateEndpoint": _ONLY},
    "sns": {"publish": _CALLBACK},
    "sqs": {"sendMessage": _CALLBACK},
    "states": {"startExecution": ("", SYNC, SYNC_2, TOKEN)},
}

REQUIRED_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "apigateway:invoke": ("ApiEndpoint", "Method"),
    "batch:submitJob": ("JobDefinition", "JobName", "JobQueue"),
    "dynamodb:deleteItem": ("Key", "TableName"),
    "dynamodb:getItem": ("Key", "TableName"),
    "dynamodb:putItem": ("Item", "TableName"),
    "dynamodb:updateItem": ("Key", "TableName"),
    "ecs:runTask": ("TaskDefinition",),
    "events:putEvents": ("Entries",),
    "glue:startJobRun": ("JobName",),
    "http:invoke": ("ApiEndpoint", "Method"),
    "lambda:invoke": ("FunctionName",),
    "sns:publish": ("Message",),
    "sqs:sendMessage": ("MessageBody", "QueueUrl"),
    "states:startExecution": ("StateMachineArn",),
}
"""What an optimised integration cannot do without (the API reference of each service)."""

_INTEGRATION = re.compile(
    r"arn:[^:]+:states:::(?P<sdk>aws-sdk:)?(?P<service>[a-z0-9-]+):(?P<action>[A-Za-z0-9]+)"
    r"(?P<pattern>\.waitForTaskToken|\.sync:2|\.sync)?"
)
_LAMBDA = re.compile(r"arn:[^:]+:lambda:[^:]*:[^:]*:function:[A-Za-z0-9_-]+(:[A-Za-z0-9_$-]+)?")
_ACTIVITY = re.compile(r"arn:[^:]+:states:[^:]*:[^:]*:activity:[^\s:]{1,80}")
CONNECTOR = re.compile(r"connector:[A-Za-z][A-Za-z0-9_-]*:[A-Za-z][A-Za-z0-9_-]*(?P<pattern>\.waitForTaskToken)?")
"""``connector:CODE:ACTION``, optionally ``.waitForTaskToken``: a Task of ours that AWS does not know."""


def check_resource(inspection: Inspection, value: Json, spot: Spot) -> None:
    """A Task's Resource."""
    if not isinstance(value, str):
        inspection.error(spot, "Expected value of type String")
        return
    if inspection.extensions and value.startswith("connector:"):
        _check_connector(inspection, value, spot)
        return
    if _ACTIVITY.fullmatch(value):
        if spot.kind == "EXPRESS":
            inspection.error(spot, "Express state machine does not support activities")
        return
    if _LAMBDA.fullmatch(value):
        return
    found = _INTEGRATION.fullmatch(value)
    if found is None or not _recognised(found):
        inspection.error(
            spot,
            f"The resource provided {value} is not recognized. The value is not a valid resource ARN, "
            "or the resource is not available in this region.",
        )
        return
    _check_pattern(inspection, found["pattern"], spot)


def check_required_arguments(inspection: Inspection, resource: Json, arguments: Json, spot: Spot) -> None:
    """The arguments that the integration `resource` needs, where `arguments` (at `spot`) are written out."""
    found = _INTEGRATION.fullmatch(resource) if isinstance(resource, str) else None
    if found is None or found["sdk"] or not isinstance(arguments, dict):
        return
    for name in REQUIRED_ARGUMENTS.get(f"{found['service']}:{found['action']}", ()):
        if name not in arguments and (spot.is_jsonata or f"{name}.$" not in arguments):
            inspection.error(spot, f"The field '{name}' is required but was missing")


def _recognised(found: re.Match[str]) -> bool:
    pattern = found["pattern"] or ""
    if found["sdk"]:
        return found["action"][0].islower() and not pattern.startswith(SYNC)
    return pattern in OPTIMISED.get(found["service"], {}).get(found["action"], ())


def _check_connector(inspection: Inspection, value: str, spot: Spot) -> None:
    found = CONNECTOR.fullmatch(value)
    if found is None:
        inspection.error(
            spot, f"'{value}' names no connector action: write connector:CODE:ACTION, or connector:CODE:ACTION{TOKEN}"
        )
    else:
        _check_pattern(inspection, found["pattern"], spot)


def _check_pattern(inspection: Inspection, pattern: str | None, spot: Spot) -> None:
    if spot.kind != "EXPRESS" or not pattern:
        return
    if pattern == TOKEN:  # AWS's text ends with a space
        inspection.error(spot, f"Express state machine does not support '{TOKEN}' service integration ")
    else:
        inspection.error(spot, f"Express state machine does not support '{SYNC}' service integration")
