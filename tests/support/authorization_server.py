"""An authorization server on the loopback: oauthlib's, which judges each request by RFC 6749, 6750 and 7636.

It knows one confidential client. Refresh tokens are good once: whoever brings one a second time ends them all (RFC
9700, 4.14.2), and `reused` says so. `GET /orders` is a resource that wants an access token of its own.

    /token  /authorize  /orders  /.well-known/oauth-authorization-server
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from oauthlib.oauth2 import FatalClientError, OAuth2Error, RequestValidator, Server

CLIENT_ID, CLIENT_SECRET = "automate:client/ä 1", "s3cret:+/% canary-client"
SCOPES = ["orders.read", "orders.write"]


class _Validator(RequestValidator):
    """What the library asks of whoever runs it: who the client is, and what was given out."""

    def __init__(self) -> None:
        self.access: dict[str, list[str]] = {}
        self.refresh: dict[str, bool] = {}
        self.codes: dict[str, dict[str, Any]] = {}
        self.reused = False
        self.public = False
        self.redirect_uris: list[str] = []

    def client_authentication_required(self, request: Any, *args: Any) -> bool:
        return not self.public

    def authenticate_client(self, request: Any, *args: Any) -> bool:
        given = (request.client_id, request.client_secret)
        header = request.headers.get("Authorization", "")
        if header.startswith("Basic "):
            user, _, password = base64.b64decode(header[6:]).decode().partition(":")
            given = unquote_plus(user), unquote_plus(password)
        request.client = SimpleNamespace(client_id=CLIENT_ID)
        return given == (CLIENT_ID, CLIENT_SECRET)

    def authenticate_client_id(self, client_id: str, request: Any, *args: Any) -> bool:
        request.client = SimpleNamespace(client_id=client_id)
        return self.public and client_id == CLIENT_ID

    def validate_client_id(self, client_id: str, request: Any, *args: Any) -> bool:
        request.client = SimpleNamespace(client_id=client_id)
        return client_id == CLIENT_ID

    def validate_grant_type(self, *_: Any, **__: Any) -> bool:
        return True

    def validate_response_type(self, client_id: str, response_type: str, *_: Any) -> bool:
        return response_type == "code"

    def validate_scopes(self, client_id: str, scopes: list[str], *_: Any) -> bool:
        return set(scopes) <= set(SCOPES)

    def get_default_scopes(self, *_: Any) -> list[str]:
        return ["orders.read"]

    def get_original_scopes(self, *_: Any) -> list[str]:
        return SCOPES

    def save_bearer_token(self, token: dict[str, Any], request: Any, *_: Any) -> None:
        self.access[token["access_token"]] = token.get("scope", "").split()
        if "refresh_token" in token:
            self.refresh[token["refresh_token"]] = True
        used = getattr(request, "refresh_token", None)
        if used in self.refresh and used != token.get("refresh_token"):
            self.refresh[used] = False

    def validate_bearer_token(self, token: str, scopes: list[str], request: Any) -> bool:
        return token in self.access and set(scopes) <= set(self.access[token])

    def validate_refresh_token(self, refresh_token: str, *_: Any) -> bool:
        if self.refresh.get(refresh_token) is False:
            self.reused = True
            self.refresh.clear()
            self.access.clear()
        return self.refresh.get(refresh_token, False)

    def rotate_refresh_token(self, request: Any) -> bool:
        return True

    def validate_redirect_uri(self, client_id: str, redirect_uri: str, *_: Any) -> bool:
        return redirect_uri in self.redirect_uris

    def is_pkce_required(self, *_: Any) -> bool:
        return True

    def save_authorization_code(self, client_id: str, code: dict[str, Any], request: Any, *_: Any) -> None:
        self.codes[code["code"]] = {
            "redirect_uri": request.redirect_uri, "challenge": request.code_challenge,
            "method": request.code_challenge_method, "scopes": request.scopes,
        }

    def validate_code(self, client_id: str, code: str, client: Any, request: Any, *_: Any) -> bool:
        if code not in self.codes:
            return False
        request.scopes, request.user = self.codes[code]["scopes"], "ada"
        return True

    def confirm_redirect_uri(self, client_id: str, code: str, redirect_uri: str, *_: Any) -> bool:
        return self.codes[code]["redirect_uri"] == redirect_uri

    def get_code_challenge(self, code: str, request: Any) -> str | None:
        return self.codes[code]["challenge"]

    def get_code_challenge_method(self, code: str, request: Any) -> str | None:
        return self.codes[code]["method"]

    def invalidate_authorization_code(self, client_id: str, code: str, *_: Any) -> None:
        self.codes.pop(code, None)


class AuthorizationServer:
    """`asked` are the forms that the token endpoint had, `life` how long an access token is good (seconds). An entry of
    `instead` is answered in the place of what the library says: status, body, headers; "drop" breaks the connection
    once the request was served. `instead_of_orders` is what the resource answers."""

    def __init__(self) -> None:
        self.validator = _Validator()
        self.asked: list[dict[str, str]] = []
        self.instead: list[tuple[int, bytes, dict[str, str]] | str] = []
        self.instead_of_orders: tuple[int, bytes, dict[str, str]] | None = None
        self.life = 3600
        self.before_answering: Callable[[], object] = lambda: None
        self.issuer = ""
        self.says_iss = True
        self._library = Server(
            self.validator, token_expires_in=lambda _: self.life,
            token_generator=lambda _: f"at-{secrets.token_hex(12)}",
            refresh_token_generator=lambda _: f"rt-{secrets.token_hex(12)}",
        )
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                outer.answer(self, body)

            def do_GET(self) -> None:
                outer.answer(self, "")

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.base = f"http://127.0.0.1:{self.port}"

    def revoke_access(self) -> None:
        """No access token that was given out is good any more."""
        self.validator.access.clear()

    def answer(self, handler: BaseHTTPRequestHandler, body: str) -> None:
        answer = self._answer(handler, body)
        if answer is None:
            handler.close_connection = True
            handler.connection.close()
            return
        status, data, headers = answer
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    def _answer(self, handler: BaseHTTPRequestHandler, body: str) -> tuple[int, bytes, dict[str, str]] | None:
        path = urlsplit(handler.path).path
        headers = dict(handler.headers.items())
        seen = f"https://127.0.0.1:{self.port}{handler.path}"  # RFC 6749 wants TLS, which the loopback has not
        if path == "/token":
            self.asked.append(dict(parse_qsl(body)))
            given, text, status = self._library.create_token_response(seen, "POST", body, headers)
            instead = self.instead.pop(0) if self.instead else None
            self.before_answering()
            if isinstance(instead, str):
                return None
            return instead or (status, text.encode(), given)
        if path == "/authorize":
            status, given, text = self.authorize(handler.path)
            return status, text.encode(), given
        if path == "/orders":
            good, _ = self._library.verify_request(seen, "GET", "", headers, ["orders.read"])
            answer = (200, b"{}", {}) if good else (401, b'{"error": "invalid_token"}', {})
            return self.instead_of_orders or answer
        if path == "/.well-known/oauth-authorization-server":
            return 200, json.dumps(self.metadata()).encode(), {}
        return 404, b"{}", {}

    def metadata(self) -> dict[str, Any]:
        """RFC 8414, and 9207's member."""
        issuer = self.issuer or self.base
        return {
            "issuer": issuer, "authorization_endpoint": f"{self.base}/authorize",
            "token_endpoint": f"{self.base}/token",
            "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": self.says_iss,
        }

    def authorize(self, place: str) -> tuple[int, dict[str, str], str]:
        """What a person's browser gets that says yes: status, headers, body."""
        seen = f"https://127.0.0.1:{self.port}{place}"
        try:
            scopes, found = self._library.validate_authorization_request(seen, "GET")
            found.pop("request")
            headers, text, status = self._library.create_authorization_response(
                seen, "GET", scopes=scopes, credentials=found
            )
        except FatalClientError as error:
            return 400, {}, error.error
        except OAuth2Error as error:
            return 302, {"Location": error.in_uri(error.redirect_uri)}, ""
        if self.says_iss:
            headers["Location"] += "&" + urlencode({"iss": self.issuer or self.base})
        return status, headers, text or ""


@contextmanager
def running() -> Iterator[AuthorizationServer]:
    """A server until the block ends."""
    made = AuthorizationServer()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        thread.join()
        made.server.server_close()
