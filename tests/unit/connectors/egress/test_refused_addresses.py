"""A judge from outside: addresses that must never be dialled, in every notation that some program reads, and ordinary
ones that must be. Sources: IANA's special-purpose registries, the URL Standard's host parsing, inet_aton(3), and the
notations that collections of server-side request forgeries list."""

import json
from contextlib import suppress

import pytest

from connectors.testing import CallFailed

HOSTILE = [
    # loopback, in every notation
    "http://127.0.0.1/", "http://127.0.0.1:8400/", "http://127.1/", "http://127.0.1/", "http://127.255.255.254/",
    "http://2130706433/", "http://017700000001/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0x7F.1/",
    "http://0177.0.0.1/", "http://0177.0.0.01/", "http://127.0.0.0x1/", "http://00000177.0.0.1/", "http://127.0.0.1./",
    "http://127.000.000.001/", "HTTP://127.0.0.1/", "http://127.0.0.1:00080/", "http://0x7f.0x0.0x0.0x1/",
    "http://localhost/", "http://LOCALHOST/", "http://localhost./", "http://localhost:80/", "http://127.0.0.1.nip.io/",
    "http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/", "http://\uff11\uff12\uff17.\uff10.\uff10.\uff11/",
    "http://127\u30020\u30020\u30021/", "http://127\uff0e0\uff0e0\uff0e1/", "http://\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3/",
    "http://[::1]/", "http://[0:0:0:0:0:0:0:1]/", "http://[0000::0001]/", "http://[::1%25lo]/", "http://[::1%lo]/",
    "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[::ffff:0:127.0.0.1]/",
    # unspecified, this network
    "http://0.0.0.0/", "http://0/", "http://0x0/", "http://00000000000/", "http://[::]/", "http://0.1.2.3/",
    # private
    "http://10.0.0.1/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.0.1/", "http://0xc0a80001/",
    "http://3232235521/", "http://192.168.257/", "http://0300.0250.0.1/", "http://[fd12::7]/", "http://[fc00::1]/",
    "http://internal.example/", "http://ula.example/", "http://mapped.example/",
    # link-local and metadata
    "http://169.254.169.254/latest/meta-data/", "http://2852039166/", "http://0xa9fea9fe/", "http://0251.0376.0251.0376/",
    "http://169.254.43518/", "http://[::ffff:169.254.169.254]/", "http://[fd00:ec2::254]/", "http://[fe80::1]/",
    "http://[fe80::a9fe:a9fe]/", "http://169.254.170.2/v2/credentials", "http://metadata.google.internal/",
    "http://100.100.100.200/latest/meta-data/", "http://168.63.129.16/machine", "http://192.0.0.192/", "http://ec2.example/",
    "http://zone.example/", "http://\u0661\u0666\u0669.254.169.254/",
    # shared, transition and special
    "http://100.64.0.1/", "http://100.127.255.255/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::a00:1]/",
    "http://[2002:7f00:1::]/", "http://[2001:0:7f00:1::]/", "http://nat64.example/",
    "http://[2a00:1450::5efe:7f00:1]/", "http://[2a00:1450::200:5efe:a00:1]/",
    "http://isatap.example/", "http://198.18.0.1/",
    "http://192.0.2.1/", "http://198.51.100.1/", "http://203.0.113.1/", "http://192.0.0.8/", "http://192.88.99.1/",
    "http://224.0.0.1/", "http://239.255.255.250/", "http://240.0.0.1/", "http://255.255.255.255/", "http://[ff02::1]/",
    "http://[2001:db8::1]/", "http://[3fff::1]/", "http://[100::1]/", "http://[fec0::1]/", "http://[5f00::1]/",
    "http://[::ffff:0:0]/", "http://[4000::1]/",
    # one host to some and another to others
    "http://127.0.0.1\\@example.com/", "http://example.com\\@127.0.0.1/", "http://example.com@127.0.0.1/",
    "http://example.com:80@127.0.0.1/", "http://a@b@127.0.0.1/", "http://127.0.0.1:80\\@example.com/",
    "http://127.0.0.1\t.example.com/", "http://127.0.0.1\n/", "http://127.0.0.1 /", "http://127.0.0.1%00.example.com/",
    "http://127%2e0%2e0%2e1/", "http://%31%32%37.0.0.1/", "http://[127.0.0.1]/", "http://127.0.0.1:80:80/",
    "http:127.0.0.1/", "http:/127.0.0.1/", "http:///127.0.0.1/", "//127.0.0.1/", "http:\\\\127.0.0.1\\",
    "http://127.0.0.1:0/", "http://127.0.0.1:65616/", "http://[::1]example.com/", "http://[v1.a]/", "http://1.2.3.4.5/",
    "http://256.256.256.256/", "http://4294967296/", "http://0x100000000/", "http://08.1.1.1/",
    "http://exa\u00admple.com/", "http://a..b/", "http://.example.com/", "http://-/", "http://mixed.example/",
    "file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "dict://127.0.0.1:11211/", "jar:http://127.0.0.1!/",
    "http://" + "a" * 64 + ".example/", "http://" + "a." * 130 + "example/", "http://#@127.0.0.1/", "http://?@127.0.0.1/",
    "http://127.0.0.1?@example.com/", "http://127.0.0.1#@example.com/", "http://[::1]:80@example.com/",
]

