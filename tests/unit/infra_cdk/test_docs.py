"""The deployment's pages say what the code does."""

import json
import re
from pathlib import Path

import pytest

from infra_cdk import reference

DOCS = Path(__file__).parents[3] / "docs"


def anchors(page):
    titles = re.findall(r"^## (.+)$", (DOCS / page).read_text(), re.MULTILINE)
    return {title.lower().replace(" ", "-") for title in titles}


def test_the_settings_page_is_current():
    """python -m infra_cdk.reference writes it."""
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page()


@pytest.mark.full
def test_every_alarm_has_its_runbook(templates):
    alarms = templates["observability"].find_resources("AWS::CloudWatch::Alarm").values()
    named = {re.search(r"docs/runbooks\.md#([a-z-]+)", json.dumps(alarm["Properties"])).group(1) for alarm in alarms}
    assert named == anchors("runbooks.md")
