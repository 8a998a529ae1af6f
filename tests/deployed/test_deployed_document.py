"""docs/deployment.md is typed, line by line and in its order, into a shell in a fresh clone.

Added is what a person has, and nothing else: an account (the emulator's address and credentials), the aws command, and
what the outputs of the deployment said where the document has a placeholder in capitals. Between the lines it is looked
whether they did what the document says. What the emulator cannot do is listed in INSTEAD, with its reason.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.deployed.next_release import change_schema
from tests.deployed.typist import Typist
from tests.support.deployed.emulator import ARCHITECTURE, PYTHON, REGION, ROOT, Emulator
from tools.environments import bench_folder, environment

pytestmark = pytest.mark.full
DOCUMENT = ROOT / "docs" / "deployment.md"
USER, TEMPORARY, PASSWORD = "ana@example.com", "A-temporary-one-1!", "A-password-of-20-chars!"
LONG, SHORT = 1800, 600
ENDPOINT = "https://d111.cloudfront.net"

INSTEAD = {
    "needs CloudFront's copier": "Custom::CDKBucketDeployment takes boto3 and /opt/awscli/aws from Lambda's own "
    "surroundings, which the emulator's have not, and the deployment waits for its answer in vain: cdn=false in "
    "cdk.json, and `login` is told the client and the region, as the document says for the API's own address",
    "reads the mail": "nobody can read the emulator's mail: an administrator sets the password that it would name",
    "the secret's ARN": "the emulator gives a secret's name where AWS gives its ARN: the secret tells it",
    "the roles' policies": "the emulator asks no IAM policy: tests/unit/infra_cdk holds what each role may do",
}
FAILS = {"automate start order_flow --input @workflows/order_flow/input.json --name first --wait"}
"""Lines that end with a status of their own: the document says so."""


def lines_of(text: str) -> list[str]:
    """The commands of the document's code blocks. A line that opens a quote goes on until it is closed."""
    found: list[str] = []
    for block in re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        pending = ""
        for line in block.splitlines():
            pending = f"{pending}\n{line}" if pending else line
            if pending.count("'") % 2 == 0:
                found.append(pending)
                pending = ""
        assert not pending, f"a quote that is not closed: {pending}"
    return [line for line in found if re.match(r"(make|git|aws|automate|export|\.venv/bin/\w+) ?", line)]


def test_every_command_of_the_document_is_found():
    lines = lines_of(DOCUMENT.read_text(encoding="utf-8"))
    assert len(lines) > 20
    for word in ("bootstrap", "destroy", "restore-table", "login", "tune", "git checkout", "create-backup", "rotate"):
        assert any(word in line for line in lines), word


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    """An account of its own: its stage is destroyed in the end."""
    running = Emulator(tmp_path_factory.mktemp("account"))
    yield running
    running.stop()


def git(folder, *arguments):
    settings = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "protocol.file.allow=always")
    done = subprocess.run(["git", *settings, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    """Where the clone comes from: this release, and later the next one. Uncommitted work is in it too."""
    folder = tmp_path_factory.mktemp("origin") / "automate"
    git(ROOT, "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder))
    git(folder, "checkout", "--quiet", "-B", "main")
    changed = git(ROOT, "diff", "--binary", "HEAD")
    if changed:
        subprocess.run(["git", "apply"], cwd=folder, input=f"{changed}\n", text=True, check=True)
    for name in filter(None, git(ROOT, "ls-files", "--others", "--exclude-standard").splitlines()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "This release")
    return folder


@pytest.fixture(scope="module")
def shell(cloud, origin, tmp_path_factory):
    """In a fresh clone."""
    home = tmp_path_factory.mktemp("home")
    clone = home / "automate"
    git(home, "clone", "--quiet", "--no-hardlinks", str(origin), str(clone))
    context = {"architecture": ARCHITECTURE, "python": PYTHON, "cdn": False}
    settings = json.loads((clone / "cdk.json").read_text())
    (clone / "cdk.json").write_text(json.dumps(settings | {"context": context}))
    git(clone, "update-index", "--skip-worktree", "cdk.json")  # a choice of the clone's own
    (clone / "policy.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::in/*"},
    ]}))
    kept = ("PATH", "LANG", "TMPDIR", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "AWS_CA_BUNDLE", "HTTPS_PROXY")
    environment = {
        name: value for name, value in os.environ.items()
        if name in kept or name.startswith(("PIP_", "npm_config_"))
    } | cloud.environment | {"HOME": str(home), "NO_PROXY": "127.0.0.1", "AWS_PAGER": ""}
    for name in (".npmrc", ".npm"):  # where packages come from here
        if (Path.home() / name).exists():
            (home / name).symlink_to(Path.home() / name)
    environment["PATH"] = f"{clone}/.venv/bin:{aws_command()}:{environment['PATH']}"
    typist = Typist(clone, environment, {
        r"\(y/n\)": "y", r"Password:": TEMPORARY, r"New password.*:": PASSWORD,
        r"Value of DEMO_PAYMENT_KEY:": "canary-of-the-document", r"Repeat for confirmation:": "canary-of-the-document",
    })
    yield typist
    typist.stop()


