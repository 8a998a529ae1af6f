"""What is around every page."""

from __future__ import annotations

import getpass
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from tools import studio_budgets

PAGES = [
    "/", "/dashboard/", "/executions/", "/triggers/", "/rules/", "/secrets/", "/connectors/", "/audit/", "/settings/",
]


def test_the_sign_in_link_leads_to_the_studio(studio_server, page):
    page.goto(studio_server.new_sign_in_link())
    page.wait_for_url("**/studio/")
    expect(page.get_by_role("heading", level=1, name="Workflows")).to_be_visible()


def test_what_every_page_loads_keeps_its_budget():
    assert studio_budgets.shell_kilobytes(".js") <= studio_budgets.SHELL_SCRIPTS_KB
    assert studio_budgets.shell_kilobytes(".css") <= studio_budgets.SHELL_STYLES_KB


def test_who_is_not_signed_in_is_told_the_command(studio_server, page):
    answer = page.goto(f"{studio_server.url}/studio/secrets/")
    assert answer.status == 401
    expect(page.get_by_text("automate signin")).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(studio, path):
    studio.open(path)
    studio.settled()
    studio.check_axe()


def test_what_has_no_room_at_the_top_of_a_phone_is_behind_a_button_with_a_name(studio):
    """The component's own button has neither words nor a name unless it is given them."""
    studio.page.set_viewport_size({"width": 390, "height": 844})
    studio.open("/")
    studio.page.locator("#studio-top").get_by_role("button", name="More", exact=True).click()
    expect(studio.page.get_by_text("Search and settings")).to_be_visible()
    studio.check_axe()
    studio.page.get_by_text("Search Ctrl K").last.click()
    expect(studio.page.get_by_role("dialog").get_by_role("combobox")).to_be_visible()


def test_signing_out_ends_the_session_on_the_server(studio_server, page):
    page.goto(studio_server.new_sign_in_link())
    page.wait_for_url("**/studio/")
    expect(page.get_by_role("heading", level=1, name="Workflows")).to_be_visible()
    (cookie,) = page.context.cookies()
    proof = page.evaluate("() => localStorage.getItem('automate.session')")
    sent = {"Authorization": "", "Cookie": f"{cookie['name']}={cookie['value']}", "X_Automate_Session": proof}
    assert studio_server.request("GET", "/secrets", **sent)[0] == 200
    page.locator("#studio-top").get_by_role("button", name=getpass.getuser()).click()
    page.get_by_role("menuitem", name="Sign out", exact=True).click()
    expect(page.get_by_text("automate signin")).to_be_visible()
    assert page.context.cookies() == []
    assert page.evaluate("() => localStorage.getItem('automate.session')") is None
    assert studio_server.request("GET", "/secrets", **sent)[0] == 401


def test_another_service_of_this_machine_gets_a_cookie_that_it_cannot_use(studio_server, page):
    """What a browser does by itself, and what that service makes of it."""
    page.goto(studio_server.new_sign_in_link())
    page.wait_for_url("**/studio/")
    expect(page.get_by_role("heading", level=1, name="Workflows")).to_be_visible()
    with another_service() as (address, seen):
        page.goto(address)
        assert page.evaluate("() => JSON.stringify({...localStorage, ...sessionStorage})") == "{}"
        assert page.evaluate("() => document.cookie") == ""
        read = "url => fetch(url, {credentials: 'include'}).then((answer) => answer.text(), () => 'refused')"
        assert page.evaluate(read, f"{studio_server.url}/secrets") == "refused"
        forging = (
            "url => fetch(url, {method: 'PUT', credentials: 'include', headers: {'X-Automate-Session': 'x'}})"
            ".then(() => 'sent', () => 'refused')"
        )
        assert page.evaluate(forging, f"{studio_server.url}/secrets/KEY") == "refused"
    cookie = seen[0]
    assert cookie.startswith("automate_session_"), "it is handed to every port"
    copied = {"Authorization": "", "Cookie": cookie, "Origin": studio_server.url, "Sec_Fetch_Site": "same-origin"}
    for method, path in (("GET", "/workflows"), ("GET", "/secrets"), ("PUT", "/secrets/KEY"), ("POST", "/signout")):
        assert studio_server.request(method, path, {} if method != "GET" else None, **copied)[0] == 401, path
    page.goto(f"{studio_server.url}/studio/")
    expect(page.get_by_role("heading", level=1, name="Workflows")).to_be_visible()


@contextmanager
def another_service():
    """Something else that is served on 127.0.0.1; the cookies that it was sent."""
    seen = []

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.headers["Cookie"])
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>another</title>")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", seen
    server.shutdown()
    thread.join()
    server.server_close()
