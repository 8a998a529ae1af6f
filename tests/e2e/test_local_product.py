"""The local product as people run it: a real server with its workers, over HTTP and the command line."""

from __future__ import annotations

import http.client
import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from functions.cli.demo import SECRET_VALUE
from tests.support import patience
from tests.support.local_server import ROOT, LocalServer, automate, clean_environment, is_running, slow_service
from tests.support.patience import wait_until

HELLO = {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "Result": {"said": "hello"}, "End": True}}}
PAUSE = {"StartAt": "Pause", "States": {"Pause": {"Type": "Wait", "Seconds": 2, "End": True}}}


def calling(url):
    return {"StartAt": "Call", "States": {"Call": {
        "Type": "Task", "Resource": "connector:http:request", "Parameters": {"method": "POST", "url": url},
        "ResultSelector": {"done.$": "$.body.done"}, "End": True,
    }}}


def outcomes(running):
    """What the ledger of effects says of the one call."""
    return {call["outcome"] for call in running.json("GET", "/executions/call%3Aone/effects")["effects"]}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for the tests that leave it as it is."""
    running = LocalServer(tmp_path_factory.mktemp("product") / "data")
    yield running
    assert running.stop() == 0


@pytest.fixture
def own_server(tmp_path):
    """Starts servers of the test's own on one folder; what is left of them is stopped."""
    started = []

    def start(*arguments):
        started.append(LocalServer(tmp_path / "data", *arguments))
        return started[-1]

    yield start
    for running in started:
        running.stop()


def test_children_run_in_real_workers(server, tmp_path):
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **HELLO}
    states = {
        "Each": {"Type": "Map", "ItemProcessor": processor, "ResultPath": "$[0].said", "Next": "Start"},
        "Start": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": True,
                  "Parameters": {"StateMachineArn": "greeter"}, "ResultPath": "$[0].started"},
    }
    for name, definition in (("greeter", HELLO), ("caller", {"StartAt": "Each", "States": states})):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps({"name": name, "definition": definition}))
        automate(server.folder, "import", "--file", str(path), "--publish")
    given = json.dumps([{"n": n} for n in range(60)])
    ended = automate(server.folder, "start", "caller", "--name", "one", "--input", given, "--wait")
    assert ended["status"] == "SUCCEEDED", ended["cause"]
    assert ended["output"][0]["said"] == [{"said": "hello"}] * 60
    assert ended["output"][0]["started"]["Output"] == {"said": "hello"}
    child = server.json("GET", "/executions/caller%3Aone~1.0~59")
    assert (child["status"], child["input"]) == ("SUCCEEDED", {"n": 59})


def test_the_whole_way_over_http_and_the_command_line(server, tmp_path):
    path = tmp_path / "hello.json"
    path.write_text(json.dumps({"name": "hello", "definition": HELLO}))
    assert automate(server.folder, "import", "--file", str(path), "--publish")["version"] == 1
    started = automate(server.folder, "start", "hello", "--name", "one", "--input", '{"a": 1}', "--wait")
    assert (started["status"], started["output"]) == ("SUCCEEDED", {"said": "hello"})

    shown = server.json("GET", "/executions/hello%3Aone")
    assert started == {key: shown[key] for key in started}
    over_http = server.json("GET", "/executions/hello%3Aone/history")["events"]
    assert over_http == automate(server.folder, "history", "hello:one")["events"]
    assert [event["type"] for event in over_http][-1] == "ExecutionSucceeded"

    second = server.json("POST", "/workflows/hello/executions", {"name": "two"})
    assert server.wait_closed(second["id"])["status"] == "SUCCEEDED"
    listed = automate(server.folder, "executions", "--workflow", "hello")["executions"]
    assert [row["name"] for row in listed] == ["two", "one"]
    starts = server.json("GET", "/audit?act=execution.start&workflow=hello")["entries"]
    assert [(entry["subject"], entry["origin"]) for entry in starts] == [
        ("execution/hello:two", "127.0.0.1"), ("execution/hello:one", "command line")
    ]
    assert automate(server.folder, "audit", "verify")["ok"]


