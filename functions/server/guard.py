"""Who gets to the local server: the owner of the data folder and whoever has a named token, from this machine, through
this address. What each of them may do is the application's to check (functions.app.routing).

    Host      127.0.0.1:PORT or localhost:PORT          else 421: a name that was re-bound to loopback is not us
    Origin    absent or our own, on unsafe methods      else 403: another site's page cannot act in the owner's name
              (of webhooks and forms the public address's too: functions.server.public_address)
    length    within the limit                          else 413
    caller    token, or a session's cookie and proof    else 401; open are /health, /signin, /samples/, webhooks, forms

A browser sends the cookie to every port of 127.0.0.1, from pages of every port too: it counts as one site. So the
cookie by itself opens only what holds nothing of the owner's (DOCUMENTS), and the API wants the session's proof, which
other ports have not (functions.server.sessions). What is refused is in the audit log (functions.server.refusals).
"""

from __future__ import annotations

import html
import json
import re
import secrets
from collections.abc import Iterable
from functools import partial
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, quote

from engine.errors import StorageError, UserError
from engine.governance.access_tokens import TokenRefused
from engine.governance.roles import Caller, Right
from functions.app.failures import error_body, failure_response
from functions.server.callers import Callers
from functions.server.owner import Owner
from functions.server.public_address import SETTING, PublicAddress, is_for_anybody
from functions.server.refusals import RefusedRequests
from functions.server.sessions import IDLE_SECONDS, Holder, Session
from functions.server.studio_files import STUDIO, StudioFiles
from functions.server.wsgi import Application, Environ, StartResponse, respond

DOCUMENTS = frozenset({"/", "/docs", "/openapi.json"})
"""What a page's address opens and a cookie is enough for, beside the Studio's files: the same for everybody."""
CALLER, HOLDER, ANEW = "automate.caller", "automate.holder", "automate.anew"
"""Where the request says, to what is behind the guard, who asks, with which named token, and how that is found anew."""
STORED = "automate.session"
"""Where the browser keeps the proof: localStorage, which belongs to our origin alone. The Studio reads it."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LENGTH = re.compile(r"[0-9]{1,18}")  # int() raises beyond 4,300 digits
_ROOM_FOR_THE_REST = 64 * 1024
"""A start request is more than its input."""
_MOST_FORM_BYTES = 2000
_MOST_ADDRESS = 100
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; frame-ancestors 'none'"
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f6f7f9, #161d26);
  color: light-dark(#0f141a, #ebebf0); }
main { max-width: 26rem; margin: 1rem; padding: 2rem 2.5rem; border: 1px solid light-dark(#d5d9e0, #36414e);
  border-radius: 16px; background: light-dark(#fff, #1e2731); }
h1 { margin: 0 0 .5rem; font-size: 1.4rem; } p { margin: .5rem 0; }
pre { margin: .5rem 0 0; padding: .6rem .8rem; border-radius: 8px; overflow-x: auto;
  background: light-dark(#f6f7f9, #131920); font: .9rem/1.5 ui-monospace, monospace; }
form { margin: 1.25rem 0 0; } label { display: block; margin: 0 0 .35rem; }
input, button { font: inherit; padding: .4rem .7rem; border-radius: 8px; border: 1px solid light-dark(#8c95a2, #6b7785);
  background: light-dark(#fff, #131920); color: inherit; box-sizing: border-box; }
input { width: 100%; margin: 0 0 .6rem; } button { cursor: pointer; font-weight: 600; }
input:focus-visible, button:focus-visible { outline: 2px solid light-dark(#0a5fb4, #7db7f5); outline-offset: 1px; }
"""
_FORM = (
    '<form method="post" action="/signin"><label for="token">Or sign in with a token:</label>'
    '<input id="token" name="token" type="password" autocomplete="off" required>'
    '<input type="hidden" name="to" value="{to}"><button>Sign in</button></form>'
)
_PLACE = re.compile(rf"{STUDIO}/[\w.~%:@/+-]*(?:\?[\w.~%:@/?=&+-]*)?", re.ASCII)
"""An address of the Studio, which is no other origin's and ends no header."""

_FOR_AN_SDK = json.dumps({
    "__type": "UnknownOperationException",
    "message": "Automate has no endpoint for AWS's SDKs. docs/step-functions.md says which route of its API is which "
    "operation.",
})
"""What AWS's SDKs show of a request that was meant for AWS: an error in their own form."""


class SignInEnded(UserError):
    """A browser's session has ended."""

    code = "Unauthorized"
    status = 401

    def __init__(self) -> None:
        super().__init__(
            "this browser's sign-in has ended", advice="Get a new link in a terminal: .venv/bin/automate signin"
        )


