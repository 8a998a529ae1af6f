"""What `show` prints for people."""

from __future__ import annotations

import pytest

from engine.clock import SkipClock
from functions.cli.account import Account, StateRun
from functions.cli.account_text import MOST_CAUSES, print_account
from functions.cli.screen import Screen

EXECUTION = {
    "id": "flow:one", "version": 1, "status": "RUNNING", "started_at": "2026-01-31T09:30:00.000Z", "ended_at": None,
    "business_key": None, "input": {}, "output": None, "error": None, "cause": None,
    "awaited_calls": [],
}
WENT_WRONG = {"error": "Demo.Down", "cause": "it is down"}


def run(step="A#1", **given):
    return StateRun(**{
        "step": step, "parent": None, "state": step.partition("#")[0], "type": "Task", "depth": 0, "branch": None,
        "iteration": None, "status": "ok", "entered_at": "2026-01-31T09:30:01.250Z",
        "seconds": 0.5, "attempts": 1, "waits_for": None, "error": None,
        "cause": None, "failed_attempt": None, "by_inner": False,
    } | given)


@pytest.fixture
def printed(capsys):
    """`printed(runs, …)`: the lines; keywords are the execution's."""
    def lines(runs, *, rested=0.0, note=None, **execution):
        screen = Screen(as_json=False, clock=SkipClock())
        print_account(screen, EXECUTION | execution, Account(runs, rested), note=note)
        return [line.rstrip() for line in capsys.readouterr().out.splitlines()]

    return lines


def test_states_stand_in_what_they_are_in_and_say_what_they_wait_for(printed):
    lines = printed([
        run("Both#1", status="running", attempts=2),
        run("L#1", parent="Both#1", depth=1, branch=0, status="waiting", waits_for="answer"),
        run("R#1", parent="Both#1", depth=1, branch=1),
    ])
    assert lines[4:] == [
        "STATE           TYPE  STATUS   ENTERED (UTC)  TOOK    ATTEMPTS  WAITS FOR",
        "Both            Task  running  09:30:01.250   0.50 s  2",
        "  L [branch 0]  Task  waiting  09:30:01.250   0.50 s            answer",
        "  R [branch 1]  Task  ok       09:30:01.250   0.50 s",
    ]


def test_times_are_absolute_beside_the_relative_ones(printed):
    lines = printed(
        [run(), run("B#1", entered_at="2026-02-01T09:30:03.000Z")], status="SUCCEEDED", output=1,
        started_at="2026-01-31T09:30:00.000Z", ended_at="2026-02-01T09:30:04.000Z",
    )
    assert lines[1].startswith("started 2026-01-31 09:30:00 UTC (")
    assert "), ended 2026-02-01 09:30:04 UTC, took 1 d" in lines[1]
    entered = [line.split("ok")[1].split("0.50")[0].strip() for line in lines if "Task" in line]
    assert entered == ["09:30:01.250", "2026-02-01 09:30:03.000"]


def test_what_waits_again_is_not_said_to_have_failed(printed):
    again = run("Ask#1", status="waiting", waits_for="answer", attempts=2, failed_attempt=1, **WENT_WRONG)
    lines = printed([again])
    assert lines[-2:] == ["Ask waiting, attempt 1 failed: Demo.Down", "it is down"]
    assert "Ask failed" not in "\n".join(lines)


def test_a_cause_is_told_once(printed):
    failed = {"status": "failed", "failed_attempt": 1, **WENT_WRONG}
    lines = printed([
        run("Both#1", by_inner=True, **failed), run("B#1", parent="Both#1", branch=1, **failed),
        run("B#2", parent="Both#1", branch=1, **failed),
    ], status="FAILED", **WENT_WRONG)
    assert lines.count("it is down") == 1
    assert lines[-2] == "B [branch 1] failed: Demo.Down"


@pytest.mark.parametrize(("ended", "told"), [
    ({"status": "ABORTED", "cause": "a duplicate"}, "ABORTED: a duplicate"),
    ({"status": "FAILED", "error": "Mine", "cause": None}, "Mine: no cause was given"),
])
def test_an_end_that_no_state_tells_is_the_executions(printed, ended, told):
    assert printed([run(status="stopped")], **ended)[-1] == told


def test_the_time_before_the_redrive_is_told_apart(printed):
    lines = printed([run()], rested=86_400.0, status="SUCCEEDED", ended_at="2026-02-01T09:30:04.000Z", output=1)
    assert lines[1].endswith("took 4.00 s, without the 1 d before it was redriven")
    assert "redriven" not in printed([run()])[1]


def test_a_long_account_keeps_its_beginning_and_the_last_that_did_not_go_well(printed):
    runs = [run("Each#1", status="running")]
    for item in range(1000):
        runs.append(run(f"In{item}#1", parent="Each#1", depth=1))
        runs.append(run(f"Bad{item}#1", parent=f"In{item}#1", depth=2, status="failed", failed_attempt=1, error="E"))
    lines = printed(runs, note="Not all of it.")
    states = [line.split()[0] for line in lines if "Task" in line]
    assert (lines[4], len(states), states[0], states[-2:]) == ("Not all of it.", 300, "Each", ["In999", "Bad999"])
    assert "1,701 more; --json shows all." in lines
    assert len([line for line in lines if line.endswith("failed: E")]) == MOST_CAUSES
    assert lines[-1] == "Bad999 failed: E"


def test_a_redriven_one_says_which_calls_it_waits_for(printed):
    calls = [{"state": f"S{n}", "until": "2026-01-31T09:34:10.000Z"} for n in range(MOST_CAUSES + 2)]
    lines = printed([run()], awaited_calls=calls)
    (first,) = [line for line in lines if line.startswith("S0 waits for its call of before the redrive")]
    assert first.endswith("at 2026-01-31 09:34:10 UTC at the latest.")
    assert "2 more wait so; --json shows them." in lines


def test_one_that_has_not_begun_says_that_it_waits_for_its_budget(printed):
    since, until = EXECUTION["started_at"], "2026-01-31T09:31:00.000Z"
    lines = printed([], waits_for_budget={"since": since, "until": until})
    assert "has waited for its workflow's budget for" in lines[1]
    assert lines[2] == "begins 2026-01-31 09:31:00 UTC"


def test_connectors_say_where_another_one_is_here_by_now(printed):
    old, new = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
    lines = printed([], connectors=[
        {"resource": "connector:crm:add", "pinned": old, "now": old},
        {"resource": "connector:crm:find", "pinned": old, "now": new},
        {"resource": "connector:erp:order", "pinned": "acme-erp 1.2.0", "now": None},
    ])
    assert lines[3:6] == [
        "connector:crm:add is sha256:aaaaaaaaaaaa",
        "connector:crm:find is sha256:aaaaaaaaaaaa; a version that is published now has sha256:bbbbbbbbbbbb",
        "connector:erp:order is acme-erp 1.2.0; it is not here now",
    ]
