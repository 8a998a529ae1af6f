"""An MCP server over Streamable HTTP, as one set of credentials sees it: its session, its tools, a tool's call.

Two families of revisions are spoken. Up to 2025-11-25 a session is begun with ``initialize``, kept, and begun anew
where the server answers 404. Of 2026-07-28 each request stands for itself. What comes before a call changes nothing, so
its failures are definite.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from connectors.builtin.http_calls import EXCERPT, HttpCalls, body_of, url_of
from connectors.builtin.http_connections import Answer
from connectors.declared.answers import MALFORMED, failure
from connectors.declared.form import Action, Errors
from connectors.egress import in_force
from connectors.egress.urls import Url
from connectors.errors import ConnectorError
from connectors.mcp.messages import STREAM, BadAnswer, Events, answer_of, kind_of
from connectors.mcp.tools import header_value, plain
from engine.governance.masking import Scrubber
from engine.records import dataclass

Json = Any

BY_SESSION = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
"""Revisions that begin with ``initialize``, the newest first."""

STATELESS = "2026-07-28"
"""The revision of which each request stands for itself."""

MOST_SESSIONS = 100
MOST_PAGES = 100
MOST_ASKED = 5
"""So many pings of the server are answered in one call."""

ERRORS = Errors.model_validate({"code": "/error/code", "message": "/error/message"})

_NOTHING_DONE = frozenset({-32700, -32600, -32601, -32602, -32020, -32021, -32022})
"""JSON-RPC's and MCP's codes of requests that were refused before anything was done."""

_SESSION = re.compile(r"[\x21-\x7e]{1,1000}")
_NUMBERS = itertools.count(1)
_ABOUT_US = {"name": "automate", "version": "1"}


@dataclass(frozen=True, slots=True)
class Session:
    """What was agreed with a server; `name` "" where it keeps none."""

    protocol: str
    name: str = ""


class Sessions:
    """Those of a process, by who calls. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, Session] = {}

    def get(self, who: str) -> Session | None:
        """The session that is kept for `who`."""
        with self._lock:
            return self._kept.get(who)

    def put(self, who: str, session: Session | None, instead: Session | None = None) -> None:
        """Keep `session`; None: that of before, `instead`, is over."""
        with self._lock:
            if session is None:
                if self._kept.get(who) == instead:
                    self._kept.pop(who, None)
                return
            self._kept.pop(who, None)
            self._kept[who] = session
            if len(self._kept) > MOST_SESSIONS:
                del self._kept[next(iter(self._kept))]


class _Over(Exception):
    """The server knows the session no more."""


