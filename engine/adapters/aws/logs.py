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
            found += _matching(page["events"], query)
            more = bool(page.get("nextToken"))
        found.sort(key=lambda line: line.at)
        return LogLines(tuple(found[-query.limit:]), not more and len(found) <= query.limit)

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


def _matching(events: list[dict[str, Any]], query: LogQuery) -> Iterator[LogLine]:
    """The records that `query` means; Lambda's own lines and other text are passed over."""
    for event in events:
        try:
            record: dict[str, Any] = json.loads(event["message"])
            line = LogLine(
                event["timestamp"] / 1000, str(record["level"]), _message(record), record.get("state"),
                record.get("attempt"), event.get("logStreamName"), record.get("xray_trace_id"),
            )
        except (ValueError, KeyError, TypeError):
            continue
        if query.matches(line, str(record.get("execution"))):
            yield line


def _message(record: dict[str, Any]) -> str:
    message, exception = record["message"], record.get("exception")
    text = message if isinstance(message, str) else json.dumps(message)
    return text + (f"\n{exception}" if exception else "")