def test_etags_over_http(server):
    server.publish("tagged", HELLO)
    _, headers, _ = server.request("GET", "/workflows/tagged/draft")
    status, _, text = server.request("GET", "/workflows/tagged/draft", If_None_Match=headers["ETag"])
    assert (status, text) == (304, "")
    status, _, text = server.request("POST", "/workflows/tagged/publish", {}, If_Match='"other"')
    assert (status, json.loads(text)["error"]["code"]) == (412, "PreconditionFailed")


def test_stop_over_http(server):
    server.publish("pause", PAUSE)
    server.json("POST", "/workflows/pause/executions", {"name": "stopped"})
    server.json("POST", "/executions/pause%3Astopped/stop", {"cause": "enough"})
    shown = server.wait_closed("pause:stopped")
    assert (shown["status"], shown["cause"]) == ("ABORTED", "enough")


def test_who_gets_in(server):
    assert server.request("GET", "/workflows", Authorization="")[0] == 401
    assert server.request("GET", "/workflows", Authorization="Bearer wrong")[0] == 401
    assert server.request("GET", "/health", Authorization="")[0] == 200
    assert server.request("GET", "/health", Host="evil.example")[0] == 421
    assert server.request("POST", "/workflows/import", {}, Origin="http://evil.example")[0] == 403
    status, headers, _ = server.request("GET", server.sign_in.removeprefix(server.url), Authorization="")
    cookie = headers["Set-Cookie"].partition(";")[0]
    assert status == 200
    assert server.request("GET", "/docs", Authorization="", Cookie=cookie)[0] == 200
    assert server.request("GET", "/workflows", Authorization="", Cookie=cookie)[0] == 401
    assert server.request("GET", server.sign_in.removeprefix(server.url), Authorization="")[0] == 403
    link = automate(server.folder, "signin")["sign_in"]
    assert server.request("GET", link.removeprefix(server.url), Authorization="")[0] == 200


def test_it_listens_on_loopback_alone(server):
    port = int(server.url.rpartition(":")[2])
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), port, socket.AF_INET)} - {"127.0.0.1"}
    for address in others:
        if not address.startswith("127."):
            with pytest.raises(OSError), socket.create_connection((address, port), timeout=1):
                pass


def test_too_large_a_body_is_refused(server):
    port = int(server.url.rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience.SECONDS)
    connection.putrequest("POST", "/workflows/import")
    connection.putheader("Authorization", f"Bearer {server.token}")
    connection.putheader("Content-Length", str(10**10))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_two_at_once_on_one_folder(server):
    """Commands, another worker and the server share a folder."""
    server.publish("shared", HELLO)
    extra = subprocess.Popen(
        [sys.executable, "-m", "functions.cli.main", "--data-dir", str(server.folder), "worker"],
        stdout=subprocess.PIPE, text=True, env=clean_environment(), cwd=ROOT,
    )
    try:
        assert "at work" in extra.stdout.readline()
        for number in range(20):
            server.json("POST", "/workflows/shared/executions", {"name": f"n{number}"})
        for number in range(20):
            assert server.wait_closed(f"shared:n{number}")["status"] == "SUCCEEDED"
    finally:
        extra.send_signal(signal.SIGTERM)
        extra.communicate(timeout=patience.SECONDS)
    assert extra.returncode == 0


def test_a_second_server_of_a_folder_is_refused_and_harms_nothing(server):
    refused = automate(server.folder, "up", "--port", "0", check=False)
    error = json.loads(refused.stderr)["error"]
    assert (refused.returncode, error["code"]) == (75, "FolderServed")
    assert error["message"] == f"another server serves the data folder {server.folder} at {server.url}"
    assert "automate worker" in error["advice"]
    assert server.url in automate(server.folder, "signin")["sign_in"]


def test_a_killed_server_leaves_its_folder_free(own_server):
    own_server().kill()
    assert own_server().json("GET", "/health")["product"] == "automate"


def test_a_port_that_is_taken_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = automate(tmp_path / "data", "up", "--port", str(port), check=False)
    error = json.loads(done.stderr)["error"]
    assert (done.returncode, error["code"]) == (1, "PortTaken")
    assert str(port) in error["message"]
    assert "PORT=8500 make run" in error["advice"]


def test_a_port_that_another_server_has_taken(server, tmp_path):
    port = server.url.rpartition(":")[2]
    done = automate(tmp_path / "data", "up", "--port", port, check=False)
    assert "another Automate server" in json.loads(done.stderr)["error"]["message"]


