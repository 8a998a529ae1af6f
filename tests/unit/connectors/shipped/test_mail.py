"""The connector email against a mail server on loopback: tests/support/smtp_server.py names its sources."""

import email
import email.policy
import json
import socket
import ssl
from contextlib import suppress

import pytest

from connectors.egress.sockets import TimedTlsSocket
from connectors.shipped import mail
from connectors.shipped.mail import MOST_REPLY_BYTES, EmailConnector, message_id
from connectors.testing import CallFailed, call
from tests.support.certificates import self_signed
from tests.support.smtp_server import PASSWORD, USER, SmtpServer, Told

GIVEN = {"host": "mail.example", "from": "Ada Byron <ada@shop.example>", "to": "bo@example.com", "subject": "Hello",
         "body": "Good morning"}
SIGNED_IN = {"username": USER, "password": {"$secret": "MAIL"}}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return self_signed(tmp_path_factory.mktemp("tls") / "mail.pem", "mail.example")


@pytest.fixture
def server(certificate, use_dialler, monkeypatch):
    """The server behind a public address; `dialled` are the ports."""
    server = SmtpServer(certificate)
    trusted = ssl.create_default_context(cafile=certificate)
    trusted.sslsocket_class = TimedTlsSocket
    monkeypatch.setattr(mail, "tls", lambda: trusted)
    server.dialled = []

    def connect(sock, address):
        server.dialled.append(address[1])
        socket.socket.connect(sock, server.address)

    use_dialler(resolve=lambda host, port: ["93.184.216.34"], connect=connect)
    yield server
    server.close()


def send(key="key-1", secret=PASSWORD, seconds=60.0, **params):
    return call(EmailConnector, "send", {**GIVEN, **params}, secrets={"MAIL": secret}, idempotency_key=key,
                timeout_seconds=seconds)


def failure(**params):
    with pytest.raises(CallFailed) as caught:
        send(**params)
    return caught.value


def read(sent):
    return email.message_from_bytes(sent.data, policy=email.policy.default)


@pytest.mark.parametrize(("security", "port", "offers"), [
    ("starttls", 587, ("STARTTLS", "AUTH PLAIN LOGIN")), ("tls", 465, ("AUTH LOGIN",)),
])
def test_a_mail_arrives_encrypted_and_signed_in(server, security, port, offers):
    server.told = Told(offers=offers, at_once=security == "tls")
    sent = send(**SIGNED_IN, security=security)
    assert sent == {"message_id": message_id("key-1", "shop.example"), "reply": "250 2.0.0 queued as 4711"}
    (arrived,) = server.mails
    assert (arrived.sender, arrived.recipients) == ("ada@shop.example", ["bo@example.com"])
    assert (arrived.encrypted, arrived.user, server.dialled) == (True, USER, [port])
    found = read(arrived)
    assert (found["Message-ID"], found["From"], found["To"]) == (sent["message_id"], GIVEN["from"], GIVEN["to"])
    assert (found["Subject"], found.get_content()) == ("Hello", "Good morning\r\n")


def test_a_relay_that_wants_nothing_gets_it_unencrypted_where_that_is_said(server):
    server.told = Told(offers=())
    send(security="none", port=2525)
    assert ([one.encrypted for one in server.mails], server.dialled) == ([False], [2525])


def test_text_and_html_many_readers_and_every_character(server):
    body = "Grüße €\n.\n..two dots\n" + "x" * 3000
    send(body=body, html="<p>Grüße €</p>", subject="Über €", to=["bo@example.com", "Cy Ö <cy@exämple.com>"],
         cc="dee@example.com", bcc=["eve@example.com", "bo@example.com"], reply_to="shop@shop.example")
    (arrived,) = server.mails
    assert arrived.recipients == ["bo@example.com", "cy@xn--exmple-cua.com", "dee@example.com", "eve@example.com"]
    assert arrived.data.isascii()
    assert max(map(len, arrived.data.split(b"\r\n"))) <= 998
    found = read(arrived)
    assert found.get_body(["plain"]).get_content().replace("\r\n", "\n") == body + "\n"
    assert found.get_body(["html"]).get_content() == "<p>Grüße €</p>\r\n"
    assert (found["Subject"], found["Cc"], found["Reply-To"]) == ("Über €", "dee@example.com", "shop@shop.example")
    assert b"eve@example.com" not in arrived.data


def test_a_call_has_one_message_id_and_another_call_another(server):
    first, second = send(key="a"), send(key="b")
    assert send(key="a")["message_id"] == first["message_id"] != second["message_id"]


