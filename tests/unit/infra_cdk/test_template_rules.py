"""AWS's rules over every template: cdk-nag's AwsSolutions with what was acknowledged, and cfn-lint."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.full
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """The folder of the templates of a whole stage, with CloudFront, a listener and a bus; and what cdk-nag found."""
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    from aws_cdk import App, Validations  # noqa: PLC0415 - only where it is installed
    from cdk_nag import AwsSolutionsChecks  # noqa: PLC0415

    from infra_cdk.app import build  # noqa: PLC0415

    files = tmp_path_factory.mktemp("studio")
    (files / "index.html").write_text("<!doctype html>")
    folder = tmp_path_factory.mktemp("checked")
    hears = "bus:default,bus:shop,queue:arn:aws:sqs:us-east-1:111122223333:jobs"
    app = App(outdir=str(folder), context={"stage": "rules", "hears": hears, "status_events_bus": "told"})
    build(app, studio_files=files)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    try:
        app.synth()
    except Exception as error:  # noqa: BLE001 - jsii has one type for all
        found = str(error)
    else:
        found = ""
    return folder, found


def test_cdk_nag_has_no_finding_that_is_not_acknowledged(checked):
    assert checked[1] == ""


def test_each_acknowledgement_is_of_a_finding_that_is_there(checked):
    """A list that outlives its reasons hides the next finding. And: cdk-nag did look."""
    from functions.tunables import Tunables  # noqa: PLC0415
    from infra_cdk.acknowledged import accepted  # noqa: PLC0415

    (report,) = json.loads((checked[0] / "validation-report.json").read_text())["pluginReports"]
    found = {
        (construct["constructPath"], finding["acknowledgedId"])
        for finding in report["suppressedViolations"] for construct in finding["violatingConstructs"]
    }
    assert found == {
        (f"automate-rules-{item.stack}/{item.path}", item.identifier) for item in accepted(Tunables(stage="rules"))
    }


def test_cfn_lint_is_clean(checked):
    templates = sorted(str(path) for path in checked[0].glob("*.template.json"))
    assert len(templates) == 5
    command = [Path(sys.executable).with_name("cfn-lint"), *templates]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
