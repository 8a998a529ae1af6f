"""A mail server on loopback: SMTP (RFC 5321) with STARTTLS (RFC 3207), AUTH PLAIN and LOGIN (RFC 4954, 4616)."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

USER, PASSWORD = "ada", "correct horse é"


@dataclass
class Mail:
    """What arrived: the envelope and the bytes between DATA and the final dot, dots taken back."""

    sender: str
    recipients: list[str]
    data: bytes
    encrypted: bool
    user: str


@dataclass
class Told:
    """How the server behaves. `reply` by a command, DOT for the final one: what it answers instead; "" closes the
    connection instead of a reply, "hang" never answers."""

    offers: tuple[str, ...] = ("STARTTLS", "AUTH PLAIN LOGIN")
    reply: dict[str, str] = field(default_factory=dict)
    at_once: bool = False
    behind_starttls: bytes = b""


class SmtpServer:
    """`mails` that were taken, `seen` commands in order; `told` may be changed before a call."""

    def __init__(self, certificate: Path) -> None:
        self.mails: list[Mail] = []
        self.seen: list[str] = []
        self.told = Told()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._released = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._listening.getsockname()
        self._talks: list[threading.Thread] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def settle(self) -> None:
        """Wait until every dialogue that began has ended."""
        self._released.set()
        for talk in self._talks:
            talk.join(10)

    def close(self) -> None:
        """End it."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()
        self.settle()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listening.accept()
                talk = threading.Thread(target=self._talk, args=(sock,))
                self._talks.append(talk)
                talk.start()

    def _talk(self, sock: socket.socket) -> None:
        with suppress(OSError):
            if self.told.at_once:
                sock = self._context.wrap_socket(sock, server_side=True)
            dialogue = _Dialogue(self, sock)
            try:
                dialogue.run()
            finally:
                dialogue.close()


class _Dialogue:
    def __init__(self, server: SmtpServer, sock: socket.socket) -> None:
        self._server, self._sock, self._lines = server, sock, sock.makefile("rb")
        self._user, self._sender, self._recipients = "", "", []

    def close(self) -> None:
        """End the connection."""
        self._lines.close()
        self._sock.close()

    def run(self) -> None:
        """Answer until it ends."""
        going = self._say("CONNECT", "220 mail.example ESMTP")
        while going:
            line = self._lines.readline().decode()
            if not line.endswith("\r\n"):
                return
            verb = line[:4].strip().upper() if line[:8].upper() != "STARTTLS" else "STARTTLS"
            self._server.seen.append(line.strip())
            going = self._answer(verb, line.strip())

    def _answer(self, verb: str, line: str) -> bool:  # noqa: PLR0911 - one a command
        match verb:
            case "EHLO":
                offered = [one for one in self._server.told.offers if one != "STARTTLS" or not self._encrypted]
                lines = ["mail.example", "SIZE 10000000", *offered]
                signs = ["-"] * (len(lines) - 1) + [" "]
                return self._say(verb, "\r\n".join(f"250{sign}{one}" for sign, one in zip(signs, lines, strict=True)))
            case "STARTTLS":
                if not self._say(verb, "220 go ahead", self._server.told.behind_starttls):
                    return False
                self._lines.close()
                self._sock = self._server._context.wrap_socket(self._sock, server_side=True)
                self._lines = self._sock.makefile("rb")
                return True
            case "AUTH":
                return self._authenticate(line)
            case "MAIL":
                self._sender, self._recipients = line[11:-1], []
                return self._say(verb, "250 2.1.0 ok")
            case "RCPT":
                self._recipients.append(line[9:-1])
                return self._say(f"RCPT {line[9:-1]}", self._server.told.reply.get(verb, "250 2.1.5 ok"))
            case "DATA":
                return self._data()
            case "QUIT":
                self._say(verb, "221 bye")
                return False
        return self._say(verb, "502 5.5.1 not implemented")

    @property
    def _encrypted(self) -> bool:
        return isinstance(self._sock, ssl.SSLSocket)

    def _authenticate(self, line: str) -> bool:
        words = line.split(" ")
        if words[1] == "PLAIN":
            _, user, password = base64.b64decode(words[2]).decode().split("\0")
        else:
            given = []
            for asked in ("VXNlcm5hbWU6", "UGFzc3dvcmQ6"):
                self._sock.sendall(f"334 {asked}\r\n".encode())
                given.append(base64.b64decode(self._lines.readline()).decode())
            user, password = given
        self._user = user
        well = (user, password) == (USER, PASSWORD)
        return self._say("AUTH", "235 2.7.0 ok" if well else f"535 5.7.8 {password} is not it")

    def _data(self) -> bool:
        if not self._say("DATA", "354 go on") or "DATA" in self._server.told.reply:
            return self._server.told.reply.get("DATA", "") != ""
        lines: list[bytes] = []
        while True:
            line = self._lines.readline()
            if not line:
                return False
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        if self._server.told.reply.get("DOT", "2")[:1] == "2":
            self._server.mails.append(
                Mail(self._sender, self._recipients, b"".join(lines), self._encrypted, self._user)
            )
        return self._say("DOT", "250 2.0.0 queued as 4711")

    def _say(self, verb: str, reply: str, behind: bytes = b"") -> bool:
        reply = self._server.told.reply.get(verb, reply)
        if reply == "hang":
            self._server._released.wait(60)
        if reply in ("", "hang"):
            return False
        self._sock.sendall(reply.encode() + b"\r\n" + behind)
        return True
