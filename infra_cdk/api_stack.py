"""The API: one resource and method per route of the Chalice app, each behind the user pool's authorizer; and one for
all of them behind `/token/`, where the function itself checks a named token; and one for each route that IAM roles may
call, behind `/iam/` (functions.api.doors).

The routes are the app's own (functions.app.table.every_route), so what is described, what is served locally and what
the gateway lets through cannot differ. Chalice finds its view by the gateway's resource path: a bare ``{proxy+}`` would
answer 405.
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from aws_cdk import (
    ArnFormat,
    CfnOutput,
    Duration,
    RemovalPolicy,
    Stack,
    aws_apigateway,
    aws_cognito,
    aws_lambda,
    aws_logs,
)
from constructs import Construct

from engine.governance.roles import Role
from functions.api.app_clients import APP_CLIENT, STUDIO_CLIENT_PARAMETER
from functions.api.doors import BY_IAM, BY_TOKEN, PROXY
from functions.app.identity import PROOF, ROLE_WITHOUT_GROUP, group_of
from functions.app.machines.roles import OWN_ACCOUNT
from functions.app.machines.tokens import TOKEN_ROOT
from functions.app.routing import Anyone
from functions.app.table import every_route
from functions.cli.client.hosted import CALLBACKS
from functions.tunables import Tunables
from infra_cdk.bundling import Bundles
from infra_cdk.data_stack import DataStack
from infra_cdk.engine_stack import EngineStack
from infra_cdk.functions import Functions, Shape, allow, retention
from infra_cdk.sign_in import MFA, make_client, make_page

API_TIMEOUT_SECONDS = 29
"""API Gateway gives up after 29 s."""

MARGIN_SECONDS = 60
"""What a turn of the copilot may take beyond its own limit: the checks of its last draft."""

ACCESS_LOG = {
    "requestId": "$context.requestId", "requestTime": "$context.requestTime",
    "subject": "$context.authorizer.claims.sub", "ip": "$context.identity.sourceIp",
    "httpMethod": "$context.httpMethod", "path": "$context.path", "resourcePath": "$context.resourcePath",
    "protocol": "$context.protocol", "status": "$context.status", "responseLength": "$context.responseLength",
    "error": "$context.error.responseType",
}
"""One line a request. `$context.identity.user` is empty for a user pool's callers: the subject is in the claims. `ip`
is CloudFront's where it stands in front; the API function's own line has the caller's (functions.api.access_log)."""


AS_BYTES = (
    "application/octet-stream", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml",
    "application/x-protobuf", "application/zip", "application/gzip", "application/pdf", "text/plain", "text/xml",
)
"""Kinds of bodies that the function gets byte for byte, whatever their bytes: a webhook's signature is over them. JSON
is none of them: it is UTF-8, which the gateway hands over as it is, and in base64 a quarter less of it would fit."""


def without_sign_in() -> list[tuple[str, str]]:
    """Method and path of the routes that start something for anybody: webhooks and forms."""
    return [
        (route.method, route.path) for route in every_route()
        if route.right is Anyone.AT_ALL and route.path != "/health"
    ]


def studio_client_parameter(tunables: Tunables) -> str:
    """The parameter of Systems Manager that the Studio's stack writes the id of its own app client to."""
    return f"/{tunables.prefix}/studio-client"


