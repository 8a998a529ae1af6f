"""What a user pool asks after the password: answered as Cognito's reference has it, and refused in its words."""

from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from engine.errors import InvalidDocument, StoreUnavailable
from functions.cli.client.challenges import Challenges, Person, in_plain_words, otpauth

DONE = {"AuthenticationResult": {"IdToken": "id"}}


def refusal(code, message="No."):
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")


class Cognito:
    """Answers in turn; each entry is a reply or an error."""

    exceptions = SimpleNamespace(ClientError=ClientError)

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def _say(self, **request):
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    respond_to_auth_challenge = associate_software_token = verify_software_token = _say


@pytest.fixture
def talk():
    """`talk(cognito, reply, answers)` gives the result, what was asked for, shown and said."""
    def run(cognito, reply, *answers):
        given, asked, shown, said = list(answers), [], [], []

        def answer(what):
            asked.append(what)
            return given.pop(0)

        person = Person(answer, shown.append, said.append)
        with in_plain_words(cognito, "eu-west-1", asked=lambda: True):
            result = Challenges(cognito, "client", "ana@example.com", person).result(reply)
        return SimpleNamespace(result=result, asked=asked, shown=shown, said=said)

    return run


@pytest.mark.parametrize(("name", "field"), [
    ("NEW_PASSWORD_REQUIRED", "NEW_PASSWORD"), ("SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA_CODE"),
    ("SMS_MFA", "SMS_MFA_CODE"), ("EMAIL_OTP", "EMAIL_OTP_CODE"),
])
def test_a_challenge_is_answered_by_its_field_in_the_pools_own_name(talk, name, field):
    cognito = Cognito(DONE)
    reply = {"ChallengeName": name, "Session": "s-1", "ChallengeParameters": {"USER_ID_FOR_SRP": "0a1b"}}
    assert talk(cognito, reply, "123456").result == {"IdToken": "id"}
    assert cognito.asked == [{
        "ClientId": "client", "ChallengeName": name, "Session": "s-1",
        "ChallengeResponses": {"USERNAME": "0a1b", field: "123456"},
    }]


def test_a_second_factor_is_set_up_with_a_secret_that_is_shown_once(talk):
    cognito = Cognito(
        {"SecretCode": "JBSWY3DP", "Session": "s-2"}, refusal("EnableSoftwareTokenMFAException", "Code mismatch"),
        {"Status": "SUCCESS", "Session": "s-3"}, DONE,
    )
    reply = {
        "ChallengeName": "MFA_SETUP", "Session": "s-1",
        "ChallengeParameters": {"MFAS_CAN_SETUP": '["SMS_MFA","SOFTWARE_TOKEN_MFA"]'},
    }
    told = talk(cognito, reply, "000000", "123456")
    assert told.result == {"IdToken": "id"}
    [shown] = told.shown
    assert (shown.secret, told.said) == ("JBSWY3DP", ["Code mismatch"])
    assert [request["Session"] for request in cognito.asked] == ["s-1", "s-2", "s-2", "s-3"]
    assert cognito.asked[-1]["ChallengeResponses"] == {"USERNAME": "ana@example.com"}


def test_the_otpauth_uri_names_product_and_person():
    parts = urlsplit(otpauth("JBSWY3DP", "ana+x@example.com"))
    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/Automate%3Aana%2Bx%40example.com")
    assert parse_qs(parts.query) == {"secret": ["JBSWY3DP"], "issuer": ["Automate"]}


def test_of_several_factors_the_authenticator_app_is_chosen(talk):
    cognito = Cognito({"ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": "s-2"}, DONE)
    reply = {
        "ChallengeName": "SELECT_MFA_TYPE", "Session": "s-1",
        "ChallengeParameters": {"MFAS_CAN_CHOOSE": '["SMS_MFA","SOFTWARE_TOKEN_MFA"]'},
    }
    talk(cognito, reply, "123456")
    assert cognito.asked[0]["ChallengeResponses"]["ANSWER"] == "SOFTWARE_TOKEN_MFA"


def test_a_wrong_code_may_be_typed_three_times(talk):
    wrong = refusal("CodeMismatchException", "Invalid code received for user")
    code = {"ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": "s"}
    assert talk(Cognito(wrong, wrong, DONE), code, "1", "2", "3").said == ["Invalid code received for user"] * 2
    with pytest.raises(InvalidDocument, match="Invalid code received") as refused:
        talk(Cognito(wrong, wrong, wrong), code, "1", "2", "3")
    assert "clock" in refused.value.advice


@pytest.mark.parametrize(("code", "advice"), [
    ("NotAuthorizedException", "within three minutes"), ("ExpiredCodeException", "has run out"),
    ("PasswordResetRequiredException", "Forgotten your password"), ("TooManyRequestsException", "Wait a minute"),
    ("ResourceNotFoundException", "--client-id"),
])
def test_a_refusal_is_said_in_cognitos_words_with_what_helps(talk, code, advice):
    with pytest.raises(InvalidDocument, match=r"No\.") as refused:
        talk(Cognito(refusal(code)), {"ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": "s"}, "1")
    assert advice in refused.value.advice


@pytest.mark.parametrize("reply", [
    {"ChallengeName": "DEVICE_SRP_AUTH", "Session": "s"},
    {"ChallengeName": "MFA_SETUP", "Session": "s", "ChallengeParameters": {"MFAS_CAN_SETUP": '["SMS_MFA"]'}},
    {"ChallengeName": "MFA_SETUP", "Session": "s", "ChallengeParameters": {"MFAS_CAN_SETUP": "{"}},
    {"ChallengeName": "SELECT_MFA_TYPE", "Session": "s", "ChallengeParameters": {"MFAS_CAN_CHOOSE": '["SMS_MFA"]'}},
])
def test_what_cannot_be_answered_here_is_named(talk, reply):
    cognito = Cognito()
    with pytest.raises(InvalidDocument, match="the user pool"):
        talk(cognito, reply)
    assert cognito.asked == []


def test_a_pool_that_does_not_answer_is_said(talk):
    away = EndpointConnectionError(endpoint_url="https://cognito-idp.eu-west-1.amazonaws.com")
    with pytest.raises(StoreUnavailable, match="eu-west-1"):
        talk(Cognito(away), {"ChallengeName": "SMS_MFA", "Session": "s"}, "1")
