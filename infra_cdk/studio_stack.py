"""The Studio: a private bucket behind CloudFront, which also leads to the API, so that the page has one origin.

    /studio/*   ──► bucket (origin access control); a path without a file is a page of the Studio: index.html
    /cognito    ──► the user pools' endpoint: the Studio's own sign-in page talks to it
    /cognito/token  ► where there is a hosted sign-in page, its token endpoint
    everything  ──► the API, uncached, with the caller's own headers
    /           ──► /studio/

Each build's hashed files are added to the bucket. Once a build is in its place, those go that neither it nor the build
before it has (infra_cdk.old_assets).

One origin means no CORS, and the policy `default-src 'self'` needs no exception for the API. What the page must know of
its stage stands in /studio/config.json, written at deployment: the same build serves every stage.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from aws_cdk import (
    CfnOutput,
    CustomResource,
    Duration,
    Fn,
    RemovalPolicy,
    Stack,
    aws_cloudfront,
    aws_cloudfront_origins,
    aws_cognito,
    aws_iam,
    aws_lambda,
    aws_logs,
    aws_s3,
    aws_s3_deployment,
    aws_ssm,
)
from constructs import Construct

from engine.errors import InvalidDocument
from functions.app.identity import PROOF_HEADER, VIEWER_HEADER
from functions.tunables import Tunables
from infra_cdk.api_stack import ApiStack, studio_client_parameter
from infra_cdk.data_stack import DataStack
from infra_cdk.engine_stack import studio_parameter
from infra_cdk.functions import allow, retention
from infra_cdk.sign_in import make_client

DIST = Path(__file__).resolve().parent.parent / "studio_static" / "dist"
"""The Studio as make studio builds it."""

POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; "
    "base-uri 'self'; form-action 'self'; connect-src 'self' https://{payloads}"
)
"""Two exceptions: the code editor writes its styles into the page; what is too large for a request goes to the bucket
of payloads, and comes from it."""

ASSETS = "studio/assets/"
"""What the keys of the hashed files begin with."""

OLD_ASSETS = Path(__file__).with_name("old_assets.py")
"""The function that deletes those of older builds."""

PAGES = """
var FILE = /^\\/studio\\/(assets\\/.+|[^\\/]+\\.[a-z]+)$/;
function handler(event) {
  var request = event.request;
  if (!FILE.test(request.uri)) { request.uri = '/studio/index.html'; }
  return request;
}
"""
"""Only the build's own places hold files: the name of an execution, and so its page's address, may have a dot."""
_COGNITO = """
function handler(event) { event.request.uri = '/'; return event.request; }
"""
_EXCHANGE = """
function handler(event) { event.request.uri = '/oauth2/token'; return event.request; }
"""
SIGNED_IN = "/studio/signed-in"
"""The page of the Studio that the hosted sign-in page returns to (src/app/signin/hosted.ts)."""

HOME = """
function handler(event) {
  var request = event.request;
  if (request.uri === '/') {
    return { statusCode: 302, statusDescription: 'Found', headers: { location: { value: '/studio/' } } };
  }
  request.headers['VIEWER'] = { value: event.viewer.ip };
  return request;
}
""".replace("VIEWER", VIEWER_HEADER)
"""The caller's address in a header: a policy that passes all headers but Host cannot add CloudFront's own."""


class StudioStack(Stack):
    """Outputs `BucketName`, and with CloudFront `StudioUrl`."""

    def __init__(
        self, scope: Construct, construct_id: str, *, tunables: Tunables, data: DataStack, api: ApiStack,
        files: Path = DIST, **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self._tunables = tunables
        self._api = api
        self._data = data
        self._files = files
        self.bucket = aws_s3.Bucket(
            self, "Site",
            block_public_access=aws_s3.BlockPublicAccess.BLOCK_ALL,
            encryption=aws_s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            object_ownership=aws_s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=RemovalPolicy.DESTROY,  # made from the repository: nothing here is anybody's only copy
            auto_delete_objects=tunables.cdn,
        )
        self.url: str | None = None
        """Where people find it; None without CloudFront."""
        CfnOutput(self, "BucketName", value=self.bucket.bucket_name)
        if tunables.cdn:
            distribution = self._make_distribution()
            self._deploy(distribution)
            self.url = f"https://{distribution.distribution_domain_name}/studio/"
            CfnOutput(self, "StudioUrl", value=self.url)
            if tunables.heard.ends and not tunables.studio_origin:
                aws_ssm.StringParameter(
                    self, "Url", parameter_name=studio_parameter(tunables), string_value=self.url,
                    description="What links in alerts begin with",
                )

    def _make_distribution(self) -> aws_cloudfront.Distribution:
        api_host = f"{self._api.api.rest_api_id}.execute-api.{self.region}.{self.url_suffix}"
        handed_on: dict[str, Any] = {
            "allowed_methods": aws_cloudfront.AllowedMethods.ALLOW_ALL,
            "cache_policy": aws_cloudfront.CachePolicy.CACHING_DISABLED,
            "origin_request_policy": aws_cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            "response_headers_policy": aws_cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
        }
        return aws_cloudfront.Distribution(
            self, "Cdn",
            comment=self._tunables.prefix,
            http_version=aws_cloudfront.HttpVersion.HTTP2_AND_3,
            default_behavior=aws_cloudfront.BehaviorOptions(
                origin=aws_cloudfront_origins.HttpOrigin(
                    api_host, origin_path=f"/{self._tunables.stage}",
                    custom_headers={PROOF_HEADER: self._api.origin_proof},
                ),
                viewer_protocol_policy=aws_cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                function_associations=[self._function("Home", HOME)],
                **handed_on,
            ),
            additional_behaviors={
                **self._token_endpoint(handed_on),
                "/cognito": aws_cloudfront.BehaviorOptions(
                    origin=aws_cloudfront_origins.HttpOrigin(f"cognito-idp.{self.region}.{self.url_suffix}"),
                    viewer_protocol_policy=aws_cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
                    function_associations=[self._function("Cognito", _COGNITO)],
                    **handed_on,
                ),
                "/studio/*": aws_cloudfront.BehaviorOptions(
                    origin=aws_cloudfront_origins.S3BucketOrigin.with_origin_access_control(self.bucket),
                    viewer_protocol_policy=aws_cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                    cache_policy=aws_cloudfront.CachePolicy.CACHING_OPTIMIZED,
                    response_headers_policy=self._headers(),
                    function_associations=[self._function("Pages", PAGES)],
                    compress=True,
                ),
            },
        )

    def _token_endpoint(self, handed_on: dict[str, Any]) -> dict[str, aws_cloudfront.BehaviorOptions]:
        page = self._api.sign_in
        if page is None:
            return {}
        return {"/cognito/token": aws_cloudfront.BehaviorOptions(
            origin=aws_cloudfront_origins.HttpOrigin(page.domain),
            viewer_protocol_policy=aws_cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            function_associations=[self._function("Token", _EXCHANGE)],
            **handed_on,
        )}

    def _sign_in(self, distribution: aws_cloudfront.Distribution) -> dict[str, Any]:
        """The app client of the page, and how else one signs in. With a sign-in page the Studio has a client of its
        own: the distribution's address, which it returns to, is known in this stack alone."""
        page, of_the_command_line = self._api.sign_in, self._api.client.user_pool_client_id
        if page is None:
            return {"client_id": of_the_command_line}
        own = self._tunables.studio_origin
        origins = [f"https://{distribution.distribution_domain_name}", *([own] if own else [])]
        client = make_client(
            partial(aws_cognito.UserPoolClient, self, "Client", user_pool=self._api.users), page,
            callbacks=[f"{origin}{SIGNED_IN}" for origin in origins],
            logouts=[f"{origin}/studio/" for origin in origins], pool_is_ours=not self._tunables.user_pool_id,
        )
        aws_ssm.StringParameter(
            self, "ClientId", parameter_name=studio_client_parameter(self._tunables),
            string_value=client.user_pool_client_id, description="The Studio's app client: the API takes its ID tokens",
        )
        return {
            "client_id": client.user_pool_client_id,
            "sign_in": {"domain": page.domain, "client_id": of_the_command_line, "providers": list(page.providers)},
        }

    def _function(self, name: str, code: str) -> aws_cloudfront.FunctionAssociation:
        return aws_cloudfront.FunctionAssociation(
            event_type=aws_cloudfront.FunctionEventType.VIEWER_REQUEST,
            function=aws_cloudfront.Function(
                self, name, code=aws_cloudfront.FunctionCode.from_inline(code),
                runtime=aws_cloudfront.FunctionRuntime.JS_2_0,
            ),
        )

    def _headers(self) -> aws_cloudfront.ResponseHeadersPolicy:
        return aws_cloudfront.ResponseHeadersPolicy(
            self, "Headers",
            security_headers_behavior=aws_cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=aws_cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy=POLICY.format(payloads=self._data.payloads.bucket_regional_domain_name),
                    override=True,
                ),
                content_type_options=aws_cloudfront.ResponseHeadersContentTypeOptions(override=True),
                frame_options=aws_cloudfront.ResponseHeadersFrameOptions(
                    frame_option=aws_cloudfront.HeadersFrameOption.DENY, override=True
                ),
                referrer_policy=aws_cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=aws_cloudfront.HeadersReferrerPolicy.SAME_ORIGIN, override=True
                ),
                strict_transport_security=aws_cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=Duration.days(365), include_subdomains=True, override=True
                ),
            ),
        )

    def _deploy(self, distribution: aws_cloudfront.Distribution) -> None:
        """The hashed files may be kept for ever, the page and its configuration are asked for each time.

        The hashed ones come first, and those of the build before stay: every page finds the files that it names.
        """
        if not (self._files / "index.html").is_file():
            raise InvalidDocument(
                "the Studio is not built", where="studio_static/dist",
                advice="Run make studio first, or deploy the API alone with -c cdn=false.",
            )
        configuration = {
            "auth": "cognito", "region": Fn.ref("AWS::Region"), "stage": self._tunables.stage,
            **self._sign_in(distribution),
        }
        build = aws_s3_deployment.Source.asset(str(self._files))
        assets = aws_s3_deployment.BucketDeployment(
            self, "Assets",
            sources=[build],
            exclude=["*"], include=["assets/*"],
            cache_control=[aws_s3_deployment.CacheControl.from_string("public, max-age=31536000, immutable")],
            destination_bucket=self.bucket,
            destination_key_prefix="studio",
            prune=False,
            memory_limit=256,
        )
        pages = aws_s3_deployment.BucketDeployment(
            self, "Files",
            sources=[build, aws_s3_deployment.Source.json_data("config.json", configuration)],
            exclude=["assets/*"],
            cache_control=[aws_s3_deployment.CacheControl.no_cache()],
            destination_bucket=self.bucket,
            destination_key_prefix="studio",
            distribution=distribution,
            distribution_paths=["/studio/index.html", "/studio/config.json", "/studio/"],
            memory_limit=256,
        )
        pages.node.add_dependency(assets)
        self._delete_older_than_the_build_before(pages)

    def _delete_older_than_the_build_before(self, pages: aws_s3_deployment.BucketDeployment) -> None:
        scope = Construct(self, "OldAssets")
        logs = aws_logs.LogGroup(
            scope, "Logs", retention=retention(self._tunables.log_retention_days), removal_policy=RemovalPolicy.DESTROY
        )
        role = aws_iam.Role(
            scope, "Role", assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com"),
            description="What may delete the files of the Studio's older builds",
        )
        logs.grant_write(role)
        allow(role, ["s3:ListBucket"], self.bucket.bucket_arn, conditions={"StringEquals": {"s3:prefix": ASSETS}})
        allow(role, ["s3:DeleteObject"], self.bucket.arn_for_objects(f"{ASSETS}*"))
        function = aws_lambda.Function(
            scope, "Function", description="Deletes the files of the Studio's older builds, when a build is deployed",
            runtime=aws_lambda.Runtime(
                f"python{self._tunables.python}", aws_lambda.RuntimeFamily.PYTHON, supports_inline_code=True
            ),
            code=aws_lambda.Code.from_inline(OLD_ASSETS.read_text(encoding="utf-8")), handler="index.handler",
            role=role, log_group=logs, memory_size=256, timeout=Duration.minutes(5),
        )
        folder = self._files / "assets"
        files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        resource = CustomResource(
            scope, "Resource", service_token=function.function_arn, resource_type="Custom::AutomateOldAssets",
            properties={"Bucket": self.bucket.bucket_name, "Prefix": ASSETS, "Assets": files},
            service_timeout=Duration.minutes(10),
        )
        resource.node.add_dependency(pages)
