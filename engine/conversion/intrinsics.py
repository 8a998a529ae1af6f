"""CloudFormation's intrinsic functions, filled in as far as a template alone says with what.

A template is not a stack: accounts, regions and generated names are known only once it is deployed. What it leaves open
becomes a placeholder that looks like the real thing, and a note names it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

Json = Any

REGION, ACCOUNT = "us-east-1", "123456789012"

_PSEUDO = {
    "AWS::Region": REGION, "AWS::AccountId": ACCOUNT, "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "stack", "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/stack/1",
}
_NAMED = {  # resource type: the property with its name, the ARN's service and what stands before the name
    "AWS::Lambda::Function": ("FunctionName", "lambda", "function:"),
    "AWS::Serverless::Function": ("FunctionName", "lambda", "function:"),
    "AWS::SQS::Queue": ("QueueName", "sqs", ""),
    "AWS::SNS::Topic": ("TopicName", "sns", ""),
    "AWS::DynamoDB::Table": ("TableName", "dynamodb", "table/"),
    "AWS::Serverless::SimpleTable": ("TableName", "dynamodb", "table/"),
    "AWS::S3::Bucket": ("BucketName", "s3", ""),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", "states", "stateMachine:"),
    "AWS::Serverless::StateMachine": ("Name", "states", "stateMachine:"),
    "AWS::StepFunctions::Activity": ("Name", "states", "activity:"),
    "AWS::Events::EventBus": ("Name", "events", "event-bus/"),
    "AWS::ECS::Cluster": ("ClusterName", "ecs", "cluster/"),
    "AWS::ECS::TaskDefinition": ("Family", "ecs", "task-definition/"),
}
_REF_IS_ARN = frozenset({
    "AWS::SNS::Topic", "AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine",
    "AWS::StepFunctions::Activity", "AWS::ECS::TaskDefinition",
})
_IN_TEXT = re.compile(r"\$\{(!?)([^}]*)\}")


class Intrinsics:
    """The functions of one template. `notes` gathers what was guessed, each thing once."""

    def __init__(self, template: Mapping[str, Json]) -> None:
        self._parameters = _members(template.get("Parameters"))
        self._resources = _members(template.get("Resources"))
        self._mappings = _members(template.get("Mappings"))
        self.notes: dict[str, None] = {}

    def filled(self, value: Json) -> Json:
        """`value` with every function replaced by what it comes to."""
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (name, argument), = value.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._call(name, argument)
        return {name: self.filled(item) for name, item in value.items()}

    def _call(self, name: str, argument: Json) -> Json:  # noqa: C901, PLR0911 - one case a function
        match name, argument:
            case "Ref", str():
                return self._ref(argument)
            case "Fn::GetAtt", [str() as resource, attribute]:
                return self._attribute(resource, str(self.filled(attribute)))
            case "Fn::Sub", str():
                return self.substituted(argument, {})
            case "Fn::Sub", [str() as text, dict() as values]:
                return self.substituted(text, values)
            case "Fn::Join", [separator, list() as parts]:
                return str(separator).join(_text(self.filled(part)) for part in parts)
            case "Fn::If", [condition, then, _]:
                self._note(f"the condition {condition} was taken to be true")
                return self.filled(then)
            case "Fn::FindInMap", list():
                return self._in_map([self.filled(part) for part in argument])
            case "Fn::Select", [index, list() as items] if _is_index(index, items):
                return self.filled(items[int(index)])
            case "Fn::Split", [str() as separator, text]:
                return _text(self.filled(text)).split(separator)
            case "Fn::ToJsonString", _:
                return json.dumps(self.filled(argument))
        shown = json.dumps(argument, default=str)
        self._note(f"{name} {shown[:80]} is not known before deployment: a placeholder stands for it")
        return f"TODO-{name.removeprefix('Fn::')}"

    def substituted(self, text: str, values: Mapping[str, Json]) -> str:
        """`text` with its ``${…}`` filled in, from `values` first; ``${!x}`` stays as ``${x}``."""

        def replacement(found: re.Match[str]) -> str:
            name = found[2].strip()
            if found[1]:
                return f"${{{found[2]}}}"
            if name in values:
                return _text(self.filled(values[name]))
            resource, dot, attribute = name.partition(".")
            return _text(self._attribute(resource, attribute) if dot else self._ref(name))

        return _IN_TEXT.sub(replacement, text)

    def _ref(self, name: str) -> Json:
        if name in _PSEUDO:
            if name in ("AWS::Region", "AWS::AccountId"):
                self._note(f"{name} was taken to be {_PSEUDO[name]}")
            return _PSEUDO[name]
        if name in self._parameters:
            default = self._parameters[name].get("Default")
            if default is None:
                self._note(f"the parameter {name} has no default: a placeholder stands for it")
                return f"TODO-{name}"
            self._note(f"the parameter {name} was taken to be its default, {_text(default)}")
            return default
        kind = self._kind(name)
        if kind == "AWS::SQS::Queue":
            return self._guessed(name, f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{self._name(name)}")
        return self._guessed(name, self._arn(name) if kind in _REF_IS_ARN else self._name(name))

    def _attribute(self, resource: str, attribute: str) -> Json:
        if attribute.endswith("Arn"):
            return self._guessed(f"{resource}.{attribute}", self._arn(resource))
        if attribute.endswith("Name"):
            return self._guessed(f"{resource}.{attribute}", self._name(resource))
        self._note(f"{resource}.{attribute} is not known before deployment: a placeholder stands for it")
        return f"TODO-{resource}-{attribute}"

    def _guessed(self, what: str, value: str) -> str:
        self._note(f"{what} was taken to be {value}")
        return value

    def _kind(self, name: str) -> str:
        return str(self._resources.get(name, {}).get("Type", ""))

    def _name(self, name: str) -> str:
        known = _NAMED.get(self._kind(name))
        properties = _members(self._resources.get(name, {}).get("Properties"), anything=True)
        given = properties.get(known[0]) if known is not None else None
        return given if isinstance(given, str) else name

    def _arn(self, name: str) -> str:
        known = _NAMED.get(self._kind(name))
        if known is None:
            return f"arn:aws:unknown:{REGION}:{ACCOUNT}:{name}"
        _, service, before = known
        place = "::" if service == "s3" else f"{REGION}:{ACCOUNT}:"
        return f"arn:aws:{service}:{place}{before}{self._name(name)}"

    def _in_map(self, path: list[Json]) -> Json:
        value: Json = self._mappings
        for part in path[:3]:
            value = value.get(part) if isinstance(value, dict) and isinstance(part, str) else None
        if value is None:
            self._note(f"Fn::FindInMap {path} leads nowhere: a placeholder stands for it")
            return "TODO-FindInMap"
        return value

    def _note(self, text: str) -> None:
        self.notes[text] = None


def _members(value: Json, *, anything: bool = False) -> dict[str, Any]:
    """An object's members that are objects themselves; all of them with `anything`."""
    found = value.items() if isinstance(value, dict) else ()
    return {str(name): item for name, item in found if anything or isinstance(item, dict)}


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _is_index(index: Json, items: list[Json]) -> bool:
    return str(index).isdecimal() and int(index) < len(items)
