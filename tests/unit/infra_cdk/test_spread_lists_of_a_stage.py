"""-c spread_lists=true: every function that writes lists is told so."""

import pytest

pytestmark = pytest.mark.full


@pytest.mark.parametrize(("context", "told"), [({}, "0"), ({"spread_lists": "true"}, "1")])
def test_all_functions_of_a_stage_write_lists_alike(context, told):
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    from tests.support.stage_updates import synthesise  # noqa: PLC0415

    functions = [
        item["Properties"]["Environment"]["Variables"] for template in synthesise(**context).values()
        for item in template["Resources"].values()
        if item["Type"] == "AWS::Lambda::Function" and "AUTOMATE_TABLE" in str(item["Properties"].get("Environment"))
    ]
    assert len(functions) == 5
    assert {variables["AUTOMATE_SPREAD_LISTS"] for variables in functions} == {told}
