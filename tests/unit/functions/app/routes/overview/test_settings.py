"""What the page of settings is told: what holds here, what workflows say for themselves, how each is changed."""

from __future__ import annotations

import dataclasses

import pytest

from engine.catalog.heard import Heard
from engine.settings import Settings
from functions.app.routes.overview.settings import SHOWN
from functions.app.services import Place

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


def settings(api, *, stage="local", heard=None, **changed):
    api.services = dataclasses.replace(
        api.services, settings=dataclasses.replace(api.services.settings, **changed), place=Place(stage), heard=heard,
    )
    found = api("GET", "/settings").json
    return found, {item["name"]: item for item in found["settings"]}


def test_each_setting_says_what_holds_and_whether_somebody_chose_it(api):
    _, by_name = settings(api, retention_days=30.0)
    kept = by_name["AUTOMATE_RETENTION_DAYS"]
    assert (kept["value"], kept["is_default"]) == ("30", False)
    assert by_name["AUTOMATE_AUDIT_DAYS"]["is_default"] is True
    assert {item.name for item in dataclasses.fields(Settings)} >= set(SHOWN)


def test_a_proxy_s_password_is_not_shown(api):
    found, by_name = settings(api, egress_proxy="http://ann:s3cret@proxy.internal:3128")
    assert by_name["AUTOMATE_EGRESS_PROXY"]["value"] == "http://********@proxy.internal:3128"
    assert "s3cret" not in str(found)


def test_how_one_is_changed_is_said_for_the_machine_and_for_the_stage(api):
    _, here = settings(api)
    assert "AUTOMATE_EGRESS_ALLOW=" in here["AUTOMATE_EGRESS_ALLOW"]["change"]
    _, there = settings(api, stage="prod")
    assert "-c stage=prod -c egress_allow=" in there["AUTOMATE_EGRESS_ALLOW"]["change"]
    assert "AUTOMATE_DISK_RESERVE_MB" not in there


def test_a_stage_names_no_setting_that_its_deployment_does_not_take(api):
    from functions.tunables import Tunables  # noqa: PLC0415  a deployable does not know it

    choices = {item.name for item in dataclasses.fields(Tunables)}
    _, there = settings(api, stage="prod")
    named = {item.metadata["env"]: item.name for item in dataclasses.fields(Settings)}
    assert {named[name] for name in there} <= choices


@pytest.mark.parametrize("address", [
    "https://hooks.example.com/T0/secret?key=canary", "http://canary:s@hooks.example.com",
])
def test_an_address_that_is_called_shows_its_host_alone(api, address):
    _, by_name = settings(api, alert_webhook=address)
    assert by_name["AUTOMATE_ALERT_WEBHOOK"]["value"].endswith("://hooks.example.com/…")


def test_workflows_that_say_something_else_are_listed(api):
    api.publish("plain", PASS)
    document = {"name": "kept", "definition": PASS, "retention_days": 365, "budgets": {"executions_per_minute": 60},
                "alerts": []}
    assert api("POST", "/workflows/import", {"document": document, "publish": True}).status == 200
    found, _ = settings(api)
    assert found["workflows"] == [{
        "workflow": "kept", "version": 1, "retention_days": 365, "alerts": [],
        "budgets": {"executions_per_minute": 60, "open_executions": None, "when_exceeded": "wait"},
    }]
    assert found["heard"] is None


def test_what_a_stage_hears(api):
    found, _ = settings(api, stage="prod", heard=Heard.parse("bus:default,bucket:uploads,ends"))
    assert found["heard"] == {"buses": ["default"], "queues": [], "buckets": ["uploads"], "ends": True}
