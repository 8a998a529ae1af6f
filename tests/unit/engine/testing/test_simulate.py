"""Simulation on virtual time, with stubs, real tasks or both."""

from __future__ import annotations

import pytest

from engine.errors import InvalidDefinition, InvalidDocument
from engine.ports.tasks import TaskFailed, TaskPolicy, TaskSucceeded
from engine.testing import simulate
from engine.testing.simulate import START

ORDER = "connector:erp:order"


def machine(state, name="T"):
    return {"StartAt": name, "States": {name: {"End": True, **state}}}


TASK = machine({"Type": "Task", "Resource": ORDER})


class Echo:
    def __init__(self):
        self.calls = []

    def policy(self, resource, _pin=None):
        return TaskPolicy()

    def call(self, call):
        self.calls.append(call)
        return TaskFailed("Refused", "no") if call.arguments == "no" else TaskSucceeded(call.arguments)


def test_stubs_answer_in_their_order():
    states = {"A": {"Type": "Task", "Resource": ORDER, "Next": "B"}, "B": {"Type": "Task", "Resource": ORDER,
                                                                      "ResultPath": "$.b", "End": True}}
    result = simulate({"StartAt": "A", "States": states}, {}, stubs={ORDER: [
        {"state": "B", "output": 2}, {"output": {"a": 1}}]})
    assert (result.status, result.output) == ("SUCCEEDED", {"a": 1, "b": 2})


def test_branches_take_the_stub_with_their_input():
    definition = machine({"Type": "Map", "ItemProcessor": TASK}, "M")
    stubs = {ORDER: [{"input": 2, "output": "two"}, {"input": 1, "output": "one"}]}
    assert simulate(definition, [1, 2], stubs=stubs).output == ["one", "two"]


def test_a_missing_stub_names_resource_and_state():
    result = simulate(TASK, {})
    assert (result.status, result.error) == ("FAILED", "Automate.StubMissing")
    assert ORDER in result.cause
    assert "'T'" in result.cause


def test_failures_are_retried_and_caught():
    state = {"Type": "Task", "Resource": ORDER, "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 7}]}
    result = simulate(machine(state), {}, stubs={ORDER: [{"error": "Busy", "cause": {"why": 1}}, {"output": 1}]})
    assert result.output == 1
    failed = next(event for event in result.events if event["type"] == "TaskFailed")
    assert failed["taskFailedEventDetails"]["cause"] == '{"why": 1}'
    assert result.events[-1]["timestamp"] == START + 7


def test_a_year_takes_no_time():
    result = simulate(machine({"Type": "Wait", "Seconds": 31_536_000}), {})
    assert result.events[-1]["timestamp"] == START + 31_536_000


@pytest.mark.parametrize(("fields", "after"), [({"TimeoutSeconds": 5}, 5), ({"HeartbeatSeconds": 2}, 2), ({}, 0)])
def test_a_task_that_never_answers_times_out(fields, after):
    result = simulate(machine({"Type": "Task", "Resource": ORDER, **fields}), {}, stubs={ORDER: [{"timed_out": True}]})
    assert (result.error, result.events[-1]["timestamp"]) == ("States.Timeout", START + after)


@pytest.mark.parametrize("suffix", [".sync", ".waitForTaskToken"])
def test_handed_over_work_is_submitted_and_then_answered(suffix):
    resource = f"arn:aws:states:::codebuild:startBuild{suffix}"
    stubs = {resource: [{"submitted": {"id": 1}, "output": {"done": True}}]}
    result = simulate(machine({"Type": "Task", "Resource": resource}), {}, stubs=stubs)
    assert result.output == {"done": True}
    submitted = next(event for event in result.events if event["type"] == "TaskSubmitted")
    assert submitted["taskSubmittedEventDetails"]["output"] == '{"id":1}'


def test_an_activity_is_answered_by_its_worker():
    resource = "arn:aws:states:us-east-1:123456789012:activity:count"
    stubs = {resource: [{"worker": "w", "output": 3}]}
    result = simulate(machine({"Type": "Task", "Resource": resource}), {}, stubs=stubs)
    started = next(event for event in result.events if event["type"] == "ActivityStarted")
    assert (result.output, started["activityStartedEventDetails"]) == (3, {"workerName": "w"})


def test_an_activity_without_a_stub_fails_like_any_task():
    definition = machine({"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:count"})
    assert simulate(definition, {}).error == "Automate.StubMissing"


def test_real_tasks_answer_what_has_no_stub():
    tasks = Echo()
    assert simulate(TASK, {"x": 1}, tasks=tasks).output == {"x": 1}
    assert tasks.calls[0].idempotency_key == "simulated:simulation:/:1:0"
    assert simulate(TASK, "no", tasks=tasks).error == "Refused"
    assert simulate(TASK, "no", tasks=tasks, stubs={ORDER: [{"output": "stub"}]}).output == "stub"


def test_a_task_token_that_nobody_answers_leaves_the_execution_running():
    definition = machine({"Type": "Task", "Resource": "connector:mail:ask.waitForTaskToken"})
    assert simulate(definition, {}, tasks=Echo()).status == "RUNNING"


def test_events_can_be_streamed_instead_of_kept():
    seen = []
    result = simulate(machine({"Type": "Pass"}), {}, on_event=seen.append)
    assert [event["type"] for event in seen][-1] == "ExecutionSucceeded"
    assert result.events == []


def test_the_context_can_be_given():
    definition = machine({"Type": "Pass", "Parameters": {"name.$": "$$.Execution.Name"}})
    assert simulate(definition, {}, context={"Execution": {"Name": "n1"}}).output == {"name": "n1"}


def test_a_long_pure_run_is_not_cut_off():
    loop = {"StartAt": "P", "States": {
        "P": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "C"},
        "C": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1500, "Next": "E"}], "Default": "P"},
        "E": {"Type": "Succeed"}}}
    assert simulate(loop, {"n": 0}).output == {"n": 1500}


