"""LocalStack's interpreter, called as a library in this process; nothing is stored.

Without server and HTTP, and without the status events that it sends to its own EventBridge over HTTP. With a newer
jsonpath-ng than it pins: that one builds its parser anew for each path that is read, which makes it 25 times slower.
JSONata needs a Java machine and jars that it downloads, so W1J cannot run here.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
import time
import uuid

os.environ |= {
    "GATEWAY_LISTEN": "127.0.0.1:1", "LS_LOG": "error", "SKIP_SSL_CERT_DOWNLOAD": "1", "DISABLE_EVENTS": "1",
    "XDG_CACHE_HOME": tempfile.mkdtemp(dir=os.environ.get("AUTOMATE_BENCH_DIR")),
}

from localstack import constants
from localstack.aws.api import RequestContext
from localstack.http import Request
from localstack.services.stepfunctions.asl.parse.asl_parser import AmazonStateLanguageParser
from localstack.services.stepfunctions.backend.execution import Execution
from localstack.services.stepfunctions.provider import StepFunctionsProvider

from benchmarks import workloads
from benchmarks.measuring import Figure, measure

logging.disable(logging.CRITICAL)

PEER = f"LocalStack {constants.VERSION}"
NOTE = "interpreter as a library, in memory, whole history kept"


def run(name: str, repeats: int) -> Figure:
    """The figure of one workload."""
    if name == "W6":
        text = json.dumps(workloads.large_definition())
        measured = measure(lambda: AmazonStateLanguageParser.parse(text) and None, repeats)
        return measured.milliseconds(PEER, "W6", 1, "its parser on the same definition")
    Execution.publish_execution_status_change_event = lambda _self: None
    provider, context = StepFunctionsProvider(), RequestContext(Request())
    context.account_id, context.region = "000000000000", "us-east-1"
    workload = workloads.PURE[name]()
    arn = provider.create_state_machine(context, {
        "name": "m", "definition": json.dumps(workload.definition), "roleArn": "arn:aws:iam::000000000000:role/r",
    })["stateMachineArn"]
    text = json.dumps(workload.input)

    def one_round() -> None:
        execution = provider.start_execution(context, arn, uuid.uuid4().hex, text)["executionArn"]
        while (found := provider.describe_execution(context, execution))["status"] == "RUNNING":
            time.sleep(0.005)
        if found["status"] != "SUCCEEDED" or json.loads(found["output"]) != workload.output:
            raise SystemExit(f"{found['status']}: {found.get('error')} {found.get('cause')}")

    return measure(one_round, repeats).rate(PEER, name, "states", workload.transitions, NOTE)


if __name__ == "__main__":
    print(run(sys.argv[1], int(sys.argv[2])).line(), flush=True)
    os._exit(0)  # its threads would keep the process
