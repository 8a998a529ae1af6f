import copy

import pytest

from tests.support.api_documents import WIDGETS


@pytest.fixture
def widgets():
    """A document of one's own."""
    return copy.deepcopy(WIDGETS)
