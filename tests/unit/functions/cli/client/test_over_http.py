"""The client over HTTP: what it takes for an answer, where a token may go, and what is too large for Lambda."""

import json
from types import SimpleNamespace

import pytest
import urllib3

from engine.errors import InvalidDocument, StoreUnavailable
from functions.cli.client.client import ApiError, Client
from functions.cli.client.over_http import OverHttp, check_endpoint

AT = "https://studio.example.com"


def client(pool, warn=lambda _: None):
    return Client(OverHttp(AT, lambda: "token", pool=pool, sleep=lambda _: None), warn=warn)


def answering(status, body):
    pool = SimpleNamespace(request=lambda *_, **__: SimpleNamespace(status=status, data=body, headers={}))
    return client(pool)


def test_the_end_of_a_short_execution_is_seen_soon_and_a_long_one_is_asked_about_each_second():
    slept = []
    statuses = iter([*["RUNNING"] * 7, "SUCCEEDED"])
    pool = SimpleNamespace(request=lambda *_, **__: SimpleNamespace(
        status=200, data=json.dumps({"status": next(statuses)}).encode(), headers={},
    ))
    transport = OverHttp(AT, lambda: "token", pool=pool, sleep=slept.append)
    transport.wait(Client(transport), "orders:1")
    assert slept == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]


class TestApi:
    def test_the_apis_error_is_passed_on_whole(self):
        shape = {"code": "NotFound", "message": "no such workflow", "where": "name", "advice": "See /workflows."}
        with pytest.raises(ApiError) as caught:
            answering(404, json.dumps({"error": shape}).encode()).get("/workflows/x")
        assert caught.value.as_dict() == shape

    def test_api_gateways_own_refusal_says_what_to_do(self):
        with pytest.raises(ApiError, match="answers 401 Unauthorized") as caught:
            answering(401, b'{"message": "Unauthorized"}').get("/workflows")
        assert "login" in caught.value.advice

    def test_what_the_api_warns_of_is_said(self):
        said = []
        answer = SimpleNamespace(status=200, data=b'{"a": 1, "warnings": ["w"]}', headers={})
        pool = SimpleNamespace(request=lambda *_, **__: answer)
        assert client(pool, said.extend).post("/workflows/x/publish") == {"a": 1}
        assert said == ["w"]

    @pytest.mark.parametrize(("status", "body"), [(200, b"<html>"), (502, b"bad"), (503, b'{"message": "later"}')])
    def test_what_is_no_answer_of_the_api_is_unavailable(self, status, body):
        with pytest.raises(StoreUnavailable):
            answering(status, body).get("/workflows")

    def test_a_dead_endpoint_is_named(self):
        def refuse(*_, **__):
            raise urllib3.exceptions.NewConnectionError(None, "refused")

        with pytest.raises(StoreUnavailable, match=r"studio\.example\.com does not answer"):
            client(SimpleNamespace(request=refuse)).get("/health")

    @pytest.mark.parametrize("endpoint", ["http://studio.example.com", "studio.example.com", "ftp://x"])
    def test_a_token_goes_over_tls_alone(self, endpoint):
        with pytest.raises(InvalidDocument, match="not the address of a server or a deployment"):
            check_endpoint(endpoint)

    @pytest.mark.parametrize("port", ["9" * 5000, "99999999", "\xb2", "-1", "x"])
    def test_a_port_that_is_none_is_refused(self, port):
        with pytest.raises(InvalidDocument, match="not the address of a server or a deployment") as refused:
            check_endpoint(f"https://studio.example.com:{port}/")
        assert len(refused.value.message) < 200

    def test_what_is_no_address_at_all_is_refused(self):
        with pytest.raises(InvalidDocument, match="not the address of a server or a deployment"):
            check_endpoint("https://[studio.example.com")

    @pytest.mark.parametrize(("endpoint", "checked"), [
        ("https://x.example.com/studio/", "https://x.example.com"), ("https://x.example.com/dev/", "https://x.example.com/dev"),
        ("http://127.0.0.1:8400", "http://127.0.0.1:8400"),
    ])
    def test_the_studios_own_address_will_do(self, endpoint, checked):
        assert check_endpoint(endpoint) == checked

    def test_pages_end_at_the_limit(self):
        asked = []

        def request(_method, url, **_):
            asked.append(url)
            page = {"executions": [{"id": n} for n in range(100)], "next_token": f"t{len(asked)}"}
            return SimpleNamespace(status=200, data=json.dumps(page).encode(), headers={})

        found, following = client(SimpleNamespace(request=request)).pages("/executions", "executions", limit=200)
        assert (len(found), following) == (200, "t2")
        assert [url.partition("?")[2] for url in asked] == ["limit=200", "limit=100&next_token=t1"]


class Wire:
    """An API and a bucket behind it, by (method, address); every request is noted."""

    def __init__(self, **answers):
        self.answers, self.asked = answers, []

    def request(self, method, address, *, body, headers, timeout):
        self.asked.append((method, address, body, dict(headers)))
        status, answer, more = self.answers[f"{method} {address.removeprefix(AT)}"]
        return SimpleNamespace(status=status, data=json.dumps(answer).encode(), headers=more)


HREF = "https://b.s3.r.amazonaws.com/answers/x?X-Amz-Signature=abc"


def test_a_large_answer_is_fetched_from_its_address_and_the_token_stays_here():
    wire = Wire(**{
        "GET /executions/x/payload": (200, {"$too_large": {"bytes": 9, "href": HREF}}, {"Automate-Too-Large": "1"}),
        f"GET {HREF}": (200, {"n": 1}, {}),
    })
    assert client(wire).get("/executions/x/payload") == {"n": 1}
    assert wire.asked[1] == ("GET", HREF, None, {})


def test_a_value_that_looks_like_an_address_is_a_value():
    wire = Wire(**{"GET /x": (200, {"$too_large": {"bytes": 9, "href": HREF}}, {})})
    assert client(wire).get("/x") == {"$too_large": {"bytes": 9, "href": HREF}}


def test_a_large_body_is_put_where_the_api_says_and_named_in_the_request():
    wire = Wire(**{
        "POST /uploads": (201, {"id": "u1", "href": HREF, "headers": {"Content-Type": "application/json"}}, {}),
        f"PUT {HREF}": (200, None, {}), "POST /workflows/w/executions": (201, {"id": "w:1"}, {}),
    })
    body = {"input": "x" * 6_000_000}
    assert client(wire).post("/workflows/w/executions", body) == {"id": "w:1"}
    asked, put, sent = wire.asked
    assert json.loads(asked[2]) == {"bytes": len(put[2])}
    assert json.loads(put[2]) == body
    assert put[3] == {"Content-Type": "application/json"}
    assert (sent[2], sent[3]["Automate-Upload"]) == (None, "u1")


def test_a_large_body_goes_as_it_is_to_a_server_that_takes_it():
    wire = Wire(**{
        "POST /uploads": (201, {"id": None, "href": None, "headers": {}}, {}), "POST /x": (200, {}, {}),
    })
    client(wire).post("/x", {"input": "x" * 6_000_000})
    assert len(wire.asked[1][2]) > 6_000_000


def test_an_address_that_is_over_is_said_without_its_signature():
    wire = Wire(**{
        "GET /x": (200, {"$too_large": {"bytes": 9, "href": HREF}}, {"Automate-Too-Large": "1"}),
        f"GET {HREF}": (403, None, {}),
    })
    with pytest.raises(StoreUnavailable, match="its address answers 403") as found:
        client(wire).get("/x")
    assert "abc" not in str(found.value)
