"""When schedules come: AWS's own examples, an oracle that looks at each minute, changes of the clocks, refusals."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.triggers.faults import TriggerFault
from engine.triggers.schedule import ENDLESS, parse_schedule, upcoming, wrong_number
from tests.support import schedule_oracle
from tests.support.draws import drawn

NOW = datetime(2026, 11, 27, 18, 0, tzinfo=UTC).timestamp()

CHANGES = [
    ("Europe/Berlin", "2026-03-29"), ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2026-03-08"), ("America/New_York", "2026-11-01"),
    ("Australia/Lord_Howe", "2026-04-05"), ("Australia/Lord_Howe", "2026-10-04"),  # by half an hour
    ("Antarctica/Troll", "2026-03-29"), ("Antarctica/Troll", "2026-10-25"),  # by two hours
    ("Africa/Cairo", "2026-04-24"), ("Africa/Cairo", "2026-10-30"),  # at midnight
    ("America/St_Johns", "2006-04-02"), ("America/St_Johns", "2006-10-29"),  # a minute after it
    ("Pacific/Apia", "2011-12-30"), ("Pacific/Kwajalein", "1993-08-21"),  # days that never were
    ("Asia/Pyongyang", "2015-08-15"), ("Europe/Moscow", "2014-10-26"), ("Africa/Casablanca", "2026-02-15"),
    ("Asia/Kolkata", "2026-03-29"), ("UTC", "2026-03-29"),
]


def local(schedule, count, now=NOW, **options):
    """The next times as the clocks show them."""
    found = upcoming(schedule, now, count=count, **options)
    return [f"{moment.wall:%Y-%m-%d %H:%M}" for moment in found.times]


def at(text):
    """Epoch seconds of a time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


# AWS's examples: the Scheduler User Guide's schedule types, and the EventBridge User Guide's table of cron expressions

@pytest.mark.parametrize(("expression", "first"), [
    ("cron(0 10 * * ? *)", ["2026-11-28 10:00", "2026-11-29 10:00"]),
    ("cron(15 12 * * ? *)", ["2026-11-28 12:15", "2026-11-29 12:15"]),
    ("cron(0 18 ? * MON-FRI *)", ["2026-11-30 18:00", "2026-12-01 18:00"]),
    ("cron(0 8 1 * ? *)", ["2026-12-01 08:00", "2027-01-01 08:00"]),
    ("cron(0/15 * * * ? *)", ["2026-11-27 18:15", "2026-11-27 18:30"]),
    ("cron(0/10 * ? * MON-FRI *)", ["2026-11-27 18:10", "2026-11-27 18:20"]),
    ("cron(0/5 8-17 ? * MON-FRI *)", ["2026-11-30 08:00", "2026-11-30 08:05"]),
    ("cron(0/30 20-2 ? * MON-FRI *)", ["2026-11-27 20:00", "2026-11-27 20:30"]),
    ("cron(15 10 ? * 6L 2022-2027)", ["2027-01-29 10:15", "2027-02-26 10:15"]),
    ("cron(0 9 ? * 3#2 *)", ["2026-12-08 09:00", "2027-01-12 09:00"]),
    ("cron(0 9 3W * ? *)", ["2026-12-03 09:00", "2027-01-04 09:00"]),
    ("cron(1/10 20 * JAN,FEB,MAR ? *)", ["2027-01-01 20:01", "2027-01-01 20:11"]),
    ("rate(5 minutes)", ["2026-11-27 18:05", "2026-11-27 18:10"]),
    ("rate(1 hour)", ["2026-11-27 19:00", "2026-11-27 20:00"]),
    ("rate(1 day)", ["2026-11-28 18:00", "2026-11-29 18:00"]),
    ("at(2027-11-20T13:00:00)", ["2027-11-20 13:00"]),
])
def test_the_examples_of_aws(expression, first):
    if expression.startswith("cron(15 10"):
        first = ["2026-12-25 10:15", *first[:1]]
    assert local(parse_schedule(expression), 2) == first


# The days of the calendar, against the oracle

def choice(*texts):
    return st.sampled_from(texts)


