"""The function that Secrets Manager rotates secrets with: made where it is asked for, and for nobody else to invoke."""

from __future__ import annotations

import pytest

from tests.support.iam.templates import ACCOUNT, REGION, Stage

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def rotating():
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    from tests.support.stage_updates import synthesise  # noqa: PLC0415

    return synthesise(rotation="true", cdn="false")


def resources(rotating, kind):
    return [one["Properties"] for one in rotating["automate-test-engine"]["Resources"].values() if one["Type"] == kind]


def test_a_stage_has_none_that_does_not_ask_for_it(templates):
    named = {"Properties": {"FunctionName": "automate-test-rotation"}}
    assert not templates["engine"].find_resources("AWS::Lambda::Function", named)
    assert not templates["engine"].find_outputs("RotationFunctionArn")


def test_secrets_manager_of_the_account_alone_may_invoke_it(rotating):
    [permission] = [
        one for one in resources(rotating, "AWS::Lambda::Permission")
        if one["Principal"] == "secretsmanager.amazonaws.com"
    ]
    assert permission["Action"] == "lambda:InvokeFunction"
    assert permission["SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert "RotationFunctionArn" in rotating["automate-test-engine"]["Outputs"]


@pytest.mark.parametrize(("action", "key", "tags", "may"), [
    ("DescribeSecret", "HOOK_KEY", (), True), ("GetSecretValue", "HOOK_KEY", (), True),
    ("PutSecretValue", "HOOK_KEY", (), True), ("UpdateSecretVersionStage", "HOOK_KEY", (), True),
    ("TagResource", "HOOK_KEY", ("automate:updated-by",), True),
    ("TagResource", "HOOK_KEY", ("automate:grants",), False),
    ("TagResource", "HOOK_KEY", ("automate:updated-by", "automate:for:0"), False),
    ("UntagResource", "HOOK_KEY", (), False), ("DeleteSecret", "HOOK_KEY", (), False),
    ("CreateSecret", "HOOK_KEY", (), False), ("UpdateSecret", "HOOK_KEY", (), False),
])
def test_it_gives_secrets_of_its_stage_new_versions_and_no_more(rotating, action, key, tags, may):
    stage = Stage({name.removeprefix("automate-test-"): template for name, template in rotating.items()})
    caller, keys = stage.role("rotation"), {"aws_TagKeys": list(tags)}
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:automate/test/{key}-AbCdEf"
    assert stage.may(caller, f"secretsmanager:{action}", arn, **keys) is may
    other = arn.replace("automate/test/", "automate/prod/")
    assert not stage.may(caller, f"secretsmanager:{action}", other, **keys)
