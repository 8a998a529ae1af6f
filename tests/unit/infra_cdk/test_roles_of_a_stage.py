"""The roles of a stage: a group each in its user pool, and what its API is told of who is in none."""

from __future__ import annotations

import pytest

from engine.errors import InvalidDocument
from functions.tunables import Tunables

pytestmark = pytest.mark.full


def api_of(tmp_path, **context):
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    from aws_cdk import App, assertions  # noqa: PLC0415 - only where it is installed

    from infra_cdk.app import build  # noqa: PLC0415

    deployment = build(App(outdir=str(tmp_path), context={"stage": "test", "cdn": "false", **context}))
    return assertions.Template.from_stack(deployment.api)


def groups(template):
    found = template.find_resources("AWS::Cognito::UserPoolGroup").values()
    return {item["Properties"]["GroupName"]: item["Properties"]["UserPoolId"] for item in found}


def settings(template):
    named = {"Properties": {"FunctionName": "automate-test-api"}}
    [function] = template.find_resources("AWS::Lambda::Function", named).values()
    return function["Properties"]["Environment"]["Variables"]


def test_each_role_is_a_group_of_the_stages_pool(tmp_path):
    template = api_of(tmp_path)
    [pool] = template.find_resources("AWS::Cognito::UserPool")
    assert groups(template) == {
        f"automate-test-{role}": {"Ref": pool} for role in ("viewer", "operator", "editor", "publisher", "admin")
    }
    assert not {"ROLE_WITHOUT_GROUP", "AUTOMATE_FOUR_EYES"} & settings(template).keys()
    [output] = [item["Value"] for item in template.find_outputs("InviteFirstAdmin").values()]
    assert output == ".venv/bin/automate people invite YOU@EXAMPLE.COM --role admin --stage test"


def test_a_pool_of_before_has_them_too_and_the_api_learns_what_is_set(tmp_path):
    template = api_of(tmp_path, user_pool_id="eu-west-1_abc", role_without_group="admin", four_eyes="true")
    assert set(groups(template).values()) == {"eu-west-1_abc"}
    assert (settings(template)["ROLE_WITHOUT_GROUP"], settings(template)["AUTOMATE_FOUR_EYES"]) == ("admin", "1")


def test_only_a_role_will_do_for_who_is_in_no_group():
    with pytest.raises(InvalidDocument, match="role_without_group=emperor will not do"):
        Tunables.from_context({"role_without_group": "emperor"}.get)
