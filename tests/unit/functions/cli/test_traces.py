"""A stack trace for people: the connector's own frames, and the others folded."""

from __future__ import annotations

import json

import pytest

from functions.cli.account import readable_cause
from functions.cli.traces import folded

OWN = "/home/ada/shop/my_app/adapters.py"
STDLIB = "/usr/lib/python3.13/{}"
SITE = "/home/ada/shop/.venv/lib/python3.13/site-packages/{}"


def frame(file, name="call", line=7):
    return f'  File "{file}", line {line}, in {name}\n    {name}()\n    ~~~~^^\n'


def text(*frames):
    return "\n".join(folded(frames))


def test_frames_of_libraries_are_folded_and_named():
    shown = text(
        frame(OWN, "execute"), frame(SITE.format("requests/api.py"), "get"),
        frame(SITE.format("urllib3/util/retry.py"), "retry"), frame(STDLIB.format("ssl.py"), "wrap"),
        frame(STDLIB.format("http/client.py"), "send"),
    )
    assert shown.splitlines() == [
        f'  File "{OWN}", line 7, in execute', "    execute()",
        "  … 4 frames in requests, urllib3, ssl, http; --json shows all",
    ]


def test_what_the_project_calls_of_its_own_is_shown():
    shown = text(frame(OWN, "execute"), frame("/home/ada/shop/billing/ledger.py", "book"))
    assert "book()" in shown
    assert "…" not in shown


def test_the_frames_of_an_installed_connector_are_its_own():
    shown = text(
        frame(SITE.format("acme/adapter.py"), "execute"), frame(SITE.format("acme/wire/soap.py"), "post"),
        frame(SITE.format("zeep/client.py"), "send"),
    )
    assert ["execute()" in shown, "post()" in shown, "send()" in shown] == [True, True, False]
    assert "1 frame in zeep" in shown


def test_each_exception_of_a_chain_keeps_its_place():
    shown = text(
        frame(OWN, "execute"), "from KeyError: 'a'\n", frame(OWN, "look_up"), frame(STDLIB.format("json/decoder.py")),
    )
    assert [line.strip() for line in shown.splitlines() if "File" not in line] == [
        "execute()", "from KeyError: 'a'", "look_up()", "… 1 frame in json; --json shows all",
    ]


def test_a_recursion_keeps_its_ends():
    shown = text(*[frame(OWN, f"f{number}") for number in range(1000)])
    assert [number for number in range(1000) if f"    f{number}()" in shown.splitlines()] == [0, 1, 999]
    assert "… 997 frames more; --json shows all" in shown


@pytest.mark.parametrize("trace", [
    [], ["no frame at all"], ['  File "erp.py", line 7\n'], ['  File "<string>", line 1, in <module>\n'], ["\n"],
    ['  File "<frozen importlib._bootstrap>", line 1, in load\n'], ['  File "C:\\\\shop\\\\a.py", line 1, in f\n'],
])
def test_what_is_no_trace_is_shown_as_it_is(trace):
    assert "…" not in text(*trace)


def test_a_lambda_s_layer_is_a_library():
    shown = text(frame("/var/task/my_app/adapters.py", "execute"), frame("/opt/python/botocore/client.py", "send"))
    assert "… 1 frame in botocore" in shown


def test_a_cause_is_its_message_and_its_trace():
    cause = json.dumps({
        "errorMessage": "no route", "errorType": "ConnectorError",
        "stackTrace": [frame(OWN, "execute"), frame(STDLIB.format("socket.py"), "connect")],
    })
    assert readable_cause(cause).splitlines() == [
        "ConnectorError: no route", f'    File "{OWN}", line 7, in execute', "      execute()",
        "    … 1 frame in socket; --json shows all",
    ]