def aws_command() -> Path:
    """The folder of AWS's own command line; installs it at the first use, apart, as it pins its own botocore."""
    return environment(bench_folder() / "venvs" / "aws", ["awscli"]).parent


class Typed:
    """The document's lines, taken in their order."""

    def __init__(self, shell, cloud):
        self.shell = shell
        self.cloud = cloud
        self.left = lines_of(DOCUMENT.read_text(encoding="utf-8"))
        self.known: dict[str, str] = {}

    def line(self, beginning: str, within: float = SHORT) -> str:
        """Type the document's next line, which begins so, and give what it said."""
        assert self.left, f"the document ends before {beginning!r}"
        line = self.left.pop(0)
        assert line.startswith(beginning), f"{line!r} comes before {beginning!r}: say here what it does"
        typed = line.split("  #")[0].rstrip()
        status, said = self.shell.type(self.filled(typed), within=within)
        assert (status == 0) is (typed not in FAILS), f"{typed}: status {status}\n{said[-4000:]}"
        for mistake in ("Traceback", "Unknown option", "WARNING"):
            assert mistake not in said, said
        return said

    def filled(self, line: str) -> str:
        for placeholder, value in self.known.items():
            line = line.replace(placeholder, value)
        return line

    def output(self, stack: str, name: str) -> str:
        [found] = self.cloud.client("cloudformation").describe_stacks(StackName=f"automate-prod-{stack}")["Stacks"]
        return next(item["OutputValue"] for item in found["Outputs"] if item["OutputKey"] == name)

    def status_of(self, execution: str) -> str:
        status, said = self.shell.type(f"automate --json show {execution}", within=SHORT)
        assert status == 0, said
        return json.loads(said)["status"]


@pytest.fixture(scope="module")
def typed(shell, cloud):
    return Typed(shell, cloud)


