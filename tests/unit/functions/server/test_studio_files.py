"""The Studio's files, and nothing beside them."""

from __future__ import annotations

import gzip

import pytest

from functions.server.studio_files import POLICY, StudioFiles

PAGE = "<!doctype html><title>Automate</title>"


@pytest.fixture
def dist(tmp_path):
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "icon.svg").write_text("<svg/>")
    (folder / "assets" / "index-1a.js").write_text("let a = 1;")
    (tmp_path / "token").write_text("secret")
    (tmp_path / "token.json").write_text("secret")
    return folder


@pytest.fixture
def get(call, dist):
    files = StudioFiles(dist)
    return lambda path, method="GET", **headers: call(files, method, path, **headers)


def test_a_hashed_file_is_kept_for_good(get):
    reply = get("/studio/assets/index-1a.js")
    assert (reply.status, reply.text) == (200, "let a = 1;")
    assert reply.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "immutable" in reply.headers["Cache-Control"]


@pytest.mark.parametrize("path", [
    "/studio/", "/studio/index.html", "/studio/wizard/order_flow", "/studio/executions/order_flow:order-1.v2",
    "/studio/executions/a/b/c.js",
])
def test_every_address_is_the_page_and_asked_for_anew(get, path):
    reply = get(path)
    assert (reply.status, reply.text) == (200, PAGE)
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    assert reply.headers["Cache-Control"] == "no-cache"


def test_what_is_not_hashed_is_asked_for_anew(get):
    assert get("/studio/icon.svg").headers["Cache-Control"] == "no-cache"
    assert get("/studio/icon.svg").headers["Content-Type"] == "image/svg+xml"


def test_here_no_user_pool_signs_in(get, dist):
    (dist / "config.json").write_text('{"auth": "cognito"}')
    reply = get("/studio/config.json")
    assert (reply.status, reply.text) == (200, '{"auth": "cookie"}')
    assert (reply.headers["Content-Type"], reply.headers["Cache-Control"]) == ("application/json", "no-store")


def test_a_page_lets_nothing_in_but_ours(get):
    headers = get("/studio/").headers
    assert headers["Content-Security-Policy"] == POLICY
    assert "default-src 'self'; style-src 'self' 'unsafe-inline'" in POLICY
    assert "frame-ancestors 'none'" in POLICY
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "same-origin")


@pytest.mark.parametrize("path", [
    "/studio/../token", "/studio/../token.json", "/studio/assets/../../token.json", "/studio//etc/passwd",
    "/studio/assets/..\\..\\token.json", "/studio/\0.json", "/studio/" + "a" * 5000 + ".js", "/studio/assets",
])
def test_nothing_above_the_folder_is_served(get, path):
    reply = get(path)
    assert "secret" not in reply.text
    assert (reply.status, reply.text) in ((200, PAGE), (404, ""))


def test_a_link_out_of_the_folder_is_not_followed(get, dist):
    (dist / "assets" / "out.json").symlink_to(dist.parent / "token.json")
    assert get("/studio/assets/out.json").status == 404


def test_a_file_of_another_kind_is_not_served(get, dist):
    (dist / "assets" / "notes.md").write_text("notes")
    assert get("/studio/assets/notes.md").status == 404


def test_an_asset_that_is_gone_is_no_page(get):
    assert get("/studio/assets/index-0.js").status == 404


def test_a_long_file_is_packed_for_who_takes_it(dist):
    text = "let a = 1;\n" * 1000
    (dist / "assets" / "index-2b.js").write_text(text)

    def ask(method="GET", **headers):
        told = {}
        environ = {"REQUEST_METHOD": method, "PATH_INFO": "/studio/assets/index-2b.js", **headers}
        data = b"".join(StudioFiles(dist)(environ, lambda status, sent: told.update(sent, status=status)))
        return told, data

    plain, data = ask()
    assert (data.decode(), plain["Vary"]) == (text, "Accept-Encoding")
    assert "Content-Encoding" not in plain
    told, data = ask(HTTP_ACCEPT_ENCODING="gzip, deflate, br")
    assert (told["Content-Encoding"], gzip.decompress(data).decode()) == ("gzip", text)
    assert int(told["Content-Length"]) == len(data) < len(text) / 10
    head, nothing = ask("HEAD", HTTP_ACCEPT_ENCODING="gzip")
    assert (nothing, head) == (b"", told)
    again, _ = ask(HTTP_ACCEPT_ENCODING="gzip", HTTP_IF_NONE_MATCH=told["ETag"])
    assert (told["ETag"], again["status"][:3]) == (f"W/{plain['ETag']}", "304")
    ranged, data = ask(HTTP_RANGE="bytes=0-9", HTTP_ACCEPT_ENCODING="gzip")
    assert (ranged["status"][:3], gzip.decompress(data).decode()) == ("200", text)


def test_unchanged_is_said_in_a_word(get):
    first = get("/studio/")
    again = get("/studio/", if_none_match=first.headers["ETag"])
    assert (again.status, again.text) == (304, "")


def test_head_has_no_body_and_nothing_is_written(get):
    reply = get("/studio/", "HEAD")
    assert (reply.status, reply.text) == (200, "")
    assert reply.headers["Content-Length"] == str(len(PAGE))
    assert get("/studio/", "POST").status == 405


def test_the_folder_without_a_slash_leads_to_it(get):
    assert get("/studio").headers["Location"] == "/studio/"


def test_without_a_build_it_says_what_builds_it(call, tmp_path):
    files = StudioFiles(tmp_path / "none")
    assert not files.is_built
    reply = call(files, "GET", "/studio/")
    assert reply.status == 503
    assert "make studio" in reply.text
