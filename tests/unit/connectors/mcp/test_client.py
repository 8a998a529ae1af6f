import itertools
import json
import threading

import pytest

from connectors.mcp import client
from connectors.mcp.client import BY_SESSION, STATELESS
from tests.support.vendors.loopback import given
from tests.support.vendors.mcp_server import RAIN, TEXT, WEATHER, event, official, stream


def code(failed):
    return json.loads(failed.cause).get("code")


def message(failed):
    return json.loads(failed.cause)["errorMessage"]


def answering(desk, method, answer):
    """`answer` of a message instead of the server's own."""
    desk.server.instead[method] = answer


@pytest.fixture
def use(server, desk, use_dialler):
    """The connector of another server, which is told by its address."""
    def of(address):
        use_dialler(server.address, address)
        server.address = address
        return desk.accept()

    before = server.address
    yield of
    server.address = before


def test_a_session_is_begun_once_and_kept(desk):
    desk.server.seen.clear()
    assert desk.call()["text"] == desk.call()["text"] == "said"
    assert desk.server.methods == [
        "initialize", "notifications/initialized", "tools/list", "tools/call", "tools/list", "tools/call",
    ]
    assert [params["arguments"] for params in desk.server.called()] == [{"text": "x"}] * 2
    begun, first, *others = desk.server.seen
    assert "mcp-protocol-version" not in begun.headers
    assert {one.headers["mcp-session-id"] for one in (first, *others)} == desk.server.sessions
    assert {one.headers["mcp-protocol-version"] for one in (first, *others)} == {"2025-11-25"}


def test_an_import_ends_its_session(desk):
    assert desk.server.methods == ["initialize", "notifications/initialized", "tools/list", "DELETE"]
    assert desk.server.sessions == set()


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("protocol", BY_SESSION)
def test_each_revision_with_sessions_in_json_and_in_a_stream(desk, protocol, streams):
    desk.server.protocol, desk.server.streams = protocol, streams
    desk.accept()
    assert desk.file["mcp"] == {"protocol": protocol}
    assert desk.call("get_weather_data", {"location": "Rome"}) == RAIN


def test_another_credential_has_another_session(desk):
    desk.accept(auth=[{"kind": "bearer"}])
    for key in ("key-of-one-team", "key-of-one-team", "key-of-another"):
        desk.call("say", {"text": "x", "token": {"$secret": "KEY"}}, secrets={"KEY": key})
    assert len(desk.server.sessions) == 2
    assert [one.bearer for one in desk.server.seen[-2:]] == ["key-of-another"] * 2


@pytest.mark.parametrize("status", [404, 400])
def test_a_session_that_is_over_is_begun_anew_and_the_tool_is_called_once(desk, status):
    desk.call()
    desk.server.seen.clear()
    desk.server.next[:] = [given({"jsonrpc": "2.0", "error": {"code": -32000, "message": "no session"}}, status)]
    assert desk.call()["text"] == "said"
    assert desk.server.methods.count("initialize") == 1
    assert len(desk.server.called()) == 1


def test_a_session_may_end_between_the_list_and_the_call(desk):
    ended = []

    def end(message):
        if not ended:
            ended.append(desk.server.sessions.clear())
            return given({"jsonrpc": "2.0", "error": {"code": -32001, "message": "no session"}}, 404)
        return given({"jsonrpc": "2.0", "id": message["id"], "result": desk.server.result(message)})

    answering(desk, "tools/call", end)
    assert desk.call()["text"] == "said"
    assert desk.server.methods.count("initialize") == 3  # the import's, that of the call, and the new one


def test_a_server_that_ends_each_session_is_told_of(desk):
    answering(desk, "tools/list", lambda _: (404, {}, b""))
    failed = desk.fails()
    assert "ends each session before it answers tools/list" in message(failed)
    assert (failed.definite, failed.retryable) == (True, False)


def test_the_list_is_read_page_by_page(desk):
    desk.server.tools = [{**TEXT, "name": f"say_{number}"} for number in range(7)]
    desk.server.page = 2
    desk.accept()
    assert list(desk.file["actions"]) == [f"say_{number}" for number in range(7)]
    assert desk.server.methods[-5:].count("tools/list") == 4


