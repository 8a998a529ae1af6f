"""automate --endpoint URL tune: from the stage that the API names to proposals with their context lines."""

import json
from types import SimpleNamespace

import pytest

from engine.errors import NotFound
from functions.cli import main
from functions.cli.commands import tune
from functions.cli.session import Session
from functions.cli.tuning.figures import Period, Stage
from functions.cli.tuning.stage_rules import TUNED
from functions.tunables import Tunables

FULL = Period(queue_age=1, received=1000, invocations=100, concurrent=4, p50=0.5, p99=2.0)


@pytest.fixture
def remote(monkeypatch, capsys):
    """`run(*arguments)` with a stage whose settings and figures are what `run.settings` and `run.figures` say."""
    api = SimpleNamespace(get=lambda path: {"/me": {"stage": "prod"}}[path])
    monkeypatch.setattr(Session, "remote", lambda *_: api)
    asked = {}

    def settings(account, stage):
        asked.update(stage=stage, profile=account._profile, region=account._region)
        return run.settings, "Wakes", ["the API's throttle: not read"]

    def figures(_account, _settings, queue, *, now, hours):
        asked.update(queue=queue, hours=hours, now=now)
        return run.figures

    monkeypatch.setattr(tune, "read_settings", settings)
    monkeypatch.setattr(tune, "read_stage", figures)

    def run(*arguments, before=()):
        status = main.run([*before, "--endpoint", "https://example.com", *arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    run.settings, run.figures, run.asked = Tunables(stage="prod"), Stage(24.0, (FULL,) * 288), asked
    return run


def test_a_proposal_has_its_line_its_reason_and_its_figures(remote):
    status, out, err = remote("tune", "--profile", "p", "--region", "eu-west-1")
    assert (status, err) == (0, "")
    assert "\n-c batch_size=20 -c batch_window_seconds=1    (now 10, 0)\n  Batches of 10 came full" in out
    assert "  messages per invocation: 10  p50 seconds: 0.5  invocations per hour: 1,200\n" in out
    assert "· the API's throttle: not read" in out
    assert {name: remote.asked[name] for name in ("stage", "profile", "region", "queue", "hours")} == {
        "stage": "prod", "profile": "p", "region": "eu-west-1", "queue": "Wakes", "hours": 24.0,
    }


def test_for_programs(remote):
    shape = json.loads(remote("tune", before=["--json"])[1])
    assert shape["settings"] == {name: getattr(remote.settings, name) for name in TUNED}
    [proposal] = shape["proposals"]
    assert (proposal["rule"], proposal["changes"]) == ("short-work", {"batch_size": 20, "batch_window_seconds": 1})
    assert proposal["before"] == {"batch_size": 10, "batch_window_seconds": 0}
    assert proposal["figures"] == {"messages_per_invocation": 10.0, "p50_seconds": 0.5, "invocations_per_hour": 1200.0}
    assert [note["says"] for note in shape["notes"]] == ["the API's throttle: not read"]


def test_nothing_to_change(remote):
    remote.figures = Stage(24.0, (Period(received=100, invocations=100, p50=0.5, concurrent=1),) * 288)
    assert remote("tune")[1].endswith("\nNothing to change.\n")


def test_no_data(remote):
    remote.figures = Stage(24.0)
    out = remote("tune")[1]
    assert "No data: the worker was invoked 0 times in 24 h" in out
    assert "-c " not in out


def test_a_stage_of_another_account(remote, monkeypatch):
    def absent(*_):
        raise NotFound("the worker of stage prod is not there", advice="Is it this account?")

    monkeypatch.setattr(tune, "read_settings", absent)
    status, out, err = remote("tune")
    assert (status, out) == (1, "")
    assert "the worker of stage prod is not there" in err
