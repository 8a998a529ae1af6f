"""Requests that are signed: what is signed for, with whose credentials, and what is refused before it is sent."""

from __future__ import annotations

import hashlib
import hmac
import json
import re

import pytest
import urllib3
from botocore.credentials import Credentials

from engine.errors import InvalidDocument
from functions.cli import main
from functions.cli.client import signed
from functions.cli.client.signed import NoCredentials, Signing

API = "https://abc123.execute-api.eu-central-1.amazonaws.com/prod"


class Gateway:
    """Answers as API Gateway does; checks each signature by the rules of "Create a signed AWS API request"."""

    def __init__(self, answer=(200, {})):
        self.asked, self.answer = [], answer

    def request(self, method, address, body, headers, **_more):
        self.asked.append((method, address))
        headers = {name.lower(): value for name, value in headers.items()}
        found = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=AKID/(\d{8})/eu-central-1/execute-api/aws4_request, "
            r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})", headers["authorization"],
        )
        day, names, signature = found.groups()
        assert {"host", "x-amz-date", "x-amz-security-token"} <= set(names.split(";"))
        host, _, path = address.removeprefix("https://").partition("/")
        path, _, query = path.partition("?")
        kept = {"host": host} | headers
        canonical = "\n".join([
            method, "/" + path.replace("%", "%25"), query,
            *(f"{name}:{kept[name]}" for name in names.split(";")), "", names, hashlib.sha256(body or b"").hexdigest(),
        ])
        text = "\n".join([
            "AWS4-HMAC-SHA256", headers["x-amz-date"], f"{day}/eu-central-1/execute-api/aws4_request",
            hashlib.sha256(canonical.encode()).hexdigest(),
        ])
        key = b"AWS4secret"
        for part in (day, "eu-central-1", "execute-api", "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        assert signature == hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        status, shape = self.answer
        return urllib3.HTTPResponse(json.dumps(shape).encode(), status=status)


@pytest.fixture
def credentials(monkeypatch):
    monkeypatch.setattr(signed, "own_credentials", lambda: Credentials("AKID", "secret", "session-token"))


@pytest.fixture
def run(capsys, tmp_path, monkeypatch, credentials):
    def command(gateway, *arguments):
        monkeypatch.setattr(
            urllib3.PoolManager, "request", lambda _pool, *given, **more: gateway.request(*given, **more)
        )
        status = main.run(["--data-dir", str(tmp_path / "data"), *arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


@pytest.mark.parametrize("endpoint", [API, f"{API}/", f"{API}/iam"])
def test_a_start_is_signed_for_the_door_of_iam_roles(run, endpoint):
    gateway = Gateway((201, {"id": "flow:one", "name": "one"}))
    status, out, _ = run(
        gateway, "--endpoint", endpoint, "--iam", "--json", "start", "flow", "--name", "one", "--input", "[1]"
    )
    assert (status, json.loads(out)["id"]) == (0, "flow:one")
    assert gateway.asked == [("POST", f"{API}/iam/workflows/flow/executions")]


def test_show_asks_the_one_route_that_iam_roles_have(run):
    shape = {
        "id": "flow:one", "status": "FAILED", "version": 1, "started_at": "2026-11-27T10:00:00.000Z",
        "ended_at": "2026-11-27T10:00:01.000Z", "business_key": None, "input": {"order": 7}, "output": None,
        "error": "Shop.Closed", "cause": "it is Sunday",
    }
    gateway = Gateway((200, shape))
    status, out, _ = run(gateway, "--endpoint", API, "--iam", "show", "flow:one")
    assert status == 0
    for said in ("flow:one", "FAILED", "2026-11-27 10:00:01 UTC", '{"order": 7}', "Shop.Closed: it is Sunday"):
        assert said in out
    assert json.loads(run(gateway, "--endpoint", API, "--iam", "--json", "show", "flow:one")[1]) == shape
    assert gateway.asked == [("GET", f"{API}/iam/executions/flow%3Aone")] * 2


@pytest.mark.parametrize("arguments", [["start", "flow"], ["stop", "flow:one"], ["show", "flow:one"]])
def test_what_is_too_large_to_show_is_not_asked_for(run, arguments):
    large = {"$too_large": {"bytes": 300_000, "href": "/executions/flow%3Aone/payload?part=input"}}
    shape = {"id": "flow:one", "status": "RUNNING", "ended_at": "2026-11-27T10:00:01.000Z", "input": large}
    gateway = Gateway((200, shape))
    status, out, _ = run(gateway, "--endpoint", API, "--iam", "--json", *arguments)
    assert (status, json.loads(out)["input"], len(gateway.asked)) == (0, large, 1)


def test_history_says_which_door_has_it(run):
    gateway = Gateway()
    status, _, err = run(gateway, "--endpoint", API, "--iam", "history", "flow:one")
    assert (status, gateway.asked) == (1, [])
    assert "the door for IAM roles has no histories" in err
    assert "automate --endpoint URL login" in err
    assert "--token-file" in err


def test_an_id_with_a_colon_is_signed_as_the_gateway_reads_it(run):
    gateway = Gateway((404, {"error": {"code": "NotFound", "message": "there is no execution"}}))
    status, _, err = run(gateway, "--endpoint", API, "--iam", "stop", "flow:one")
    assert (status, "there is no execution" in err) == (1, True)
    assert gateway.asked[0][1] == f"{API}/iam/executions/flow%3Aone/stop"


def test_a_query_with_a_space_is_signed_as_it_is_sent():
    signing = Signing(f"{API}/iam", lambda: Credentials("AKID", "secret", "session-token"))
    address = f"{API}/iam/executions/x?reason=a%20b&z=1"
    Gateway().request("GET", address, None, signing.headers("GET", address, None, {"Accept": "x/y"}))


@pytest.mark.parametrize(("arguments", "says"), [
    (["--iam", "start", "flow"], "a data folder has no callers by IAM"),
    (["--iam", "--endpoint", API, "--token-file", "x", "start", "flow"], "have no token then"),
    (["--iam", "--endpoint", "https://d111.cloudfront.net/studio/", "start", "flow"], "give the output ApiUrl"),
    (["--iam", "--endpoint", "http://127.0.0.1:8400", "start", "flow"], "is not the address of a stage's API"),
])
def test_what_cannot_be_signed_for_is_said_and_not_sent(run, arguments, says):
    gateway = Gateway()
    status, _, err = run(gateway, *arguments)
    assert (status, gateway.asked) == (1, [])
    assert says.lower() in err.lower()


@pytest.mark.parametrize(("said", "advice"), [
    ("Signature expired: 20261127T100000Z is now earlier than 20261127T100500Z (20261127T101000Z - 5 min.)",
     "clock is off"),
    ("Signature not yet current: 20261127T103000Z is still later than 20261127T102500Z", "clock is off"),
    ("User: arn:aws:sts::111122223333:assumed-role/x/y is not authorized to perform: execute-api:Invoke",
     "not allowed"),
    ("The security token included in the request is expired", "credentials ran out"),
    ("The security token included in the request is invalid.", "are no good"),
    ("The request signature we calculated does not match the signature you provided.", "is not that of"),
    ("Missing Authentication Token", "no such route. IAM roles (--iam) start, show and stop"),
])
def test_what_the_gateway_refuses_is_said_with_advice(run, said, advice):
    status, _, err = run(Gateway((403, {"message": said})), "--endpoint", API, "--iam", "stop", "flow:one")
    assert status == 1
    assert said in err
    assert advice in err


def test_without_credentials_it_says_so():
    with pytest.raises(NoCredentials, match="no AWS credentials"):
        Signing(API, lambda: None).headers("GET", f"{API}/iam/executions/x", None, {})


@pytest.mark.parametrize("endpoint", [
    "https://abc.execute-api.eu-central-1.amazonaws.com.evil.example/prod", "https://execute-api.amazonaws.com/prod",
    "https://abc.execute-api.eu-central-1.amazonaws.com", "https://evil.example/abc.execute-api.x.amazonaws.com/prod",
])
def test_a_signature_is_made_for_no_other_host(endpoint):
    with pytest.raises(InvalidDocument, match="is not the address of a stage's API"):
        Signing(endpoint, lambda: None)