@pytest.mark.parametrize(("result", "says"), [
    ({"tools": [TEXT], "nextCursor": "1"}, "a cursor comes twice"), ({"tools": [TEXT], "nextCursor": 5}, "in a circle"),
    ({}, "`tools` is no list"), ({"tools": {}}, "`tools` is no list"), ({"tools": [{}]}, "a tool without a name"),
    ({"tools": ["say"]}, "a tool without a name"),
])
def test_a_list_that_is_none(desk, result, says):
    answering(desk, "tools/list", lambda message: desk.server.said(message, result))
    failed = desk.fails("get_weather_data", {"location": "Rome"})
    assert (says in message(failed), failed.definite, failed.retryable) == (True, True, False)


def test_a_list_without_an_end(desk, monkeypatch):
    monkeypatch.setattr(client, "MOST_PAGES", 5)
    counted = itertools.count()
    answering(desk, "tools/list", lambda message: desk.server.said(
        message, {"tools": [], "nextCursor": str(next(counted))}
    ))
    assert "on more than 5 pages" in message(desk.fails())


def said(message, **parts):
    return {"jsonrpc": "2.0", "id": message["id"], **parts}


MALFORMED = {
    "no JSON": (lambda _: (200, {"Content-Type": "application/json"}, b"{"), "no JSON"),
    "no UTF-8": (lambda _: (200, {"Content-Type": "application/json"}, b'"\xff"'), "no UTF-8"),
    "a page": (lambda _: (200, {"Content-Type": "text/html"}, b"<p>"), "text/html instead of application/json"),
    "nothing": (lambda _: (200, {}, b""), "no media type"),
    "accepted": (lambda _: (202, {}, b""), "answers 202 and no more"),
    "a list": (lambda m: given([said(m, result={})]), "no JSON-RPC 2.0"),
    "another protocol": (lambda m: given({**said(m, result={}), "jsonrpc": "1.0"}), "no JSON-RPC 2.0"),
    "another id": (lambda m: given({**said(m, result={}), "id": 0}), "another id: '0'"),
    "the id as text": (lambda m: given({**said(m, result={}), "id": str(m["id"])}), "another id"),
    "true for 1": (lambda m: given({**said(m, result={}), "id": True}), "another id"),
    "no id": (lambda _: given({"jsonrpc": "2.0", "result": {}}), "another id: 'None'"),
    "neither": (lambda m: given(said(m)), "neither a result nor an error"),
    "both": (lambda m: given(said(m, result={}, error={"code": 1, "message": ""})), "with both of them"),
    "a result that is text": (lambda m: given(said(m, result="x")), "neither a result nor an error"),
    "its own request": (lambda m: given(said(m, method="ping")), "a message of its own"),
    "deep": (lambda _: (200, {"Content-Type": "application/json"}, b"[" * 100_000), "no JSON"),
    "another kind": (lambda m: given(said(m, result={"resultType": "task"})), "of an unknown kind"),
    "more input": (lambda m: given(said(m, result={"resultType": "input_required"})), "asks for more input"),
    "a stream that ends": (lambda _: stream(b": nothing\n\n"), "ends its stream without an answer"),
    "a stream of another id": (lambda m: stream(event({**said(m, result={}), "id": 0})), "another id"),
    "a stream of nonsense": (lambda _: stream(b"data: nonsense\n\n"), "no JSON"),
    "a stream that asks": (
        lambda m: stream(event({**said(m), "method": "sampling/createMessage", "params": {}})),
        "asks sampling/createMessage of its client",
    ),
    "content that is none": (lambda m: given(said(m, result={"content": "x"})), "no list of parts"),
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_what_is_no_answer_to_a_call_leaves_it_open(desk, kind):
    made, says = MALFORMED[kind]
    answering(desk, "tools/call", made)
    failed = desk.fails()
    assert says in message(failed)
    assert (code(failed), failed.definite, failed.retryable) == ("MalformedAnswer", False, False)
    assert len(desk.server.called()) == 1


@pytest.mark.parametrize("kind", [kind for kind in MALFORMED if kind != "content that is none"])
@pytest.mark.parametrize("method", ["initialize", "tools/list"])
def test_before_the_call_it_is_definite(desk, method, kind):
    answering(desk, method, MALFORMED[kind][0])
    failed = desk.fails()
    assert (failed.definite, desk.server.called()) == (True, [])


@pytest.mark.parametrize(("number", "definite", "retryable"), [
    (-32700, True, False), (-32602, True, False), (-32601, True, False), (-32022, True, False), (-32603, False, True),
    (-32000, False, True), (42, False, True),
])
@pytest.mark.parametrize("status", [200, 400])
def test_an_error_of_json_rpc(desk, number, definite, retryable, status):
    answering(desk, "tools/call", lambda m: given(said(m, error={"code": number, "message": "no\u202e way"}), status))
    failed = desk.fails()
    assert (failed.definite, failed.retryable, code(failed)) == (definite, retryable, str(number))
    assert message(failed).endswith(f"answers tools/call with the error {number}: no\\u{{202e}} way")


@pytest.mark.parametrize(("answer", "says", "definite", "retryable"), [
    (given({"error": {"code": "x", "message": "who?"}}, 401, WWW_Authenticate='Bearer realm="mcp"'),
     'WWW-Authenticate: Bearer realm="mcp"', True, False),
    (given({}, 403), "answered 403", True, False),
    (given({}, 429, Retry_After="7"), "Retry-After: 7", True, True),
    ((500, {}, b"oh"), "answered 500: oh", False, True), ((503, {}, b""), "answered 503", True, True),
    ((307, {"Location": "https://evil.example/mcp"}, b""), "Location: https://evil.example/mcp", False, False),
    (None, "the connection broke", False, True),
])
def test_what_http_says_of_a_call(desk, answer, says, definite, retryable):
    answering(desk, "tools/call", lambda _: answer)
    failed = desk.fails()
    assert (says in message(failed), failed.definite, failed.retryable) == (True, definite, retryable)
    assert len(desk.server.called()) == 1


def test_a_server_without_a_sessions_name(desk):
    desk.server.sessions.add(None)
    answering(desk, "initialize", lambda m: given(said(m, result={"protocolVersion": "2025-11-25"})))
    assert desk.call()["text"] == "said"
    answering(desk, "tools/call", lambda _: (404, {}, b""))
    assert "answered 404" in message(desk.fails())


def test_a_stream_is_read_up_to_the_answer_whatever_comes_then(desk):
    def endless(message):
        yield event(said(message, result=desk.server.results["say"]))
        while True:
            yield b": more\n\n"

    answering(desk, "tools/call", lambda message: stream(endless=endless(message)))
    assert desk.call()["text"] == "said"
    assert desk.call()["text"] == "said"


@pytest.mark.parametrize("piece", [b": more" + b"." * 60_000 + b"\n", b"data: " + b"x" * 60_000 + b"\n", b"x" * 65_536])
def test_a_stream_without_an_answer_is_too_large_at_last(desk, piece):
    answering(desk, "tools/call", lambda _: stream(endless=itertools.repeat(piece)))
    failed = desk.fails()
    assert ("answered with more than 8388608 bytes" in message(failed), failed.definite) == (True, False)


def test_an_answer_that_is_too_large(desk):
    answering(desk, "tools/call", lambda m: given(said(m, result={"content": [], "x": "x" * 9_000_000})))
    assert "answered with more than 8388608 bytes" in message(desk.fails())


def test_a_stream_that_says_nothing_ends_with_the_time(desk):
    over = threading.Event()

    def silent():
        yield b": one\n\n"
        over.wait(60)

    answering(desk, "tools/call", lambda _: stream(endless=silent()))
    failed = desk.fails(timeout_seconds=1.0)
    over.set()
    assert (message(failed).endswith("no answer in time"), failed.definite, failed.retryable) == (True, False, True)


def test_a_stream_that_breaks_off_is_asked_for_the_rest(desk):
    kept = {}

    def begin(message):
        kept.update(message)
        return stream(b"id: 7\nretry: 100\ndata:\n\n")

    answering(desk, "tools/call", begin)
    real = desk.server.answer
    desk.server.answer = lambda one: stream(event(said(kept, result=desk.server.results["say"]))) if (
        one.method == "GET" and one.headers["last-event-id"] == "7" and one.headers["accept"] == "text/event-stream"
        and one.headers["mcp-session-id"] in desk.server.sessions
    ) else real(one)
    assert desk.call()["text"] == "said"
    assert (len(desk.server.called()), desk.server.methods[-1]) == (1, "GET")
    desk.server.answer = real  # which knows no GET
    assert "ends its stream without an answer" in message(desk.fails())


def test_pings_are_answered_and_not_without_end(desk):
    def pinging(number):
        def made(m):
            pings = [event({"jsonrpc": "2.0", "id": f"p{one}", "method": "ping"}) for one in range(number)]
            return stream(*pings, event(said(m, result=desk.server.results["say"])))
        return made

    answering(desk, "tools/call", pinging(2))
    real = desk.server.answer
    desk.server.answer = lambda one: (202, {}, b"") if b'"method"' not in one.body else real(one)
    assert desk.call()["text"] == "said"
    assert [json.loads(one.body)["id"] for one in desk.server.seen[-2:]] == ["p0", "p1"]
    answering(desk, "tools/call", pinging(100))
    assert "asks ping of its client" in message(desk.fails())


def test_a_server_without_sessions(desk):
    server = desk.server
    server.without_sessions = True
    server.tools = [WEATHER, {**TEXT, "inputSchema": {"type": "object", "properties": {
        "text": {"type": "string", "x-mcp-header": "Text"}, "of": {"type": "object", "properties": {
            "size": {"type": "integer", "x-mcp-header": "Size"}, "bold": {"type": "boolean", "x-mcp-header": "Bold"},
        }},
    }}}]
    desk.accept()
    assert (desk.file["mcp"], desk.file["version"]) == ({"protocol": STATELESS}, "2")
    server.seen.clear()
    assert desk.call("say", {"text": "Hello, 世界", "of": {"size": -7, "bold": False}})["text"] == "said"
    assert server.methods == ["tools/list", "tools/call"]
    headers = server.seen[-1].headers
    assert (headers["mcp-name"], headers["mcp-method"]) == ("say", "tools/call")
    assert headers["mcp-param-text"] == "=?base64?SGVsbG8sIOS4lueVjA==?="
    assert (headers["mcp-param-size"], headers["mcp-param-bold"]) == ("-7", "false")
    desk.call("say", {"of": {}})
    assert not [name for name in server.seen[-1].headers if name.startswith("mcp-param")]
    assert desk.call("get_weather_data", {"location": "Rome"}) == RAIN


def test_a_revision_that_nobody_here_speaks(desk):
    answering(desk, "initialize", lambda m: given(said(m, result={"protocolVersion": "2031-01-01"})))
    assert "speaks MCP 2031-01-01; spoken here are 2026-07-28, 2025-11-25" in message(desk.fails())


def test_a_sessions_name_that_no_header_may_hold(desk):
    answering(desk, "initialize", lambda m: given(
        said(m, result={"protocolVersion": "2025-11-25"}), Mcp_Session_Id="a b"
    ))
    assert "names its session in characters that no header may hold" in message(desk.fails())


@pytest.mark.parametrize("options", [(), pytest.param(("json", "stateless"), marks=pytest.mark.full)])
def test_the_official_server(use, options):
    with official(*options) as address:
        desk = use(address)
        assert list(desk.file["actions"]) == ["get_weather", "say", "fails_always"]
        for protocol in (desk.file["mcp"]["protocol"], STATELESS):
            desk.use({**desk.file, "mcp": {"protocol": protocol}})
            assert desk.call("get_weather", {"city": "Rome"}) == {"letters": 4, "days": 1}
            assert desk.call()["content"] == [{"type": "text", "text": "said x"}]
            failed = desk.fails("fails_always", {})
            assert (code(failed), failed.definite) == ("ToolError", True)
            assert desk.call("get_weather", {"city": "é", "days": 3}) == {"letters": 1, "days": 3}
