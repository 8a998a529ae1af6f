"""One emulator and one deployed stage for all tests of this folder."""

import pytest

LAST = "test_destroying_it_leaves_nothing"


def pytest_collection_modifyitems(items):
    """The stage is everybody's here: the test that destroys it comes after those of the other files."""
    items.sort(key=lambda item: item.name == LAST)


@pytest.fixture(scope="session")
def emulator(tmp_path_factory):
    from tests.support.deployed.emulator import Emulator  # noqa: PLC0415 - only where it is used: it is much to import

    running = Emulator(tmp_path_factory.mktemp("emulator"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def stage(emulator, tmp_path_factory):
    """Deployed, and signed in to."""
    from tests.support.deployed.stage import Stage  # noqa: PLC0415

    made = Stage(emulator, tmp_path_factory.mktemp("stage"))
    made.bootstrap()
    made.deploy()
    made.sign_in()
    return made
