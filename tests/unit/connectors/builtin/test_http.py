import base64
import gzip
import http.server
import json
import socket
import threading
from contextlib import suppress

import pytest

from connectors.builtin import http_calls
from connectors.builtin.http import HttpConnector
from connectors.builtin.http_connections import Answer
from connectors.egress.urls import parse_url, shown
from connectors.errors import ConnectorError
from connectors.testing import CallFailed, call
from engine.clock import SystemClock
from engine.governance.masking import Scrubber
from tests.support import patience


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as the path says, and keeps each request in `server.seen`."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.server.seen.append((self.command, self.path, dict(self.headers.items()), self.rfile.read(length)))
        kind, _, rest = self.path.lstrip("/").partition("?")[0].partition("/")
        with suppress(ConnectionError):  # a client that gave up is what some of these tests are about
            getattr(self, f"do_{kind}")(rest)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = answer  # noqa: N815

    def give(self, status, body=b"", content_type="application/json", **headers):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_json(self, rest):
        self.give(200, b'{"ok": [1, "\xc3\xb6"]}')

    def do_text(self, rest):
        self.give(200, "grüezi".encode("latin-1"), "text/plain; charset=ISO-8859-1")

    def do_odd(self, rest):
        bodies = {
            "nan": b"[NaN]", "cut": b'{"a":', "deep": b"[" * 100_000, "number": b"9" * 5_000, "bytes": b"\xff\xfe",
            "half": b'{"cut": "a\\ud83d", "whole": "\\ud83d\\ude00"}', "huge": b"[1e400, -1e400]",
        }
        kinds = {"bytes": "text/plain; charset=nonsense"}
        self.give(200, bodies[rest], kinds.get(rest, "application/json"))

    def do_status(self, rest):
        self.give(int(rest), b'{"why": "because"}')

    def do_wait(self, rest):
        self.give(429, b"{}", Retry_After=rest)

    def do_padded(self, rest):
        """An error that ends with what came as X-Key, from the character `rest` on."""
        self.give(400, b"." * int(rest) + self.headers["X-Key"].encode(), "text/plain")

    def do_early(self, rest):
        """Interim answers before the final one."""
        for status in rest.split(","):
            self.wfile.write(f"HTTP/1.1 {status} Interim\r\nLink: </style.css>\r\nContent-Length: 7\r\n\r\n".encode())
        self.give(200, b'{"final": true}')

    def do_bare(self, rest):
        self.give(int(rest))

    def do_redirect(self, rest):
        targets = self.server.targets
        self.give(302, Location=targets.pop(0) if targets else self.server.target)

    def do_see(self, rest):
        self.give(303, b"null", Location="/json")

    def do_loop(self, rest):
        self.give(302, Location="/loop")

    def do_huge(self, rest):
        self.give(200, b"x" * 5_000, "text/plain")

    def do_packed(self, rest):
        self.give(200, gzip.compress(b"x" * int(rest)), "text/plain", Content_Encoding="gzip")

    def do_slow(self, rest):
        self.server.release.wait(patience.SECONDS)
        self.give(200)

    def do_drip(self, rest):
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        try:
            while not self.server.release.wait(0.05):
                self.wfile.write(b"x")
        except OSError:
            pass
        self.close_connection = True

    def do_hangup(self, rest):
        self.close_connection = True

    def do_half(self, rest):
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"half")
        self.close_connection = True


@pytest.fixture
def server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.seen, server.release, server.target = [], threading.Event(), "/json"
    server.targets = []
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def request_(server, use_dialler):
    """Send a request as a Task would; the connector's sockets are closed afterwards."""
    made = []

    class Closing(HttpConnector):
        def __init__(self):
            super().__init__()
            made.append(self)

    port = server.server_address[1]
    use_dialler(f"127.0.0.1:{port}", f"localhost:{port}")

    def send(path, *, secrets=None, **params):
        params = {"url": server.url + path, **params}
        return call(Closing, "request", params, secrets=secrets, idempotency_key="w:n:S:1")

    yield send
    for connector in made:
        connector._calls.close()