def field(least, most, *, wraps=True):
    """Numbers, ranges and steps, and lists of them."""
    number = st.integers(least, most)
    span = st.tuples(number, number).map(lambda pair: f"{pair[0]}-{pair[1]}" if wraps else f"{min(pair)}-{max(pair)}")
    base = st.one_of(st.just("*"), number.map(str), span)
    item = st.one_of(base, st.tuples(base, st.integers(1, most)).map(lambda pair: f"{pair[0]}/{pair[1]}"))
    return st.lists(item, min_size=1, max_size=3).map(",".join)


DAY_ITEM = st.one_of(
    field(1, 31, wraps=False), choice("L", "LW", "1W", "15W", "31W", "30W", "28W"),
    st.integers(0, 30).map("L-{}".format),
)
WEEKDAYS = st.one_of(
    field(1, 7), choice("MON-FRI", "SAT-SUN", "FRI-MON", "SUN,TUE", "L", "FRIL", "2L,4", "MON/2"),
    st.tuples(st.integers(1, 7), st.integers(1, 5)).map(lambda pair: f"{pair[0]}#{pair[1]}"),
)
DAYS = st.one_of(
    st.lists(DAY_ITEM, min_size=1, max_size=2).map(lambda items: (",".join(items), "?")),
    WEEKDAYS.map(lambda text: ("?", text)),
)


@settings(max_examples=drawn(50, of=150), deadline=None)
@given(
    days=DAYS, month=st.one_of(field(1, 12), choice("*", "FEB", "NOV-FEB", "JAN,JUL")),
    year=choice("*", "2027", "2028/2"),
)
def test_days_are_those_of_the_oracle(days, month, year):
    """Over two years, one of them a leap year."""
    day, weekday = days
    text = f"0 6 {day} {month} {weekday} {year}"
    first = datetime.fromisoformat("2027-01-01T06:00:00")
    walls = [first + timedelta(days=number) for number in range(365 + 366)]
    wanted = [wall for wall in walls if schedule_oracle.matches(text.split(), wall)]
    try:
        schedule = parse_schedule(f"cron({text})", end="2028-12-31T23:59:00Z")
    except TriggerFault:
        assert not wanted
        return
    found = [moment.wall for moment in schedule.moments(at("2026-12-31T23:59:59"), since=0)]
    assert found == wanted


# The changes of the clocks, against the oracle

@settings(max_examples=drawn(50, of=150), deadline=None)
@given(
    change=st.sampled_from(CHANGES), minutes=st.one_of(field(0, 59), choice("*", "0", "30", "0/7")),
    hours=st.one_of(field(0, 23), choice("*", "0-4", "1", "2")),
    days=choice(("*", "?"), ("?", "SUN"), ("?", "FRI-SUN"), ("L", "?")),
    late=st.integers(0, 86400),
)
def test_nights_of_changed_clocks_are_those_of_the_oracle(change, minutes, hours, days, late):
    """Three days, looked at from a moment within the first of them."""
    name, day = change
    zone = ZoneInfo(name)
    begin = int(at(day)) - 86400 + late // 60 * 60
    end = int(at(day)) + 2 * 86400
    expression = f"cron({minutes} {hours} {days[0]} * {days[1]} *)"
    schedule = parse_schedule(expression, name, end=datetime.fromtimestamp(end, UTC).isoformat())
    found = list(schedule.times(begin - 1, since=0))
    assert found == schedule_oracle.comes(expression, zone, begin, end)


def test_what_the_clocks_skip_is_left_out_and_said():
    schedule = parse_schedule("cron(30 2 * * ? *)", "Europe/Berlin")
    found = upcoming(schedule, at("2026-03-28T00:00:00"), count=3)
    assert [f"{moment.wall:%d %H:%M}" for moment in found.times] == ["28 02:30", "30 02:30", "31 02:30"]
    assert [f"{wall:%d %H:%M}" for wall in found.skipped] == ["29 02:30"]


def test_what_the_clocks_show_twice_comes_once_at_the_first():
    schedule = parse_schedule("cron(30 2 * * ? *)", "Europe/Berlin")
    found = upcoming(schedule, at("2026-10-24T12:00:00"), count=2).times
    assert [(moment.at, moment.twice) for moment in found] == [
        (at("2026-10-25T00:30:00"), True), (at("2026-10-26T01:30:00"), False),
    ]
    every = parse_schedule("cron(0/30 * * * ? *)", "Australia/Lord_Howe")
    assert local(every, 3, at("2026-04-04T14:29:00")) == ["2026-04-05 01:30", "2026-04-05 02:00", "2026-04-05 02:30"]


