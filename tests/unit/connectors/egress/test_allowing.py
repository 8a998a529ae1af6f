import pytest

from connectors.egress.allowing import read_entries
from connectors.testing import CallFailed
from engine.errors import InvalidDocument


@pytest.mark.parametrize(("url", "allow"), [
    ("http://localhost:8080/", "localhost:8080"), ("http://LOCALHOST.:8080/", "localhost:8080"),
    ("http://127.0.0.1:8080/", "127.0.0.1:8080"), ("http://127.1:8080/", "127.0.0.1:8080"),
    ("http://internal.example/", "internal.example:80"), ("http://internal.example/", "*.example:80"),
    ("http://internal.example/", "INTERNAL.example.:80"), ("http://internal.example/", "10.0.0.0/8:80"),
    ("http://internal.example/", "10.0.0.5:80"), ("http://mixed.example/", "mixed.example:80"),
    ("http://100.64.0.1/", "100.64.0.0/10:80"), ("http://198.18.0.1/", "198.18.0.0/15:80"),
    ("http://169.254.169.254/", "169.254.169.254:80"), ("http://169.254.7.7/", "169.254.0.0/16:80"),
])
def test_what_is_allowed_is_called(fetch, landing, url, allow):
    assert fetch(url, "other.example:443", allow)["status"] == 200
    assert len(landing.dialled) == 1


@pytest.mark.parametrize(("url", "allow"), [
    ("http://ula.example/", "ula.example:80"), ("http://[fd12::7]/", "[fd12::7]:80"),
    ("http://[fd12::7]/", "[fd12::/16]:80"),
    ("http://[fd12::7]/", "fd12::/16:80"), ("http://[fd12::7]/", "fd12::7:80"),
    ("http://mapped.example/", "[::ffff:0:0/96]:80"),
])
def test_ipv6_is_allowed(fetch, landing, url, allow):
    with pytest.raises(CallFailed, match="lands IPv4 alone"):
        fetch(url, allow)
    assert len(landing.dialled) == 1


@pytest.mark.parametrize(("url", "allow"), [
    ("http://localhost:8081/", "localhost:8080"), ("http://127.0.0.1:8080/", "localhost:8080"),
    ("http://localhost:8080/", "127.0.0.1:8080"),  # ::1 is its other address
    ("http://internal.example/", "example:80"), ("http://internal.example/", "*.internal.example:80"),
    ("http://internal.example/", "11.0.0.0/8:80"), ("http://internal.example.com/", "*.example:80"),
    ("http://mixed.example/", "10.0.0.0/8:80"), ("http://mapped.example/", "10.0.0.0/8:80"),
    # a name never leads to credentials, nor a network to a metadata service
    ("http://metadata.google.internal/", "metadata.google.internal:80"), ("http://ec2.example/", "ec2.example:80"),
    ("http://169.254.169.254/", "169.254.0.0/16:80"), ("http://100.100.100.200/", "100.64.0.0/10:80"),
    ("http://168.63.129.16/", "0.0.0.0/0:80"), ("http://0.0.0.0/", "0.0.0.0/0:80"),
    ("http://nat64.example/", "*.example:80"),
    # nor by an address that carries the service's own
    ("http://[::ffff:169.254.169.254]/", "[::/0]:80"), ("http://[::ffff:a9fe:a9fe]/", "[::ffff:0:0/96]:80"),
    ("http://[::ffff:168.63.129.16]/", "[::/0]:80"), ("http://[64:ff9b::a9fe:a9fe]/", "[64:ff9b::/96]:80"),
    ("http://[64:ff9b:1::a9fe:a9fe]/", "[64:ff9b:1::/48]:80"), ("http://[2002:a9fe:a9fe::]/", "[2002::/16]:80"),
    ("http://[2001:0:1:1::5601:5601]/", "[2001::/32]:80"), ("http://[fd00::5efe:a9fe:a9fe]/", "[fd00::/8]:80"),
    ("http://[fe80::200:5efe:a9fe:a9fe]/", "[fe80::/10]:80"), ("http://[::169.254.169.254]/", "[::/0]:80"),
    ("http://[::ffff:0.0.0.0]/", "[::/0]:80"),
    # Linode's, Scaleway's, Tencent Cloud's
    ("http://linode.example/", "linode.example:80"), ("http://[fd00:a9fe:a9fe::1]/", "[fd00::/8]:80"),
    ("http://[fd00:42::42]/", "[fd00:42::/32]:80"), ("http://169.254.42.42/", "169.254.0.0/16:80"),
    ("http://169.254.0.23/", "169.254.0.0/16:80"),
])
def test_what_is_not_quite_allowed_is_refused(fetch, landing, url, allow):
    with pytest.raises(CallFailed, match="is refused"):
        fetch(url, allow)
    assert landing.dialled == []


@pytest.mark.parametrize("url", [
    "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next", "http://localhost:9001/", "http://127.0.0.2:9001/",
    "http://0.0.0.0:9001/", "http://0:9001/", "http://2130706433:9001/", "http://[::1]:9001/", "http://[::]:9001/",
    "http://[::ffff:127.0.0.1]:9001/", "http://127.0.0.1.nip.io:9001/",
])
def test_lambda_s_runtime_api_is_never_called(fetch, landing, url):
    everything = ("0.0.0.0/0:9001", "[::/0]:9001", "0.0.0.0:9001", "[::]:9001", "localhost:9001", "*.nip.io:9001")
    with pytest.raises(CallFailed, match="Lambda's runtime API, which no setting allows"):
        fetch(url, *everything, runtime_api="127.0.0.1:9001")
    assert landing.dialled == []
    assert fetch("http://127.0.0.1:9002/", "127.0.0.1:9002", runtime_api="127.0.0.1:9001")["status"] == 200


def test_nor_at_another_address(fetch, landing):
    with pytest.raises(CallFailed, match="runtime API"):
        fetch("http://169.254.100.1:9001/", "169.254.100.1:9001", runtime_api="169.254.100.1:9001")
    for carrying in ("[::ffff:a9fe:6401]", "[64:ff9b::a9fe:6401]", "[2002:a9fe:6401::]"):
        with pytest.raises(CallFailed, match="runtime API"):
            fetch(f"http://{carrying}:9001/", f"{carrying}:9001", runtime_api="169.254.100.1:9001")
    assert fetch("http://10.0.0.5:9001/", "10.0.0.5:9001", runtime_api="169.254.100.1:9001")["status"] == 200


@pytest.mark.parametrize("entry", [
    "localhost", "localhost:", "localhost:0", "localhost:65536", ":80", "*:80", "*.10.0.0.1:80", "10.0.0.0/33:80",
    "10.0.0.1/8:80", "a..b:80", "http://x:80", "x/y:80", "*.*.x:80", "localhost:http", "[::1]", "[::1%lo]:80",
])
def test_an_entry_that_is_none_is_refused_by_its_name(entry):
    with pytest.raises(InvalidDocument) as caught:
        read_entries([entry])
    assert caught.value.where == "AUTOMATE_EGRESS_ALLOW"
    assert "host:port" in caught.value.advice
