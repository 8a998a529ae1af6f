"""Who gets to the local server: the owner of the data folder, from this machine, through this address.

    Host      127.0.0.1:PORT or localhost:PORT          else 421: a name that was re-bound to loopback is not us
    Origin    absent or our own, on unsafe methods      else 403: another site's page cannot act in the owner's name
    length    within the limit                          else 413
    owner     token or cookie                           else 401; only /health, /signin and /samples/ are open

A browser sends the cookie with every request to us, SameSite=Strict or not where another port of 127.0.0.1 counts as
the same site: that is why Origin is checked too. What is refused is in the audit log (functions.local.refusals).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from functions.api.failures import error_body
from functions.local.owner import COOKIE, COOKIE_SECONDS, Owner
from functions.local.refusals import RefusedRequests
from functions.local.studio_files import STUDIO, StudioFiles
from functions.local.wsgi import Application, Environ, StartResponse, respond

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LENGTH = re.compile(r"[0-9]{1,18}")  # int() raises beyond 4,300 digits
_ROOM_FOR_THE_REST = 64 * 1024
"""A start request is more than its input."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f6f7f9, #161d26);
  color: light-dark(#0f141a, #ebebf0); }
main { max-width: 26rem; margin: 1rem; padding: 2rem 2.5rem; border: 1px solid light-dark(#d5d9e0, #36414e);
  border-radius: 16px; background: light-dark(#fff, #1e2731); }
h1 { margin: 0 0 .5rem; font-size: 1.4rem; } p { margin: .5rem 0; }
pre { margin: .5rem 0 0; padding: .6rem .8rem; border-radius: 8px; overflow-x: auto;
  background: light-dark(#f6f7f9, #131920); font: .9rem/1.5 ui-monospace, monospace; }
"""


class Guard:
    """A WSGI application in front of the others."""

    def __init__(
        self, api: Application, samples: Application, studio: StudioFiles, owner: Owner, refused: RefusedRequests, *,
        port: int, max_input_bytes: int,
    ) -> None:
        self._api = api
        self._samples = samples
        self._studio = studio
        self._owner = owner
        self._refused = refused
        self._hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
        self._origins = frozenset(f"http://{host}" for host in self._hosts)
        self._max_bytes = max_input_bytes + _ROOM_FOR_THE_REST

    @property
    def home(self) -> str:
        """Where a browser goes after signing in."""
        return f"{STUDIO}/" if self._studio.is_built else "/docs"

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Check, then hand on."""
        refusal = self._refusal(environ)
        if refusal is not None:
            status, code, message = refusal
            return self._refuse(environ, start_response, status, code, message)
        path = environ["PATH_INFO"]
        if path.startswith("/samples/"):
            return self._samples(environ, start_response)
        if path == "/signin":
            return self._sign_in(environ, start_response)
        if path != "/health" and not self._is_owner(environ):
            return self._unauthorized(environ, start_response)
        return self._owners(path)(environ, start_response)

    def _owners(self, path: str) -> Application:
        """What answers the owner at `path`."""
        if path == "/":
            return self._to_home
        return self._studio if path == STUDIO or path.startswith(f"{STUDIO}/") else self._api

    def _to_home(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        del environ
        return respond(start_response, 302, "", {"Location": self.home})

    def _refusal(self, environ: Environ) -> tuple[int, str, str] | None:
        host = str(environ.get("HTTP_HOST", "")).lower()
        if host not in self._hosts:
            return 421, "WrongHost", "this server answers only at 127.0.0.1 and localhost"
        origin = environ.get("HTTP_ORIGIN")
        if environ["REQUEST_METHOD"] not in _SAFE and origin is not None and origin not in self._origins:
            return 403, "WrongOrigin", "a page of another origin may not change anything here"
        length = environ.get("CONTENT_LENGTH") or "0"
        if not _LENGTH.fullmatch(length) or int(length) > self._max_bytes:
            return 413, "PayloadTooLarge", f"the request is {length[:20]} bytes; at most {self._max_bytes} are accepted"
        return None

    def _is_owner(self, environ: Environ) -> bool:
        scheme, _, token = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
        if scheme.lower() == "bearer" and self._owner.is_token(token.strip()):
            return True
        cookie = _cookie(environ)
        return cookie is not None and self._owner.is_cookie(cookie)

    def _sign_in(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Take the code once, leave a cookie, and go on to the first page."""
        if environ["REQUEST_METHOD"] != "GET":
            return self._refuse(environ, start_response, 405, "MethodNotAllowed", "a sign-in link is followed")
        code = parse_qs(environ.get("QUERY_STRING", "")).get("code", [""])[0]
        if not self._owner.use_code(code):
            why = "This link was used or is older than 10 minutes."
            self._refused.record(environ, 403, "SignInRefused", why)
            return _page(start_response, 403, why)
        cookie = f"{COOKIE}={self._owner.new_cookie()}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Strict"
        # Not a redirect: a browser that came from another site would not send a Strict cookie along with it.
        headers = {"Set-Cookie": cookie, "Refresh": f"0; url={self.home}"}
        return _page(start_response, 200, "You are signed in.", headers)

    def _unauthorized(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "GET" and "text/html" in str(environ.get("HTTP_ACCEPT", "")):
            self._refused.record(environ, 401, "Unauthorized", "nobody is signed in")
            return _page(start_response, 401, "Please sign in.")
        return self._refuse(
            environ, start_response, 401, "Unauthorized", "the owner's token is missing or wrong",
            advice="Send Authorization: Bearer with the content of the file token in the data folder.",
            headers={"WWW-Authenticate": "Bearer"},
        )

    def _refuse(
        self, environ: Environ, start_response: StartResponse, status: int, code: str, message: str, *,
        advice: str | None = None, headers: dict[str, str] | None = None,
    ) -> Iterable[bytes]:
        self._refused.record(environ, status, code, message)
        shape = {"code": code, "message": message} | ({} if advice is None else {"advice": advice})
        return respond(start_response, status, error_body(shape), headers)


def _cookie(environ: Environ) -> str | None:
    try:
        morsel = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(COOKIE)
    except CookieError:
        return None
    return None if morsel is None else morsel.value


def _page(
    start_response: StartResponse, status: int, text: str, headers: dict[str, str] | None = None
) -> Iterable[bytes]:
    """A page of one sentence, for people."""
    more = "" if status == 200 else "<p>Get a new link in a terminal:</p><pre>.venv/bin/automate signin</pre>"
    body = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Automate</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style></head>"
        f"<body><main><h1>Automate</h1><p>{html.escape(text)}</p>{more}</main></body></html>"
    )
    kind = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Content-Security-Policy": _POLICY}
    return respond(start_response, status, body, {**kind, **(headers or {})})
