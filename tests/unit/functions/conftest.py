"""The API over memory stores, and over a data folder's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.adapters.local.stores import LocalStores
from engine.clock import SkipClock
from engine.settings import Settings
from tests.support.api import Api, api_over, call_wsgi
from tests.support.memory.stores import MemoryStores


@pytest.fixture
def api() -> Api:
    clock = SkipClock()
    return api_over(MemoryStores(clock), clock)


@pytest.fixture(params=["memory", "sqlite"])
def any_api(request: Any, tmp_path: Path) -> Iterator[Api]:
    """The API over memory stores, and over a data folder's."""
    clock = SkipClock()
    if request.param == "memory":
        yield api_over(MemoryStores(clock), clock)
        return
    stores = LocalStores.open(str(tmp_path), Settings(), clock, command="test")
    yield api_over(stores, clock)
    stores.close()


@pytest.fixture
def stores() -> Iterator[Any]:
    """AWS's stores on moto, on virtual time."""
    from tests.support.moto_stores import open_aws  # noqa: PLC0415 - most tests here need no moto

    clock = SkipClock()
    with open_aws(clock) as made:
        made.clock = clock
        yield made
        made.close()


@pytest.fixture
def call() -> Any:
    """`call_wsgi` for tests of one WSGI application."""
    return call_wsgi
