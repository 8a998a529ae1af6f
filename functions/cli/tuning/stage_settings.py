"""The settings that a stage has now, read from what is deployed: the command line knows no cdk.json of it."""

from __future__ import annotations

from typing import Any

from engine.errors import NotFound, UserError
from functions.cli.tuning.account import Account, in_plain_words
from functions.tunables import Tunables


def read_settings(account: Account, stage: str) -> tuple[Tunables, str, list[str]]:
    """The settings, the wake queue's name, and what could not be read. Raises NotFound where there is no such stage,
    AccountRefused where AWS refuses what nothing goes without."""
    named = Tunables(stage=stage)
    functions = account.client("lambda")
    with in_plain_words(f"the worker of stage {stage}"):
        worker = functions.get_function_configuration(FunctionName=f"{named.prefix}-worker")
        sources = functions.list_event_source_mappings(FunctionName=worker["FunctionName"])["EventSourceMappings"]
        reserved = functions.get_function_concurrency(FunctionName=worker["FunctionName"])
        api = functions.get_function_configuration(FunctionName=f"{named.prefix}-api")
    if not sources:
        raise NotFound(f"the worker of stage {stage} has no queue", advice="Deploy the stage: cdk deploy --all.")
    source = sources[0]
    environment = worker.get("Environment", {}).get("Variables", {})
    unread: list[str] = []
    try:
        rate, burst = _throttle(account.client("apigateway"), named)
    except UserError as error:
        rate, burst = named.api_requests_per_second, named.api_burst
        unread.append(f"The API's throttle is taken to be the default: {error.message}")
    return Tunables(
        stage=stage,
        batch_size=source["BatchSize"],
        batch_window_seconds=source.get("MaximumBatchingWindowInSeconds") or 0,
        max_concurrency=(source.get("ScalingConfig") or {}).get("MaximumConcurrency", named.max_concurrency),
        reserved_concurrency=reserved.get("ReservedConcurrentExecutions", 0),
        worker_memory_mb=worker["MemorySize"],
        api_memory_mb=api["MemorySize"],
        task_threads=int(environment.get("AUTOMATE_TASK_THREADS", named.task_threads)),
        api_requests_per_second=rate,
        api_burst=burst,
    ), source["EventSourceArn"].rpartition(":")[2], unread


def _throttle(gateway: Any, named: Tunables) -> tuple[int, int]:
    """Steady requests a second and at once, of the stage's REST API."""
    with in_plain_words("the API's throttle"):
        pages = gateway.get_paginator("get_rest_apis").paginate()
        found = [item["id"] for page in pages for item in page["items"] if item["name"] == named.prefix]
        if not found:
            return named.api_requests_per_second, named.api_burst
        every = gateway.get_stage(restApiId=found[0], stageName=named.stage).get("methodSettings", {}).get("*/*", {})
    return (
        int(every.get("throttlingRateLimit", named.api_requests_per_second)),
        int(every.get("throttlingBurstLimit", named.api_burst)),
    )
