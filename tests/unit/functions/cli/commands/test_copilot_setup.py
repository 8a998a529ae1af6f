"""`automate copilot setup`: a model is found, tried, and kept for the data folder; the product of the folder has it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from functions.cli.copilot import model_servers
from tests.support.model_server import KEY, ModelServer, Say, Status

READY = Say(calls=[("c1", "ready", ["{}"])])


@pytest.fixture
def server(monkeypatch):
    """A model server at the port where Ollama serves, and nothing at the other usual ports."""
    served = ModelServer([READY])
    served.start()
    monkeypatch.setattr(model_servers, "USUAL", {"Ollama": urlsplit(served.base).port, "vLLM": 1})
    yield served
    served.stop()



def test_a_server_on_its_usual_port_is_found_tried_and_kept(automate, server):
    server.models = ["small", "large"]
    status, answer = automate.json("copilot", "setup")
    assert status == 0
    assert answer["settings"] == {
        "AUTOMATE_COPILOT_PROVIDER": "openai", "AUTOMATE_COPILOT_URL": f"{server.base}/v1",
        "AUTOMATE_COPILOT_MODEL": "small",
    }
    assert answer["calls_tools"] is True
    assert answer["servers"] == [{"program": "Ollama", "url": f"{server.base}/v1", "models": ["small", "large"]}]
    assert server.asked[0].body["model"] == "small"
    server.script[:] = [Say(["It ", "is a workflow."])]
    status, answer = automate.json("copilot", "draft", "what is this?")
    assert (status, answer["text"]) == (0, "It is a workflow.")


def test_a_named_model_is_taken_and_the_environment_comes_before_it(automate, server, monkeypatch):
    server.models = ["small", "large"]
    status, out, err = automate("copilot", "setup", "--url", f"{server.base}/v1/", "--model", "large")
    assert status == 0, err
    assert "AUTOMATE_COPILOT_MODEL=large" in out
    assert "It answers after" in err
    assert "calls tools" in err
    monkeypatch.setenv("AUTOMATE_COPILOT_PROVIDER", "none")
    assert "No model is set" in automate("copilot", "draft", "Log the order")[2]
    assert "comes before the folder's model" in automate("copilot", "setup")[2]


def test_a_model_without_tools_is_taken_too(automate, server):
    server.script[:] = [Status(400, "this model does not support tools"), Say(["ready"])]
    status, answer = automate.json("copilot", "setup")
    assert (status, answer["calls_tools"]) == (0, False)
    assert answer["settings"]["AUTOMATE_COPILOT_TOOLS"] == "0"


def test_a_model_behind_a_server_that_leaves_tools_out_is_asked_without_them(automate, server):
    server.script[:] = [Say(["I am ", "ready."])]
    assert automate("copilot", "setup")[0] == 0
    server.script[:] = [Say(['{"say": "It is a workflow."}'])]
    status, answer = automate.json("copilot", "draft", "what is this?")
    assert (status, answer["text"]) == (0, "It is a workflow.")
    assert "tools" not in server.asked[-1].body
    assert "response_format" in server.asked[-1].body


@pytest.mark.parametrize(("script", "models", "arguments", "words"), [
    ([Status(500, "out of memory")], ["small"], [], "the model does not answer, and nothing was changed"),
    ([READY], [], [], "has no model"),
    ([READY], ["small"], ["--model", "huge"], "It has small."),
    ([READY], ["small"], ["--url", "http://127.0.0.1:1/v1"], "no model server answers at http://127.0.0.1:1/v1"),
    ([READY], ["small"], ["--provider", "anthropic"], "AUTOMATE_COPILOT_SECRET"),
    ([READY], ["small"], ["--provider", "anthropic", "--model", "m", "--secret", "NOPE"], "automate secrets set NOPE"),
])
def test_what_does_not_work_is_said_and_nothing_is_kept(automate, server, script, models, arguments, words):
    server.script[:], server.models = script, models
    status, out, err = automate("copilot", "setup", *arguments)
    assert (status, out) == (1, "")
    assert words in err
    assert not (automate.folder / "copilot.json").exists()


def test_no_server_names_the_ports_that_were_looked_at(automate, monkeypatch):
    monkeypatch.setattr(model_servers, "USUAL", {"Ollama": 1})
    err = automate("copilot", "setup")[2]
    assert "127.0.0.1:1 (Ollama)" in err


def test_a_vendor_is_tried_with_its_key_and_the_key_is_shown_nowhere(automate, server):
    assert automate("secrets", "set", "VENDOR", stdin=KEY)[0] == 0
    status, out, err = automate(
        "copilot", "setup", "--provider", "anthropic", "--url", server.base, "--model", "m", "--secret", "VENDOR")
    assert status == 0, err
    assert server.asked[0].headers["x-api-key"] == KEY
    assert KEY not in out + err + (automate.folder / "copilot.json").read_text()
    assert automate("copilot", "setup", "--remove")[0] == 0
    assert "No model is set" in automate("copilot", "draft", "Log the order")[2]


def test_a_server_of_this_machine_is_offered_where_no_model_is_set(automate, server):
    err = automate("copilot", "draft", "Log the order")[2]
    assert f"Ollama answers at {server.base}/v1" in err


def test_a_file_that_names_no_model_is_said(automate):
    automate("workflows")
    (automate.folder / "copilot.json").write_text("[]")
    status, _, err = automate("workflows")
    assert status == 1
    assert "automate copilot setup --remove" in err
    assert automate("copilot", "setup", "--remove")[0] == 0
    assert automate("workflows")[0] == 0


def test_a_stage_has_its_model_by_its_deployment(automate):
    status, _, err = automate("--endpoint", "https://example.com", "copilot", "setup")
    assert status == 1
    assert "-c copilot_provider" in err


def test_the_ports_are_those_of_the_documentation():
    text = " ".join((Path(__file__).parents[5] / "docs" / "copilot.md").read_text().split())
    assert all(f"{program} at {port}" in text for program, port in model_servers.USUAL.items())