def test_an_end_in_the_second_of_two_hours_leaves_the_first_whole():
    schedule = parse_schedule("cron(45 2 * * ? *)", "Europe/Berlin", end="2026-10-25T01:15:00Z")
    assert list(schedule.times(at("2026-10-24T12:00:00"), since=0)) == [at("2026-10-25T00:45:00")]


@pytest.mark.parametrize(("expression", "day"), [
    ("cron(0 9 1W 5 ? 2027)", "05-03"), ("cron(0 9 31W 1 ? 2027)", "01-29"), ("cron(0 9 LW 2 ? 2027)", "02-26"),
    ("cron(0 9 2W 5 ? 2027)", "05-03"), ("cron(0 9 L-27 2 ? 2027)", "02-01"), ("cron(0 9 ? 5 SAT#5 2027)", "05-29"),
])
def test_the_nearest_weekday_stays_in_its_month(expression, day):
    """1 May 2027 is a Saturday, 31 January 2027 a Sunday."""
    assert local(parse_schedule(expression), 2) == [f"2027-{day} 09:00"]


def test_the_day_of_a_rate_has_24_hours_when_the_clocks_change():
    """"days represents a 24-hour duration on the clock"."""
    schedule = parse_schedule("rate(1 day)", "Europe/Berlin", start="2026-03-28T12:00:00")
    assert local(schedule, 2, at("2026-03-28T00:00:00")) == ["2026-03-28 12:00", "2026-03-29 13:00"]


def test_every_year_to_2199_and_none_after():
    schedule = parse_schedule("cron(0 0 29 2 ? *)")
    years = [moment.wall.year for moment in schedule.moments(at("2026-01-01T00:00:00"), since=0)]
    assert years == [year for year in range(2028, 2200, 4) if year != 2100]
    assert next(schedule.times(ENDLESS, since=0), None) is None


# Start, end, rates

def test_start_and_end_are_included_and_read_in_the_zone():
    schedule = parse_schedule(
        "cron(0 6 * * ? *)", "Asia/Tokyo", start="2027-01-01T06:00:00", end="2027-01-03T06:00:00+09:00"
    )
    assert local(schedule, 9) == ["2027-01-01 06:00", "2027-01-02 06:00", "2027-01-03 06:00"]
    with_rate = parse_schedule("rate(10 hours)", start="2027-01-01T00:00:00Z", end="2027-01-01T20:00:00Z")
    assert local(with_rate, 9) == ["2027-01-01 00:00", "2027-01-01 10:00", "2027-01-01 20:00"]


@given(count=st.integers(1, 90), since=st.integers(0, 10**9), after=st.integers(0, 2 * 10**9))
def test_a_rate_counts_from_its_publication(count, since, after):
    schedule = parse_schedule(f"rate({count} minutes)")
    found = list(islice(schedule.times(after, since=since), 3))
    assert all((time - since) % (count * 60) == 0 and time > after and time >= since for time in found)
    assert found[0] - max(after, since - 1) <= count * 60
    assert [later - earlier for earlier, later in pairwise(found)] == [count * 60] * 2


@pytest.mark.parametrize(("expression", "wanted"), [
    ("rate(1 minute)", None), ("rate(5 minutes)", None), ("rate(1 hours)", "rate(1 hour)"),
    ("rate(5 day)", "rate(5 days)"), ("cron(0 6 * * ? *)", None),
])
def test_a_rate_in_the_wrong_number_is_told(expression, wanted):
    assert wrong_number(parse_schedule(expression).when) == wanted


# Refusals

