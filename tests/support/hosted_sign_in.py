"""A stage's sign-in page on loopback, over real HTTP: authorization code with PKCE as RFC 6749 and RFC 7636 have it,
with the words of Cognito's token endpoint; and the stage's /studio/config.json that names it.

    GET  /studio/config.json    {"client_id", "region", "sign_in": {"domain", "client_id"}}
    GET  /oauth2/authorize      checks the request; `come_back` is where its browser goes
    POST /oauth2/token          the tokens, for a code that is good once, with its verifier
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

CLIENT = "client-of-the-command-line"


def unsigned(claims):
    """An ID token with these claims and no signature worth the name."""
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "RS256"}, claims)
    )
    return f"{head}.{body}.c2ln"


class SignInPage:
    """`user` is who signs in there. What a test changes: `answer`, `claims`, `seconds`,
    `token_status`."""

    def __init__(self, callbacks, user="ana@example.com"):
        self.callbacks = callbacks
        self.user = user
        self.codes = {}
        self.authorized = []
        self.exchanged = []
        self.claims = {}
        self.token_status = 200
        self.seconds = 3600
        self.has_page = True
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                parts = urlsplit(self.path)
                if parts.path == "/studio/config.json":
                    found = {"auth": "cognito", "client_id": "client-of-the-studio", "region": "eu-west-1"}
                    if page.has_page:
                        found["sign_in"] = {"domain": page.domain, "client_id": CLIENT, "providers": ["Okta"]}
                    self._say(200, found)
                    return
                assert parts.path == "/oauth2/authorize", self.path
                location = page.authorize(dict(parse_qsl(parts.query)))
                self.send_response(302)
                self.send_header("Location", location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_POST(self):
                assert self.path == "/oauth2/token"
                given = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                self._say(*page.token(given))

            def _say(self, status, body):
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.domain = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def authorize(self, asked):
        """Where the browser goes after the sign-in, as the page sends it."""
        self.authorized.append(asked)
        assert asked["redirect_uri"] in self.callbacks, "Cognito takes registered addresses alone"
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        assert (asked["client_id"], asked["scope"]) == (CLIENT, "openid email")
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, given):
        """Status and body."""
        self.exchanged.append(given)
        if self.token_status != 200:
            return self.token_status, {"error": "unauthorized_client"}
        asked = self.codes.pop(given["code"], None)
        digest = hashlib.sha256(given["code_verifier"].encode()).digest()
        if (
            asked is None or asked["redirect_uri"] != given["redirect_uri"]
            or asked["code_challenge"] != base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        ):
            return 400, {"error": "invalid_grant"}
        claims = {"aud": CLIENT, "nonce": asked["nonce"], "email": self.user, "sub": "0a1b", **self.claims}
        return 200, {
            "id_token": unsigned(claims), "access_token": "a", "refresh_token": "refresh-1", "expires_in": self.seconds,
            "token_type": "Bearer",
        }
