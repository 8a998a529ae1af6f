"""The deployment's pages say what the code does."""

import re
from pathlib import Path

from infra_cdk import reference

DOCS = Path(__file__).parents[3] / "docs"


def anchors(page):
    titles = re.findall(r"^## (.+)$", (DOCS / page).read_text(), re.M)
    return {title.lower().replace(" ", "-") for title in titles}


def test_the_settings_page_is_current():
    """python -m infra_cdk.reference writes it."""
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page()


def test_every_alarm_has_its_runbook():
    source = (DOCS.parent / "infra_cdk" / "observability_stack.py").read_text()
    named = set(re.findall(r'"([a-z]+(?:-[a-z]+)+)", "status=|"(the-sweeper-stands|a-function-fails|throttles|dead-letters)"', source))
    wanted = {first or second for first, second in named}
    assert {"the-worker-is-lagging", "executions-fail", "dead-letters", "throttles"} <= wanted
    assert wanted == anchors("runbooks.md")
