"""Documents of a deployed stage's tests."""

from __future__ import annotations


def workflow(name, states, start):
    return {"name": name, "definition": {"QueryLanguage": "JSONata", "StartAt": start, "States": states}}


def publish(stage, document):
    stage.answer("POST", "/workflows/import", {"document": document, "publish": True})
