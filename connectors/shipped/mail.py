"""The connector ``email``: one mail by SMTP (RFC 5321), through the dialler.

What is known of a failed call follows from where the dialogue stopped. Until the final dot is on its way the server has
nothing to deliver, so a failure is definite. Then its reply decides: 4xx and 5xx say that it did not take the mail, and
without a reply nobody knows. A mail that has one recipient refused goes to nobody.
"""

from __future__ import annotations

import base64
import hashlib
import re
import smtplib
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from email.errors import HeaderParseError, MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from typing import TYPE_CHECKING, Any

from connectors.egress import in_force
from connectors.egress.sockets import TimedSocket, TimedTlsSocket, tls, under_tls
from connectors.errors import ConnectorError
from connectors.sdk import ActionSpec, ConnectorAdapter
from engine.governance.masking import Scrubber

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.egress.dialling import Dialler

PORTS = {"starttls": 587, "tls": 465, "none": 25}
"""By the kind of encryption, where no port is given (RFC 6409, RFC 8314)."""

MOST_RECIPIENTS = 100
"""RFC 5321 (4.5.3.1.8): every server takes so many."""

MOST_ADDRESS = 400
MOST_NAME = 100
MOST_NAMES = 2_000
MOST_SUBJECT = 2_000
"""Characters of an address with its name, of a name, of all names of a mail that are not ASCII, of a subject: the time
that the standard library takes to fold them grows with the square, and somebody else may have written them."""

MOST_BYTES = 10 * 1024 * 1024
MOST_REPLY_BYTES = 64 * 1024
EXCERPT = 1_000

_NOT_NOW = frozenset({421, 454})
"""The service is not available (RFC 5321), or its TLS or authentication is not for now (RFC 3207, RFC 4954)."""

_BEGINNING = ("the connection", "EHLO", "STARTTLS")
"""What is asked of the server itself: no mail is spoken of yet."""

