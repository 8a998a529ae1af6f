"""What the canaries share."""

from __future__ import annotations

import logging

import pytest

from engine.governance import log_masking
from engine.governance.log_masking import KnownSecrets, mask_logs


@pytest.fixture
def logs(caplog):
    """The log of everything, masked as a process of the product masks it."""
    factory, known = logging.getLogRecordFactory(), KnownSecrets()
    caplog.set_level(logging.DEBUG)
    mask_logs(known, handlers=[caplog.handler])
    yield caplog, known
    logging.setLogRecordFactory(factory)
    for added in [each for each in caplog.handler.filters if type(each).__module__ == log_masking.__name__]:
        caplog.handler.removeFilter(added)
