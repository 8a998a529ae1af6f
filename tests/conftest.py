"""What holds for every test.

Hypothesis draws the same examples in every run, so that a red run is the change's doing.
``HYPOTHESIS_PROFILE=random`` draws others each time: `make test-full` does. ``AUTOMATE_COLD=1`` is cold.py's.

``LIMIT_CLOCKS=10`` lets the clocks of the expressions' limits run ten times as fast, as on a machine ten times slower;
``LIMIT_CLOCKS=0.1`` as on one ten times faster. Every test passes with both: what a test of a limit needs, and what
needs time to end, sets limits of its own (the fixture `unhurried`, `engine.language.expr.limits.use`).
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support import cold, process_state

_THRESHOLD = gc.get_threshold()
gc.set_threshold(0)  # no collection until the tests are collected; gc.enable() of an imported module changes nothing

if cold.COLD:
    cold.install()  # before any test imports the engine

_EASY = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}  # how busy the machine is decides nothing

settings.register_profile("same", derandomize=True, **_EASY)
settings.register_profile("random", **_EASY)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

if "LIMIT_CLOCKS" in os.environ:  # as settings, so that the commands that tests run have them too
    _clocks = float(os.environ["LIMIT_CLOCKS"])
    os.environ["AUTOMATE_EXPRESSION_SECONDS"] = str(0.5 / _clocks)
    os.environ["AUTOMATE_EXPRESSION_WALL_SECONDS"] = str(10 / _clocks)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file's tests run in one process: scheduling.py."""
    from tests.support.scheduling import ByFile  # noqa: PLC0415 - only with -n

    return ByFile(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With -n the longest files come first."""
    if hasattr(config, "workerinput"):
        from tests.support.scheduling import place_of  # noqa: PLC0415 - as above

        items.sort(key=lambda item: place_of(item.nodeid))


def pytest_collection_finish() -> None:
    """What was collected stays: the collector looks at what tests make, not at that again."""
    gc.freeze()
    gc.set_threshold(*_THRESHOLD)


@pytest.fixture(autouse=True, scope="module")
def _process() -> Iterator[None]:
    """The tests of a module leave the process as they found it; a product that they open masks the records of its
    process, and that ends with them."""
    before, factory = process_state.state(), logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(factory)
    left = process_state.changes(before, process_state.state())
    assert not left, f"the tests of this module leave behind: {', '.join(left)}"


@pytest.fixture(autouse=True)
def _expression_limits() -> Iterator[None]:
    """The limits that a test puts in force end with it."""
    from engine.language.expr import limits  # noqa: PLC0415 - the engine is imported by the tests that need it

    limits.use(_limits_of(tuple(pair for pair in os.environ.items() if pair[0].startswith("AUTOMATE_EXPRESSION_"))))
    yield
    limits.use(_limits_of(()))


@cache
def _limits_of(environment: tuple[tuple[str, str], ...]) -> Any:
    from engine.language.expr.limits import Limits  # noqa: PLC0415 - as above
    from engine.settings import Settings  # noqa: PLC0415

    return Limits.of(Settings.from_environment(dict(environment)))


@pytest.fixture
def unhurried(_expression_limits: None) -> None:
    """No limit of time worth the name: what is evaluated is real work, and ends."""
    from engine.language.expr import limits  # noqa: PLC0415

    limits.use(replace(limits.current(), seconds=600, wall_seconds=3600))


@pytest.fixture
def on_path(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """`on_path(folder)`: Python finds the modules of a made-up folder, as it finds a user's, until the test ends."""
    return lambda folder: monkeypatch.syspath_prepend(str(folder))


@pytest.fixture(autouse=True)
def _egress() -> Iterator[None]:
    """What a test allows connectors to call ends with it."""
    yield
    from connectors.egress import in_force  # noqa: PLC0415 - as above

    in_force.reset()


@pytest.fixture(autouse=True, scope="module")
def _metrics() -> Iterator[None]:
    """What a Lambda's handler has set for its process ends with the tests of a module: Powertools keeps the metrics and
    dimensions of all handlers in one place."""
    yield
    powertools = sys.modules.get("aws_lambda_powertools.metrics.metrics")
    if powertools is not None:
        kept = powertools.Metrics
        for shared in (kept._metrics, kept._dimensions, kept._metadata, kept._default_dimensions):
            shared.clear()
