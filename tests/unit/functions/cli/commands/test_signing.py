"""Signing in on a stage's sign-in page: the command, its listener and the page, over real HTTP."""

from __future__ import annotations

import json
import os
import socket
import stat
import threading
import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.cli import main
from functions.cli.client import hosted, loopback
from functions.cli.client.tokens import default_path
from tests.support import patience
from tests.support.hosted_sign_in import CLIENT, SignInPage

_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def visit(address, **headers):
    """Status and text of what a browser is shown there; it follows redirects."""
    try:
        with _DIRECTLY.open(urllib.request.Request(address, headers=headers), timeout=patience.SECONDS) as answer:  # noqa: S310
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    made = SignInPage(hosted.CALLBACKS)
    yield made
    made.stop()


@pytest.fixture
def browser(monkeypatch):
    """`browser(visits)`: the browser that the command opens. `visits(address)` runs beside the command."""
    threads = []

    def use(visits):
        def opened(address):
            threads.append(threading.Thread(target=visits, args=(address,)))
            threads[-1].start()
            return True

        monkeypatch.setattr("webbrowser.open", opened)

    yield use
    for thread in threads:
        thread.join(patience.SECONDS)


@pytest.fixture
def login(page, capsys):
    def run(*arguments):
        status = main.run(["--json", "--endpoint", f"http://{page.domain}", "login", *arguments])
        said = capsys.readouterr()
        assert "code-0" not in said.err + said.out, "a code is in no output"
        return status, json.loads(said.out or said.err.strip().splitlines()[-1]), said.err

    return run


def kept():
    file = default_path(os.environ)
    return json.loads(file.read_text()) if file.exists() else {}


def test_the_browser_signs_in_and_the_tokens_are_kept_for_their_owner_alone(page, browser, login):
    seen = []
    browser(lambda address: seen.append(visit(address)))
    status, made, said = login("--provider", "Okta")
    assert (status, made["user"]) == (0, "ana@example.com")
    assert "oauth2/authorize" in said
    assert page.authorized[0]["identity_provider"] == "Okta"
    [entry] = kept().values()
    assert (entry["client_id"], entry["refresh_token"], entry["region"]) == (CLIENT, "refresh-1", "eu-west-1")
    assert stat.S_IMODE(default_path(os.environ).stat().st_mode) == 0o600
    [(shown, text, headers)] = seen
    assert shown == 200
    assert "You are signed in" in text
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_each_attempt_has_its_own_state_nonce_and_verifier(page, browser, login):
    browser(visit)
    assert [login()[0], login()[0]] == [0, 0]
    first, second = page.authorized
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(first[name]) == 43
    assert "code_verifier" not in first, "the browser never sees it"


def test_another_state_is_refused_and_the_command_waits_on(page, browser, login):
    shown = []

    def visits(address):
        asked = parse_qs(urlsplit(address).query)
        back = asked["redirect_uri"][0]
        shown.extend(visit(f"{back}?code=code-0&state={state}")[:2] for state in ("guessed", "", "%C3%A4"))
        shown.append(visit(back.replace("signed-in", "other"))[:2])
        shown.append(visit(f"{back}?code=c&state={asked['state'][0]}", Host="evil.example.com")[:2])
        shown.append(visit(address)[:2])

    browser(visits)
    assert login()[0] == 0
    assert [status for status, _ in shown] == [400, 400, 400, 404, 404, 200]
    assert "belongs to another sign-in" in shown[0][1]
    assert len(page.exchanged) == 1


def test_a_provider_that_refuses_is_quoted_in_the_page_and_by_the_command(page, browser, login):
    shown = []

    def visits(address):
        asked = parse_qs(urlsplit(address).query)
        words = "error=access_denied&error_description=Not+%3Cb%3Eassigned%1B%5B31m"
        shown.append(visit(f"{asked['redirect_uri'][0]}?{words}&state={asked['state'][0]}"))

    browser(visits)
    status, error, said = login()
    assert (status, error["error"]["code"]) == (1, "InvalidDocument")
    assert error["error"]["message"] == "Not <b>assigned [31m"
    assert "Not &lt;b&gt;assigned" in shown[0][1]
    assert "\x1b" not in said
    assert kept() == {}


