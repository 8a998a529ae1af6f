"""ResultWriter: files by status and a manifest, written chunk by chunk; or a WriterConfig that shapes the output."""

from __future__ import annotations

import json

import pytest

from engine.durable.worker import map_run_results
from engine.kernel.children.destinations import destination
from engine.kernel.children.result_writer import ChildResult, inline, transformed
from engine.ports.tasks import TaskFailed, TaskSucceeded
from engine.testing import simulate
from tests.support.durable import Product, ScriptedTasks

PUT = "arn:aws:states:::s3:putObject"
WRITER = {"Resource": PUT, "Parameters": {"Bucket": "out", "Prefix": "nightly/"}}


def machine(writer, **more):
    """A child fails where its item is negative."""
    return {"StartAt": "All", "States": {"All": {
        "Type": "Map", "End": True, "ResultWriter": writer, **more,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Sign",
            "States": {
                "Sign": {"Type": "Choice", "Choices": [
                    {"Variable": "$", "NumericLessThan": 0, "Next": "No"}], "Default": "Yes"},
                "No": {"Type": "Fail", "Error": "Negative", "Cause": "below zero"},
                "Yes": {"Type": "Succeed"},
            },
        },
    }}}


class Bucket(ScriptedTasks):
    """Keeps what is put; `failures` are answered first."""

    def __init__(self, *failures):
        super().__init__()
        self.objects = {}
        self.failures = list(failures)

    def call(self, call):
        self.calls.append(call)
        if self.failures:
            return self.failures.pop(0)
        self.objects[call.arguments["Key"]] = call.arguments["Body"]
        return TaskSucceeded({"ETag": "e"})

    def file(self, name):
        [text] = [text for key, text in self.objects.items() if key.endswith(f"/{name}")]
        return text


def ran(definition, items, tasks):
    product = Product(definition, tasks)
    key = product.start(items)
    product.drain(2000)
    return product.describe(key), product, key


def test_files_by_status_and_a_manifest(monkeypatch):
    monkeypatch.setattr(map_run_results, "CHUNK", 2)
    bucket = Bucket()
    execution, product, key = ran(machine(WRITER, ToleratedFailureCount=1), [1, 2, -1, 4, 5], bucket)
    assert execution.status == "SUCCEEDED"
    [run] = product.executions.map_runs(key)
    details = execution.output["ResultWriterDetails"]
    folder = f"nightly/{run.rpartition(':')[2]}"
    assert execution.output == {"MapRunArn": run, "ResultWriterDetails": {
        "Bucket": "out", "Key": f"{folder}/manifest.json"}}
    told = json.loads(bucket.objects[details["Key"]])
    assert (told["DestinationBucket"], told["MapRunArn"]) == ("out", run)
    keys = {kind: [file["Key"].rpartition("/")[2] for file in files] for kind, files in told["ResultFiles"].items()}
    assert keys == {"FAILED": ["FAILED_0.json"], "PENDING": [],
                    "SUCCEEDED": ["SUCCEEDED_0.json", "SUCCEEDED_1.json", "SUCCEEDED_2.json"]}
    for files in told["ResultFiles"].values():
        for file in files:
            assert file["Size"] == len(bucket.objects[file["Key"]])
    first = json.loads(bucket.file("SUCCEEDED_0.json"))
    assert [(child["Input"], child["Output"], child["Status"]) for child in first] == [
        ("1", "1", "SUCCEEDED"), ("2", "2", "SUCCEEDED")]
    assert {"ExecutionArn", "Name", "StartDate", "StopDate", "StateMachineArn", "OutputDetails"} <= first[0].keys()
    [failure] = json.loads(bucket.file("FAILED_0.json"))
    assert (failure["Error"], failure["Cause"], failure["Input"]) == ("Negative", "below zero", "-1")
    described = product.executions.describe_map_run(key, run)
    assert (described.status, described.counts["succeeded"], described.counts["failed"]) == ("SUCCEEDED", 4, 1)


