"""Edits as one makes them by a slip: a condition weakened, an argument lost, a cleanup left out.

They were made by a reader of the code who had not seen its tests: 51 of one line each. Here are those that the tests of
their modules and contracts let live. Each has a test since, which fails with it.
"""

from __future__ import annotations

from tests.crash.editing import Edit
from tests.crash.edits import Edited

_LOCAL, _AWS = "tests/unit/engine/adapters/local", "tests/unit/engine/adapters/aws"
_DURABLE = "tests/unit/engine/durable"
_WORKER = f"{_DURABLE}/worker"
_LIFECYCLE = f"{_DURABLE}/lifecycle"

SLIPS: dict[str, Edited] = {
    "a hung call keeps its place": Edited(
        "a call that hangs keeps no place",
        Edit(
            "engine.durable.worker.calls",
            "        return max(self._threads, 1) - len(self._ends) + self._hung()",
            "        return max(self._threads, 1) - len(self._ends)",
        ),
        test=f"{_WORKER}/test_calls.py::test_one_that_hangs_past_its_end_keeps_no_place",
    ),
    "a broken port is a definite failure": Edited(
        "what came of a call is unknown where the port breaks",
        Edit(
            "engine.durable.worker.calls",
            'in the task port", definite=False)',
            'in the task port", definite=True)',
        ),
        test=f"{_WORKER}/test_calls.py::test_what_came_of_a_call_is_unknown_where_the_port_breaks",
    ),
    "a charge that outlasts its load": Edited(
        "a charge is over with its load",
        Edit(
            "engine.durable.worker.ownership",
            (
                "        self.owned.pop(key, None)\n"
                "        self._admission.forget_charge(key)\n"
            ),
            "        self.owned.pop(key, None)\n",
        ),
        test=f"{_DURABLE}/test_poison.py::test_a_charge_is_over_with_its_load",
    ),
    "the fenced told": Edited(
        "of a commit those are told that stand",
        Edit(
            "engine.durable.worker.committing",
            "        self._tell(stand)",
            "        self._tell(segments)",
        ),
        test=f"{_WORKER}/test_committing.py::test_of_a_commit_those_are_told_that_stand",
    ),
    "a header that stays behind": Edited(
        "a header is as far as its execution",
        Edit(
            "engine.durable.worker.parking",
            "        if moved or header.seq != activation.seq:",
            "        if moved:",
        ),
        test=f"{_WORKER}/test_parking.py::test_a_header_is_as_far_as_its_execution_though_its_time_stays",
    ),
    "closed with its strikes": Edited(
        "strikes are taken back before the close",
        Edit(
            "engine.durable.worker.parking",
            "        return not (snapshot.abandoned or snapshot.stops or activation.out or told or header.strikes)",
            "        return not (snapshot.abandoned or snapshot.stops or activation.out or told)",
        ),
        test=f"{_WORKER}/test_committing.py::test_one_with_strikes_ends_like_any_other",
    ),
    "a sure failure called interrupted": Edited(
        "a definite failure is told as it was",
        Edit(
            "engine.durable.worker.incoming",
            "        if not outcome.definite and frame is not None and self._policies.at_most_once(activation, frame):",
            "        if frame is not None and self._policies.at_most_once(activation, frame):",
        ),
        test=f"{_WORKER}/test_incoming.py::test_an_at_most_once_call_that_surely_failed_fails_with_its_own_error",
    ),
    "a job nobody knows of called settled": Edited(
        "a job is looked at until somebody has it",
        Edit(
            "engine.durable.worker.orphaned_jobs",
            "        return seen_to is not None or begun.looks >= MOST_LOOKS",
            "        return seen_to is not False or begun.looks >= MOST_LOOKS",
        ),
        test=(
            f"{_WORKER}/test_orphaned_jobs.py::"
            "test_a_job_whose_start_another_worker_makes_again_is_looked_at_until_that_one_is_gone"
        ),
    ),
    "left for ever": Edited(
        "what was left once counts again when another dies of it",
        Edit(
            "engine.durable.worker.admission",
            "        self._left.pop(key, None)\n",
            "",
        ),
        test=f"{_DURABLE}/test_poison.py::test_what_a_worker_left_once_and_went_on_with_counts_when_another_dies_of_it",
    ),
    "a lease cut to the deadline": Edited(
        "a call's lease ends before the deadline, too",
        Edit(
            "engine.durable.worker.policies",
            "now + budget + LEASE_MARGIN_SECONDS <= owned.deadline else None",
            "now + budget <= owned.deadline else None",
        ),
        test=f"{_WORKER}/test_deadlines.py::test_a_call_begins_where_its_lease_ends_before_the_deadline_too",
    ),
    "the next woken too early": Edited(
        "the next of a line is woken when the line knows of the end",
        Edit(
            "engine.durable.worker.beginning",
            "            self._queue.send([Wake(key, self._budgets.settled_at(now) - now) for key in waiting])",
            "            self._queue.send([Wake(key) for key in waiting])",
        ),
        test=(
            f"{_LIFECYCLE}/test_open_executions.py::"
            "test_where_an_index_lags_the_next_one_is_woken_when_the_line_knows_of_the_end"
        ),
    ),
    "a minute given back unknown": Edited(
        "a start that may be there keeps its minute",
        Edit(
            "engine.durable.lifecycle.starts",
            "            used = True  # the header may be there",
            "            used = False  # the header may be there",
        ),
        test=f"{_LIFECYCLE}/test_budgets.py::test_a_start_of_which_nobody_knows_whether_it_is_there_keeps_its_minute",
    ),
    "any child of that name": Edited(
        "a child of another task is not this one's",
        Edit(
            "engine.durable.lifecycle.starts",
            "    if existing.parent is not None and existing.parent == wanted.parent:",
            "    if existing.parent is not None:",
        ),
        test=f"{_WORKER}/test_start_execution.py::test_a_child_of_another_task_is_not_this_ones",
    ),
    "a place taken twice": Edited(
        "one that is open is redriven in its own place",
        Edit(
            "engine.durable.lifecycle.redrive_budget",
            "        if budgets is None or header.is_item or header.status in OPEN_STATUSES:",
            "        if budgets is None or header.is_item:",
        ),
        test=f"{_LIFECYCLE}/test_open_executions.py::test_one_that_is_open_still_is_redriven_in_its_own_place",
    ),
    "unread is not paused": Edited(
        "what is known to be paused stays so",
        Edit(
            "engine.durable.lifecycle.pausing",
            "            found = known[1]",
            "            found = {}",
        ),
        test=f"{_LIFECYCLE}/test_pausing.py::test_what_a_worker_knows_to_be_paused_stays_so_while_it_cannot_be_read",
    ),
    "never read is not paused": Edited(
        "a worker that could not read yet what is paused begins nothing",
        Edit(
            "engine.durable.lifecycle.pausing",
            "            if known is None:\n                raise",
            "            known = known or (now, {})",
        ),
        test=f"{_LIFECYCLE}/test_pausing.py::test_a_worker_that_could_not_read_yet_what_is_paused_begins_nothing",
    ),
    "one's own answer refused": Edited(
        "an answer that is sent again is taken",
        Edit(
            "engine.durable.lifecycle.answers",
            "        if not self._journal.put_inbox(item) and not self._is_there(item):",
            "        if not self._journal.put_inbox(item):",
        ),
        test=(
            f"{_LIFECYCLE}/test_answers.py::"
            "test_an_answer_that_a_client_sends_again_for_want_of_a_reply_is_taken_and_another_is_not"
        ),
    ),
    "a claim of nobody": Edited(
        "a poll that fails gives its claim back",
        Edit(
            "engine.durable.lifecycle.activities",
            "            self._store.release(item, claim)\n",
            "",
        ),
        test="tests/contract/test_activities_contract.py::test_a_poll_that_fails_gives_its_claim_back[memory]",
    ),
    "an erasure from now on": Edited(
        "an erasure looks back to the first start",
        Edit(
            "engine.durable.lifecycle.erasing",
            "                since = min(since, header.started_at)\n",
            "",
        ),
        test=(
            "tests/contract/test_erasure_contract.py::"
            "test_an_erasure_reaches_back_to_the_first_start_of_what_it_erases[memory]"
        ),
    ),
    "two who erase at once": Edited(
        "an erasure is its asker's for a while",
        Edit(
            "engine.durable.lifecycle.erasing",
            "            if erasure.at <= now - ASKED_SECONDS:",
            "            if erasure.at <= now:",
        ),
        test=(
            "tests/contract/test_erasure_contract.py::"
            "test_who_goes_on_leaves_an_erasure_to_its_asker_for_a_while[memory]"
        ),
    ),
    "deltas of before a checkpoint": Edited(
        "what is behind the newest whole snapshot counts",
        Edit(
            "engine.durable.activation",
            "            self._checkpoint_bytes, self._delta_bytes = size, 0",
            "            self._checkpoint_bytes = size",
        ),
        test=f"{_DURABLE}/test_activation.py::test_deltas_outgrow_a_whole_snapshot_so_many_times_at_most[1]",
    ),
    "nothing forgiven before": Edited(
        "who leaves calls in good order pays the takeover",
        Edit(
            "engine.durable.poison",
            "strikes=max(header.strikes - 1, -1)",
            "strikes=max(header.strikes - 1, 0)",
        ),
        test=f"{_DURABLE}/test_poison.py::test_a_worker_that_leaves_calls_on_their_way_in_good_order_counts_nothing",
    ),
    "redriven once, whatever came": Edited(
        "a notice says how often its execution was redriven",
        Edit(
            "engine.durable.notices",
            '        said["redrives"] = snapshot.redrives',
            '        said["redrives"] = 1',
        ),
        test=f"{_DURABLE}/test_notices.py::test_a_notice_says_how_often_its_execution_was_redriven",
    ),
    "another alert struck out": Edited(
        "an alert is over when it was sent itself",
        Edit(
            "engine.durable.triggering.alerting",
            "            if group.sending is None or group.sending.name != sending.name:",
            "            if group.sending is None:",
        ),
        test=(
            f"{_DURABLE}/triggering/test_alerting.py::"
            "test_an_alert_that_is_written_down_while_another_is_sent_is_sent_too"
        ),
    ),
    "a bell within a tick": Edited(
        "a bell is seen whatever the file system's clock says",
        Edit(
            "engine.adapters.local.bell",
            "                self._changed_at = changed_at if settled else -1",
            "                self._changed_at = changed_at",
        ),
        test=f"{_LOCAL}/test_bell.py::test_who_begins_to_listen_within_a_tick_of_the_file_system_is_rung",
    ),
    "a change of what is marked": Edited(
        "what retention has marked stays as it is",
        Edit(
            "engine.adapters.aws.journal",
            (
                ' AND attribute_not_exists({items.TAKEN_AT})"\n'
                "        condition"
            ),
            (
                '"\n'
                "        condition"
            ),
        ),
        test=f"{_AWS}/erasure/test_named_blobs.py::test_what_retention_has_marked_is_not_changed_any_more",
    ),
    "a wake before its time": Edited(
        "no wake comes early, SQS",
        Edit(
            "engine.adapters.aws.queue",
            "    delay = math.ceil(min(max(wake.delay, 0.0), MAX_DELAY_SECONDS))",
            "    delay = round(min(max(wake.delay, 0.0), MAX_DELAY_SECONDS))",
        ),
        test=f"{_AWS}/test_queue.py::test_no_wake_comes_early",
    ),
    "the last part of a batch": Edited(
        "a batch is read whole, DynamoDB",
        Edit(
            "engine.adapters.aws.dynamo",
            '            found += map(_item, answer["Responses"].get(self._name, []))',
            '            found = [*map(_item, answer["Responses"].get(self._name, []))]',
        ),
        test=f"{_AWS}/test_failures.py::test_a_batch_read_in_part_gives_both_parts",
    ),
    "a head put back": Edited(
        "no head is put back, DynamoDB",
        Edit(
            "engine.adapters.aws.audit_log",
            "        self._table.holds(Put(head, later))",
            "        self._table.holds(Put(head))",
        ),
        test=f"{_AWS}/test_audit_log_upgrade.py::test_a_slow_writer_puts_no_head_back",
    ),
    "a mark called an end": Edited(
        "the mark of retention is no end",
        Edit(
            "engine.adapters.aws.items",
            '    if item.get("sk") != HEADER or LISTED not in item or TAKEN_AT in item:',
            '    if item.get("sk") != HEADER or LISTED not in item:',
        ),
        test=f"{_AWS}/test_table.py::test_the_mark_of_retention_is_no_end",
    ),
}
