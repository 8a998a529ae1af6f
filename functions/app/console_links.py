"""Links into the AWS console that open the right log group, stream, query or trace, at the right time.

The console's own encodings, which no document states: what stands behind ``#logsV2:`` is percent-encoded twice with $
for %, and a query of Logs Insights is an object written as ``~(name~value~…)`` in which a text begins with ' and its
special characters are *XX. tests/unit/functions/app/test_console_links.py takes them apart again.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import quote

from engine.records import dataclass
from functions.app.shapes.base import ConsoleAddresses

_MARGIN_SECONDS = 2.0
"""Before and after: clocks differ, and CloudWatch orders by the millisecond."""

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


@dataclass(frozen=True, slots=True)
class Moment:
    """What a link is about: an execution, or one state of it, from `since` to `until` (epoch seconds).

    `stream` and `trace` are known once a line of it was found in the logs."""

    execution_id: str
    state: str | None
    since: float
    until: float
    stream: str | None = None
    trace: str | None = None


@dataclass(frozen=True, slots=True)
class ConsoleLinks:
    """Links for a deployment: its region, the worker's log group, whether X-Ray is on."""

    region: str
    group: str
    traced: bool = False

    def of(self, moment: Moment) -> ConsoleAddresses:
        """The links of one moment."""
        return ConsoleAddresses(
            cloudwatch=self.log_events(moment), insights=self.insights(moment),
            xray=self.trace(moment.trace) if self.traced and moment.trace else None,
        )

    def log_events(self, moment: Moment) -> str:
        """The group's lines of the execution (and state) in that time; of the one stream where it is known."""
        wanted = {"execution": moment.execution_id} | ({"state": moment.state} if moment.state else {})
        pattern = "{ " + " && ".join(f"($.{name} = {_quoted(value)})" for name, value in wanted.items()) + " }"
        place = f"log-groups/log-group/{_twice(self.group)}/log-events"
        if moment.stream is not None:
            place += f"/{_twice(moment.stream)}"
        since, until = (int(1000 * at) for at in (moment.since - _MARGIN_SECONDS, moment.until + _MARGIN_SECONDS))
        query = f"?filterPattern={quote(pattern, safe='')}&start={since}&end={until}"
        return f"{self._home}#logsV2:{place}{_once(query)}"

    def insights(self, moment: Moment) -> str:
        """A query of Logs Insights for the same lines: state, attempt, level and message of each."""
        state = f"\n| filter state = {_quoted(moment.state)}" if moment.state else ""
        text = (
            "fields @timestamp, level, state, attempt, message\n"
            f"| filter execution = {_quoted(moment.execution_id)}{state}\n| sort @timestamp asc\n| limit 1000"
        )
        detail = (
            f"~(end~{_text(_iso(moment.until + _MARGIN_SECONDS))}~start~{_text(_iso(moment.since - _MARGIN_SECONDS))}"
            f"~timeType~{_text('ABSOLUTE')}~tz~{_text('UTC')}~editorString~{_text(text)}~source~(~{_text(self.group)}))"
        )
        query = "?queryDetail=" + quote(detail, safe="*").replace("~", "%7E")
        return f"{self._home}#logsV2:logs-insights{_once(query)}"

    def trace(self, trace: str) -> str:
        """The X-Ray trace with this id."""
        return f"{self._home}#xray:traces/{quote(trace, safe='')}"

    @property
    def _home(self) -> str:
        return f"https://{self.region}.console.aws.amazon.com/cloudwatch/home?region={self.region}"


def _quoted(value: str) -> str:
    """As filter patterns and Logs Insights write a text."""
    return json.dumps(value, ensure_ascii=False)


def _once(text: str) -> str:
    """Percent-encoded, $ for %."""
    return quote(text, safe="*").replace("%", "$")


def _twice(text: str) -> str:
    return _once(quote(text, safe=""))


def _text(value: str) -> str:
    """A text within a query of Logs Insights."""
    return "'" + "".join(
        char if char in _PLAIN else "".join(f"*{byte:02x}" for byte in char.encode()) for char in value
    )


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
