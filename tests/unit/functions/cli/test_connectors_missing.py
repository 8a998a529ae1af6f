"""A connector that a published workflow names is gone: publish, start, up, worker and doctor say so."""

from __future__ import annotations

import json
import signal
import sys

import pytest

from connectors.registry import default_registry
from functions.cli.commands import serving
from functions.server.product import Product
from functions.server.server import LocalServer

MODULE = "acme_for_missing"
CODE = """
from connectors import ActionSpec, ConnectorAdapter

class Acme(ConnectorAdapter):
    code = "acme"
    name = "Acme"
    actions = {"pay": ActionSpec()}

    def execute(self, action, params, context):
        return {"paid": True}
"""
PAY = {"StartAt": "Pay", "States": {"Pay": {"Type": "Task", "Resource": "connector:acme:pay", "End": True}}}


@pytest.fixture
def uninstall(tmp_path, automate, monkeypatch, on_path):
    """`pay` was published with the connector; then that is gone, or not there yet."""
    (tmp_path / f"{MODULE}.py").write_text(CODE)
    on_path(tmp_path)
    monkeypatch.setenv("AUTOMATE_CONNECTORS", MODULE)
    (tmp_path / "pay.json").write_text(json.dumps({"name": "pay", "definition": PAY}))

    def gone():
        monkeypatch.delenv("AUTOMATE_CONNECTORS", raising=False)
        sys.modules.pop(MODULE, None)
        default_registry._classes.pop("acme", None)
        default_registry._adapters.pop("acme", None)

    assert automate("import", "--file", str(tmp_path / "pay.json"), "--publish")[0] == 0
    yield gone
    gone()


def said(text):
    """Whether the text names the connector and what to do."""
    return "there is no connector acme" in text and "AUTOMATE_CONNECTORS" in text


def test_a_start_is_refused_and_says_what_to_install(uninstall, automate):
    uninstall()
    status, out, err = automate("start", "pay")
    assert (status, out) == (1, "")
    assert said(err)
    assert "pay" not in automate("executions")[1]


def test_a_publish_is_refused_and_says_what_to_install(uninstall, automate, tmp_path):
    uninstall()
    (tmp_path / "pay.json").write_text(json.dumps({"name": "pay", "description": "new", "definition": PAY}))
    automate("import", "--file", str(tmp_path / "pay.json"))
    status, _, err = automate("publish", "pay")
    assert (status, said(err)) == (1, True)


def test_up_and_worker_say_at_their_start_what_cannot_run(uninstall, automate, monkeypatch):
    monkeypatch.setattr(Product, "work", lambda _self, _stop: None)
    monkeypatch.setattr(LocalServer, "serve", lambda self, *, workers, ready: (ready(), self.close()))
    monkeypatch.setattr(serving, "log_to_file", lambda *_: None)
    monkeypatch.setattr(signal, "signal", lambda _number, _handler: None)
    for command in (("worker",), ("up", "--port", "0")):
        assert "cannot run here" not in automate(*command)[2]
    uninstall()
    for command in (("worker",), ("up", "--port", "0")):
        status, _, err = automate(*command)
        assert status == 0
        assert "warning: pay version 1 cannot run here" in err
        assert said(err)


def test_doctor_names_it(uninstall, automate):
    uninstall()
    found = automate.json("doctor")[1]
    check, = [item for item in found["checks"] if item["name"] == "workflow"]
    assert (check["verdict"], said(check["says"])) == ("ill", True)
