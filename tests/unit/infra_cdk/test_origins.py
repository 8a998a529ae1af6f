"""What the logs of a stage can say of its callers: API Gateway's format, CloudFront's headers."""

import json
import shutil
import subprocess

import pytest

from tests.support import patience

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def behind_cloudfront(tmp_path_factory):
    """Stack name to template of a stage with CloudFront."""
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    from aws_cdk import App, assertions  # noqa: PLC0415 - only where it is installed

    from infra_cdk.app import build  # noqa: PLC0415 - starts the CDK's Node process

    files = tmp_path_factory.mktemp("studio")
    (files / "index.html").write_text("<!doctype html>")
    made = build(App(outdir=str(tmp_path_factory.mktemp("cdk")), context={"stage": "test"}), studio_files=files)
    return {name: assertions.Template.from_stack(getattr(made, name)).to_json() for name in ("api", "studio")}


def only(template, kind):
    [found] = [each["Properties"] for each in template["Resources"].values() if each["Type"] == kind]
    return found


def test_the_access_log_names_the_callers_subject_and_the_path_as_it_was_asked(behind_cloudfront):
    """"Set up CloudWatch logging for REST APIs": `identity.user` is for IAM's callers, a user pool's claims are under
    `authorizer.claims`; `resourcePath` is the pattern, `path` the request's own."""
    written = json.loads(only(behind_cloudfront["api"], "AWS::ApiGateway::Stage")["AccessLogSetting"]["Format"])
    assert written["subject"] == "$context.authorizer.claims.sub"
    assert (written["path"], written["resourcePath"]) == ("$context.path", "$context.resourcePath")
    assert written["requestId"] == "$context.requestId"
    assert written["ip"] == "$context.identity.sourceIp"
    assert "$context.identity.user" not in written.values()


def test_cloudfront_proves_itself_with_what_the_function_knows(behind_cloudfront):
    config = only(behind_cloudfront["studio"], "AWS::CloudFront::Distribution")["DistributionConfig"]
    wanted = config["DefaultCacheBehavior"]["TargetOriginId"]
    [origin] = [each for each in config["Origins"] if each["Id"] == wanted]
    [header] = origin["OriginCustomHeaders"]
    assert header["HeaderName"] == "x-automate-origin"
    variables = only(behind_cloudfront["api"], "AWS::Lambda::Function")["Environment"]["Variables"]
    assert variables["CDN_ORIGIN_PROOF"] == {"Ref": "AWS::StackId"}
    output = header["HeaderValue"]["Fn::GetStackOutput"]["OutputName"]
    assert behind_cloudfront["api"]["Outputs"][output]["Value"] == {"Ref": "AWS::StackId"}
    others = [each for each in config["Origins"] if each["Id"] != wanted]
    assert all("OriginCustomHeaders" not in each for each in others)


def test_the_page_may_ask_its_own_origin_and_the_bucket_of_payloads(behind_cloudfront):
    [headers] = [
        each["Properties"]["ResponseHeadersPolicyConfig"] for each in behind_cloudfront["studio"]["Resources"].values()
        if each["Type"] == "AWS::CloudFront::ResponseHeadersPolicy"
    ]
    policy = headers["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    text, bucket = policy["Fn::Join"][1]
    assert "default-src 'self'; " in text
    assert text.endswith("connect-src 'self' https://")
    assert "PayloadsCDFAA0A2RegionalDomainName" in bucket["Fn::GetStackOutput"]["OutputName"]


def test_without_cloudfront_no_header_is_believed(templates):
    [function] = templates["api"].find_resources("AWS::Lambda::Function").values()
    assert "CDN_ORIGIN_PROOF" not in function["Properties"]["Environment"]["Variables"]


def test_the_viewers_address_replaces_what_the_caller_wrote():
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    from infra_cdk.studio_stack import HOME  # noqa: PLC0415 - starts the CDK's Node process

    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node here")
    headers = {"x-automate-viewer": {"value": "10.0.0.1"}, "accept": {"value": "a"}}
    event = {"viewer": {"ip": "203.0.113.9"}, "request": {"uri": "/executions", "headers": headers}}
    asks = f"{HOME}\nconsole.log(JSON.stringify(handler({json.dumps(event)})))"
    done = subprocess.run([node, "-e", asks], capture_output=True, text=True, timeout=patience.SECONDS, check=True)
    assert json.loads(done.stdout)["headers"] == {**headers, "x-automate-viewer": {"value": "203.0.113.9"}}
