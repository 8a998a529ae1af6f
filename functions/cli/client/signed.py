"""Requests that are signed with AWS credentials (Signature Version 4), for a stage's door for IAM roles.

The signature covers the Host header, so the address is the API's own (the output ApiUrl): CloudFront puts another host
in its place. The region stands in it: https://API.execute-api.REGION.amazonaws.com/STAGE.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from engine.errors import InvalidDocument, UserError

if TYPE_CHECKING:
    from botocore.credentials import Credentials

SERVICE = "execute-api"
_ADDRESS = re.compile(r"https://[a-z0-9-]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/[^?#]+")


class NoCredentials(UserError):
    """There are no AWS credentials to sign with."""

    code = "NoCredentials"


class Signing:
    """Signs requests to `endpoint`. `credentials` gives those of the moment: botocore renews what runs out."""

    def __init__(self, endpoint: str, credentials: Callable[[], Credentials | None]) -> None:
        found = _ADDRESS.fullmatch(endpoint)
        if found is None:
            raise InvalidDocument(
                f"{endpoint[:100]} is not the address of a stage's API", where="--endpoint",
                advice="With --iam give the output ApiUrl: CloudFront's address cannot be signed for.",
            )
        self._region = found[1]
        self._credentials = credentials

    def headers(
        self, method: str, address: str, body: bytes | None, headers: Mapping[str, str]
    ) -> dict[str, str]:
        """`headers` with those of the signature. Raises NoCredentials."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.exceptions import BotoCoreError

        try:
            credentials = self._credentials()
            if credentials is None:
                raise NoCredentials(
                    "there are no AWS credentials to sign with", where="--iam",
                    advice="Name a profile (AWS_PROFILE), or run where a role is: aws sts get-caller-identity.",
                )
            frozen: Any = credentials.get_frozen_credentials()
            request: Any = AWSRequest(method=method, url=address, data=body or b"", headers=dict(headers))
            SigV4Auth(frozen, SERVICE, self._region).add_auth(request)
        except BotoCoreError as error:
            raise NoCredentials(f"the request cannot be signed: {error}", where="--iam") from None
        return dict(request.headers.items())


@cache
def own_credentials() -> Credentials | None:
    """Those that every tool of AWS would use here: the environment's, the profile's, the role's."""
    import botocore.session

    found: Credentials | None = botocore.session.get_session().get_credentials()
    return found
