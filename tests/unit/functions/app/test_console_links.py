"""Links into the AWS console, taken apart again as the console takes them apart."""

import re
from urllib.parse import unquote

import pytest

from functions.app.console_links import ConsoleLinks, Moment

GROUP = "/aws/lambda/automate-prod-worker"
LINKS = ConsoleLinks("eu-west-1", GROUP, traced=True)
MOMENT = Moment('orders:o "1" ä', "Charge & ship", 1_764_144_000.5, 1_764_144_010.25)
HOME = "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#"


def decoded(text):
    """What the console's router makes of a part: $ is %."""
    return unquote(text.replace("$", "%"))


def place_and_query(link):
    assert link.startswith(HOME + "logsV2:")
    return decoded(link.removeprefix(HOME + "logsV2:")).split("?", 1)


def test_log_events_open_the_group_the_lines_and_the_time():
    place, query = place_and_query(LINKS.log_events(MOMENT))
    assert [unquote(part) for part in place.split("/")] == ["log-groups", "log-group", GROUP, "log-events"]
    values = dict(part.split("=", 1) for part in query.split("&"))
    assert unquote(values["filterPattern"]) == (
        '{ ($.execution = "orders:o \\"1\\" ä") && ($.state = "Charge & ship") }'
    )
    assert (int(values["start"]), int(values["end"])) == (1_764_143_998_500, 1_764_144_012_250)


def test_a_known_stream_is_opened():
    moment = Moment("a:1", None, 1.0, 2.0, stream="2026/11/26/[$LATEST]0a1b")
    link = LINKS.log_events(moment)
    assert "log-events/2026$252F11$252F26$252F$255B$2524LATEST$255D0a1b$3F" in link
    assert unquote(place_and_query(link)[1].split("&")[0]) == 'filterPattern={ ($.execution = "a:1") }'


def insights(link):
    """The object of a Logs Insights link: name to value, texts without their quote."""
    place, query = place_and_query(link)
    assert place == "logs-insights"
    detail = unquote(query.removeprefix("queryDetail="))
    inner = re.fullmatch(r"~\((.*)\)", detail).group(1)
    names = re.findall(r"(?:^|~)(end|start|timeType|tz|editorString|source)~(\(~)?'([^~)]*)", inner)
    return {name: unquote(text.replace("*", "%")) for name, _, text in names}


def test_insights_asks_for_the_same_lines_in_the_same_time():
    found = insights(LINKS.insights(MOMENT))
    assert found["source"] == GROUP
    assert (found["start"], found["end"]) == ("2025-11-26T07:59:58.500Z", "2025-11-26T08:00:12.250Z")
    assert (found["timeType"], found["tz"]) == ("ABSOLUTE", "UTC")
    assert found["editorString"].splitlines()[1:3] == [
        '| filter execution = "orders:o \\"1\\" ä"', '| filter state = "Charge & ship"',
    ]


def test_special_characters_do_not_end_a_text_of_insights():
    link = LINKS.insights(Moment("a:~(x)'*$1", None, 1.0, 2.0))
    assert 'execution = "a:~(x)\'*$1"' in insights(link)["editorString"]


@pytest.mark.parametrize(("links", "trace", "expected"), [
    (LINKS, "1-6a-0b", HOME + "xray:traces/1-6a-0b"), (LINKS, None, None),
    (ConsoleLinks("eu-west-1", GROUP), "1-6a-0b", None),
])
def test_a_trace_is_linked_where_x_ray_is_on_and_a_line_names_it(links, trace, expected):
    assert links.of(Moment("a:1", None, 1.0, 2.0, trace=trace)).xray == expected