def test_a_run_that_fails_writes_what_there_is():
    bucket = Bucket()
    execution, _, _ = ran(machine(WRITER, MaxConcurrency=1), [1, -1, 3, 4], bucket)
    assert (execution.status, execution.error) == ("FAILED", "States.ExceedToleratedFailureThreshold")
    told = json.loads(bucket.file("manifest.json"))["ResultFiles"]
    assert [len(told[kind]) for kind in ("FAILED", "PENDING", "SUCCEEDED")] == [1, 1, 1]
    assert [child["Input"] for child in json.loads(bucket.file("PENDING_0.json"))] == ["3", "4"]


def test_what_may_have_been_written_is_written_again_and_a_refusal_fails_the_map():
    unknown = TaskFailed("S3.SdkClientException", "timed out", definite=False)
    execution, _, _ = ran(machine(WRITER), [1], Bucket(unknown, unknown))
    assert execution.status == "SUCCEEDED"
    for failures in ([unknown] * 3, [TaskFailed("S3.S3Exception", "Access Denied")]):
        execution, _, _ = ran(machine(WRITER), [1], Bucket(*failures))
        assert (execution.status, execution.error) == ("FAILED", "States.ResultWriterFailed")
        assert execution.cause == failures[-1].cause


def test_nothing_to_write_is_an_empty_manifest():
    bucket = Bucket()
    execution, _, _ = ran(machine(WRITER), [], bucket)
    assert execution.status == "SUCCEEDED"
    assert json.loads(bucket.file("manifest.json"))["ResultFiles"] == {"FAILED": [], "PENDING": [], "SUCCEEDED": []}


def test_a_config_shapes_the_files():
    bucket = Bucket()
    config = {"WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSONL"}}
    ran(machine({**WRITER, **config}, ToleratedFailureCount=1), [1, -1, 2], bucket)
    assert bucket.file("SUCCEEDED_0.jsonl") == "1\n2\n"
    assert json.loads(bucket.file("FAILED_0.jsonl"))["Error"] == "Negative"


@pytest.mark.parametrize(("config", "expected"), [
    ({"Transformation": "COMPACT"}, [1, 2]), ({"Transformation": "COMPACT", "OutputType": "JSONL"}, "1\n2\n"),
])
def test_a_config_alone_shapes_the_output_here_as_in_simulate(config, expected):
    definition = machine({"WriterConfig": config})
    execution, _, _ = ran(definition, [1, 2], ScriptedTasks())
    assert execution.output == expected
    assert simulate(definition, [1, 2]).output == expected


def test_a_config_alone_with_everything():
    execution, _, _ = ran(machine({"WriterConfig": {"Transformation": "NONE"}}), [7], ScriptedTasks())
    assert [(child["Input"], child["Output"]) for child in execution.output] == [("7", "7")]


def test_transformations():
    def done(output):
        return ChildResult("e", "m", "n", "SUCCEEDED", 1, output)

    lost = ChildResult("e", "m", "n", "TIMED_OUT", 1, error="States.Timeout", started_at=0.5)
    assert transformed([done([1, [2]]), done(3)], {"Transformation": "FLATTEN"}) == [1, [2], 3]
    assert transformed([done([1])], {"Transformation": "COMPACT"}) == [[1]]
    [told] = transformed([lost], {"Transformation": "COMPACT"})
    assert (told["Status"], told["StartDate"], "Output" in told) == ("TIMED_OUT", "1970-01-01T00:00:00.500Z", False)
    assert lost.file == "FAILED"
    assert inline([done(1)], {})[0]["Output"] == "1"
    bare = destination(PUT, {"Bucket": "b", "Prefix": ""}, "arn:x:All:u-1")
    assert bare.answer()["ResultWriterDetails"] == {"Bucket": "b", "Key": "u-1/manifest.json"}
    assert json.loads(bare.manifest({}))["ResultFiles"] == {"FAILED": [], "PENDING": [], "SUCCEEDED": []}


def test_simulate_writes_through_stubs():
    definition = machine(WRITER, ToleratedFailureCount=1)
    stubs = {PUT: [{"output": {}}, {"output": {}}, {"output": {}}]}
    result = simulate(definition, [1, -1], stubs=stubs)
    assert result.output["ResultWriterDetails"]["Bucket"] == "out"
    refused = simulate(definition, [1], stubs={PUT: [{"error": "S3.S3Exception", "cause": "Access Denied"}]})
    assert (refused.error, refused.cause) == ("States.ResultWriterFailed", "Access Denied")
