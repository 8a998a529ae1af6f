"""docs/workflow-document.md: its tables are the document's fields, the triggers' and the samples."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

from engine.catalog import triggers
from engine.catalog.alerts import Alert, AlertWebhook
from engine.catalog.document import WorkflowDocument
from engine.catalog.files import read_document
from engine.language.asl.times import parse_timestamp
from engine.triggers.alerts import Told, message
from engine.triggers.events.matchers import _COMPARISONS
from engine.triggers.events.pattern import compile_pattern
from engine.triggers.schedule import parse_schedule

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
    common = set(triggers._Trigger.model_fields)
    assert all(f"- `{field}`" in section("Triggers") for field in common)
    for name, kind in kinds.items():
        for field in set(kind.model_fields) - common - {"type"}:
            assert f"`{field}`" in told[name], f"{name}: {field}"


def section(heading):
    return re.split(rf"^## {heading}$", TEXT, flags=re.MULTILINE)[1].partition("\n## ")[0]


def test_every_schedule_that_is_shown_is_one():
    shown = re.findall(r"`((?:cron|rate|at)\([^)`]*[^)`.…]\))`", section("Schedules"))
    assert len(shown) > 6
    for expression in shown:
        parse_schedule(expression)


def test_every_style_of_a_webhook_is_told_with_its_fields():
    text = section("Webhooks")
    styles = get_args(triggers.WebhookAuth.model_fields["style"].annotation)
    assert set(re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE)) - {"style"} == set(styles)
    assert all(f"`{name}`" in text for name in triggers.WebhookAuth.model_fields)
    (example,) = re.findall(r"^```json\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert triggers.WebhookTrigger.model_validate_json(example).auth.style == "shopify"


def test_the_alert_that_is_shown_is_what_is_sent():
    (text,) = re.findall(r"^```json\n({.*?)^```", section("Alerts"), re.MULTILINE | re.DOTALL)
    shown = json.loads(text)
    started, ended, since = (parse_timestamp(shown[name]) for name in ("started_at", "ended_at", "more_since"))
    told = Told("order_flow:o-1", "order_flow", "FAILED", started, ended, "PaymentDeclined", "no money", shown["link"])
    assert message({"name": "chat"}, told, held=3, since=since) == shown


def test_every_event_pattern_and_entry_that_is_shown_is_one():
    text = section("Event patterns")
    (whole,) = re.findall(r"^```json\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    compile_pattern(json.loads(whole))
    rows = re.findall(r"^\| (`.+`) \| (.+) \|$", text, re.MULTILINE)
    entries = [entry for row in rows for cell in row for entry in re.findall(r"`([{\"][^`]+)`", cell)]
    assert len(entries) > 10
    for entry in entries:
        compile_pattern({"a": [json.loads(entry)]})
    for name in _COMPARISONS:
        assert f'{{"{name}":' in text


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


def test_every_field_of_an_alert_has_its_row_and_what_is_shown_is_one():
    told = rows("Alerts")
    assert set(told) == set(Alert.model_fields)
    assert all(f"`{field}`" in told["webhook"] for field in AlertWebhook.model_fields)
    (example,) = re.findall(r"^```json\n(\[.*?)^```", section("Alerts"), re.MULTILINE | re.DOTALL)
    assert [Alert.model_validate(each).name for each in json.loads(example)] == ["pager", "chat", "mail", "beep"]
