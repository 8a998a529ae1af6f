"""The Lambda functions, each made the same way: its bundle, a role of its own, a log group with an end, settings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from aws_cdk import Duration, RemovalPolicy, Stack, aws_iam, aws_lambda, aws_logs
from constructs import Construct

from functions.tunables import LOG_RETENTION, Tunables
from infra_cdk.bundling import FILES, Bundles

_ARCHITECTURES = {"arm64": aws_lambda.Architecture.ARM_64, "x86_64": aws_lambda.Architecture.X86_64}


@dataclass(frozen=True, slots=True)
class Shape:
    """What differs from function to function. `package` is its folder under functions/."""

    package: str
    memory_mb: int
    timeout_seconds: int
    description: str
    reserved_concurrency: int | None = None
    without: tuple[str, ...] = ()
    api: bool = False
    traced: bool = False
    zones: bool = False


class Functions:
    """Makes the functions of one stack; their layers are made once in it."""

    def __init__(self, stack: Stack, tunables: Tunables, bundles: Bundles) -> None:
        self._stack = stack
        self._tunables = tunables
        self._bundles = bundles

    def make(self, shape: Shape, environment: dict[str, str]) -> aws_lambda.Function:
        """A function ``automate-<stage>-<package>`` with the log group that its name gives it."""
        tunables, name = self._tunables, shape.package
        full_name = f"{tunables.prefix}-{name}"
        scope = Construct(self._stack, name.capitalize())
        logs = aws_logs.LogGroup(
            scope, "Logs", log_group_name=f"/aws/lambda/{full_name}",
            retention=retention(tunables.log_retention_days),
            removal_policy=RemovalPolicy.DESTROY,  # it has its function's name, which the next deployment needs
        )
        role = aws_iam.Role(
            scope, "Role", assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"What {full_name} may do",
        )
        logs.grant_write(role)
        layers = [self._layer] + ([self._api_layer] if shape.api else []) + ([self._zones_layer] if shape.zones else [])
        if self._connector_layer is not None and name in ("api", "worker", "connector"):
            layers.append(self._connector_layer)
        code = self._bundles.code(f"functions/{name}", without=shape.without)
        traced = shape.traced and tunables.tracing
        return aws_lambda.Function(
            scope, "Function",
            function_name=full_name,
            description=shape.description,
            runtime=aws_lambda.Runtime(f"python{tunables.python}", aws_lambda.RuntimeFamily.PYTHON),
            architecture=_ARCHITECTURES[tunables.architecture],
            code=aws_lambda.Code.from_asset(str(code)),
            handler=f"functions.{name}.app.{'app' if shape.api else 'handler'}",
            layers=layers,
            role=role,
            memory_size=shape.memory_mb,
            timeout=Duration.seconds(shape.timeout_seconds),
            reserved_concurrent_executions=shape.reserved_concurrency,
            log_group=logs,
            tracing=aws_lambda.Tracing.ACTIVE if traced else aws_lambda.Tracing.DISABLED,
            environment={
                "AUTOMATE_STAGE": tunables.stage, "AUTOMATE_LOG_LEVEL": tunables.log_level,
                "POWERTOOLS_SERVICE_NAME": name, "POWERTOOLS_METRICS_NAMESPACE": "Automate",
                **({"AUTOMATE_CONNECTORS": tunables.connector_modules} if tunables.connector_modules else {}),
                **({"AUTOMATE_CONNECTOR_FILES": f"/opt/{FILES}"} if tunables.connector_files else {}),
                **({"AUTOMATE_EGRESS_ALLOW": tunables.egress_allow} if tunables.egress_allow else {}),
                **({"AUTOMATE_EGRESS_PROXY": tunables.egress_proxy} if tunables.egress_proxy else {}),
                **tunables.expression_settings,
                **environment,
            },
        )

    @cached_property
    def _layer(self) -> aws_lambda.LayerVersion:
        return self._layer_of("Dependencies", self._bundles.layer(), "What every function of Automate imports")

    @cached_property
    def _api_layer(self) -> aws_lambda.LayerVersion:
        return self._layer_of("ApiDependencies", self._bundles.api_layer(), "What Automate's API imports besides")

    @cached_property
    def _zones_layer(self) -> aws_lambda.LayerVersion:
        return self._layer_of("Zones", self._bundles.zones_layer(), "Time zones, for schedules")

    @cached_property
    def _connector_layer(self) -> aws_lambda.LayerVersion | None:
        folder = self._bundles.connectors()
        return None if folder is None else self._layer_of("Connectors", folder, "Your connector packages")

    def _layer_of(self, name: str, folder: Path, description: str) -> aws_lambda.LayerVersion:
        return aws_lambda.LayerVersion(
            self._stack, name, code=aws_lambda.Code.from_asset(str(folder)), description=description,
            compatible_architectures=[_ARCHITECTURES[self._tunables.architecture]],
        )


def allow(role: aws_iam.IGrantable, actions: list[str], *resources: str, **conditions: Any) -> None:
    """Let `role` do `actions` on `resources`; `conditions` are other parts of the statement."""
    role.grant_principal.add_to_principal_policy(
        aws_iam.PolicyStatement(actions=actions, resources=list(resources), **conditions)
    )


def retention(days: int) -> aws_logs.RetentionDays:
    """The CDK's word for so many days, one of LOG_RETENTION."""
    return aws_logs.RetentionDays[LOG_RETENTION[days]]
