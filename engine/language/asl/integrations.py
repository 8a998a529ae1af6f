"""AWS's optimised integrations as data: which there are, and what each cannot do without.

They are those of the AWS Step Functions Developer Guide, "Integrating optimized services". AWS refuses an action that
is not in its list (recorded: ``dynamodb:query``). Arguments that are written out are checked with the definition;
those that an expression makes, when the Task is about to be scheduled.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = Any

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


def unfit_arguments(service: str, action: str, arguments: Json) -> list[str]:
    """What keeps `arguments` from starting the Task, in AWS's words; nothing for services that are not listed here.

    `action` is without its pattern. Source: recorded (a single text as a header of API Gateway).
    """
    required = REQUIRED_ARGUMENTS.get(f"{service}:{action}")
    if required is None or not isinstance(arguments, dict):
        return []
    missing = [f"The field '{name}' is required but was missing" for name in required if name not in arguments]
    return missing + list(_malformed(service, arguments))


def _malformed(service: str, arguments: dict[str, Json]) -> Iterator[str]:
    """API Gateway's headers and query parameters are lists of texts by name."""
    if service != "apigateway":
        return
    for name in ("Headers", "QueryParameters"):
        value = arguments.get(name)
        if name in arguments and not (
            isinstance(value, dict) and all(isinstance(items, list) for items in value.values())
        ):
            yield f"The value of the field '{name}' has an invalid format"
