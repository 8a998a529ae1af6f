"""One log for a Lambda that calls connectors, as the API does for a test: what the engine, the connectors and workflows
write goes out as the handler's own JSON, with its request id and the execution, state and attempt at hand, and
masked."""

from __future__ import annotations

import logging

from aws_lambda_powertools import Logger

from engine.governance.log_masking import mask_logs
from functions.call_logs import NameCalls

FAMILIES = ("engine", "connectors", "functions", "automate")
"""The first parts of the product's logger names; `automate` is the `log` connector's."""


def join_logs(logger: Logger, level: str) -> None:
    """Send the product's records through `logger`. Libraries keep Lambda's own handler."""
    logger.setLevel(level)
    for family in FAMILIES:
        joined = logging.getLogger(family)
        joined.handlers = [logger.registered_handler]
        joined.setLevel(level)
        joined.propagate = False  # the root's handler is Lambda's: each record would come twice
    logger.registered_handler.addFilter(NameCalls())
    mask_logs(handlers=[logger.registered_handler])
