"""The workers' log lines from CloudWatch Logs: which are meant, what they say, where the reading ends."""

import json
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from engine.adapters.aws import logs
from engine.adapters.aws.logs import CloudWatchLogs
from engine.errors import StoreUnavailable
from engine.ports.logs import LogQuery

GROUP = "/aws/lambda/automate-test-worker"


def event(at, **record):
    line = {"level": "INFO", "message": "charged", "execution": "orders:1", "state": "Charge", "attempt": 0, **record}
    return {"timestamp": int(at * 1000), "logStreamName": "2026/11/26/[$LATEST]0a", "message": json.dumps(line)}


def reading(*pages):
    """The adapter over pages of events, and the requests that it makes."""
    asked = []

    def filter_log_events(**request):
        asked.append(request)
        number = len(asked) - 1
        more = {"nextToken": str(number)} if number + 1 < len(pages) else {}
        return {"events": pages[number], **more}

    client = SimpleNamespace(filter_log_events=filter_log_events)
    return CloudWatchLogs(lambda: client, GROUP), asked


def test_a_line_has_its_words_its_step_its_stream_and_its_trace():
    found, _ = reading([event(5.25, xray_trace_id="1-2-3", exception="Traceback")])
    [line] = found.lines(LogQuery("orders:1")).lines
    assert (line.at, line.level, line.message) == (5.25, "INFO", "charged\nTraceback")
    assert (line.state, line.attempt, line.stream, line.trace) == ("Charge", 0, "2026/11/26/[$LATEST]0a", "1-2-3")


def test_cloudwatch_is_asked_for_these_lines_in_this_time():
    found, asked = reading([])
    found.lines(LogQuery('orders:"1"', "Charge", since=1.5, until=9.0))
    assert asked == [{
        "logGroupName": GROUP, "startTime": 1500, "endTime": 9000,
        "filterPattern": '{ ($.execution = "orders:\\"1\\"") && ($.state = "Charge") }',
    }]


def test_what_is_not_meant_is_passed_over():
    """Lambda's own lines, other executions, other states: from a service that filters nothing."""
    start = {"timestamp": 1000, "message": "START RequestId: 1"}
    found, _ = reading([start, event(1, execution="orders:2"), event(2, state="Ship"), event(3), event(4, level=None)])
    assert [line.at for line in found.lines(LogQuery("orders:1", "Charge")).lines] == [3, 4]


def test_all_pages_are_read_and_the_newest_kept():
    found, asked = reading([event(1), event(2)], [], [event(3)])
    lines = found.lines(LogQuery("orders:1", limit=2))
    assert ([line.at for line in lines.lines], lines.complete) == ([2, 3], False)
    assert [request.get("nextToken") for request in asked] == [None, "0", "1"]
    assert found is not None


def test_a_long_story_ends_somewhere_and_says_so(monkeypatch):
    monkeypatch.setattr(logs, "MOST_PAGES", 2)
    found, asked = reading([event(1)], [event(2)], [event(3)])
    lines = found.lines(LogQuery("orders:1"))
    assert ([line.at for line in lines.lines], lines.complete, len(asked)) == ([1, 2], False, 2)


def failing(error):
    def filter_log_events(**_):
        raise error

    return CloudWatchLogs(lambda: SimpleNamespace(filter_log_events=filter_log_events), GROUP)


def test_a_group_that_is_not_there_yet_has_no_lines():
    error = ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "FilterLogEvents")
    assert failing(error).lines(LogQuery("orders:1")).lines == ()


@pytest.mark.parametrize("error", [
    ClientError({"Error": {"Code": "AccessDeniedException"}}, "FilterLogEvents"),
    EndpointConnectionError(endpoint_url="https://logs"),
])
def test_logs_that_cannot_be_read_are_said_to_be_unavailable(error):
    with pytest.raises(StoreUnavailable, match="the logs cannot be read"):
        failing(error).lines(LogQuery("orders:1"))
