"""Signing in to a deployment: what is kept, renewed and forgotten."""

import stat
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from engine.clock import SkipClock
from engine.errors import InvalidDocument
from functions.cli.client.challenges import Person
from functions.cli.client.tokens import NotSignedIn, Tokens

AT = "https://studio.example.com"


class Cognito:
    """As much of a user pool as is asked; `challenges` come before the tokens."""

    exceptions = SimpleNamespace(ClientError=ClientError)

    def __init__(self, *challenges):
        self.challenges = list(challenges)
        self.asked = []
        self.refuses = None
        self.revoked = []

    def initiate_auth(self, **request):
        self.asked.append(request)
        if self.refuses:
            raise ClientError({"Error": {"Code": "NotAuthorizedException", "Message": self.refuses}}, "InitiateAuth")
        return self._next()

    def respond_to_auth_challenge(self, **request):
        self.asked.append(request)
        return self._next()

    def revoke_token(self, **request):
        self.revoked.append(request)
        if self.refuses:
            raise ClientError({"Error": {"Code": "UnauthorizedException", "Message": self.refuses}}, "RevokeToken")

    def _next(self):
        if self.challenges:
            return {"ChallengeName": self.challenges.pop(0), "Session": "s"}
        number = len(self.asked)
        return {"AuthenticationResult": {"IdToken": f"id-{number}", "RefreshToken": "r", "ExpiresIn": 3600}}


@pytest.fixture
def signing(tmp_path):
    """`signing(cognito)` gives Tokens, a clock and what signs in."""
    def make(cognito):
        clock = SkipClock()
        tokens = Tokens(tmp_path / "c" / "sign-ins.json", clock, lambda _: cognito)

        def sign_in(**answers):
            return tokens.sign_in(
                AT, region="eu-west-1", client_id="c", user="ana@example.com", password="p" * 12,
                person=Person(lambda what: answers[what.split()[-1 if "new" in what else 0]], print, print),
            )

        return tokens, clock, sign_in

    return make


class TestTokens:
    def test_a_sign_in_is_kept_for_its_owner_alone_without_the_password(self, signing, tmp_path):
        tokens, _, sign_in = signing(Cognito())
        sign_in()
        file = tmp_path / "c" / "sign-ins.json"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert "pppp" not in file.read_text()
        assert tokens.token(AT) == "id-1"

    def test_an_old_token_is_renewed_unasked(self, signing):
        cognito = Cognito()
        tokens, clock, sign_in = signing(cognito)
        sign_in()
        clock.sleep(3600 - 60)
        assert tokens.token(AT) == "id-2"
        assert cognito.asked[-1]["AuthParameters"] == {"REFRESH_TOKEN": "r"}

    def test_an_invitation_and_a_second_factor_are_answered(self, signing):
        cognito = Cognito("NEW_PASSWORD_REQUIRED", "SOFTWARE_TOKEN_MFA")
        signing(cognito)[2](password="a new one", code="123456")
        sent = [request["ChallengeResponses"] for request in cognito.asked[1:]]
        assert [item.get("NEW_PASSWORD") or item.get("SOFTWARE_TOKEN_MFA_CODE") for item in sent] == [
            "a new one", "123456",
        ]

    def test_cognitos_refusal_is_said_in_its_words(self, signing):
        cognito = Cognito()
        cognito.refuses = "Incorrect username or password."
        with pytest.raises(InvalidDocument, match="Incorrect username or password"):
            signing(cognito)[2]()

    def test_a_sign_in_that_has_run_out_says_so_and_signing_out_forgets(self, signing):
        cognito = Cognito()
        tokens, clock, sign_in = signing(cognito)
        sign_in()
        clock.sleep(4000)
        cognito.refuses = "Refresh Token has expired"
        with pytest.raises(NotSignedIn, match=r"the sign-in of ana@example\.com has run out"):
            tokens.token(AT)
        assert (tokens.forget(AT), tokens.forget(AT)) == (True, False)
        assert cognito.revoked == [{"ClientId": "c", "Token": "r"}]  # once, and what it answers does not matter
        with pytest.raises(NotSignedIn, match="nobody is signed in"):
            tokens.token(AT)
