"""ETags (RFC 9110, sections 8.8.3 and 13): what a reader holds, so that nothing is sent or overwritten in vain."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager

from engine.errors import Conflict, UserError

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


class PreconditionFailed(UserError):
    """If-Match named something that is not there any more."""

    code = "PreconditionFailed"
    status = 412


class PreconditionRequired(UserError):
    """A write over something that exists has to say what it read (RFC 6585)."""

    code = "PreconditionRequired"
    status = 428


def of(body: str) -> str:
    """A tag of a body's bytes."""
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def joined(etag: str, body: str) -> str:
    """The tag of a body around something that has an etag of its own, by which it is changed: `inner` gives that."""
    return f"{etag}-{of(body)}"


def inner(tag: str | None) -> str | None:
    """The etag that `joined` put first; one that stands alone is itself."""
    return None if tag is None else tag.partition("-")[0]


def given(header: str | None) -> str | None:
    """The one tag of an If-Match header, without its quotes; ``*`` stays. None when there is no header."""
    if header is None or not header.strip():
        return None
    if header.strip() == "*":
        return "*"
    tags = _TAG.findall(header)
    return tags[0] if tags else header.strip()


def matches(header: str | None, tag: str) -> bool:
    """Whether an If-None-Match header names `tag`."""
    if header is None:
        return False
    return header.strip() == "*" or tag in _TAG.findall(header)


@contextmanager
def precondition(if_match: str | None) -> Iterator[None]:
    """What is done within is done under a request's If-Match: a Conflict of it is the failed precondition (412), where
    that names a tag."""
    try:
        yield
    except Conflict as error:
        if if_match in (None, "*"):
            raise
        raise PreconditionFailed(
            error.message, where="If-Match", advice=error.advice, details=error.details
        ) from None
