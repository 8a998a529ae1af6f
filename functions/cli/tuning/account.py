"""The AWS account of a stage, asked with the caller's own credentials; its refusals in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine.errors import NotFound, UserError

_ABSENT = frozenset({"ResourceNotFoundException", "NotFoundException"})

WHOSE = "It takes the account's own credentials, from the environment or --profile NAME, and a --region."


class AccountRefused(UserError):
    """AWS refused, or nobody is signed in to it."""

    code = "AccountRefused"


class Account:
    """botocore's clients by service name, made as they are asked for. `profile` and `region` as AWS's own tools take
    them; None leaves it to the environment."""

    def __init__(self, profile: str | None = None, region: str | None = None) -> None:
        self._profile = profile
        self._region = region
        self._session: Any = None
        self._made: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """The service's client. Raises AccountRefused where no client can be made: no region, no such profile."""
        import botocore.session
        from botocore.config import Config

        with in_plain_words(f"the account ({service})"):
            if self._session is None:
                self._session = botocore.session.Session(profile=self._profile)
            if service not in self._made:
                config = Config(
                    connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 4}
                )
                self._made[service] = self._session.create_client(service, region_name=self._region, config=config)
            return self._made[service]


@contextmanager
def in_plain_words(what: str) -> Iterator[None]:
    """Botocore's errors as NotFound, where AWS has no such thing, or AccountRefused. `what` is what was asked for."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        if code in _ABSENT:
            raise NotFound(
                f"{what} is not there: {message}", where=error.operation_name,
                advice="Is it this account and this region? --profile and --region name others.",
            ) from None
        raise AccountRefused(
            f"{what} could not be read: {code}: {message}", where=error.operation_name,
            advice="Let the caller's role do it, or use another: --profile NAME." if "Denied" in code else WHOSE,
        ) from None
    except BotoCoreError as error:
        raise AccountRefused(f"{what} could not be read: {error}", where="AWS", advice=WHOSE) from None
