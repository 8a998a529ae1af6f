"""The Studio's files of older builds: what CloudFormation's calls leave in the bucket, and what the template has."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest
from moto import mock_aws

from infra_cdk import old_assets
from tests.support.iam.templates import Stage

BUCKET, PREFIX = "site", "studio/assets/"
PAGES = {"studio/index.html", "studio/config.json", "studio/assets.txt"}
BUILDS = {name: [f"index-{name}.js", "shared.css"] for name in "abcd"}


@pytest.fixture
def site(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        for key in PAGES:
            s3.put_object(Bucket=BUCKET, Key=key)
        yield s3


@pytest.fixture
def cloudformation():
    """Calls the function as CloudFormation does, and has what it answers."""
    answers = []

    class Answered(BaseHTTPRequestHandler):
        def do_PUT(self):
            answers.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answered)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()

    def call(kind, build=None, before=None, left=300_000):
        event = {
            "RequestType": kind, "ResponseURL": f"http://127.0.0.1:{server.server_port}/answer?signed=1",
            "StackId": "stack", "RequestId": "request", "LogicalResourceId": "OldAssets",
            "ResourceProperties": properties(build),
            **({} if kind == "Create" else {"PhysicalResourceId": "old-assets"}),
            **({} if before is None else {"OldResourceProperties": properties(before)}),
        }
        old_assets.handler(event, SimpleNamespace(get_remaining_time_in_millis=lambda: left))
        return answers.pop()

    yield call
    server.shutdown()
    thread.join()
    server.server_close()


def properties(build):
    return {"ServiceToken": "arn", "Bucket": BUCKET, "Prefix": PREFIX, "Assets": BUILDS.get(build, [])}


def deployed(s3, build):
    for name in BUILDS[build]:
        s3.put_object(Bucket=BUCKET, Key=PREFIX + name)


def assets(s3):
    keys = {found["Key"] for found in s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
    assert keys >= PAGES
    return {key.removeprefix(PREFIX) for key in keys - PAGES}


def test_the_build_and_the_one_before_it_stay(site, cloudformation):
    deployed(site, "a")
    deployed(site, "b")
    assert cloudformation("Create", "b")["Status"] == "SUCCESS"
    assert assets(site) == {"index-a.js", "index-b.js", "shared.css"}  # nobody knows what a page that is open has
    deployed(site, "c")
    cloudformation("Update", "c", "b")
    assert assets(site) == {"index-b.js", "index-c.js", "shared.css"}
    deployed(site, "d")
    cloudformation("Update", "d", "c")
    assert assets(site) == {"index-c.js", "index-d.js", "shared.css"}


def test_a_deployment_that_is_rolled_back_takes_neither_of_its_builds(site, cloudformation):
    for build in "ab":
        deployed(site, build)
    cloudformation("Update", "b", "a")
    cloudformation("Update", "a", "b")
    assert assets(site) == {"index-a.js", "index-b.js", "shared.css"}


def test_the_same_build_again_does_not_take_the_one_before(site, cloudformation):
    for build in "ab":
        deployed(site, build)
    cloudformation("Update", "b", "b")
    assert assets(site) == {"index-a.js", "index-b.js", "shared.css"}


def test_a_resource_that_is_deleted_takes_nothing(site, cloudformation):
    deployed(site, "a")
    assert cloudformation("Delete")["Status"] == "SUCCESS"
    assert assets(site) == set(BUILDS["a"])


@pytest.mark.full
def test_more_than_one_page_of_old_files_goes(site, cloudformation):
    for number in range(1001):
        site.put_object(Bucket=BUCKET, Key=f"{PREFIX}old-{number}.js")
    deployed(site, "b")
    cloudformation("Update", "b", "a")
    assert assets(site) == set(BUILDS["b"])


def test_without_time_the_rest_stays_for_the_next_build(site, cloudformation):
    for build in "abc":
        deployed(site, build)
    answer = cloudformation("Update", "c", "b", left=old_assets.ENOUGH_MILLISECONDS - 1)
    assert answer["Status"] == "SUCCESS"
    assert "index-a.js" in assets(site)


def test_cloudformation_is_answered_also_when_the_bucket_does_not_serve(site, cloudformation, caplog):
    site.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in PAGES]})
    site.delete_bucket(Bucket=BUCKET)
    assert cloudformation("Update", "b", "a") == {
        "Status": "SUCCESS", "PhysicalResourceId": "old-assets", "StackId": "stack", "RequestId": "request",
        "LogicalResourceId": "OldAssets",
    }
    assert "NoSuchBucket" in caplog.text


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Of the Studio's stack with CloudFront, for a build of two hashed files."""
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    from aws_cdk import App, assertions  # noqa: PLC0415 - only where it is installed

    from infra_cdk.app import build  # noqa: PLC0415 - starts the CDK's Node process

    files = tmp_path_factory.mktemp("studio")
    (files / "index.html").write_text("<!doctype html>")
    (files / "assets" / "fonts").mkdir(parents=True)
    (files / "assets" / "index-1.js").write_text("")
    (files / "assets" / "fonts" / "sans-1.woff2").write_text("")
    made = build(App(outdir=str(tmp_path_factory.mktemp("cdk")), context={"stage": "test"}), studio_files=files)
    return assertions.Template.from_stack(made.studio).to_json()


@pytest.mark.full
def test_the_template_names_the_builds_files_and_waits_for_its_pages(template):
    [resource] = [each for each in template["Resources"].values() if each["Type"] == "Custom::AutomateOldAssets"]
    asked = resource["Properties"]
    assert asked["Assets"] == ["fonts/sans-1.woff2", "index-1.js"]
    [assets] = [
        each["Properties"] for each in template["Resources"].values()
        if each["Type"] == "Custom::CDKBucketDeployment" and "Include" in each["Properties"]
    ]
    assert (asked["Prefix"], assets["Include"]) == (f"{assets['DestinationBucketKeyPrefix']}/assets/", ["assets/*"])
    assert assets["DestinationBucketName"] == asked["Bucket"]
    assert not assets["Prune"]
    pages = [
        name for name, each in template["Resources"].items()
        if each["Type"] == "Custom::CDKBucketDeployment" and "Include" not in each["Properties"]
    ]
    assert set(pages) <= set(resource["DependsOn"])
    function = template["Resources"][asked["ServiceToken"]["Fn::GetAtt"][0]]["Properties"]
    assert function["Code"]["ZipFile"] == Path(old_assets.__file__).read_text(encoding="utf-8")
    assert function["Handler"] == f"index.{old_assets.handler.__name__}"
    assert function["Timeout"] * 1000 > old_assets.ENOUGH_MILLISECONDS
    assert int(asked["ServiceTimeout"]) > function["Timeout"]


@pytest.mark.full
def test_the_function_may_delete_hashed_files_alone(template):
    stage = Stage({"studio": template})
    role, bucket = stage.arn("studio", "AWS::IAM::Role", "OldAssets"), stage.arn("studio", "AWS::S3::Bucket")
    assert stage.may(role, "s3:DeleteObject", f"{bucket}/{PREFIX}index-1.js")
    assert not stage.may(role, "s3:DeleteObject", f"{bucket}/studio/index.html")
    assert stage.may(role, "s3:ListBucket", bucket, s3_prefix=PREFIX)
    assert not stage.may(role, "s3:ListBucket", bucket, s3_prefix="")
    for action in ("s3:GetObject", "s3:PutObject"):
        assert not stage.may(role, action, f"{bucket}/{PREFIX}index-1.js")
