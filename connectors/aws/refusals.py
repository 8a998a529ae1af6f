"""Calls that a workflow may not make: those whose answer is a secret or a credential.

What a Task returns becomes state and history, kept and shown for as long as the execution is. A secret belongs in
neither: a step names it as a SecretRef, which resolves in the call alone.
"""

from __future__ import annotations

from typing import Any

Json = Any

_CALLS = {
    "secretsmanager": {"GetSecretValue", "BatchGetSecretValue"},
    "sts": {
        "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot", "GetFederationToken",
        "GetSessionToken",
    },
    "iam": {"CreateAccessKey", "CreateServiceSpecificCredential", "ResetServiceSpecificCredential"},
}
"""botocore's service → operations."""

_ADVICE = 'Results are kept in the execution\'s history. Name the secret in the step that needs it: {"$secret": "KEY"}'


def refused_call(service: str, operation: str) -> str | None:
    """Why `operation` is never called; None when it may be."""
    if operation in _CALLS.get(service, ()):
        return f"{service}:{operation} answers with a secret. {_ADVICE}"
    return None


def refused_arguments(service: str, operation: str, params: dict[str, Json]) -> str | None:
    """Why `operation` is not called with `params`; None when it may be."""
    if service == "ssm" and params.get("WithDecryption"):
        return f"ssm:{operation} with WithDecryption answers with a secret. {_ADVICE}"
    return None