class Server:
    """A server at `url`, asked with `headers` until `deadline`. Who asks with the same headers for the same `workspace`
    shares a session."""

    def __init__(
        self, calls: HttpCalls, url: str, headers: Mapping[str, str], *, protocol: str, deadline: float,
        secrets: Scrubber, sessions: Sessions, workspace: str = "",
    ) -> None:
        self._calls, self._url, self._deadline, self._secrets = calls, url_of(url, secrets), deadline, secrets
        self._headers = {
            **headers, "accept": f"application/json, {STREAM}", "content-type": "application/json",
        }
        self._protocol, self._sessions = protocol, sessions
        self._who = hashlib.sha256(json.dumps([workspace, url, self._headers], sort_keys=True).encode()).hexdigest()
        self._has_begun, self._pings = False, 0

    def tools(self) -> Iterator[dict[str, Json]]:
        """What it lists, page by page. Raises ConnectorError, always definite."""
        cursor: Json = None
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            result = self._asked("tools/list", {} if cursor is None else {"cursor": cursor})
            tools = result.get("tools")
            if not isinstance(tools, list):
                raise self._bad("lists no tools: `tools` is no list", definite=True)
            for tool in tools:
                if not isinstance(tool, dict) or not isinstance(tool.get("name"), str):
                    raise self._bad("lists a tool without a name", definite=True)
                yield tool
            cursor = result.get("nextCursor")
            if cursor in (None, ""):
                return
            if not isinstance(cursor, str) or cursor in seen:
                raise self._bad("lists its tools in a circle: a cursor comes twice, or is no text", definite=True)
            seen.add(cursor)
        raise self._bad(f"lists its tools on more than {MOST_PAGES} pages", definite=True)

    def call(
        self, name: str, arguments: Json, headers: Mapping[str, str], *, action: Action, errors: Errors
    ) -> dict[str, Json]:
        """The result of a tool's call. Raises ConnectorError, which says what is known of it."""
        return self._asked("tools/call", {"name": name, "arguments": arguments}, headers, action=action, errors=errors)

    def discovered(self) -> dict[str, Json]:
        """What a server says of itself that keeps no session."""
        return self._asked("server/discover", {})

    def about(self) -> dict[str, Json]:
        """Begin a session, and say what the server answered to ``initialize``."""
        result, answer = self._exchanged(Session(""), "initialize", {
            "protocolVersion": self._protocol, "capabilities": {}, "clientInfo": _ABOUT_US,
        })
        protocol, name = result.get("protocolVersion"), answer.headers.get("mcp-session-id", "")
        if protocol not in BY_SESSION:
            raise self._bad(
                f"speaks MCP {plain(str(protocol))[:40]}; spoken here are {', '.join((STATELESS, *BY_SESSION))}",
                definite=True,
            )
        if name and not _SESSION.fullmatch(name):
            raise self._bad("names its session in characters that no header may hold", definite=True)
        session = Session(protocol, name)
        said = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        answer, url = self._sent(session, said)
        if answer.status // 100 != 2:
            raise failure(_READS, ERRORS, answer, _body(answer), url, self._secrets)
        self._sessions.put(self._who, session)
        self._has_begun = True
        return result

    def end(self) -> None:
        """Tell the server that the session is needed no more, if there is one."""
        session = self._sessions.get(self._who)
        if session is not None and session.name:
            self._sessions.put(self._who, None, session)
            with suppress(ConnectorError):
                self._calls.send(
                    "DELETE", self._url, self._all_headers(session), None, max(self._left(), 1.0), self._secrets,
                    reads=True, enough=lambda *_: True,
                )

    def _asked(
        self, method: str, params: dict[str, Json], headers: Mapping[str, str] | None = None, *,
        action: Action | None = None, errors: Errors | None = None,
    ) -> dict[str, Json]:
        """The result of a request; in a new session, where the one of before is over."""
        action = action or _READS
        for again in (True, False):
            session = self._session()
            try:
                return self._exchanged(session, method, params, headers, action=action, errors=errors)[0]
            except _Over:
                self._sessions.put(self._who, None, session)
                if not again:
                    break
        raise self._bad(f"ends each session before it answers {method}", definite=True)

    def _session(self) -> Session:
        if self._protocol == STATELESS:
            return Session(STATELESS)
        known = self._sessions.get(self._who)
        if known is None:
            self.about()
            known = self._sessions.get(self._who)
        return known or Session(self._protocol)

    def _exchanged(
        self, session: Session, method: str, params: dict[str, Json], headers: Mapping[str, str] | None = None, *,
        action: Action | None = None, errors: Errors | None = None,
    ) -> tuple[dict[str, Json], Answer]:
        """One request and its result. Raises ConnectorError; _Over where the server knows the session no more."""
        action, errors = action or _READS, errors or ERRORS
        number, more = next(_NUMBERS), dict(headers or {})
        if session.protocol == STATELESS:
            more |= {"mcp-method": method} | ({"mcp-name": header_value(params["name"])} if "name" in params else {})
            params = {**params, "_meta": {
                "io.modelcontextprotocol/protocolVersion": STATELESS,
                "io.modelcontextprotocol/clientInfo": _ABOUT_US, "io.modelcontextprotocol/clientCapabilities": {},
            }}
        events = Events(number, lambda message: self._reply(session, method, message))
        try:
            answer, url = self._streamed(session, events, more, action, {
                "jsonrpc": "2.0", "id": number, "method": method, "params": params,
            })
            kept = session.protocol not in ("", STATELESS) and not self._has_begun
            if (answer.status == 404 and session.name) or (answer.status == 400 and kept):
                raise _Over  # the specification says 404; many servers answer 400 once they were started anew
            found = events.answer or self._found(answer, url, number, action, errors)
        except BadAnswer as fault:
            raise self._bad(str(fault), definite=action.reads) from None
        if "error" in found:
            raise self._refusal(found["error"], method, action, errors)
        result: dict[str, Json] = found["result"]
        kind = result.get("resultType", "complete")
        if kind == "input_required":
            raise self._bad(
                f"asks for more input before it answers {method}, which no workflow can give", definite=action.reads
            )
        if kind != "complete":
            raise self._bad(f"answers {method} with a result of an unknown kind", definite=action.reads)
        return result, answer

    def _found(self, answer: Answer, url: Url, number: int, action: Action, errors: Errors) -> dict[str, Json]:
        """The answer where it came in no stream. Raises ConnectorError for a status that is none, BadAnswer."""
        if answer.status != 200:
            with suppress(BadAnswer):
                found = answer_of(answer, number)
                if answer.status in (400, 404) and "error" in found:
                    return found
            if answer.status // 100 == 2:
                raise BadAnswer(f"answers {answer.status} and no more to a request")
            raise failure(action, errors, answer, _body(answer), url, self._secrets)
        if kind_of(answer.headers) == STREAM:
            raise BadAnswer("ends its stream without an answer")
        return answer_of(answer, number)

    def _streamed(
        self, session: Session, events: Events, headers: Mapping[str, str], action: Action, message: dict[str, Json]
    ) -> tuple[Answer, Url]:
        """What is answered to `message`. A stream that breaks off behind an event with an id is asked for the rest."""
        try:
            answer, url = self._sent(session, message, headers, events, reads=action.reads)
        except ConnectorError as error:
            if not (error.retryable and events.last) or session.protocol == STATELESS:
                raise
            answer, url = Answer(200, {"content-type": STREAM}, b""), self._url
        clock = in_force.current().clock
        while events.answer is None and events.last and session.protocol != STATELESS:
            wait = max(events.retry / 1000, 0.1)
            if answer.status != 200 or self._left() <= wait:
                raise BadAnswer("ends its stream without an answer")
            clock.sleep(wait)
            events.begin()
            answer, url = self._calls.send(
                "GET", self._url, {**self._all_headers(session), "last-event-id": events.last, "accept": STREAM}, None,
                self._left(), self._secrets, reads=action.reads, enough=events.enough,
            )
        return answer, url

    def _sent(
        self, session: Session, message: dict[str, Json], headers: Mapping[str, str] | None = None,
        events: Events | None = None, *, reads: bool = True,
    ) -> tuple[Answer, Url]:
        if self._left() <= 0:
            raise ConnectorError("the time for the call is over", retryable=True, definite=True)
        return self._calls.send(
            "POST", self._url, self._all_headers(session) | dict(headers or {}), json.dumps(message).encode(),
            self._left(), self._secrets, reads=reads, enough=None if events is None else events.enough,
        )

    def _reply(self, session: Session, method: str, message: dict[str, Json]) -> None:
        """Answer a ping; whatever else a server asks of its client, no workflow has. Raises BadAnswer."""
        asked = str(message.get("method"))
        self._pings += 1
        if asked != "ping" or self._pings > MOST_ASKED:
            raise BadAnswer(
                f"asks {plain(asked)[:60]} of its client before it answers {method}, which no workflow can answer"
            )
        with suppress(ConnectorError):
            self._sent(session, {"jsonrpc": "2.0", "id": message["id"], "result": {}})

    def _all_headers(self, session: Session) -> dict[str, str]:
        headers = dict(self._headers)
        if session.protocol:
            headers["mcp-protocol-version"] = session.protocol
        if session.name:
            headers["mcp-session-id"] = session.name
        return headers

    def _left(self) -> float:
        return self._deadline - in_force.current().clock.now()

    def _bad(self, what: str, *, definite: bool) -> ConnectorError:
        return ConnectorError(
            f"the MCP server at {self._url} {self._secrets.text(what)}", definite=definite, code=MALFORMED,
        )

    def _refusal(self, error: dict[str, Json], method: str, action: Action, errors: Errors) -> ConnectorError:
        """A JSON-RPC error: a request that was refused, or else one of which nobody knows what it did."""
        number = error.get("code")
        code = str(number) if isinstance(number, int) else MALFORMED
        text = plain(self._secrets.text(str(error.get("message", "")))[:EXCERPT])
        refused = number in _NOTHING_DONE
        return ConnectorError(
            f"the MCP server at {self._url} answers {method} with the error {code}" + (f": {text}" if text else ""),
            retryable=not refused or code in errors.retryable_codes,
            definite=(refused and code not in errors.unknown_codes) or action.reads, code=code,
            authentication=code in errors.authentication_codes,
        )


_READS = Action.model_validate({"method": "POST", "path": "", "kind": "read"})
"""What comes before a tool's call."""


def _body(answer: Answer) -> Json:
    return body_of(answer.body, answer.headers.get("content-type", "")) if answer.body else None
