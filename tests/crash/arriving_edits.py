"""Edits of the source of triggers, each of which breaks one rule: the runs of `arriving` notice, or a test does.

They are made and tried as those of tests/crash/edits.py.
"""

from __future__ import annotations

from tests.crash.editing import Edit
from tests.crash.edits import Edited
from tests.crash.ruled import calls_of

_DELIVERING = "engine.durable.triggering.delivering"
_SCHEDULES = "engine.durable.triggering.schedules"
_SQLITE = "engine.adapters.local.deliveries"
_TESTS = "tests/unit/engine"
_OF_DELIVERING = f"{_TESTS}/durable/triggering/test_delivering.py::"
_OF_SCHEDULES = f"{_TESTS}/durable/triggering/test_schedules.py::"
_OF_HOOKS = "tests/unit/functions/app/routes/triggers/test_hooks.py::"


ARRIVING_EDITS: dict[str, Edited] = {
    "a row after its execution": Edited(
        "a row and its execution are one transaction",
        Edit(
            "engine.adapters.aws.arrivals.deliveries",
            "            present = self._journal.create(header, execution_input, row, beside=self._put(delivery))\n",
            "            present = self._journal.create(header, execution_input, row)\n"
            "            if present is None:\n"
            "                self._table.write(self._put(delivery))\n",
        ),
        runs=calls_of("hook", "after", family="aws"),
    ),
    "a started row written over": Edited(
        "what started stands",
        Edit(_SQLITE, "WHERE delivery.outcome <> ? OR", "WHERE delivery.outcome <> ? OR 1 OR", constant="_PUT"),
        runs=calls_of("hook", family="sqlite"),
    ),
    "one key for all triggers": Edited(
        "each trigger has its own keys",
        Edit(_DELIVERING, 'f"{listener.name}.{mark}")', 'f"trigger.{mark}")'),
        runs=calls_of("messages"),
    ),
    "one key for all workflows": Edited(
        "each workflow has its own keys",
        Edit(_DELIVERING, "key=ExecutionKey.of(self._settings.workspace, listener.workflow,",
             'key=ExecutionKey.of(self._settings.workspace, "flow",'),
        runs=calls_of("messages"),
    ),
    "moved before the starts": Edited(
        "a schedule moves on when its times are started",
        Edit(
            _SCHEDULES,
            "        started = 0\n        for at in found.times:\n",
            "        started = 0\n        self._states.change(replace(state, looked_at=found.looked))\n"
            "        for at in found.times:\n",
        ),
        runs=calls_of("schedule", "before", "after"),
    ),
    "moved whoever moved it": Edited(
        "a state is written by who has read the latest",
        Edit(_SQLITE, "AND trigger_name = ? AND revision = ?", "AND trigger_name = ? AND ? > 0",
             constant="_CHANGE_STATE"),
        test="tests/contract/test_deliveries_contract.py::test_states_change_only_as_they_were_read[sqlite]",
    ),
    "moved past a window": Edited(
        "what waits in its window is still to come",
        Edit("engine.triggers.missed", "            reached = last\n", ""),
        test=_OF_SCHEDULES + "test_a_time_within_its_window_was_not_missed[all]",
    ),
    "missed in its window": Edited(
        "a time is late from its second in the window on",
        Edit(_SCHEDULES, "starts_at=lambda at: _starts_at(plan, at),", ""),
        test=_OF_SCHEDULES + "test_a_time_within_its_window_was_not_missed[skip]",
    ),
    "time from when it starts": Edited(
        "a time is late from its second in the window on",
        Edit("engine.triggers.missed", "now - begins <= ON_TIME_SECONDS", "now - at <= ON_TIME_SECONDS"),
        test=_OF_SCHEDULES + "test_a_time_within_its_window_was_not_missed[skip]",
    ),
    "another mark for a time": Edited(
        "a time is its delivery's key, whoever looks",
        Edit("engine.triggers.listener", 'mark=time.partition(".")', 'mark=iso_timestamp(now).partition(".")'),
        runs=calls_of("schedule", "after"),
    ),
    "a clock that was ahead counts": Edited(
        "a schedule goes on when the clock is put back",
        Edit(_SCHEDULES, "looked is None or looked <= now + PUT_BACK_SECONDS:", "looked is None or looked > 0:"),
        test=_OF_SCHEDULES + "test_a_clock_that_is_put_back_stops_no_schedule_and_starts_nothing_again",
    ),
    "paused ignored": Edited(
        "who is paused takes nothing",
        Edit(_DELIVERING, "        if paused and not keeps:\n", "        if keeps is None:\n"),
        test=_OF_DELIVERING + "test_a_paused_trigger_takes_nothing_or_keeps_it",
    ),
    "a mark cut short": Edited(
        "a mark has 128 bits",
        Edit("engine.triggers.listener", ".hexdigest()[:MARK_CHARACTERS]", ".hexdigest()[:8]"),
        test=f"{_TESTS}/triggers/test_listener.py::test_a_mark_tells_no_key_and_is_the_same_each_time",
    ),
    "refused for the store": Edited(
        "what the store did not take is not answered",
        Edit(
            _DELIVERING,
            "        except UserError as error:\n            if error.status >= OUT_OF_SERVICE:\n"
            "                raise\n"
            "            return replace(self._put(delivery, REFUSED, why_refused(error)), "
            "retry_after=error.retry_after)",
            "        except Exception as error:\n            return self._put(delivery, REFUSED, str(error))",
        ),
        runs=calls_of("hook", "throttled", "lost-reply"),
    ),
    "refused for the place": Edited(
        "a place that takes nothing new is asked again",
        Edit(_DELIVERING, "            if error.status >= OUT_OF_SERVICE:\n", "            if error.status is None:\n"),
        test=_OF_DELIVERING + "test_where_the_place_takes_nothing_new_nothing_is_written",
    ),
    "a replay under the old key": Edited(
        "a replay has a key of its own",
        Edit(_DELIVERING, 'dedupe_key=f"replay of {delivery.key.id}: {self._new_key()}"',
             "dedupe_key=delivery.dedupe_key"),
        test=_OF_DELIVERING + "test_a_replay_has_a_key_of_its_own_and_what_arrived_then[None-sqlite]",
    ),
    "a repeat starts": Edited(
        "a key outlives its execution",
        Edit(_SQLITE, "            if known is not None and known.outcome == STARTED and",
             "            if known is not None and known.outcome == 'x' and"),
        test=_OF_DELIVERING + "test_an_execution_that_is_gone_is_not_started_again",
    ),
    "told of another's": Edited(
        "a start that somebody else made is not told of",
        Edit(_DELIVERING, "            if not there:\n", "            if there is not None:\n"),
        test=_OF_DELIVERING
        + "test_an_execution_that_somebody_else_started_with_the_same_input_is_not_this_one_s[sqlite]",
    ),
    "another's taken for one's own": Edited(
        "an execution that somebody else started is not this delivery's",
        Edit(_DELIVERING, "        if there:  # its row", "        if there is None:  # its row"),
        test=_OF_DELIVERING
        + "test_an_execution_that_somebody_else_started_with_the_same_input_is_not_this_one_s[sqlite]",
    ),
    "a minute given whoever gave it": Edited(
        "units of a minute are leased by who has read the latest",
        Edit("engine.durable.lifecycle.budgets", "            if self._rows.change(replace(row, spec=spec)):",
             "            if self._rows.change(replace(row, spec=spec)) or row.revision:"),
        test=f"{_TESTS}/durable/lifecycle/test_budget_slices.py::test_two_processes_that_lease_at_once_give_no_minute_twice",
    ),
    "a unit used before it is leased": Edited(
        "a unit is leased before it is used",
        Edit("engine.durable.lifecycle.budgets", "            end = used + size\n",
             "            end = used + size - 1\n"),
        runs=calls_of("budget", "before"),
    ),
    "begun before its minute": Edited(
        "what waits for its budget begins in its minute",
        Edit("engine.durable.worker.admission", "(last is None and self._beginning.waits(header))", "last is header"),
        runs=calls_of("budget", "rival"),
    ),
    "refused again": Edited(
        "a start that is asked for again is answered, whatever the budget",
        Edit("engine.durable.lifecycle.starts", "        if unit is None and self._journal.header(key) is None:\n",
             "        if unit is None:\n"),
        test=f"{_TESTS}/durable/lifecycle/test_budgets.py::test_a_start_that_is_asked_for_again_counts_once",
    ),
    "a repeat takes a unit": Edited(
        "a start that comes again counts once",
        Edit("engine.durable.lifecycle.starts", "            used = not there\n", "            used = True\n"),
        test=f"{_TESTS}/durable/lifecycle/test_budgets.py::test_a_start_that_is_asked_for_again_counts_once",
    ),
    "the second secret uncompared": Edited(
        "any signature is compared, whichever the secret",
        Edit("engine.triggers.signatures",
             "            held |= hmac.compare_digest(expected, signature) and bool(key)",
             "            held |= secret is not secrets[0] or hmac.compare_digest(expected, signature) and bool(key)"),
        test=_OF_HOOKS + "test_two_secrets_hold_while_one_is_rotated",
    ),
    "an unknown address says so": Edited(
        "an unknown address and a wrong signature are answered alike",
        Edit("functions.app.triggers.webhooks", '        return self._refused(address, "no such webhook")',
             '        self._refused(address, "no such webhook")\n'
             '        return WebhookRefused("there is no such webhook")'),
        test=_OF_HOOKS + "test_a_wrong_signature_and_an_unknown_address_are_answered_alike_and_leave_nothing",
    ),
    "what is taken is counted": Edited(
        "who is accepted is not held up",
        Edit("functions.app.triggers.webhooks", "        if verdict is not Verdict.VALID:\n",
             "        self.refusals.refused(address, 'x')\n        if verdict is not Verdict.VALID:\n"),
        test=_OF_HOOKS + "test_who_is_accepted_is_never_held_up",
    ),
}
"""By name."""
