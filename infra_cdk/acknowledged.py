"""Findings of cdk-nag's AwsSolutions rules that stand, each with its reason; tests hold that there is no other.

Only the finding named is acknowledged, at the construct named: a new wildcard in the same policy is a finding again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct

from functions.app.routing import Anyone
from functions.app.table import every_route
from functions.tunables import Tunables

_IAM5, _S1 = "AwsSolutions-IAM5", "AwsSolutions-S1"
_FILES = "Custom::CDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C256MiB"
_WITHOUT_SIGN_IN = {
    "health": "GET /health answers monitors, and says nothing else.",
    "hooks": "Who sends to a webhook cannot sign in: the function checks the signature over the body.",
    "forms": "Whoever has a form's link may open it: the function checks the link.",
}
_RUNTIME = "Python 3.13: every locked wheel is tested with it; the tunable `python` moves all functions at once."
_CDK_WRITES_IT = "The CDK's own copier of the Studio's files writes this policy; it runs at deployments only."


@dataclass(frozen=True, slots=True)
class Accepted:
    """`path` below the stack; `rule` as cdk-nag prints it; `reason` for who audits the account."""

    stack: str
    path: str
    rule: str
    reason: str

    @property
    def identifier(self) -> str:
        """As cdk-nag's report has it."""
        return f"AwsSolutions::{self.rule}"


def _of_policies(prefix: str) -> Iterator[Accepted]:
    """Wildcards that end a name which the stage owns."""
    stage = prefix.removeprefix("automate-")
    table = f"{_output_of(f'{prefix}-data', 'FnGetAttTableCD117FA1Arn27EC6E03')}/index/*"
    blobs = f"{_output_of(f'{prefix}-data', 'FnGetAttPayloadsCDFAA0A2ArnA74AF592')}/blobs/*"
    roles = f"arn:<AWS::Partition>:iam::<AWS::AccountId>:role/{prefix}-task-*"
    secrets = f"arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:automate/{stage}/*"
    tokens, others = (
        f"arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:automate/{stage}/{name}*"
        for name in ("connection.", "*/connection.")
    )
    lines = f"{_output_of(f'{prefix}-engine', 'FnGetAttWorkerLogs4B5B6506Arn60B102B0')}:*"
    topics = f"arn:<AWS::Partition>:sns:<AWS::Region>:<AWS::AccountId>:{prefix}-observability-*"
    payloads = _output_of(f"{prefix}-data", "FnGetAttPayloadsCDFAA0A2ArnA74AF592")
    answers, uploads, erased = (f"{payloads}/{folder}/*" for folder in ("answers", "uploads", "erased"))
    reasons = {
        answers: "Answers that are too large for Lambda, each under its hash, for a day.",
        uploads: "Bodies that are too large for Lambda, each under a random name, for a day.",
        erased: "The list of what was erased, a digest for each, which is applied after a restore.",
        table: "The indexes of the stage's own table.",
        blobs: "The payloads of the stage's own bucket: each is named by the hash of its content.",
        roles: "Only roles that an admin named for this stage's workflows; what they may do is theirs to say.",
        secrets: "The secrets of this stage alone; workflows create and read them by key.",
        tokens: "The tokens of this stage's connections, which are renewed by who needs one.",
        others: "The same of another workspace: it is a folder of its own.",
        lines: "The streams of the worker's own log group: the API shows a step's log lines.",
        topics: "The topic of the stage's alarms: its stack, which is made later, begins its name.",
        "*": "Secrets Manager and CloudWatch list names for a whole account or not at all; the API shows this stage's.",
    }
    wanted = {
        ("engine", "Worker"): (table, blobs, roles, secrets, tokens, others),
        ("engine", "Sweeper"): (table, blobs, erased, "*"),
        ("engine", "Deadletter"): (table, blobs), ("engine", "Sealer"): (table, blobs, "*"),
        ("engine", "Connector"): (secrets,), ("engine", "Listener"): (table, blobs),
        ("api", "Api"): (table, blobs, roles, secrets, lines, topics, answers, uploads, erased, "*"),
    }
    for (stack, function), resources in wanted.items():
        for resource in resources:
            path = f"{function}/Role/DefaultPolicy/Resource"
            yield Accepted(stack, path, f"{_IAM5}[Resource::{resource}]", reasons[resource])


def _output_of(stack: str, name: str) -> str:
    """What another stack made, as cdk-nag prints it."""
    return (
        f'{{"Fn::GetStackOutput":{{"StackName":"{stack}","Region":{{"Ref":"AWS::Region"}},'
        f'"OutputName":"PublishOutput{name}"}}}}'
    )


def _of_functions() -> Iterator[Accepted]:
    names = ("Worker", "Sweeper", "Deadletter", "Sealer", "Connector", "Listener")
    engine = (("engine", name) for name in names)
    for stack, name in (*engine, ("api", "Api")):
        yield Accepted(stack, f"{name}/Function/Resource", "AwsSolutions-L1", _RUNTIME)


def _of_the_queues() -> Iterator[Accepted]:
    yield Accepted(
        "engine", "SealFailures/Resource", "AwsSolutions-SQS3",
        "It is itself where what failed is kept, and nobody reads it but who refills; an alarm tells of it.",
    )
    yield Accepted(
        "engine", "StatusesNotPut/Resource", "AwsSolutions-SQS3",
        "The sweeper tries what is in it each minute, until it is put; an alarm tells of what waits for an hour.",
    )


