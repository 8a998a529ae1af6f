"""What a user pool asks between the password and the tokens, answered: a new password, a code of a second factor, the
setting up of one (TOTP: an authenticator app).

A wrong code may be typed again; a question lives three minutes, after that only a new sign-in helps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from engine.errors import InvalidDocument, StoreUnavailable
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

TRIES = 3
"""So often a code, or a new password that will not do, may be typed."""

ISSUER = "Automate"

_APP = "SOFTWARE_TOKEN_MFA"
_WRONG = frozenset({"CodeMismatchException", "EnableSoftwareTokenMFAException", "InvalidPasswordException"})
_CODE_ADVICE = (
    "Type the newest code. Codes go by the time: look whether the clock of the phone, or whatever makes them, is right."
)
_ADVICE = {
    "CodeMismatchException": _CODE_ADVICE, "EnableSoftwareTokenMFAException": _CODE_ADVICE,
    "ExpiredCodeException": "The code has run out: sign in again.",
    "InvalidPasswordException": "Sign in again, and choose one that the user pool takes.",
    "PasswordResetRequiredException": "An admin reset the password. Set another one on the Studio's sign-in page: "
                                      "Forgotten your password?",
    "ResourceNotFoundException": "Is it this stage's client and region? --client-id and --region name others.",
    "TooManyRequestsException": "Wait a minute, and sign in again.",
    "LimitExceededException": "Wait a minute, and sign in again.",
}
_TOO_LATE = "A question has to be answered within three minutes: sign in again."
_FIELDS = {
    "NEW_PASSWORD_REQUIRED": ("NEW_PASSWORD", "new password"),
    _APP: ("SOFTWARE_TOKEN_MFA_CODE", "code of your authenticator app"),
    "SMS_MFA": ("SMS_MFA_CODE", "code that came by text message"),
    "EMAIL_OTP": ("EMAIL_OTP_CODE", "code that came by mail"),
}
"""By challenge: the field of its answer, and what the person is asked for."""


@dataclass(frozen=True, slots=True)
class Secret:
    """What an authenticator app is set up with; shown once."""

    secret: str
    address: str
    """The same as an otpauth URI, which apps take from a link or a QR code."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who sits there. `answer` asks for what a challenge wants, `show` shows a new authenticator app's secret, `say`
    what was wrong with an answer that may be given again."""

    answer: Callable[[str], str]
    show: Callable[[Secret], None]
    say: Callable[[str], None]


class Challenges:
    """The challenges of one sign-in of `user`, who is asked as `person`."""

    def __init__(self, cognito: Any, client_id: str, user: str, person: Person) -> None:
        self._cognito = cognito
        self._client_id = client_id
        self._user = user
        self._person = person

    def result(self, reply: Mapping[str, Any]) -> Mapping[str, Any]:
        """The tokens (AuthenticationResult) at the end of the challenges of `reply`. Raises InvalidDocument for a
        challenge that is not known here, and what botocore raises."""
        while "ChallengeName" in reply:
            reply = self._next(reply)
        result: Mapping[str, Any] = reply["AuthenticationResult"]
        return result

    def _next(self, reply: Mapping[str, Any]) -> Mapping[str, Any]:
        name, session = str(reply["ChallengeName"]), str(reply.get("Session", ""))
        parameters: Mapping[str, str] = reply.get("ChallengeParameters") or {}
        user = parameters.get("USER_ID_FOR_SRP") or self._user
        if name == "MFA_SETUP":
            return self._respond(name, self._set_up(session, parameters), user, {})
        if name == "SELECT_MFA_TYPE" and _has_apps(parameters.get("MFAS_CAN_CHOOSE")):
            return self._respond(name, session, user, {"ANSWER": _APP})
        if name not in _FIELDS:
            raise InvalidDocument(
                f"the user pool asks for {name}, which the command line cannot answer", where="sign-in",
                advice="A stage whose pool is deployed with it asks for a new password and an authenticator app alone.",
            )
        field, what = _FIELDS[name]
        return self._asking(what, lambda given: self._respond(name, session, user, {field: given}))

    def _respond(self, name: str, session: str, user: str, answers: Mapping[str, str]) -> Mapping[str, Any]:
        reply: Mapping[str, Any] = self._cognito.respond_to_auth_challenge(
            ClientId=self._client_id, ChallengeName=name, Session=session,
            ChallengeResponses={"USERNAME": user, **answers},
        )
        return reply

    def _set_up(self, session: str, parameters: Mapping[str, str]) -> str:
        """An authenticator app, set up; the session to go on in."""
        if not _has_apps(parameters.get("MFAS_CAN_SETUP")):
            raise InvalidDocument(
                "the user pool wants a second factor other than an authenticator app", where="sign-in",
                advice="An admin of the account sets one up for this user, or allows authenticator apps.",
            )
        made = self._cognito.associate_software_token(Session=session)
        self._person.show(Secret(made["SecretCode"], otpauth(made["SecretCode"], self._user)))
        verified = self._asking("code that the app shows now", lambda code: self._cognito.verify_software_token(
            Session=made["Session"], UserCode=code, FriendlyDeviceName="automate",
        ))
        if verified.get("Status") != "SUCCESS":
            raise InvalidDocument("the authenticator app was not set up", where="sign-in", advice="Sign in again.")
        return str(verified["Session"])

    def _asking(self, what: str, send: Callable[[str], Mapping[str, Any]]) -> Mapping[str, Any]:
        for _ in range(TRIES - 1):
            try:
                return send(self._person.answer(what))
            except self._cognito.exceptions.ClientError as error:
                if error.response["Error"]["Code"] not in _WRONG:
                    raise
                self._person.say(error.response["Error"]["Message"])
        return send(self._person.answer(what))


@contextmanager
def in_plain_words(cognito: Any, region: str, *, asked: Callable[[], bool]) -> Iterator[None]:
    """Cognito's refusals as InvalidDocument in its own words, with what helps; StoreUnavailable where it does not
    answer. `asked`: whether the password is past."""
    from botocore.exceptions import BotoCoreError

    try:
        yield
    except cognito.exceptions.ClientError as error:
        code = error.response["Error"]["Code"]
        late = code == "NotAuthorizedException" and asked()
        raise InvalidDocument(
            str(error.response["Error"]["Message"]), where="sign-in",
            advice=_TOO_LATE if late else _ADVICE.get(code),
        ) from None
    except BotoCoreError:
        raise StoreUnavailable(f"the user pools of {region} do not answer") from None


def otpauth(secret: str, user: str) -> str:
    """The URI of an authenticator app's key (TOTP, six digits, 30 s: the defaults)."""
    return f"otpauth://totp/{quote(f'{ISSUER}:{user}', safe='')}?{urlencode({'secret': secret, 'issuer': ISSUER})}"


def _has_apps(listed: str | None) -> bool:
    """Whether a list that Cognito writes as JSON has authenticator apps; an absent one is taken to."""
    return listed is None or _APP in str(listed)