@pytest.mark.parametrize(("expression", "says"), [
    ("cron(0 0 30 2 ? *)", "cron(0 0 30 2 ? *) never comes: no year has such a day"),
    ("cron(0 0 29 2 ? 2027)", "never comes"),
    ("cron(0 0 ? 2 2#5 2027)", "never comes"),
    ("cron(0 6 * * * *)", "has ? in the other: write cron(0 6 * * ? *)"),
    ("cron(0 6 1 * MON *)", "has ? in the other: write cron(0 6 ? * MON *)"),
    ("cron(0 6 ? * ? *)", "write * in one of the two for every day"),
    ("cron(0 6 * * ?)", "minutes hours day-of-month month day-of-week year, and here are 5: add a year, *"),
    ("cron(60 6 * * ? *)", "60 in the minutes: it has 0 to 59"),
    ("cron(0 6 32 * ? *)", "32 in the day of the month: it has 1 to 31"),
    ("cron(0 6 ? * 0 *)", "0 in the day of the week: it has 1 to 7. Sunday is 1"),
    ("cron(0 6 ? * 2#6 *)", "after # stands 1 to 5"),
    ("cron(0 6 ? * 3#1,6#3 *)", "with # only one day can be named"),
    ("cron(0 6 ? * MOM *)", "'MOM' in the day of the week: a number from 1 to 7 stands there, or SUN to SAT"),
    ("cron(0/0 6 * * ? *)", "after / stands a whole number from 1 on"),
    ("cron(0 6 20-10 * ? *)", "the range ends before it begins. Write 10-20"),
    ("cron(0 6 * * ? 2030-2027)", "the range ends before it begins"),
    ("cron(0 6 L-31 * ? *)", "no month has so many days before its last"),
    ("cron(? 6 * * ? *)", "'?' in the minutes"),
    ("cron(0 6 * * ? 1969)", "1969 in the year: it has 1970 to 2199"),
    ("cron(0, 6 * * ? *)", "'' in the minutes"),
    ("rate(0 minutes)", "is no schedule: write rate(5 minutes), cron(0 6 * * ? *) or at(2027-01-31T06:00:00)"),
    ("rate(5 weeks)", "is no schedule"),
    ("at(2026-02-30T00:00:00)", "is no time: day"),
    ("at(2026-12-24 18:00)", "is no schedule"),
    ("at(1960-01-01T00:00:00)", "is not in the years 1970 to 2199"),
    ("at(2300-01-01T00:00:00)", "is not in the years 1970 to 2199"),
])
def test_an_expression_that_is_refused_says_why(expression, says):
    with pytest.raises(TriggerFault) as caught:
        parse_schedule(expression)
    assert says in str(caught.value)
    assert caught.value.faults[0].path == ("expression",)


@pytest.mark.parametrize(("arguments", "path", "says"), [
    ({"timezone": "europe/berlin"}, "timezone", "'europe/berlin' is no time zone: did you mean 'Europe/Berlin'?"),
    ({"timezone": "Tokyo"}, "timezone", "did you mean 'Asia/Tokyo'?"),
    ({"timezone": "../../etc/passwd"}, "timezone", "write an IANA name, such as 'Europe/Berlin'"),
    ({"timezone": "CEST"}, "timezone", "'CEST' is no time zone: it is an abbreviation. Write an IANA name"),
    ({"timezone": "BST"}, "timezone", "it is an abbreviation"),
    ({"timezone": "Europe"}, "timezone", "is no time zone"),
    ({"timezone": "right/UTC"}, "timezone", "is no time zone"),
    ({"timezone": "\0"}, "timezone", "is no time zone"),
    ({"start": "2027-01-02T00:00:00", "end": "2027-01-01T00:00:00"}, "end", "is before the start"),
    ({"start": "tomorrow"}, "start", "'tomorrow' is no time: write 2027-01-31T06:00:00"),
    ({"end": "2027-01-01"}, "end", "is no time"),
    ({"start": "2027-01-01T07:00:00", "end": "2027-01-02T05:00:00"}, "expression", "between its start and its end"),
])
def test_zones_starts_and_ends_that_are_refused_have_their_place(arguments, path, says):
    with pytest.raises(TriggerFault) as caught:
        parse_schedule("cron(0 6 * * ? *)", **arguments)
    (fault,) = caught.value.faults
    assert (fault.path, says in fault.message) == ((path,), True), fault.message


def test_a_time_that_the_clocks_skip_never_comes_alone():
    for expression in ("cron(30 2 29 3 ? 2026)", "at(2026-03-29T02:30:00)"):
        with pytest.raises(TriggerFault, match="clocks of Europe/Berlin are put forward over 2026-03-29 02:30"):
            parse_schedule(expression, "Europe/Berlin")


def test_one_time_has_neither_start_nor_end():
    with pytest.raises(TriggerFault, match="has neither a start nor an end"):
        parse_schedule("at(2027-01-01T00:00:00)", end="2028-01-01T00:00:00")
