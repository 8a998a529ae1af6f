"""automate tune on a data folder: what its histories show, and what is proposed from it."""

import threading
from dataclasses import fields, replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.document import parse_document
from engine.settings import Settings
from functions.app.routes.figures import most_at_once
from functions.app.shapes.operations import Figures
from functions.cli.client.client import Client
from functions.cli.client.in_process import InProcess
from functions.cli.tuning.folder_rules import tune
from functions.server.product import Product

NOW = Settings()
BUSY = Figures(
    hours=24.0, cpus=4, workers=1, executions=20, delay=0.1, took=5.0, calls=3, open=4, task_threads=NOW.task_threads,
    batch_size=NOW.batch_size,
)


def proposed(folder):
    return [item.changes for item in tune(folder).proposals]


@pytest.mark.parametrize(("change", "expected"), [
    ({}, []),
    ({"calls": 28}, []),                                         # 90% of 32 are 28.8
    ({"calls": 29}, [{"task_threads": 64}]),
    ({"calls": 57, "workers": 2}, []),
    ({"calls": 58, "workers": 2}, [{"task_threads": 64}]),
    ({"delay": 0.99}, []),
    ({"delay": 1.0}, [{"workers": 2}]),
    ({"delay": 1.0, "workers": 4}, []),                          # a worker on each CPU
    ({"delay": 1.0, "workers": 4, "took": 0.9}, [{"batch_size": 20}]),
    ({"delay": 1.0, "calls": 32}, [{"task_threads": 64}]),       # one thing at a time
    ({"delay": 9.0, "workers": 0}, []),
])
def test_the_edges(change, expected):
    assert proposed(BUSY.model_copy(update=change)) == expected


@pytest.mark.parametrize(("executions", "says"), [(0, "No data"), (19, "Too little data")])
def test_without_enough_executions_nothing_is_proposed(executions, says):
    found = tune(BUSY.model_copy(update={"executions": executions, "delay": 99.0}))
    assert (found.enough, found.proposals) == (False, ())
    assert found.notes[0].says.startswith(says)


@pytest.mark.parametrize(("change", "says"), [
    ({"workers": 0}, "No worker runs now"), ({"delay": 2.0, "workers": 4}, "this machine is full"),
])
def test_where_no_setting_helps_it_says_what_is(change, says):
    assert says in tune(BUSY.model_copy(update=change)).notes[0].says


@given(
    st.builds(
        Figures, hours=st.just(24.0), cpus=st.integers(1, 256), workers=st.integers(0, 64),
        executions=st.integers(0, 200), delay=st.floats(0, 1e5), took=st.floats(0, 1e5), calls=st.integers(0, 10**6),
        open=st.just(0), task_threads=st.integers(1, 1000), batch_size=st.integers(1, 10000),
    ),
)
def test_proposals_are_settings(folder):
    found = tune(folder)
    for name, value in [change for item in found.proposals for change in item.changes.items()]:
        if name == "workers":
            assert folder.workers < value <= min(folder.cpus, 64)
        else:
            variable = next(item.metadata["env"] for item in fields(Settings) if item.name == name)
            assert getattr(Settings.from_environment({variable: str(value)}), name) == value
    assert len(found.proposals) <= 1


@pytest.mark.parametrize(("spans", "most"), [
    ([], 0), ([(0, 1)], 1), ([(0, 2), (1, 3)], 2), ([(0, 1), (1, 2)], 1), ([(5, 5)], 0), ([(0, 9), (1, 2), (3, 4)], 2),
])
def test_most_at_once(spans, most):
    assert most_at_once(spans) == most


WORKFLOW = {"name": "calls", "definition": {"StartAt": "Say", "States": {"Say": {
    "Type": "Task", "Resource": "connector:log:write", "Parameters": {"message": "hello"}, "End": True,
}}}}


def test_a_folders_histories_are_read(tmp_path):
    product = Product.open(replace(NOW, data_dir=str(tmp_path / "data")), command="a test", environment={})
    try:
        workspace = product.settings.workspace
        product.services.catalog.import_document(workspace, parse_document(WORKFLOW), actor=product.actor)
        product.services.catalog.publish(workspace, "calls", actor=product.actor)
        keys = [product.services.executions.start(workspace, "calls", {}).key for _ in range(3)]
        begun = product.clock.now()
        api = Client(InProcess(product))
        waits = SimpleNamespace(**api.get("/figures", hours=1.0))
        done = threading.Event()
        while not done.wait(0.01):  # started while no worker is there: all of them wait at least this long
            if product.clock.now() - begun > 0.3:
                done.set()
        product.work(lambda: not any(product.runs(key) for key in keys))
        found = SimpleNamespace(**api.get("/figures", hours=1.0))
    finally:
        product.close()
    assert (waits.executions, waits.open) == (0, 0)
    assert (found.executions, found.workers, found.hours) == (3, 0, 1.0)
    assert found.delay >= 0.3
    assert 1 <= found.calls <= 3
    assert 1 <= found.open <= 3
    assert found.took < 30


def test_the_command_says_what_there_is_and_changes_nothing(automate):
    status, out, err = automate("tune", "--hours", "2")
    assert (status, err) == (0, "")
    assert out == (
        "The last 2 h. Now: workers 0, task_threads 32, batch_size 10\n\n"
        "· No data: 0 executions began in 2 h, and fewer than 20 say nothing. Nothing is proposed.\n"
    )
    status, shape = automate.json("tune")
    assert status == 0
    assert (shape["enough"], shape["proposals"], shape["settings"]["task_threads"]) == (False, [], 32)


def test_the_command_prints_each_proposal_with_how_to_set_it(automate, monkeypatch):
    figures = {**BUSY.model_dump(), "delay": 2.0}
    ask = Client.get
    monkeypatch.setattr(
        Client, "get", lambda self, path, **query: figures if path == "/figures" else ask(self, path, **query)
    )
    _, out, _ = automate("tune")
    assert "\nautomate up --workers 2    (now 1)\n  Half of the executions waited 2.0 s or more" in out
    assert "median delay seconds: 2  " in out
    [proposal] = automate.json("tune")[1]["proposals"]
    assert (proposal["changes"], proposal["before"]) == ({"workers": 2}, {"workers": 1})
    assert proposal["how"] == "automate up --workers 2"
