"""A signed-in window of a local product with samples and executions: what the pictures and the budgets are taken of."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.browser import advice, find_browser

ROOT = Path(__file__).resolve().parent.parent

Json = Any


@contextmanager
def studio_window(**options: Json) -> Iterator[tuple[Json, Json]]:
    """(the server, a browser context that is signed in to it). The server and its data end with the block."""
    browser = find_browser()
    if browser is None:
        sys.exit(f"There is no browser here. {advice()}")
    # The harness of the browser tests.
    server_class = importlib.import_module("tests.support.studio.browsing").StudioServer
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  of the development's packages

    with tempfile.TemporaryDirectory(prefix="studio-") as folder, sync_playwright() as playwright:
        server = server_class(Path(folder))
        try:
            server.publish_samples()
            sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
            opened = playwright.chromium.launch(
                executable_path=browser,
                args=[*sandbox, "--disable-dev-shm-usage", "--font-render-hinting=none", "--force-color-profile=srgb"],
            )
            context = opened.new_context(
                viewport={"width": 1440, "height": 900}, locale="en-GB", timezone_id="UTC", reduced_motion="reduce",
                **options,
            )
            context.set_default_timeout(60_000)
            server.let_in(context)
            yield server, context
            opened.close()
        finally:
            server.stop()


def settled(page: Any) -> None:
    """Wait until nothing came for half a second. A request for changes waits on, so the network is never idle."""
    page.wait_for_function("""() => {
        const seen = performance.getEntriesByType("resource").length;
        if (window.came !== seen) [window.came, window.cameAt] = [seen, performance.now()];
        return performance.now() - window.cameAt > 500;
    }""")
