"""Signing in to a user pool of the emulator as the command line does: by its hosted page with PKCE, and with a second
factor. The pool and its client are made with the properties that a stage's have; no stage is deployed for it.

The emulator asks nobody to set up a second factor (MFA_SETUP): units have that.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import threading
import urllib.request
from urllib.parse import urlencode

import pytest

from engine.clock import SkipClock, SystemClock
from engine.errors import InvalidDocument
from functions.cli.client.challenges import Person
from functions.cli.client.hosted import CALLBACKS, SCOPES, Attempt, Hosted, claims_of
from functions.cli.client.loopback import Loopback
from functions.cli.client.tokens import NotSignedIn, Tokens
from tests.support import patience
from tests.support.deployed.stage import PASSWORD, USER

pytestmark = pytest.mark.full
AT = "https://studio.example.com"
_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture(scope="module")
def pool(emulator):
    """Its id and its client's, with one user in it, who is in a group."""
    users = emulator.client("cognito-idp")
    made = users.create_user_pool(PoolName="sign-in", UsernameAttributes=["email"])["UserPool"]["Id"]
    users.set_user_pool_mfa_config(
        UserPoolId=made, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="OPTIONAL"
    )
    users.create_user_pool_domain(Domain="acme-automate", UserPoolId=made)
    client = users.create_user_pool_client(
        UserPoolId=made, ClientName="cli", CallbackURLs=list(CALLBACKS), AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=list(SCOPES), AllowedOAuthFlowsUserPoolClient=True, SupportedIdentityProviders=["COGNITO"],
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"], EnableTokenRevocation=True,
    )["UserPoolClient"]["ClientId"]
    users.create_group(UserPoolId=made, GroupName="automate-e2e-viewer")
    users.admin_create_user(UserPoolId=made, Username=USER, MessageAction="SUPPRESS", UserAttributes=[
        {"Name": "email", "Value": USER},
    ])
    users.admin_set_user_password(UserPoolId=made, Username=USER, Password=PASSWORD, Permanent=True)
    users.admin_add_user_to_group(UserPoolId=made, Username=USER, GroupName="automate-e2e-viewer")
    yield made, client
    users.delete_user_pool_domain(Domain="acme-automate", UserPoolId=made)
    users.delete_user_pool(UserPoolId=made)


@pytest.fixture
def tokens(emulator, tmp_path):
    clock = SkipClock()
    return Tokens(tmp_path / "sign-ins.json", clock, lambda _: emulator.client("cognito-idp")), clock


def sign_in_there(emulator, address):
    """What a person does in the browser."""
    with _DIRECTLY.open(address, timeout=patience.SECONDS) as shown:
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', shown.read().decode()))
    form = urlencode({**hidden, "username": USER, "password": PASSWORD}).encode()
    with _DIRECTLY.open(f"{emulator.url}/login", form, timeout=patience.SECONDS) as shown:
        assert "You are signed in" in shown.read().decode()


def test_the_browser_signs_in_and_the_tokens_are_renewed_and_revoked(emulator, pool, tokens):
    kept, clock = tokens
    with Loopback() as loopback:
        attempt = Attempt.begin(Hosted(f"127.0.0.1:{emulator.port}", pool[1]), loopback.redirect)
        person = threading.Thread(target=sign_in_there, args=(emulator, attempt.address()))
        person.start()
        queries = []
        made = loopback.wait(lambda query: queries.append(query) or kept.sign_in_hosted(
            AT, attempt, query, region="us-east-1"
        ))
        person.join(patience.SECONDS)
    assert made.user == USER
    claims = claims_of(kept.token(AT))
    assert (claims["cognito:groups"], claims["nonce"]) == (["automate-e2e-viewer"], attempt.nonce)
    with pytest.raises(InvalidDocument, match="used already"):
        kept.sign_in_hosted(AT, attempt, queries[0], region="us-east-1")
    clock.sleep(3600)
    assert claims_of(kept.token(AT))["email"] == USER
    assert kept.forget(AT)
    with pytest.raises(NotSignedIn):
        kept.token(AT)
    users = emulator.client("cognito-idp")
    with pytest.raises(users.exceptions.NotAuthorizedException):
        users.initiate_auth(
            ClientId=pool[1], AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": made.refresh_token}
        )


def test_a_code_of_another_verifier_is_refused(emulator, pool, tokens):
    attempt = Attempt.begin(Hosted(f"127.0.0.1:{emulator.port}", pool[1]), CALLBACKS[0])
    with _DIRECTLY.open(attempt.address(), timeout=patience.SECONDS) as shown:
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', shown.read().decode()))
    form = urlencode({**hidden, "username": USER, "password": PASSWORD}).encode()
    request = urllib.request.Request(f"{emulator.url}/login", form)  # noqa: S310 - http
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay())
    answer = opener.open(request, timeout=patience.SECONDS)
    other = Attempt(attempt.hosted, attempt.redirect, attempt.state, attempt.nonce, "v" * 43)
    with pytest.raises(InvalidDocument, match="used already, or has run out"):
        tokens[0].sign_in_hosted(AT, other, answer.headers["Location"], region="us-east-1")


def test_a_second_factor_is_asked_for_and_a_wrong_code_may_be_typed_again(emulator, pool, tokens):
    users, (made, client) = emulator.client("cognito-idp"), pool
    first = users.initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": USER, "PASSWORD": PASSWORD},
    )["AuthenticationResult"]["AccessToken"]
    secret = users.associate_software_token(AccessToken=first)["SecretCode"]
    assert users.verify_software_token(AccessToken=first, UserCode=totp(secret))["Status"] == "SUCCESS"
    users.admin_set_user_mfa_preference(
        UserPoolId=made, Username=USER, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True},
    )
    typed, said = ["000000", totp(secret)], []
    person = Person(lambda _: typed.pop(0), print, said.append)
    signed = tokens[0].sign_in(
        AT, region="us-east-1", client_id=client, user=USER, password=PASSWORD, person=person
    )
    assert claims_of(signed.id_token)["email"] == USER
    assert len(said) == 1


class _Stay(urllib.request.HTTPRedirectHandler):
    """A browser that stops at the redirect."""

    def http_error_302(self, req, fp, code, msg, headers):
        return fp


def totp(secret):
    """The code of now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(SystemClock().now()) // 30), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start:start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"