class ApiStack(Stack):
    """Outputs `ApiUrl`, `UserPoolId`, `UserPoolClientId`, and commands: `InviteFirstAdmin`, `EndErrorLogs`."""

    def __init__(
        self, scope: Construct, construct_id: str, *, tunables: Tunables, data: DataStack, engine: EngineStack,
        bundles: Bundles, **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self._tunables = tunables
        self.origin_proof = self.stack_id
        """What the distribution adds to each request, so that the function believes the caller's address in it: this
        stack's id, which ends in a unique part. It opens nothing: who knows it and is signed in can write a false
        address."""
        self.users = self._find_users()
        self._make_groups()
        self.sign_in = make_page(self, self.users, tunables, self.region)
        self.client = make_client(
            partial(self.users.add_client, "Client"), self.sign_in, callbacks=CALLBACKS,
            pool_is_ours=not tunables.user_pool_id,
        )
        """The command line's, and without a sign-in page the Studio's too."""
        self.function = self._make_function(data, engine, bundles)
        self.api = self._make_api()
        self._add_routes()
        CfnOutput(self, "ApiUrl", value=self.api.url, description="For automate --endpoint")
        CfnOutput(self, "UserPoolId", value=self.users.user_pool_id)
        CfnOutput(self, "UserPoolClientId", value=self.client.user_pool_client_id)
        if self.sign_in is not None:
            CfnOutput(self, "SignInDomain", value=self.sign_in.domain, description="Where identity providers return to")
        CfnOutput(
            self, "EndErrorLogs",
            value=f"aws logs put-retention-policy --log-group-name API-Gateway-Execution-Logs_{self.api.rest_api_id}/"
            f"{tunables.stage} --retention-in-days {tunables.log_retention_days}",
            description="API Gateway makes this group itself, for errors, and keeps it for ever: run this once",
        )
        CfnOutput(
            self, "InviteFirstAdmin",
            value=f".venv/bin/automate people invite YOU@EXAMPLE.COM --role admin --stage {tunables.stage}",
            description="Run this with your own address: the invitation comes by mail",
        )

    def _find_users(self) -> aws_cognito.IUserPool:
        """Nobody signs up alone: an admin invites."""
        tunables = self._tunables
        if tunables.user_pool_id:
            return aws_cognito.UserPool.from_user_pool_id(self, "Users", tunables.user_pool_id)
        return aws_cognito.UserPool(
            self, "Users",
            user_pool_name=tunables.prefix,
            self_sign_up_enabled=False,
            sign_in_aliases=aws_cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            keep_original=aws_cognito.KeepOriginalAttrs(email=True),
            account_recovery=aws_cognito.AccountRecovery.EMAIL_ONLY,
            mfa=MFA[tunables.mfa],
            mfa_second_factor=None if tunables.mfa == "off" else aws_cognito.MfaSecondFactor(sms=False, otp=True),
            password_policy=aws_cognito.PasswordPolicy(
                min_length=12, require_digits=True, require_lowercase=True, require_uppercase=True,
                require_symbols=True, temp_password_validity=Duration.days(3),
            ),
            deletion_protection=tunables.protect,
            removal_policy=RemovalPolicy.RETAIN if tunables.protect else RemovalPolicy.DESTROY,
        )

    def _make_groups(self) -> None:
        """A group for each role, in a pool of before as well: they go with the stage, and its people's roles with
        them."""
        for role in Role:
            aws_cognito.CfnUserPoolGroup(
                self, f"Role{role.title()}", user_pool_id=self.users.user_pool_id,
                group_name=group_of(self._tunables.stage, role), description=f"The role {role} in Automate.",
            )

    def _make_function(self, data: DataStack, engine: EngineStack, bundles: Bundles) -> aws_lambda.Function:
        function = Functions(self, self._tunables, bundles).make(
            Shape(
                "api", self._tunables.api_memory_mb, self._timeout_seconds(),
                "Authoring, publishing, starting, looking", api=True, traced=True,
            ),
            {
                **engine.settings, **({PROOF: self.origin_proof} if self._tunables.cdn else {}),
                "AUTOMATE_KMS_KEY": data.key.key_arn, TOKEN_ROOT: data.token_root.secret_arn,
                OWN_ACCOUNT: self.account, APP_CLIENT: self.client.user_pool_client_id,
                "AUTOMATE_HEARS": self._tunables.hears,
                "AUTOMATE_WORKER_LOG_GROUP": engine.worker.log_group.log_group_name,
                **self._tunables.alert_settings, **self._tunables.slack_settings,
                "AUTOMATE_TRACED": "1" if self._tunables.tracing else "0", **self._copilot_settings(),
                **self._access_settings(),
            },
        )
        data.grant_engine(function, access=True, publishes=True)
        data.grant_token_root(function)
        data.grant_transfers(function)
        data.grant_erased_list(function)
        data.grant_secrets(function, write=True)
        engine.wakes.grant_send_messages(function)
        engine.grant_task_roles(function)
        self._grant_model(function)
        self._let_it_run_turns(function)
        self._grant_a_look_at_alarms(function)
        allow(function, ["logs:FilterLogEvents"], f"{engine.worker.log_group.log_group_arn}:*")
        if self.sign_in is not None and self._tunables.cdn:
            name = studio_client_parameter(self._tunables)
            function.add_environment(STUDIO_CLIENT_PARAMETER, name)
            allow(function, ["ssm:GetParameter"], self.format_arn(
                service="ssm", resource="parameter", resource_name=name.removeprefix("/")
            ))
        return function

    def _timeout_seconds(self) -> int:
        """That of a request, or with a model that of a turn of the copilot."""
        if not self._tunables.copilots:
            return API_TIMEOUT_SECONDS
        return max(API_TIMEOUT_SECONDS, self._tunables.copilot_seconds + MARGIN_SECONDS)

    def _copilot_settings(self) -> dict[str, str]:
        """What is set, in the names of engine.settings."""
        tunables = self._tunables
        named = {
            "AUTOMATE_COPILOT_PROVIDER": tunables.copilot_provider, "AUTOMATE_COPILOT_MODEL": tunables.copilot_model,
            "AUTOMATE_COPILOT_URL": tunables.copilot_url, "AUTOMATE_COPILOT_SECRET": tunables.copilot_secret,
            "AUTOMATE_COPILOT_SECONDS": str(tunables.copilot_seconds) if tunables.copilots else "",
            "AUTOMATE_COPILOT_DAYS": str(tunables.copilot_days),
        }
        return {name: value for name, value in named.items() if value}

    def _let_it_run_turns(self, function: aws_lambda.Function) -> None:
        """Invoking itself: a turn of the copilot runs in an invocation of its own, which no limit of the gateway
        ends."""
        if self._tunables.copilots:
            name = f"{self._tunables.prefix}-api"
            allow(function, ["lambda:InvokeFunction"], self.format_arn(
                service="lambda", resource="function", resource_name=name, arn_format=ArnFormat.COLON_RESOURCE_NAME
            ))

    def _access_settings(self) -> dict[str, str]:
        """What is set of who may do what."""
        without, eyes = self._tunables.role_without_group, self._tunables.four_eyes
        return {**({ROLE_WITHOUT_GROUP: without} if without else {}), **({"AUTOMATE_FOUR_EYES": "1"} if eyes else {})}

    def _grant_a_look_at_alarms(self, function: aws_lambda.Function) -> None:
        """Which alarms there are, and how many hear their topic, which is in a stack that is made later."""
        tunables = self._tunables
        named = tunables.alarm_topic_arn
        own = self.format_arn(service="sns", resource=f"{tunables.prefix}-observability-*")
        allow(function, ["cloudwatch:DescribeAlarms"], "*")
        allow(function, ["sns:GetTopicAttributes"], named or own)

    def _grant_model(self, function: aws_lambda.Function) -> None:
        """Invoking the one model, where Bedrock drafts. An inference profile's name begins with its group of regions,
        and it calls the model in each of these."""
        model = self._tunables.copilot_model
        if self._tunables.copilot_provider != "bedrock" or not model:
            return
        base = model.partition(".")[2] if model.count(".") > 1 else model
        allow(
            function, ["bedrock:InvokeModelWithResponseStream"],
            f"arn:{self.partition}:bedrock:*::foundation-model/{base}",
            self.format_arn(service="bedrock", resource="inference-profile", resource_name=model),
        )

    def _make_api(self) -> aws_apigateway.RestApi:
        tunables = self._tunables
        logs = aws_logs.LogGroup(
            self, "AccessLogs", log_group_name=f"/automate/{tunables.stage}/api-access",
            retention=retention(tunables.log_retention_days), removal_policy=RemovalPolicy.DESTROY,
        )
        return aws_apigateway.RestApi(
            self, "Gateway",
            rest_api_name=tunables.prefix,
            description="Automate's API",
            endpoint_types=[aws_apigateway.EndpointType.REGIONAL],
            cloud_watch_role=True,
            # One setting for the whole account: taken away with one stage, the others would log no more. It stays, with
            # its role; a release later it can leave the template, and no stage will delete it.
            cloud_watch_role_removal_policy=RemovalPolicy.RETAIN,
            deploy_options=aws_apigateway.StageOptions(
                stage_name=tunables.stage,
                access_log_destination=aws_apigateway.LogGroupLogDestination(logs),
                access_log_format=aws_apigateway.AccessLogFormat.custom(json.dumps(ACCESS_LOG)),
                logging_level=aws_apigateway.MethodLoggingLevel.ERROR,
                data_trace_enabled=False,  # bodies hold inputs: they are not for logs
                metrics_enabled=False,  # those of the API and its stage come anyway; those of methods cost $0.30 each
                tracing_enabled=tunables.tracing,
                throttling_rate_limit=tunables.api_requests_per_second,
                throttling_burst_limit=tunables.api_burst,
                method_options={f"{path}/{method}": aws_apigateway.MethodDeploymentOptions(
                    throttling_rate_limit=tunables.webhook_requests_per_second,
                    throttling_burst_limit=tunables.webhook_burst,
                    logging_level=aws_apigateway.MethodLoggingLevel.ERROR, data_trace_enabled=False,
                    metrics_enabled=False,
                ) for method, path in without_sign_in()},
            ),
            binary_media_types=list(AS_BYTES),
        )

    def _add_routes(self) -> None:
        authorizer = aws_apigateway.CognitoUserPoolsAuthorizer(
            self, "Authorizer", cognito_user_pools=[self.users],
            results_cache_ttl=Duration.seconds(0),  # an answer that is kept would outlive its token
        )
        # Scoped to methods, each would add two statements to the function's policy, which has a limit of 20 KB.
        calls = aws_apigateway.LambdaIntegration(self.function, scope_permission_to_method=False)
        for route in every_route():
            resource = self.api.root.resource_for_path(route.path)
            guarded = {} if route.right is Anyone.AT_ALL else {
                "authorizer": authorizer, "authorization_type": aws_apigateway.AuthorizationType.COGNITO,
            }
            resource.add_method(route.method, calls, **guarded)
            if route.by_iam:
                twin = self.api.root.resource_for_path(f"/{BY_IAM}{route.path}")
                twin.add_method(route.method, calls, authorization_type=aws_apigateway.AuthorizationType.IAM)
        behind = self.api.root.add_resource(BY_TOKEN).add_resource(f"{{{PROXY}+}}")
        behind.add_method("ANY", calls)
