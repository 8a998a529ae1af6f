"""The copilot's model on AWS: its settings reach the API, and its role may invoke that model alone."""

import json

import pytest

pytestmark = pytest.mark.full


def api_of(tmp_path, **context):
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    from aws_cdk import App, assertions  # noqa: PLC0415 - only where it is installed

    from infra_cdk.app import build  # noqa: PLC0415

    deployment = build(App(outdir=str(tmp_path), context={"stage": "test", "cdn": "false", **context}))
    return assertions.Template.from_stack(deployment.api)


def allowed(template):
    """The resources that bedrock:InvokeModelWithResponseStream is allowed on."""
    policies = template.find_resources("AWS::IAM::Policy").values()
    statements = [item for policy in policies for item in policy["Properties"]["PolicyDocument"]["Statement"]]
    return [item["Resource"] for item in statements if item["Action"] == "bedrock:InvokeModelWithResponseStream"]


def invoked(template):
    """The functions that lambda:InvokeFunction is allowed on."""
    policies = template.find_resources("AWS::IAM::Policy").values()
    statements = [item for policy in policies for item in policy["Properties"]["PolicyDocument"]["Statement"]]
    return [item["Resource"] for item in statements if item["Action"] == "lambda:InvokeFunction"]


def test_none_by_default(tmp_path):
    template = api_of(tmp_path)
    assert (allowed(template), invoked(template)) == ([], [])


def test_a_turn_has_the_time_of_a_turn_in_an_invocation_of_its_own(tmp_path):
    template = api_of(tmp_path, copilot_provider="anthropic", copilot_model="m", copilot_seconds="120")
    [function] = template.find_resources(
        "AWS::Lambda::Function", {"Properties": {"FunctionName": "automate-test-api"}}
    ).values()
    assert function["Properties"]["Timeout"] == 180
    assert function["Properties"]["Environment"]["Variables"]["AUTOMATE_COPILOT_SECONDS"] == "120"
    [itself] = invoked(template)
    assert ":function:automate-test-api" in json.dumps(itself)
    assert allowed(template) == []


def test_bedrocks_model_and_no_other(tmp_path):
    template = api_of(tmp_path, copilot_provider="bedrock", copilot_model="eu.acme.model-v1:0")
    [[model, profile]] = allowed(template)
    assert "foundation-model/acme.model-v1:0" in json.dumps(model)
    assert "inference-profile/eu.acme.model-v1:0" in json.dumps(profile)
    named = {"Properties": {"FunctionName": "automate-test-api"}}
    [function] = template.find_resources("AWS::Lambda::Function", named).values()
    settings = function["Properties"]["Environment"]["Variables"]
    assert settings["AUTOMATE_COPILOT_PROVIDER"] == "bedrock"
    assert settings["AUTOMATE_COPILOT_MODEL"] == "eu.acme.model-v1:0"
