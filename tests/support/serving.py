"""A worker process that takes from its queue in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

from engine.durable.worker import serving
from engine.durable.worker.serving import Serving
from tests.support.durable import Product


def serve(product: Product, until: Callable[[], bool], rounds: int = 400, **worker: object) -> None:
    """Serve until the condition holds, at most so many rounds of a virtual second. Only waiting for an answer idles."""
    count = iter(range(rounds))

    def stop() -> bool:
        product.clock.sleep(1.0)
        return until() or next(count, None) is None

    stores = product.stores
    with patch.object(serving, "IDLE_SECONDS", 0.001), patch.object(serving, "QUIET_SECONDS", 0.001):
        Serving(product.worker(**worker), stores.queue, stores.journal, product.clock, product.settings).run(stop)
