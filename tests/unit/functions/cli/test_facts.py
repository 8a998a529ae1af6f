"""The Studio's facts are the engine's, and what its palette offers can be published."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from connectors.aws.tasks import AwsTasks
from connectors.registry import default_registry
from connectors.routing import RoutedTasks
from connectors.tasks import ConnectorTasks
from engine.catalog.cases import Case
from engine.catalog.document import WorkflowDocument
from engine.catalog.publishing import document_problems
from engine.language.asl.validate import validate
from functions.app.routes.definitions import connectors
from functions.app.shapes.definitions import ConnectorList
from functions.cli import facts, reference
from tools.node import find_node

ROOT = Path(__file__).parents[4]
STUDIO = ROOT / "studio_static"
NEVER = (
    "bedrock:invokeModel", "http:invoke", "eks:runJob", "eks:call", "secretsmanager:getSecretValue", "sts:assumeRole",
)
"""Publishing refuses each."""


def test_the_facts_are_current():
    assert (ROOT / reference.FACTS).read_text() == facts.facts(), "run: python -m functions.cli.reference"


def test_a_case_is_named_as_a_workflow_is():
    """The Studio has one pattern for both."""
    assert Case.model_json_schema()["properties"]["name"]["pattern"] == facts.NAME_PATTERN


def test_what_cannot_be_called_is_no_fact():
    text = facts.facts()
    offered = re.search(r"export const OPTIMISED = (.*?) as const;", text, re.DOTALL)[1]
    assert not set(NEVER) & set(json.loads(offered))
    assert json.loads(offered)["states:startExecution"] == ["", ".sync", ".sync:2", ".waitForTaskToken"]


@pytest.fixture(scope="module")
def palette():
    """What the palette offers where the connectors of this installation are there."""
    node = find_node()
    if node is None or not (STUDIO / "node_modules" / "vite").is_dir():
        pytest.skip("the Studio's packages are not installed (make studio-check installs them)")
    found = ConnectorList(connectors=connectors(default_registry))
    asked = {"connectors": found.model_dump(mode="json"), "typed": [*NEVER, "s3:copyObject"]}
    done = subprocess.run(
        [*node.node, str(Path(__file__).with_name("palette.mjs")), str(STUDIO)], input=json.dumps(asked),
        capture_output=True, text=True, check=False, timeout=600, env=node.environment(),
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def problems(item, language, pattern):
    """What keeps the entry, as the whole of a workflow, from being published, once its empty fields are filled in."""
    fragment = json.loads(json.dumps(item["fragments"][language]))
    for state in fragment["States"].values():
        if "Resource" in state:
            state["Resource"] += pattern
    definition = {"QueryLanguage": language, **fragment}
    tasks = RoutedTasks(ConnectorTasks(default_registry), AwsTasks(None, credentials_for=lambda _workflow, _role: None))
    document = WorkflowDocument.model_validate({"name": "offered", "definition": definition})
    found = [*validate(definition), *document_problems(document, tasks=tasks, task_max_seconds=60, now=0.0)]
    return [str(each) for each in found if each.severity == "ERROR" and each.code != "REQUIRED_INPUT_EMPTY"]


def test_every_entry_can_be_published(palette):
    offered = palette["items"]
    failing = {
        f"{item['id']}{pattern} in {language}": found
        for item in offered for pattern in item["patterns"] for language in item["fragments"]
        if (found := problems(item, language, pattern))
    }
    assert failing == {}
    assert len(offered) > 80


def test_a_typed_call_that_answers_with_a_secret_is_not_offered(palette):
    assert palette["typed"]["s3:copyObject"] == ["arn:aws:states:::aws-sdk:s3:copyObject"]
    assert palette["typed"]["secretsmanager:getSecretValue"] == palette["typed"]["sts:assumeRole"] == []
