"""The CDK app: ``cdk deploy --all`` runs it by cdk.json; ``python -m infra_cdk.app`` writes the templates to cdk.out.

    data ◄── engine ◄── api ◄── studio, observability

Separate stacks, because they live differently: the data outlives every deployment, the others may be replaced at any
time. Every choice is a context value: functions.tunables has them all.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import Annotations, App, Tags

from engine.errors import UserError
from functions.tunables import Tunables, refuse_misspelt
from infra_cdk.acknowledged import acknowledge
from infra_cdk.api_stack import ApiStack
from infra_cdk.bundling import BUNDLES, Bundles
from infra_cdk.data_stack import DataStack
from infra_cdk.engine_stack import EngineStack
from infra_cdk.observability_stack import ObservabilityStack
from infra_cdk.studio_stack import DIST, StudioStack

REFERENCES = ("@aws-cdk/core:defaultCrossStackReferences", "both")
"""How a stack reads what another one made: by the other's output, at the moment that it is deployed itself
(Fn::GetStackOutput). An export could neither change nor go away while it is imported (Fn::ImportValue), so
`-c cdn=false` would not deploy on a stage that is there. "both" keeps the exports that a stage of the release before
imports until it has been upgraded; once every stage has been, this becomes "weak"."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """The stacks of one stage."""

    data: DataStack
    engine: EngineStack
    api: ApiStack
    studio: StudioStack
    observability: ObservabilityStack
    bundles: Bundles


def build(app: App, *, bundles: Path = BUNDLES, studio_files: Path = DIST) -> Deployment:
    """Put the stacks of the app's stage into it. Raises UserError for a context value that will not do."""
    refuse_misspelt(app.node.get_all_context())
    tunables = Tunables.from_context(app.node.try_get_context)
    app.node.set_context(*REFERENCES)
    made = Bundles(tunables, bundles)
    prefix = tunables.prefix
    data = DataStack(app, f"{prefix}-data", tunables=tunables)
    engine = EngineStack(app, f"{prefix}-engine", tunables=tunables, data=data, bundles=made)
    api = ApiStack(app, f"{prefix}-api", tunables=tunables, data=data, engine=engine, bundles=made)
    studio = StudioStack(app, f"{prefix}-studio", tunables=tunables, data=data, api=api, files=studio_files)
    observability = ObservabilityStack(
        app, f"{prefix}-observability", tunables=tunables, data=data, engine=engine, api=api, studio_url=studio.url
    )
    Tags.of(app).add("automate:stage", tunables.stage)
    for stack in (engine, api, studio, observability):  # it is said at the first that reads of another
        Annotations.of(stack).acknowledge_warning(
            "@aws-cdk/core:crossStackReferencesBothTransitional", "meant so for a release: see REFERENCES"
        )
    acknowledge({"data": data, "engine": engine, "api": api, "studio": studio}, tunables)
    return Deployment(data, engine, api, studio, observability, made)


def main() -> None:
    """Synthesise into cdk.out, or where the cdk command says."""
    app = App(outdir=os.environ.get("CDK_OUTDIR", "cdk.out"))
    try:
        made = build(app)
    except UserError as error:
        sys.exit(f"{error.message} ({error.where}). {error.advice or ''}")
    app.synth()
    made.bundles.prune()


if __name__ == "__main__":
    main()
