"""-c expression_limits: the limits of expressions, in the environment of a stage's functions."""

import pytest

from engine.errors import InvalidDocument
from engine.settings import Settings
from functions.tunables import Tunables


def settings_of(limits):
    return Tunables.from_context({"expression_limits": limits}.get).expression_settings


def test_they_are_the_settings_names_without_what_all_begin_with():
    environment = settings_of("seconds=1.5, items=2000000,")
    assert environment == {"AUTOMATE_EXPRESSION_SECONDS": "1.5", "AUTOMATE_EXPRESSION_ITEMS": "2000000"}
    settings = Settings.from_environment(environment)
    assert (settings.expression_seconds, settings.expression_items) == (1.5, 2_000_000)
    assert settings_of("") == {}


@pytest.mark.parametrize(("limits", "says"), [
    ("second=1", "wall_seconds"), ("seconds", "seconds"), ("seconds=", "seconds"), ("data_dir=/x", "text_bytes"),
    ("seconds=0", "AUTOMATE_EXPRESSION_SECONDS"), ("items=many", "AUTOMATE_EXPRESSION_ITEMS"),
])
def test_one_that_is_none_stops_the_deployment(limits, says):
    with pytest.raises(InvalidDocument, match=says) as refused:
        settings_of(limits)
    assert refused.value.where == "-c expression_limits=…"


@pytest.mark.full
def test_every_function_that_evaluates_has_them(tmp_path):
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    from aws_cdk import App, assertions  # noqa: PLC0415 - only where it is installed

    from infra_cdk.app import build  # noqa: PLC0415 - starts the CDK's Node process

    context = {"stage": "test", "cdn": "false", "expression_limits": "seconds=2"}
    made = build(App(outdir=str(tmp_path), context=context))
    for stack, name in ((made.engine, "worker"), (made.api, "api")):
        assertions.Template.from_stack(stack).has_resource_properties("AWS::Lambda::Function", {
            "FunctionName": f"automate-test-{name}",
            "Environment": {"Variables": assertions.Match.object_like({"AUTOMATE_EXPRESSION_SECONDS": "2"})},
        })
