"""tools/cdk.py: what a clone that nobody has worked in yet needs before the command runs."""

import subprocess

import pytest

from tools import cdk
from tools.node import Node


@pytest.fixture
def steps(monkeypatch):
    """What was done, in order; the command itself is only written down."""
    done = []
    node = Node(("node",), ("npm",), "Node 24")
    monkeypatch.setattr(cdk, "prepare", lambda: done.append("prepare") or node)
    monkeypatch.setattr(cdk.studio, "build", lambda: done.append("studio"))

    def run(command, **_):
        done.append(" ".join(command[2:]))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(cdk.subprocess, "run", run)
    return done


@pytest.mark.parametrize("line", [
    "bootstrap", "deploy --all", "destroy --all", "diff --all -c stage=prod", "synth --quiet", "ls", "list",
    "-c stage=prod deploy --all", "--verbose bootstrap aws://123456789012/eu-central-1",
])
def test_a_command_that_runs_the_app_finds_the_studio_built(steps, line):
    assert cdk.main(line.split()) == 0
    assert steps == ["prepare", "studio", line]


@pytest.mark.parametrize("line", ["--version", "doctor", "context --clear", "acknowledge 1"])
def test_another_waits_for_no_studio(steps, line):
    assert cdk.main(line.split()) == 0
    assert steps == ["prepare", line]


def test_install_runs_nothing(steps):
    assert cdk.main(["install"]) == 0
    assert steps == ["prepare"]
