"""docs/quotas.md: every figure names its source (test_docs_figures.py compares them), every row a test of what happens
beyond the limit. New ones stand in test_quotas_beyond.py.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.support.figures import MARKED

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "quotas.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")] for line in TEXT.splitlines()
    if line.startswith("| ") and not line.startswith(("| what |", "| --- |"))
]
HERE = "docs/test_quotas_beyond.py::"

BEYOND = {
    "an execution's input": HERE + "test_an_input_over_the_setting_is_refused",
    "levels of an input": "engine/durable/lifecycle/test_starts.py::test_an_input_too_deep_for_a_snapshot_is_refused",
    "a state's output": "engine/testing/test_simulate.py::test_limits_are_none_by_default_and_aws_ones_on_request",
    "a history": "engine/testing/test_simulate.py::test_limits_are_none_by_default_and_aws_ones_on_request",
    "how long an execution runs": "engine/testing/test_simulate.py::test_a_year_takes_no_time",
    "executions that are open": HERE + "test_nothing_counts_open_executions",
    "executions of a workflow that begin in a minute, or are open": "engine/durable/lifecycle/test_budgets.py::"
        "test_a_start_beyond_the_budget_is_refused_with_when_to_come_again_and_nothing_is_written",
    "how long an execution is kept after its end":
        "functions/app/routes/test_storage.py::test_one_that_was_taken_is_answered_with_the_day",
    "until when an execution can be redriven": HERE + "test_a_redrive_has_its_period",
    "free disk that a new start needs, on one machine":
        "functions/server/test_room.py::test_without_room_a_start_is_refused_in_clear_words",
    "an EXPRESS execution": "engine/durable/worker/test_express.py::test_it_is_timed_out_after_five_minutes",
    "a synchronous start": "functions/app/routes/test_sync_starts.py::test_one_that_takes_too_long_is_504_and_named",
    "an execution's name": HERE + "test_a_name_of_81_characters_is_refused",
    "a business key": HERE + "test_a_long_business_key_is_cut",
    "problems of an input that are shown":
        "engine/durable/lifecycle/test_input_schema.py::test_long_values_are_cut_and_problems_counted_out",
    "deaths of a worker by one execution":
        "engine/durable/test_poison.py::test_a_call_that_kills_its_worker_each_time_ends_paused",
    "a document's file": "engine/catalog/test_files.py::test_the_largest_file",
    "a definition that leaves for Step Functions":
        "engine/conversion/step_functions/test_leaving.py::test_one_that_is_too_large",
    "levels of a document's JSON": "engine/catalog/test_document.py::test_nested_too_deeply",
    "Parallel and Map within one another":
        "engine/language/asl/validate/test_machine.py::test_too_deep_a_nesting_is_one_finding",
    "a workflow's name": "engine/catalog/test_document.py::test_names_that_cannot_be_part_of_a_key",
    "a state's name": "engine/language/asl/validate/test_machine.py::test_a_state_name_has_at_most_80_characters",
    "a variable's name": "engine/language/asl/validate/test_expressions.py::test_names_that_no_variable_has",
    "a Map's Label": "engine/language/asl/validate/test_maps.py::test_labels",
    "TimeoutSeconds": HERE + "test_a_number_above_its_bound_is_a_finding",
    "a Wait": HERE + "test_a_computed_wait_is_cut_at_its_bound",
    "MaxAttempts of a Retrier": HERE + "test_a_number_above_its_bound_is_a_finding",
    "MaxDelaySeconds of a Retrier": HERE + "test_a_number_above_its_bound_is_a_finding",
    "digits of a whole number in a file": HERE + "test_a_number_of_too_many_digits_is_refused",
    "a pattern in `input_schema`": HERE + "test_a_schema_with_too_long_a_pattern_is_refused",
    "CPU time of all patterns of `input_schema` at a start":
        "engine/language/schema/test_validation.py::test_a_pattern_that_takes_too_long_is_given_up",
    "steps of holding an input against `input_schema`":
        "engine/language/schema/test_validation.py::test_work_is_bounded",
    "versions of a workflow": HERE + "test_nothing_counts_versions",
    "a note of a version": "functions/app/routes/test_bounds.py::test_a_request_beyond_its_bounds_is_422",
    "a synchronous call": "engine/catalog/test_versions.py::test_a_synchronous_task_keeps_to_the_call_budget",
    "one invocation of the deployed worker":
        "engine/durable/worker/test_map_runs.py::test_a_worker_whose_time_is_over_leaves_the_rest_to_the_next",
    "an answer to `connector:http`":
        "connectors/builtin/test_http.py::test_an_answer_that_is_too_large_is_refused",
    "a connection of `connector:http` to one address": HERE + "test_a_connection_has_ten_seconds_and_then_the_next_one",
    "redirects that `connector:http` follows":
        "connectors/builtin/test_http_redirects.py::test_redirects_in_a_circle_end",
    "a request of `connector:http` without a limit of its own":
        "connectors/builtin/test_http.py::test_no_answer_in_time",
    "an answer of an AWS service": "connectors/aws/test_sdk.py::test_an_object_past_the_limit_is_not_brought_home",
    "the cause that a connector's failure gives":
        "connectors/test_tasks.py::test_a_message_that_json_writes_longer_stays_within_the_limit",
    "problems of one input that are listed":
        "connectors/test_tasks.py::test_all_problems_of_a_large_input_stay_within_the_limit",
    "error and cause that a failed token or a stop gives":
        "functions/app/routes/test_bounds.py::test_a_request_beyond_its_bounds_is_422",
    "a poll of an activity": "functions/app/routes/test_activities.py::test_a_poll_is_held_for_a_minute_at_most",
    "polls of activities that a local server holds at once": HERE + "test_a_poll_beyond_the_room_is_answered_at_once",
    "calls that one worker makes at once": HERE + "test_calls_beyond_the_threads_wait",
    "iterations of an inline Map that are open at once":
        "engine/kernel/test_fanout.py::test_an_inline_map_opens_only_so_many_iterations",
    "executions of a distributed Map at once, where MaxConcurrency names no number":
        HERE + "test_a_distributed_map_without_a_number_keeps_to_the_window",
    "items of a distributed Map (`MaxItems`)": HERE + "test_a_number_above_its_bound_is_a_finding",
    "a file that `file:read` reads": "connectors/test_files.py::test_a_file_over_the_limit_says_the_limit",
    "`MaxInputBytesPerBatch`": HERE + "test_a_number_above_its_bound_is_a_finding",
    "values, text and levels of what a state's fields make": "engine/language/expr/test_bounds.py::test_too_large",
    "a JSONPath": HERE + "test_a_text_that_is_too_long_is_a_finding",
    "a filter in a JSONPath": HERE + "test_a_filter_too_deep_or_too_long_is_refused",
    "places that a JSONPath looks at": HERE + "test_a_path_that_looks_at_too_much_fails",
    "an intrinsic": HERE + "test_a_text_that_is_too_long_is_a_finding",
    "items of `States.ArrayRange`": HERE + "test_an_intrinsic_beyond_its_bounds_fails",
    "text for `States.Base64Encode`, `States.Base64Decode`, `States.Hash`":
        HERE + "test_an_intrinsic_beyond_its_bounds_fails",
    "text that an intrinsic makes or reads as JSON": HERE + "test_an_intrinsic_beyond_its_bounds_fails",
    "a JSONata expression": HERE + "test_a_text_that_is_too_long_is_a_finding",
    "a picture of `$formatNumber`":
        "engine/language/expr/test_jsonata.py::test_a_picture_at_which_jlens_panics_is_refused_and_prints_nothing",
    "CPU time of a JSONata expression, or of one JSONPath's patterns":
        "engine/language/expr/test_limits.py::test_a_path_whose_patterns_take_too_much_cpu_time_fails",
    "wall-clock time to get that CPU time":
        "engine/language/expr/test_limits.py::test_a_machine_that_gives_nothing_is_waited_for_up_to_the_cap",
    "steps and depth of calls of a JSONata expression":
        "engine/language/expr/test_limits.py::test_each_limit_is_the_settings",
    "items of an array, bytes of a text that JSONata makes":
        "engine/language/expr/test_limits.py::test_each_limit_is_the_settings",
    "a result of JSONata as JSON text": "engine/language/expr/test_limits.py::test_each_limit_is_the_settings",
    "a request to the local server": "functions/server/test_guard.py::test_too_large_a_request_is_refused",
    "requests to a stage": "infra_cdk/test_quotas_of_a_stage.py::test_the_api_is_throttled_and_ends_in_time",
    "how long a request to a stage takes":
        "infra_cdk/test_quotas_of_a_stage.py::test_the_api_is_throttled_and_ends_in_time",
    "a value that is shown in an answer":
        "functions/app/routes/test_steps.py::test_a_large_value_is_left_out_and_downloaded",
    "an answer or a body of a stage that goes by itself":
        "functions/app/test_large_values.py::test_every_body_that_lambda_would_refuse_is_seen",
    "executions in one page": "functions/app/routes/test_bounds.py::test_a_page_beyond_its_bounds_is_422",
    "events in one page": "functions/app/routes/test_bounds.py::test_a_page_beyond_its_bounds_is_422",
    "audit entries in one page": "functions/app/routes/test_bounds.py::test_a_page_beyond_its_bounds_is_422",
    "entries that one page of a filtered audit log looks at":
        "engine/governance/audit/test_audit.py::test_a_page_with_a_rare_filter_comes_back_short_and_goes_on",
    "events of which the steps of an execution are made":
        "functions/app/routes/test_bounds.py::test_steps_of_a_long_history_say_that_they_are_not_all",
    "events that a test shows": "functions/app/routes/test_bounds.py::test_a_test_shows_its_first_events",
    "events that `automate show` looks at":
        "functions/cli/commands/test_bounds.py::test_show_says_how_many_events_it_leaves_out",
    "a test of a part, in the Studio or by `POST /test/run`":
        "engine/testing/test_trial.py::test_a_loop_that_never_ends_is_left",
    "the cases of a draft, in all: where they are tried, previewed or published":
        "engine/testing/test_cases.py::test_cases_have_a_time_together_and_say_which_were_not_run",
    "failing cases in one refusal, and in one audit entry":
        "functions/app/routes/test_versions.py::test_many_failing_cases_are_counted",
    "a TestState of a Wait": "engine/testing/teststate/test_flow.py::test_a_wait_beyond_five_minutes_times_out",
    "a sentence for the copilot":
        "functions/app/routes/test_copilot.py::test_a_sentence_that_says_nothing_or_too_much_is_refused",
    "a turn of the copilot":
        "engine/copilot/conversation/test_running.py::test_a_turn_ends_at_its_limits",
    "drafts of a turn that are sent back":
        "engine/copilot/conversation/test_running.py::test_a_model_that_is_wrong_for_ever_ends_with_the_findings",
    "a draft that a model is sent":
        "functions/app/routes/test_conversation.py::test_a_draft_that_is_too_large_for_a_model_is_refused",
    "turns of a conversation":
        "functions/app/routes/test_conversation.py::test_a_conversation_has_so_many_turns",
    "a secret's value":
        "engine/governance/test_secret_refs.py::test_a_value_that_cannot_be_kept_is_refused_without_showing_it",
    "the least of a secret's value":
        "functions/app/routes/test_secrets.py::test_a_value_too_short_to_be_masked_is_refused_unless_it_is_allowed",
    "how old a secret in use may be, on AWS":
        "engine/adapters/aws/test_secretsmanager.py::test_a_value_is_cached_for_a_minute_unless_it_must_be_fresh",
    "a secret's key": "engine/governance/test_secret_refs.py::test_any_other_key_is_refused_with_advice",
    "one text in an audit entry":
        "engine/governance/audit/test_audit.py::test_long_texts_are_cut_and_secrets_are_masked",
    "executions that a worker takes at once": HERE + "test_a_setting_out_of_its_range_is_refused",
    "transitions between two commits of pure states": HERE + "test_a_long_run_of_pure_states_is_several_segments",
    "a value within DynamoDB": "engine/adapters/aws/test_journal.py::test_a_large_body_is_a_blob_before_it_is_an_item",
    "starts that one stage lists": "functions/app/test_failures.py::test_a_store_that_does_not_serve_is_503",
    "the delay of a wake": "engine/durable/worker/test_worker.py::test_a_wait_of_a_year_is_the_sweepers",
    "receives of one wake":
        "infra_cdk/test_engine_stack.py"
        "::test_a_message_that_nobody_can_handle_goes_aside_after_the_engines_own_verdict",
    "the role of a workflow for AWS tasks": "connectors/aws/test_roles.py::test_names_fit_iam_and_differ",
    "worker processes of `automate up`":
        "functions/cli/commands/test_bounds.py::test_more_worker_processes_than_there_may_be_are_refused",
    "a locked data folder":
        "functions/cli/test_mistakes.py::test_a_locked_folder_exits_75_and_names_the_holder",
}
"""The test, below tests/unit, of what a row says happens there."""


@cache
def functions_of(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_row_has_its_test_and_no_other():
    assert [row[0] for row in ROWS] == list(BEYOND)


@pytest.mark.parametrize("name", BEYOND)
def test_the_test_of_a_row_is_there(name):
    file, _, test = BEYOND[name].partition("::")
    assert test in functions_of(ROOT / "tests" / "unit" / file)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_no_figure_of_a_row_is_without_its_source(row):
    _, here, theirs, beyond = row
    for cell in (here, theirs):
        assert not re.search(r"\d", re.sub(r"`[^`]*`", "", MARKED.sub("", cell))), cell
    assert not re.search(r"\d", re.sub(r"`[^`]*`|\([^)]*\)", "", beyond)), beyond


def test_the_page_is_linked():
    for page in ("index.md", "language.md", "step-functions.md"):
        assert "(quotas.md" in (ROOT / "docs" / page).read_text(encoding="utf-8"), page
