"""`automate test`: the cases of files, for people, for programs and for CI."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

DEFINITION = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 1, "End": True}}}


def case(name, output):
    return {"name": name, "input": {}, "expect": {"status": "SUCCEEDED", "output": output}}


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "flows"
    place.mkdir()
    for name in ("one", "two"):
        document = {"name": name, "definition": DEFINITION, "cases": [case("good", 1)]}
        (place / f"{name}.json").write_text(json.dumps(document))
    return place


def test_a_folder_of_files_that_pass(automate, folder):
    status, out, _ = automate("test", str(folder))
    assert status == 0
    assert out.count("✓ passed") == 2
    assert out.endswith("2 of 2 passed\n")
    assert not automate.folder.exists()  # nothing is stored


def test_a_case_beside_the_file_that_fails_says_why(automate, folder):
    beside = folder / "one" / "cases"
    beside.mkdir(parents=True)
    (beside / "bad.json").write_text(json.dumps(case("bad", 2)))
    status, out, _ = automate("test", str(folder / "one.json"))
    assert (status, "output: expected 2, was 1" in out, out.endswith("1 of 2 passed\n")) == (1, True, True)
    status, answer = automate.json("test", str(folder / "one.json"))
    assert (status, answer["passed"], answer["failed"]) == (1, 1, 1)
    assert answer["files"][0]["results"][1]["differences"] == [{"what": "output", "expected": 2, "actual": 1}]


@pytest.mark.parametrize(("changes", "where", "advice"), [
    ({"inputs": {}}, "/inputs", "Did you mean 'input'?"),
    ({"expect": {"statuss": "FAILED"}}, "/expect/statuss", "Did you mean 'status'?"),
    ({"stubs": {"r": [{"outputs": 1}]}}, "/stubs/r/0/outputs", "Did you mean 'output'?"),
    ({"zzz": 1}, "/zzz", "Known fields: name, state, input, variables, stubs, expect."),
])
def test_an_unknown_field_of_a_case_file_says_what_was_meant(automate, folder, changes, where, advice):
    beside = folder / "one" / "cases"
    beside.mkdir(parents=True)
    (beside / "bad.json").write_text(json.dumps({**case("bad", 2), **changes}))
    status, answer = automate.json("test", str(folder / "one.json"))
    error = answer["error"]
    assert (status, error["where"].endswith(f"bad.json: {where}"), error["advice"]) == (1, True, advice)


def test_a_case_that_passes_by_a_catch_of_a_call_without_a_stub_is_warned_of(automate, tmp_path):
    call = {"Type": "Task", "Resource": "connector:log:write", "Parameters": {"message": "x"}, "End": True,
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}]}
    states = {"A": call, "B": {"Type": "Pass", "Result": 1, "End": True}}
    path = tmp_path / "caught.json"
    path.write_text(json.dumps({
        "name": "caught", "definition": {"StartAt": "A", "States": states}, "cases": [case("good", 1)],
    }))
    told = "the case 'good' passes, but a call in it had no stub, and the workflow caught that: No stub is left"
    status, out, err = automate("test", str(path))
    assert (status, out.endswith("1 of 1 passed\n"), f"automate: warning: {path}: {told}" in err) == (0, True, True)
    status, _, err = automate("import", "--file", str(path), "--publish")
    assert (status, f"/cases/0: {told}" in err) == (0, True)


def test_junit_for_ci(automate, folder, tmp_path):
    (folder / "two.json").write_text(json.dumps({"name": "two", "definition": DEFINITION, "cases": [case("bad", 2)]}))
    report = tmp_path / "report.xml"
    assert automate("test", str(folder), "--junit", str(report))[0] == 1
    suites = ET.fromstring(report.read_text())  # noqa: S314 - our own file
    assert [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in suites] == [
        ("one", "1", "0"), ("two", "1", "1"),
    ]
    assert "expected 2, was 1" in suites.find("testsuite[@name='two']/testcase/failure").text
    status, shape = automate.json("test", str(folder), "--junit", str(tmp_path / "no" / "x.xml"))
    assert (status, shape["error"]["where"]) == (1, "--junit")


def test_cases_are_chosen_by_name(automate, folder):
    (folder / "two.json").write_text(json.dumps({"name": "two", "definition": DEFINITION, "cases": [case("other", 1)]}))
    assert automate("test", str(folder), "--case", "other")[1].endswith("1 of 1 passed\n")
    status, _, err = automate("test", str(folder), "--case", "nope")
    assert (status, "no case is called 'nope'" in err) == (1, True)


@pytest.mark.parametrize(("content", "words"), [
    (json.dumps({"name": "x", "cases": [case("c", 1)], "definition": {
        "StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}},
    }}), "'B'"),
    ('{"name": "x", "definition": {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}}', "there is no case to run"),
    ("{", "not"),
])
def test_what_cannot_be_run_is_an_error_that_says_where(automate, tmp_path, content, words):
    path = tmp_path / "flow.json"
    path.write_text(content)
    status, _, err = automate("test", str(path))
    assert (status, words in err, "flow.json" in err) == (1, True, True)


def test_an_empty_folder_and_a_file_that_is_not_there(automate, tmp_path):
    assert "holds no workflow file" in automate("test", str(tmp_path))[2]
    assert automate("test", str(tmp_path / "nope.json"))[0] == 1
