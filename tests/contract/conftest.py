"""`backend` runs a test once for each family of stores. Keys are the test's own, so that a module can share one."""

from __future__ import annotations

import itertools

import pytest

from engine.governance.audit.audit import Audit
from engine.ports.keys import ExecutionKey
from tests.support import backends
from tests.support.tampering import Tamper

_numbers = itertools.count(1)


@pytest.fixture(scope="module", params=backends.FAMILIES)
def shared_backend(request, tmp_path_factory):
    """One backend a module and family: opening a moto table for each test would take most of the suite's time."""
    with backends.open_backend(request.param, tmp_path_factory.mktemp(request.param) / "data") as backend:
        yield backend


@pytest.fixture
def backend(shared_backend):
    return shared_backend


@pytest.fixture
def workspace():
    """A workspace that no other test uses."""
    return f"space{next(_numbers)}"


@pytest.fixture
def key(workspace):
    """An execution that no other test uses."""
    return ExecutionKey.of(workspace, "orders", "run-1")


@pytest.fixture
def audit(backend):
    """The audit log over the backend's store."""
    return Audit(backend.audit, backend.clock)


@pytest.fixture
def clock(backend):
    """What the backend's stores tell the time by."""
    return backend.clock


@pytest.fixture
def tamper(backend, workspace):
    """Changes the audit log behind its back."""
    return Tamper(backend, workspace)
