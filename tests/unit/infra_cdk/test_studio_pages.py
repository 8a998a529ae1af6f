"""Which address of the Studio is a file and which a page: the function that CloudFront runs, run."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from tests.support import patience

INDEX = "/studio/index.html"
ADDRESSES = {
    "/studio/": INDEX,
    "/studio/wizard/order_flow": INDEX,
    "/studio/wizard/order.v2": INDEX,
    "/studio/executions/order_flow:order-1.v2": INDEX,
    "/studio/executions/order_flow%3Aorder-1.v2": INDEX,
    "/studio/index.html": INDEX,
    "/studio/config.json": "/studio/config.json",
    "/studio/ahead.js": "/studio/ahead.js",
    "/studio/icon.svg": "/studio/icon.svg",
    "/studio/assets/index-B_83UjT-.js": "/studio/assets/index-B_83UjT-.js",
}


def test_a_link_to_an_execution_with_a_dot_in_its_name_is_a_page():
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    from infra_cdk.studio_stack import PAGES  # noqa: PLC0415 - starts the CDK's Node process

    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node here")
    answers = "ADDRESSES.map(uri => handler({request: {uri}}).uri)".replace("ADDRESSES", json.dumps(list(ADDRESSES)))
    asks = f"{PAGES}\nconsole.log(JSON.stringify({answers}))"
    done = subprocess.run([node, "-e", asks], capture_output=True, text=True, timeout=patience.SECONDS, check=True)
    assert dict(zip(ADDRESSES, json.loads(done.stdout), strict=True)) == ADDRESSES