@pytest.mark.parametrize(("change", "says"), [
    (lambda page: setattr(page, "token_status", 503), "answers 503"),
    (lambda page: setattr(page, "token_status", 400), "refused: unauthorized_client"),
    (lambda page: page.claims.update(nonce="other"), "belongs to another sign-in"),
    (lambda page: page.claims.update(aud="other"), "belongs to another sign-in"),
    (lambda page: setattr(page, "seconds", "soon"), "an expires_in that is no number of seconds"),
    (lambda page: setattr(page, "seconds", float("inf")), "an expires_in that is no number of seconds"),
    (lambda page: setattr(page, "codes", _Forgetful()), "used already, or has run out"),
])
def test_what_goes_wrong_at_the_exchange_is_said_and_nothing_is_kept(page, browser, login, change, says):
    change(page)
    browser(visit)
    status, error, _ = login()
    assert status == (74 if "503" in says else 1)
    assert says in error["error"]["message"]
    assert kept() == {}


class _Forgetful(dict):
    """Codes that were used already."""

    def __setitem__(self, code, asked):
        pass


def test_without_a_browser_the_address_is_pasted(page, login, monkeypatch):
    pasted = []

    def prompt(text, **_):
        asked = parse_qs(urlsplit(pasted.pop(0)).query)
        return page.authorize({name: values[0] for name, values in asked.items()})

    monkeypatch.setattr(loopback, "Loopback", None)  # nothing listens here
    monkeypatch.setattr("click.prompt", prompt)
    begin = hosted.Attempt.address
    monkeypatch.setattr(hosted.Attempt, "address", lambda *given: pasted.append(begin(*given)) or pasted[-1])
    status, made, said = login("--no-browser")
    assert (status, made["user"]) == (0, "ana@example.com")
    assert "does not load" in said


@pytest.mark.parametrize(("pasted", "says"), [
    ("", "another sign-in"), ("code-0", "another sign-in"),
    ("http://127.0.0.1:18976/signed-in?code=c&state=s", "another sign-in"),
])
def test_a_pasted_address_of_another_sign_in_is_refused(page, login, monkeypatch, pasted, says):
    monkeypatch.setattr("click.prompt", lambda *_, **__: pasted)
    status, error, _ = login("--no-browser")
    assert (status, error["error"]["code"]) == (1, "AnotherState")
    assert says in error["error"]["message"]
    assert page.exchanged == []


@pytest.mark.parametrize(("arguments", "says"), [
    (("--user", "ana@example.com", "--no-browser"), "--user signs in with a password"),
    (("--no-browser",), "has no sign-in page"), (("--provider", "Okta"), "has no sign-in page"),
    (("--domain", "evil/path"), "is no host of a sign-in page"),
])
def test_what_does_not_go_together_is_said(page, login, arguments, says):
    page.has_page = False
    status, error, _ = login(*arguments)
    assert status == 1
    assert says in error["error"]["message"]


def test_ports_that_are_taken_are_passed_over_and_all_taken_is_said(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as free:
        port, other = taken.getsockname()[1], free.getsockname()[1]
        free.close()
        with loopback.Loopback((port, other)) as listener:
            assert listener.redirect == f"http://127.0.0.1:{other}/signed-in"
        with pytest.raises(loopback.InvalidDocument, match=f"none of the ports {port} of 127.0.0.1 is free"):
            loopback.Loopback((port,))


def test_nobody_came_and_a_second_answer_is_too_late():
    with loopback.Loopback((0,)) as listener, pytest.raises(loopback.InvalidDocument, match="nobody signed in"):
        listener.wait(str, seconds=0.01)
    with loopback.Loopback((0,)) as listener:
        first = listener._answer("code=1")
        assert (first[0], listener._answer("code=1")[0]) == (200, 410)


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "a.!.c", f"a.{'x' * 5}.c", "a.WzFd.c"])
def test_what_is_no_id_token_says_nothing(token):
    assert hosted.claims_of(token) == {}
