"""What counting executions for the dashboard costs in DynamoDB, as docs/costs.md says it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.durable.lifecycle.pieces import PIECE
from engine.durable.lifecycle.tallying import AGES, Tallying
from tests.support.records import a_row, close, put
from tools.cost.meter import Meter


@pytest.fixture
def meter(aws_stores):
    meter = Meter(aws_stores.clients.dynamodb, "automate-test")
    yield meter
    meter.close()


def minutes(tallying, clock, count):
    for _ in range(count):
        clock.sleep(60)
        assert tallying.round()


def test_an_hour_in_which_nothing_runs(aws_stores, aws_clock, meter):
    tallying = Tallying(aws_stores.index, aws_clock, "idle-tally")
    tallying.round()
    minutes(tallying, aws_clock, 60)
    meter.reset()
    minutes(tallying, aws_clock, 60)
    assert (meter.units, meter.reads) == (24, pytest.approx(198, abs=10))


@pytest.mark.parametrize(("started", "most_reads"), [(40, 3.0), (400, 0.6)])
def test_of_executions_that_succeeded_each_costs_a_read_and_no_write(aws_stores, aws_clock, meter, started, most_reads):
    workspace = f"busy-tally-{started}"
    tallying = Tallying(aws_stores.index, aws_clock, workspace)
    tallying.round()
    aws_clock.sleep((-aws_clock.now()) % 3600 + 3600)
    begin = aws_clock.now()
    for number in range(started):
        row = replace(a_row(workspace, "orders", f"run-{number}", 0), started_at=begin + number * PIECE / started)
        put(aws_stores.journal, row)
        close(aws_stores.journal, replace(row, status="SUCCEEDED", ended_at=begin + PIECE))
    minutes(tallying, aws_clock, 1)
    meter.reset()
    minutes(tallying, aws_clock, int(AGES[2] / 60) + 10)
    assert sum(piece.total for piece in tallying.read(int(begin), int(begin) + PIECE)) == started
    hour = 198 * (AGES[2] / 60 + 10) / 60
    assert (meter.reads - hour) / started <= most_reads
    assert meter.units <= 30
