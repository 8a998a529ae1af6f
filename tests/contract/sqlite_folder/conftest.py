"""A data folder of a test."""

from __future__ import annotations

import pytest

from engine.clock import SkipClock
from tests.support.backends import open_local


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def stores(folder):
    stores = open_local(folder, SkipClock())
    yield stores
    stores.close()
