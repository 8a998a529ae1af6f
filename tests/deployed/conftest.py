"""One emulator and one deployed stage for all tests of this folder."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


LAST = "test_destroying_it_leaves_nothing"


def pytest_collection_modifyitems(items):
    """The stage is everybody's here: the test that destroys it comes after those of the other files."""
    items.sort(key=lambda item: item.name == LAST)


@pytest.fixture(scope="session")
def emulator(tmp_path_factory):
    from emulator import Emulator  # noqa: PLC0415 - after the folder is on the path

    running = Emulator(tmp_path_factory.mktemp("emulator"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def stage(emulator, tmp_path_factory):
    """Deployed, and signed in to."""
    from stage import Stage  # noqa: PLC0415

    made = Stage(emulator, tmp_path_factory.mktemp("stage"))
    made.bootstrap()
    made.deploy()
    made.sign_in()
    return made
