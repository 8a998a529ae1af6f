"""Schedules in words, wherever they stand; and what only looks like one."""

from __future__ import annotations

import pytest

from engine.copilot.offline.schedules import schedules_in


@pytest.mark.parametrize(("text", "expected", "rest"), [
    ("Every weekday at 8, run it", ["cron(0 8 ? * MON-FRI *)"], "run it"),
    ("Run it on Tuesdays and Fridays at 9:15 pm.", ["cron(15 21 ? * TUE,FRI *)"], "Run it."),
    ("From Monday to Thursday at noon run it", ["cron(0 12 ? * MON-THU *)"], "run it"),
    ("On the 1st and 15th of each month at 6 am run it", ["cron(0 6 1,15 * ? *)"], "run it"),
    ("On the last day of the month at 17:00 run it", ["cron(0 17 L * ? *)"], "run it"),
    ("Run it daily at 7:00 and 19:00", ["cron(0 7,19 * * ? *)"], "Run it"),
    ("On Mondays at 8:00 and on Fridays at 9:00 run it", ["cron(0 8 ? * MON *)", "cron(0 9 ? * FRI *)"], "run it"),
    ("Every 20 minutes run it", ["rate(20 minutes)"], "run it"),
    ("Every other hour run it", ["rate(2 hours)"], "run it"),
    ("Hourly: run it", ["rate(1 hour)"], "run it"),
    ("Every 15 minutes between 8am and 6pm on weekdays, run it", ["cron(0/15 8-17 ? * MON-FRI *)"], "run it"),
    ("Every 20 minutes between 10 pm and 6 am run it", ["cron(0/20 22-5 * * ? *)"], "run it"),
    ("Every hour from 9:00 to 17:00 run it", ["cron(0 9-17 * * ? *)"], "run it"),
    ("Every 2 hours on Mondays run it", ["cron(0 0/2 ? * MON *)"], "run it"),
    ("Every 5 minutes on Sundays run it", ["cron(0/5 * ? * SUN *)"], "run it"),
    ("Twice a day run it", ["rate(12 hours)"], "run it"),
    ("Twice a day at 6:00 and 18:00 run it", ["cron(0 6,18 * * ? *)"], "run it"),
    ("Every day at 9:00, but not on Sundays, run it", ["cron(0 9 ? * MON,TUE,WED,THU,FRI,SAT *)"], "run it"),
    ("run it at 2am every day but not on weekends", ["cron(0 2 ? * MON-FRI *)"], "run it"),
    ("Except on Sundays, run it every day at 7:30.", ["cron(30 7 ? * MON,TUE,WED,THU,FRI,SAT *)"], "run it."),
    ("Email it only on weekdays at 11.", ["cron(0 11 ? * MON-FRI *)"], "Email it."),
    ("On the first Monday of every month at 9:00 run it", ["cron(0 9 ? * MON#1 *)"], "run it"),
    ("Run it on the last Friday of each month at 4pm.", ["cron(0 16 ? * FRIL *)"], "Run it."),
    ("Hourly between 9 and 17 on weekdays, run it", ["cron(0 9-17 ? * MON-FRI *)"], "run it"),
    ("Every other week run it", ["rate(14 days)"], "run it"),
    ("At 6:15 and 18:45 every day run it", ["cron(15 6 * * ? *)", "cron(45 18 * * ? *)"], "run it"),
    ("Mon-Fri at 07:30 run it", ["cron(30 7 ? * MON-FRI *)"], "run it"),
    ("On the first of every month at 6:00 run it", ["cron(0 6 1 * ? *)"], "run it"),
    ("Run it at 3 am on Sundays and at 4 am on Wednesdays.", ["cron(0 3 ? * SUN *)", "cron(0 4 ? * WED *)"], "Run it."),
    ("Every day at 8 and every Sunday at 10 run it", ["cron(0 8 * * ? *)", "cron(0 10 ? * SUN *)"], "run it"),
    ("Every other Monday at 9 run it", [], "Every other Monday at 9 run it"),
    ("When it comes, but only on weekdays, run it", [], "When it comes, but only on weekdays, run it"),
])
def test_what_is_said_is_the_schedule(text, expected, rest):
    found, left = schedules_in(text)
    assert ([schedule.expression for schedule in found], left) == (expected, rest)


@pytest.mark.parametrize("text", [
    "Call it every 30 seconds until it is done", "Send the weekly report", "Run the nightly-backup function",
    "On Friday it should not run", "Email it, and remind her every 2 days", "If the total is at 8 stop",
    "never more than once a day", "Run it at noon, but not on Fridays", "Run it, except on Mondays and Sundays",
    "Twice a week run it", "If it came between 8:00 and 9:00 run it",
])
def test_what_is_no_schedule_stays_in_the_text(text):
    assert schedules_in(text) == ([], text)


@pytest.mark.parametrize(("said", "zone"), [
    ("in Tokyo", "Asia/Tokyo"), ("New York time", "America/New_York"), ("Europe/Rome", "Europe/Rome"), ("UTC", "UTC"),
    ("in Atlantis", None),
])
def test_a_place_is_its_zone(said, zone):
    [found], _ = schedules_in(f"Every day at 6:00 {said} run it")
    assert found.timezone == zone


@pytest.mark.parametrize(("said", "expression", "hour"), [
    ("Every Friday afternoon run it.", "cron(0 15 ? * FRI *)", "15:00"),
    ("Every Tuesday and Friday morning run it.", "cron(0 8 ? * TUE,FRI *)", "08:00"),
    ("Run it on Monday evenings.", "cron(0 18 ? * MON *)", "18:00"),
    ("On Sunday nights run it.", "cron(0 22 ? * SUN *)", "22:00"),
    ("Every afternoon run it.", "cron(0 15 * * ? *)", "15:00"),
    ("Every Monday run it.", "cron(0 0 ? * MON *)", "00:00"),
])
def test_a_part_of_the_day_has_an_hour_that_is_said_to_be_a_guess(said, expression, hour):
    (schedule,), _ = schedules_in(said)
    assert schedule.expression == expression
    assert schedule.guess == f"No time was said: {hour} is a guess."
