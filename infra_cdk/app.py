"""The CDK app: ``python -m infra_cdk.app`` writes the templates to cdk.out; the cdk command runs it by cdk.json.

Two stacks, because they live differently: the data outlives every deployment, the engine may be replaced at any time.
Context: `stage` (default ``dev``), a part of the stacks' names.
"""

from __future__ import annotations

import os

from aws_cdk import App, Tags

from infra_cdk.data_stack import DataStack
from infra_cdk.engine_stack import EngineStack


def build(app: App) -> tuple[DataStack, EngineStack]:
    """Put the stacks of the app's stage into it."""
    stage = str(app.node.try_get_context("stage") or "dev")
    data = DataStack(app, f"automate-{stage}-data")
    engine = EngineStack(app, f"automate-{stage}-engine")
    Tags.of(app).add("automate:stage", stage)
    return data, engine


def main() -> None:
    """Synthesise into cdk.out, or where the cdk command says."""
    app = App(outdir=os.environ.get("CDK_OUTDIR", "cdk.out"))
    build(app)
    app.synth()


if __name__ == "__main__":
    main()
