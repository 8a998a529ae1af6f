"""The address of a tunnel, as it is written and as a browser names it."""

import pytest

from engine.errors import InvalidDocument
from functions.server.public_address import is_for_anybody, public_address


@pytest.mark.parametrize(("url", "hosts", "origin"), [
    ("https://hooks.example.com", {"hooks.example.com", "hooks.example.com:443"}, "https://hooks.example.com"),
    ("https://Hooks.Example.com:443/", {"hooks.example.com", "hooks.example.com:443"}, "https://hooks.example.com"),
    ("http://nas.lan:8080/automate", {"nas.lan:8080"}, "http://nas.lan:8080"),
    ("http://[fd00::1]", {"[fd00::1]", "[fd00::1]:80"}, "http://[fd00::1]"),
])
def test_host_and_origin_are_as_a_browser_sends_them(url, hosts, origin):
    found = public_address(url)
    assert (found.hosts, found.origin) == (hosts, origin)


def test_without_the_setting_there_is_none():
    assert public_address("") is None


@pytest.mark.parametrize("url", [
    "hooks.example.com", "ftp://hooks.example.com", "https://", "https://user@hooks.example.com", "https://a.example?b",
    "https://a.example:port", "https://[::1",
])
def test_what_is_no_address_is_refused_by_the_setting_s_name(url):
    with pytest.raises(InvalidDocument) as told:
        public_address(url)
    assert told.value.where == "AUTOMATE_PUBLIC_URL"


def test_what_needs_a_sign_in_is_for_nobody_there():
    assert [path for path in ("/hooks/a/b", "/forms", "/health") if not is_for_anybody(path)] == []
    closed = ("/", "/forms/a/b", "/hooks", "/signin", "/studio/", "/samples/x", "/workflows")
    assert [path for path in closed if is_for_anybody(path)] == []