def test_what_is_no_definition_is_refused():
    with pytest.raises(InvalidDefinition):
        simulate({"StartAt": "A"}, {})


# -------------------------------------------------------------------- distributed Map


def distributed(**fields):
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, **TASK}
    return machine({"Type": "Map", "ItemProcessor": processor, **fields}, "M")


def stubs(*answers):
    return {ORDER: [{"error": "Bad"} if answer is None else {"output": answer} for answer in answers]}


def test_children_run_apart_from_the_parents_history():
    result = simulate(distributed(), [1, 2], stubs=stubs("a", "b"))
    assert result.output == ["a", "b"]
    assert [event["type"] for event in result.events][1:-1] == [
        "MapStateEntered", "MapStateStarted", "MapRunStarted", "MapRunSucceeded", "MapStateSucceeded", "MapStateExited"]


@pytest.mark.parametrize(("fields", "status"), [
    ({}, "FAILED"),
    ({"ToleratedFailureCount": 0}, "FAILED"),
    ({"ToleratedFailureCount": 1}, "SUCCEEDED"),
    ({"ToleratedFailurePercentage": 49}, "FAILED"),
    ({"ToleratedFailurePercentage": 50}, "SUCCEEDED"),
])
def test_tolerated_failures(fields, status):
    result = simulate(distributed(**fields), [1, 2], stubs=stubs(None, "b"))
    assert result.status == status
    if status == "FAILED":
        assert result.error == "States.ExceedToleratedFailureThreshold"


def test_items_are_read_selected_and_batched():
    reader = "arn:aws:states:::s3:getObject"
    definition = distributed(
        ItemReader={"Resource": reader, "Parameters": {"Key.$": "$.k"}, "ReaderConfig": {"InputType": "JSONL"}},
        ItemSelector={"v.$": "$$.Map.Item.Value.x", "k.$": "$.k"},
        ItemBatcher={"MaxItemsPerBatch": 2, "BatchInput": {"all.$": "$.k"}},
    )
    body = "".join(f'{{"x":{number}}}\n' for number in range(3))
    tasks = Echo()
    result = simulate(definition, {"k": "f"}, tasks=tasks, stubs={reader: [{"output": {"Body": body}}]})
    batches = [{"BatchInput": {"all": "f"}, "Items": [{"v": 0, "k": "f"}, {"v": 1, "k": "f"}]},
               {"BatchInput": {"all": "f"}, "Items": [{"v": 2, "k": "f"}]}]
    assert result.output == batches
    assert len({call.execution_id for call in tasks.calls}) == 2


def test_a_result_writer_answers_where_the_results_lie():
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b", "Prefix.$": "$.p"}}
    given = {"items": [1], "p": "out/"}
    output = simulate(distributed(ItemsPath="$.items", ResultWriter=writer), given, stubs=stubs("a")).output
    details = output["ResultWriterDetails"]
    assert details["Bucket"] == "b"
    assert details["Key"].startswith("out/")
    assert details["Key"].endswith("/manifest.json")
    assert output["MapRunArn"].endswith(details["Key"].split("/")[1])


def test_a_reader_without_a_stub_fails_the_map():
    reader = {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {}}
    assert simulate(distributed(ItemReader=reader), {}).error == "States.ItemReaderFailed"


def test_limits_are_none_by_default_and_aws_ones_on_request():
    loop = {"StartAt": "Spin", "States": {"Spin": {"Type": "Pass", "Next": "Spin"}}}
    full = simulate(loop, {}, limits="aws")
    assert (full.status, full.error) == ("FAILED", "States.Runtime")
    assert full.cause == "The execution reached the maximum number of history events (25000)."
    assert len(full.events) == 25_000
    last, real = full.events[-1], full.events[-2]
    assert (last["type"], last["id"], last["previousEventId"]) == ("ExecutionFailed", 25_000, 24_999)
    assert real["type"] == "PassStateExited"

    wide = {"StartAt": "Wide", "States": {"Wide": {"Type": "Pass", "Result": "x" * 300_000, "End": True}}}
    assert simulate(wide, {}).status == "SUCCEEDED"
    assert simulate(wide, {}, limits="aws").error == "States.DataLimitExceeded"