_SPEC = re.compile(r"[!-~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_POLICY = SMTP.clone(cte_type="7bit")  # a server need not take more
_ADDRESSES: dict[str, Any] = {"type": ("string", "array"), "items": {"type": "string"}}

_SEND = ActionSpec(
    title="Send a mail",
    description="Send a mail by a mail server.",
    kind="write",
    means="mail",
    at_most_once=True,
    id_field="message_id",
    connections={"basic": {"username": "user", "password": "secret"}},
    one_of=[["body", "html"]],
    inputs={
        "host": {"type": "string", "required": True, "description": "The mail server, such as smtp.example.com."},
        "port": {
            "type": "integer", "minimum": 1, "maximum": 65535,
            "description": "By default 587 with starttls, 465 with tls, 25 with none.",
        },
        "security": {
            "type": "string", "enum": tuple(PORTS), "default": "starttls",
            "description": "starttls: encrypted before anything is said; tls: from the start; none: not at all.",
        },
        "username": {"type": "string", "description": "Whom the server knows; with a password."},
        "password": {"type": "string", "secret": True, "description": "The user's password at the mail server."},
        "from": {"type": "string", "required": True, "description": "Ada Byron <ada@example.com>, or the address."},
        "to": {**_ADDRESSES, "required": True, "description": "One address or a list of them."},
        "cc": {**_ADDRESSES, "description": "One address or a list of them."},
        "bcc": {**_ADDRESSES, "description": "The same; nobody reads in the mail that they have it."},
        "reply_to": {"type": "string", "description": "Where answers go."},
        "subject": {
            "type": "string", "required": True, "minLength": 0, "maxLength": MOST_SUBJECT,
            "description": "The subject line.",
        },
        "body": {"type": "string", "description": "The text."},
        "html": {"type": "string", "description": "The same as HTML. A mail has a body, html or both."},
    },
    outputs={
        "message_id": {"type": "string", "description": "The mail's Message-ID."},
        "reply": {"type": "string", "description": "What the server said when it took the mail."},
    },
)


class EmailConnector(ConnectorAdapter):
    """One action, `send`."""

    code = "email"
    name = "Email"
    description = "Sends mail by SMTP. Nobody has run it against a provider's server yet."
    icon = "M3 6h18v12H3zM3 7l9 7 9-7"
    actions = {"send": _SEND}  # noqa: RUF012 - the guide's form

    def execute(self, action: str, params: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Send the mail that `params` describes."""
        dialler, security = in_force.current(), params["security"]
        deadline = dialler.clock.now() + context["timeout_seconds"]
        if ("username" in params) != ("password" in params):
            raise ConnectorError("username and password go together: give both or neither", definite=True)
        if security == "none" and "password" in params:
            raise ConnectorError("a password is not sent unencrypted: security must be starttls or tls", definite=True)
        sender, recipients, mail = _mail(params, context["idempotency_key"], dialler.clock.now())
        data = mail.as_bytes(policy=_POLICY)
        if len(data) > MOST_BYTES:
            raise ConnectorError(f"the mail has {len(data)} bytes, and {MOST_BYTES} are the most", definite=True)
        talk = _Talk(dialler, params["host"], params.get("port", PORTS[security]), deadline,
                     Scrubber(context["secrets"].values()))
        try:
            talk.begin(security)
            if "password" in params:
                talk.authenticate(params["username"], params["password"])
            reply = talk.send(sender, recipients, data)
        finally:
            talk.close()
        return {"message_id": str(mail["Message-ID"]), "reply": reply}


class _Session(smtplib.SMTP):
    """The standard library's commands over a dialled socket. A reply ends: it has MOST_REPLY_BYTES at the most."""

    def __init__(self, sock: TimedSocket | TimedTlsSocket) -> None:
        address = sock.getsockname()[0]
        super().__init__(local_hostname=f"[IPv6:{address}]" if ":" in address else f"[{address}]")
        self.sock: TimedSocket | TimedTlsSocket = sock

    def getreply(self) -> tuple[int, bytes]:
        """The next reply. Raises SMTPServerDisconnected where none comes, SMTPResponseException for what is none."""
        if self.file is None:
            self.file = self.sock.makefile("rb")
        lines, size = [], 0
        while True:
            try:
                line = self.file.readline(MOST_REPLY_BYTES + 1)
            except OSError as error:
                raise smtplib.SMTPServerDisconnected(f"no reply: {error}") from error
            size += len(line)
            if not line.endswith(b"\n"):
                raise smtplib.SMTPServerDisconnected("the connection ended without a reply")
            if size > MOST_REPLY_BYTES or not line[:3].isdigit():
                raise smtplib.SMTPServerDisconnected("what came is no reply of SMTP")
            lines.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(lines)


class _Talk:
    """One dialogue with a server, until `deadline`."""

    def __init__(self, dialler: Dialler, host: str, port: int, deadline: float, secrets: Scrubber) -> None:
        self._dialler, self._host, self._port, self._deadline = dialler, host, port, deadline
        self._secrets = secrets
        self._smtp: _Session | None = None

    def begin(self, security: str) -> None:
        """Connect, and have what follows encrypted as `security` says. Raises ConnectorError."""
        try:
            sock = self._dialler.dial(self._host, self._port, self._deadline)
        except OSError as error:
            raise self._nothing_done(f"cannot be reached: {error}") from error
        smtp = self._smtp = _Session(self._encrypted(sock) if security == "tls" else sock)
        self._expect("the connection", self._before(smtp.getreply), 220)
        self._expect("EHLO", self._before(smtp.ehlo), 250)
        if security == "starttls":
            if not smtp.has_extn("starttls"):
                raise self._nothing_done("does not offer STARTTLS, so nothing was said", retryable=False)
            self._command("STARTTLS", "STARTTLS", 220)
            smtp.sock = self._encrypted(sock)
            smtp.file = None  # what was said before the encryption counts for nothing (RFC 3207)
            self._expect("EHLO", self._before(smtp.ehlo), 250)

    def authenticate(self, user: str, password: str) -> None:
        """AUTH by PLAIN or LOGIN; the connection is encrypted. Raises ConnectorError."""
        offered = self._session.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in offered:
            code, text = self._command("AUTH", "AUTH PLAIN " + _coded(f"\0{user}\0{password}"))
        elif "LOGIN" in offered:
            self._command("AUTH", "AUTH LOGIN", 334)
            self._command("AUTH", _coded(user), 334)
            code, text = self._command("AUTH", _coded(password))
        else:
            raise self._nothing_done("offers neither AUTH PLAIN nor AUTH LOGIN", retryable=False)
        if code != 235:
            raise self._refused("AUTH", code, text, authentication=500 <= code < 600)

    def send(self, sender: str, recipients: list[str], data: bytes) -> str:
        """The reply to the mail that was taken. Raises ConnectorError, which says what is known of it."""
        self._command("MAIL", f"MAIL FROM:<{sender}>", 250)
        for address in recipients:
            self._command(f"RCPT {address}", f"RCPT TO:<{address}>", 250, 251)
        self._command("DATA", "DATA", 354)
        whole = re.sub(rb"^\.", b"..", data, flags=re.MULTILINE)
        whole += b".\r\n" if whole.endswith(b"\r\n") else b"\r\n.\r\n"
        try:
            self._session.send(whole)
            code, text = self._session.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise ConnectorError(
                f"{self._place} did not say whether it took the mail: {self._secrets.text(str(error))}",
                retryable=True, definite=False, unavailable=True,
            ) from error
        if code // 100 in (4, 5):
            raise self._refused("the mail", code, text)
        if code != 250:
            raise ConnectorError(f"{self._place} answered the mail with {code}", retryable=True, definite=False)
        return f"{code} {self._secrets.text(text.decode(errors='replace'))[:EXCERPT]}"

    def close(self) -> None:
        """End the dialogue, without waiting for a reply."""
        if self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.putcmd("QUIT")
            self._smtp.close()

    @property
    def _session(self) -> _Session:
        assert self._smtp is not None  # noqa: S101  `begin` was called
        return self._smtp

    @property
    def _place(self) -> str:
        return f"{self._host}:{self._port}"

    def _encrypted(self, sock: TimedSocket) -> TimedTlsSocket:
        try:
            return under_tls(sock, self._host, self._deadline, self._dialler.clock, tls())
        except OSError as error:
            sock.close()
            if isinstance(error, ssl.SSLCertVerificationError):
                raise self._nothing_done(f"has a certificate that is not trusted: {error}", retryable=False) from error
            raise self._nothing_done(f"could not be spoken to under TLS: {error}") from error

    def _command(self, what: str, line: str, *wanted: int) -> tuple[int, bytes]:
        """The reply to a command before the mail itself. Raises ConnectorError for another than is `wanted`."""
        session = self._session

        def ask() -> tuple[int, bytes]:
            session.send(f"{line}\r\n")
            return session.getreply()

        reply = self._before(ask)
        return self._expect(what, reply, *wanted) if wanted else reply

    def _before(self, ask: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
        try:
            return ask()
        except (OSError, smtplib.SMTPException) as error:
            raise self._nothing_done(f"broke the dialogue off: {error}") from error

    def _expect(self, what: str, reply: tuple[int, bytes], *wanted: int) -> tuple[int, bytes]:
        if reply[0] not in wanted:
            raise self._refused(what, *reply)
        return reply

    def _refused(self, what: str, code: int, text: bytes, *, authentication: bool = False) -> ConnectorError:
        said = self._secrets.text(text.decode(errors="replace"))[:EXCERPT]
        return ConnectorError(
            f"{self._place} refused {what}: {code} {said}; nobody got the mail", retryable=400 <= code < 500,
            definite=True, code=str(code), authentication=authentication,
            unavailable=code in _NOT_NOW or (code // 100 == 4 and what in _BEGINNING),
        )

    def _nothing_done(self, what: str, *, retryable: bool = True) -> ConnectorError:
        return ConnectorError(
            f"{self._place} {self._secrets.text(what)}; nobody got the mail", retryable=retryable, definite=True,
            unavailable=retryable,
        )


def message_id(key: str, domain: str) -> str:
    """The Message-ID of a call: the same for the same idempotency key."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def _mail(params: dict[str, Any], key: str, now: float) -> tuple[str, list[str], EmailMessage]:
    """The sender's address, the recipients' (each once), and the mail. Raises ConnectorError for what cannot be one."""
    sender = _address("from", params["from"])
    named = {name: [_address(name, one) for one in _listed(params.get(name))] for name in ("to", "cc", "bcc")}
    recipients = list(dict.fromkeys(one.addr_spec for those in named.values() for one in those))
    names = sum(len(one.display_name) for those in named.values() for one in those if not one.display_name.isascii())
    if names > MOST_NAMES:
        raise ConnectorError(
            f"the names of the addresses have {names} characters, and {MOST_NAMES} are the most where they are not "
            "ASCII: leave names out", definite=True,
        )
    if not named["to"] or len(recipients) > MOST_RECIPIENTS:
        raise ConnectorError(f"a mail goes to 1 to {MOST_RECIPIENTS} addresses, to has one at least", definite=True)
    mail = EmailMessage(_POLICY)
    try:
        mail["From"], mail["To"] = sender, named["to"]
        if named["cc"]:
            mail["Cc"] = named["cc"]
        if "reply_to" in params:
            mail["Reply-To"] = _address("reply_to", params["reply_to"])
        mail["Subject"] = params["subject"]
        mail["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
        mail["Message-ID"] = message_id(key, sender.domain)
        mail["Auto-Submitted"] = "auto-generated"
        if "body" in params:
            mail.set_content(params["body"])
        if "html" in params and "body" in params:
            mail.add_alternative(params["html"], subtype="html")
        elif "html" in params:
            mail.set_content(params["html"], subtype="html")
    except (ValueError, MessageError) as error:
        raise ConnectorError(f"this cannot be a mail: {error}", definite=True) from None
    return sender.addr_spec, recipients, mail


def _listed(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def _address(name: str, text: str) -> Address:
    """``Ada <ada@example.com>`` or ``ada@example.com``. Raises ConnectorError for what is none."""
    try:
        found = getaddresses([text]) if len(text) <= MOST_ADDRESS else []
        shown, spec = found[0] if len(found) == 1 else ("", "")
        local, _, domain = spec.rpartition("@")
        spec = f"{local}@{domain.encode('idna').decode()}"
        if _SPEC.fullmatch(spec) and len(shown) <= MOST_NAME:
            return Address(display_name=shown, addr_spec=spec)
    except (ValueError, HeaderParseError, RecursionError):  # UnicodeError among them; groups of groups
        pass
    raise ConnectorError(
        f"{name}: {text[:200]!r} is no address; write ada@example.com or Ada Byron <ada@example.com>, a name of at "
        f"most {MOST_NAME} characters", definite=True,
    )


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
