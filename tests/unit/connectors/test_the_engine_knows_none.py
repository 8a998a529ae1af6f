"""The engine knows ports, no connectors: what it must say of them comes in as data (connectors.known, ActionSpecs).

The import contract holds the modules; this holds the strings.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from connectors.registry import BUILTIN, SHIPPED

ENGINE = Path(__file__).parents[3] / "engine"
CODES = {point.name for point in (*BUILTIN, *SHIPPED)}

OTHER_MEANINGS = {
    **{(f"{module}.py", style): "the style of a webhook's signature" for style in ("github", "slack", "stripe")
       for module in ("catalog/triggers", "triggers/signatures")},
    ("kernel/children/map_run.py", "files"): "a member of a Map Run's results",
    ("durable/worker/map_run_results.py", "files"): "a member of a Map Run's results",
    ("triggers/forms.py", "email"): "a format of JSON Schema",
    ("triggers/form_faults.py", "email"): "a format of JSON Schema",
    ("language/asl/integrations.py", "http"): "AWS's own integration http:invoke",
    ("copilot/conversation/task_checks.py", "http"): "AWS's own integration http:invoke",
    ("language/asl/credentials.py", "http"): "how an address begins",
    ("adapters/models/http_stream.py", "http"): "the scheme of an address",
    ("settings.py", "slack"): "how one is called who answers in Slack",
}
"""Strings that are spelled as a connector's code and mean something else."""


def strings(path):
    """Every string of the module that is not documentation."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
    ]


ACTION = re.compile(rf"(?<![\w.-])({'|'.join(sorted(CODES))}):(?!//|\s|\?|\Z)|\A({'|'.join(sorted(CODES))}):\Z")
"""A code and what follows it, as in ``stripe:create_refund``, or a code that an action is to follow; no address."""


def named(text):
    """The connectors that `text` names, also within a regular expression."""
    return {text} & CODES | {one for found in ACTION.findall(text) for one in found if one}


def test_no_connector_is_named_in_the_engine():
    found = {
        (str(path.relative_to(ENGINE)), code)
        for path in ENGINE.rglob("*.py") for text in strings(path) for code in named(text)
    }
    assert found - OTHER_MEANINGS.keys() == set()
    assert OTHER_MEANINGS.keys() - found == set(), "no longer there: take it off the list"


@pytest.mark.parametrize("text", [
    "connector:slack:post_message", "connector:http:request", "log", "stripe:create_refund", "s3:|email:send", "slack:",
])
def test_a_name_is_found(text):
    assert named(text)


@pytest.mark.parametrize("text", [
    "http://example.com", "https?://", "arn:aws:states:::http", "the log: empty", "logs:x",
])
def test_what_only_looks_like_one_is_none(text):
    assert not named(text)