ORDINARY = [
    "http://example.com/", "http://EXAMPLE.com", "http://example.com:8080/a?b=c#d", "http://example.com./x",
    "http://user:pass@example.com/", "http://api.example.co.uk/v1/orders/%20x", "http://93.184.216.34/", "http://8.8.8.8/",
    "http://1.1.1.1:80/", "http://a_b.example.com/", "http://b\u00fccher.example/", "http://xn--bcher-kva.example/",
    "http://\u4f8b\u3048.jp/\u8def?q=\u00e9", "http://3com.example/", "http://127.0.0.1.example.com/", "http://11.0.0.1/",
    "http://172.32.0.1/", "http://192.169.0.1/", "http://100.128.0.1/", "http://169.253.0.1/", "http://223.255.255.1/",
    "http://example.com/?u=http://127.0.0.1\\@x/", "http://example.com/@127.0.0.1/", "http://six.example/",
    "http://1e100.net/", "http://faceb00c.example/", "http://0xdead.example/", "http://localhost.example.com/",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_address_is_never_dialled(fetch, landing, url):
    with pytest.raises(CallFailed) as caught:
        fetch(url)
    assert (landing.dialled, landing.seen) == ([], [])
    assert caught.value.definite
    assert not caught.value.retryable


@pytest.mark.parametrize("url", HOSTILE)
def test_nor_is_one_that_a_public_host_redirects_to(fetch, landing, url):
    landing.redirect_to = url.replace("\n", "").encode().decode("latin-1")
    with suppress(CallFailed):
        fetch("http://example.com/")
    assert {address for address, _ in landing.dialled} == {"93.184.216.34"}


@pytest.mark.parametrize("url", ORDINARY)
def test_an_ordinary_address_is_called(fetch, landing, url):
    assert fetch(url)["status"] == 200
    assert len(landing.seen) == 1


@pytest.mark.parametrize(("url", "host", "target"), [
    ("http://EXAMPLE.com:80/a b?c d#e", "example.com", "/a%20b?c%20d"),
    ("http://example.com:8080", "example.com:8080", "/"),
    ("http://b\u00fccher.example/\u00e9", "xn--bcher-kva.example", "/%C3%A9"),
    ("http://0x5db8d822/", "93.184.216.34", "/"),
    ("http://user:p%40ss@example.com./", "example.com", "/"),
])
def test_the_host_that_is_checked_is_the_one_that_is_named(fetch, landing, url, host, target):
    fetch(url)
    assert landing.seen == [(host, target)]


@pytest.mark.parametrize(("place", "host", "target"), [
    ("/\u8def?q=\u00e9", "example.com", "/%E8%B7%AF?q=%C3%A9"),
    ("//b\u00fccher.example/x", "xn--bcher-kva.example", "/x"),
    ("?n=2", "example.com", "/a/b?n=2"), ("../c", "example.com", "/c"), ("c d", "example.com", "/a/c%20d"),
    ("HTTP://Example.COM:80", "example.com", "/"), ("http://user:pass@other.example/", "other.example", "/"),
])
def test_where_a_redirect_leads(fetch, landing, place, host, target):
    landing.redirect_to = place.encode().decode("latin-1")
    with suppress(CallFailed):
        fetch("http://example.com/a/b?c=d")
    assert landing.seen[:2] == [("example.com", "/a/b?c=d"), (host, target)]


def test_the_message_says_what_to_set(fetch):
    with pytest.raises(CallFailed) as caught:
        fetch("http://localhost:8080/hook?key=hush")
    assert json.loads(caught.value.cause)["errorMessage"] == (
        "GET http://localhost:8080/hook: localhost:8080 is refused: it leads to 127.0.0.1, a loopback address "
        "(127.0.0.0/8), and connectors call public hosts alone. If all workflows may call it, set "
        "AUTOMATE_EGRESS_ALLOW=localhost:8080 (a deployment: -c egress_allow=\u2026)."
    )
    assert json.loads(caught.value.cause)["code"] == "EgressRefused"
    with pytest.raises(CallFailed) as caught:
        fetch("http://metadata.google.internal/")
    assert "the metadata service of most clouds" in caught.value.cause
    assert "may have what it hands out, set AUTOMATE_EGRESS_ALLOW=169.254.169.254:80" in caught.value.cause
    with pytest.raises(CallFailed) as caught:
        fetch("http://[fd12::7]/", "erp.internal:443")
    assert "set AUTOMATE_EGRESS_ALLOW=erp.internal:443,[fd12::7]:80 (" in caught.value.cause


def test_a_name_is_resolved_once_a_connection(fetch, landing):
    answers = [["93.184.216.34"], ["127.0.0.1"]]
    assert fetch("http://rebind.example/", resolve=lambda host, port: answers.pop(0))["status"] == 200
    assert landing.dialled == [("93.184.216.34", 80)]
    assert len(answers) == 1


def test_the_next_address_is_tried(fetch, landing):
    fetch("http://six.example/")
    assert [address for address, _ in landing.dialled] == ["2606:2800:220:1:248:1893:25c8:1946", "93.184.216.34"]


def test_a_header_cannot_name_another_host(fetch, landing):
    for name in ("Host", "host", "Transfer-Encoding", "Content-Length"):
        with pytest.raises(CallFailed, match="follows from the URL"):
            fetch("http://example.com/", headers={name: "x"})
    assert landing.seen == []
