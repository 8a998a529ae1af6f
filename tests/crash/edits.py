"""Edits of the protocol's source, each of which breaks one rule: who notices is a part of the campaign, or a test.

They were made by reading the code where no mutant touched it (touched.py), and not the tests. Where nothing noticed, a
test was written.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.crash.editing import Edit
from tests.crash.faults import DEATHS
from tests.crash.mutants import Runs, _calls


@dataclass(frozen=True)
class Edited:
    """`protection` is what the edit takes away; `runs` are those of the campaign that notice, `test` is one that does.
    """

    protection: str
    edit: Edit
    runs: Runs | None = None
    test: str = ""


EDITS: dict[str, Edited] = {
    "mark kept": Edited(
        "the mark goes before the inbox is read",
        Edit(
            "engine.durable.notices",
            "        journal.delete_inbox(key, [inbox.WAKE_SENT])\n",
            "",
        ),
        runs=_calls("distributed-map", *DEATHS, sweeps=False),
    ),
    "mark before notice": Edited(
        "a notice comes before its mark",
        Edit(
            "engine.durable.notices",
            "    journal.put_inbox(inbox.notice_item(key, now, parent, notice(header, "
            "snapshot)))\n"
            "    if journal.put_inbox(inbox.wake_sent_item(key, now)):\n"
            "        queue.send([Wake(key)])",
            "    if journal.put_inbox(inbox.wake_sent_item(key, now)):\n"
            "        queue.send([Wake(key)])\n"
            "    journal.put_inbox(inbox.notice_item(key, now, parent, notice(header, snapshot)))",
        ),
        test=(
            "tests/unit/engine/durable/test_notices.py::"
            "test_no_interleaving_leaves_a_notice_unread_without_a_wake"
        ),
    ),
    "orphans begin": Edited(
        "a child whose parent has ended does nothing",
        Edit(
            "engine.durable.notices",
            "    return not _is_open(journal, ExecutionKey(header.key.workspace, "
            "parent.execution_id))",
            "    return False",
        ),
        test=(
            "tests/unit/engine/durable/worker/test_map_runs.py::"
            "test_a_child_that_begins_after_its_parent_has_ended_does_nothing"
        ),
    ),
    "more than MaxConcurrency": Edited(
        "no more children are out than MaxConcurrency says",
        Edit(
            "engine.durable.worker.map_run_driver",
            "min((concurrency or self._window) - stands.running",
            "min(self._window - stands.running",
        ),
        test=(
            "tests/unit/engine/durable/worker/test_map_runs.py::"
            "test_concurrency_bounds_what_is_out_at_once"
        ),
    ),
    "due not brought forward": Edited(
        "a dead owner is found when its lease ends",
        Edit(
            "engine.durable.worker.admission",
            "        if header.status == RUNNING and (header.due_at is None or header.due_at > "
            "last.lease_until):",
            "        if header.status == 'x':",
        ),
        test=(
            "tests/unit/engine/durable/worker/test_parking.py::"
            "test_a_crash_behind_a_lease_is_found_when_the_lease_ends"
        ),
    ),
    "own calls taken over": Edited(
        "a worker waits for a call of its own",
        Edit(
            "engine.durable.worker.admission",
            '                raise OutOfTime("calls of an earlier load are still on their way")',
            "                return False",
        ),
        test=(
            "tests/unit/engine/durable/worker/test_faults.py::"
            "test_a_worker_makes_no_call_again_that_it_has_under_way_itself"
        ),
    ),
    "another load's answer": Edited(
        "an answer is for the load that made the call",
        Edit(
            "engine.durable.worker.worker",
            "if owned_by is not None and owned_by.activation.nonce == answer.ticket.nonce:",
            "if owned_by is not None:",
        ),
        test=(
            "tests/unit/engine/durable/worker/test_faults.py::"
            "test_an_answer_to_an_earlier_load_is_not_this_one_s"
        ),
    ),
    "unmade call forgotten": Edited(
        "a call that was not made is begun again",
        Edit(
            "engine.durable.worker.incoming",
            "            return [TaskTakenOver(at, 0, *call)]",
            "            return []",
        ),
        test=(
            "tests/unit/engine/durable/worker/test_faults.py::"
            "test_a_call_whose_time_passed_with_its_commit_is_begun_again_by_its_owner"
        ),
    ),
    "budget not cut": Edited(
        "a call ends within its lease",
        Edit(
            "engine.durable.worker.performing",
            "budget = min(call.budget_seconds, max(end - self._clock.now(), 0.0))",
            "budget = call.budget_seconds",
        ),
        test=(
            "tests/unit/engine/durable/worker/test_faults.py::"
            "test_a_call_has_less_time_by_what_its_commit_took"
        ),
    ),
    "stepped amid a commit": Edited(
        "nothing is stepped before a commit is known",
        Edit(
            "engine.durable.worker.stepping",
            "        if owned.segment is not None:\n"
            "            return  # its",
            "        if owned.segment == 0:\n"
            "            return  # its",
        ),
        runs=_calls("parallel", "lost-reply"),
    ),
    "own leavings are strikes": Edited(
        "what a worker left itself is no strike",
        Edit(
            "engine.durable.worker.admission",
            "        if key in self._left:\n"
            "            return False\n"
            "        return redelivered",
            "        return redelivered",
        ),
        test=(
            "tests/unit/engine/durable/test_poison.py::"
            "test_what_a_worker_left_itself_costs_it_no_strike"
        ),
    ),
    "nothing forgiven": Edited(
        "who leaves in good order takes a strike back",
        Edit(
            "engine.durable.poison",
            "            self._change(replace(header, seq=seq, strikes=max(header.strikes - 1, "
            "-1)))",
            "            pass",
        ),
        test=(
            "tests/unit/engine/durable/test_poison.py::"
            "test_a_fence_and_a_store_that_does_not_serve_count_nothing"
        ),
    ),
    "holding costs strikes": Edited(
        "to look at what is held is no takeover",
        Edit(
            "engine.durable.worker.settling",
            "                self._poison.forgive(activation.header, activation.seq)",
            "                pass",
        ),
        runs=_calls("held", "paused-after"),
    ),
    "resume keeps strikes": Edited(
        "a resume begins the count anew",
        Edit(
            "engine.durable.poison",
            "due_at, strikes=0, resumes=True, row=row",
            "due_at, strikes=None, resumes=True, row=row",
        ),
        runs=_calls("poison", "before"),
    ),
    "held though resumed": Edited(
        "who lets go of what is held looks once more",
        Edit(
            "engine.durable.worker.settling",
            "        elif self._is_held(activation):",
            "        else:",
        ),
        test=(
            "tests/unit/engine/durable/lifecycle/test_pausing.py::"
            "test_a_worker_that_was_held_up_by_a_pause_that_is_over_goes_on"
        ),
    ),
    "start not looked at again": Edited(
        "a start that was queued is woken where a resume was faster",
        Edit(
            "engine.durable.lifecycle.starts",
            "if not sync and (not queued or not self._is_queued(stands.key)):",
            "if not sync and not queued:",
        ),
        test=(
            "tests/unit/engine/durable/lifecycle/test_pausing.py::"
            "test_a_start_that_was_queued_while_the_resume_ran_is_woken_by_itself"
        ),
    ),
    "newer items dropped": Edited(
        "what a newer release said is left for its worker",
        Edit(
            "engine.durable.worker.incoming",
            "                return None  # for a newer worker, once these calls are over\n"
            "            raise",
            "                return None\n"
            "            return None",
        ),
        test=(
            "tests/unit/engine/durable/worker/test_incoming.py::"
            "test_an_item_of_a_newer_release_is_left_for_its_worker"
        ),
    ),
    "no delayed wake": Edited(
        "up to 15 minutes a message carries a timer",
        Edit(
            "engine.durable.worker.parking",
            "if delay <= (MAX_DELAY_SECONDS if moved else REARM_SECONDS):",
            "if delay <= REARM_SECONDS:",
        ),
        runs=_calls("wait", *DEATHS, sweeps=False),
    ),
    "early wakes not armed again": Edited(
        "a wake that comes a little early is armed again",
        Edit(
            "engine.durable.worker.parking",
            "if delay <= (MAX_DELAY_SECONDS if moved else REARM_SECONDS):",
            "if moved and delay <= MAX_DELAY_SECONDS:",
        ),
        test=(
            "tests/unit/engine/durable/worker/test_parking.py::"
            "test_a_wake_that_comes_a_little_early_is_armed_again"
        ),
    ),
    "offers left": Edited(
        "a stopped execution offers no work",
        Edit(
            "engine.durable.worker.parking",
            "snapshot.stops or activation.out or told",
            "snapshot.stops or told",
        ),
        test=(
            "tests/contract/test_worker_contract.py::"
            "test_a_stopped_execution_offers_no_work[sqlite]"
        ),
    ),
    "inbox cleared unseen": Edited(
        "what is said to a redriven execution stays",
        Edit(
            "engine.durable.worker.parking",
            "    if header is None or header.status not in OPEN_STATUSES:\n"
            "        journal",
            "    if header is not None:\n"
            "        journal",
        ),
        test=(
            "tests/unit/engine/durable/lifecycle/test_redrive_rivals.py::"
            "test_what_is_said_to_a_redriven_one_is_not_swept_away_with_the_old_inbox"
        ),
    ),
    "old stop ends the redrive": Edited(
        "a stop is for the run that it was said to",
        Edit(
            "engine.durable.lifecycle.redrives",
            "        self._journal.delete_inbox(header.key, ids)",
            "        del ids",
        ),
        test=(
            "tests/unit/engine/durable/lifecycle/test_redrive_rivals.py::"
            "test_a_stop_that_came_too_late_does_not_stop_the_redriven_one"
        ),
    ),
    "inbox of a rival's redrive emptied": Edited(
        "the slower redrive empties no inbox",
        Edit(
            "engine.durable.lifecycle.redrives",
            "        if now is None or (now.status, now.seq) != (header.status, header.seq):",
            "        if now is None:",
        ),
        test=(
            "tests/unit/engine/durable/lifecycle/test_redrive_rivals.py::"
            "test_the_slower_redrive_leaves_the_inbox_of_the_faster_one_alone"
        ),
    ),
    "reopened once": Edited(
        "a closer that comes in between closes nothing",
        Edit(
            "engine.durable.lifecycle.redrives",
            "        for _ in range(2):",
            "        for _ in range(1):",
        ),
        test=(
            "tests/unit/engine/durable/lifecycle/test_redrive_rivals.py::"
            "test_a_slow_closer_that_comes_in_between_closes_nothing"
        ),
    ),
    "buried alive": Edited(
        "what somebody is at work on is not PAUSED",
        Edit(
            "engine.durable.lifecycle.dead_letters",
            "        return bool(loaded.segments) and loaded.segments[-1].lease_until > "
            "self._clock.now()",
            "        return False",
        ),
        test=(
            "tests/unit/functions/deadletter/test_app.py::"
            "test_what_somebody_is_at_work_on_goes_on"
        ),
    ),
    "owned twice": Edited(
        "what is owned is woken, not loaded again",
        Edit(
            "engine.durable.worker.serving",
            "            if not self._worker.wake(received.key):\n"
            "                fresh",
            "            if self._worker.wake(received.key) is not None:\n"
            "                fresh",
        ),
        runs=_calls("distributed-map", "throttled", family="served"),
    ),
    "traded though undone": Edited(
        "what a commit claims and acknowledges is so once it lasts",
        Edit(
            "engine.durable.worker.serving",
            "        return lasts\n",
            "        lasts()\n        return lasts\n",
        ),
        test=(
            "tests/unit/engine/durable/worker/test_serving.py::"
            "test_a_commit_that_fails_claims_nothing"
        ),
    ),
    "audit unmarked": Edited(
        "a segment says that the sealer has to read it",
        Edit(
            "engine.durable.activation",
            "audited = not AUDITED_EVENTS.isdisjoint([event.type for event in events])",
            "audited = False",
        ),
        runs=_calls("redrive", "paused-before", family="aws"),
    ),
    "aws no nonce": Edited(
        "a repeated write is one's own, DynamoDB",
        Edit(
            "engine.adapters.aws.journal",
            '"attribute_not_exists(pk) OR nonce = :mine"',
            '"attribute_not_exists(pk) OR (nonce = :mine AND pk = :mine)"',
        ),
        runs=_calls("once", "lost-reply", family="aws"),
    ),
    "aws second answer overwrites": Edited(
        "the first answer counts, DynamoDB",
        Edit(
            "engine.adapters.aws.journal",
            "        return self._table.holds(Put(stored, ABSENT))",
            "        return self._table.holds(Put(stored))",
        ),
        test=(
            "tests/contract/test_journal_contract.py::"
            "test_the_first_item_with_an_id_wins[aws]"
        ),
    ),
    "sqlite no fence": Edited(
        "a segment's number is free, or its nonce mine, SQLite",
        Edit(
            "engine.adapters.local.journal",
            "\n"
            "    WHERE segment.nonce = excluded.nonce",
            "\n"
            "    WHERE 1",
            constant="_WRITE_SEGMENT",
        ),
        runs=_calls("redrive", "rival", family="sqlite"),
    ),
    "sqlite header unfenced": Edited(
        "an older header change is ignored, SQLite",
        Edit(
            "engine.adapters.local.journal",
            "seq <= ?",
            "? > -9",
            constant="_CHANGE_HEADER",
        ),
        test=(
            "tests/contract/test_journal_contract.py::"
            "test_a_change_from_an_older_seq_is_ignored[sqlite]"
        ),
    ),
    "left to nobody": Edited(
        "a wake that is given up leaves a header that is due soon",
        Edit(
            "engine.durable.worker.serving",
            "        return self._journal.update_headers([HeaderChange(\n"
            "            wake.key, header.seq, header.status, again, cause=header.cause\n"
            "        )])[0]",
            "        return True",
        ),
        test=(
            "tests/unit/engine/durable/worker/test_serving.py::"
            "test_a_wake_that_is_given_up_leaves_a_header_that_is_due_soon"
        ),
    ),
    "neighbours not sent again": Edited(
        "who waits for a suspect is woken again",
        Edit(
            "engine.durable.worker.worker",
            "            self._queue.send([Wake(key) for key in keys])\n"
            "        except",
            "            pass\n"
            "        except",
        ),
        test=(
            "tests/unit/engine/durable/test_poison.py::"
            "test_from_the_second_strike_on_it_runs_alone_and_its_neighbours_are_not_charged"
        ),
    ),
    "sqlite dead owners keep wakes": Edited(
        "what a dead process held is free",
        Edit(
            "engine.adapters.local.queue",
            "        return [owner for owner in owners if owner != self._processes.owner and not "
            "self._processes.is_alive(owner)]",
            "        return []",
        ),
        test=(
            "tests/contract/test_queue_contract.py::"
            "test_the_claims_of_a_dead_process_are_free[sqlite]"
        ),
    ),
    "aws one page": Edited(
        "a query goes on to its last page, DynamoDB",
        Edit(
            "engine.adapters.aws.dynamo",
            '            if "LastEvaluatedKey" not in answer:\n'
            "                return",
            "            return",
        ),
        test=(
            "tests/contract/test_journal_contract.py::"
            "test_load_reaches_a_whole_snapshot_far_back[aws]"
        ),
    ),
    "aws refused wakes unnoticed": Edited(
        "a refused wake is raised, SQS",
        Edit(
            "engine.adapters.aws.queue",
            "        if refused:",
            "        if False:",
        ),
        test=(
            "tests/unit/engine/adapters/aws/test_failures.py::"
            "test_a_wake_that_was_refused_is_raised_after_the_rest_is_sent"
        ),
    ),
    "aws unprocessed items forgotten": Edited(
        "a batch is served whole, DynamoDB",
        Edit(
            "engine.adapters.aws.dynamo",
            "                if not requests:\n"
            "                    break\n"
            "                self._clock.sleep(pause)\n"
            "\n"
            "    def get_many",
            "                break\n"
            "\n"
            "    def get_many",
        ),
        test=(
            "tests/unit/engine/adapters/aws/test_failures.py::"
            "test_a_batch_served_in_part_is_asked_for_the_rest"
        ),
    ),
    "aws header unfenced": Edited(
        "an older header change is ignored, DynamoDB",
        Edit(
            "engine.adapters.aws.journal",
            '"seq <= :seq AND #status IN',
            '"(seq <= :seq OR seq > :seq) AND #status IN',
        ),
        test=(
            "tests/contract/test_journal_contract.py::"
            "test_a_change_from_an_older_seq_is_ignored[aws]"
        ),
    ),
}
