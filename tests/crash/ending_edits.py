"""Edits of what ends: executions by their term or because somebody erases them, and rights.

They were made by a reader of docs/reliability.md and of that code, not of its tests: 40 of one line each. Here are
those that the tests of their modules and contracts let live, three of the note that children are gone, and four of the
closing segment of what is still open. Each has a test since, which fails with it.
"""

from __future__ import annotations

from tests.crash.editing import Edit
from tests.crash.edits import Edited

ENDING_EDITS: dict[str, Edited] = {
    "a term that is not the workflow's": Edited(
        "a workflow's own term is that of its executions",
        Edit(
            "engine.durable.lifecycle.ageing",
            (
                "until = self._retention.kept_until(one.status, one.ended_at, own)\n"
                "        return until is not None and now"
            ),
            (
                "until = self._retention.kept_until(one.status, one.ended_at)\n"
                "        return until is not None and now"
            ),
        ),
        test=(
            "tests/unit/engine/durable/lifecycle/test_ageing.py::"
            "test_a_workflow_s_own_term_is_that_of_its_executions_and_its_versions"
        ),
    ),
    "versions by another term": Edited(
        "a workflow's own term is that of its versions",
        Edit(
            "engine.durable.lifecycle.ageing",
            'first = self._retention.kept_until("SUCCEEDED", 0.0, own)',
            'first = self._retention.kept_until("SUCCEEDED", 0.0)',
        ),
        test=(
            "tests/unit/engine/durable/lifecycle/test_ageing.py::"
            "test_a_workflow_s_own_term_is_that_of_its_executions_and_its_versions"
        ),
    ),
    "marked though it runs again": Edited(
        "one that runs again is not taken",
        Edit(
            "engine.adapters.aws.retention",
            '"seq = :seq AND #status = :status", values',
            '"(seq = :seq OR seq > :seq) AND (#status = :status OR attribute_exists(pk))", values',
        ),
        test=(
            "tests/unit/engine/adapters/aws/erasure/test_rest.py::"
            "test_one_that_runs_again_is_not_marked"
        ),
    ),
    "a walk that takes a child": Edited(
        "who is waited for stays",
        Edit(
            "functions.sweeper.retention",
            "return None if is_there else header.ended_at, header.started_at",
            "return header.ended_at, header.started_at",
        ),
        test=(
            "tests/unit/functions/sweeper/test_retention.py::"
            "test_a_walk_leaves_who_is_waited_for"
        ),
    ),
    "a walk by another term": Edited(
        "a walk knows a workflow's own term",
        Edit(
            "functions.sweeper.retention",
            "self._retention.kept_until(header.status, header.ended_at, own)",
            "self._retention.kept_until(header.status, header.ended_at)",
        ),
        test=(
            "tests/unit/functions/sweeper/test_retention.py::"
            "test_a_walk_takes_one_of_before_by_its_workflow_s_own_term"
        ),
    ),
    "a history that cannot be read": Edited(
        "who comes after needs no history that is gone",
        Edit(
            "engine.adapters.aws.erasure.rest",
            (
                "            if self._table.get((items.partition(key), _NOTE)) is None:\n"
                "                raise"
            ),
            "            raise",
        ),
        test=(
            "tests/unit/engine/adapters/aws/erasure/test_rest.py::"
            "test_who_dies_half_way_is_followed_by_who_deletes_the_rest"
        ),
    ),
    "a lost history called done": Edited(
        "a history that was lost is said to be so",
        Edit(
            "engine.adapters.aws.erasure.rest",
            (
                "            if self._table.get((items.partition(key), _NOTE)) is None:\n"
                "                raise"
            ),
            "            return",
        ),
        test=(
            "tests/unit/engine/adapters/aws/erasure/test_rest.py::"
            "test_a_history_that_is_lost_is_said_to_be_so"
        ),
    ),
    "the note with the rest": Edited(
        "the note that children are gone is deleted last",
        Edit(
            "engine.adapters.aws.erasure.rest",
            'for item in found if item["sk"] != _NOTE])',
            "for item in found])",
        ),
        test=(
            "tests/unit/engine/adapters/aws/erasure/test_rest.py::"
            "test_the_note_goes_last"
        ),
    ),
    "a shared object deleted": Edited(
        "what several items may refer to stays",
        Edit(
            "engine.adapters.aws.erasure.rest",
            "for item in found if OWN in item)]",
            'for item in found if "body_ref" in item)]',
        ),
        test=(
            "tests/unit/engine/adapters/aws/erasure/test_rest.py::"
            "test_an_object_that_others_may_share_stays"
        ),
    ),
    "a child that runs passed over": Edited(
        "an erasure waits for a child that runs again",
        Edit(
            "engine.adapters.aws.erasure.store",
            "                raise Unfinished(child.id)",
            "                continue",
        ),
        test=(
            "tests/unit/engine/adapters/aws/erasure/test_rest.py::"
            "test_an_erasure_waits_for_a_child_that_runs_again"
        ),
    ),
    "erased the first time": Edited(
        "one that is erased twice is on the list as the later one",
        Edit(
            "engine.adapters.aws.erasure.erased_list",
            'max(shape["at"], found.get(digest, 0.0))',
            'found.get(digest, shape["at"])',
        ),
        test=(
            "tests/unit/engine/adapters/aws/erasure/test_erased_list.py::"
            "test_one_that_was_erased_twice_was_so_at_the_later_time"
        ),
    ),
    "one page of the list": Edited(
        "the list of what was erased is read whole",
        Edit(
            "engine.adapters.aws.erasure.erased_list",
            (
                '            if "NextContinuationToken" not in page:\n'
                "                return"
            ),
            "            return",
        ),
        test=(
            "tests/unit/engine/adapters/aws/erasure/test_erased_list.py::"
            "test_it_is_read_to_its_last_page"
        ),
    ),
    "another key for the list": Edited(
        "of two who make the list's key one is first",
        Edit(
            "engine.adapters.aws.erasure.erased_list",
            '{"key": secrets.token_hex(32)}, once=True)',
            '{"key": secrets.token_hex(32)})',
        ),
        test=(
            "tests/unit/engine/adapters/aws/erasure/test_erased_list.py::"
            "test_of_two_who_make_its_key_at_once_the_first_has_made_it"
        ),
    ),
    "a generation to come": Edited(
        "a secret of a generation that is not there is unknown",
        Edit(
            "engine.governance.access_tokens",
            "        if generation > record.generation:",
            "        if generation > record.generation + 99:",
        ),
        test=(
            "tests/unit/engine/governance/test_access_tokens.py::"
            "test_a_generation_that_the_record_has_not_come_to_is_unknown"
        ),
    ),
    "a root of zeros": Edited(
        "where there is no root nobody knows one",
        Edit(
            "engine.governance.access_tokens",
            "self._root.get() or secrets.token_bytes(32)",
            "self._root.get() or bytes(32)",
        ),
        test=(
            "tests/unit/engine/governance/test_access_tokens.py::"
            "test_a_root_that_was_not_made_is_no_known_one"
        ),
    ),
    "revoked by a name that is erased": Edited(
        "an erased name is in no token's record",
        Edit(
            "engine.governance.access_tokens",
            "revoked_by=None if record.revoked_by is None else other(record.revoked_by),",
            "revoked_by=record.revoked_by,",
        ),
        test=(
            "tests/unit/engine/governance/test_access_tokens.py::"
            "test_a_name_that_is_erased_is_in_no_record"
        ),
    ),
    "the newest revoked forgotten": Edited(
        "who was revoked last is told so",
        Edit(
            "engine.governance.access_tokens",
            "key=lambda item: -(item.revoked_at or 0.0)",
            "key=lambda item: (item.revoked_at or 0.0)",
        ),
        test=(
            "tests/unit/engine/governance/test_access_tokens.py::"
            "test_records_of_the_revoked_are_bounded_and_the_newest_stay"
        ),
    ),
    "a role of a later release": Edited(
        "a role that is not known gives no right",
        Edit(
            "functions.app.machines.roles",
            (
                "            return Caller(actor, (), GRANTING)\n"
                "        return"
            ),
            (
                "            role = parse_role('viewer')\n"
                "        return"
            ),
        ),
        test=(
            "tests/unit/functions/api/test_iam_door.py::"
            "test_a_grant_of_a_later_release_lets_nobody_in"
        ),
    ),
    "any route by IAM": Edited(
        "behind the door for IAM are the routes that declare it",
        Edit(
            "functions.api.doors",
            "    if door == BY_IAM and not route.by_iam:",
            "    if door == BY_IAM and route is None:",
        ),
        test=(
            "tests/unit/functions/api/test_iam_door.py::"
            "test_a_route_that_is_not_for_it_is_not_behind_it"
        ),
    ),
    "a term at once": Edited(
        "a closing segment stays longer than its term",
        Edit(
            "engine.adapters.aws.items",
            "math.ceil(segment.kept_until + LATER_SECONDS)",
            "math.ceil(segment.kept_until)",
        ),
        test=(
            "tests/unit/functions/sweeper/test_unclosed_headers.py::"
            "test_a_stage_that_stood_still_for_a_term_ends_it_as_it_ended"
        ),
    ),
    "a term that goes on while PAUSED": Edited(
        "a closing segment stays while its execution is PAUSED",
        Edit(
            "engine.adapters.aws.journal",
            "        if change.status == PAUSED:",
            "        if change.status is None:",
        ),
        test=(
            "tests/unit/functions/sweeper/test_unclosed_headers.py::"
            "test_one_that_is_paused_ends_as_it_ended_however_late"
        ),
    ),
    "a term that is over once": Edited(
        "what is still open is told of again",
        Edit(
            "functions.sweeper.retention",
            "                if sk == items.TERM:",
            "                if sk is None:",
        ),
        test=(
            "tests/unit/functions/sweeper/test_unclosed_headers.py::"
            "test_one_that_is_paused_and_stopped_is_deleted"
        ),
    ),
    "an inbox of what is gone": Edited(
        "what closes after its term leaves nothing in its inbox",
        Edit(
            "engine.durable.worker.parking",
            "    if header is None or header.status not in OPEN_STATUSES:",
            "    if header is not None and header.status not in OPEN_STATUSES:",
        ),
        test=(
            "tests/unit/functions/sweeper/test_unclosed_headers.py::"
            "test_one_that_is_paused_and_stopped_is_deleted"
        ),
    ),
}
