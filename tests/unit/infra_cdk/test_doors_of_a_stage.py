"""The doors of a stage's gateway: which of its methods asks whom, by the template."""

from __future__ import annotations

import pytest

from engine.settings import WIRING, Settings
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


def test_no_variable_of_a_function_counts_as_a_secret(templates):
    """What begins with AUTOMATE_ and is neither a setting nor wiring is a secret of the environment, to be masked."""
    named = {
        variable for template in templates.values()
        for resource in template.find_resources("AWS::Lambda::Function").values()
        for variable in resource["Properties"].get("Environment", {}).get("Variables", {})
        if variable.startswith("AUTOMATE_")
    }
    assert named - Settings.environment_names() - WIRING == set()
    assert named >= {"AUTOMATE_TRACED", "AUTOMATE_TABLE"}
