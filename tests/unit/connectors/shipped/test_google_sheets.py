"""The connector file google_sheets.yaml: tests/support/vendors/google_sheets_server.py names its sources."""

import json

import pytest

from connectors.registry import Registry
from tests.support.vendors.google_sheets_server import SHEET, TOKEN, SheetsServer, unavailable

ROW = ["o-1", 12.5, True]


@pytest.fixture
def sheets(vendor):
    server = vendor(SheetsServer, "google_sheets", "/v4", TOKEN)
    ask, fail = server.call, server.failure
    server.call = lambda action, **params: ask(action, **{"spreadsheet_id": SHEET, **params})
    server.failure = lambda action, **params: fail(action, **{"spreadsheet_id": SHEET, **params})
    return server


def test_rows_are_appended_behind_the_table_and_read(sheets):
    first = sheets.call("append_rows", range="Orders!A1", values=[["order", "total", "paid"], ROW])
    assert (first["updates"]["updatedRange"], first["updates"]["updatedRows"]) == ("Orders!A1", 2)
    sheets.call("append_rows", range="Orders!A1", values=[["o-2", None, "x"]])
    assert sheets.call("read_rows", range="Orders!A2:C")["values"] == [ROW, ["o-2", "", "x"]]
    assert sheets.call("read_rows", range="Orders!A2:B2", render="FORMATTED_VALUE")["values"] == [["o-1", "12.5"]]
    assert "values" not in sheets.call("read_rows", range="Orders!A9:C9")
    assert len(sheets.call("read_rows", range="'Orders'")["values"]) == 3
    assert "Orders%21A1:append?" in f"{sheets.seen[0].path}?{sheets.seen[0].query}"


def test_what_is_written_is_no_formula_unless_that_is_said(sheets):
    sheets.call("update_rows", range="Orders!B2", values=[["=IMPORTXML(A1)", "7"]])
    assert sheets.cells == {(1, 1): "=IMPORTXML(A1)", (1, 2): "7"}
    sheets.call("update_rows", range="Orders!B2", values=[["=A1*2", "7"]], value_input="USER_ENTERED")
    assert sheets.call("read_rows", range="Orders!B2:C2")["values"] == [[42, 7]]
    assert sheets.call("read_rows", range="Orders!B2", render="FORMULA")["values"] == [["=A1*2"]]


def test_a_range_is_cleared_and_the_sheets_are_told(sheets):
    sheets.call("update_rows", range="Orders!A1", values=[["a"], ["b"]])
    assert sheets.call("clear_rows", range="Orders!A2:Z")["clearedRange"].startswith("Orders!A2")
    assert sheets.cells == {(0, 0): "a"}
    assert sheets.call("get_spreadsheet")["sheets"][0]["properties"]["title"] == "Orders"


@pytest.mark.parametrize(("params", "code"), [
    ({"range": "No Such!A1"}, "INVALID_ARGUMENT"), ({"spreadsheet_id": "another"}, "NOT_FOUND"),
    ({"secret": "ya29.another-token-than-that"}, "UNAUTHENTICATED"), ({"values": [[{"a": 1}]]}, "INVALID_ARGUMENT"),
])
def test_what_google_refuses_is_definite_and_named(sheets, params, code):
    failed, named = sheets.failure("append_rows", **{"range": "Orders!A1", "values": [ROW], **params})
    assert (named, failed.definite, failed.retryable) == (code, True, False)
    assert sheets.cells == {}


def test_the_quota_of_a_minute_passes(sheets):
    sheets.left = 0
    failed, code = sheets.failure("append_rows", range="Orders!A1", values=[ROW])
    assert (code, failed.definite, failed.retryable) == ("RESOURCE_EXHAUSTED", True, True)


@pytest.mark.parametrize("answer", [None, unavailable(), (500, {}, b""), (200, {}, b"<html>")])
def test_without_an_answer_nobody_knows_whether_the_rows_are_there(sheets, answer):
    sheets.next = [answer]
    failed, _ = sheets.failure("append_rows", range="Orders!A1", values=[ROW])
    assert (failed.definite, failed.retryable) == (False, True)


@pytest.mark.parametrize(("status", "named", "definite", "retryable"), [
    (409, "ABORTED", True, True), (409, "ALREADY_EXISTS", True, False), (499, "CANCELLED", False, False),
    (504, "DEADLINE_EXCEEDED", False, True),
])
def test_what_the_names_of_googles_errors_say(sheets, status, named, definite, retryable):
    body = json.dumps({"error": {"code": status, "message": "told", "status": named}}).encode()
    sheets.next = [(status, {"Content-Type": "application/json"}, body)]
    failed, code = sheets.failure("append_rows", range="Orders!A1", values=[ROW])
    assert (code, failed.definite, failed.retryable) == (named, definite, retryable)


def test_only_appending_is_made_at_most_once():
    actions = Registry(installed=tuple).get("google_sheets").actions
    assert {name for name, spec in actions.items() if spec.at_most_once} == {"append_rows"}
    assert {name for name, spec in actions.items() if spec.kind == "read"} == {"read_rows", "get_spreadsheet"}
