"""What somebody has who ran the release of commit b2403d8 is read, goes on and is redriven by today's code.

b2403d8/README.md says what the data is. Each test runs on a data folder and on a stage's table and bucket.
"""

from __future__ import annotations

import hashlib
import json
import os
import re

import pytest

from functions.cli import main
from tests.golden.opened import DATA, FAMILIES, SECRETS, place_of, told, unpack, with_bank
from tests.support.product_logs import root_logs_kept

DIGESTS = {
    "folder.answers.json.gz": "f1b66dd978019ced42bd9fa473d22c4808d868269b5fee0921c91f7a2a3a5c35",
    "folder.tar.gz": "73f2845a8b0d6ba33199abd809e25f0506da9cab7228b8326e2c5b8071aa0eec",
    "stage.answers.json.gz": "30cce97295d580c7ab3bcbb85be7d5c5e0d8067b8a39aef2024bc8bcd20f98b7",
    "stage.json.gz": "344b068d07fec8facd0bb0878b73a803246cf3f466beb38b612a00298f2a0314",
}
"""SHA-256 of the files: they are what a release wrote, and are never made again."""

GAINED = re.compile(r"/audit/verify|/secrets|/executions(\?.*)?|/executions/[^/?]+(/steps|/history)?")
"""Answers that have gained fields since; what they had is as it was."""


@pytest.fixture(params=FAMILIES)
def opened(request, tmp_path):
    with with_bank(), FAMILIES[request.param](tmp_path) as product:
        yield product


def within(was, now):
    """`was`, with what `now` has in its places."""
    if isinstance(was, dict):
        return {key: within(value, now.get(key)) for key, value in was.items()}
    if isinstance(was, list) and len(was) == len(now):
        return [within(*pair) for pair in zip(was, now, strict=True)]
    return now


def test_the_files_are_those_that_the_release_wrote():
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in DATA.glob("*.gz")} == DIGESTS


@pytest.mark.parametrize("family", FAMILIES)
def test_the_story_has_an_execution_of_every_status_and_kind(family):
    answers = told(family)["answers"]
    rows = json.loads(answers["/executions?limit=1000"])["executions"]
    assert {row["status"] for row in rows} == {"RUNNING", "PAUSED", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}
    assert {json.loads(answers[place_of(row["id"])])["kind"] for row in rows} >= {"STANDARD", "EXPRESS"}


def test_lists_executions_steps_and_histories_are_byte_for_byte_what_they_were(opened):
    """Also definitions, versions, drafts, activities, pauses, Map Runs and the entries of the audit log."""
    differ = []
    for path, was in opened.answers.items():
        now = opened.text("GET", path)
        if now != was and (not GAINED.fullmatch(path) or within(json.loads(was), json.loads(now)) != json.loads(was)):
            differ.append(path)
    assert differ == []


def test_what_waited_goes_on_to_its_end(opened):
    opened.answer("approval:asked", {"approved": True})
    opened.answer("fan:split", "heard")
    opened.answer("picking:taken", "picked")
    offered = opened.call("POST", "/activities/pick/task", {"worker_name": "today", "wait_seconds": 0})
    assert offered["input"] == {"n": 7}
    opened.call("POST", "/tasks/success", {"token": offered["token"], "output": "picked too"})
    opened.call("POST", "/workflows/held/resume")
    opened.call("POST", f"{place_of('poison:kills')}/resume")
    opened.pass_a_month()
    assert {found: opened.ended(found) for found in (
        "order:fresh", "approval:answered", "approval:asked", "fan:split", "batch:under-way", "nightly:asleep",
        "retried:again-later", "picking:taken", "picking:offered", "held:amid", "held:not-begun", "poison:kills",
    )} == {
        "order:fresh": ("SUCCEEDED", {"receipt": "r-11"}),
        "approval:answered": ("SUCCEEDED", {"n": 3, "answer": "yes"}),
        "approval:asked": ("SUCCEEDED", {"n": 2, "answer": {"approved": True}}),
        "fan:split": ("SUCCEEDED", ["at once", {"n": 3}, "heard"]),
        "batch:under-way": ("SUCCEEDED", [{"receipt": f"r-{amount}"} for amount in (10, 20, 30, 40, 50, 60)]),
        "nightly:asleep": ("SUCCEEDED", "slept"),
        "retried:again-later": ("SUCCEEDED", "stumble"),
        "picking:taken": ("SUCCEEDED", "picked"),
        "picking:offered": ("SUCCEEDED", "picked too"),
        "held:amid": ("SUCCEEDED", {"receipt": "r-8"}),
        "held:not-begun": ("SUCCEEDED", {"receipt": "r-9"}),
        "poison:kills": ("SUCCEEDED", "kill"),
    }
    status, output = opened.ended("parent:waiting")
    assert (status, output["Status"], output["Output"]) == ("SUCCEEDED", "SUCCEEDED", "slept")
    assert opened.call("GET", "/executions?status=RUNNING")["executions"] == []
    assert opened.call("GET", "/audit/verify")["ok"] is True


