"""Stores that fail for once, and a clock that every look moves on."""

from __future__ import annotations


class Once:
    """Stands in for a port's method: raises `error` at its first call, `acted` first or not."""

    def __init__(self, act, error, *, acted=False, times=1):
        self.act, self.error, self.acted, self.times = act, error, acted, times

    def __call__(self, *args, **kwargs):
        if self.times:
            self.times -= 1
            if self.acted:
                self.act(*args, **kwargs)
            raise self.error
        return self.act(*args, **kwargs)


def ticking(product, seconds):
    """Each look at the clock moves it on."""

    class Ticking(type(product.clock)):
        def now(self):
            self.sleep(seconds)
            return super().now()

    product.clock.__class__ = Ticking


def run_all(product, keys, seconds=300.0, **worker):
    return product.worker(**worker).run(keys, deadline=product.clock.now() + seconds)
