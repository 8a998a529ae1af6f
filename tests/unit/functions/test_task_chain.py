"""A task's call goes the same way in every deployable, and only one module lays that way."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import functions
from engine.settings import Settings
from functions.api import aws
from functions.connector import wiring as connector
from functions.server.product import Product
from functions.worker import wiring as worker
from tests.support.product_logs import logs_kept

INNER = ["InCall", "SecretResolving", "GrantedHosts"]
ROUTED = [*INNER, "RoutedTasks"]
OF_A_WORKER = ["WritesResults", "StartsExecutions", "LimitedTasks", *ROUTED]


def chain(tasks):
    """The classes that a call goes through, from the outermost on."""
    names = []
    while tasks is not None:
        names.append(type(tasks).__name__)
        tasks = getattr(tasks, "_tasks", None)
    return names


def of_a_worker(made):
    return chain(made._calls._tasks)


@pytest.fixture
def stage(monkeypatch):
    for name, value in {
        "AUTOMATE_TABLE": "t", "AUTOMATE_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/1/q", "AUTOMATE_BUCKET": "b",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
    }.items():
        monkeypatch.setenv(name, value)
    caches = aws._services, worker.parts, connector.parts
    for cached in caches:
        cached.cache_clear()
    with logs_kept():
        yield
    for cached in caches:
        cached.cache_clear()


def test_on_one_machine(tmp_path):
    product = Product.open(Settings(data_dir=str(tmp_path)), command="a test", environment={})
    try:
        assert of_a_worker(product.new_worker()) == OF_A_WORKER
        assert of_a_worker(product.services.sync_starts._new_worker()) == OF_A_WORKER
        assert chain(product.services.tasks) == ROUTED  # for tests, whose guard is made with each
    finally:
        product.close()


@pytest.mark.usefixtures("stage")
def test_on_aws():
    assert of_a_worker(worker.parts().worker) == OF_A_WORKER
    services = aws.services()
    assert of_a_worker(services.sync_starts._new_worker()) == OF_A_WORKER
    assert chain(services.tasks) == ROUTED


@pytest.mark.usefixtures("stage")
def test_in_a_connector_function():
    """It calls connectors alone: a state machine of Step Functions calls AWS's services itself."""
    assert chain(connector.parts().tasks) == [*INNER, "ConnectorTasks"]


def test_no_other_module_puts_a_chain_together():
    parts = {*INNER, "AnswerMasks", "RoutedTasks", "LateTasks", "AwsTasks", "ConnectorTasks"}
    folder = Path(functions.__file__).parent
    found = {
        str(path.relative_to(folder)): made
        for path in folder.rglob("*.py")
        if (made := sorted({
            node.func.id for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in parts
        }))
    }
    assert found == {"task_chain.py": sorted(parts)}