def test_a_worker_killed_in_the_middle_of_a_wait_and_of_a_task(own_server):
    """The server starts another, which goes on: the Wait ends on time, the call is repeated with the same key."""
    with slow_service() as service:
        running = own_server()
        running.publish("pause", PAUSE)
        running.publish("call", calling(service.url))
        victim = running.worker()
        running.json("POST", "/workflows/pause/executions", {"name": "one"})
        running.json("POST", "/workflows/call/executions", {"name": "one"})
        wait_until(lambda: service.keys)

        os.kill(victim, signal.SIGKILL)
        assert outcomes(running) <= {"UNDER_WAY", "UNKNOWN", "REPEATED", "DONE"}  # the service has it

        called = running.wait_closed("call:one")
        waited = running.wait_closed("pause:one")
        assert (called["status"], called["output"]) == ("SUCCEEDED", {"done": True})
        assert waited["status"] == "SUCCEEDED"
        assert len(service.keys) == 2
        assert service.keys[0] is not None
        assert service.keys[0] == service.keys[1]
        assert running.worker() != victim
        calls = running.json("GET", "/executions/call%3Aone/effects")["effects"]
        assert [call["outcome"] for call in calls] == ["REPEATED", "DONE"]
        assert [call["idempotency_key"] for call in calls] == service.keys


def test_server_and_worker_killed_then_started_again(own_server):
    with slow_service() as service:
        first = own_server()
        first.publish("pause", PAUSE)
        first.publish("call", calling(service.url))
        victim = first.worker()
        first.json("POST", "/workflows/pause/executions", {"name": "one"})
        first.json("POST", "/workflows/call/executions", {"name": "one"})
        wait_until(lambda: service.keys)
        os.kill(victim, signal.SIGKILL)
        first.kill()
        wait_until(lambda: not first.workers())

        second = own_server()

        assert second.wait_closed("call:one")["status"] == "SUCCEEDED"
        assert second.wait_closed("pause:one")["status"] == "SUCCEEDED"
        assert service.keys[0] == service.keys[-1]
        begun = second.json("GET", "/audit?act=engine.started")["entries"]
        assert {entry["subject"] for entry in begun} == {"execution/call:one", "execution/pause:one"}
        assert len(begun) == 2
        assert second.json("GET", "/audit/verify")["ok"]


def test_no_worker_outlives_its_server(own_server):
    running = own_server("--workers", "2")
    pids = wait_until(lambda: len(running.workers()) == 2 and running.workers())
    running.kill()
    wait_until(lambda: not any(is_running(pid) for pid in pids))


def test_a_clean_stop_leaves_nothing_running(own_server):
    running = own_server()
    pid = running.worker()
    assert running.stop() == 0
    assert not is_running(pid)
    assert running.workers() == []


