"""The workers' logs on AWS: one CloudWatch log group, its records the JSON lines that Powertools writes.

    {"timestamp", "level", "message", "execution"?, "state"?, "attempt"?, "xray_trace_id"?, "exception"?}

CloudWatch filters by the pattern; what it gives is filtered again here, so that a service which does not know patterns
of JSON answers alike. It reads forward in time and no more than MOST_PAGES: a longer story is told from its beginning
up to there, and as not complete.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from engine.adapters.log_records import listed, read_line
from engine.errors import StoreUnavailable
from engine.ports.logs import LogLine, LogLines, LogQuery

MOST_PAGES = 20


class CloudWatchLogs:
    """engine.ports.logs.ExecutionLogs over the log group `group`; `client` gives a client of CloudWatch Logs."""

    def __init__(self, client: Callable[[], Any], group: str) -> None:
        self._client = client
        self._group = group

    def lines(self, query: LogQuery) -> LogLines:
        """The newest lines that `query` means."""
        found: list[LogLine] = []
        more = False
        for page in self._pages(query):
            read = (_read(event, query) for event in page["events"])
            found += [line for line in read if line is not None]
            more = bool(page.get("nextToken"))
        return listed(found, query, complete=not more)

    def _pages(self, query: LogQuery) -> Iterator[dict[str, Any]]:
        """Pages of events, at most MOST_PAGES."""
        request: dict[str, Any] = {"logGroupName": self._group, "filterPattern": pattern(query)}
        for name, at in (("startTime", query.since), ("endTime", query.until)):
            if at is not None:
                request[name] = int(at * 1000)
        for _ in range(MOST_PAGES):
            try:
                page = self._client().filter_log_events(**request)
            except ClientError as error:
                if error.response["Error"]["Code"] == "ResourceNotFoundException":
                    return  # the group appears with the worker's first line
                raise StoreUnavailable(f"the logs cannot be read: {error}") from error
            except BotoCoreError as error:
                raise StoreUnavailable(f"the logs cannot be read: {error}") from error
            yield page
            if not page.get("nextToken"):
                return
            request["nextToken"] = page["nextToken"]


def pattern(query: LogQuery) -> str:
    """CloudWatch's filter pattern of `query`."""
    wanted = {"execution": query.execution_id} | ({} if query.state is None else {"state": query.state})
    terms = [f"($.{name} = {json.dumps(value, ensure_ascii=False)})" for name, value in wanted.items()]
    return "{ " + " && ".join(terms) + " }"


def _read(event: dict[str, Any], query: LogQuery) -> LogLine | None:
    """The record of an event; Lambda's own lines and other text are passed over."""
    return read_line(
        event.get("message", ""), query, lambda _: float(event["timestamp"]) / 1000, event.get("logStreamName")
    )
