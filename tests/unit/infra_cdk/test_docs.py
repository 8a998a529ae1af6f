"""The deployment's pages say what the code does."""

import json
import re
from pathlib import Path

import pytest

from engine.kernel.snapshot import SCHEMA
from infra_cdk import reference

DOCS = Path(__file__).parents[3] / "docs"


def anchors(page):
    titles = re.findall(r"^## (.+)$", (DOCS / page).read_text(), re.MULTILINE)
    return {title.lower().replace(" ", "-") for title in titles}


def test_the_settings_page_is_current():
    """python -m infra_cdk.reference writes it."""
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page()


@pytest.mark.full
def test_every_alarm_has_its_runbook(hearing):
    alarms = hearing["observability"].find_resources("AWS::CloudWatch::Alarm").values()
    named = {re.search(r"docs/runbooks\.md#([a-z-]+)", json.dumps(alarm["Properties"])).group(1) for alarm in alarms}
    assert named == anchors("runbooks.md")


def test_the_cdk_command_reports_nothing():
    """docs/deployment.md: nothing is sent anywhere else. By default the command sends its usage and the constructs."""
    settings = json.loads((DOCS.parent / "cdk.json").read_text())
    assert settings["versionReporting"] is False
    assert settings["context"]["cli-telemetry"] is False


@pytest.mark.full
def test_what_cloudformation_cannot_delete_is_said(tmp_path):
    """It deletes no bucket that holds something, and payloads may: a stage that is thrown away needs one line more."""
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    from tests.support.stage_updates import synthesise  # noqa: PLC0415

    left = [
        name for name, template in synthesise(protect="false").items() for item in template["Resources"].values()
        if item["Type"] == "AWS::S3::Bucket" and "aws-cdk:auto-delete-objects" not in json.dumps(item["Properties"])
    ]
    assert left == ["automate-test-data"]
    taking_away = (DOCS / "deployment.md").read_text().partition("## Take it away")[2]
    assert "aws s3 rm --recursive s3://BUCKET" in taking_away


def test_the_first_deployment_names_the_newest_snapshot_schema():
    """No older release has worked on a new stage."""
    first = (DOCS / "deployment.md").read_text().partition("cdk bootstrap")[2].partition("```")[0]
    assert re.findall(r"cdk deploy .*-c snapshot_schema=(\d+)", first) == [str(SCHEMA)]


@pytest.mark.parametrize("page", ["deployment.md", "runbooks.md"])
def test_the_cdk_commands_of_the_pages_exist(page):
    """`cdk diff` and `cdk drift` look at every stack by themselves and know no --all."""
    lines = re.findall(r"cdk ([a-z]+)([^`\n]*)", (DOCS / page).read_text())
    used = {name: options for name, options in lines if name in {"diff", "drift", "deploy", "destroy", "bootstrap"}}
    assert used
    assert not [name for name, options in lines if name in {"diff", "drift"} and "--all" in options]
