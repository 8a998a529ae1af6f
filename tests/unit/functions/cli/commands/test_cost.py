"""automate cost: a file, a name, a run, the comparison; and README.md shows what the last one prints."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from engine.cost import prices
from functions.cli.client.client import Client
from functions.cli.session import Session

ROOT = Path(__file__).parents[5]
HELLO = {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "Result": {"said": "hello"}, "End": True}}}


@pytest.fixture
def hello(tmp_path):
    path = tmp_path / "hello.json"
    path.write_text(json.dumps({"name": "hello", "definition": HELLO}))
    return path


def test_a_file_is_priced_state_by_state(automate):
    status, out, _ = automate("cost", str(ROOT / "workflows" / "order_flow.json"), "--visits", "Charge Payment=2")
    assert status == 0
    assert re.search(r"^Charge Payment +Task +2 +\d", out, re.MULTILINE)
    assert re.search(r"^Reserve Line +Task +10 +\d", out, re.MULTILINE)
    assert "Step Functions Standard: 23 transitions each, 575" in out
    assert re.search(r"^Deleted after its term, on top: \d+\.\d$", out, re.MULTILINE)
    assert f"Prices: us-east-1, {prices.table().date}." in out
    assert "Not included: API Gateway" in out
    assert "waiting for tasks (--task-ms)" in out


def test_the_json_has_the_assumptions_and_adds_up(automate, hello):
    status, shape = automate.json("cost", str(hello), "--batch", "1", "--task-ms", "100")
    assert status == 0
    assert shape["usd"] == pytest.approx(sum(shape["lines"].values()))
    assert shape["usd"] == pytest.approx(shape["usd_fixed"] + sum(state["usd"] for state in shape["states"]))
    assert shape["usd_deletion"] > 0.625e-6, "a write unit, and reads"
    assert (shape["assumptions"]["batch"], shape["assumptions"]["task_ms"]) == (1, 100)
    assert shape["prices"]["date"] == prices.table().date
    assert not any("waiting" in left_out for left_out in shape["not_included"])


def test_a_state_of_no_known_type_is_named_and_priced_as_a_pass(automate, tmp_path):
    path = tmp_path / "half.json"
    states = {"A": {"Type": "Paas", "Next": "B"}, "B": {"End": True}, "C": {"Type": "Pass", "End": True}}
    path.write_text(json.dumps({"name": "half", "definition": {"StartAt": "A", "States": states}}))
    status, out, err = automate("cost", str(path))
    assert status == 0
    assert err == "".join(
        f"automate: warning: the Type of the state {name!r} is none of Amazon States Language: it is priced as a Pass\n"
        for name in "AB"
    )
    assert re.search(r"^B +none +1 ", out, re.MULTILINE)


def test_a_draft_is_priced_by_its_name_and_a_run_by_its_id(automate, hello):
    automate("import", "--file", str(hello), "--publish")
    automate("start", "hello", "--name", "one", "--wait")
    assert automate.json("cost", "hello")[1]["workflow"] == "hello"
    status, run = automate.json("cost", "--execution", "hello:one")
    assert status == 0
    assert run["acts"] == {"start": 1, "run": 1, "pure": 1}
    assert 0 < run["usd_deletion"] < run["usd"]
    assert run["step_functions"]["transitions"] == 1
    out = automate("cost", "--execution", "hello:one")[1]
    assert re.match(r"hello:one: \$0\.0000\d+, a million such runs \$\d", out)


def test_another_price_table(automate, hello, tmp_path):
    table = json.loads(prices.PATH.read_text())
    table |= {"region": "eu-central-1", "date": "2030-01-01"}
    for price in table["prices"].values():
        price["usd"] *= 2
    mine = tmp_path / "mine.json"
    mine.write_text(json.dumps(table))
    plain = automate.json("cost", str(hello))[1]
    dear = automate.json("cost", str(hello), "--prices", str(mine))[1]
    assert dear["usd"] == pytest.approx(2 * plain["usd"])
    assert dear["prices"] == {"date": "2030-01-01", "region": "eu-central-1", "currency": "USD"}
    mine.write_text("{}")
    status, _, err = automate("cost", str(hello), "--prices", str(mine))
    assert status == 1
    assert "is no price table" in err


@pytest.mark.parametrize(("arguments", "says"), [
    ((), "name one thing that is to be priced"), (("a", "--compare"), "name one thing that is to be priced"),
    (("no/such/file.json",), "no/such/file.json"), (("no_such_workflow",), "no_such_workflow"),
    (("--execution", "no:such"), "no:such"),
])
def test_what_cannot_be_priced_says_why(automate, arguments, says):
    status, _, err = automate("cost", *arguments)
    assert status == 1
    assert says in err


@pytest.mark.parametrize("visits", ["Greet", "Greet=", "Greet=often", "=3", "Greet=-1", "Greet=inf", "Greet=nan"])
def test_visits_that_are_none(automate, hello, visits):
    status, _, err = automate("cost", str(hello), "--visits", visits)
    assert status == 1
    assert "does not say how often" in err


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999"])
@pytest.mark.parametrize("option", ["--payload-kb", "--store-ms", "--task-ms"])
def test_an_option_is_a_finite_number(automate, hello, option, number):
    status, out, err = automate("--json", "cost", str(hello), option, number)
    assert (status, out) == (2, "")
    assert option in err


@pytest.mark.parametrize("option", ["--store-ms", "--payload-kb"])
def test_json_has_no_infinity(automate, tmp_path, option):
    path = tmp_path / "call.json"
    path.write_text(json.dumps({"StartAt": "Call", "States": {"Call": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "End": True,
    }}}))
    status, out, err = automate("--json", "cost", str(path), option, "1.7e308", "--visits", "Call=1e308")
    assert (status, out) == (1, "")
    assert "no finite price" in err


def test_nothing_is_compared_with_what_costs_nothing(automate, tmp_path):
    table = json.loads(prices.PATH.read_text())
    for price in table["prices"].values():
        price["usd"] = 0
    mine = tmp_path / "free.json"
    mine.write_text(json.dumps(table))
    status, _, err = automate("cost", "--compare", "--prices", str(mine))
    assert status == 1
    assert "no finite price" in err


NO_SUCH = ("--execution", "no:such")


@pytest.mark.parametrize(("arguments", "option"), [
    *[((*priced, *given), given[0]) for priced in (NO_SUCH, ("--compare",))
      for given in (("--visits", "A=1"), ("--items", "10"), ("--payload-kb", "0"))],
    (("--compare", "--batch", "10"), "--batch"), ((*NO_SUCH, "--markdown"), "--markdown"),
    (("hello", "--markdown"), "--markdown"),
])
def test_an_option_that_does_not_enter_is_refused(automate, arguments, option):
    status, _, err = automate("cost", *arguments)
    assert status == 2
    assert f"{option} does not go with {'WORKFLOW' if arguments[0] == 'hello' else arguments[0]}" in err


def test_the_basis_has_what_enters(automate, hello):
    automate("import", "--file", str(hello), "--publish")
    automate("start", "hello", "--name", "one", "--wait")
    run = ("cost", "--execution", "hello:one", "--batch", "1")
    assert set(automate.json(*run)[1]["assumptions"]) == {"batch", "memory_mb", "store_ms", "task_ms", "api"}
    assert "Assumed: batches of 1, 512 MB, DynamoDB answers in 5 ms, tasks in 0 ms; sizes" in automate(*run)[1]
    assert "items" not in automate.json("cost", "--compare")[1]["assumptions"]
    assert "Assumed: batches of 10, 256 MB, results of 0 KB, DynamoDB" in (
        automate("cost", "--compare", "--memory-mb", "256")[1])
    assert "results of 0 KB, 7 items a Map, DynamoDB" in automate("cost", str(hello), "--items", "7")[1]


def test_the_comparison_is_for_people_and_programs(automate):
    status, out, _ = automate("cost", "--compare")
    assert status == 0
    assert re.search(r"^One more task +\$0\.\d+ +\$0\.800 +\$0\.\d+ +\$25\.0$", out, re.MULTILINE)
    assert re.search(r"^Ten tasks in a row +10 +\$\d+\.\d +\$\d+\.\d\d +\$250 +\$\d", out, re.MULTILINE)
    shape = automate.json("cost", "--compare")[1]
    assert [step["target"] for step in shape["steps"]] == [0.8, 0.25]
    assert all(row["times"] == pytest.approx(row["standard"] / (row["automate"] + row["deleted"]))
               for row in (*shape["executions"], *shape["steps"]))


@pytest.mark.parametrize("page", ["README.md", "docs/costs.md"])
def test_the_pages_show_what_the_command_prints(automate, page):
    text = (ROOT / page).read_text(encoding="utf-8")
    shown = re.search(r"<!-- automate cost --compare --markdown -->\n(.*?)<!-- end -->", text, re.DOTALL)
    assert shown is not None
    assert shown[1].strip() == automate("cost", "--compare", "--markdown")[1].strip(), (
        "put in what `automate cost --compare --markdown` prints"
    )


def test_a_deployments_run_and_draft_are_priced_through_its_api(automate, monkeypatch):
    events = [{"id": 1, "type": "ExecutionStarted"}, {"id": 2, "type": "PassStateEntered"}]
    asked = []

    class Api(Client):
        def __init__(self):
            pass

        def get(self, path, **query):
            asked.append(path)
            after = query.get("after", 0)
            return {"events": [event for event in events if event["id"] > after][:1]} if query else {"kind": "STANDARD"}

        def file(self, path):
            asked.append(path)
            return json.dumps({"name": "hello", "definition": HELLO}).encode()

    monkeypatch.setattr(Session, "remote", lambda *_: Api())
    at = ("--endpoint", "https://deployed.example", "cost")
    assert automate.json(*at, "--execution", "hello:one")[1]["acts"] == {"start": 1, "run": 1, "pure": 1}
    assert automate.json(*at, "hello")[1]["workflow"] == "hello"
    assert asked == [
        "/executions/hello%3Aone", *["/executions/hello%3Aone/history"] * 3, "/workflows/hello/export",
    ]
