"""What the connector sends, what it makes of an answer, and which failures it tells."""

import base64
import json
import socket
import tracemalloc

import pytest

from connectors.builtin import http_calls
from connectors.builtin.http_connections import Answer
from connectors.egress.urls import parse_url, shown
from connectors.testing import CallFailed
from engine.clock import SystemClock
from engine.governance.masking import Scrubber
from tests.support.failing_calls import failure


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


@pytest.mark.parametrize("name", ["", " ", "a:b", "a\r\nb", "ü"])
def test_a_header_without_a_name_that_fits_did_nothing(request_, server, name):
    with pytest.raises(CallFailed, match="has no name, or holds a character") as caught:
        request_("/json", method="POST", headers={name: "x"})
    assert (caught.value.definite, caught.value.retryable, server.seen) == (True, False, [])


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


@pytest.mark.parametrize("secrets", [None, {"KEY": "a key of some length"}])
@pytest.mark.parametrize("texts", [500, 5_000])
def test_a_large_answer_is_in_memory_a_few_times_whatever_a_server_sends(request_, texts, secrets):
    """5 MB and 50 MB, of which no more is read than may be given."""
    given = {"secrets": secrets, "bearer_token": {"$secret": "KEY"}} if secrets else {}
    request_("/texts/1", **given)  # what is imported and kept is no part of it
    size = texts * 10_000
    tracemalloc.start()
    try:
        if size > http_calls.MAX_BODY_BYTES:
            assert "answered with more than" in failure(request_, f"/texts/{texts}", **given).cause
        else:
            assert len(request_(f"/texts/{texts}", **given)["body"]) == texts
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * min(size, http_calls.MAX_BODY_BYTES)


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
