"""Workflows whose executions show what the Execution Explorer has to show, and services that fail as they are told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support import patience
from tests.support.local_server import SERVICE_PORT

Json = Any

_RESERVE = {
    "Type": "Task",
    "Resource": "connector:http:request",
    "Arguments": {"method": "POST", "url": "{% $url %}", "json": "{% $states.input %}"},
    "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}],
    "Output": "{% $states.result.body %}",
    "End": True,
}

WAREHOUSE: Json = {
    "Comment": "Packs a parcel while each of its lines is reserved; nothing is caught.",
    "QueryLanguage": "JSONata",
    "StartAt": "Plan Parcel",
    "States": {
        "Plan Parcel": {
            "Type": "Pass",
            "Assign": {"url": "{% $states.input.url %}", "parcel": "{% $states.input.parcel %}"},
            "Next": "Fulfil In Parallel",
        },
        "Fulfil In Parallel": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Print Label", "States": {
                    "Print Label": {
                        "Type": "Task", "Resource": "connector:log:write",
                        "Arguments": {"message": "{% 'Label of parcel ' & $parcel %}"}, "Next": "Tell Customer",
                    },
                    "Tell Customer": {
                        "Type": "Task", "Resource": "connector:log:write",
                        "Arguments": {"message": "{% 'Parcel ' & $parcel & ' is being packed' %}"}, "End": True,
                    },
                }},
                {"StartAt": "Reserve Stock", "States": {"Reserve Stock": {
                    "Type": "Map", "Items": "{% $states.input.lines %}", "MaxConcurrency": 1,
                    "ItemProcessor": {"StartAt": "Reserve Line", "States": {"Reserve Line": _RESERVE}},
                    "End": True,
                }}},
            ],
            "Next": "Hand To Carrier",
        },
        "Hand To Carrier": {"Type": "Succeed"},
    },
}
"""Fails in its third line where that has a quantity of 0: the stock service answers 400."""

ROWS: Json = {
    "Comment": "Each row is read; a broken one is noted and left out.",
    "QueryLanguage": "JSONata",
    "StartAt": "Each Row",
    "States": {
        "Each Row": {
            "Type": "Map", "Items": "{% [1..$states.input.rows].{'row': $, 'broken': $ in $states.input.broken} %}",
            "MaxConcurrency": 40,
            "ItemProcessor": {"StartAt": "Is Sound?", "States": {
                "Is Sound?": {
                    "Type": "Choice", "Choices": [{"Condition": "{% $states.input.broken %}", "Next": "Broken Row"}],
                    "Default": "Keep Row",
                },
                "Broken Row": {"Type": "Fail", "Error": "Row.Broken", "Cause": "{% 'Row ' & $states.input.row %}"},
                "Keep Row": {"Type": "Pass", "End": True},
            }},
            "Catch": [{"ErrorEquals": ["Row.Broken"], "Next": "Count Rows"}],
            "Next": "Count Rows",
        },
        "Count Rows": {"Type": "Pass", "End": True},
    },
}

PATIENT: Json = {
    "Comment": "Tries a service again until it answers.",
    "QueryLanguage": "JSONata",
    "StartAt": "Ask Service",
    "States": {
        "Ask Service": {
            "Type": "Task", "Resource": "connector:http:request",
            "Arguments": {"method": "POST", "url": "{% $states.input.url %}", "json": {"ask": 1}},
            "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 4, "BackoffRate": 1}],
            "Assign": {"answer": "{% $states.result.body %}"},
            "Next": "Keep Answer",
        },
        "Keep Answer": {"Type": "Pass", "Output": "{% $answer %}", "End": True},
    },
}

SLOW: Json = {
    "StartAt": "Note",
    "States": {
        "Note": {"Type": "Pass", "Next": "Wait Long"},
        "Wait Long": {"Type": "Wait", "Seconds": 3600, "Next": "After"},
        "After": {"Type": "Succeed"},
    },
}

SPREAD: Json = {
    "Comment": "A distributed Map: each item is an execution of its own.",
    "StartAt": "Spread Out",
    "States": {"Spread Out": {
        "Type": "Map", "ItemsPath": "$.items", "Label": "Spread", "ToleratedFailureCount": 5, "MaxConcurrency": 10,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Is Odd?",
            "States": {
                "Is Odd?": {
                    "Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 7, "Next": "Seven"}],
                    "Default": "Fine",
                },
                "Seven": {"Type": "Fail", "Error": "No.Seven", "Cause": "Seven is not taken."},
                "Fine": {"Type": "Pass", "End": True},
            },
        },
        "End": True,
    }},
}

CAREFUL: Json = {
    "Comment": "Catches what goes wrong, notes it, and fails in its own words.",
    "QueryLanguage": "JSONata",
    "StartAt": "Reserve",
    "States": {
        "Reserve": {
            "Type": "Task", "Resource": "connector:http:request",
            "Arguments": {
                "method": "POST", "url": "{% $states.input.url %}", "json": {"sku": "DESK-2", "quantity": 0},
            },
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Note It"}],
            "Next": "Done",
        },
        "Note It": {
            "Type": "Task", "Resource": "connector:log:write", "Arguments": {"message": "Not reserved"},
            "Next": "Give Up",
        },
        "Give Up": {"Type": "Fail", "Error": "Order.NotReserved", "Cause": "The order could not be reserved."},
        "Done": {"Type": "Succeed"},
    },
}

LONG: Json = {
    "Comment": "Longer than any window.",
    "StartAt": "First",
    "States": {
        "First": {"Type": "Pass", "Next": "Step 2"},
        **{f"Step {number}": {"Type": "Pass", "Next": f"Step {number + 1}"} for number in range(2, 30)},
        "Step 30": {"Type": "Pass", "Next": "Last"},
        "Last": {"Type": "Succeed"},
    },
}

WORKFLOWS = {
    "warehouse": WAREHOUSE, "rows": ROWS, "patient": PATIENT, "careful": CAREFUL, "slow": SLOW, "spread": SPREAD,
    "long": LONG,
}


def parcel(server: Any, *, broken: bool = True) -> dict[str, Json]:
    """An input of `warehouse`; a broken one fails in its third line."""
    lines = [{"sku": "DESK-2", "quantity": 1}, {"sku": "LAMP-7", "quantity": 2},
             {"sku": "BX-2201", "quantity": 0 if broken else 4}, {"sku": "TEA-100", "quantity": 1}]
    return {"url": f"{server.url}/samples/stock/reserve", "parcel": "p-48201", "lines": lines}


def publish_all(server: Any) -> None:
    """Every workflow of this file, published."""
    for name, definition in WORKFLOWS.items():
        server.publish(name, definition)


@contextmanager
def failing_service(times: int, go_on: threading.Event | None = None) -> Iterator[str]:
    """The address of a service that answers 503 so many times, and then well; with `go_on` not before that is set."""
    left = [times]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status = 503 if left[0] > 0 else 200
            left[0] -= 1
            if status == 200 and go_on is not None:
                go_on.wait(patience.SECONDS)
            body = json.dumps({"asked": True} if status == 200 else {"error": "busy"}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    served = ThreadingHTTPServer(("127.0.0.1", SERVICE_PORT), Handler)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{SERVICE_PORT}/work"
    finally:
        served.shutdown()
        served.server_close()
