"""Ends of executions on AWS: what the table's stream says of headers that were closed, or PAUSED, is told to triggers
and alerts (engine.durable.triggering.ends).

    a header that says FAILED ──► the stream ──► does anybody listen? ──► a delivery, named by the end

A batch that comes again tells nothing twice.
"""

from __future__ import annotations

import logging
from typing import Any

from engine.adapters.aws import items
from engine.adapters.aws.dynamo import streamed
from engine.durable.triggering.ends import Ended
from engine.durable.triggering.watching import Watched
from engine.errors import StorageError, StoreCorrupt, UserError
from engine.ports.ends import End
from engine.ports.executions_index import ExecutionRow

Json = Any

_LOG = logging.getLogger(__name__)


class Telling:
    """For one thread at a time. `started` counts the executions that were started so far."""

    def __init__(self, ended: Ended, watched: Watched) -> None:
        self.started = 0
        self._ended = ended
        self._watched = watched

    def records(self, records: list[Json]) -> str | None:
        """Tell what a batch of the stream says; the number of the record from which on it has to come again, None
        where all is told. One that can never be told is logged and passed over: it must hold up none behind it."""
        for record in records:
            try:
                end = items.end_of(streamed(record["dynamodb"].get("NewImage", {})))
                if end is not None and self._hears(end):
                    self.started += sum(each.started is not None for each in self._ended.tell([end]))
            except StoreCorrupt as error:
                _not_told(record, error)
            except StorageError as error:
                _LOG.warning("told later: %s", error)
                return str(record["dynamodb"]["SequenceNumber"])
            except (UserError, LookupError, TypeError, ValueError) as error:
                _not_told(record, error)
        return None

    def look(self) -> int:
        """Tell what is late, and what alerts have counted; answers how many alerts were sent. Raises StorageError."""
        return self._ended.look()

    def _hears(self, end: End) -> bool:
        return self._watched(ExecutionRow(
            end.key, end.workflow, end.version, end.status, end.started_at, end.ended_at, end.error
        ))


def _not_told(record: Json, error: Exception) -> None:
    keys = {name: value.get("S") for name, value in record["dynamodb"].get("Keys", {}).items()}
    _LOG.error("AN END IS NOT TOLD: %s: %s", keys, error, exc_info=error)