def test_what_did_not_succeed_is_redriven_where_it_stood(opened):
    """The connector is mended: what had succeeded is not called again, and keeps its result."""
    for found in ("broken:redrivable", "broken:redriven", "nightly:stopped"):
        before = opened.call("GET", f"{place_of(found)}/history")["events"]
        opened.call("POST", f"{place_of(found)}/redrive")
        opened.work()
        after = opened.call("GET", f"{place_of(found)}/history")["events"]
        assert after[:len(before)] == before
    opened.pass_a_month()
    for found, amount in (("broken:redrivable", 3), ("broken:redriven", 4)):
        first = {"amount": amount, "first": {"receipt": f"r-{amount}"}}
        status, output = opened.ended(found)
        assert (status, output) == ("SUCCEEDED", [{**first, "third": {"receipt": f"r-{amount}"}}, "refuse"])
    assert opened.ended("nightly:stopped") == ("SUCCEEDED", "slept")
    assert opened.execution("broken:redriven")["redrives"] == 2
    assert opened.call("GET", "/audit/verify")["ok"] is True


def test_what_is_new_stands_beside_what_was_there(opened):
    opened.call("POST", "/workflows/order/executions", {"input": {"customer": "c-9", "amount": 12}, "name": "today"})
    opened.call("POST", "/workflows/import", {
        "document": {"name": "order", "definition": {"StartAt": "Do", "States": {
            "Do": {"Type": "Succeed"}}}}, "publish": True, "force": True,
    })
    opened.work()
    assert opened.ended("order:today") == ("SUCCEEDED", {"receipt": "r-12"})
    assert [row["id"] for row in opened.call("GET", "/executions?business_key=c-9")["executions"]] == [
        "order:today", "order:fresh"]
    assert [found["version"] for found in opened.call("GET", "/workflows/order/versions")["versions"]] == [4, 3, 2, 1]


def test_the_secrets_of_the_folder_open_with_its_key_and_are_in_no_answer(tmp_path):
    with with_bank(), FAMILIES["folder"](tmp_path) as product:
        assert [info["key"] for info in product.call("GET", "/secrets")["secrets"]] == ["BANK_KEY", "MAIL_KEY"]
        assert not [path for path in product.answers for value in SECRETS.values()
                    if value in product.text("GET", path)]


def test_the_command_line_reads_the_folder(tmp_path, capsys, monkeypatch):
    for name in [name for name in os.environ if name.startswith("AUTOMATE_")]:
        monkeypatch.delenv(name)
    folder = str(unpack(tmp_path))

    def automate(*arguments):
        with root_logs_kept():
            status = main.run(["--data-dir", folder, *arguments])
        return status, capsys.readouterr().out

    status, out = automate("--json", "executions", "--limit", "100")
    assert status == 0
    assert len(json.loads(out)["executions"]) == len(
        json.loads(told("folder")["answers"]["/executions?limit=1000"])["executions"])
    assert automate("audit", "verify")[0] == 0
    status, out = automate("show", "broken:redrivable")
    assert (status, "Refused" in out) == (0, True)
