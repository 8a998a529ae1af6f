"""The product's loggers, which a Lambda takes over for its process."""

from __future__ import annotations

import logging
from contextlib import contextmanager

from functions.lambda_logs import FAMILIES


@contextmanager
def logs_kept():
    """A handler takes the product's logs over for its process; here other tests share it."""
    loggers = [logging.getLogger(name) for name in FAMILIES]
    before = [(list(item.handlers), item.level, item.propagate) for item in loggers]
    factory = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(factory)
    for item, (handlers, level, propagate) in zip(loggers, before, strict=True):
        item.handlers, item.propagate = handlers, propagate
        item.setLevel(level)


@contextmanager
def root_logs_kept():
    """A command takes the root logger over for its process; here other tests share it."""
    root, factory = logging.getLogger(), logging.getLogRecordFactory()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        for handler in list(root.handlers):
            root.removeHandler(handler)
        for handler in handlers:
            root.addHandler(handler)
        root.setLevel(level)
        logging.setLogRecordFactory(factory)
