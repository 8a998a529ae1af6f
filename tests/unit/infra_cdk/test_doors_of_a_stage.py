"""The doors of a stage's gateway: which of its methods asks whom, by the template."""

from __future__ import annotations

import pytest

from functions.app.routing import Anyone
from functions.app.table import every_route

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def methods(templates):
    """By method and path, the authorization that the gateway asks for."""
    template = templates["api"].to_json()["Resources"]
    resources = {name: item["Properties"] for name, item in template.items() if item["Type"].endswith("::Resource")}

    def path(reference):
        found = resources.get(reference.get("Ref", ""))
        return "" if found is None else f"{path(found['ParentId'])}/{found['PathPart']}"

    return {
        f"{item['Properties']['HttpMethod']} {path(item['Properties']['ResourceId'])}":
            item["Properties"]["AuthorizationType"]
        for item in template.values() if item["Type"] == "AWS::ApiGateway::Method"
    }


def test_each_method_asks_whom_its_door_is_for(methods):
    expected = {
        route.name: "NONE" if route.right is Anyone.AT_ALL else "COGNITO_USER_POOLS" for route in every_route()
    }
    expected |= {f"{route.method} /iam{route.path}": "AWS_IAM" for route in every_route() if route.by_iam}
    assert methods == expected | {"ANY /token/{proxy+}": "NONE"}


def test_no_resource_policy_lets_another_account_in(templates):
    [api] = templates["api"].find_resources("AWS::ApiGateway::RestApi").values()
    assert "Policy" not in api["Properties"]


def test_the_function_knows_the_root_and_its_account_and_no_other_function_does(templates):
    known = {
        resource["Properties"]["FunctionName"]: resource["Properties"].get("Environment", {}).get("Variables", {})
        for name in ("api", "engine") for resource in templates[name].find_resources("AWS::Lambda::Function").values()
        if "FunctionName" in resource["Properties"]
    }
    assert known["automate-test-api"]["OWN_ACCOUNT"] == {"Ref": "AWS::AccountId"}
    assert {name for name, variables in known.items() if "TOKEN_ROOT" in variables} == {"automate-test-api"}
