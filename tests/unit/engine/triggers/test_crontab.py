"""What a crontab's line is in EventBridge's dialect: lines of crontab(5) and of crontab.guru's examples."""

import pytest

from engine.triggers.crontab import as_cron
from engine.triggers.faults import TriggerFault
from engine.triggers.schedule import parse_expression


@pytest.mark.parametrize(("line", "cron"), [
    ("0 6 * * *", "cron(0 6 * * ? *)"), ("*/15 * * * *", "cron(0/15 * * * ? *)"),
    ("5 0 * 8 *", "cron(5 0 * 8 ? *)"), ("15 14 1 * *", "cron(15 14 1 * ? *)"),
    ("0 22 * * 1-5", "cron(0 22 ? * MON-FRI *)"), ("5 4 * * sun", "cron(5 4 ? * sun *)"),
    ("0 9 * * 0", "cron(0 9 ? * SUN *)"), ("0 9 * * 7", "cron(0 9 ? * SUN *)"),
    ("0 0,12 1 */2 *", "cron(0 0,12 1 1/2 ? *)"), ("0 9 * * 1,3,5", "cron(0 9 ? * MON,WED,FRI *)"),
    ("@daily", "cron(0 0 * * ? *)"), ("@weekly", "cron(0 0 ? * SUN *)"), ("@hourly", "cron(0 * * * ? *)"),
])
def test_a_line_means_the_same(line, cron):
    assert as_cron(line) == cron
    for written in (line, f"cron({line})"):
        if written == line or not line.startswith("@"):
            with pytest.raises(TriggerFault, match="crontab") as told:
                parse_expression(written)
            assert cron in str(told.value)
    parse_expression(cron)


@pytest.mark.parametrize("line", [
    "0 6 1 * 1", "@reboot", "every 5 minutes", "99 6 * * *", "0 6 * *", "0 6 * * ? *", "rate(5 minutes)", "",
])
def test_what_is_no_single_schedule_is_not_guessed(line):
    assert as_cron(line) is None
