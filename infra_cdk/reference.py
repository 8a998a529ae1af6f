"""docs/deployment-settings.md, made from the tunables: ``python -m infra_cdk.reference`` (a test holds it current)."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from functions.tunables import Tunables

PAGE = Path(__file__).resolve().parent.parent / "docs" / "deployment-settings.md"
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
    return _HEAD + "\n".join(rows) + "\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