class Guard:
    """A WSGI application in front of the others."""

    def __init__(
        self, api: Application, samples: Application, studio: StudioFiles, owner: Owner, callers: Callers,
        refused: RefusedRequests, *, port: int, workspace: str, max_input_bytes: int,
        public: PublicAddress | None = None,
    ) -> None:
        self._api = api
        self._samples = samples
        self._studio = studio
        self._owner = owner
        self._callers = callers
        self._refused = refused
        self._workspace = workspace
        self._hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
        self._cookie = f"automate_session_{port}"
        self._local = f"http://127.0.0.1:{port}"
        self._origins = frozenset(f"http://{host}" for host in self._hosts)
        self._public = public or PublicAddress(frozenset(), "")
        self._max_bytes = max_input_bytes + _ROOM_FOR_THE_REST

    @property
    def home(self) -> str:
        """Where a browser goes after signing in."""
        return f"{STUDIO}/" if self._studio.is_built else "/docs"

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Check, then hand on."""
        try:
            return self._answered(environ, start_response)
        except StorageError as error:
            failed = failure_response(error, path=environ["PATH_INFO"])
            return respond(start_response, failed.status, failed.body, failed.headers)

    def _answered(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        refusal = self._refusal(environ)
        if refusal is not None:
            status, code, message, advice = refusal
            if environ["PATH_INFO"] == "/forms" and _is_for_people(environ):
                self._refused.record(environ, status, code, message)
                return _page(start_response, status, f"This form cannot be taken here: {message}. {advice or ''}")
            return self._refuse(environ, start_response, status, code, message, advice=advice)
        path = environ["PATH_INFO"]
        is_open = self._open(environ, path)
        if is_open is not None:
            return is_open(environ, start_response)
        cookie = self._cookie_of(environ)
        try:
            caller = self._by_token(environ)
        except TokenRefused as error:
            return self._refuse_token(environ, start_response, error)
        if caller is None and cookie is not None:
            caller = self._by_session(environ, cookie, path)
            start_response = start_response if caller is None else self._renewing(cookie, start_response)
        if caller is None:
            return self._unauthorized(environ, start_response, had_cookie=cookie is not None)
        environ[CALLER], environ[ANEW] = caller, partial(self._anew, environ, cookie, path)
        return self._behind(path)(environ, start_response)

    def _anew(self, environ: Environ, cookie: str | None, path: str) -> Caller:
        """Who asks, of a request that was held a while. Raises TokenRefused, which is recorded, and SignInEnded for a
        session that ended meanwhile."""
        try:
            caller = self._by_token(environ)
        except TokenRefused as error:
            self._refused.record(environ, error.status, error.code, error.message, token=error.token)
            raise
        if caller is None and cookie is not None:
            caller = self._by_session(environ, cookie, path)
        if caller is None:
            raise SignInEnded
        return caller

    def _open(self, environ: Environ, path: str) -> Application | None:
        """What answers at `path` whoever asks; None where one has to be known."""
        if path == "/" and "HTTP_X_AMZ_TARGET" in environ:
            return _tell_an_sdk
        if path.startswith("/samples/"):
            return self._samples
        return self._api if is_for_anybody(path) else {"/signin": self._sign_in}.get(path)

    def _by_token(self, environ: Environ) -> Caller | None:
        """Whoever's token the request shows; None where it shows none. Raises TokenRefused for one that lets nobody in,
        unless the request has a browser's cookie too, which may."""
        scheme, _, given = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
        if scheme.lower() != "bearer" or not given.strip():
            return None
        try:
            caller, environ[HOLDER] = self._holder_of(environ, given.strip())
        except TokenRefused:
            if self._cookie_of(environ) is None:
                raise
            return None
        return caller

    def _holder_of(self, environ: Environ, token: str) -> tuple[Caller, Holder | None]:
        """Whose token it is, and what a session made with it holds. Raises TokenRefused."""
        if self._owner.is_token(token):
            return self._callers.owner(_origin_of(environ)), None
        return self._callers.named.of_text(token, _origin_of(environ))

    def _by_session(self, environ: Environ, cookie: str, path: str) -> Caller | None:
        """Whose browser it is, where it may have what is at `path`."""
        found = self._owner.sessions.find(cookie)
        if found is None or not self._is_open_to(environ, found, path):
            return None
        environ[HOLDER] = found.holder
        origin = _origin_of(environ)
        if found.holder is None:
            return self._callers.owner(origin)
        return self._callers.named.of_session(found.holder, origin)

    def _is_open_to(self, environ: Environ, found: Session, path: str) -> bool:
        """Whether a browser with this session may have what is at `path`: what holds nothing of anybody's by its cookie
        alone, the rest with its proof."""
        if environ["REQUEST_METHOD"] in _SAFE and (path in DOCUMENTS or _is_studio(path)):
            return True
        return found.is_proved(environ.get("HTTP_X_AUTOMATE_SESSION"))

    def _renewing(self, cookie: str, start_response: StartResponse) -> StartResponse:
        """`start_response`, with the cookie for another while where the session's time begins anew."""
        if not self._owner.sessions.renewed(cookie):
            return start_response

        def renewed(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            kept = self._set_cookie(cookie, IDLE_SECONDS)
            is_said = any(name.lower() == "set-cookie" for name, _ in headers)
            return start_response(status, headers if is_said else [*headers, ("Set-Cookie", kept)], *more)

        return renewed

    def _behind(self, path: str) -> Application:
        """What answers at `path` who was let in."""
        if path in ("/", "/signout"):
            return self._to_home if path == "/" else self._sign_out
        return self._studio if _is_studio(path) else self._api

    def _to_home(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        del environ
        return respond(start_response, 302, "", {"Location": self.home})

    def _refusal(self, environ: Environ) -> tuple[int, str, str, str | None] | None:
        """What is wrong with a request whoever makes it: its status, code, message and advice."""
        host, public = str(environ.get("HTTP_HOST", "")).lower(), is_for_anybody(environ["PATH_INFO"])
        if host in self._public.hosts and host not in self._hosts and not public:
            return (421, "WrongHost", f"at {self._public.origin} webhooks and forms are answered, and nothing else",
                    f"Open the Studio and the API on the machine itself: {self._local}")
        if host not in self._hosts and host not in self._public.hosts:
            return 421, "WrongHost", "this server answers only at 127.0.0.1 and localhost", _tunnel(f"https://{host}")
        origin = environ.get("HTTP_ORIGIN")
        if environ["REQUEST_METHOD"] not in _SAFE and origin is not None and origin not in self._origins and not (
            public and origin.lower() == self._public.origin
        ):
            return (403, "WrongOrigin", "a page of another origin may not change anything here",
                    _tunnel(origin) if public else None)
        length = environ.get("CONTENT_LENGTH") or "0"
        if not _LENGTH.fullmatch(length) or int(length) > self._max_bytes:
            return (413, "PayloadTooLarge",
                    f"the request is {length[:20]} bytes; at most {self._max_bytes} are accepted",
                    "Hand over where large data lies, not the data; or raise AUTOMATE_MAX_INPUT_BYTES.")
        return None

    def _sign_in(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Take a link's code once, or the token of the page's form, and begin a session."""
        if environ["REQUEST_METHOD"] == "POST":
            return self._sign_in_with_token(environ, start_response)
        if environ["REQUEST_METHOD"] != "GET":
            return self._refuse(environ, start_response, 405, "MethodNotAllowed", "a sign-in link is followed",
                                headers={"Allow": "GET, POST"})
        if not environ.get("QUERY_STRING"):
            return _page(start_response, 200, "Please sign in.", asks=True)
        code = parse_qs(environ.get("QUERY_STRING", "")).get("code", [""])[0]
        if not self._owner.use_code(code):
            why = "This link was used or is older than 10 minutes."
            self._refused.record(environ, 403, "SignInRefused", why)
            return _page(start_response, 403, why, asks=True)
        return self._begun(start_response, None)

    def _sign_in_with_token(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or "0")
        sent = environ["wsgi.input"].read(length) if length <= _MOST_FORM_BYTES else b""
        given = parse_qs(sent.decode("ascii", "replace"))
        token, to = given.get("token", [""])[0].strip(), _place(given.get("to", [""])[0])
        try:
            _, holder = self._holder_of(environ, token)
        except TokenRefused as error:
            self._refused.record(environ, 403, error.code, error.message, token=error.token)
            return _page(start_response, 403, f"{error.message[:1].upper()}{error.message[1:]}.", asks=True, to=to)
        return self._begun(start_response, holder, to)

    def _begun(self, start_response: StartResponse, holder: Holder | None, to: str = "") -> Iterable[bytes]:
        """A new session: leave a cookie and the proof, and go on to the page that was wanted, else to the first."""
        session, nonce = self._owner.sessions.begin(holder), secrets.token_urlsafe(16)
        # Not a redirect: a browser that came from another site would not send a Strict cookie along with it.
        headers = {
            "Set-Cookie": self._set_cookie(session.cookie, IDLE_SECONDS), "Refresh": f"0; url={to or self.home}",
            "Content-Security-Policy": f"{_POLICY}; script-src 'nonce-{nonce}'",
        }
        script = f'<script nonce="{nonce}">localStorage.setItem("{STORED}", "{session.proof}")</script>'
        return _page(start_response, 200, "You are signed in.", headers, script=script)

    def _sign_out(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """End this browser's session; with ``?everywhere=true`` every one of the same token, and for whom access is to
        give and take, every one of all."""
        cookie = self._cookie_of(environ)
        if environ["REQUEST_METHOD"] != "POST":
            return self._refuse(environ, start_response, 405, "MethodNotAllowed", "signing out is a POST",
                                headers={"Allow": "POST"})
        ended = 0
        if parse_qs(environ.get("QUERY_STRING", "")).get("everywhere", [""])[0] == "true":
            ended = self._sign_everywhere_out(environ)
        elif cookie is not None:
            self._owner.sessions.end(cookie)
            ended = 1
        return respond(start_response, 200, f'{{"signed_out":{ended}}}', {"Set-Cookie": self._set_cookie("", 0)})

    def _sign_everywhere_out(self, environ: Environ) -> int:
        caller: Caller = environ[CALLER]
        if caller.may(Right.ACCESS, self._workspace):
            return self._owner.sign_all_out()
        return self._owner.sessions.end_all(of=environ[HOLDER])

    def _cookie_of(self, environ: Environ) -> str | None:
        try:
            morsel = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(self._cookie)
        except CookieError:
            return None
        return None if morsel is None else morsel.value

    def _set_cookie(self, value: str, seconds: int) -> str:
        return f"{self._cookie}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict"

    def _unauthorized(
        self, environ: Environ, start_response: StartResponse, *, had_cookie: bool
    ) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "GET" and _is_for_people(environ):
            self._refused.record(environ, 401, "Unauthorized", "nobody is signed in")
            to = quote(str(environ["PATH_INFO"]), safe="/:@")
            if environ.get("QUERY_STRING"):
                to = f"{to}?{environ['QUERY_STRING']}"
            return _page(start_response, 401, "Please sign in.", asks=True, to=_place(to))
        if had_cookie:
            ended = SignInEnded()
            return self._refuse(
                environ, start_response, ended.status, ended.code, ended.message, advice=ended.advice,
                headers={"WWW-Authenticate": "Bearer"},
            )
        return self._refuse(
            environ, start_response, 401, "Unauthorized", "the token is missing",
            advice="Send Authorization: Bearer with the content of the file token in the data folder, or with a token "
            "that an admin made (automate tokens add).",
            headers={"WWW-Authenticate": "Bearer"},
        )

    def _refuse_token(
        self, environ: Environ, start_response: StartResponse, error: TokenRefused
    ) -> Iterable[bytes]:
        """A token was shown that lets nobody in."""
        self._refused.record(environ, error.status, error.code, error.message, token=error.token)
        return respond(start_response, error.status, error_body(error.as_dict()), {"WWW-Authenticate": "Bearer"})

    def _refuse(
        self, environ: Environ, start_response: StartResponse, status: int, code: str, message: str, *,
        advice: str | None = None, headers: dict[str, str] | None = None,
    ) -> Iterable[bytes]:
        self._refused.record(environ, status, code, message)
        shape = {"code": code, "message": message} | ({} if advice is None else {"advice": advice})
        return respond(start_response, status, error_body(shape), headers)


def _tell_an_sdk(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    del environ
    return respond(start_response, 400, _FOR_AN_SDK, {"Content-Type": "application/x-amz-json-1.0"})


def _origin_of(environ: Environ) -> str:
    return str(environ.get("REMOTE_ADDR", ""))


def _is_for_people(environ: Environ) -> bool:
    """Whether a page is asked for."""
    return "text/html" in str(environ.get("HTTP_ACCEPT", ""))


def _tunnel(address: str) -> str:
    """What to do where a tunnel or reverse proxy brought the call of `address`."""
    return (
        f"Where a tunnel or reverse proxy brings calls of webhooks and forms, start the server with its address: "
        f"{SETTING}={address[:_MOST_ADDRESS]}"
    )


def _is_studio(path: str) -> bool:
    return path == STUDIO or path.startswith(f"{STUDIO}/")


def _place(to: str) -> str:
    """Where a sign-in leads, as a form may say it: a page of the Studio, or "" for the first."""
    return to if len(to) <= _MOST_FORM_BYTES // 2 and _PLACE.fullmatch(to) else ""


def _page(
    start_response: StartResponse, status: int, text: str, headers: dict[str, str] | None = None, *, script: str = "",
    asks: bool = False, to: str = "",
) -> Iterable[bytes]:
    """A page of one sentence, for people; with `asks` it says how one signs in, and goes on `to` there."""
    form = _FORM.format(to=html.escape(to))
    more = f"<p>Get a new link in a terminal:</p><pre>.venv/bin/automate signin</pre>{form}" if asks else ""
    body = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Automate</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style></head>"
        f"<body><main><h1>Automate</h1><p>{html.escape(text)}</p>{more}</main>{script}</body></html>"
    )
    kind = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Content-Security-Policy": _POLICY}
    return respond(start_response, status, body, {**kind, **(headers or {})})