def failure(request_, *args, **params):
    with pytest.raises(CallFailed) as caught:
        request_(*args, **params)
    return caught.value


def test_json_is_parsed(request_, server):
    output = request_("/json")
    assert output["status"] == 200
    assert output["body"] == {"ok": [1, "ö"]}
    assert output["headers"]["content-type"] == "application/json"
    assert server.seen[0][:2] == ("GET", "/json")


def test_text_is_decoded_by_its_charset(request_):
    assert request_("/text")["body"] == "grüezi"


def test_half_a_surrogate_pair_becomes_the_replacement_character(request_):
    assert request_("/odd/half")["body"] == {"cut": "a\ufffd", "whole": "\U0001f600"}


@pytest.mark.parametrize("body", ["nan", "cut", "deep", "number", "bytes", "huge"])
def test_what_is_no_json_stays_text(request_, body):
    assert isinstance(request_(f"/odd/{body}")["body"], str)


def test_query_is_added(request_, server):
    request_("/json?a=1", query={"b": ["x y", 2], "c": True, "d": "ö&"})
    assert server.seen[0][1] == "/json?a=1&b=x+y&b=2&c=true&d=%C3%B6%26"
    request_("/json", query={"e": 1})
    assert server.seen[1][1] == "/json?e=1"


def test_a_json_body(request_, server):
    request_("/json", method="POST", json={"a": [None]}, headers={"X-Number": 7})
    method, _, headers, body = server.seen[0]
    assert method == "POST"
    assert json.loads(body) == {"a": [None]}
    assert headers["content-type"] == "application/json"
    assert headers["x-number"] == "7"


def test_null_is_a_json_body_too(request_, server):
    request_("/json", method="POST", json=None)
    assert server.seen[0][3] == b"null"


