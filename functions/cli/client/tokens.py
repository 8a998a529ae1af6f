"""Who is signed in to which deployment: Cognito's tokens, kept in one file that only its owner can read.

    ~/.config/automate/sign-ins.json   {endpoint: {"region", "client_id", "user", "id_token", "until", "refresh_token"}}

(XDG_CONFIG_HOME moves it.) An ID token lives 15 minutes; the refresh token, seven days, brings the next one unasked. No
password is ever written down.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from engine.adapters.local.privacy import done_to
from engine.clock import Clock
from engine.errors import StoreUnavailable, UserError
from engine.records import dataclass
from functions.cli.client.challenges import Challenges, Person, in_plain_words
from functions.cli.client.hosted import Attempt, claims_of

EARLY_SECONDS = 120.0
"""A token is replaced so long before its end: clocks differ, and a request takes its time."""


class NotSignedIn(UserError):
    """Nobody is signed in to the endpoint, or the sign-in has run out."""

    code = "NotSignedIn"


@dataclass(frozen=True, slots=True)
class SignIn:
    """One entry of the file. `until`: epoch seconds, the ID token's end."""

    region: str
    client_id: str
    user: str
    id_token: str
    until: float
    refresh_token: str


class Tokens:
    """The file of sign-ins. `client` makes a Cognito client for a region; it needs no AWS credentials."""

    def __init__(self, path: Path, clock: Clock, client: Callable[[str], Any]) -> None:
        self._path = path
        self._clock = clock
        self._client = client

    def sign_in(
        self, endpoint: str, *, region: str, client_id: str, user: str, password: str, person: Person
    ) -> SignIn:
        """Sign in with a password and keep it. `person` answers what the pool asks besides. Raises InvalidDocument with
        Cognito's own words where it refuses, StoreUnavailable where it does not answer."""
        cognito = self._client(region)
        is_past = False
        with in_plain_words(cognito, region, asked=lambda: is_past):
            reply = cognito.initiate_auth(
                ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": user, "PASSWORD": password},
            )
            is_past = True
            result = Challenges(cognito, client_id, user, person).result(reply)
        made = SignIn(region, client_id, user, result["IdToken"], self._until(result), result["RefreshToken"])
        self._keep(endpoint, made)
        return made

    def sign_in_hosted(self, endpoint: str, attempt: Attempt, answer: str, *, region: str) -> SignIn:
        """Sign in with the `answer` that the browser brought back from the stage's sign-in page, and keep it. Raises
        what Attempt.code and Attempt.exchange raise."""
        found = attempt.exchange(attempt.code(answer))
        claims = claims_of(found["id_token"])
        user = str(claims.get("email") or claims.get("cognito:username") or claims.get("sub") or "somebody")
        until = self._clock.now() + float(found["expires_in"])
        made = SignIn(region, attempt.hosted.client_id, user, found["id_token"], until, found["refresh_token"])
        self._keep(endpoint, made)
        return made

    def knows(self, endpoint: str) -> bool:
        """Whether somebody is signed in there, or was."""
        return endpoint in self._read()

    def token(self, endpoint: str) -> str:
        """A valid ID token for the endpoint. Raises NotSignedIn."""
        kept = self._read().get(endpoint)
        if kept is None:
            raise _not_signed_in(endpoint, "nobody is signed in to")
        found = SignIn(**kept)
        if self._clock.now() < found.until - EARLY_SECONDS:
            return found.id_token
        from botocore.exceptions import BotoCoreError

        cognito = self._client(found.region)
        try:
            result = cognito.initiate_auth(
                ClientId=found.client_id, AuthFlow="REFRESH_TOKEN_AUTH",
                AuthParameters={"REFRESH_TOKEN": found.refresh_token},
            )["AuthenticationResult"]
        except cognito.exceptions.ClientError:
            raise _not_signed_in(endpoint, f"the sign-in of {found.user} has run out at") from None
        except BotoCoreError:
            raise StoreUnavailable(f"the user pools of {found.region} do not answer") from None
        refresh_token = result.get("RefreshToken", found.refresh_token)
        renewed = replace(found, id_token=result["IdToken"], until=self._until(result), refresh_token=refresh_token)
        self._keep(endpoint, renewed)
        return renewed.id_token

    def forget(self, endpoint: str) -> bool:
        """Sign out, here and at Cognito; False where nobody was signed in."""
        kept = self._read()
        found = kept.pop(endpoint, None)
        self._write(kept)
        if found is None:
            return False
        from botocore.exceptions import BotoCoreError

        known = SignIn(**found)
        cognito = self._client(known.region)
        with suppress(cognito.exceptions.ClientError, BotoCoreError):  # it is at least nowhere here any more
            cognito.revoke_token(ClientId=known.client_id, Token=known.refresh_token)
        return True

    def _until(self, result: Mapping[str, Any]) -> float:
        return self._clock.now() + float(result["ExpiresIn"])

    def _keep(self, endpoint: str, made: SignIn) -> None:
        self._write({**self._read(), endpoint: asdict(made)})

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # not there, or torn: signing in makes it anew
            return {}
        return kept if isinstance(kept, dict) else {}

    def _write(self, kept: Mapping[str, Any]) -> None:
        """Whole or not at all, and never readable to others."""
        part = self._path.with_suffix(".part")
        with done_to(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with suppress(FileNotFoundError):
                part.unlink()
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(kept, file)
            part.replace(self._path)


def default_path(environment: Mapping[str, str]) -> Path:
    """Where the file lies."""
    home = environment.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "automate" / "sign-ins.json"


def cognito_client(region: str) -> Any:
    """Cognito without credentials: signing in needs none."""
    import botocore.session
    from botocore import UNSIGNED
    from botocore.config import Config

    config = Config(signature_version=UNSIGNED, connect_timeout=5, read_timeout=20)
    return botocore.session.Session().create_client("cognito-idp", region_name=region, config=config)


def _not_signed_in(endpoint: str, says: str) -> NotSignedIn:
    return NotSignedIn(
        f"{says} {endpoint}", where="--endpoint",
        advice=f"Sign in: automate --endpoint {endpoint} login. (For a server of this machine, --data-dir names its "
               "folder.)",
    )
