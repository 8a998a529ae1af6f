"""A deployment on AWS as a browser sees it, on loopback: one origin, a user pool, an API that wants its ID token.

    /studio/config.json    what the deployment writes beside the build
    /studio/*              the build
    /cognito               a user pool that answers as Amazon Cognito does
    /cognito/token         the token endpoint of its hosted page, PKCE checked; a test plays the page (`authorize`)
    everything else        the local product, in its owner's name, when the header Authorization is a good ID token

Statuses and words of the pool are those of the Amazon Cognito user pools API reference; 401 is API Gateway's.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from functions.server.studio_files import StudioFiles
from functions.server.wsgi import respond
from tests.support.studio.one_origin import OneOrigin, body_of, forward

CLIENT_ID = "client-of-the-studio"
CODE = "123456"
APP_SECRET = "JBSWY3DPEHPK3PXP"
DOMAIN = "acme.auth.eu-central-1.amazoncognito.com"
WITHOUT_CLIENT = ("AssociateSoftwareToken", "VerifySoftwareToken")


class Refused(Exception):
    """An exception of Cognito's."""


@dataclass
class User:
    password: str
    is_invited: bool = False
    has_second_factor: bool = False
    must_set_one_up: bool = False


@dataclass
class UserPool:
    """Users by mail address, and the tokens that are good now."""

    users: dict[str, User]
    id_tokens: set[str] = field(default_factory=set)
    refresh_tokens: dict[str, str] = field(default_factory=dict)
    issued: list[str] = field(default_factory=list)
    """Every token there was."""
    asked: list[str] = field(default_factory=list)
    """The flows and operations, in their order."""
    sessions: dict[str, str] = field(default_factory=dict)
    codes: dict[str, tuple] = field(default_factory=dict)
    _numbers: itertools.count = field(default_factory=itertools.count)

    def answer(self, operation, given):
        """Body of the answer. Raises Refused."""
        if operation not in WITHOUT_CLIENT and given["ClientId"] != CLIENT_ID:
            raise Refused("ResourceNotFoundException", f"User pool client {given['ClientId']} does not exist.")
        self.asked.append(given.get("AuthFlow") or given.get("ChallengeName") or operation)
        return {
            "InitiateAuth": self._initiate, "RespondToAuthChallenge": self._respond,
            "ForgotPassword": self._forgot, "ConfirmForgotPassword": self._confirm,
            "RevokeToken": self._revoke, "AssociateSoftwareToken": self._associate, "VerifySoftwareToken": self._verify,
        }[operation](given)

    def _initiate(self, given):
        parameters = given["AuthParameters"]
        if given["AuthFlow"] == "REFRESH_TOKEN_AUTH":
            name = self.refresh_tokens.get(parameters["REFRESH_TOKEN"])
            if name is None:
                raise Refused("NotAuthorizedException", "Refresh Token has been revoked")
            return {"AuthenticationResult": self._result(name)}
        assert given["AuthFlow"] == "USER_PASSWORD_AUTH"
        name = parameters["USERNAME"]
        user = self.users.get(name)
        if user is None or user.password != parameters["PASSWORD"]:
            raise Refused("NotAuthorizedException", "Incorrect username or password.")
        if user.is_invited:
            return self._challenge("NEW_PASSWORD_REQUIRED", name)
        if user.must_set_one_up:
            return self._challenge("MFA_SETUP", name)
        if user.has_second_factor:
            return self._challenge("SOFTWARE_TOKEN_MFA", name)
        return self._signed_in(name)

    def _associate(self, given):
        assert set(given) == {"Session"}
        return {"SecretCode": APP_SECRET, "Session": self._moved(given)}

    def _verify(self, given):
        if given["UserCode"] != CODE:
            raise Refused("EnableSoftwareTokenMFAException", "Code mismatch")
        self.users[self.sessions[given["Session"]]].must_set_one_up = False
        return {"Status": "SUCCESS", "Session": self._moved(given)}

    def _moved(self, given):
        """The next session, in the place of the one before."""
        name, session = self.sessions.pop(given["Session"]), f"session-{next(self._numbers)}"
        self.sessions[session] = name
        return session

    def authorize(self, asked, name):
        """Where the hosted page sends a browser that asked so, once `name` has signed in."""
        code = f"code-{next(self._numbers)}"
        self.codes[code] = (asked, name)
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def exchange(self, given):
        """Status and body of the token endpoint."""
        self.asked.append(given["grant_type"])
        asked, name = self.codes.pop(given["code"], ({}, None))
        digest = base64.urlsafe_b64encode(hashlib.sha256(given["code_verifier"].encode()).digest()).decode().rstrip("=")
        if name is None or asked["code_challenge"] != digest or asked["redirect_uri"] != given["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        result = self._signed_in(name, aud=given["client_id"], nonce=asked["nonce"])["AuthenticationResult"]
        return 200, {
            "id_token": result["IdToken"], "refresh_token": result["RefreshToken"], "expires_in": 3600,
            "access_token": result["AccessToken"], "token_type": "Bearer",
        }

    def _revoke(self, given):
        self.refresh_tokens.pop(given["Token"], None)
        return {}

    def _challenge(self, challenge, name):
        session = f"session-{next(self._numbers)}"
        self.sessions[session] = name
        parameters = {"USER_ID_FOR_SRP": f"id-of-{name}", "requiredAttributes": "[]"}
        return {"ChallengeName": challenge, "Session": session, "ChallengeParameters": parameters}

    def _respond(self, given):
        responses = given["ChallengeResponses"]
        name = self.sessions[given["Session"]]
        assert responses["USERNAME"] == f"id-of-{name}"
        if given["ChallengeName"] == "NEW_PASSWORD_REQUIRED":
            self._set_password(name, responses["NEW_PASSWORD"])
        elif given["ChallengeName"] == "SOFTWARE_TOKEN_MFA" and responses["SOFTWARE_TOKEN_MFA_CODE"] != CODE:
            raise Refused("CodeMismatchException", "Invalid code received for user")
        del self.sessions[given["Session"]]
        return self._signed_in(name)

    def _forgot(self, given):
        first, _, rest = given["Username"].partition("@")
        return {"CodeDeliveryDetails": {
            "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": f"{first[0]}***@{rest[0]}***",
        }}

    def _confirm(self, given):
        if given["ConfirmationCode"] != CODE:
            raise Refused("CodeMismatchException", "Invalid verification code provided, please try again.")
        self._set_password(given["Username"], given["Password"])
        return {}

    def _set_password(self, name, password):
        if len(password) < 12:
            raise Refused("InvalidPasswordException", "Password did not conform with policy: Password not long enough")
        self.users[name].password, self.users[name].is_invited = password, False

    def _signed_in(self, name, **claims):
        refresh_token = self._token({"refresh": name})
        self.refresh_tokens[refresh_token] = name
        return {"AuthenticationResult": {**self._result(name, **claims), "RefreshToken": refresh_token}}

    def _result(self, name, **claims):
        id_token = self._token({"sub": f"id-of-{name}", "email": name, "email_verified": True, **claims})
        self.id_tokens.add(id_token)
        return {"IdToken": id_token, "AccessToken": self._token({}), "ExpiresIn": 3600, "TokenType": "Bearer"}

    def _token(self, claims):
        payload = base64.urlsafe_b64encode(json.dumps({**claims, "jti": next(self._numbers)}).encode()).decode()
        token = f"eyJhbGciOiJub25lIn0.{payload.rstrip('=')}.signature"
        self.issued.append(token)
        return token


class Deployment(OneOrigin):
    """Serves it in front of `product`, a LocalServer."""

    def __init__(self, product, pool, providers=()):
        self.pool = pool
        self._providers = list(providers)
        self.canary = product.canary
        self.cookie = None
        self.json = product.json
        self._product = product
        self._files = StudioFiles()
        super().__init__()

    def answer(self, environ, start_response):
        path = environ["PATH_INFO"]
        if path == "/studio/config.json":
            configuration = {"auth": "cognito", "region": "eu-central-1", "stage": "dev", "client_id": CLIENT_ID}
            if self._providers:
                configuration["sign_in"] = {"domain": DOMAIN, "client_id": "cli", "providers": self._providers}
            return _json(start_response, 200, configuration)
        if path.startswith("/studio/"):
            return self._files(environ, start_response)
        if path == "/cognito/token":
            return _json(start_response, *self.pool.exchange(dict(parse_qsl(body_of(environ).decode()))))
        if path == "/cognito":
            return self._cognito(environ, start_response)
        if environ.get("HTTP_AUTHORIZATION") not in self.pool.id_tokens:
            return _json(start_response, 401, {"message": "Unauthorized"})
        return forward(environ, start_response, self._product.url, Authorization=f"Bearer {self._product.token}")

    def _cognito(self, environ, start_response):
        service, _, operation = environ["HTTP_X_AMZ_TARGET"].partition(".")
        assert (service, environ["CONTENT_TYPE"]) == ("AWSCognitoIdentityProviderService", "application/x-amz-json-1.1")
        try:
            return _json(start_response, 200, self.pool.answer(operation, json.loads(body_of(environ))))
        except Refused as refused:
            code, message = refused.args
            return _json(start_response, 400, {"__type": code, "message": message})


def _json(start_response, status, body):
    return respond(start_response, status, json.dumps(body), {"Content-Type": "application/json"})


def where_tokens_are(page):
    """Places of the page where something that looks like a token stands: the names, not the values."""
    places = page.evaluate("""() => ({
        document: document.documentElement.outerHTML,
        inputs: [...document.querySelectorAll('input, textarea')].map(each => each.value).join(' '),
        address: location.href, history: JSON.stringify(history.state), cookie: document.cookie,
        local: JSON.stringify({...localStorage}), session: JSON.stringify({...sessionStorage}),
    })""")
    return sorted(name for name, text in places.items() if re.search(r"eyJ[\w-]+\.[\w-]*\.", text))
