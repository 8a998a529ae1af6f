"""What a stage has, and does, in a month in which nothing runs: ``python -m tools.cost.idle`` counts it anew and writes
idle.json, which `bill` prices. It needs the [infra] extra, for the templates.

Left out is what grows with use: storage and backups, CloudFront's requests, who signs in. A month has 730 hours, as in
AWS's own calculator.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import math
import tempfile
from collections import Counter
from collections.abc import Iterable
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from engine.adapters.aws.stores import THREADS
from engine.clock import SystemClock
from engine.cost.pricing import Pricing
from engine.cost.units import Units

Json = Any

PATH = Path(__file__).with_name("idle.json")
MINUTES = 730 * 60
POLLS_A_MINUTE = 15
"""An idle event source polls five times at once, each for 20 s (AWS Lambda Developer Guide, "Using Lambda with Amazon
SQS")."""

COUNTED = {
    "AWS::CloudWatch::Alarm": "alarms", "AWS::KMS::Key": "keys", "AWS::SecretsManager::Secret": "secrets",
    "AWS::Lambda::EventSourceMapping": "event_sources", "AWS::CloudWatch::Dashboard": "dashboards",
}


@dataclass(frozen=True)
class Line:
    """One thing that is paid for; dollars a month."""

    title: str
    number: str
    dollars: float


@cache
def table() -> Json:
    """The committed count."""
    return json.loads(PATH.read_text(encoding="utf-8"))


def bill(counted: Json, pricing: Pricing) -> list[Line]:
    """A month, line by line. The dashboard is none of them: an account has three for nothing."""
    prices = pricing.prices.prices
    polls = counted["event_sources"] * POLLS_A_MINUTE * MINUTES
    return [
        Line("alarms", f"{counted['alarms']}", prices["alarm_months"].of(counted["alarms"])),
        Line("the stage's KMS keys", f"{counted['keys']}", prices["key_months"].of(counted["keys"])),
        Line("secrets of the stage's own", f"{counted['secrets']}", prices["secret_months"].of(counted["secrets"])),
        Line("metrics that come without any work", f"{counted['metrics']}",
             prices["metric_months"].of(counted["metrics"])),
        Line("Lambda's polling of the queues", f"{polls:,} requests", prices["sqs_requests"].of(polls)),
        Line("the sweeper, each minute", f"{MINUTES:,} invocations", _sweeps(counted, pricing)),
    ]


def _sweeps(counted: Json, pricing: Pricing) -> float:
    """All sweeps of a month: its shards are read at the same time, its own computing is an invocation's."""
    each = Units.of(counted["sweep"])
    waited = math.ceil(each.store_calls / THREADS) * pricing.assumptions.store_ms / 1000
    each += Units(cpu_seconds=pricing.cpu.seconds["invocation"], wait_seconds=waited)
    return sum(pricing.prices.bill(each * MINUTES, memory_mb=counted["sweeper_memory_mb"]).values())


def count(templates: Iterable[Json]) -> Json:
    """The count, of these templates and a sweep over an empty table."""
    resources = [resource for template in templates for resource in template["Resources"].values()]
    kinds = Counter(
        COUNTED[item["Type"]] for item in resources
        if item["Type"] in COUNTED and "StartingPosition" not in item["Properties"]  # a stream is polled for nothing
    )
    sweep, metrics = count_sweep()
    (memory,) = {
        item["Properties"]["MemorySize"] for item in resources
        if str(item.get("Properties", {}).get("FunctionName")).endswith("-sweeper")
    }
    return {
        **{name: kinds[name] for name in COUNTED.values()}, "metrics": metrics, "sweeper_memory_mb": memory,
        "sweep": sweep.as_dict(),
    }


def count_sweep() -> tuple[Units, int]:
    """What one sweep takes where nothing is due, and how many metrics it sends."""
    from tools.cost.deployment import OWN_LOG_LINES, Context, deployed  # noqa: PLC0415 - sets up the loggers

    output = io.StringIO()
    with deployed() as deployment:
        from engine.adapters.aws import stores  # noqa: PLC0415 - as the deployment has patched it
        from functions.sweeper import app, erasure  # noqa: PLC0415 - reads the deployment's environment

        with (
            mock.patch.object(app, "AwsStores", stores.AwsStores),
            mock.patch.object(app, "SystemClock", return_value=deployment.clock),
            mock.patch.object(erasure, "SystemClock", return_value=deployment.clock), redirect_stdout(output),
        ):
            app.logger.registered_handler.setStream(output)  # type: ignore[attr-defined]
            app.handler({}, Context())
            deployment.clock.sleep(60)
            deployment.meter.reset()
            output.seek(0)
            output.truncate()
            app.handler({}, Context())
    written = output.getvalue()
    logged = len(written.encode()) + sum(len(line) + 1 for line in OWN_LOG_LINES)
    sent = [json.loads(line) for line in written.splitlines()]
    metrics = sum(
        len(group["Metrics"]) for line in sent for group in line.get("_aws", {}).get("CloudWatchMetrics", ())
    )
    return deployment.meter.taken() + Units(lambda_requests=1, log_bytes=logged), metrics


def templates() -> list[Json]:
    """Those of a stage with the defaults, except CloudFront, which costs by use and needs the built Studio."""
    from aws_cdk import App, assertions  # noqa: PLC0415 - the count alone needs the CDK

    from infra_cdk.app import build  # noqa: PLC0415 - starts the CDK's Node process

    with tempfile.TemporaryDirectory() as folder:
        made = build(App(outdir=folder, context={"cdn": "false"}))
        stacks = (made.data, made.engine, made.api, made.studio, made.observability)
        return [assertions.Template.from_stack(stack).to_json() for stack in stacks]


def main() -> None:
    """Write the table."""
    counted = {"date": dt.datetime.fromtimestamp(SystemClock().now(), dt.UTC).date().isoformat(), **count(templates())}
    PATH.write_text(json.dumps(counted, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