def test_the_document_is_typed(typed, cloud, origin):
    shell, line = typed.shell, typed.line
    before = git(origin, "rev-parse", "HEAD")

    line("make install", LONG)
    line(".venv/bin/cdk bootstrap", LONG)
    line(".venv/bin/cdk deploy --all -c stage=prod", LONG)
    pool, client = typed.output("api", "UserPoolId"), typed.output("api", "UserPoolClientId")
    rest_api = typed.output("api", "ApiUrl").split("//")[1].split(".")[0]
    address = f"{cloud.url}/restapis/{rest_api}/prod/_user_request_"
    typed.known |= {
        "POOL": pool, "YOU@EXAMPLE.COM": USER, ENDPOINT: address, "TABLE": typed.output("data", "TableName"),
        "BUCKET": typed.output("data", "BucketName"), "KEY-ARN": typed.output("data", "KeyArn"), "RELEASE": before,
        "ROOT-ARN": cloud.client("secretsmanager").describe_secret(  # INSTEAD: the secret's ARN
            SecretId=typed.output("data", "TokenRootArn")
        )["ARN"],
    }
    assert f"{USER} is invited" in line(".venv/bin/automate people invite")
    assert typed.filled(typed.output("api", "InviteFirstAdmin")) in shell.transcript[-1]
    users = cloud.client("cognito-idp")  # INSTEAD: reads the mail
    users.admin_set_user_password(UserPoolId=pool, Username=USER, Password=PASSWORD, Permanent=True)
    shell.answers = {pattern: PASSWORD if answer == TEMPORARY else answer for pattern, answer in shell.answers.items()}

    typed.known["login --user"] = f"login --client-id {client} --region {REGION} --user"
    assert f"{USER} is signed in" in line("automate --endpoint")
    line("export AUTOMATE_ENDPOINT")
    assert "support_triage" in line("automate import")
    assert "SUCCEEDED" in line("automate start support_triage")

    line("automate import --file workflows/order_flow.json")
    line("automate secrets set")
    line("automate secrets grant")
    assert "FAILED" in line("automate start order_flow")
    assert "order_flow:first" in line("automate executions --status failed")
    assert "Charge Payment" in line("automate show order_flow:first")
    line("automate secrets rotate")
    line("automate tune")

    del typed.known["login --user"]
    typed.known["ARN OF THE WORKER ROLE"] = cloud.client("lambda").get_function_configuration(
        FunctionName="automate-prod-worker"
    )["Role"]
    line("aws iam create-role")
    line("aws iam put-role-policy")

    wait = {"name": "rest", "definition": {"StartAt": "Rest", "States": {
        "Rest": {"Type": "Wait", "Seconds": 86_400, "Next": "Done"}, "Done": {"Type": "Succeed"},
    }}}
    (shell_folder(shell) / "rest.json").write_text(json.dumps(wait))
    must(shell, "automate import --file rest.json --publish")
    must(shell, "automate start rest --name under-way")
    change_schema(origin)
    git(origin, "commit", "--quiet", "--all", "-m", "The next release")
    line("git pull && make install", LONG)
    assert "differences" in line(".venv/bin/cdk diff", LONG).lower()
    line(".venv/bin/cdk deploy --all -c stage=prod", LONG)
    must(shell, "automate start rest --name by-the-next")
    line("git checkout", LONG)
    line(".venv/bin/cdk deploy --all -c stage=prod", LONG)
    assert {typed.status_of("rest:under-way"), typed.status_of("rest:by-the-next")} == {"RUNNING"}

    line("aws dynamodb create-backup")
    line("automate pause --all")
    line("aws dynamodb restore-table-to-point-in-time")
    said = line(".venv/bin/python -m tools.restored_table")
    assert "NOT" not in said
    restored = cloud.client("dynamodb").describe_table(TableName="automate-prod-2")["Table"]
    typed.known["STREAM"] = restored["LatestStreamArn"]
    line(".venv/bin/cdk deploy --all -c stage=prod -c table=automate-prod-2", LONG)
    settings = cloud.client("lambda").get_function_configuration(FunctionName="automate-prod-worker")["Environment"]
    assert settings["Variables"]["AUTOMATE_TABLE"] == "automate-prod-2"
    line("automate resume --all")
    must(shell, "automate stop rest:under-way --cause restored")
    assert typed.status_of("rest:by-the-next") == "RUNNING"
    triage = "automate start support_triage --input @workflows/support_triage/input.json --wait"
    assert "SUCCEEDED" in must(shell, triage)

    line("aws cloudformation update-termination-protection")
    line(".venv/bin/cdk destroy --all -c stage=prod", LONG)
    tables = cloud.client("dynamodb").list_tables()["TableNames"]
    assert {typed.known["TABLE"], "automate-prod-2"} <= set(tables)
    assert pool in [found["Id"] for found in users.list_user_pools(MaxResults=10)["UserPools"]]
    groups = cloud.client("logs").describe_log_groups()["logGroups"]
    assert not [group for group in groups if group["logGroupName"].startswith("/aws/lambda/automate-prod-")]

    typed.known["TABLE"] = "automate-prod-2"
    line(".venv/bin/cdk deploy --all -c stage=prod -c table=", LONG)
    rest_api = typed.output("api", "ApiUrl").split("//")[1].split(".")[0]
    address = f"{cloud.url}/restapis/{rest_api}/prod/_user_request_"
    client = typed.output("api", "UserPoolClientId")
    assert "has the role admin on prod" in line(".venv/bin/automate people grant")
    must(shell, f"export AUTOMATE_ENDPOINT={address}")
    must(shell, f"automate login --user {USER} --client-id {client} --region {REGION}")
    assert typed.status_of("rest:by-the-next") == "RUNNING"
    assert typed.output("api", "UserPoolId") == pool
    assert typed.left == []
    whole = "\n".join(shell.transcript)
    assert "canary-of-the-document" not in whole
    if wanted := os.environ.get("AUTOMATE_TEST_TRANSCRIPT"):
        Path(wanted).write_text(whole, encoding="utf-8")


def must(shell, line):
    status, said = shell.type(line, within=SHORT)
    assert status == 0, said
    return said


def shell_folder(shell):
    return Path(f"/proc/{shell._shell.pid}/cwd").resolve()
