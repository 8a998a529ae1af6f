"""The roles and policies of a deployment's templates, and what they let each function do.

    stage = Stage(templates)                                       the stacks of one stage, as the CDK wrote them
    stage.may(stage.role("worker"), "sqs:SendMessage", stage.arn("engine", "AWS::SQS::Queue", "Wakes"))

Intrinsic functions become the text that CloudFormation would put there, over an account and a region made up; a
resource whose name AWS would choose is called by its logical id.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support.iam.evaluation import Call, Decision, Policy, decide

ACCOUNT, REGION = "111122223333", "eu-central-1"
_PSEUDO = {
    "AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": ACCOUNT, "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "stack", "AWS::StackId": "stack", "AWS::NoValue": None,
}
_NAMES = {
    "AWS::DynamoDB::Table": "TableName", "AWS::DynamoDB::GlobalTable": "TableName", "AWS::SQS::Queue": "QueueName",
    "AWS::S3::Bucket": "BucketName", "AWS::SNS::Topic": "TopicName", "AWS::IAM::Role": "RoleName",
    "AWS::ApiGateway::Stage": "StageName", "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
}
_ARNS = {
    "AWS::DynamoDB::Table": "dynamodb:{region}:{account}:table/{name}",
    "AWS::DynamoDB::GlobalTable": "dynamodb:{region}:{account}:table/{name}",
    "AWS::SQS::Queue": "sqs:{region}:{account}:{name}", "AWS::SNS::Topic": "sns:{region}:{account}:{name}",
    "AWS::KMS::Key": "kms:{region}:{account}:key/{name}", "AWS::S3::Bucket": "s3:::{name}",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::Lambda::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:{name}:*",
    "AWS::SecretsManager::Secret": "secretsmanager:{region}:{account}:secret:{name}-AbCdEf",
    "AWS::CloudFront::Distribution": "cloudfront::{account}:distribution/{name}",
}
_POLICIES = {  # type to (the property with the document, the one that names what it belongs to)
    "AWS::SQS::QueuePolicy": ("PolicyDocument", "Queues"), "AWS::SNS::TopicPolicy": ("PolicyDocument", "Topics"),
    "AWS::S3::BucketPolicy": ("PolicyDocument", "Bucket"),
}
_VARIABLE = re.compile(r"\$\{(!?)([^}]+)\}")
Json = Any


class Stage:
    """`templates` are the stacks' templates by name; "engine" is found in ``automate-test-engine`` as well."""

    def __init__(self, templates: Mapping[str, Json]) -> None:
        self._templates = {name.rpartition("-")[2]: template for name, template in templates.items()}

    @classmethod
    def of_folder(cls, folder: Path) -> Stage:
        """The stage whose templates `cdk synth` wrote into `folder`."""
        suffix = ".template.json"
        return cls({path.name.removesuffix(suffix): json.loads(path.read_text()) for path in folder.glob(f"*{suffix}")})

    def role(self, function: str) -> str:
        """The ARN of the role of the function ``automate-<stage>-<function>``."""
        for stack, template in self._templates.items():
            for resource in template["Resources"].values():
                named = resource.get("Properties", {}).get("FunctionName")
                if resource["Type"] == "AWS::Lambda::Function" and str(named).endswith(f"-{function}"):
                    arn: str = self.resolved(stack, resource["Properties"]["Role"])
                    return arn
        raise LookupError(f"no function {function}")

    def arn(self, stack: str, kind: str, beginning: str = "") -> str:
        """The ARN of the one resource of this type whose logical id begins so."""
        [found] = [
            logical for logical, resource in self._templates[stack]["Resources"].items()
            if resource["Type"] == kind and logical.startswith(beginning)
        ]
        arn: str = self.resolved(stack, {"Fn::GetAtt": [found, "Arn"]})
        return arn

    def may(
        self, principal: str, action: str, resource: str, *, made: Sequence[Policy] = (), **context: Json
    ) -> bool:
        """Whether the call is let through; ``aws_SecureTransport=…`` is the condition key with a colon. `made` are
        policies of a resource that is not in the templates."""
        return self.decision(principal, action, resource, made=made, **context) is Decision.ALLOW

    def decision(
        self, principal: str, action: str, resource: str, *, made: Sequence[Policy] = (), **context: Json
    ) -> Decision:
        """The same as IAM's word. A call comes by TLS 1.3 unless the context says otherwise."""
        keys = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
        keys |= {key.replace("_", ":", 1): value for key, value in context.items()}
        call = Call(principal, action, resource, keys)
        return decide(call, self.identity_policies(principal), [*made, *self.resource_policies(resource)])

    def identity_policies(self, role: str) -> list[Policy]:
        """The documents of the role's policies. Raises LookupError for one that AWS manages and is not known here."""
        found: list[Policy] = []
        for stack, template in self._templates.items():
            for logical, resource in template["Resources"].items():
                properties = resource.get("Properties", {})
                if resource["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
                    roles = [self.resolved(stack, each) for each in properties.get("Roles", ())]
                    if role.rpartition("/")[2] in roles:
                        found.append(self.resolved(stack, properties["PolicyDocument"]))
                elif resource["Type"] == "AWS::IAM::Role" and self._arn(stack, logical) == role:
                    found += [self.resolved(stack, each["PolicyDocument"]) for each in properties.get("Policies", ())]
                    if properties.get("ManagedPolicyArns"):
                        raise LookupError(f"{role} has policies that AWS manages: {properties['ManagedPolicyArns']}")
        return found

    def resource_policies(self, arn: str) -> list[Policy]:
        """The documents of what `arn` names: of the queue, the topic, the bucket, the key, a role's trust policy."""
        found: list[Policy] = []
        if not arn.startswith("arn:"):
            return found
        for stack, template in self._templates.items():
            for logical, resource in template["Resources"].items():
                kind, properties = resource["Type"], resource.get("Properties", {})
                if kind in _POLICIES:
                    document, owner = _POLICIES[kind]
                    owners = properties[owner] if isinstance(properties[owner], list) else [properties[owner]]
                    names = {str(self.resolved(stack, each)).rpartition("/")[2].rpartition(":")[2] for each in owners}
                    if arn.split(":", 5)[2] == _service_of(kind) and arn.split(":")[5].partition("/")[0] in names:
                        found.append(self.resolved(stack, properties[document]))
                elif kind == "AWS::KMS::Key" and self._arn(stack, logical) == arn:
                    found.append(self.resolved(stack, properties["KeyPolicy"]))
                elif kind == "AWS::IAM::Role" and self._arn(stack, logical) == arn:
                    found.append(self.resolved(stack, properties["AssumeRolePolicyDocument"]))
        return found

    def resolved(self, stack: str, value: Json) -> Json:
        """`value` with its intrinsic functions as CloudFormation would resolve them. Raises LookupError."""
        if isinstance(value, list):
            return [self.resolved(stack, each) for each in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(name, argument)] = value.items()
            if name == "Ref":
                return self._ref(stack, argument)
            if name.startswith("Fn::"):
                return self._function(stack, name, argument)
        return {key: self.resolved(stack, each) for key, each in value.items()}

    def _function(self, stack: str, name: str, argument: Json) -> Json:
        if name == "Fn::GetAtt":
            logical, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
            return self._arn(stack, logical) if attribute == "Arn" else f"{logical}.{attribute}"
        if name == "Fn::Join":
            return str(argument[0]).join(str(self.resolved(stack, each)) for each in argument[1])
        if name == "Fn::Sub":
            text, own = argument if isinstance(argument, list) else (argument, {})
            return _VARIABLE.sub(
                lambda found: f"${{{found[2]}}}" if found[1] else str(self._named(stack, found[2], own)), text
            )
        if name in ("Fn::ImportValue", "Fn::GetStackOutput"):
            return self._of_another_stack(stack, name, argument)
        if name == "Fn::Select":
            return self.resolved(stack, argument[1])[int(argument[0])]
        if name == "Fn::Split":
            return str(self.resolved(stack, argument[1])).split(argument[0])
        raise LookupError(f"{name} in a policy of {stack}")

    def _of_another_stack(self, stack: str, name: str, argument: Json) -> Json:
        if name == "Fn::ImportValue":
            return self._exported(str(self.resolved(stack, argument)))
        other = str(argument["StackName"]).rpartition("-")[2]
        return self.resolved(other, self._templates[other]["Outputs"][argument["OutputName"]]["Value"])

    def _named(self, stack: str, name: str, own: Mapping[str, Json]) -> Json:
        if name in own:
            return self.resolved(stack, own[name])
        logical, _, attribute = name.partition(".")
        return self.resolved(stack, {"Fn::GetAtt": [logical, attribute]} if attribute else {"Ref": logical})

    def _ref(self, stack: str, name: str) -> Json:
        if name in _PSEUDO:
            return _PSEUDO[name]
        template = self._templates[stack]
        if name in template.get("Parameters", {}):
            return template["Parameters"][name].get("Default", name)
        kind = template["Resources"][name]["Type"]
        if kind in ("AWS::SNS::Topic", "AWS::SecretsManager::Secret"):
            return self._arn(stack, name)
        if kind == "AWS::SQS::Queue":
            return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{self._name(stack, name)}"
        return self._name(stack, name)

    def _name(self, stack: str, logical: str) -> str:
        resource = self._templates[stack]["Resources"][logical]
        named = resource.get("Properties", {}).get(_NAMES.get(resource["Type"], ""))
        return logical if named is None else str(self.resolved(stack, named))

    def _arn(self, stack: str, logical: str) -> str:
        kind = self._templates[stack]["Resources"][logical]["Type"]
        if kind not in _ARNS:
            return f"arn:aws:other:{REGION}:{ACCOUNT}:{logical}"
        name = self._name(stack, logical)
        return "arn:aws:" + _ARNS[kind].format(region=REGION, account=ACCOUNT, name=name)

    def _exported(self, name: str) -> Json:
        for stack, template in self._templates.items():
            for output in template.get("Outputs", {}).values():
                if "Export" in output and self.resolved(stack, output["Export"]["Name"]) == name:
                    return self.resolved(stack, output["Value"])
        raise LookupError(f"no stack exports {name}")


def _service_of(kind: str) -> str:
    return kind.split("::")[1].lower()
