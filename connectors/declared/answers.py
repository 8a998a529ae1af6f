"""What an answer to a declared action says: its output, or what is known of the failure; and where the next page is."""

from __future__ import annotations

import json
import re
from typing import Any

from connectors.builtin.http_calls import EXCERPT, body_of, retry_after
from connectors.builtin.http_connections import Answer
from connectors.declared.form import Action, Errors
from connectors.egress import in_force
from connectors.egress.urls import Url
from connectors.errors import ConnectorError
from engine.governance.masking import Scrubber

Json = Any

MALFORMED = "MalformedAnswer"
"""The `code` of an answer that is no JSON although the action promises some."""

_PASSING = frozenset({408, 425, 429})
_SAYING: dict[str, tuple[int, ...]] = {"Retry-After": (3, 4, 5), "WWW-Authenticate": (4,), "Location": (3,)}
"""Headers that say more of a failure, and the classes of statuses with which they do."""

_LINK = re.compile(r"<([^<>]*)>((?:[^,<\"]|\"[^\"]*\")*)")
_PARAMETER = re.compile(r";\s*([^\s=;\"]+)\s*=\s*(\"[^\"]*\"|[^\s;\"]*)")
"""Of a link. A service writes these texts: none may take longer than its length."""


def output_of(action: Action, errors: Errors, answer: Answer, url: Url, secrets: Scrubber) -> Json:
    """The body of an answer that worked, null where there is none. Raises ConnectorError for one that did not."""
    body = body_of(answer.body, answer.headers.get("content-type", "")) if answer.body else None
    well = 200 <= answer.status < 300 or answer.status in action.success
    promised = bool(errors.succeeded) or (action.answers == "json" and body is not None)
    if well and promised and not isinstance(body, dict | list) and not _is_json(answer.body):
        raise ConnectorError(
            f"{action.method} {url} answered {answer.status} with what is no JSON: "
            f"{secrets.text(str(body or 'nothing'))[:EXCERPT]}", retryable=True, definite=action.reads, code=MALFORMED,
        )
    if not well or _says_it_failed(errors, body):
        raise failure(action, errors, answer, body, url, secrets)
    return body


def at(body: Json, pointer: str) -> Json:
    """The value at a JSON pointer (RFC 6901), None where there is none."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(body, dict):
            body = body.get(name)
        elif isinstance(body, list) and name.isdecimal() and int(name) < len(body):
            body = body[int(name)]
        else:
            return None
    return body


def next_link(answer: Answer) -> str | None:
    """The target of the header Link whose rel is next (RFC 8288)."""
    for target, parameters in _LINK.findall(answer.headers.get("link", "")):
        rel = next((value for name, value in _PARAMETER.findall(parameters) if name.lower() == "rel"), "")
        if "next" in rel.strip('"').lower().split():
            return str(target)
    return None


def _says_it_failed(errors: Errors, body: Json) -> bool:
    if errors.succeeded and at(body, errors.succeeded) is not True:
        return True
    return bool(errors.failed) and at(body, errors.failed) not in (None, False, "", [], {})


def _named(errors: Errors, body: Json) -> str:
    """The service's name of the error, "" where it gives none."""
    for pointer in (errors.code,) if isinstance(errors.code, str) else errors.code:
        named = at(body, pointer) if pointer else None
        if named not in (None, "") and not isinstance(named, dict | list):
            return str(named)
    return ""


def _is_limit(errors: Errors, answer: Answer, text: str) -> bool:
    """Whether a 403 is one call too many."""
    limited = errors.limited
    if limited is None or answer.status != 403:
        return False
    return any(message.lower() in text.lower() for message in limited.messages) or any(
        name.lower() in answer.headers and value in ("", answer.headers[name.lower()])
        for name, value in limited.headers.items()
    )


def _is_json(data: bytes) -> bool:
    """JSON that came under another content type; ``body_of`` gave its text."""
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def failure(
    action: Action, errors: Errors, answer: Answer, body: Json, url: Url, secrets: Scrubber
) -> ConnectorError:
    """The error of an answer that did not work. The body is scrubbed before it is cut: half a secret would not be
    found."""
    status = answer.status
    code, said = _named(errors, body) or str(status), at(body, errors.message) if errors.message else None
    text = said if isinstance(said, str) else "" if body is None else body
    text = secrets.text(text if isinstance(text, str) else json.dumps(text, ensure_ascii=False))
    retryable = status in _PASSING or status >= 500 if errors.retryable is None else status in errors.retryable
    limited = _is_limit(errors, answer, text)
    if status < 400 and status // 100 != 2:
        definite = False  # it went somewhere else: nobody knows what was done before
    else:
        definite = (status < 500 or status in errors.nothing_done) and code not in errors.unknown_codes
    return ConnectorError(
        f"{action.method} {url} answered {status}" + (f" ({code})" if code != str(status) else "")
        + (f": {text[:EXCERPT]}" if text else "") + "".join(
            f" ({name}: {secrets.text(answer.headers[name.lower()])[:300]})" for name, statuses in _SAYING.items()
            if name.lower() in answer.headers and status // 100 in statuses
        ),
        retryable=retryable or limited or code in errors.retryable_codes, definite=definite or action.reads, code=code,
        authentication=status == 401 or code in errors.authentication_codes,
        retry_after=retry_after(answer, in_force.current().clock.now()),
        unavailable=limited or status == 429 or status >= 500,
    )
