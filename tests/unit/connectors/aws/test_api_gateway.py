"""apigateway:invoke against a server on the loopback interface."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from connectors.aws import operations
from connectors.aws.tasks import AwsTasks
from connectors.egress import in_force
from connectors.egress.allowing import read_entries
from connectors.egress.dialling import Dialler
from connectors.egress.http_connection import opened
from engine.clock import SystemClock
from engine.ports.tasks import TaskSucceeded
from tests.support.aws_calls import make_call

HOST = "abc123.execute-api.eu-central-1.amazonaws.com"
INVOKE = "arn:aws:states:::apigateway:invoke"


class Api(BaseHTTPRequestHandler):
    """Keeps what came; answers what the test says."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers.get("content-length", 0))
        self.server.seen.append((self.command, self.path, self.headers, self.rfile.read(length)))
        status, kind, body = self.server.answer
        if status is None:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("X-Many", "a")
        self.send_header("X-Many", "b")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815  (the names are http.server's)

    def log_message(self, *_):
        pass


@pytest.fixture
def api(clients):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    server.seen, server.answer = [], (200, "application/json", b'{"ok": true}')
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    hosts = []

    dialler = Dialler(SystemClock(), read_entries([f"127.0.0.1:{server.server_port}"]))

    def connect(host, deadline):
        hosts.append(host)
        return opened(dialler, "http", "127.0.0.1", server.server_port, deadline)

    tasks = AwsTasks(clients, connect=connect)

    def invoke(answer=None, **arguments):
        server.answer = answer or server.answer
        given = {"ApiEndpoint": HOST, "Method": "POST", **arguments}
        return tasks.call(make_call(INVOKE, given)), server.seen

    yield invoke
    assert set(hosts) <= {HOST}
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_request_is_what_the_arguments_say(api):
    outcome, seen = api(
        Stage="prod", Path="orders/a b", QueryParameters={"q": ["x y", "z"]}, Headers={"X-Kind": ["a", "b"]},
        RequestBody={"order": 7, "none": None, "in": [{"none": None}]},
    )
    method, path, headers, body = seen[0]
    assert (method, path) == ("POST", "/prod/orders/a%20b?q=x+y&q=z")
    assert headers["x-kind"] == "a,b"
    assert headers["content-type"] == "application/json"
    assert json.loads(body) == {"order": 7, "in": [{}]}
    assert isinstance(outcome, TaskSucceeded)
    assert outcome.output["ResponseBody"] == {"ok": True}
    assert (outcome.output["StatusCode"], outcome.output["StatusText"]) == (200, "OK")
    assert outcome.output["Headers"]["X-Many"] == ["a", "b"]
    assert outcome.output["Headers"]["Content-Length"] == ["12"]
    assert set(outcome.output) == {"Headers", "ResponseBody", "StatusCode", "StatusText"}


def test_nulls_are_sent_where_that_is_said(api):
    _, seen = api(RequestBody={"none": None}, AllowNullValues=True)
    assert json.loads(seen[0][3]) == {"none": None}


def test_a_text_with_its_own_type_is_sent_as_it_is(api):
    _, seen = api(RequestBody="a=1", Headers={"Content-Type": ["application/x-www-form-urlencoded"]})
    assert seen[0][3] == b"a=1"
    _, seen = api(RequestBody="text")
    assert seen[1][3] == b'"text"'


@pytest.mark.parametrize(("kind", "body", "shown"), [
    ("text/plain", b"{}", "{}"), ("application/problem+json", b"[1]", [1]), ("application/json", b"not", "not"),
    ("application/json", b"", ""),
])
def test_a_body_is_parsed_where_it_says_that_it_is_json(api, kind, body, shown):
    outcome, _ = api((200, kind, body))
    assert outcome.output["ResponseBody"] == shown


@pytest.mark.parametrize(("status", "method", "definite"), [
    (403, "POST", True), (429, "POST", True), (503, "POST", True), (500, "POST", False), (500, "GET", True),
])
def test_a_status_of_400_or_more_is_an_error_of_that_name(api, status, method, definite):
    outcome, _ = api((status, "application/json", b'{"message":"no"}'), Method=method)
    assert outcome.error == f"ApiGateway.{status}"
    assert outcome.cause == '{"message":"no"}'
    assert (outcome.definite, outcome.retryable) == (definite, True)


@pytest.mark.parametrize(("method", "definite"), [("POST", False), ("GET", True)])
def test_a_connection_that_breaks_leaves_a_writing_call_open(api, method, definite):
    outcome, _ = api((None, "", b""), Method=method)
    assert outcome.error == "ApiGateway.SdkClientException"
    assert outcome.definite is definite


def test_no_connection_is_definite(clients):
    def connect(host, deadline):
        raise ConnectionRefusedError("nobody listens")

    outcome = AwsTasks(clients, connect=connect).call(make_call(INVOKE, {"ApiEndpoint": HOST, "Method": "POST"}))
    assert (outcome.error, outcome.definite) == ("ApiGateway.SdkClientException", True)
    assert outcome.cause.startswith("Unable to execute HTTP request: ")


def test_an_api_that_leads_to_a_private_address_is_refused(clients):
    in_force.use(Dialler(SystemClock(), resolve=lambda host, port: ["10.0.0.5"]))
    outcome = AwsTasks(clients).call(make_call(INVOKE, {"ApiEndpoint": HOST, "Method": "POST"}))
    assert (outcome.error, outcome.definite, outcome.retryable) == ("ApiGateway.SdkClientException", True, False)
    assert f"AUTOMATE_EGRESS_ALLOW={HOST}:443" in outcome.cause


def test_iam_role_signs_for_the_apis_own_region(api):
    outcome, seen = api(AuthType="IAM_ROLE", Stage="prod", RequestBody={"a": 1})
    assert isinstance(outcome, TaskSucceeded)
    signature = seen[0][2]["authorization"]
    assert signature.startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert "/eu-central-1/execute-api/aws4_request" in signature


def test_a_resource_policy_admits_aws_only(api):
    outcome, seen = api(AuthType="RESOURCE_POLICY")
    assert outcome.error == "Automate.Refused"
    assert seen == []


@pytest.mark.parametrize(("arguments", "problem"), [
    ({"Headers": {"a": "b"}}, "The value of the field 'Headers' has an invalid format"),
    ({"QueryParameters": {"a": [1]}}, "The value of the field 'QueryParameters' has an invalid format"),
    ({"ApiEndpoint": "evil.example"}, "The value of the field 'ApiEndpoint' has an invalid format"),
    ({"ApiEndpoint": f"{HOST}.evil.example"}, "The value of the field 'ApiEndpoint' has an invalid format"),
    ({"ApiEndpoint": f"user@{HOST}"}, "The value of the field 'ApiEndpoint' has an invalid format"),
    ({"Method": "TRACE"}, "The value of the field 'Method' has an invalid format"),
    ({"Method": None}, "The field 'Method' is required but was missing"),
    ({"Body": {}}, "The field 'Body' is not supported by Step Functions"),
    ({"Headers": {"Authorization": ["x"]}}, "The header 'Authorization' is not supported by Step Functions"),
    ({"Headers": {"X-Amz-Date": ["x"]}}, "The header 'X-Amz-Date' is not supported by Step Functions"),
])
def test_what_does_not_fit_is_told_and_nothing_is_sent(api, arguments, problem):
    outcome, seen = api(**arguments)
    assert outcome.error == "States.Runtime"
    assert f"could not be used to start the Task: [{problem}]" in outcome.cause
    assert seen == []


def test_a_header_that_cannot_be_written_is_told(api):
    outcome, seen = api(Headers={"X-Kind": ["a\r\nX-Other: b"]})
    assert outcome.error == "States.Runtime"
    assert seen == []


def test_an_answer_past_the_limit_is_not_brought_home(api, monkeypatch):
    monkeypatch.setattr(operations, "MAX_BODY_BYTES", 5)
    outcome, _ = api()
    assert outcome.error == "States.DataLimitExceeded"
