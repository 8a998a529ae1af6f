"""What a browser has of a sign-in, and sends; what the audit log has of it."""

from __future__ import annotations

import re

from engine.governance.audit.query import AuditQuery
from functions.server.sessions import IDLE_SECONDS

COOKIE = "automate_session_8400"


def signed_in(ask, owner):
    """What a browser has after it followed a link: (its cookie, the header that its script sends)."""
    reply = ask("GET", f"/signin?code={owner.new_code()}", authorization=None)
    assert reply.status == 200
    return cookie_of(reply), {"x_automate_session": proof_of(reply)}


def cookie_of(reply):
    name, _, rest = reply.headers["Set-Cookie"].partition("=")
    assert name == COOKIE
    value, *attributes = rest.split("; ")
    assert {"HttpOnly", "SameSite=Strict", "Path=/", f"Max-Age={IDLE_SECONDS}"} <= set(attributes)
    return f"{COOKIE}={value}"


def proof_of(reply):
    return re.search(r'localStorage\.setItem\("automate\.session", "([A-Za-z0-9_-]{40,})"\)', reply.text)[1]


def browse(ask, session, method, path, **more):
    cookie, proof = session
    return ask(method, path, authorization=None, **{"cookie": cookie, **proof, **more})


def signed_in_with(ask, token, **headers):
    """What a browser has that signed in on the page's form: a cookie, and a proof."""
    reply = ask("POST", "/signin", f"token={token}".encode(), authorization=None,
                content_type="application/x-www-form-urlencoded", **headers)
    assert reply.status == 200, reply.text
    return cookie_of(reply), {"x_automate_session": proof_of(reply)}


def entries(audit):
    return [found.entry for found in audit.page(AuditQuery("default", limit=100)).entries]