def test_a_text_body(request_, server):
    request_("/json", method="PUT", body="a=ö", headers={"Content-Type": "text/plain"})
    assert server.seen[0][3] == "a=ö".encode()
    assert server.seen[0][2]["content-type"] == "text/plain"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_may_change_something_carries_the_idempotency_key(request_, server, method):
    request_("/json", method=method)
    request_("/json", method=method, headers={"IDEMPOTENCY-KEY": "mine"})
    assert [seen[2]["idempotency-key"] for seen in server.seen] == ["w:n:S:1", "mine"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_carries_none(request_, server, method):
    request_("/bare/200", method=method)
    assert "idempotency-key" not in server.seen[0][2]


def test_credentials_are_sent_and_never_come_back(request_, server):
    secrets = {"KEY": "hush-hush-4711"}
    request_("/json", bearer_token={"$secret": "KEY"}, secrets=secrets)
    request_("/json", basic_auth={"username": "ann", "password": {"$secret": "KEY"}}, secrets=secrets)
    request_("/json", headers={"X-Api-Key": {"$secret": "KEY"}}, secrets=secrets)
    assert server.seen[0][2]["authorization"] == "Bearer hush-hush-4711"
    assert base64.b64decode(server.seen[1][2]["authorization"].removeprefix("Basic ")) == b"ann:hush-hush-4711"
    assert server.seen[2][2]["x-api-key"] == "hush-hush-4711"


@pytest.mark.parametrize(
    ("status", "method", "retryable", "definite"),
    [
        (400, "POST", False, True), (404, "GET", False, True), (409, "POST", False, True), (429, "POST", True, True),
        (500, "POST", True, False), (502, "PUT", True, False), (503, "POST", True, True), (504, "DELETE", True, False),
        (500, "GET", True, True),
    ],
)
def test_a_status_of_400_or_more_is_a_failure(request_, status, method, retryable, definite):
    failed = failure(request_, f"/status/{status}?key=not-shown", method=method)
    assert (failed.error, failed.retryable, failed.definite) == ("http.ConnectorError", retryable, definite)
    cause = json.loads(failed.cause)
    assert cause["code"] == str(status)
    assert cause["errorMessage"].endswith(f'/status/{status} answered {status}: {{"why": "because"}}')


def test_an_error_without_a_body_is_told_without_one(request_):
    assert json.loads(failure(request_, "/bare/404").cause)["errorMessage"].endswith("answered 404")


def test_401_says_that_the_credentials_were_not_accepted():
    assert http_calls.refused("GET", parse_url("http://x"), Answer(401, {}, b""), "", Scrubber(())).authentication
    assert not http_calls.refused("GET", parse_url("http://x"), Answer(403, {}, b""), "", Scrubber(())).authentication


def test_a_secret_at_the_end_of_an_excerpt_is_not_cut_in_half(request_):
    secret = "correct-horse-battery-staple"
    for kept in range(4, len(secret)):
        failed = failure(
            request_, f"/padded/{http_calls.EXCERPT - kept}", headers={"X-Key": {"$secret": "KEY"}},
            secrets={"KEY": secret},
        )
        assert "corr" not in failed.cause


@pytest.mark.parametrize("secret", [
    "hooks.example.com/services/T00/aVerySecretPath?x=1", "htp://hooks.example.com/aVerySecretPath#top",
    "pre?aVerySecretPath", "x@hooks.example.com/aVerySecretPath",
])
def test_a_secret_that_is_no_url_is_not_shown_in_part(request_, secret):
    failed = failure(request_, "", url={"$secret": "PLACE"}, secrets={"PLACE": secret})
    assert "Secret" not in failed.cause
    assert "hooks" not in failed.cause
    assert "pre" not in json.loads(failed.cause)["errorMessage"]


@pytest.mark.parametrize("interim", ["103", "102", "100,103,103", "199"])
def test_interim_answers_are_not_the_answer(request_, interim):
    for _ in range(2):  # and the next request on this connection gets its own
        assert request_(f"/early/{interim}")["body"] == {"final": True}
        assert request_("/json")["body"] == {"ok": [1, "ö"]}


def test_another_protocol_that_nobody_asked_for_is_no_answer(request_):
    assert "switched to another protocol" in failure(request_, "/early/101").cause


def test_a_redirect_is_followed_when_reading(request_, server):
    assert request_("/redirect")["body"] == {"ok": [1, "ö"]}
    assert [seen[1] for seen in server.seen] == ["/redirect", "/json"]


def test_other_methods_answer_the_redirect_itself(request_, server):
    output = request_("/see", method="POST")
    assert (output["status"], output["headers"]["location"]) == (303, "/json")
    assert len(server.seen) == 1


def test_credentials_do_not_follow_to_another_host(request_, server):
    server.target = server.url.replace("127.0.0.1", "localhost") + "/json"
    request_("/redirect", bearer_token="token", headers={"X-Other": "kept"})
    assert ["authorization" in seen[2] for seen in server.seen] == [True, False]
    assert [seen[2]["x-other"] for seen in server.seen] == ["kept", "kept"]


SECRET = "s3cret/with+signs 4711"
HEADERS_WITH_SECRETS = {
    "x-api-key": SECRET, "x-signed": f"key={SECRET};v=1", "x-basic": base64.b64encode(f"me:{SECRET}".encode()).decode(),
    "x-url": "s3cret%2Fwith%2Bsigns%204711", "x-json": json.dumps({"key": SECRET}), "referer": f"https://a/?k={SECRET}",
}


@pytest.mark.parametrize("name", ["", " ", "a:b", "a\r\nb", "ü"])
def test_a_header_without_a_name_that_fits_did_nothing(request_, server, name):
    with pytest.raises(CallFailed, match="has no name, or holds a character") as caught:
        request_("/json", method="POST", headers={name: "x"})
    assert (caught.value.definite, caught.value.retryable, server.seen) == (True, False, [])


def test_no_header_with_a_secret_follows_to_another_origin(request_, server):
    server.target = server.url.replace("127.0.0.1", "localhost") + "/json"
    request_("/redirect", headers={**HEADERS_WITH_SECRETS, "X-Other": "kept"}, secrets={"KEY": SECRET})
    first, second = (seen[2] for seen in server.seen)
    assert HEADERS_WITH_SECRETS.keys() <= first.keys()
    assert not HEADERS_WITH_SECRETS.keys() & second.keys()
    assert second["x-other"] == "kept"


def redirected(url, place, headers):
    target, kept = http_calls._redirected(parse_url(url), place, headers, None, Scrubber([SECRET]))
    return str(target), kept


def test_another_port_is_another_origin_and_the_default_port_is_none():
    headers = {"x-api-key": SECRET, "accept": "*/*"}
    assert redirected("https://a/x", "https://A:443/y", headers) == ("https://a/y", headers)
    assert redirected("https://a/x", "https://a:8443/y", headers) == ("https://a:8443/y", {"accept": "*/*"})
    assert redirected("http://a/x", "https://a/y", headers) == ("https://a/y", {"accept": "*/*"})


def test_a_secret_dropped_once_does_not_come_back(request_, server):
    other = server.url.replace("127.0.0.1", "localhost")
    server.targets = [f"{other}/redirect", f"{server.url}/json"]
    request_("/redirect", headers={"X-Api-Key": {"$secret": "KEY"}}, secrets={"KEY": SECRET})
    assert ["x-api-key" in seen[2] for seen in server.seen] == [True, False, False]


@pytest.mark.parametrize("params", [{"body": f"key={SECRET}"}, {"json": {"key": SECRET}}])
def test_a_body_with_a_secret_ends_the_call_at_another_origin(request_, server, params):
    server.target = server.url.replace("127.0.0.1", "localhost") + "/json"
    failed = failure(request_, "/redirect", secrets={"KEY": SECRET}, **params)
    assert "redirects to another origin" in failed.cause
    assert failed.definite
    assert len(server.seen) == 1


def test_an_address_with_a_secret_ends_the_call_at_another_origin(request_, server):
    server.target = server.url.replace("127.0.0.1", "localhost") + "/json?key=s3cret%2Fwith%2Bsigns%204711"
    failed = failure(request_, "/redirect", query={"key": {"$secret": "KEY"}}, secrets={"KEY": SECRET})
    assert "its address holds a secret" in failed.cause
    assert "s3cret" not in failed.cause
    assert len(server.seen) == 1


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://x/"])
def test_a_redirect_leads_to_http_alone(request_, server, target):
    server.target = target
    assert "is not an http:// or https:// URL" in failure(request_, "/redirect").cause


def test_a_redirect_does_not_leave_encryption():
    with pytest.raises(ConnectorError, match="not encrypted"):
        redirected("https://a/x", "http://a/y", {})
    assert redirected("https://a/x", "y", {"cookie": "c"}) == ("https://a/y", {"cookie": "c"})


def test_redirects_in_a_circle_end(request_, server):
    assert "more than 5 redirects" in failure(request_, "/loop").cause
    assert len(server.seen) == 6


@pytest.mark.parametrize("url", ["ftp://x/y", "file:///etc/passwd", "x", "", "http:///path", "http://[::1", "//host/x"])
def test_only_http_and_https(request_, url):
    failed = failure(request_, "", url=url)
    assert "is not an http:// or https:// URL" in failed.cause
    assert failed.definite
    assert not failed.retryable


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_no_answer_in_time(request_, method):
    failed = failure(request_, "/slow", method=method, timeout_seconds=0.2)
    assert "no answer in time" in failed.cause
    assert (failed.retryable, failed.definite) == (True, method == "GET")


def test_a_drip_does_not_outlast_the_limit(request_):
    clock = SystemClock()
    began = clock.now()
    failed = failure(request_, "/drip", method="POST", timeout_seconds=0.3)
    assert clock.now() - began < 2
    assert (failed.retryable, failed.definite) == (True, False)


@pytest.mark.parametrize("path", ["/hangup", "/half"])
def test_a_broken_connection_leaves_it_open(request_, path):
    failed = failure(request_, path, method="POST")
    assert "the connection broke" in failed.cause
    assert (failed.retryable, failed.definite) == (True, False)
    assert failure(request_, path).definite


def test_nobody_listens(request_, use_dialler):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        use_dialler(f"127.0.0.1:{port}")
        failed = failure(request_, "", url=f"http://127.0.0.1:{port}/", method="POST")
    assert "no connection (" in failed.cause
    assert "refused" in failed.cause
    assert (failed.retryable, failed.definite) == (True, True)


def test_a_host_that_does_not_exist(request_, use_dialler):
    def nothing(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    use_dialler(resolve=nothing)
    failed = failure(request_, "", url="http://no-such-host.invalid/", method="POST")
    assert "not known" in failed.cause
    assert (failed.retryable, failed.definite) == (True, True)


def test_an_answer_that_is_too_large_is_refused(request_, monkeypatch):
    monkeypatch.setattr(http_calls, "MAX_BODY_BYTES", 4_000)
    failed = failure(request_, "/huge", method="POST")
    assert "more than 4000 bytes" in failed.cause
    assert (failed.retryable, failed.definite) == (False, False)


def test_what_a_server_packs_unasked_is_unpacked_within_the_limit(request_, monkeypatch):
    assert request_("/packed/100")["body"] == "x" * 100
    monkeypatch.setattr(http_calls, "MAX_BODY_BYTES", 4_000)
    assert "more than 4000 bytes" in failure(request_, "/packed/50000000").cause


def test_the_user_of_a_url_is_sent_unless_the_step_gives_credentials(request_, server):
    url = server.url.replace("//", "//ann:p%40ss@") + "/json"
    request_("", url=url)
    request_("", url=url, bearer_token="token")
    assert base64.b64decode(server.seen[0][2]["authorization"].removeprefix("Basic ")) == b"ann:p@ss"
    assert server.seen[1][2]["authorization"] == "Bearer token"


@pytest.mark.parametrize(
    "headers",
    [
        {"A": "\u2713"}, {"A": "x\r\nB: y"}, {"A": "x\n"}, {"A b": "x"}, {"A:": "x"}, {"Ä": "x"},
        {"A": True}, {"A": ["x"]}, {"A": None},
    ],
)
def test_a_header_that_no_request_may_have_is_refused(request_, server, headers):
    failed = failure(request_, "/json", headers=headers)
    assert failed.definite
    assert "the header" in failed.cause
    assert server.seen == []


def test_json_and_body_exclude_each_other(request_, server):
    assert "either json or body" in failure(request_, "/json", method="POST", json=1, body="x").cause
    assert server.seen == []


@pytest.mark.parametrize(
    "params", [{"method": "BREW"}, {"timeout_seconds": 0}, {"header": {}}, {"basic_auth": {"username": "u"}}]
)
def test_wrong_inputs_are_refused(request_, params):
    assert failure(request_, "/json", **params).error == "http.InvalidInput"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://user:pass@host/path?key=1#f", "https://host/path"), ("https://host", "https://host"),
        ("nonsense", "nonsense"), ("https://host/a@b?x@y", "https://host/a@b"),
    ],
)
def test_a_url_is_shown_without_what_may_be_secret(url, expected):
    assert shown(url) == expected


