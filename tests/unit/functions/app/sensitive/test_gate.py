"""What may be hidden and cannot be known to be clear is hidden."""

from __future__ import annotations

import pytest

from engine.errors import NotFound, StoreCorrupt
from engine.governance.masking import MASK
from engine.ports.keys import ExecutionKey
from functions.app import large_values
from functions.app.sensitive.gate import Gate

PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
KEY = ExecutionKey("default", "flow:one")
SECRET = {"iban": "DE44500105175407324931"}


class Unreadable:
    """Versions that are gone, or damaged."""

    def __init__(self, error):
        self.error = error

    def numbered(self, *_):
        raise self.error

    def active(self, *_):
        return None


@pytest.mark.parametrize("error", [NotFound("gone"), StoreCorrupt("damaged")])
def test_all_of_an_execution_whose_version_cannot_be_read_is_hidden(api, error):
    api.publish("flow", PASS)
    api("POST", "/workflows/flow/executions", {"name": "one", "input": SECRET})
    api.work()
    executions = api.services.executions
    veil = Gate(Unreadable(error), executions, None).veil(KEY)
    assert veil
    shown = veil.execution(executions.describe(KEY))
    assert (shown.input, shown.output) == (MASK, MASK)


def test_values_that_were_left_out_are_read_before_they_are_looked_for(api):
    """A large value was not read with the execution: what it holds is hidden wherever else it stands."""
    row = {"type": "object", "properties": {"iban": {"type": "string", "x-sensitive": True}}}
    schema = {"type": "object", "properties": {"rows": {"type": "array", "items": row}}}
    flow = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": f"paid to {SECRET['iban']}", "End": True}}}
    document = {"name": "flow", "definition": flow, "input_schema": schema}
    assert api("POST", "/workflows/import", {"document": document, "publish": True}).status < 300
    rows = [SECRET | {"text": "x" * 100}] * (large_values.MOST_SHOWN_BYTES // 50)
    api("POST", "/workflows/flow/executions", {"name": "one", "input": {"rows": rows}})
    api.work()
    executions = api.services.executions
    read = executions.describe(KEY, most=large_values.MOST_SHOWN_BYTES)
    assert SECRET["iban"] not in str(read.input)
    veil = api.services.hiding.veil(KEY, read)
    assert SECRET["iban"] not in str(veil.execution(executions.describe(KEY)))