@pytest.mark.parametrize(("step", "reply", "definite", "retryable", "code", "unavailable"), [
    ("CONNECT", "554 5.3.2 no", True, False, "554", False), ("CONNECT", "", True, True, None, True),
    ("CONNECT", "450 4.3.2 busy", True, True, "450", True), ("EHLO", "421 4.3.2 later", True, True, "421", True),
    ("STARTTLS", "454 4.7.0 later", True, True, "454", True), ("STARTTLS", "", True, True, None, True),
    ("AUTH", "454 4.7.0 later", True, True, "454", True), ("AUTH", "535 5.7.8 no", True, False, "535", False),
    ("MAIL", "552 5.3.4 too big", True, False, "552", False), ("MAIL", "421 4.3.2 bye", True, True, "421", True),
    ("RCPT", "550 5.1.1 nobody", True, False, "550", False), ("RCPT", "450 4.2.0 greylisted", True, True, "450", False),
    ("RCPT bo@example.com", "", True, True, None, True), ("DATA", "451 4.3.0 later", True, True, "451", False),
    ("DATA", "", True, True, None, True), ("DOT", "554 5.7.1 spam", True, False, "554", False),
    ("DOT", "452 4.3.1 full", True, True, "452", False), ("DOT", "", False, True, None, True),
    ("DOT", "what?", False, True, None, True), ("DOT", "354 go on", False, True, None, False),
    ("EHLO", "x" * 9, True, True, None, True),
    ("EHLO", "250-x\r\n" * (MOST_REPLY_BYTES // 7 + 1), True, True, None, True),
])
def test_where_the_dialogue_stopped_decides_what_is_known(
    server, step, reply, definite, retryable, code, unavailable
):
    server.told.reply[step] = reply
    failed = failure(**SIGNED_IN)
    assert (failed.error, failed.definite, failed.retryable) == ("email.ConnectorError", definite, retryable)
    assert json.loads(failed.cause).get("code") == code
    assert failed.unavailable is unavailable
    server.settle()
    assert server.mails == []


def test_one_who_is_refused_keeps_the_mail_from_all(server):
    server.told.reply["RCPT no@example.com"] = "550 5.1.1 nobody here"
    failed = failure(to=["bo@example.com", "no@example.com"])
    assert "refused RCPT no@example.com: 550 5.1.1 nobody here; nobody got the mail" in failed.cause
    server.settle()
    assert (server.mails, any(line == "DATA" for line in server.seen)) == ([], False)


@pytest.mark.parametrize(("step", "definite"), [("MAIL", True), ("DOT", False)])
def test_a_server_that_says_nothing_is_left_in_time(server, step, definite):
    server.told.reply[step] = "hang"
    failed = failure(seconds=0.5)
    assert (failed.definite, failed.retryable, failed.unavailable) == (definite, True, True)


def test_nothing_is_said_to_a_server_without_encryption(server):
    server.told = Told(offers=("AUTH PLAIN",))
    failed = failure(**SIGNED_IN)
    assert (failed.definite, failed.retryable, "STARTTLS" in failed.cause) == (True, False, True)
    server.settle()
    assert [line.split(" ")[0].upper() for line in server.seen] == ["EHLO", "QUIT"]


def test_what_was_said_before_the_encryption_counts_for_nothing(server):
    server.told.behind_starttls = b"250-mail.example\r\n250 AUTH LOGIN\r\n"
    with suppress(CallFailed):  # where it comes behind the reply, it is no handshake
        send(**SIGNED_IN)
    server.settle()
    assert "AUTH LOGIN" not in server.seen


def test_a_certificate_that_is_not_the_servers_ends_it(server):
    failed = failure(host="other.example", **SIGNED_IN)
    assert (failed.definite, failed.retryable, "not trusted" in failed.cause) == (True, False, True)
    assert not failed.unavailable


def test_a_password_that_the_server_repeats_is_in_no_error(server):
    failed = failure(**SIGNED_IN, secret="wrong horse, long enough")
    assert "535 5.7.8" in failed.cause
    assert "wrong horse" not in failed.cause


def test_a_server_on_this_network_is_refused_where_nobody_allowed_it(server, use_dialler):
    use_dialler()
    failed = failure(host="127.0.0.1", port=server.address[1])
    assert (failed.definite, json.loads(failed.cause)["code"]) == (True, "EgressRefused")
    use_dialler(f"127.0.0.1:{server.address[1]}")
    server.told = Told(offers=())
    assert send(host="127.0.0.1", port=server.address[1], security="none")["message_id"]


@pytest.mark.parametrize(("params", "why"), [
    ({"to": "bo"}, "no address"), ({"to": []}, "has one at least"), ({"to": "a@x.com, b@x.com"}, "no address"),
    ({"to": "bo@example.com>\r\nRCPT TO:<eve@example.com"}, "no address"), ({"to": ["ö@example.com"]}, "no address"),
    ({"subject": "Hello\r\nBcc: eve@example.com"}, "cannot be a mail"),
    ({"to": [f"a{number}@example.com" for number in range(101)]}, "1 to 100"), ({"username": "ada"}, "go together"),
    ({**SIGNED_IN, "security": "none"}, "not sent unencrypted"), ({"body": "x" * 11_000_000}, "are the most"),
    ({"to": "bo@" + "x" * 80 + ".example"}, "no address"), ({"to": "a:" * 5_000}, "no address"),
    ({"to": f'"{"ü " * 60}" <bo@example.com>'}, "a name of at most 100 characters"),
    ({"to": [f'"{"ü " * 50}" <a{number}@example.com>' for number in range(21)]}, "2000 are the most"),
    ({"subject": "ü " * 1_001}, "at most 2000 characters"),
])
def test_what_cannot_be_a_mail_is_refused_before_anybody_is_called(server, params, why):
    failed = failure(**params)
    assert (failed.definite, failed.retryable, why in failed.cause) == (True, False, True), failed.cause
    assert server.dialled == []


def test_a_mail_needs_a_text(server):
    with pytest.raises(CallFailed, match="needs one of body, html"):
        call(EmailConnector, "send", {name: value for name, value in GIVEN.items() if name != "body"})
    assert server.dialled == []