def _of_the_api() -> Iterator[Accepted]:
    yield Accepted("api", "Users/Resource", "AwsSolutions-COG2", "A second factor is offered; an admin demands it.")
    yield Accepted("api", "Users/Resource", "AwsSolutions-COG8", "The plus tier costs per user; an admin chooses it.")
    yield Accepted(
        "api", "Gateway/Resource", "AwsSolutions-APIG2",
        "The app validates each body by its model and says where it is wrong; the gateway would say less.",
    )
    yield Accepted(
        "api", "Gateway/DeploymentStage.{stage}/Resource", "AwsSolutions-APIG3",
        "A firewall costs from $5 a month; docs/deployment.md says how to put one in front.",
    )
    for rule in ("AwsSolutions-APIG4", "AwsSolutions-COG4"):
        yield Accepted(
            "api", "Gateway/Default/token/{{proxy+}}/ANY/Resource", rule,
            "The function checks a named token there, before anything else (docs/architecture.md, Roles).",
        )
    for route in every_route():
        if route.by_iam:
            yield Accepted(
                "api", f"Gateway/Default/iam{_literal(route.path)}/{route.method}/Resource", "AwsSolutions-COG4",
                "AWS IAM authorizes it: callers are sessions of the account's roles, with what is granted to them.",
            )
        if route.right is Anyone.AT_ALL:
            for rule in ("AwsSolutions-APIG4", "AwsSolutions-COG4"):
                yield Accepted(
                    "api", f"Gateway/Default{_literal(route.path)}/{route.method}/Resource", rule,
                    _WITHOUT_SIGN_IN[route.path.split("/")[1]],
                )
    yield Accepted(
        "api", "Gateway/CloudWatchRole/Resource",
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
        "AmazonAPIGatewayPushToCloudWatchLogs]",
        "AWS's own policy for API Gateway's access logs.",
    )


def _literal(path: str) -> str:
    """`path` for `accepted`, which puts the stage's name in the place of its own parameter."""
    return path.replace("{", "{{").replace("}", "}}")


def _of_the_studio() -> Iterator[Accepted]:
    cdn = "Cdn/Resource"
    yield Accepted("studio", cdn, "AwsSolutions-CFR1", "People work where they are: no country is shut out.")
    yield Accepted("studio", cdn, "AwsSolutions-CFR2", "A firewall costs from $5 a month: docs/deployment.md.")
    yield Accepted("studio", cdn, "AwsSolutions-CFR3", "The files are public code; the API has its own access log.")
    yield Accepted(
        "studio", cdn, "AwsSolutions-CFR4",
        "CloudFront's own certificate allows no choice of TLS version; a domain of one's own does.",
    )
    yield Accepted("studio", "Site/Resource", _S1, "It holds public code, read by CloudFront alone.")
    policy = f"{_FILES}/ServiceRole/DefaultPolicy/Resource"
    for action in ("s3:Abort*", "s3:DeleteObject*", "s3:GetBucket*", "s3:GetObject*", "s3:List*"):
        yield Accepted("studio", policy, f"{_IAM5}[Action::{action}]", _CDK_WRITES_IT)
    for resource in (
        "*", "<SiteE53D7754.Arn>/*",
        "arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*",
    ):
        yield Accepted("studio", policy, f"{_IAM5}[Resource::{resource}]", _CDK_WRITES_IT)
    yield Accepted(
        "studio", f"{_FILES}/ServiceRole/Resource",
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]",
        _CDK_WRITES_IT,
    )
    yield Accepted("studio", f"{_FILES}/Resource", "AwsSolutions-L1", "The CDK chooses its own function's runtime.")
    yield Accepted("studio", "OldAssets/Function/Resource", "AwsSolutions-L1", _RUNTIME)
    yield Accepted(
        "studio", "OldAssets/Role/DefaultPolicy/Resource", f"{_IAM5}[Resource::<SiteE53D7754.Arn>/studio/assets/*]",
        "The hashed files of the Studio's builds: those of older ones are deleted.",
    )


def accepted(tunables: Tunables) -> list[Accepted]:
    """Every acknowledgement of a stage; its paths begin with the stack's name."""
    payloads = Accepted(
        "data", "Payloads/Resource", _S1,
        "Only the functions read it, and CloudTrail's data events tell more where an audit asks for them.",
    )
    root = Accepted(
        "data", "TokenRoot/Resource", "AwsSolutions-SMG4",
        "Another value ends every named token at once: an admin chooses when. Each token is rotated by itself.",
    )
    everything = (
        payloads, root, *_of_policies(tunables.prefix), *_of_functions(), *_of_the_queues(), *_of_the_api(),
        *_of_the_studio(),
    )
    return [
        Accepted(item.stack, item.path.format(stage=tunables.stage), item.rule, item.reason) for item in everything
    ]


def acknowledge(stacks: dict[str, Stack], tunables: Tunables) -> None:
    """Write the acknowledgements to the constructs that exist in this stage."""
    for item in accepted(tunables):
        found: IConstruct | None = stacks[item.stack]
        for part in item.path.split("/"):
            found = found.node.try_find_child(part) if found is not None else None
        if found is not None:
            Validations.of(found).acknowledge(Acknowledgment(id=item.identifier, reason=item.reason))
