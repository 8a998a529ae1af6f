"""A distributed Map over files of the machine, whole: read, run, written; and with a worker that dies at any call."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from connectors.files import FileTasks
from engine.adapters.local.file_roots import FileRoots
from engine.durable.worker import map_run_results
from engine.testing import simulate
from tests.support.durable import Product
from tests.support.dying_calls import dying_at
from tests.support.flows import Died

ITEMS = [{"n": "1"}, {"n": "2"}, {"n": "-3"}, {"n": "4"}, {"n": "5"}]
CSV = {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}


def machine(path="in.csv", config=CSV, **more):
    """A child fails where its number is negative."""
    return {"StartAt": "All", "States": {"All": {
        "Type": "Map", "End": True, "ToleratedFailureCount": 1,
        "ItemReader": {"Resource": "file:read", "Parameters": {"Path": path}, "ReaderConfig": config},
        "ResultWriter": {"Resource": "file:write", "Parameters": {"Path": "out"}},
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Sign",
            "States": {
                "Sign": {"Type": "Choice", "Choices": [
                    {"Variable": "$.n", "StringMatches": "-*", "Next": "No"}], "Default": "Yes"},
                "No": {"Type": "Fail", "Error": "Negative", "Cause": "below zero"},
                "Yes": {"Type": "Succeed"},
            },
        }, **more,
    }}}


@pytest.fixture
def root(tmp_path):
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "in.csv").write_text("n\n1\n2\n-3\n4\n5\n")
    return tmp_path / "root"


def tasks_of(root):
    return FileTasks(FileRoots.of([str(root)], str(root.parent / "data")))


def ran(definition, root):
    product = Product(definition, tasks_of(root))
    key = product.start({"path": "in.csv"})
    product.drain(2000)
    return product.describe(key)


def written(root):
    """Each file below out/, by its path there, without the times that it tells."""
    found = {}
    for path in sorted((root / "out").rglob("*")):
        if path.is_file():
            told = json.loads(path.read_text())
            for child in told if isinstance(told, list) else ():
                child.pop("StartDate", None)
                child.pop("StopDate", None)
            found[str(path.relative_to(root))] = told
    return found


def test_rows_go_in_and_files_and_a_manifest_come_out(monkeypatch, root):
    monkeypatch.setattr(map_run_results, "CHUNK", 2)
    execution = ran(machine(), root)
    assert execution.status == "SUCCEEDED", execution.cause
    manifest = execution.output["ResultWriterDetails"]["Path"]
    told = json.loads((root / manifest).read_text())
    assert (told["DestinationPath"], told["MapRunArn"]) == ("out", execution.output["MapRunArn"])
    names = {kind: [file["Path"].rpartition("/")[2] for file in files] for kind, files in told["ResultFiles"].items()}
    assert names == {"FAILED": ["FAILED_0.json"], "PENDING": [],
                     "SUCCEEDED": ["SUCCEEDED_0.json", "SUCCEEDED_1.json", "SUCCEEDED_2.json"]}
    for files in told["ResultFiles"].values():
        for file in files:
            assert file["Size"] == (root / file["Path"]).stat().st_size
    outputs = [json.loads(child["Output"]) for file in told["ResultFiles"]["SUCCEEDED"]
               for child in json.loads((root / file["Path"]).read_text())]
    assert outputs == [item for item in ITEMS if item["n"] != "-3"]


@pytest.mark.parametrize(("name", "text", "config"), [
    ("a.json", json.dumps(ITEMS), {"InputType": "JSON"}),
    ("b.json", json.dumps({"deep": {"items": ITEMS}}), {"InputType": "JSON", "ItemsPointer": "/deep/items"}),
    ("c.jsonl", "\n".join(map(json.dumps, ITEMS)), {"InputType": "JSONL"}),
    ("d.csv", "1\n2\n-3\n4\n5\n", {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["n"]}),
    ("e.csv", "n|m\n1|a\n2|b\n-3|c\n4|d\n5|e\n6|f", {**CSV, "CSVDelimiter": "PIPE", "MaxItems": 5}),
])
def test_each_type_of_input(root, name, text, config):
    (root / name).write_text(text)
    assert ran(machine(name, config), root).status == "SUCCEEDED"
    [failed] = [told for path, told in written(root).items() if "FAILED_0" in path]
    assert json.loads(failed[0]["Input"])["n"] == "-3"


def test_the_manifest_of_one_map_is_the_next_ones_list_of_files(root):
    first = ran(machine(), root)
    second = machine(first.output["ResultWriterDetails"]["Path"], {"ItemsPointer": "/ResultFiles/SUCCEEDED"})
    del second["States"]["All"]["ResultWriter"]
    second["States"]["All"]["ItemProcessor"]["StartAt"] = "Yes"
    [file] = ran(second, root).output
    assert (root / file["Path"]).is_file()


@pytest.mark.parametrize(("path", "text", "cause"), [
    ("none.csv", None, "the file 'none.csv' cannot be read: there is no such file or folder"),
    ("bad.csv", "n\n" + "x" * 200_000, "the file 'bad.csv' cannot be read: Line 2 of the object is not valid CSV"),
    ("/etc/passwd", None, "the file '/etc/passwd' cannot be read: it lies below none of the folders"),
])
def test_what_cannot_be_read_fails_the_map_with_the_path_and_the_reason(root, path, text, cause):
    if text is not None:
        (root / path).write_text(text)
    execution = ran(machine(path), root)
    assert (execution.status, execution.error) == ("FAILED", "States.ItemReaderFailed")
    assert execution.cause.startswith(cause)


def test_what_cannot_be_written_fails_the_map_and_can_be_caught(root):
    (root / "out").write_text("in the way")
    execution = ran(machine(), root)
    assert (execution.status, execution.error) == ("FAILED", "States.ResultWriterFailed")
    assert "cannot be written: 'out' on the way there is a file" in execution.cause
    caught = machine(Catch=[{"ErrorEquals": ["States.ResultWriterFailed"], "Next": "After"}])
    caught["States"]["After"] = {"Type": "Succeed"}
    assert ran(caught, root).status == "SUCCEEDED"


def test_a_computed_path_is_checked_as_one_that_is_written_out(root):
    definition = machine()
    definition["States"]["All"]["ItemReader"]["Parameters"] = {"Path.$": "$.path"}
    assert ran(definition, root).status == "SUCCEEDED"
    for given in ("../in.csv", 7, None, "in.csv\0"):
        product = Product(definition, tasks_of(root))
        key = product.start({"path": given})
        product.drain(2000)
        assert product.describe(key).error == "States.ItemReaderFailed"


def test_a_worker_without_an_open_folder_pauses_the_execution_and_one_with_it_goes_on(root):
    product = Product(machine(), FileTasks(FileRoots.of([], str(root.parent / "data"))))
    key = product.start({})
    product.run(key)
    assert product.describe(key).status == "PAUSED"
    assert "Set AUTOMATE_FILE_ROOTS" in product.describe(key).cause
    product.tasks = tasks_of(root)
    product.executions.resume(key)
    product.drain(2000)
    assert product.describe(key).status == "SUCCEEDED"


def test_a_worker_that_dies_at_any_call_of_a_file_changes_nothing(monkeypatch, tmp_path):
    """Reading and writing die once before and once after each system call; the next worker's files are the same."""
    monkeypatch.setattr(map_run_results, "CHUNK", 2)
    expected, deaths = None, 0
    for at in range(-1, 400):
        root = tmp_path / str(at + 1) / "root"
        root.mkdir(parents=True)
        (root / "in.csv").write_text("n\n1\n2\n-3\n4\n5\n")
        product = Product(machine(), tasks_of(root))
        key = product.start({})
        with suppress(Died), dying_at(("open", "read", "write", "fsync", "rename", "mkdir", "unlink"), at) as death:
            product.drain(2000)
        product.drain(2000)
        assert product.describe(key).status == "SUCCEEDED"
        if at < 0:
            expected = written(root)
            continue
        assert written(root) == expected
        if not death.came:
            break
        deaths += 1
    assert deaths > 40


def test_simulate_knows_files_by_their_stubs_and_reads_real_ones(root):
    body = {"output": {"Body": "n\n1\n-2\n"}}
    result = simulate(machine(), {}, stubs={"file:read": [body], "file:write": [{"output": {}}] * 3})
    assert result.status == "SUCCEEDED"
    assert result.output["ResultWriterDetails"]["Path"].startswith("out/")
    refused = simulate(machine(), {}, stubs={"file:read": [body], "file:write": [{"error": "E", "cause": "no room"}]})
    assert (refused.error, refused.cause) == ("States.ResultWriterFailed", "no room")
    assert simulate(machine(), {}, tasks=tasks_of(root)).status == "SUCCEEDED"
    assert sorted(path.rpartition("/")[2] for path in written(root)) == [
        "FAILED_0.json", "SUCCEEDED_0.json", "manifest.json"]
