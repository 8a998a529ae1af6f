"""docs/deployment-settings.md, made from the tunables: ``python -m infra_cdk.reference`` (a test holds it current)."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from functions.cli.tuning.stage_rules import RULES
from functions.tunables import Tunables

PAGE = Path(__file__).resolve().parent.parent / "docs" / "deployment-settings.md"
_TUNING = """
## How they are chosen

`automate --endpoint URL tune` reads the stage's metrics of the last 24 hours (`--hours`) and its settings as they are
deployed, and prints what it would change, why, the figures that it rests on, and the line for `cdk deploy`. It takes
credentials of the account (`--profile`, `--region`): the API may not read them. With fewer than 100 invocations of the
worker it says so and proposes nothing. These are its rules, in their order; one that has changed a setting is not
contradicted by those after it, and no number grows by more than one step at once: ask again a day later.

| rule | sees | proposes |
| --- | --- | --- |
"""
_HEAD = """# Settings of a deployment

Made from `functions/tunables.py` by `python -m infra_cdk.reference`. Each is a value of the CDK's context: on the
command line, `cdk deploy --all -c stage=prod -c batch_size=50 -c batch_window_seconds=1`, or under `"context"` in
`cdk.json`. A value that will not do stops the deployment before anything is changed, and says what would.

| name | default | allowed | what it does, and how to choose it |
| --- | --- | --- | --- |
"""


def page() -> str:
    """The page's text."""
    rows = []
    for item in fields(Tunables):
        least, most = item.metadata["least"], item.metadata["most"]
        is_switch = isinstance(item.default, bool)
        allowed = f"{least} to {most}" if most is not None else "true, false" if is_switch else "text"
        default = str(item.default).lower() if is_switch else str(item.default)
        rows.append(f"| `{item.name}` | {f'`{default}`' if default else 'none'} | {allowed} | {item.metadata['doc']} |")
    rules = [f"| {rule.name} | {rule.sees} | {rule.proposes} |" for rule in RULES]
    return _HEAD + "\n".join(rows) + "\n" + _TUNING + "\n".join(rules) + "\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
