"""The operations of all AWS services as the copilot's catalogue has them, read from botocore's models.

A search scores services by the words of their names first, because loading all models takes seconds and hundreds of
MB. It loads the models of the few that fit best, and of those that workflows call most.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from connectors.aws.dialects import OPTIMISED as DIALECTS
from engine.adapters.aws.integration_names import capitalised, error_prefix, sdk_exception, sdk_member
from engine.adapters.aws.service_models import actions, full_names, service_model, services
from engine.copilot.catalogue import ActionFact, Input, words_of
from engine.language.asl.integrations import OPTIMISED, REQUIRED_ARGUMENTS

if TYPE_CHECKING:
    from botocore.model import OperationModel

_COMMON = ("s3", "dynamodb", "lambda", "sqs", "sns", "eventbridge", "sfn", "sesv2", "glue", "athena", "bedrockruntime",
           "ecs", "secretsmanager", "cloudwatch", "textract", "comprehend", "translate", "rekognition", "ssm")
_MOST_SERVICES = 4
_TYPES = {"structure": "object", "map": "object", "list": "array", "boolean": "boolean", "integer": "integer",
          "long": "integer", "float": "number", "double": "number", "blob": "", "timestamp": ""}
_OPTIMISED_SERVICES = {"states": "sfn", "events": "eventbridge", "elasticmapreduce": "emr", "bedrock": "bedrockruntime",
                       "emr-containers": "emrcontainers", "emr-serverless": "emrserverless"}
"""Optimised integrations that the SDK's resources call otherwise."""
_OPEN = frozenset({"apigateway", "http", "eks", "elasticmapreduce", "emr-containers", "emr-serverless", "bedrock",
                   "bedrockagentcore", "sagemaker", "codebuild", "databrew", "mediaconvert"})
"""Optimised integrations whose inputs are not the operation's alone."""
_ANY_VALUE = frozenset({("lambda", "Payload"), ("sqs", "MessageBody"), ("sns", "Message"), ("states", "Input")})
"""Inputs of optimised integrations that take any JSON, where the operation takes a text."""
_SDK_RESOURCE = re.compile(r"arn:aws:states:::aws-sdk:([a-z0-9]+):([A-Za-z0-9]+)")
_RESOURCE = re.compile(r"arn:aws:states:::([a-z-]+):([A-Za-z]+)")


class BotocoreOperations:
    """engine.copilot.catalogue.AwsOperations over botocore's models. Safe to share between threads."""

    def search(self, words: frozenset[str], most: int) -> list[ActionFact]:
        """The operations whose service and name fit most of the words; without their inputs."""
        named = sorted(
            ((_shared(words, _service_words(service)), service) for service in services()), key=lambda each: -each[0]
        )
        fitting = [service for score, service in named[:_MOST_SERVICES] if score]
        scored: list[tuple[int, int, ActionFact]] = []
        for service in dict.fromkeys((*fitting, *(each for each in _COMMON if each in services()))):
            of_service = _shared(words, _service_words(service))
            for action in actions(services()[service]):
                fact = _listed(service, action)
                optimised = ":aws-sdk:" not in fact.resource
                score = 3 * _shared(words, words_of(action)) + 3 * of_service + (2 if optimised and of_service else 0)
                if score > 3 * of_service or (of_service and service in fitting and len(words) == 1):
                    scored.append((-score, len(words_of(action) - words), fact))
        return [fact for _, _, fact in islice(sorted(scored, key=lambda each: each[:2]), most)]

    def closest(self, resource: str) -> list[str]:
        """The operations of the same service whose names are like the resource's."""
        service, _, action = resource.removeprefix("arn:aws:states:::").removeprefix("aws-sdk:").partition(":")
        known = services().get(_OPTIMISED_SERVICES.get(service, service.lower()))
        if known is None:
            return []
        by_folded = {each.lower(): each for each in actions(known)}
        name = action.partition(".")[0].lower()
        near = get_close_matches(name, by_folded, n=3, cutoff=0.5)
        return [_listed(_OPTIMISED_SERVICES.get(service, service.lower()), by_folded[each]).resource for each in near]

    def get(self, resource: str) -> ActionFact | None:
        """The operation with its inputs and outputs; None where AWS has none of this name."""
        sdk = _SDK_RESOURCE.fullmatch(resource)
        if sdk is not None:
            return _described(resource, sdk[1], sdk[2], sdk=True)
        optimised = _RESOURCE.fullmatch(resource)
        if optimised is None or optimised[2] not in OPTIMISED.get(optimised[1], {}):
            return None
        return _described(resource, _OPTIMISED_SERVICES.get(optimised[1], optimised[1]), optimised[2], sdk=False)


