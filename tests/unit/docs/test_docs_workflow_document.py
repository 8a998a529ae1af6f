"""docs/workflow-document.md: its tables are the document's fields, the triggers' and the samples."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

from engine.catalog import triggers
from engine.catalog.document import WorkflowDocument
from engine.catalog.files import read_document

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "workflow-document.md").read_text(encoding="utf-8")


def rows(heading):
    section = re.split(rf"^##+ {heading}$", TEXT, flags=re.MULTILINE)[1].partition("\n## ")[0]
    return dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", section, re.MULTILINE))


def test_every_field_has_its_row_and_no_other():
    assert set(rows("Fields")) == {item.alias or name for name, item in WorkflowDocument.model_fields.items()}


def test_every_trigger_has_its_row_with_its_fields():
    kinds = {
        get_args(kind.model_fields["type"].annotation)[0]: kind
        for kind in vars(triggers).values()
        if isinstance(kind, type) and hasattr(kind, "model_fields") and "type" in kind.model_fields
    }
    told = rows("Triggers")
    assert set(told) == set(kinds)
    for name, kind in kinds.items():
        for field in set(kind.model_fields) - {"type", "enabled", "input"}:
            assert f"`{field}`" in told[name], f"{name}: {field}"


def test_every_sample_has_its_row_and_holds_what_it_shows():
    told = rows("The samples")
    files = {path.stem: path for path in (ROOT / "workflows").glob("*.json")}
    assert set(told) == set(files)
    for name, path in files.items():
        document, _ = read_document(path.read_bytes(), path.name)
        types = set(re.findall(r'"Type": "(\w+)"', json.dumps(document.definition)))
        for word in ("Wait", "Parallel", "Map", "Choice", "Fail"):
            if re.search(rf"\b{word}\b", told[name]):
                assert word in types, f"{name}: {word}"
        for language in ("JSONata", "JSONPath"):
            if told[name].partition("| ")[2].startswith(language):
                assert document.definition.get("QueryLanguage", "JSONPath") == language, name