def run_demo(folder, port):
    """`automate demo` until it says how to stop; everything it printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "functions.cli.main", "--data-dir", str(folder), "demo", "--port", str(port)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=clean_environment(), cwd=ROOT,
    )
    printed = []
    for line in process.stdout:
        printed.append(line)
        if line.startswith("Stop with Ctrl-C"):
            break
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=patience.SECONDS)
    return "".join(printed) + rest, process.returncode


def test_the_demo_twice(tmp_path):
    folder = tmp_path / "data"
    first, status = run_demo(folder, 0)
    assert status == 0, first
    assert "order_flow version 1: published" in first
    assert "SUCCEEDED" in first
    assert '"status": "confirmed"' in first
    assert "/signin?code=" in first
    assert "warning" not in first, "the first thing that somebody sees of the product"
    second, status = run_demo(folder, 0)
    assert status == 0, second
    assert "order_flow version 1: unchanged" in second
    assert "SUCCEEDED" in second
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert {"automate.db", "secrets.json", "server.log", "worker-1.log"} <= {path.name for path in kept}
    secret = SECRET_VALUE.encode()
    assert [path for path in kept if secret in path.read_bytes() or b64encode(secret) in path.read_bytes()] == []
    assert SECRET_VALUE not in first + second
    rows = automate(folder, "executions", "--workflow", "order_flow")["executions"]
    assert [row["status"] for row in rows] == ["SUCCEEDED", "SUCCEEDED"]
    assert [row["business_key"] for row in rows] == ["o-2001", "o-2001"]


class _Eavesdropper(BaseHTTPRequestHandler):
    """Another service of this machine: it keeps the cookies that it is sent."""

    def do_GET(self):
        self.server.seen.append(self.headers["Cookie"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def test_a_cookie_that_another_port_was_sent_opens_nothing_there(server):
    """Cookies know no ports (RFC 6265, section 8.5): whoever listens on 127.0.0.1 is handed ours, and may replay it."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar))
    with browser.open(automate(server.folder, "signin")["sign_in"], timeout=patience.SECONDS) as page:
        proof = re.search(r'"automate\.session", "([\w-]+)"', page.read().decode())[1]
    with ThreadingHTTPServer(("127.0.0.1", 0), _Eavesdropper) as other:
        other.seen = []
        threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.01}).start()
        browser.open(f"http://127.0.0.1:{other.server_port}/", timeout=patience.SECONDS).close()
        other.shutdown()
    (cookie,) = other.seen
    assert cookie.startswith("automate_session_")
    copied = {
        "Authorization": "", "Cookie": cookie, "Origin": server.url, "Referer": f"{server.url}/studio/",
        "Sec_Fetch_Site": "same-origin", "User_Agent": "Mozilla/5.0",
    }
    described = server.json("GET", "/openapi.json")["paths"]
    anybodys = ("/health", "/hooks/", "/forms")
    asked = [
        (method.upper(), path) for path, methods in described.items() for method in methods
        if not path.startswith(anybodys)
    ]
    opened = {
        (method, path) for method, path in [*asked, ("POST", "/signout")]
        if server.request(method, path.replace("{", "").replace("}", ""), None if method == "GET" else {}, **copied)[0]
        != 401
    }
    assert len(asked) > 60
    assert opened == {("GET", "/docs"), ("GET", "/openapi.json")}, "which are the same for everybody"
    proved = {**copied, "X_Automate_Session": proof}
    assert server.request("GET", "/workflows", **proved)[0] == 200
    assert automate(server.folder, "signout")["signed_out"] >= 1
    assert server.request("GET", "/workflows", **proved)[0] == 401


def test_a_new_token_counts_at_once(server):
    old = server.token
    assert automate(server.folder, "signout", "--new-token")["new_token"] is True
    assert server.token != old
    assert server.request("GET", "/workflows")[0] == 200
    assert server.request("GET", "/workflows", Authorization=f"Bearer {old}")[0] == 401


@pytest.mark.parametrize("header", [
    "Content-Length: {digits}", "Content-Length: \xb2", "Content-Length: -1", "Host: 127.0.0.1:{digits}",
    "Cookie: automate_session={digits}", "Cookie: automate_session_{port}={digits}", "If-None-Match: {digits}",
    "Range: bytes={digits}-", "Authorization: Bearer {digits}", "X-Automate-Session: {digits}",
])
def test_endless_digits_in_a_header_are_refused_with_words(server, header):
    host, _, port = server.url.removeprefix("http://").partition(":")
    line = header.format(digits="9" * 5000, port=port)
    lines = ["POST /workflows/import HTTP/1.1", line, "Connection: close"]
    lines += [] if line.startswith("Host") else [f"Host: {host}:{port}"]
    with socket.create_connection((host, int(port)), timeout=patience.SECONDS) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        answer = connection.makefile("rb").read().decode()
    status, body = int(answer.split(" ")[1]), answer.partition("\r\n\r\n")[2]
    assert 400 <= status < 500
    assert len(body) > 10


def test_the_command_line_asks_the_running_server_with_the_folder_s_token(server, tmp_path):
    at = ("--endpoint", server.url)
    path = tmp_path / "asked.json"
    path.write_text(json.dumps({"name": "asked", "definition": HELLO}))
    assert automate(server.folder, *at, "import", "--file", str(path), "--publish")["published"] is True
    ended = automate(server.folder, *at, "start", "asked", "--name", "one", "--input", "{}", "--wait")
    assert (ended["status"], ended["output"]) == ("SUCCEEDED", {"said": "hello"})
    found = automate(server.folder, *at, "audit", "list", "--execution", "asked:one", "--act", "execution.start")
    assert [entry["origin"] for entry in found["entries"]] == ["127.0.0.1"]
    refused = automate(tmp_path / "another", *at, "workflows", check=False)
    assert refused.returncode == 1
    assert "nobody is signed in" in refused.stderr