def _listed(service: str, action: str) -> ActionFact:
    short = next((name for name, actual in _OPTIMISED_SERVICES.items() if actual == service), service)
    resource = (f"arn:aws:states:::{short}:{action}" if action in OPTIMISED.get(short, {})
                else f"arn:aws:states:::aws-sdk:{service}:{action}")
    return ActionFact(resource, f"{full_names().get(service) or service}: {_in_words(action)}", open_inputs=True)


def _described(resource: str, service: str, action: str, *, sdk: bool) -> ActionFact | None:
    operation = _operation(service, action)
    if operation is None:
        if sdk:
            return None
        needed = REQUIRED_ARGUMENTS.get(":".join(resource.split(":")[-2:]), ())
        inputs = {name: Input(name, required=True) for name in needed}
        if service == "http":
            inputs["Authentication"] = Input(
                "Authentication", "object", description='{"ConnectionArn": "…"}: AWS needs an EventBridge connection.'
            )
        return ActionFact(resource, f"{service}: {_in_words(action)}", open_inputs=True, inputs=inputs,
                          patterns=_patterns(resource))
    spelled = sdk_member if sdk else capitalised
    given, gives = operation.input_shape, operation.output_shape
    required = set(given.required_members) if given is not None else set()
    known = None if sdk else REQUIRED_ARGUMENTS.get(":".join(resource.split(":")[-2:]))
    inputs = {} if given is None else {
        spelled(name): Input(
            spelled(name), "" if not sdk and (_service_in(resource), spelled(name)) in _ANY_VALUE
            else _TYPES.get(shape.type_name, "string"),
            spelled(name) in known if known is not None else name in required,
            description=_plain(shape.documentation), enum=tuple(getattr(shape, "enum", None) or ()),
        ) for name, shape in given.members.items()
    }
    outputs = {} if gives is None else {
        spelled(name): Input(spelled(name), _TYPES.get(shape.type_name, "string"))
        for name, shape in islice(gives.members.items(), 20)
    }
    title = f"{full_names().get(service) or service}: {_in_words(action)}"
    is_open = not sdk and _service_in(resource) in _OPEN
    return ActionFact(resource, title, _plain(operation.documentation), inputs, outputs, open_inputs=is_open,
                      patterns=() if sdk else _patterns(resource), errors=_errors(resource, operation, sdk=sdk))


def _errors(resource: str, operation: OperationModel, *, sdk: bool) -> tuple[str, ...]:
    """The names of the errors that the operation lists; none for a Lambda function, whose errors are its own."""
    service = _service_in(resource)
    if service == "lambda" and not sdk:
        return ()
    names = [shape.name for shape in operation.error_shapes]
    if sdk:
        prefix = error_prefix(str(operation.service_model.service_id))
        listed = [f"{prefix}.{sdk_exception(name)}" for name in names] + [f"{prefix}.{prefix}Exception"]
    elif service in DIALECTS:
        dialect = DIALECTS[service]
        listed = [f"{dialect.prefix}.{name.removesuffix('Exception')}Exception" for name in names]
        listed.append(f"{dialect.prefix}.{dialect.base}")
    else:
        return ()
    return ("States.TaskFailed", "States.Timeout", *listed)


def _service_in(resource: str) -> str:
    return resource.split(":")[-2]


def _patterns(resource: str) -> tuple[str, ...]:
    """The patterns of an optimised integration, such as .sync."""
    service, action = resource.split(":")[-2:]
    return tuple(pattern for pattern in OPTIMISED.get(service, {}).get(action, ()) if pattern)


def _operation(service: str, action: str) -> OperationModel | None:
    known = services().get(service)
    name = None if known is None else actions(known).get(action)
    return None if known is None or name is None else service_model(known).operation_model(name)


@cache
def _service_words(service: str) -> frozenset[str]:
    return words_of(f"{service} {full_names().get(service, '')}") - {"amazon", "service", "simple"}


def _shared(words: frozenset[str], others: frozenset[str]) -> int:
    return sum(any(word == other or (len(word) > 3 and (word.startswith(other) or other.startswith(word)) and
                   len(other) > 2) for other in others) for word in words)


def _in_words(action: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", action).lower()


def _plain(documentation: str) -> str:
    """The first sentence of botocore's HTML."""
    text = " ".join(re.sub(r"<[^>]+>", " ", documentation or "").split())
    return re.split(r"(?<=\.)\s", text, maxsplit=1)[0][:200]
