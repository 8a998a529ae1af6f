"""When a cron expression comes, minute by minute: written from AWS's text, without the engine's code.

The sentences in quotes are of "Cron-based schedules" and "Daylight savings time" (Schedule types, EventBridge Scheduler
User Guide).
"""

from datetime import date, datetime, timedelta

MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


def comes(expression, zone, begin, end):
    """The instants from `begin` to `end`, whole minutes in epoch seconds. Each minute of real time is looked at, with
    what the clock on the wall shows then. "runs only once": what it showed before in the last two days is over."""
    fields = expression.removeprefix("cron(").removesuffix(")").split()
    shown, found = {}, []
    for at in range(begin - 2 * 86400, end + 1, 60):
        wall = datetime.fromtimestamp(at, zone).replace(tzinfo=None, fold=0)
        if wall not in shown:
            shown[wall] = at
            if at >= begin and matches(fields, wall):
                found.append(at)
    return found


def matches(fields, wall):
    """Whether the six fields name this minute."""
    minutes, hours, day, month, weekday, year = fields
    return (
        named(minutes, wall.minute, 0, 59) and named(hours, wall.hour, 0, 23)
        and named(month, wall.month, 1, 12, MONTHS) and named(year, wall.year, 1970, 2199)
        and (names_day(day, wall.date()) if weekday == "?" else names_weekday(weekday, wall.date()))
    )


def names_day(text, day):
    """Day of the month. "L … the last day of the month"; "3W … the weekday closest to the third day of the month"."""
    for item in text.split(","):
        if item == "L":
            held = month_of(day + timedelta(days=1)) != month_of(day)
        elif item.startswith("L-"):
            back = timedelta(days=int(item[2:]))
            held = month_of(day + back) == month_of(day) != month_of(day + back + timedelta(days=1))
        elif item.endswith("W"):
            wanted = last_of(day) if item == "LW" else day_in(day, int(item[:-1]))
            held = wanted is not None and day == closest(wanted)
        else:
            held = named(item, day.day, 1, 31)
        if held:
            return True
    return False


def names_weekday(text, day):
    """Day of the week. "3#2 would be the second Tuesday of the month"; 6L the last Friday."""
    number = day.isoweekday() % 7 + 1
    for item in text.split(","):
        if "#" in item:
            wanted, which = item.split("#")
            held = value(wanted, DAYS) == number and (day.day + 6) // 7 == int(which)
        elif item == "L":
            held = number == 7
        elif item.endswith("L"):
            week = day + timedelta(days=7)
            held = value(item[:-1], DAYS) == number and month_of(week) != month_of(day)
        else:
            held = named(item, number, 1, 7, DAYS)
        if held:
            return True
    return False


def named(text, number, least, most, names=()):
    """Whether a list of numbers, ranges and steps has the number."""
    for item in text.split(","):
        span, _, step = item.partition("/")
        if span == "*":
            low, high = least, most
        elif "-" in span:
            low, high = (value(part, names) for part in span.split("-"))
        else:
            low = value(span, names)
            high = most if step else low
        if high < low:  # "between 10:00 PM on the starting day to 2:00 AM on the following day": 20-2
            high += most - least + 1
        steps = range(low, high + 1, int(step or 1))
        if number in steps or number + most - least + 1 in steps:
            return True
    return False


def value(text, names):
    """A number, or the place of a name."""
    return names.index(text) + 1 if text in names else int(text)


def month_of(day):
    return day.year, day.month


def last_of(day):
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)


def day_in(day, number):
    return day.replace(day=number) if number <= last_of(day).day else None


def closest(wanted):
    """The nearest day from Monday to Friday in the month of `wanted`."""
    around = [wanted + timedelta(days=away) for away in range(-3, 4)]
    return min(
        (day for day in around if day.isoweekday() <= 5 and month_of(day) == month_of(wanted)),
        key=lambda day: abs(day - wanted),
    )
