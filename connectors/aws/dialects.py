"""The two ways in which Step Functions speaks of a service: one as the AWS SDK for Java v1, one as v2.

                  optimised                                      aws-sdk
    members       first letter upper case                        leading acronym as a word, reserved names + Value
    metadata      SdkHttpMetadata, SdkResponseMetadata           none
    error         DynamoDB.ResourceNotFoundException             DynamoDb.ResourceNotFoundException
    not modelled  DynamoDB.AmazonDynamoDBException               DynamoDb.DynamoDbException
    cause         M (Service: AmazonDynamoDBv2; Status Code: …;  M (Service: DynamoDb, Status Code: …, Request ID: …)
                  Error Code: …; Request ID: …; Proxy: null)

All of it recorded; where a service was not (the base exceptions of SNS, Step Functions and EventBridge), its name is
that of the SDK v1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from engine.adapters.aws.integration_names import capitalised, error_prefix, sdk_exception, sdk_member
from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a service said when it refused: `shape` is the modelled error, None where the API's model has none."""

    message: str
    code: str
    shape: str | None
    status: int
    request_id: str
    extended_request_id: str | None = None


class Dialect(Protocol):
    """Names, and words of failures."""

    @property
    def prefix(self) -> str:
        """What stands before the point of an error's name."""
        ...

    @property
    def has_metadata(self) -> bool:
        """Whether results carry SdkHttpMetadata and SdkResponseMetadata."""
        ...

    def member(self, name: str) -> str:
        """A member of a structure as arguments and results call it."""
        ...

    def error(self, refusal: Refusal) -> str:
        """The error's name."""
        ...

    def cause(self, refusal: Refusal) -> str:
        """The error's cause."""
        ...


@dataclass(frozen=True, slots=True)
class Optimised:
    """An optimised integration. `service` is botocore's name, `base` the exception of errors that are not modelled,
    `client` how causes call the service."""

    service: str
    prefix: str
    base: str
    client: str
    has_metadata: bool = True

    def member(self, name: str) -> str:
        """The API's name, its first letter in upper case."""
        return capitalised(name)

    def error(self, refusal: Refusal) -> str:
        """``DynamoDB.ResourceNotFoundException``."""
        if refusal.shape is None:
            return f"{self.prefix}.{self.base}"
        return f"{self.prefix}.{refusal.shape.removesuffix('Exception')}Exception"

    def cause(self, refusal: Refusal) -> str:
        """The message and five facts, the last of which is always ``Proxy: null``."""
        return (
            f"{refusal.message} (Service: {self.client}; Status Code: {refusal.status}; Error Code: {refusal.code}; "
            f"Request ID: {refusal.request_id}; Proxy: null)"
        )


@dataclass(frozen=True, slots=True)
class Sdk:
    """An aws-sdk integration."""

    prefix: str
    has_metadata: bool = False

    @classmethod
    def of(cls, service_id: str) -> Sdk:
        """The dialect of the service with this id in its model."""
        return cls(error_prefix(service_id))

    def member(self, name: str) -> str:
        """As the SDK v2's methods are called, in PascalCase."""
        return sdk_member(name)

    def error(self, refusal: Refusal) -> str:
        """``Sfn.InvalidTokenException``."""
        exception = f"{self.prefix}Exception" if refusal.shape is None else sdk_exception(refusal.shape)
        return f"{self.prefix}.{exception}"

    def cause(self, refusal: Refusal) -> str:
        """The message and three facts; four for S3."""
        extended = refusal.extended_request_id
        more = "" if extended is None else f", Extended Request ID: {extended}"
        return (
            f"{refusal.message} (Service: {self.prefix}, Status Code: {refusal.status}, "
            f"Request ID: {refusal.request_id}{more})"
        )


@dataclass(frozen=True, slots=True)
class OfAMap(Sdk):
    """What a distributed Map alone calls: S3, as its ItemReader and ResultWriter do. A listing gives its items."""

    @staticmethod
    def items(contents: Sequence[dict[str, Any]]) -> list[dict[str, Json]]:
        """The entries of a ListObjectsV2 response as AWS hands them to iterations (developer guide, "ItemReader")."""
        return [
            {"Etag": entry.get("ETag"), "Key": entry["Key"], "LastModified": int(entry["LastModified"].timestamp()),
             "Size": entry.get("Size"), "StorageClass": entry.get("StorageClass", "STANDARD")}
            for entry in contents
        ]


OPTIMISED = {
    "athena": Optimised("athena", "Athena", "AmazonAthenaException", "AmazonAthena"),
    "batch": Optimised("batch", "Batch", "AWSBatchException", "AWSBatch"),
    "bedrock": Optimised("bedrock", "Bedrock", "BedrockException", "Bedrock"),
    "codebuild": Optimised("codebuild", "CodeBuild", "AWSCodeBuildException", "AWSCodeBuild"),
    "databrew": Optimised("databrew", "DataBrew", "AWSGlueDataBrewException", "AWSGlueDataBrew"),
    "dynamodb": Optimised("dynamodb", "DynamoDB", "AmazonDynamoDBException", "AmazonDynamoDBv2"),
    "ecs": Optimised("ecs", "ECS", "AmazonECSException", "AmazonECS"),
    "eks": Optimised("eks", "EKS", "AmazonEKSException", "AmazonEKS"),
    "elasticmapreduce": Optimised(
        "emr", "ElasticMapReduce", "AmazonElasticMapReduceException", "AmazonElasticMapReduce"
    ),
    "emr-containers": Optimised(
        "emr-containers", "EMRContainers", "AmazonEMRContainersException", "AmazonEMRContainers"
    ),
    "emr-serverless": Optimised("emr-serverless", "EMRServerless", "AWSEMRServerlessException", "AWSEMRServerless"),
    # Recorded: putEvents alone gives no metadata.
    "events": Optimised("events", "EventBridge", "AmazonEventBridgeException", "AmazonEventBridge", has_metadata=False),
    "glue": Optimised("glue", "Glue", "AWSGlueException", "AWSGlue"),
    "lambda": Optimised("lambda", "Lambda", "AWSLambdaException", "AWSLambda"),
    "mediaconvert": Optimised("mediaconvert", "MediaConvert", "AWSMediaConvertException", "AWSMediaConvert"),
    "sagemaker": Optimised("sagemaker", "SageMaker", "AmazonSageMakerException", "AmazonSageMaker"),
    "sns": Optimised("sns", "SNS", "AmazonSNSException", "AmazonSNS"),
    "sqs": Optimised("sqs", "SQS", "AmazonSQSException", "AmazonSQS"),
    "states": Optimised("stepfunctions", "StepFunctions", "AWSStepFunctionsException", "AWSStepFunctions"),
}
"""Service in a resource → its dialect."""

LAMBDA = OPTIMISED["lambda"]