@pytest.mark.parametrize("before", range(5))
def test_the_most_events_may_be_reached_by_any_event_of_a_real_task(before):
    """A Task is five events, a Pass is two: so each of the five is the last one once."""
    states = {f"P{number}": {"Type": "Pass", "Next": f"P{number + 1}"} for number in range(before)}
    states[f"P{before}"] = {"Type": "Task", "Resource": ORDER, "Next": f"P{before}"}
    result = simulate({"StartAt": "P0", "States": states}, {}, tasks=Echo(), limits="aws")
    assert (result.error, len(result.events)) == ("States.Runtime", 25_000)


def test_stubs_fit_a_resource_with_region_and_account():
    placed = "arn:aws:states:eu-west-1:123456789012:aws-sdk:glue:startCrawler"
    definition = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": placed, "End": True}}}
    for named in (placed, "arn:aws:states:::aws-sdk:glue:startCrawler"):
        assert simulate(definition, {}, stubs={named: [{"output": {"found": 1}}]}).output == {"found": 1}


READS = {"StartAt": "M", "States": {"M": {
    "Type": "Map", "End": True, "ItemReader": {
        "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"},
        "Parameters": {"Bucket": "b", "Key": "k"},
    },
    "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "P",
        "States": {"P": {"Type": "Pass", "End": True}},
    },
}}}


@pytest.mark.parametrize(("answer", "found"), [
    ("[1, 2]", "it is a string"), (5, "it is a number"), (None, "it is null"),
    ({}, "it has neither Body nor Contents"), ({"Body": [1, 2]}, "its Body is an array"),
    ({"Body": None}, "its Body is null"), ({"Contents": "abc"}, "its Contents is a string"),
    ({"Contents": 3}, "its Contents is a number"),
])
def test_an_item_reader_s_stub_of_the_wrong_shape_is_told_in_words(answer, found):
    ended = simulate(READS, {}, stubs={"arn:aws:states:::s3:getObject": [{"output": answer}]})
    assert (ended.status, ended.error) == ("FAILED", "States.ItemReaderFailed")
    assert f"The answer to the ItemReader of 'M' holds no items: {found}." in ended.cause
    assert '{"Body": "…"}' in ended.cause


def test_an_item_reader_that_never_answers_fails():
    ended = simulate(READS, {}, stubs={"arn:aws:states:::s3:getObject": [{"timed_out": True}]})
    assert (ended.status, ended.error) == ("FAILED", "States.ItemReaderFailed")


@pytest.mark.parametrize(("stubs", "where", "message"), [
    ([1], "/", "stubs are an object of resources, not an array"),
    ({"connector:a:b": {"output": 1}}, "/connector:a:b", "a resource has an array of answers, not an object"),
    ({"connector:a:b": ["x"]}, "/connector:a:b/0", "an answer is an object, not a string"),
    ({"connector:a:b": [{"error": 5}]}, "/connector:a:b/0/error", "'error' must be a string, not a number"),
    ({"connector:a:b": [{"timed_out": True, "output": 1}]}, "/connector:a:b/0",
     "it has 'timed_out' and an answer: which is it?"),
])
def test_stubs_of_the_wrong_shape_are_refused_with_their_place(stubs, where, message):
    with pytest.raises(InvalidDocument) as refused:
        simulate({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, {}, stubs=stubs)
    assert (refused.value.where, refused.value.message) == (where, message)


@pytest.mark.parametrize("stub", [
    {"output": 1, "region": "eu-west-1", "timeoutInSeconds": 5, "heartbeatInSeconds": 2, "taskCredentials": {}},
    {"timed_out": True, "error": "States.Timeout", "region": "eu-west-1"},
])
def test_what_a_recording_says_of_the_call_besides_does_nothing(stub):
    plain = {key: value for key, value in stub.items() if key in ("output", "timed_out")}
    definition = machine({"Type": "Task", "Resource": ORDER, "TimeoutSeconds": 5})
    assert simulate(definition, {}, stubs={ORDER: [stub]}) == simulate(definition, {}, stubs={ORDER: [plain]})


def test_a_misspelt_resource_is_told_by_those_that_have_stubs():
    task = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "connector:crm:save", "End": True}}}
    ended = simulate(task, {}, stubs={"connector:crm:svae": [{"output": 1}]})
    assert ended.cause.endswith("in the state 'A'. There are stubs for: connector:crm:svae.")
