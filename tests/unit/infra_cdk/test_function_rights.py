"""The table of docs/deployment.md, "What each function may do", is what the roles' policies say."""

import json
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "deployment.md"
FUNCTIONS = ("api", "worker", "sweeper", "deadletter", "connector")


def documented():
    """Function to its cells: table, secrets, wakes, roles."""
    text = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| ([^|]*)\| ([^|]*)\| ([^|]*)\| ([^|]*)\| [^|]*\|$", text, re.MULTILINE)
    return {name: tuple(cell.strip() for cell in cells) for name, *cells in rows if name in FUNCTIONS}


def granted(templates):
    """The same from the policies, in the table's words."""
    found = {}
    for stack in ("engine", "api"):
        for policy in templates[stack].find_resources("AWS::IAM::Policy").values():
            name = re.match(r"(\w+?)Role", policy["Properties"]["PolicyName"])[1].lower()
            statements = policy["Properties"]["PolicyDocument"]["Statement"]
            if name in FUNCTIONS:
                found.setdefault(name, []).extend(statements)
    return {name: (
        _words(statements, "dynamodb:GetItem", "dynamodb:PutItem"),
        _words(statements, "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"),
        "send" if _resources(statements, "sqs:SendMessage") else "",
        "yes" if _resources(statements, "sts:AssumeRole") else "",
    ) for name, statements in found.items()}


def _words(statements, read, write):
    return ", ".join(word for word, action in (("read", read), ("write", write)) if _resources(statements, action))


def _resources(statements, action):
    return [
        json.dumps(each["Resource"]) for each in statements
        if action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
    ]


@pytest.mark.full
def test_the_page_tells_the_rights_of_each_function(templates):
    told = {name: (*cells[:3], cells[3].partition(":")[0]) for name, cells in documented().items()}
    assert told == granted(templates)
    assert set(told) == set(FUNCTIONS)


@pytest.mark.full
def test_no_function_reads_secrets_of_another_stage_assumes_another_role_or_may_do_all(templates):
    for stack in ("engine", "api"):
        for policy in templates[stack].find_resources("AWS::IAM::Policy").values():
            statements = policy["Properties"]["PolicyDocument"]["Statement"]
            secrets = _resources(statements, "secretsmanager:GetSecretValue")
            assert all(":secret:automate/test/*" in found for found in secrets)
            assert all(":role/automate-test-task-*" in found for found in _resources(statements, "sts:AssumeRole"))
            assert not _resources(statements, "*")
            assert not _resources(statements, "dynamodb:Scan")