@pytest.mark.parametrize(("said", "seconds"), [
    ("120", 120.0), (" 3 ", 3.0), ("0", 0.0),
    # the date of RFC 9110, 5.6.7, in its three forms; the clock below is 30 s before it
    ("Sun, 06 Nov 1994 08:49:37 GMT", 30.0), ("Sunday, 06-Nov-94 08:49:37 GMT", 30.0),
    ("Sun Nov  6 08:49:37 1994", 30.0), ("Sun, 06 Nov 1994 08:49:00 GMT", 0.0),
    ("-5", 0.0), ("1.5", 0.0), ("soon", 0.0), ("", 0.0), ("\u0663", 0.0), ("9" * 400, 999_999_999.0),
    ("Sun, 99 Nov 1994 08:49:37 GMT", 0.0), ("Sun, 06 Nov 99999999 08:49:37 GMT", 0.0),
])
def test_retry_after_is_read_as_rfc_9110_writes_it(said, seconds):
    answer = Answer(503, {"retry-after": said}, b"")
    assert http_calls.retry_after(answer, 784111747.0) == seconds


def test_what_an_answer_asks_for_goes_with_its_failure(request_, server):
    failed = failure(request_, "/wait/7")
    assert (failed.retryable, failed.retry_after) == (True, 7.0)
    assert failure(request_, "/status/503").retry_after == 0.0
